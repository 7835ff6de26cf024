/** Part of the trail contract: values of sensors, as points and as windows. */
import { describe, expect, it } from 'vitest'
import type { TelemetryPoint, TelemetryQuery } from '#store/trail.ts'
import { baseUs, reading } from './data.ts'
import { collect, type OpenStore, storeForEach, storeReadings } from './store.ts'

const { device } = reading()
const minuteUs = 60_000_000

export function telemetryContract(open: OpenStore): void {
  const held = storeForEach(open)
  const read = (query: Partial<TelemetryQuery> = {}): Promise<TelemetryPoint[]> =>
    collect(held.reader.telemetry({ devices: [device], ...query }))
  const values = async (query: Partial<TelemetryQuery> = {}) =>
    (await read(query)).map(({ value }) => value)

  describe('telemetry', () => {
    it('comes by device, type, component, unit, party and time', async () => {
      const said = [
        { timeUs: baseUs + 2 },
        { timeUs: baseUs - 1 },
        { party: 'blue-dairy' },
        { uom: 'FAH' },
        { component: 'x' },
        { type: 'Humidity' },
        { device: 'urn:b', type: 'Humidity' },
        { device: 'urn:a' },
      ]
      await storeReadings(held.writer, ...said.map((one, at) => reading({ ...one, value: at })))
      const devices = ['urn:b', device, 'urn:a', 'urn:nobody', device]
      expect(await values({ devices })).toEqual([7, 6, 5, 2, 1, 0, 3, 4])
      const [first] = await read()
      const { value, ...point } = reading({ type: 'Humidity' })
      expect(first).toEqual({ ...point, value: 5, min: 5, max: 5, count: 1 })
      expect(await values({ types: ['Humidity', 'Pressure'] })).toEqual([5])
      expect(await values({ devices: [] })).toEqual([])
    })

    it('comes from sensors that are listed once, in their order', async () => {
      expect(await held.reader.sensors()).toEqual([])
      const devices = ['urn:\u{1F95B}', 'urn:b', 'urn:\uFF21', 'urn:a', 'urn:B', 'urn:b']
      const said = devices.map((one, at) => reading({ device: one, timeUs: baseUs + at }))
      await storeReadings(held.writer, ...said, reading({ device: 'urn:b', party: 'blue-dairy' }))
      const listed = ['urn:B', 'urn:a', 'urn:b', 'urn:\u{1F95B}', 'urn:\uFF21']
      for (const source of [held.reader, held.writer]) {
        expect(await source.sensors()).toEqual(listed)
      }
      const told = await read({ devices })
      expect([...new Set(told.map(({ device: one }) => one))]).toEqual(listed)
    })

    it('has one value a point: the last one, within a batch and after it', async () => {
      await storeReadings(held.writer, reading({ value: 1 }), reading({ value: 2 }))
      expect(await values()).toEqual([2])
      const later = reading({ timeUs: baseUs + 1, value: 5 })
      await storeReadings(held.writer, later, reading({ value: 3.25 }))
      expect(await values()).toEqual([3.25, 5])
      expect((await held.reader.counts()).readings).toBe(2)
    })

    it('of one party is not touched by another that names the same device', async () => {
      await storeReadings(held.writer, reading({ value: 1 }))
      await storeReadings(held.writer, reading({ value: 99, party: 'blue-dairy' }))
      const points = await read()
      expect(points.map(({ party, value }) => [party, value])).toEqual([
        ['blue-dairy', 99],
        ['green-farm', 1],
      ])
    })

    it('within a window has both of its ends', async () => {
      const points = [0, 1, 2, 3, 4].map((n) => reading({ timeUs: baseUs + n, value: n }))
      await storeReadings(held.writer, ...points)
      expect(await values({ fromUs: baseUs + 1, toUs: baseUs + 3 })).toEqual([1, 2, 3])
      expect(await values({ fromUs: baseUs + 4 })).toEqual([4])
      expect(await values({ toUs: baseUs })).toEqual([0])
      expect(await values({ fromUs: baseUs + 3, toUs: baseUs + 2 })).toEqual([])
    })

    it('is averaged over windows that begin at whole multiples since 1970', async () => {
      const at = (seconds: number, value: number, said = {}) =>
        reading({ timeUs: baseUs + seconds * 1e6, value, ...said })
      const points = [
        at(59.999999, 1),
        at(-1, 7),
        at(0, -2),
        at(61, 10),
        at(300, 4),
        at(300, 8, { uom: 'FAH' }),
      ]
      await storeReadings(held.writer, ...points)
      const windows = await read({ everyUs: minuteUs })
      expect(
        windows.map(({ uom, timeUs, value, min, max, count }) => [
          uom,
          (timeUs - baseUs) / minuteUs,
          value,
          min,
          max,
          count,
        ]),
      ).toEqual([
        ['CEL', -1, 7, 7, 7, 1],
        ['CEL', 0, -0.5, -2, 1, 2],
        ['CEL', 1, 10, 10, 10, 1],
        ['CEL', 5, 4, 4, 4, 1],
        ['FAH', 5, 8, 8, 8, 1],
      ])
      const part = await read({ everyUs: minuteUs, fromUs: baseUs + 1, toUs: baseUs + 61e6 })
      expect(part.map(({ timeUs, value }) => [timeUs - baseUs, value])).toEqual([
        [0, 1],
        [minuteUs, 10],
      ])
    })

    it('of thousands of points comes whole, and in windows that no chunk cuts', async () => {
      const points = Array.from({ length: 9000 }, (_, n) =>
        reading({ timeUs: baseUs + n * 1e6, value: n % 100 }),
      )
      await storeReadings(held.writer, ...points)
      expect(await values()).toEqual(points.map(({ value }) => value))
      const windows = await read({ everyUs: 100e6 })
      expect(windows).toHaveLength(90)
      for (const { value, min, max, count } of windows) {
        expect([value, min, max, count]).toEqual([49.5, 0, 99, 100])
      }
    })
  })
}
