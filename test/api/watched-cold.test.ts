/** Rules about the temperatures of items, end to end: A2, A3 and A5 to A8, through containers. */
import { afterEach, describe, expect, it } from 'vitest'
import {
  epc,
  made,
  on,
  packed,
  place,
  sscc,
  startWatched,
  things,
  type Watched,
} from './watched.ts'

const SENSOR = 'https://id.gs1.org/8004/9521321LOGGER'
const CASE = sscc(1)

let watched: Watched
afterEach(() => watched.world.close())

const capture = (...events: object[]) => watched.world.capture(watched.maker, ...events)
const captureAt = (key: string, ...events: object[]) => watched.world.capture(key, ...events)

const mountOn = (asset: string) =>
  watched.world.registry.devices.put({
    ...{ party: 'maker', device: 'logger', site: 's', name: 'l', enabled: true, topics: [] },
    ...{ epc: SENSOR, binding: { asset } },
  })

/** A product that is kept so cold, in a case with a logger. */
async function start(storageCelsius: { min: number; max: number }, ...names: string[]) {
  watched = await startWatched('drugs', { storageCelsius })
  mountOn(CASE)
  await capture(made(1, names, 'L1'), packed(2, 'ADD', CASE, { childEPCs: names.map(epc) }))
}

/** So many hours of readings each half an hour, from an hour of a day on. */
const hours = (day: number, hour: number, count: number, celsius: number) =>
  Array.from({ length: count * 2 + 1 }, (_, half) => ({
    ...{ type: 'Temperature', value: celsius, uom: 'CEL' },
    time: new Date(Date.UTC(2026, 2, day, hour, half * 30)).toISOString(),
  }))

const upload = (day: number, hour: number, sensorReport: readonly object[]) =>
  on(day, hour, {
    ...{ epcList: [SENSOR], bizStep: 'sensor_reporting' },
    sensorElementList: [{ sensorMetadata: { deviceID: SENSOR }, sensorReport }],
  })

const ship = () => things(3, 'shipping', [CASE])
const receive = (day: number) => things(day, 'receiving', [CASE], { readPoint: place(2) })
const of = async (rule: string) => (await watched.raised(rule, 0)).map(({ subject }) => subject)

describe('a transport that was too warm (A3, A5)', () => {
  it('31 °C for eleven hours on the way is an alarm of the shipment, for each item in the case', async () => {
    await start({ min: 2, max: 8 }, 'A', 'B')
    await capture(ship(), upload(3, 23, hours(3, 10, 11, 31)))
    expect((await of('A3')).sort()).toEqual([epc('A'), epc('B')])
    const [alert] = await watched.raised('A3', 0)
    const { affected, case: its } = await watched.detail(alert?.['id'])
    expect(affected).toMatchObject([{ certainty: 'inferred', path: [CASE] }])
    // One case for all that was with the sensor.
    expect(its).toMatchObject({ alerts: 2 })
  })

  it('stands all the while that history is gone through again', async () => {
    await start({ min: 2, max: 8 }, 'A')
    await capture(ship(), upload(3, 23, hours(3, 10, 11, 31)))
    const [alert] = await watched.raised('A3', 0)
    watched.world.follower.replay()
    await watched.world.watched(0)
    const { state, steps } = await watched.detail(alert?.['id'])
    expect(state).toBe('open')
    expect(steps).toHaveLength(1)
  })

  it('nine hours of it are none, nor are eleven in the store', async () => {
    await start({ min: 2, max: 8 }, 'A')
    await capture(upload(2, 23, hours(2, 10, 11, 31)), ship(), upload(3, 20, hours(3, 10, 9, 31)))
    expect(await of('A3')).toEqual([])
  })

  it('a mean above the limit is told once it has arrived, and not before', async () => {
    await start({ min: 2, max: 8 }, 'A')
    await capture(ship(), upload(3, 22, hours(3, 10, 12, 9)))
    expect(await of('A5')).toEqual([])
    await captureAt(watched.shop, receive(4))
    expect(await of('A5')).toEqual([epc('A')])
  })

  it('an hour at 9 °C in a day at 5 °C is no mean above the limit', async () => {
    await start({ min: 2, max: 8 }, 'A')
    await capture(ship(), upload(3, 12, hours(3, 10, 1, 9)), upload(4, 11, hours(3, 12, 20, 5)))
    await captureAt(watched.shop, receive(5))
    expect(await of('A5')).toEqual([])
  })

  it('a logger that is read after the arrival tells of the transport all the same', async () => {
    await start({ min: 2, max: 8 }, 'A')
    await capture(ship())
    await captureAt(watched.shop, receive(4))
    expect(await of('A5')).toEqual([])
    await capture(upload(5, 9, hours(3, 10, 12, 9)))
    expect(await of('A5')).toEqual([epc('A')])
  })
})

describe('verdicts of a pharmacopoeia (A6, A7, A8)', () => {
  it('of what is kept cold: above 15 °C, and a mean does not excuse it', async () => {
    await start({ min: 2, max: 8 }, 'A')
    await capture(upload(2, 23, [...hours(2, 9, 12, 4), ...hours(2, 22, 0, 16)]))
    await capture(upload(3, 6, hours(2, 23, 3, 4)))
    expect(await of('A7')).toEqual([epc('A')])
    expect(await of('A8')).toEqual([epc('A')])
    expect(await of('A6')).toEqual([])
  })

  it('freezing is told even where the mean is as it should be', async () => {
    await start({ min: 2, max: 8 }, 'A')
    await capture(upload(2, 23, [...hours(2, 9, 12, 5), ...hours(2, 22, 0, -1)]))
    const [alert] = await watched.raised('A8', 0)
    expect(JSON.stringify(alert?.['text'])).toContain('freezing')
  })

  it('14 °C for an hour is allowed', async () => {
    await start({ min: 2, max: 8 }, 'A')
    await capture(upload(2, 23, [...hours(2, 9, 12, 4), ...hours(2, 22, 1, 14)]))
    await capture(upload(3, 12, hours(3, 0, 10, 4)))
    expect(await of('A7')).toEqual([])
    expect(await of('A8')).toEqual([])
  })

  it('of what is kept at room temperature: below 15 °C, and a day at 22 °C is fine', async () => {
    await start({ min: 15, max: 30 }, 'A')
    await capture(upload(3, 9, hours(2, 9, 24, 22)))
    expect(await of('A6')).toEqual([])
    await capture(upload(3, 12, hours(3, 10, 0, 14)))
    expect(await of('A6')).toEqual([epc('A')])
    expect(await of('A7')).toEqual([])
  })

  it('is of what was in the case by then, and not of what was taken out before', async () => {
    await start({ min: 2, max: 8 }, 'A', 'B')
    const out = packed(2, 'DELETE', CASE, { childEPCs: [epc('B')] })
    await capture({ ...out, eventTime: '2026-03-02T09:00:00Z' }, upload(2, 23, hours(2, 10, 2, 16)))
    expect(await of('A7')).toEqual([epc('A')])
    expect(await of('A2')).toEqual([epc('A')])
  })
})

describe('what was sold or came to its end', () => {
  const sold = (day: number, name: string, more: Record<string, unknown> = {}) =>
    things(day, 'retail_selling', [epc(name)], more)

  it('is not concerned by what its shelf measures later', async () => {
    await start({ min: 2, max: 8 }, 'A', 'B', 'C')
    await capture(sold(3, 'A'), things(3, 'destroying', [epc('B')]))
    await capture(upload(4, 23, hours(4, 10, 2, 16)))
    for (const rule of ['A2', 'A7']) expect(await of(rule)).toEqual([epc('C')])
  })

  it('is, of what was measured by then, and of what is once it is taken back', async () => {
    await start({ min: 2, max: 8 }, 'A', 'B')
    await capture(sold(4, 'A'), sold(3, 'B'))
    const back = { disposition: 'returned', eventTime: '2026-03-05T09:00:00Z' }
    await capture(things(5, 'accepting', [epc('B')], back))
    await capture(upload(3, 23, hours(3, 12, 2, 16)))
    expect(await of('A2')).toEqual([epc('A')])
    await capture(upload(6, 23, hours(6, 12, 2, 16)))
    await watched.world.watched(1)
    expect((await of('A2')).sort()).toEqual([epc('A'), epc('B')])
  })

  it('and is told so late takes back what was said of it', async () => {
    await start({ min: 2, max: 8 }, 'A')
    await capture(upload(4, 23, hours(4, 10, 2, 16)))
    expect(await of('A2')).toEqual([epc('A')])
    await capture(sold(3, 'A'))
    expect(await of('A2')).toEqual([])
    expect(await watched.states('A2')).toEqual(['withdrawn'])
  })
})

describe('a further excursion of an item', () => {
  const temperature = async (id: unknown) => {
    const { state, why, steps } = await watched.detail(id)
    const told = steps as { step: string }[]
    return { state, why, steps: told.map(({ step }) => step) }
  }

  it('is told with the first, while it lasts, and no step tells of each reading', async () => {
    await start({ min: 2, max: 8 }, 'A')
    await capture(upload(2, 15, [...hours(2, 9, 2, 12), ...hours(2, 12, 0, 5)]))
    const [alert] = await watched.raised('A2', 0)
    await capture(upload(2, 16, hours(2, 15, 0.5, 22)))
    await watched.raised('A2', 0)
    await capture(upload(2, 17, hours(2, 16, 0.5, 22)))
    await watched.raised('A2', 3 / 60)
    const { why, steps } = await temperature(alert?.['id'])
    const measures = [
      { name: 'temperature', value: 22 },
      { name: 'duration', value: 210 },
    ]
    expect(why).toMatchObject({ measures })
    expect(steps).toEqual(['raised', 'continued'])
  })

  it('opens again what somebody resolved before it was known', async () => {
    await start({ min: 2, max: 8 }, 'A')
    await capture(upload(2, 15, [...hours(2, 9, 2, 12), ...hours(2, 12, 0, 5)]))
    const [alert] = await watched.raised('A2', 0)
    const path = `/v1/alerts/${String(alert?.['id'])}/steps`
    const body = { action: 'resolve', causeCode: 'test', reason: 'Looked at' }
    await watched.world.call(path, { key: watched.regulator, method: 'POST', body })
    await capture(upload(2, 16, hours(2, 15, 0, 9)))
    await watched.raised('A2', 3 / 60)
    expect(await temperature(alert?.['id'])).toMatchObject({ state: 'resolved' })
    await capture(upload(2, 17, hours(2, 15, 1, 22).slice(1)))
    await watched.raised('A2', 6 / 60)
    expect(await temperature(alert?.['id'])).toMatchObject({ state: 'open' })
  })

  it('says by which events and which way the item was with the sensor', async () => {
    await start({ min: 2, max: 8 }, 'A')
    await capture(upload(2, 15, [...hours(2, 9, 2, 12), ...hours(2, 12, 0, 5)]))
    const [alert] = await watched.raised('A2', 0)
    const { affected, why, certainty } = await watched.detail(alert?.['id'])
    expect(affected).toMatchObject([{ certainty, path: [CASE] }])
    const readings = [{ time: '2026-03-02T09:00:00.000Z' }, { time: '2026-03-02T11:00:00.000Z' }]
    // Made where it was seen, and packed.
    expect(why).toMatchObject({ eventIDs: [expect.any(String), expect.any(String)], readings })
  })
})

describe('readings that come late', () => {
  it('are taken into what was told before, which is told otherwise', async () => {
    await start({ min: 2, max: 8 }, 'A')
    await capture(upload(2, 23, hours(2, 12, 1, 9)))
    const [warning] = await watched.raised('A2', 0)
    expect(warning).toMatchObject({ severity: 'critical' })
    const { steps } = (await watched.detail(warning?.['id'])) as { steps: { step: string }[] }
    expect(steps.map(({ step }) => step)).toEqual(['raised'])
  })

  it('what was packed before them is told soon after its packing is stored', async () => {
    await start({ min: 2, max: 8 }, 'A')
    await capture(packed(3, 'DELETE', CASE, { childEPCs: [epc('A')] }), made(1, ['B'], 'L1'))
    await capture(upload(4, 23, hours(4, 12, 1, 9)))
    expect(await of('A2')).toEqual([])
    await capture(packed(4, 'ADD', CASE, { childEPCs: [epc('B')] }))
    expect(await of('A2')).toEqual([])
    const soon = await watched.raised('A2', 3 / 60)
    expect(soon.map(({ subject }) => subject)).toEqual([epc('B')])
  })

  it('what is put where nothing was is told of at once', async () => {
    await start({ min: 2, max: 8 }, 'A')
    mountOn(sscc(2))
    await capture(upload(4, 7, hours(4, 4, 2, 25)))
    expect(await of('A2')).toEqual([])
    await capture(made(1, ['B'], 'L1'), packed(4, 'ADD', sscc(2), { childEPCs: [epc('B')] }))
    await capture(upload(4, 23, hours(4, 12, 1, 9)))
    expect(await of('A2')).toEqual([epc('B')])
  })

  it('what was taken out before is told late, and it was not with the logger after all', async () => {
    await start({ min: 2, max: 8 }, 'A')
    await capture(upload(2, 23, hours(2, 12, 1, 9)))
    expect(await of('A2')).toEqual([epc('A')])
    const later = packed(4, 'OBSERVE', CASE, { childEPCs: [epc('A')] })
    const out = packed(2, 'DELETE', CASE, { childEPCs: [epc('A')] })
    await capture(later, { ...out, eventTime: '2026-03-02T08:30:00Z' })
    expect(await of('A2')).toEqual([])
    expect(await watched.states('A2')).toEqual(['withdrawn'])
  })
})
