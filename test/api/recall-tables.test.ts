import { readXlsx } from 'hucre/xlsx'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { amount, lot, serial } from '../trace/world.ts'
import { type Dairy, Desk, made, notifiedMilk, seen, startDairy } from './recall-world.ts'

let dairy: Dairy
let desk: Desk

beforeEach(async () => {
  dairy = await startDairy()
  desk = new Desk(dairy)
})

afterEach(() => dairy.world.close())

const notified = (more: object = {}) => notifiedMilk(dairy, more)
describe('tables', () => {
  it('of recalls, items and consignees come as CSV, and nothing in them is a formula', async () => {
    const id = await notified({ title: '=HYPERLINK("http://x")' })
    const list = await desk.get('/v1/recalls?format=csv')
    expect(list.headers.get('content-type')).toContain('text/csv')
    expect(list.text).toContain("'=HYPERLINK(")
    expect(list.text).not.toMatch(/(^|[,"])=HYPERLINK/m)
    const items = await desk.get(`/v1/recalls/${id}/items?format=csv`)
    expect(items.text.trim().split('\r\n')).toHaveLength(6)
    expect(items.text).toContain(`${lot('L1')} > ${serial('c1', 2)}`)
    const own = await desk.get(`/v1/recalls/${id}/items?format=csv`, dairy.shop)
    expect(own.text.trim().split('\r\n')).toHaveLength(3)
    const consignees = await desk.get(`/v1/recalls/${id}/consignees?format=csv`)
    expect(consignees.text).toContain('depot,DEPOT,,2,0,0,0,0')
  })

  it('come as XLSX that opens', async () => {
    const id = await notified()
    const response = await dairy.world.app.request(`/v1/recalls/${id}/items?format=xlsx`, {
      headers: { Authorization: `Bearer ${dairy.first}` },
    })
    const { sheets } = await readXlsx(new Uint8Array(await response.arrayBuffer()))
    expect(sheets[0]?.rows).toHaveLength(6)
    expect(sheets[0]?.rows[0]?.[0]).toBe('key')
  })

  it('go through all pages', async () => {
    const serials = Array.from({ length: 1200 }, (_, at) => serial(`n${at}`))
    await dairy.world.capture(
      dairy.maker,
      made(1, [amount(lot('L1'), 5)]),
      made(2, serials.slice(0, 600), 'L1'),
      made(2, serials.slice(600), 'L1'),
      seen(3, 'storing', 2, serials.slice(0, 700)),
    )
    const id = await desk.make([{ lot: lot('L1') }])
    const found = new Set<string>()
    for (let token = ''; ; ) {
      const path = `/v1/recalls/${id}/items?perPage=500${token && `&nextPageToken=${token}`}`
      const { items, nextPageToken } = (await desk.get(path)).json as {
        items: { key: string }[]
        nextPageToken?: string
      }
      for (const { key } of items) found.add(key)
      if (nextPageToken === undefined) break
      token = nextPageToken
    }
    expect(found.size).toBe(1201)
    const { text } = await desk.get(`/v1/recalls/${id}/items?format=csv`)
    expect(text.trim().split('\r\n')).toHaveLength(1202)
    const { json } = await desk.get(`/v1/recalls/${id}/consignees`)
    expect(json).toMatchObject([
      { party: 'depot', lines: [{ expected: { held: 700 } }] },
      { party: 'maker', lines: [{ expected: { held: 505 } }] },
    ])
    const bad = await desk.get(`/v1/recalls/${id}/items?nextPageToken=xx`)
    expect(bad.json).toMatchObject({ status: 400, path: 'nextPageToken' })
  })
})
