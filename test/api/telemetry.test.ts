import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { carton, type Supply, sensor, supply } from './supply.ts'
import { startWorld, type World } from './world.ts'

let world: World
let keys: Supply
let inspector: string

beforeAll(async () => {
  world = await startWorld()
  keys = await supply(world)
  inspector = world.key({ role: 'inspector', label: '' })
})

afterAll(() => world.close())

async function values(query: string, key = inspector): Promise<unknown> {
  const answer = await world.call(`/v1/telemetry?${query}`, { key })
  expect(answer.status, answer.text).toBe(200)
  const { series } = answer.json as { series: { points: { value: number }[] }[] }
  return series.map(({ points }) => points.map(({ value }) => value))
}

describe('telemetry', () => {
  it('of a sensor comes by series, in the order of time', async () => {
    const answer = await world.call(`/v1/telemetry?device=${sensor}`, { key: inspector })
    expect(answer.json).toEqual({
      series: [
        {
          device: sensor,
          party: 'farm',
          type: 'Temperature',
          component: '',
          uom: 'CEL',
          points: [
            { time: '2026-03-01T05:00:00.000Z', value: 20 },
            { time: '2026-03-01T09:00:00.000Z', value: 4.5 },
            { time: '2026-03-02T12:00:00.000Z', value: 30 },
          ],
        },
      ],
    })
  })

  it('of an item is that of the sensors that were with it, while they were', async () => {
    expect(await values(`item=${carton}`)).toEqual([[4.5]])
    expect(await values(`item=${carton}&to=2026-03-01T08:59:59.999999Z`)).toEqual([])
    expect(await values(`item=${carton}&from=2026-03-01T09:00:00Z`)).toEqual([[4.5]])
  })

  it('is narrowed to types and times, and averaged over windows', async () => {
    expect(await values(`device=${sensor}&type=RelativeHumidity`)).toEqual([])
    expect(await values(`device=${sensor}&type=RelativeHumidity%7CTemperature`)).toHaveLength(1)
    expect(await values(`device=${sensor}&from=2026-03-01T09:00:00Z`)).toEqual([[4.5, 30]])
    const daily = await world.call(`/v1/telemetry?device=${sensor}&every=1d`, { key: inspector })
    expect(daily.json).toMatchObject({
      series: [
        {
          points: [
            { time: '2026-03-01T00:00:00.000Z', value: 12.25, min: 4.5, max: 20, count: 2 },
            { time: '2026-03-02T00:00:00.000Z', value: 30, count: 1 },
          ],
        },
      ],
    })
  })

  it('is shown to an enterprise as far as its own party measured it', async () => {
    expect(await values(`device=${sensor}`, keys.farm)).toEqual([[20, 4.5, 30]])
    expect(await values(`device=${sensor}`, keys.mill)).toEqual([])
    expect((await world.call(`/v1/telemetry?device=${sensor}`)).status).toBe(401)
  })

  it('of a device without an EPC is found by its name', async () => {
    await world.trail.apply({
      events: [],
      readings: [
        {
          device: 'urn:suyuan:device:farm:probe',
          type: 'Temperature',
          component: '',
          uom: 'CEL',
          timeUs: 1_772_323_200_000_000,
          value: 7,
          party: 'farm',
        },
      ],
      follower: 'test',
      to: 1,
    })
    expect(await values('device=farm/probe')).toEqual([[7]])
    expect(await values('device=farm%2Fother')).toEqual([])
  })

  it.each([
    ['', 'device'],
    [`device=${sensor}&item=${carton}`, 'device'],
    [`device=${sensor}&every=often`, 'every'],
    [`device=${sensor}&from=yesterday`, 'from'],
    [`device=${sensor}&unit=FAH`, 'unit'],
  ])('asked by ?%s is refused, naming %s', async (query, path) => {
    const answer = await world.call(`/v1/telemetry?${query}`, { key: inspector })
    expect(answer.json).toMatchObject({ status: 400, path })
  })

  it('of an item that no event names is not found', async () => {
    const answer = await world.call('/v1/telemetry?item=urn:x:none', { key: inspector })
    expect(answer.json).toMatchObject({ status: 404, code: 'unknown_item' })
  })
})
