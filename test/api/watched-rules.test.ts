/** Rules of all families end to end: what is captured, and what is raised of it, or just not. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Exposures } from '#ingest/watch/tell-exposure.ts'
import { RuleSet } from '#risk/rule-set.ts'
import { mountedSensors } from '#store/mounted.ts'
import { referenceOf } from '#store/reference.ts'
import { event, startWorld, type World } from './world.ts'

const GTIN = 'https://id.gs1.org/01/09521321000018'
const RAW = 'https://id.gs1.org/01/09521321000025'
const epc = (name: string) => `${GTIN}/21/${name}`
const BEIJING = { id: 'https://id.gs1.org/414/9521321000018' }
const SHANGHAI = { id: 'https://id.gs1.org/414/9521321000025' }
const CASE = 'https://id.gs1.org/00/095213210000000015'
const SENSOR = 'https://id.gs1.org/8004/9521321FRIDGE'

const at = (time: string, more: Record<string, unknown>) =>
  event({ eventTime: `2026-03-${time}Z`, ...more })
const born = (name: string, ilmd?: object) =>
  at('01T08:00:00', {
    ...{ epcList: [epc(name)], action: 'ADD', bizStep: 'commissioning' },
    ...(ilmd && { ilmd }),
  })
const seen = (time: string, name: string, bizStep: string, more: object = {}) =>
  at(time, { epcList: [epc(name)], bizStep, ...more })

let world: World
let maker: string
let regulator: string

beforeEach(async () => {
  world = await startWorld()
  maker = world.party('maker')
  regulator = world.key({ role: 'regulator', label: '' })
  const { products, locations, devices } = world.registry
  const product = { key: GTIN, party: 'maker', name: 'V', domain: 'drugs' as const }
  const storageCelsius = { min: 2, max: 8 }
  products.put({ ...product, storageCelsius, markets: ['north'], productClass: 'vaccine' })
  products.put({ ...product, key: RAW, kgPerUnit: 1 })
  const site = { party: 'maker', name: 'site', radiusKm: 1 }
  locations.put({ ...site, key: BEIJING.id, latitude: 39.9, longitude: 116.4, market: 'north' })
  locations.put({ ...site, key: SHANGHAI.id, latitude: 31.2, longitude: 121.5, market: 'south' })
  const device = { party: 'maker', device: 'fridge', site: 's', name: 'f', enabled: true }
  devices.put({ ...device, topics: [], epc: SENSOR, binding: { asset: CASE } })
})
afterEach(() => world.close())

/** The alerts of one rule that stand, so many hours from now. */
async function raised(rule: string, hoursAhead = 0): Promise<Record<string, unknown>[]> {
  await world.watched(hoursAhead)
  const answer = await world.call(`/v1/alerts?rule=${rule}`, { key: regulator })
  return answer.json['items'] as Record<string, unknown>[]
}

const EXPIRY = (date: string) => ({ 'cbvmda:itemExpirationDate': date })
const CBVMDA = [
  'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld',
  { cbvmda: 'urn:epcglobal:cbv:mda' },
]
const withExpiry = (name: string, date: string) => ({
  ...born(name, EXPIRY(date)),
  '@context': CBVMDA,
})

const licensed = (from: string, to: string, scope: string) =>
  world.registry.parties.put({
    ...{ slug: 'maker', name: 'M', domain: 'drugs' },
    licences: [{ scope: [scope], from, to }],
  })

interface Case {
  readonly rule: string
  readonly what: string
  readonly hit: () => object[]
  readonly miss: () => object[]
  readonly prepare?: (isHit: boolean) => void
}

const transform = (inKg: number, outKg: number) =>
  at('02T08:00:00', {
    ...{ type: 'TransformationEvent', epcList: undefined, action: undefined },
    bizStep: 'commissioning',
    inputQuantityList: [{ epcClass: `${RAW}/10/IN`, quantity: inKg, uom: 'KGM' }],
    outputQuantityList: [{ epcClass: `${RAW}/10/OUT`, quantity: outKg, uom: 'KGM' }],
  })

const pack = (time: string, action: string) =>
  at(time, {
    ...{ type: 'AggregationEvent', epcList: undefined, parentID: CASE, action },
    ...{ childEPCs: [epc('A')], bizStep: action === 'ADD' ? 'packing' : 'unpacking' },
  })

const sold = (time: string, more: object = {}) => seen(time, 'A', 'retail_selling', more)

const CASES: readonly Case[] = [
  {
    rule: 'B1',
    what: 'shipped the day after it expired, and on its last day',
    hit: () => [withExpiry('A', '2026-03-04'), seen('05T08:00:00', 'A', 'shipping')],
    miss: () => [withExpiry('A', '2026-03-05'), seen('05T08:00:00', 'A', 'shipping')],
  },
  {
    rule: 'C2',
    what: 'commissioned again the next day, and the same scan twice',
    hit: () => [born('A'), { ...born('A'), eventTime: '2026-03-02T08:00:00Z' }],
    miss: () => [born('A'), { ...born('A'), eventTime: '2026-03-01T08:00:01Z' }],
  },
  {
    rule: 'C4',
    what: 'seen after it was destroyed, and before',
    hit: () => [
      born('A'),
      seen('02T08:00:00', 'A', 'destroying'),
      seen('03T08:00:00', 'A', 'shipping'),
    ],
    miss: () => [
      born('A'),
      seen('02T08:00:00', 'A', 'shipping'),
      seen('03T08:00:00', 'A', 'destroying'),
    ],
  },
  {
    rule: 'C5',
    what: 'sold twice, and two messages of one receipt',
    hit: () => [born('A'), sold('02T08:00:00'), sold('03T08:00:00')],
    miss: () => {
      const bizTransactionList = [{ bizTransaction: 'urn:example:receipt:1' }]
      return [
        born('A'),
        sold('02T08:00:00', { bizTransactionList }),
        sold('02T09:00:00', { bizTransactionList }),
      ]
    },
  },
  {
    rule: 'C7',
    what: 'a code with a wrong check digit, and a right one',
    hit: () => [
      born('A'),
      seen('02T08:00:00', 'A', 'inspecting', {
        epcList: ['https://id.gs1.org/01/09521321000017/21/1'],
      }),
    ],
    miss: () => [born('A'), seen('02T08:00:00', 'A', 'inspecting')],
  },
  {
    rule: 'C8',
    what: 'listed with the case that it is in, and once it is out',
    hit: () => [
      born('A'),
      pack('02T08:00:00', 'ADD'),
      seen('03T08:00:00', 'A', 'shipping', { epcList: [epc('A'), CASE] }),
    ],
    miss: () => [
      born('A'),
      pack('02T08:00:00', 'ADD'),
      pack('02T09:00:00', 'DELETE'),
      seen('03T08:00:00', 'A', 'shipping', { epcList: [epc('A'), CASE] }),
    ],
  },
  {
    rule: 'C9',
    what: 'Beijing to Shanghai in eight hours, and in nine',
    hit: () => [
      seen('02T00:00:00', 'A', 'inspecting', { readPoint: BEIJING }),
      seen('02T08:00:00', 'A', 'inspecting', { readPoint: SHANGHAI }),
    ],
    miss: () => [
      seen('02T00:00:00', 'A', 'inspecting', { readPoint: BEIJING }),
      seen('02T09:00:00', 'A', 'inspecting', { readPoint: SHANGHAI }),
    ],
  },
  {
    rule: 'D1',
    what: 'the day after the licence ended, and on its last day',
    prepare: (isHit) => licensed('2026-01-01', isHit ? '2026-02-28' : '2026-03-01', '*'),
    hit: () => [born('A')],
    miss: () => [born('A')],
  },
  {
    rule: 'D2',
    what: 'goods outside of the scope of the licence, and inside',
    prepare: (isHit) => licensed('2026-01-01', '2026-12-31', isHit ? 'device' : 'vaccine'),
    hit: () => [born('A')],
    miss: () => [born('A')],
  },
  {
    rule: 'D3',
    what: 'seen in a market that is not its own, and in its own',
    hit: () => [seen('02T00:00:00', 'A', 'inspecting', { readPoint: SHANGHAI })],
    miss: () => [seen('02T00:00:00', 'A', 'inspecting', { readPoint: BEIJING })],
  },
  {
    rule: 'E1',
    what: 'more comes out than went in, and less',
    hit: () => [transform(100, 180)],
    miss: () => [transform(100, 99)],
  },
]

describe.each(CASES)('$rule: $what', ({ rule, hit, miss, prepare }) => {
  it('raises the first', async () => {
    prepare?.(true)
    await world.capture(maker, ...hit())
    expect(await raised(rule)).toMatchObject([{ rule, state: 'open' }])
  })

  it('and not the second', async () => {
    prepare?.(false)
    await world.capture(maker, ...miss())
    expect(await raised(rule)).toEqual([])
  })
})

/** Readings of the fridge, one each ten minutes, as events bring them. */
const readings = (from: string, celsius: readonly number[]) => {
  const startMs = Date.parse(`2026-03-${from}Z`)
  const sensorReport = celsius.map((value, n) => ({
    ...{ type: 'Temperature', value, uom: 'CEL' },
    time: new Date(startMs + n * 600_000).toISOString(),
  }))
  return at(from, {
    ...{ epcList: [SENSOR], bizStep: 'sensor_reporting' },
    eventTime: new Date(startMs + celsius.length * 600_000).toISOString(),
    sensorElementList: [{ sensorMetadata: { deviceID: SENSOR }, sensorReport }],
  })
}

describe('temperatures', () => {
  const inside = () => [born('A'), pack('02T08:00:00', 'ADD')]
  const hot = (minutes: number) => [5, ...Array<number>(minutes / 10 + 1).fill(9), 5]

  it('A1: forty minutes above the limit of the site, with the items in the case; not twenty', async () => {
    const limits = { rule: 'A1', site: CASE, parameters: { high: 8 }, fromUs: 0, reason: 'x' }
    world.alerts.setRules(
      0,
      { atUs: 0, by: 'x', reason: 'x', changes: [{ ...limits, revision: 'r', author: 'x' }] },
      false,
    )
    await world.capture(maker, ...inside(), readings('03T08:00:00', hot(20)))
    expect(await raised('A1')).toEqual([])
    await world.capture(maker, readings('04T08:00:00', hot(40)))
    world.follower.lookAgain()
    const [alert] = await raised('A1')
    expect(alert).toMatchObject({ subject: SENSOR })
    const { json } = await world.call(`/v1/alerts/${alert?.['id']}`, { key: regulator })
    expect(json['affected']).toMatchObject([{ key: epc('A'), path: [CASE] }])
    expect(json['why']).toMatchObject({ readings: [{ device: SENSOR, value: 9 }] })
  })

  it('A2: an item that was in the case for two hours above its limits; not one that was not', async () => {
    await world.capture(maker, ...inside(), born('B'), readings('03T08:00:00', hot(120)))
    expect(await raised('A2')).toMatchObject([{ subject: epc('A'), severity: 'critical' }])
  })

  it('A2: each of more items than are looked at in one go; A11 says how many it does not name', async () => {
    const names = Array.from({ length: 302 }, (_, at) => `M${at}`)
    await world.capture(
      maker,
      at('01T08:00:00', { epcList: names.map(epc), action: 'ADD', bizStep: 'commissioning' }),
      { ...pack('02T08:00:00', 'ADD'), childEPCs: names.map(epc) },
      readings('03T08:00:00', [5, ...Array<number>(13).fill(900)]),
    )
    await world.watched()
    const { reader } = world.alerts
    const found = reader.alerts({ rules: ['A2'] }, { limit: 1000 })
    expect(new Set(found.map(({ finding: { subject } }) => subject)).size).toBe(302)
    const [range] = reader.alerts({ rules: ['A11'] }, { limit: 10 })
    expect(range?.finding.measures).toContainEqual(
      expect.objectContaining({ name: 'notNamed', value: 2 }),
    )
  })

  it('A2: of an item with more readings than are gone through it says so', async () => {
    await world.capture(maker, ...inside(), readings('03T08:00:00', [5, 5, 5, 5, 5, 5]))
    const { trail, registry } = world
    const reference = referenceOf(registry)()
    const watch = { rules: new RuleSet(reference.limits), reference }
    const parts = { trail, mounted: mountedSensors(registry), watch, nowUs: Date.now() * 1000 }
    expect(await new Exposures(parts, 6).about(epc('A'))).toEqual([])
    const [told] = await new Exposures(parts, 5).about(epc('A'))
    expect(told).toMatchObject({ rule: 'A2', variant: 'tooMany', severity: 'info' })
    expect(told?.text.en).toContain('More than 5 readings')
  })

  it('A11: a value that cannot be is of the sensor; a warm day is not', async () => {
    await world.capture(maker, readings('03T08:00:00', [30, 31]))
    expect(titles(await raised('A11'))).not.toContain('range')
    await world.capture(maker, readings('04T08:00:00', [31, 900]))
    world.follower.lookAgain()
    expect(titles(await raised('A11'))).toContain('range')
  })

  it('A11: that it was silent is taken back when its values come after all', async () => {
    // What came months late is waited with.
    let hours = 0
    const silences = async () => {
      await raised('A11', hours)
      hours += 0.3
      return (await raised('A11', hours)).map(({ from }) => String(from))
    }
    await world.capture(maker, readings('03T08:00:00', [5, 5.1]))
    expect(await silences()).toEqual([expect.stringContaining('T08:10')])
    await world.capture(maker, readings('03T08:20:00', [5.2, 5.3]))
    world.follower.lookAgain()
    expect(await silences()).toEqual([expect.stringContaining('T08:30')])
    await world.capture(maker, readings('03T12:00:00', [5.2]))
    world.follower.lookAgain()
    expect((await silences()).length).toBe(2)
  })

  const titles = (alerts: readonly Record<string, unknown>[]) =>
    alerts.map(({ text }) => (JSON.stringify(text).includes('900') ? 'range' : 'other'))
})
