import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { adminKey, startWorld, type World } from './world.ts'

let world: World
const path = '/v1/company-prefixes'

beforeEach(async () => {
  world = await startWorld({ ingest: false })
})

afterEach(() => world.close())

const entries = [
  { prefix: '952', gcpLength: 7 },
  { prefix: '001', gcpLength: 0 },
]
const table = { GCPPrefixFormatList: { date: '2026-01-01T00:00:00Z', entry: entries } }
const xml = `<?xml version="1.0" encoding="utf-8"?>
<GCPPrefixFormatList date="2026-02-01"><entry prefix="952" gcpLength="9"/></GCPPrefixFormatList>`

const put = (body: unknown, type = 'application/json', key = adminKey) =>
  world.call(path, { method: 'PUT', key, body, headers: { 'Content-Type': type } })
const get = (rest = '', key = adminKey) => world.call(path + rest, { key })

describe('the table of company prefixes over HTTP', () => {
  it('is loaded, told and asked', async () => {
    expect((await get()).status).toBe(404)
    expect((await get('/9521321000018')).status).toBe(404)
    const loaded = await put(table)
    expect(loaded.status, loaded.text).toBe(200)
    expect(loaded.json).toEqual({
      date: '2026-01-01T00:00:00Z',
      entries: 2,
      loadedAt: expect.any(String),
    })
    expect((await get()).json).toEqual(loaded.json)
    expect((await get('/9521321000018')).json).toEqual({
      companyPrefixLength: 7,
      companyPrefix: '9521321',
    })
    for (const digits of ['0012345', '6901234567892', '95213']) {
      expect((await get(`/${digits}`)).status).toBe(404)
    }
  })

  it.each(['application/xml', 'text/xml; charset=utf-8'])('is taken as %s', async (type) => {
    await put(table)
    expect((await put(xml, type)).json).toMatchObject({ date: '2026-02-01', entries: 1 })
    expect((await get('/9521321000018')).json).toMatchObject({ companyPrefix: '952132100' })
  })

  it('is refused with its first bad entry, and the one before stays', async () => {
    await put(table)
    const bad = { prefix: '953', gcpLength: 13 }
    const list = { ...table.GCPPrefixFormatList, entry: [...entries, bad, { prefix: '' }] }
    expect((await put({ GCPPrefixFormatList: list })).json).toMatchObject({
      status: 400,
      code: 'prefix_table_malformed',
      path: '/GCPPrefixFormatList/entry/2',
      detail: expect.stringContaining('"953"'),
    })
    expect((await get('/9521321000018')).json).toMatchObject({ companyPrefixLength: 7 })
  })

  it('is refused where it is of another form, another type or too large', async () => {
    expect((await put('{"a"')).json).toMatchObject({ status: 400, code: 'json_malformed' })
    expect((await put('<a/>', 'text/xml')).json).toMatchObject({
      status: 400,
      code: 'prefix_table_malformed',
    })
    expect((await put(new Uint8Array([0x3c, 0xff]), 'text/xml')).json).toMatchObject({
      status: 400,
      code: 'xml_malformed',
    })
    const type = await put('952 7', 'text/plain')
    expect(type.json).toMatchObject({ status: 415 })
    expect(type.headers.get('Accept')).toContain('application/xml')
    // More than other routes take, and less than this one does.
    const most = { ...table.GCPPrefixFormatList, more: 'x'.repeat(16_000_000) }
    expect((await put({ GCPPrefixFormatList: most })).status).toBe(200)
    const more = { ...table.GCPPrefixFormatList, more: 'x'.repeat(17_000_000) }
    expect((await put({ GCPPrefixFormatList: more })).json).toMatchObject({ status: 413 })
  })

  it.each(['/95a', '/-1', `/${'9'.repeat(31)}`])('is not asked for %s', async (rest) => {
    await put(table)
    expect((await get(rest)).json).toMatchObject({ status: 400, path: 'digits' })
  })

  it('is loaded by the administrator alone', async () => {
    const farm = world.party('farm')
    expect((await put(table, 'application/json', farm)).status).toBe(403)
    await put(table)
    expect((await get('/9521321000018', farm)).status).toBe(200)
  })
})
