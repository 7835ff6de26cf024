import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { adminKey, startWorld, type World } from './world.ts'

let world: World
let farm: string

beforeEach(async () => {
  world = await startWorld()
  farm = world.party('farm')
})

afterEach(() => world.close())

const put = (path: string, body: unknown, key = adminKey) =>
  world.call(path, { method: 'PUT', key, body })
const get = (path: string, key = adminKey) => world.call(path, { key })
const remove = (path: string, key = adminKey) => world.call(path, { method: 'DELETE', key })

const gate = { party: 'farm', device: 'gate', site: 'north', name: 'Gate' }
const site = { key: 'https://id.gs1.org/414/9521321000018', party: 'farm', name: 'Barn' }
const milk = {
  key: 'https://id.gs1.org/01/09521321000018',
  party: 'farm',
  name: 'Milk',
  domain: 'food',
}

describe('the registry over HTTP', () => {
  it.each([
    ['/v1/parties/mill', { slug: 'mill', name: 'Mill', domain: 'food' }],
    [`/v1/locations/${site.key}`, site],
    [`/v1/locations/${encodeURIComponent(site.key)}`, site],
    ['/v1/locations/urn:epc:id:sgln:9521321.00001.0', site],
    [`/v1/products/${milk.key}`, milk],
    ['/v1/devices/farm/gate', gate],
  ])('makes, gives, replaces, lists and removes at %s', async (path, thing) => {
    const made = await put(path, thing)
    expect(made.status, made.text).toBe(201)
    expect((await get(path)).json).toMatchObject(thing)
    expect((await put(path, { ...thing, name: 'Other' })).status).toBe(200)
    expect((await get(path)).json).toMatchObject({ name: 'Other' })
    const list = await get(path.split('/').slice(0, 3).join('/'))
    expect(list.json['items']).toContainEqual(expect.objectContaining({ name: 'Other' }))
    expect((await remove(path)).status).toBe(204)
    expect((await get(path)).json).toMatchObject({
      status: 404,
      type: 'epcisException:NoSuchNameException',
    })
    expect((await remove(path)).status).toBe(404)
  })

  it.each([
    ['/v1/parties/mill', { slug: 'mill' }, { name: 'Mill', domain: 'food' }],
    [
      '/v1/locations/urn:epc:id:sgln:9521321.00001.0',
      { key: site.key },
      { party: 'farm', name: 'B' },
    ],
    ['/v1/devices/farm/gate', { party: 'farm', device: 'gate' }, { name: 'Gate', site: 'yard' }],
  ])('takes from the path %s what the body leaves out', async (path, named, rest) => {
    const made = await put(path, rest)
    expect(made.status, made.text).toBe(201)
    expect(made.json).toMatchObject({ ...named, ...rest })
  })

  it('tells the key of a new device once', async () => {
    const made = await put('/v1/devices/farm/gate', gate)
    const secret = String(made.json['secret'])
    expect(world.registry.authenticateDevice('farm', 'gate', secret)).toMatchObject(gate)
    expect((await put('/v1/devices/farm/gate', gate)).json).not.toHaveProperty('secret')
    expect((await get('/v1/devices/farm/gate')).text).not.toContain(secret)
    expect((await get('/v1/keys')).text).not.toContain(secret)
  })

  it('registers along with a topic those on which a device publishes by itself', async () => {
    const topics = [{ topic: 's-1/events/rpc', channel: 'telemetry' }]
    const along = [
      { topic: 's-1/online', channel: 'status' },
      { topic: 's-1/status/+', channel: 'telemetry' },
    ]
    const shelly = { ...gate, format: 'shelly', topics }
    const made = await put('/v1/devices/farm/gate', shelly)
    expect(made.json['topics']).toEqual([...topics, ...along])
    const registered = () => world.registry.device('farm', 'gate')?.topics
    expect(registered()).toEqual([...topics, ...along])
    await put('/v1/devices/farm/gate', { ...shelly, topics: registered() })
    expect(registered()).toEqual([...topics, ...along])
    // What is said of one stands.
    const own = [...topics, { topic: 's-1/online', channel: 'telemetry' }]
    await put('/v1/devices/farm/gate', { ...shelly, topics: own })
    expect(registered()).toEqual([...own, along[1]])
    const many = Array.from({ length: 19 }, (_, at) => ({ topic: `t/${at}`, channel: 'status' }))
    const full = await put('/v1/devices/farm/gate', { ...shelly, topics: [...topics, ...many] })
    expect(full.json).toMatchObject({ status: 400, code: 'invalid_body', path: '/topics' })
    expect(registered()).toEqual([...own, along[1]])
  })

  it('says what is wrong with a body and where', async () => {
    const unknownField = await put('/v1/devices/farm/gate', { ...gate, colour: 'red' })
    expect(unknownField.json).toMatchObject({
      status: 400,
      type: 'epcisException:ValidationException',
      code: 'invalid_body',
    })
    const topics = [{ topic: '#', channel: 'reads' }]
    const topic = await put('/v1/devices/farm/gate', { ...gate, topics })
    expect(topic.json).toMatchObject({ code: 'invalid_body', path: '/topics/0/topic' })
    const misspelt = { ...gate, binding: { bizStep: 'recieving' } }
    const binding = await put('/v1/devices/farm/gate', misspelt)
    expect(binding.json).toMatchObject({ code: 'binding_unusable', path: '/binding', status: 400 })
    expect(binding.json['detail']).toContain('recieving')
    expect((await get('/v1/devices/farm/gate')).status).toBe(404)
    const mismatch = await put('/v1/devices/farm/other', gate)
    expect(mismatch.json).toMatchObject({ status: 400, code: 'path_mismatch' })
    const party = await put('/v1/devices/none/gate', { ...gate, party: 'none' })
    expect(party.json).toMatchObject({ status: 400, code: 'unknown_party', path: '/party' })
    const key = 'https://id.gs1.org/01/09521321000018'
    const product = { key, party: 'farm', name: 'Steel', domain: 'building_materials' }
    const path = `/v1/products/${encodeURIComponent(key)}`
    const bare = await put(path, { ...product, requiredTests: ['general', 'strength'] })
    expect(bare.json).toMatchObject({ code: 'invalid_body', path: '/requiredTests/1' })
    const requiredTests = ['general', 'urn:test:strength']
    expect((await put(path, { ...product, requiredTests })).status).toBe(201)
    const text = await put('/v1/devices/farm/gate', '{"party"')
    expect(text.json).toMatchObject({ status: 400, code: 'json_malformed' })
    const large = await put('/v1/devices/farm/gate', { ...gate, name: 'x'.repeat(300_000) })
    expect(large.json).toMatchObject({ status: 413, code: 'too_large' })
  })

  it('keeps a party that still owns something', async () => {
    await put('/v1/devices/farm/gate', gate)
    expect((await remove('/v1/parties/farm')).json).toMatchObject({
      status: 409,
      code: 'party_in_use',
    })
  })

  it('pages through a list', async () => {
    for (const n of [1, 2, 3, 4, 5]) {
      await put(`/v1/devices/farm/d${n}`, { ...gate, device: `d${n}` })
    }
    const seen: string[] = []
    let next = '/v1/devices?perPage=2&party=farm'
    for (;;) {
      const page = await get(next)
      seen.push(...(page.json['items'] as { device: string }[]).map(({ device }) => device))
      if (page.json['nextPageToken'] === undefined) break
      const link = page.headers.get('Link') ?? ''
      expect(link).toContain(`nextPageToken=${page.json['nextPageToken']}`)
      next = link.slice('<https://trace.example'.length, link.indexOf('>'))
    }
    expect(seen).toEqual(['d1', 'd2', 'd3', 'd4', 'd5'])
  })

  it('lets an enterprise keep its own things, and nobody else’s', async () => {
    const mill = world.party('mill')
    expect((await put('/v1/devices/farm/gate', gate, farm)).status).toBe(201)
    expect((await put('/v1/devices/farm/gate', gate, mill)).status).toBe(403)
    expect((await get('/v1/devices/farm/gate', mill)).status).toBe(404)
    expect((await remove('/v1/devices/farm/gate', mill)).status).toBe(404)
    expect((await get('/v1/devices', mill)).json['items']).toEqual([])
    expect((await get('/v1/devices?party=farm', mill)).status).toBe(403)
    await put(`/v1/locations/${site.key}`, site, farm)
    const stolen = await put(`/v1/locations/${site.key}`, { ...site, party: 'mill' }, mill)
    expect(stolen.json).toMatchObject({ status: 403 })
    expect(world.registry.locations.get(site.key)).toMatchObject({ party: 'farm' })
    expect((await put('/v1/parties/farm', {}, farm)).status).toBe(403)
  })
})

describe('keys over HTTP', () => {
  const make = (grant: object, key = adminKey) =>
    world.call('/v1/keys', { method: 'POST', key, body: grant })

  it('are told once, listed without themselves, and end when they are revoked', async () => {
    const made = await make({ role: 'inspector', label: 'north' })
    expect(made.status).toBe(201)
    const secret = String(made.json['secret'])
    const path = new URL(made.headers.get('Location') ?? '').pathname
    expect((await get('/v1/parties', secret)).status).toBe(200)
    expect((await get(path)).json).toMatchObject({ role: 'inspector', label: 'north' })
    expect((await get(path)).text).not.toContain(secret)
    expect((await remove(path)).status).toBe(204)
    expect((await get('/v1/parties', secret)).status).toBe(401)
    expect((await get(path)).json['revokedAt']).toEqual(expect.any(String))
  })

  it('are refused for a device that is not there, and for a role without its party', async () => {
    const nobody = await make({ role: 'device', party: 'farm', device: 'none', label: '' })
    expect(nobody.json).toMatchObject({ status: 400, code: 'unknown_device', path: '/device' })
    expect((await make({ role: 'enterprise', label: '' })).json).toMatchObject({ path: '/party' })
    expect((await make({ role: 'king', label: '' })).json).toMatchObject({ path: '/role' })
  })

  it('are made by an enterprise for its own devices only', async () => {
    await put('/v1/devices/farm/gate', gate)
    const mill = world.party('mill')
    const grant = { role: 'device', party: 'farm', device: 'gate', label: '' }
    const made = await make(grant, farm)
    expect(made.status).toBe(201)
    expect((await make(grant, mill)).status).toBe(403)
    expect((await make({ role: 'admin', label: '' }, farm)).status).toBe(403)
    expect((await make({ role: 'enterprise', party: 'farm', label: '' }, farm)).status).toBe(403)
    const path = `/v1/keys/${made.json['keyId']}`
    expect((await get(path, mill)).status).toBe(404)
    expect((await remove(path, mill)).status).toBe(404)
    expect((await remove(path, farm)).status).toBe(204)
  })

  it('cannot end the administrator’s', async () => {
    expect((await remove('/v1/keys/k0')).json).toMatchObject({
      status: 409,
      code: 'admin_key_is_a_setting',
    })
    expect((await get('/v1/keys/k0')).status).toBe(200)
  })
})
