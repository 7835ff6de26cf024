import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { event, startWorld, type World } from './world.ts'

const GTIN = 'https://id.gs1.org/01/09521321000018'
const epc = (name: string) => `${GTIN}/21/${name}`

let world: World
let maker: string
let regulator: string

beforeEach(async () => {
  world = await startWorld()
  maker = world.party('maker')
  regulator = world.key({ role: 'regulator', label: '' })
  world.registry.products.put({ key: GTIN, party: 'maker', name: 'V', domain: 'drugs' })
})
afterEach(() => world.close())

const off = (rule: string, more: object = {}) => ({
  ...{ revision: `no ${rule}`, rule, enabled: false, fromUs: 0, reason: 'as a test' },
  ...more,
})

const put = (basedOn: number, changes: readonly object[], key = regulator) =>
  world.call('/v1/rules', { method: 'PUT', key, body: { basedOn, changes, reason: 'because' } })

const attempt = (changes: readonly object[], from = '2020-01-01T00:00:00Z') =>
  world.call('/v1/rules/dry-run', { method: 'POST', key: regulator, body: { changes, from } })

async function states(): Promise<unknown[]> {
  const answer = await world.call('/v1/alerts?state=open|withdrawn', { key: regulator })
  return (answer.json['items'] as { state: string; rule: string }[]).map(({ rule, state }) => [
    rule,
    state,
  ])
}

async function commissionTwice(...names: string[]): Promise<void> {
  for (const name of names) {
    const born = { epcList: [epc(name)], action: 'ADD', bizStep: 'commissioning' }
    await world.capture(
      maker,
      event({ ...born, eventTime: '2026-03-01T08:00:00Z' }),
      event({ ...born, eventTime: '2026-03-02T08:00:00Z' }),
    )
  }
  await world.watched()
}

describe('rules', () => {
  it('are told with their parameters, texts and changes, all or one', async () => {
    const all = await world.call('/v1/rules', { key: maker })
    expect(all.json).toMatchObject({ version: 0, rules: { length: 43 } })
    const one = await world.call('/v1/rules/A1', { key: maker })
    expect(one.json).toMatchObject({ id: 'A1', parameters: { high: { value: 8 } }, changes: [] })
    expect((await world.call('/v1/rules/Z9', { key: maker })).status).toBe(404)
  })

  it('change by version, with who and why; not from an old version, not by everybody', async () => {
    const changed = await put(0, [off('C2', { fromUs: Date.now() * 1000 + 1e12 })])
    expect(changed.json).toMatchObject({ version: 1, by: expect.stringContaining('regulator:') })
    const rule = (await world.call('/v1/rules/C2', { key: maker })).json
    expect(rule['changes']).toMatchObject([{ author: expect.stringContaining('regulator:') }])
    expect((await put(0, [])).json).toMatchObject({ status: 409, code: 'rules_changed' })
    expect((await put(1, [], maker)).status).toBe(403)
  })

  it('refuse a bad change, and say where and why', async () => {
    const refused = async (change: object) => {
      const { status, json } = await put(0, [off('C4'), { ...off('A1'), ...change }])
      expect(status).toBe(400)
      return [json['code'], json['path']]
    }
    expect(await refused({ rule: 'Z1' })).toEqual(['rule_unknown', '/changes/1/rule'])
    const wild = { parameters: { high: 9000 } }
    expect(await refused(wild)).toEqual(['parameter_invalid', '/changes/1/parameters/high'])
    const other = { parameters: { hi: 9 } }
    expect(await refused(other)).toEqual(['parameter_unknown', '/changes/1/parameters/hi'])
    const crossed = { parameters: { low: 9 } }
    expect(await refused(crossed)).toEqual(['not_ascending', '/changes/1/parameters/low'])
    const nothing = { rule: 'C2', product: 'https://id.gs1.org/01/00000000000017' }
    expect(await refused(nothing)).toEqual(['product_unknown', '/changes/1/product'])
    expect(await refused({ toUs: 0 })).toEqual(['never_in_effect', '/changes/1/toUs'])
    expect(await refused({ reason: 7 })).toEqual(['malformed', '/changes/1/reason'])
    const elsewhere = { rule: 'A2', site: 'https://id.gs1.org/414/9521321000011' }
    expect(await refused(elsewhere)).toEqual(['scope_not_taken', '/changes/1/site'])
    const steps = { rule: 'G1', parameters: { steps: ['shiping'] } }
    expect(await refused(steps)).toEqual(['parameter_invalid', '/changes/1/parameters/steps'])
    const inMilliseconds = { fromUs: Date.now() }
    expect(await refused(inMilliseconds)).toEqual(['time_out_of_span', '/changes/1/fromUs'])
    expect(await refused({ revision: 'no C4' })).toEqual(['revision_twice', '/changes/1/revision'])
  })

  it('refuse limits that cross where two changes hold, and name both', async () => {
    const low = off('A1', { revision: 'low', domain: 'drugs', parameters: { low: 7 } })
    const high = off('A1', { revision: 'high', parameters: { high: 6 } })
    expect((await put(0, [high, low])).json).toMatchObject({
      ...{ status: 400, code: 'not_ascending_together', path: '/changes/1/parameters/low' },
      detail: expect.stringMatching(/“low” and “high” both hold, low 7 .* high 6/),
    })
    const storageCelsius = { min: -25, max: -18 }
    const frozen = { key: GTIN, party: 'maker', name: 'V', domain: 'drugs' as const }
    world.registry.products.put({ ...frozen, storageCelsius })
    const warm = off('A2', { revision: 'warm', product: GTIN, parameters: { low: 2 } })
    expect((await put(0, [warm])).json).toMatchObject({ code: 'not_ascending_together' })
    const both = { ...warm, parameters: { low: 2, high: 8 } }
    expect((await put(0, [{ ...low, toUs: 1e15 }, { ...high, fromUs: 1e15 }, both])).status).toBe(
      200,
    )
  })

  it.each([GTIN, '09521321000018', 'urn:epc:idpat:sgtin:9521321.000001.*', '9521321000018'])(
    'know a product in whatever spelling: %s',
    async (product) => {
      await put(0, [off('C2', { product })])
      const { json } = await world.call('/v1/rules/C2', { key: maker })
      expect(json['changes']).toMatchObject([{ product: GTIN }])
    },
  )

  it('know a product by its aliases, and times as text', async () => {
    world.registry.products.put({
      ...{ key: 'drugcode:8123456', party: 'maker', name: 'D', domain: 'drugs' },
    })
    const { fromUs: _, ...rest } = off('C2', { product: '8123456' })
    const changed = await put(0, [{ ...rest, from: '2026-01-01T00:00:00+08:00' }])
    expect(changed.status).toBe(200)
    const { json } = await world.call('/v1/rules/C2', { key: maker })
    const fromUs = Date.UTC(2025, 11, 31, 16) * 1000
    expect(json).toMatchObject({ changes: [{ product: 'drugcode:8123456', fromUs }] })
  })

  it('say what each may be bound to', async () => {
    const { json } = await world.call('/v1/rules/A2', { key: maker })
    expect(json['scopes']).toEqual(['domain', 'product'])
  })

  it('that begin in the past are applied to it: what they spare is withdrawn, and comes back', async () => {
    await commissionTwice('A')
    expect(await states()).toEqual([['C2', 'open']])
    await put(0, [off('C2', { product: GTIN })])
    await world.watched()
    expect(await states()).toEqual([['C2', 'withdrawn']])
    const [step] = world.alerts.reader.stepsAfter(1, 1)
    expect(step?.reason).toContain('Rules')
    await put(1, [])
    await world.watched()
    expect(await states()).toEqual([['C2', 'open']])
  })
})

describe('a dry run', () => {
  it('tells what would have been raised and spared, by rule and week, and changes nothing', async () => {
    await commissionTwice('A', 'B', 'C')
    const { json } = await attempt([off('C2')])
    expect(json).toMatchObject({
      ...{ raised: 0, spared: 3, byRule: { C2: -3 }, events: 6, items: 3, complete: true },
      weeks: [{ raised: 0, spared: 3 }],
    })
    expect(await states()).toHaveLength(3)
    await put(0, [off('C2')])
    await world.watched()
    expect((await attempt([])).json).toMatchObject({ raised: 3, spared: 0, byRule: { C2: 3 } })
  })

  it('tries rules about sensors and about the items that were with them', async () => {
    const { devices, products } = world.registry
    const FRIDGE = 'https://id.gs1.org/8004/9521321FRIDGE'
    const CASE = 'https://id.gs1.org/00/095213210000000015'
    const storageCelsius = { min: 2, max: 8 }
    products.put({ key: GTIN, party: 'maker', name: 'V', domain: 'drugs', storageCelsius })
    devices.put({
      ...{ party: 'maker', device: 'fridge', site: 's', name: 'f', enabled: true, topics: [] },
      ...{ epc: FRIDGE, binding: { asset: CASE } },
    })
    const report = (at: number, value: number) => ({
      ...{ type: 'Temperature', value, uom: 'CEL' },
      time: new Date(Date.UTC(2026, 2, 2, 8, at * 10)).toISOString(),
    })
    const sensorReport = [5, 12, 12, 12, 12, 12, 5].map((value, at) => report(at, value))
    await world.capture(
      maker,
      event({ eventTime: '2026-03-01T08:00:00Z', epcList: [epc('A')], action: 'ADD' }),
      event({
        ...{ type: 'AggregationEvent', action: 'ADD', bizStep: 'packing', epcList: undefined },
        ...{ eventTime: '2026-03-01T09:00:00Z', parentID: CASE, childEPCs: [epc('A')] },
      }),
      event({
        ...{ eventTime: '2026-03-02T10:00:00Z', bizStep: 'sensor_reporting', epcList: [FRIDGE] },
        sensorElementList: [{ sensorMetadata: { deviceID: FRIDGE }, sensorReport }],
      }),
    )
    await world.watched()
    const strict = { ...off('A1'), enabled: true, parameters: { low: 2, high: 8 } }
    const { json } = await attempt([strict, off('A2')])
    expect(json).toMatchObject({ byRule: { A1: 1, A2: -1 }, readings: 7, complete: true })
    expect((await attempt([], '2026-03-04T00:00:00Z')).json).toMatchObject({ readings: 0 })
  })

  it('looks at the span that was asked for, and refuses what a change would be refused for', async () => {
    await commissionTwice('A')
    const later = new Date(Date.now() + 1).toISOString()
    const body = { changes: [off('C2')], from: later, to: '2200-01-01T00:00:00Z' }
    const call = { method: 'POST', key: regulator } as const
    const empty = await world.call('/v1/rules/dry-run', { ...call, body })
    expect(empty.json).toMatchObject({ spared: 0 })
    const backwards = { ...body, to: '2020-01-01T00:00:00Z' }
    const refused = await world.call('/v1/rules/dry-run', { ...call, body: backwards })
    expect(refused.json).toMatchObject({ status: 400, code: 'span_empty', path: '/from' })
    expect((await attempt([], '2200-01-01T00:00:00Z')).json).toMatchObject({ code: 'span_empty' })
    expect((await attempt([off('Z1')])).json).toMatchObject({ path: '/changes/0/rule' })
  })
})
