/** Items are looked at wherever a rule of theirs may find something, whoever set its limit. */
import { afterEach, describe, expect, it } from 'vitest'
import type { RuleChange } from '#risk/rule-set.ts'
import { epc, GTIN, made, on, packed, sscc, startWatched, type Watched } from './watched.ts'

const SENSOR = 'https://id.gs1.org/8004/9521321LOGGER'
const CASE = sscc(1)
const OTHER = 'https://id.gs1.org/01/09521321000025'

let watched: Watched
afterEach(() => watched.world.close())

const capture = (...events: object[]) => watched.world.capture(watched.maker, ...events)
const of = async (rule: string, hoursAhead = 0) =>
  (await watched.raised(rule, hoursAhead)).map(({ subject }) => subject)

/** A thing in a case with a logger. */
async function start(
  domain: 'food' | 'drugs',
  storageCelsius?: { readonly min: number; readonly max: number },
): Promise<void> {
  watched = await startWatched(domain, storageCelsius && { storageCelsius })
  watched.world.registry.devices.put({
    ...{ party: 'maker', device: 'logger', site: 's', name: 'l', enabled: true, topics: [] },
    ...{ epc: SENSOR, binding: { asset: CASE } },
  })
  await capture(made(1, ['A'], 'L1'), packed(2, 'ADD', CASE, { childEPCs: [epc('A')] }))
}

/** Readings of a logger, so many minutes apart, beginning at some milliseconds since 1970. */
const readings = (fromMs: number, everyMinutes: number, ...celsius: readonly number[]) => {
  const timeOf = (at: number) => new Date(fromMs + at * everyMinutes * 60_000).toISOString()
  return on(2, 23, {
    ...{ epcList: [SENSOR], bizStep: 'sensor_reporting' },
    eventTime: timeOf(celsius.length),
    sensorElementList: [
      {
        sensorMetadata: { deviceID: SENSOR },
        sensorReport: celsius.map((value, at) => {
          return { type: 'Temperature', value, uom: 'CEL', time: timeOf(at) }
        }),
      },
    ],
  })
}
const NOON = Date.UTC(2026, 2, 2, 12)
const halfHours = (count: number, celsius: number) => Array<number>(count).fill(celsius)

/** Puts changes in force, as the desk does. */
async function put(...changes: readonly Partial<RuleChange>[]): Promise<void> {
  const { version } = watched.world.alerts.rules()
  const next = changes.map((each, at) => ({
    ...{ revision: `r${at}`, rule: 'A2', fromUs: 0, author: 'x', reason: 'x', ...each },
  }))
  const body = { basedOn: version, reason: 'x', changes: next }
  const answer = await watched.world.call('/v1/rules', {
    ...{ method: 'PUT', key: watched.regulator, body },
  })
  expect(answer.status, answer.text).toBe(200)
}

describe('a limit that a change of rules sets', () => {
  it('is looked at where it is stricter than that of the product', async () => {
    await start('drugs', { min: 2, max: 8 })
    await put({ product: GTIN, parameters: { high: 6 } })
    await capture(readings(NOON, 30, ...halfHours(5, 7)))
    expect(await of('A2')).toEqual([epc('A')])
  })

  it('is looked at where nothing is registered of the product, by product or by profile', async () => {
    await start('food')
    await put({ product: GTIN, parameters: { high: 6 } })
    await capture(readings(NOON, 30, ...halfHours(5, 7)))
    expect(await of('A2')).toEqual([epc('A')])
    await put({ domain: 'food', parameters: { low: -30, high: -18 } })
    expect(await of('A2')).toEqual([epc('A')])
    await put({ domain: 'drugs', parameters: { low: -30, high: -18 } })
    expect(await of('A2')).toEqual([])
  })

  it('that leaves the default as it is, is looked at by that', async () => {
    await start('food')
    await put({ product: GTIN, parameters: { hotMinutes: 30 } })
    await capture(readings(NOON, 30, ...halfHours(5, 9)))
    expect(await of('A2')).toEqual([epc('A')])
  })

  it('is looked at once it begins, after the sensor was known to be with other limits', async () => {
    await start('drugs', { min: 2, max: 8 })
    await capture(readings(NOON, 30, 9, 5))
    expect(await of('A2')).toEqual([])
    const fromUs = Date.now() * 1000 + 60e6
    await put({ product: GTIN, parameters: { high: 6, hotMinutes: 10 }, fromUs })
    await capture(readings(Date.now() + 120_000, 5, 7, 7, 7))
    // Before the last week is looked at again.
    expect(await of('A2', 0.5)).toEqual([epc('A')])
  })

  it('and that comes after the readings is, of what was measured before', async () => {
    await start('drugs', { min: 2, max: 8 })
    await capture(readings(NOON, 30, ...halfHours(5, 7)))
    expect(await of('A2')).toEqual([])
    await put({ product: GTIN, parameters: { high: 6 } })
    expect(await of('A2')).toEqual([epc('A')])
    await put()
    expect(await of('A2')).toEqual([])
  })

  it.each([
    ['A3', { indicator: 'type-2' }, 11, 41],
    ['A5', { limit: 6 }, 7, 5],
  ] as const)('is looked at on transports (%s)', async (rule, parameters, celsius, count) => {
    await start('drugs', { min: 2, max: 30 })
    await put({ rule, product: GTIN, parameters })
    const move = (day: number, bizStep: string) =>
      on(day, 11, { epcList: [CASE], bizStep, readPoint: { id: OTHER.replace('01', '414') } })
    await capture(move(2, 'shipping'), readings(NOON, 30, ...halfHours(count, celsius)))
    await capture(move(5, 'receiving'))
    expect(await of(rule)).toEqual([epc('A')])
  })
})

describe('the verdict of a pharmacopoeia', () => {
  it('is asked for where it is stricter than the storage temperatures (A7)', async () => {
    await start('drugs', { min: 0, max: 15 })
    await capture(readings(NOON, 30, ...halfHours(60, 10)))
    expect(new Set(await of('A7'))).toEqual(new Set([epc('A')]))
  })

  it('is asked for where it is stricter than the storage temperatures (A6)', async () => {
    await start('drugs', { min: 8, max: 30 })
    await capture(readings(NOON, 30, 20, 12, 20))
    expect(await of('A6')).toEqual([epc('A')])
  })
})

describe('what is within all its limits', () => {
  it('is not gone through, though others would be out of theirs', async () => {
    await start('drugs', { min: 2, max: 8 })
    watched.world.registry.products.put({
      ...{ key: OTHER, party: 'maker', name: 'O', domain: 'drugs' },
      storageCelsius: { min: -25, max: -15 },
    })
    await capture(readings(NOON, 30, 9, 5))
    await of('A2')
    const told = watched.world.alerts.facts.exposureTold(epc('A'))
    expect(told).toBeGreaterThan(0)
    await capture(readings(NOON + 7_200_000, 30, 5, 5, 5))
    await of('A2', 0.2)
    expect(watched.world.alerts.facts.exposureTold(epc('A'))).toBe(told)
  })
})

it('time out of limits counts until the value that ends it, whenever that comes', async () => {
  await start('drugs', { min: 2, max: 8 })
  await capture(readings(NOON, 20, 9, 9, 9))
  expect((await watched.raised('A2', 0)).map(({ severity }) => severity)).toEqual([])
  await capture(readings(NOON + 3_600_000, 20, 5))
  const [alert] = await watched.raised('A2', 2 / 60)
  expect(alert).toMatchObject({ subject: epc('A'), severity: 'critical' })
})
