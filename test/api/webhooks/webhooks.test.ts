import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { event, startWorld, type World } from '../world.ts'
import { type Received, type Receiver, startReceiver, status } from './receiver.ts'

const GTIN = 'https://id.gs1.org/01/09521321000018'
const OTHER = 'https://id.gs1.org/01/06901234567892'
const epc = (name: string) => `${GTIN}/21/${name}`
const born = (name: string, day: number) =>
  event({
    eventTime: `2026-03-0${day}T08:00:00Z`,
    ...{ epcList: [epc(name)], action: 'ADD', bizStep: 'commissioning' },
  })

let world: World
let receiver: Receiver
let maker: string
let shop: string
let regulator: string

beforeEach(async () => {
  world = await startWorld()
  receiver = await startReceiver()
  maker = world.party('maker')
  shop = world.party('shop')
  regulator = world.key({ role: 'regulator', label: '' })
})
afterEach(async () => {
  await world.close()
  await receiver.close()
})

/** Makes products of the maker. */
function register(...keys: readonly string[]): void {
  for (const key of keys) {
    world.registry.products.put({ key, party: 'maker', name: 'P', domain: 'food' })
  }
}

const post = (path: string, body: unknown = {}, key = regulator) =>
  world.call(`/v1/webhooks${path}`, { method: 'POST', key, body })
const get = (path: string, key = regulator) => world.call(`/v1/webhooks${path}`, { key })

async function make(more: object = {}, key = regulator) {
  const made = await post('', { url: receiver.url, ...more }, key)
  expect(made.status, made.text).toBe(201)
  return made.json as { id: string; secret: string; status: string; handshake: object }
}

/** A serial that is commissioned twice raises one alert; gives it. */
async function raise(name: string, key = maker): Promise<string> {
  await world.capture(key, born(name, 1), born(name, 2))
  await world.watched()
  await world.delivered()
  const list = await world.call(`/v1/alerts?item=${encodeURIComponent(epc(name))}`, {
    key: regulator,
  })
  return String((list.json['items'] as { id: string }[])[0]?.id)
}

const step = (alert: string, body: object) =>
  world.call(`/v1/alerts/${alert}/steps`, { method: 'POST', key: regulator, body })

async function told(): Promise<void> {
  await world.watched()
  await world.delivered()
}

/** Where among its signatures is that of a secret; -1 where it is not. */
function signatureBy(secret: string, { id, headers, body }: Received): number {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const content = `${id}.${headers['webhook-timestamp']}.${body}`
  const mac = createHmac('sha256', key).update(content).digest('base64')
  return String(headers['webhook-signature']).split(' ').indexOf(`v1,${mac}`)
}

const types = () => receiver.received.map(({ event: { type } }) => type)

describe('a webhook', () => {
  it('is told of each step on an alert, signed, as a CloudEvent', async () => {
    const { secret, status: state, handshake } = await make()
    expect({ state, handshake }).toEqual({ state: 'active', handshake: { ok: true } })
    expect(receiver.handshakes).toMatchObject([{ 'webhook-request-origin': 'trace.example' }])
    const alert = await raise('A')
    await step(alert, { action: 'forward', reason: 'yours', to: 'shop' })
    await told()
    expect(types()).toEqual(['suyuan.alert.raised', 'suyuan.alert.forwarded'])
    const [first] = receiver.received
    expect(first?.headers).toMatchObject({
      'content-type': 'application/cloudevents+json; charset=utf-8',
    })
    expect(first?.event).toMatchObject({
      ...{ specversion: '1.0', id: first?.id, source: 'https://trace.example', subject: alert },
      ...{ severity: 'critical', domain: 'food' },
      data: { step: { step: 'raised', seq: 1 }, alert: { id: alert, subject: epc('A') } },
    })
    expect(first && signatureBy(secret, first)).toBe(0)
  })

  it('is sent nothing before its receiver has agreed, nor where it does not', async () => {
    receiver.allow({}, 204)
    const made = await make()
    expect(made).toMatchObject({ status: 'unverified', handshake: { ok: false, status: 204 } })
    await raise('A')
    expect(receiver.received).toEqual([])
    expect((await post(`/${made.id}/ping`)).json).toMatchObject({ status: 409, code: 'not_active' })
    receiver.allow({ 'WebHook-Allowed-Origin': 'other.example' })
    expect((await post(`/${made.id}/verify`)).json).toMatchObject({ status: 'unverified' })
    receiver.allow({ 'WebHook-Allowed-Origin': 'trace.example', 'WebHook-Allowed-Rate': '6000' })
    const verified = (await post(`/${made.id}/verify`)).json
    expect(verified).toMatchObject({ status: 'active', allowedRate: 6000 })
    await raise('B')
    expect(types()).toEqual(['suyuan.alert.raised'])
  })

  it('filters by type, severity, domain, region, party and product', async () => {
    register(GTIN, OTHER)
    const region = '330106'
    world.registry.parties.put({ slug: 'maker', name: 'M', domain: 'food', region })
    const wanted: object[] = [
      {},
      { types: ['suyuan.alert.*'], severities: ['critical'], domains: ['food', 'drugs'] },
      { regions: ['3301'], parties: ['maker'], products: ['(01)09521321000018'] },
    ]
    const unwanted: object[] = [
      { types: ['suyuan.alert.resolved'] },
      { severities: ['info'] },
      { domains: ['drugs'] },
      { regions: ['31'] },
      { parties: ['shop'] },
      { products: ['(01)06901234567892'] },
    ]
    const made = []
    for (const filters of [...wanted, ...unwanted]) made.push(await make({ filters }))
    await raise('A')
    const sent = await Promise.all(
      made.map(async ({ id }) => ((await get(`/${id}/deliveries`)).json['items'] as []).length),
    )
    expect(sent).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 0])
    const bad = await post('', { url: receiver.url, filters: { regions: ['3'] } })
    expect(bad.json).toMatchObject({ code: 'invalid_body', path: '/filters/regions/0' })
  })

  it('refuses a filter that nothing can go with, and says which value it is', async () => {
    register(GTIN)
    const { id } = await make({}, maker)
    const refused = async (filters: object, key = regulator) => {
      const made = await post('', { url: receiver.url, filters }, key)
      return [made.status, made.json['code'], made.json['path']]
    }
    expect(await refused({ types: ['suyuan.alert.raised', 'suyuan.alert.nonsense'] })).toEqual([
      ...[400, 'unknown_type', '/filters/types/1'],
    ])
    expect(await refused({ types: ['suyuan.alerts.*'] })).toContain('unknown_type')
    expect(await refused({ regions: ['99'] })).toEqual([
      ...[400, 'unknown_region', '/filters/regions/0'],
    ])
    expect(await refused({ parties: ['nobody'] })).toContain('unknown_party')
    expect(await refused({ parties: ['shop'] }, maker)).toContain('unknown_party')
    expect(await refused({ products: [GTIN, '09999999999999'] })).toEqual([
      ...[400, 'unknown_product', '/filters/products/1'],
    ])
    const put = { method: 'PUT', key: maker } as const
    const body = { url: receiver.url, filters: { regions: ['99'] } }
    const changed = await world.call(`/v1/webhooks/${id}`, { ...put, body })
    expect(changed.json).toMatchObject({ code: 'unknown_region' })
    const types = ['suyuan.drill.*', 'suyuan.recall.created', 'suyuan.webhook.ping', 'suyuan.*']
    await make({ filters: { types, regions: ['3301'], parties: ['maker'], products: [GTIN] } })
  })

  it('filters by a product under any alias of it', async () => {
    register(GTIN, 'https://id.gs1.org/01/09521321000025')
    const own = { key: OTHER, gtin: '(01)06901234567892' }
    const path = `/v1/aliases/${encodeURIComponent(own.key)}`
    const body = { of: GTIN, reason: 'the same goods, packed by another' }
    const declared = await world.call(path, { method: 'PUT', key: regulator, body })
    expect([200, 201], declared.text).toContain(declared.status)
    const made = []
    for (const code of [own.gtin, '(01)09521321000018', '(01)09521321000025']) {
      made.push(await make({ filters: { products: [code] } }))
    }
    await raise('A')
    const sent = await Promise.all(
      made.map(async ({ id }) => ((await get(`/${id}/deliveries`)).json['items'] as []).length),
    )
    expect(sent).toEqual([1, 1, 0])
  })

  it('has its receiver asked so often a minute and no more, whoever asks for it', async () => {
    receiver.allow({}, 204)
    const { id } = await make()
    const codes: unknown[] = []
    for (let n = 0; n < 30; n += 1) {
      const { handshake } = (await post(`/${id}/verify`)).json as { handshake: { code: string } }
      codes.push(handshake.code)
    }
    expect(codes.slice(0, 29)).toEqual(Array(29).fill('not_allowed'))
    expect(codes.at(-1)).toBe('asked_too_often')
    const other = await make({}, shop)
    expect(other).toMatchObject({ status: 'unverified', handshake: { code: 'asked_too_often' } })
    expect(receiver.handshakes).toHaveLength(30)
    receiver.allow({ 'WebHook-Allowed-Origin': '*' })
    // A minute later it may be asked again.
    await world.watched(0.02)
    expect((await post(`/${id}/verify`)).json).toMatchObject({ status: 'active' })
  })

  it('of an enterprise is told what concerns its party, and its eyes only', async () => {
    await make({}, shop)
    const alert = await raise('A')
    expect(receiver.received).toEqual([])
    await step(alert, { action: 'forward', reason: 'yours', to: 'shop' })
    await step(alert, { action: 'start', reason: 'on my way' })
    await told()
    expect(types()).toEqual(['suyuan.alert.forwarded', 'suyuan.alert.started'])
    expect(receiver.received[0]?.event.data['alert']).toMatchObject({ parties: [] })
  })

  it('belongs to who made it: others neither see nor change it', async () => {
    const { id } = await make({}, shop)
    expect((await get(`/${id}`, maker)).json).toMatchObject({
      status: 404,
      code: 'unknown_webhook',
    })
    expect((await get('', maker)).json['items']).toEqual([])
    expect((await get('', shop)).json['items']).toMatchObject([{ id, party: 'shop' }])
    expect((await get('', regulator)).json['items']).toMatchObject([{ id }])
    const removed = await world.call(`/v1/webhooks/${id}`, { method: 'DELETE', key: maker })
    expect(removed.status).toBe(404)
    const inspector = world.key({ role: 'inspector', label: '' })
    expect((await post('', { url: receiver.url }, inspector)).status).toBe(403)
    expect((await world.call('/v1/webhooks')).status).toBe(401)
  })

  it('tells its secret once', async () => {
    const { id, secret } = await make({ signatures: ['v1', 'v1a'] })
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const shown = [await get(`/${id}`), await get('')].map(({ text }) => text).join()
    expect(shown).not.toContain(secret.slice(6))
    expect(shown).toContain('whpk_')
    expect(shown).not.toContain('whsk_')
  })

  it('signs with two secrets while one takes the place of the other', async () => {
    const { id, secret } = await make()
    const rotated = await post(`/${id}/rotate`, { overlapHours: 1 })
    const newer = String(rotated.json['secret'])
    await post(`/${id}/ping`)
    await world.delivered()
    const signedBy = (text: string, at: number) => {
      const received = receiver.received[at]
      return received && signatureBy(text, received)
    }
    expect([signedBy(newer, 0), signedBy(secret, 0)]).toEqual([0, 1])
    // The first was promised an hour.
    const again = await post(`/${id}/rotate`, { overlapHours: 1 })
    expect(again.json).toMatchObject({
      ...{ status: 409, code: 'still_rotating', path: '/overlapHours' },
      detail: expect.stringMatching(/possible from 20\d\d-\d\d-\d\dT/),
    })
    await world.watched(2)
    await post(`/${id}/ping`)
    await world.delivered(2)
    expect([signedBy(newer, 1), signedBy(secret, 1)]).toEqual([0, -1])
    // What may have leaked is ended at once, whatever was promised.
    const third = String((await post(`/${id}/rotate`, { overlapHours: 0 })).json['secret'])
    await post(`/${id}/ping`)
    await world.delivered(2)
    expect([signedBy(third, 2), signedBy(newer, 2)]).toEqual([0, -1])
    const none = await post(`/${id}/rotate`, { signature: 'v1a' })
    expect(none.json).toMatchObject({ status: 400, code: 'no_such_key' })
  })

  it('waits while it is paused, and goes elsewhere once that has agreed', async () => {
    const { id } = await make()
    const put = (body: object) =>
      world.call(`/v1/webhooks/${id}`, { method: 'PUT', key: regulator, body })
    expect((await put({ url: receiver.url, paused: true })).json).toMatchObject({
      status: 'paused',
    })
    await raise('A')
    expect(receiver.received).toEqual([])
    expect((await get(`/${id}`)).json).toMatchObject({ pending: 1, dead: 0 })
    const other = await startReceiver()
    other.allow({}, 404)
    expect((await put({ url: other.url })).json).toMatchObject({ status: 'unverified' })
    await world.delivered()
    expect([receiver.received, other.received]).toEqual([[], []])
    other.allow({ 'WebHook-Allowed-Origin': '*' })
    await post(`/${id}/verify`)
    await world.delivered()
    expect(other.received).toHaveLength(1)
    await other.close()
  })

  it('is gone when it is removed, with all that waited', async () => {
    const { id } = await make({ paused: true })
    await raise('A')
    const removed = await world.call(`/v1/webhooks/${id}`, { method: 'DELETE', key: regulator })
    expect(removed.status).toBe(204)
    expect((await get(`/${id}`)).status).toBe(404)
    while (world.office.tidy());
    expect(world.office.writer.reader.counts()).toMatchObject({ pending: 0, subscriptions: 0 })
    await raise('B')
    expect(receiver.received).toEqual([])
  })

  it('is refused where its URL leads to a private network', async () => {
    await world.close()
    world = await startWorld({ allowPrivate: false })
    const key = world.key({ role: 'regulator', label: '' })
    const answers = []
    for (const url of [receiver.url, 'https://127.0.0.1/', 'https://10.0.0.1/', 'nonsense']) {
      const { json } = await world.call('/v1/webhooks', { method: 'POST', key, body: { url } })
      answers.push([json['status'], json['code'], json['path']])
    }
    expect(answers).toEqual([
      [400, 'url_not_https', '/url'],
      [400, 'url_private', '/url'],
      [400, 'url_private', '/url'],
      [400, 'url_malformed', '/url'],
    ])
    // Its name is looked up when its receiver is asked, and before every attempt.
    world.addresses.set('inside.example', ['10.0.0.1'])
    const url = 'https://inside.example/'
    const made = await world.call('/v1/webhooks', { method: 'POST', key, body: { url } })
    expect(made.json).toMatchObject({
      status: 'unverified',
      handshake: { ok: false, code: 'private_address' },
    })
  })

  it('can be made so often and no more', async () => {
    for (let n = 0; n < 20; n += 1) await make({}, shop)
    const more = await post('', { url: receiver.url }, shop)
    expect(more.json).toMatchObject({ status: 409, code: 'too_many_webhooks' })
  })
})

describe('deliveries', () => {
  it('are listed with each attempt, and can be sent again', async () => {
    const { id } = await make()
    receiver.behave(status(500))
    const alert = await raise('A')
    const [failed] = (await get(`/${id}/deliveries`)).json['items'] as { delivery: number }[]
    expect(failed).toMatchObject({
      ...{ type: 'suyuan.alert.raised', subject: alert, state: 'ready', attempts: 1 },
      code: 'refused',
    })
    receiver.behave(status(200))
    await world.delivered(0.01)
    const whole = (await get(`/${id}/deliveries/${failed?.delivery}`)).json
    expect(whole).toMatchObject({
      ...{ state: 'delivered', attempts: 2, body: receiver.received[0]?.body },
      tried: [
        { n: 1, code: 'refused', status: 500 },
        { n: 2, code: 'delivered', status: 200 },
      ],
    })
    const again = await post(`/${id}/replay`, { delivery: failed?.delivery })
    expect(again.status).toBe(202)
    await world.delivered()
    const ids = receiver.received.map((each) => each.id)
    expect(ids).toHaveLength(3)
    expect(new Set(ids).size).toBe(1)
    expect((await post(`/${id}/replay`, { delivery: 99 })).json).toMatchObject({
      ...{ status: 404, code: 'unknown_delivery' },
    })
  })

  it('of a span are sent again in their order, also those that were missed meanwhile', async () => {
    const { id } = await make()
    await raise('A')
    receiver.behave(status(410))
    await raise('B')
    receiver.behave(status(200))
    await raise('C')
    expect(receiver.received).toHaveLength(2)
    const span = { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' }
    expect((await post(`/${id}/replay`, span)).json).toMatchObject({ code: 'not_active' })
    await post(`/${id}/verify`)
    const replayed = await post(`/${id}/replay`, span)
    expect(replayed.json).toEqual({ deliveries: 3 })
    await world.delivered()
    const items = receiver.received.slice(2).map(({ event: { data } }) => data['alert'])
    expect(items).toMatchObject(['A', 'B', 'C'].map((name) => ({ subject: epc(name) })))
    const none = await post(`/${id}/replay`, { from: span.from, to: '2020-01-02T00:00:00Z' })
    expect(none.json).toEqual({ deliveries: 0 })
    const empty = await post(`/${id}/replay`, { from: span.to, to: span.from })
    expect(empty.json).toMatchObject({ status: 400, code: 'empty_span' })
  })
})
