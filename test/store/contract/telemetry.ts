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

    it('is told by the minute where only what readings came to is brought', async () => {
      const { value: _, ...series } = reading()
      const minute = (at: number, total: number, least: number, most: number, n: number) => {
        return { ...series, timeUs: baseUs + at * minuteUs, total, least, most, n }
      }
      const minutes = [minute(0, 6, 1, 3, 3), minute(1, 8, 8, 8, 1), minute(3, 0.3, 0.1, 0.2, 2)]
      const at = (seconds: number, value: number) =>
        reading({ timeUs: baseUs + seconds * 1e6, value })
      const batch = { events: [], follower: 'a', to: 1 }
      const readings = [at(240, 4), at(301, 10)]
      await held.writer.apply({ ...batch, minutes, readings })
      const told = async (query: Partial<TelemetryQuery> = {}) =>
        (await read(query)).map(({ timeUs, value, min, max, count, resolutionUs }) => [
          ...[(timeUs - baseUs) / 1e6, value, min, max, count, resolutionUs],
        ])
      const kept = [
        [240, 4, 4, 4, 1, undefined],
        [301, 10, 10, 10, 1, undefined],
      ]
      const all = [
        [0, 2, 1, 3, 3, minuteUs],
        [60, 8, 8, 8, 1, minuteUs],
        [180, 0.15, 0.1, 0.2, 2, minuteUs],
        ...kept,
      ]
      expect(await told()).toEqual(all)
      expect(await told({ keptOnly: true })).toEqual(kept)
      expect(await told({ everyUs: 5 * minuteUs })).toEqual([
        [0, 18.3 / 7, 0.1, 8, 7, undefined],
        [300, 10, 10, 10, 1, undefined],
      ])
      // Those alone that are whole within it.
      expect(await told({ fromUs: baseUs + 1, toUs: baseUs + 239e6 })).toEqual([all[1]])
      expect(await told({ fromUs: baseUs + 60e6, toUs: baseUs + 240e6 - 1 })).toEqual(
        all.slice(1, 3),
      )
      expect(await collect(held.reader.minutes(device))).toEqual(minutes)
      expect((await held.reader.counts()).readings).toBe(2)

      // Neither is told for the other.
      const late = [at(150, 99), at(302, 11)]
      const behind = [minute(2, 5, 5, 5, 1), minute(5, 5, 5, 5, 1)]
      const applied = await held.writer.apply({ ...batch, readings: late, minutes: behind, to: 2 })
      expect(applied.refusedReadings).toMatchObject([{ at: 0, refused: expect.any(String) }])
      expect(applied.refusedMinutes).toMatchObject([{ at: 1, refused: expect.any(String) }])
      expect(await told({ toUs: baseUs + 200e6 })).toHaveLength(3)
      expect(await told({ keptOnly: true })).toEqual([...kept, [302, 11, 11, 11, 1, undefined]])
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
