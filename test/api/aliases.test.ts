import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aliasesTold } from '#api/aliases.ts'
import { barn, carton, lot, pallet, type Supply, sensor, supply } from './supply.ts'
import { adminKey, event, eventsOf, startWorld, type World } from './world.ts'

let world: World
let keys: Supply
let inspector: string
let regulator: string

beforeEach(async () => {
  world = await startWorld()
  keys = await supply(world)
  inspector = world.key({ role: 'inspector', label: '' })
  regulator = world.key({ role: 'regulator', label: '' })
})

afterEach(() => world.close())

/** The same carton as the shop's own label names it. */
const label = 'https://id.gs1.org/01/09506000134352/21/shop-77'

const at = (alias: string) => `/v1/aliases/${encodeURIComponent(alias)}`
const declare = (alias: string, of: string, key = adminKey, more: object = {}) =>
  world.call(at(alias), { method: 'PUT', key, body: { of, ...more } })
const get = (path: string, key = adminKey) => world.call(path, { key })
const remove = (alias: string, key = adminKey) => world.call(at(alias), { method: 'DELETE', key })
const named = (answer: { json: Record<string, unknown> }) =>
  (answer.json['items'] as { alias: string }[]).map(({ alias }) => alias)

describe('aliases over HTTP', () => {
  it('are declared, told, listed and taken back', async () => {
    const made = await declare(label, carton, keys.shop, { reason: 'relabelled' })
    expect(made.status, made.text).toBe(201)
    const told = {
      alias: label,
      of: carton,
      primary: carton,
      party: 'shop',
      declaredBy: expect.stringMatching(/^k\d+$/),
      declaredAt: expect.any(String),
      reason: 'relabelled',
    }
    expect(made.json).toEqual(told)
    expect((await get(at(label))).json).toEqual(told)
    expect((await get('/v1/aliases')).json['items']).toEqual([told])
    expect(aliasesTold(world.registry, carton)).toEqual([
      { key: label, party: 'shop', declaredAt: made.json['declaredAt'] },
    ])
    expect((await remove(label, keys.shop)).status).toBe(204)
    expect((await get(at(label))).status).toBe(404)
    expect((await remove(label, keys.shop)).status).toBe(404)
    expect(aliasesTold(world.registry, carton)).toEqual([])
  })

  it('declared again change nothing, and the first declaration stands', async () => {
    const first = await declare(label, carton, keys.shop)
    const again = await declare(label, carton, regulator, { reason: 'other' })
    expect(again.status).toBe(200)
    expect(again.json).toEqual(first.json)
  })

  it('are taken in any spelling of both keys', async () => {
    const spelled = 'urn:epc:id:sgtin:9521321.000001.carton-1'
    const made = await declare('https://example.com/01/09506000134352/21/shop-77?a=1', spelled)
    expect(made.json).toMatchObject({ alias: label, of: carton })
    const unencoded = await world.call('/v1/aliases/urn:epc:id:sgtin:9506000.013435.shop-77', {
      key: adminKey,
    })
    expect(unencoded.json).toMatchObject({ alias: label })
    const listed = await get(`/v1/aliases?key=${encodeURIComponent(spelled)}`)
    expect(named(listed)).toEqual([label])
  })

  it('say what is wrong with a declaration', async () => {
    await declare(label, carton, keys.shop)
    await declare('urn:x:other', label)
    expect((await declare(label, 'urn:x:2')).json).toMatchObject({
      status: 409,
      code: 'alias_clash',
      detail: expect.stringMatching(`${label} is an alias of ${carton} already.*by party shop at`),
    })
    expect((await declare(carton, 'urn:x:other')).json).toMatchObject({
      status: 409,
      code: 'alias_cycle',
      detail: expect.stringContaining([carton, 'urn:x:other', label, carton].join(' -> ')),
    })
    expect((await declare('urn:x:1', 'urn:x:1')).json).toMatchObject({
      status: 400,
      code: 'alias_same',
    })
    expect((await declare(carton, lot)).json).toMatchObject({ status: 400, code: 'alias_kind' })
    const mismatch = await declare('urn:x:1', carton, adminKey, { alias: 'urn:x:2' })
    expect(mismatch.json).toMatchObject({ status: 400, code: 'path_mismatch' })
    const long = await declare('urn:x:1', carton, adminKey, { reason: 'x'.repeat(501) })
    expect(long.json).toMatchObject({ status: 400, code: 'invalid_body', path: '/reason' })
    expect((await declare('urn:x:1', '')).json).toMatchObject({ status: 400, path: '/of' })
  })

  it('are paged, by the party that declared and by what resolves together', async () => {
    for (const n of [1, 2, 3]) await declare(`urn:x:${n}`, carton, keys.farm)
    await declare('urn:x:4', carton, regulator)
    await declare('urn:x:5', pallet, keys.farm)
    const seen: string[] = []
    let next: string | undefined = '/v1/aliases?party=farm&perPage=2'
    while (next !== undefined) {
      const page = await get(next, inspector)
      seen.push(...named(page))
      const link = page.headers.get('Link') ?? undefined
      next = link?.slice('<https://trace.example'.length, link.indexOf('>'))
    }
    expect(seen).toEqual(['urn:x:1', 'urn:x:2', 'urn:x:3', 'urn:x:5'])
    const together = await get(`/v1/aliases?key=urn:x:2&perPage=3`, inspector)
    expect(named(together)).toEqual(['urn:x:1', 'urn:x:2', 'urn:x:3'])
    expect(together.json['nextPageToken']).toEqual(expect.any(String))
  })
})

describe('an alias is declared', () => {
  it('by an enterprise that has captured an event of one of both, or has a product of it', async () => {
    const refused = await declare(label, pallet.replace('1', '2'), keys.shop)
    expect(refused.json).toMatchObject({ status: 403, code: 'not_concerned' })
    expect((await declare(label, carton, keys.mill)).status).toBe(201)
    const stranger = world.party('stranger')
    expect((await declare('urn:x:code', carton, stranger)).status).toBe(403)
    expect((await remove(label, stranger)).status).toBe(404)
    world.registry.products.put({
      key: 'https://id.gs1.org/01/09506000134352',
      party: 'stranger',
      name: 'Milk',
      domain: 'food',
    })
    expect((await declare('urn:x:code', label, stranger)).status).toBe(201)
    expect((await remove('urn:x:code', keys.shop)).status).toBe(204)
  })

  it('by no inspector, device or stranger', async () => {
    expect((await declare(label, carton, inspector)).status).toBe(403)
    expect((await world.call(at(label), { method: 'PUT', body: { of: carton } })).status).toBe(401)
    expect((await declare(label, carton, regulator)).json).not.toHaveProperty('party')
  })

  it('for nobody to see that has nothing to do with it', async () => {
    await declare(label, carton, keys.farm)
    const stranger = world.party('stranger')
    expect((await get(at(label), stranger)).status).toBe(404)
    expect(named(await get('/v1/aliases', stranger))).toEqual([])
    expect(named(await get(`/v1/aliases?key=${label}`, stranger))).toEqual([])
    expect((await get('/v1/aliases?party=farm', stranger)).status).toBe(403)
    expect(named(await get('/v1/aliases', keys.shop))).toEqual([])
    expect(named(await get(`/v1/aliases?key=${label}`, keys.shop))).toEqual([label])
    expect((await get(at(label), keys.shop)).status).toBe(200)
    expect(named(await get('/v1/aliases', keys.farm))).toEqual([label])
    expect(named(await get('/v1/aliases', inspector))).toEqual([label])
  })
})

interface Chain {
  readonly start: string
  readonly nodes: readonly { readonly key: string }[]
  readonly events: readonly { readonly eventID: string }[]
}

describe('a carton that its buyers know under a label of their own', () => {
  const sold = 'urn:kiosk:sold'
  let kiosk: string

  beforeEach(async () => {
    kiosk = world.party('kiosk')
    await world.capture(
      kiosk,
      event({
        eventID: sold,
        eventTime: '2026-03-05T08:00:00Z',
        bizStep: 'receiving',
        epcList: [label],
        readPoint: { id: barn },
      }),
    )
  })

  const trace = async (id: string, key = inspector) => {
    const answer = await get(`/v1/trace/${encodeURIComponent(id)}`, key)
    expect(answer.status, answer.text).toBe(200)
    return answer.json as unknown as Chain
  }
  const events = (chain: Chain) => chain.events.map(({ eventID }) => eventID)

  it('has one chain by either code from when that is declared until it is taken back', async () => {
    expect(events(await trace(label))).toEqual([sold])
    expect(events(await trace(carton))).not.toContain(sold)
    await declare(label, carton)
    const whole = await trace(label)
    expect(whole.start).toBe(carton)
    expect(events(whole)).toEqual(expect.arrayContaining([sold, 'urn:farm:made', 'urn:shop:sold']))
    expect(whole.nodes.map(({ key }) => key)).toEqual(expect.arrayContaining([carton, lot, pallet]))
    expect(whole.nodes.map(({ key }) => key)).not.toContain(label)
    expect(await trace(carton)).toEqual(whole)
    await remove(label)
    expect(events(await trace(label))).toEqual([sold])
  })

  it('is found from its lot, whichever of both codes is the primary', async () => {
    await declare(carton, label)
    const forward = await trace(lot)
    expect(forward.nodes.map(({ key }) => key)).toContain(label)
    expect(events(forward)).toContain(sold)
  })

  it('has one history, one state and one exposure', async () => {
    await declare(label, carton)
    const one = await get(`/v1/items/${encodeURIComponent(carton)}`, inspector)
    const other = await get(`/v1/items/${encodeURIComponent(label)}`, inspector)
    expect(one.json).toMatchObject({
      key: carton,
      lots: [lot],
      state: { firstSeen: { eventID: 'urn:farm:made' }, lastSeen: { eventID: sold } },
    })
    expect(other.json['history']).toEqual(one.json['history'])
    expect(other.json['state']).toEqual(one.json['state'])
    expect(other.json['sensors']).toEqual(one.json['sensors'])
    const telemetry = await get(`/v1/telemetry?item=${encodeURIComponent(label)}`, inspector)
    expect(telemetry.json['series']).toMatchObject([{ device: sensor, points: [{ value: 4.5 }] }])
  })

  it('is found by either code among the events', async () => {
    await declare(label, carton)
    const ids = async (query: string) =>
      eventsOf(await get(`/epcis/events?${query}`, inspector)).map(({ eventID }) => eventID)
    const byLabel = await ids(`MATCH_epc=${encodeURIComponent(label)}`)
    expect(byLabel).toEqual(expect.arrayContaining([sold, 'urn:farm:made', 'urn:shop:sold']))
    expect(await ids(`MATCH_anyEPC=${encodeURIComponent(carton)}`)).toEqual(byLabel)
    await remove(label)
    expect(await ids(`MATCH_epc=${encodeURIComponent(label)}`)).toEqual([sold])
  })

  it('is seen by an enterprise as far as its neighbours on the one trail', async () => {
    await declare(label, carton)
    const parties = async (key: string) =>
      new Set(events(await trace(carton, key)).map((eventID) => eventID.split(':')[1]))
    expect(await parties(kiosk)).toEqual(new Set(['kiosk', 'shop']))
    expect(await parties(keys.farm)).toEqual(new Set(['farm', 'mill']))
    expect(await parties(keys.shop)).toEqual(new Set(['mill', 'shop', 'kiosk']))
  })

  it('has the sensors that are mounted on its carrier under another code', async () => {
    await declare('urn:x:truck', pallet)
    world.registry.devices.put({
      party: 'farm',
      device: 'probe',
      site: 'truck',
      name: 'Probe',
      enabled: true,
      topics: [],
      binding: { asset: 'urn:x:truck' },
    })
    const { json } = await get(`/v1/items/${encodeURIComponent(carton)}`, inspector)
    const devices = (json['sensors'] as { device: string }[]).map(({ device }) => device)
    expect(devices).toContain('urn:suyuan:device:farm:probe')
  })
})
