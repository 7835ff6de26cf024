import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { adminKey, event, startWorld, type World } from './world.ts'

let world: World
let farm: string

beforeEach(async () => {
  world = await startWorld()
  farm = world.party('farm')
})

afterEach(() => world.close())

const send = (key: string, body: unknown) =>
  world.call('/epcis/events', { method: 'POST', key, body })

describe('rejections', () => {
  it('tell what was refused and why, newest first, and give the message whole', async () => {
    const text = JSON.stringify(event({ eventTime: 'never', 'x:a': 1 })).replace(':1}', ':1.0}')
    await send(farm, text)
    await send(farm, event({ action: 'PERHAPS' }))
    const list = await world.call('/v1/rejections', { key: farm })
    expect(list.json['items']).toMatchObject([
      { party: 'farm', topic: 'http/events', path: '/action', index: 0 },
      { party: 'farm', topic: 'http/events', path: '/eventTime', code: 'time_invalid' },
    ])
    const [, first] = list.json['items'] as { rejectionID: string }[]
    const one = await world.call(`/v1/rejections/${first?.rejectionID}`, { key: farm })
    expect(one.json).toMatchObject({ payload: text, payloadEncoding: 'utf8' })
    expect(list.text).not.toContain('"payload"')
  })

  it('are found by code, and page by page', async () => {
    for (const n of [1, 2, 3]) await send(farm, event({ eventTime: `never ${n}` }))
    await send(farm, event({ action: 'PERHAPS' }))
    const byCode = await world.call('/v1/rejections?code=time_invalid&perPage=2', { key: farm })
    expect(byCode.json['items']).toHaveLength(2)
    const next = `/v1/rejections?code=time_invalid&nextPageToken=${byCode.json['nextPageToken']}`
    const rest = await world.call(next, { key: farm })
    expect(rest.json['items']).toHaveLength(1)
    expect(rest.json).not.toHaveProperty('nextPageToken')
  })

  it('are each party’s own, and all of them for authorities', async () => {
    await send(farm, event({ action: 'PERHAPS' }))
    const mill = world.party('mill')
    expect((await world.call('/v1/rejections', { key: mill })).json['items']).toEqual([])
    expect((await world.call('/v1/rejections?party=farm', { key: mill })).status).toBe(403)
    const all = await world.call('/v1/rejections?party=farm', { key: adminKey })
    const [one] = all.json['items'] as { rejectionID: string }[]
    const path = `/v1/rejections/${one?.rejectionID}`
    expect((await world.call(path, { key: mill })).status).toBe(404)
    expect((await world.call(path, { key: adminKey })).status).toBe(200)
  })

  it('are not found under a name that is none', async () => {
    for (const id of ['r0', 'x', 'r1-x', 'r-1']) {
      expect((await world.call(`/v1/rejections/${id}`, { key: farm })).status).toBe(404)
    }
    const token = await world.call('/v1/rejections?nextPageToken=eA', { key: farm })
    expect(token.json).toMatchObject({ status: 400, path: 'nextPageToken' })
  })
})
