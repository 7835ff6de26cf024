/** Readings summed up by minutes, and what is told once the readings are no longer kept. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { rebuildSideFile } from '#store/influx/rebuild.ts'
import type { InfluxSettings } from '#store/influx/settings.ts'
import { readInfluxTrail, writeInfluxTrail } from '#store/influx/trail.ts'
import { openSqliteTrail } from '#store/sqlite/trail.ts'
import type { TelemetryQuery, TrailReader, TrailWriter } from '#store/trail.ts'
import { compareStores } from '#store/transfer/compare.ts'
import { migrate } from '#store/transfer/migrate.ts'
import { reading } from './contract/data.ts'
import { collect, storeReadings } from './contract/store.ts'
import { hasInfluxd, type InfluxServer, startInflux } from './influx-server.ts'

const minuteUs = 60_000_000
const dayUs = 86_400_000_000
const { device } = reading()
/** So short ago that no minute is over but by what comes behind it. */
const baseUs = (Math.floor(Date.now() / 60_000) - 10) * minuteUs

describe.skipIf(!hasInfluxd())('readings in InfluxDB', () => {
  let influx: InfluxServer
  let folder = ''
  let writer: TrailWriter
  let reader: TrailReader
  const settings = (more: Partial<InfluxSettings> = {}): InfluxSettings => {
    return { url: influx.url, database: 'minutes', ...more }
  }
  const file = () => join(folder, 'influx.db')
  const open = async (more: Partial<InfluxSettings> = {}) => {
    writer = await writeInfluxTrail(file(), settings(more), () => undefined)
    reader = readInfluxTrail(file(), settings(more))
  }
  const close = async () => {
    await writer.close()
    await reader.close()
  }
  const told = (query: Partial<TelemetryQuery> = {}) =>
    collect(reader.telemetry({ devices: [device], ...query }))
  /** Times are in seconds from `startUs`. */
  const put = (startUs: number, ...said: [seconds: number, value: number][]) =>
    storeReadings(
      writer,
      ...said.map(([seconds, value]) => reading({ timeUs: startUs + seconds * 1e6, value })),
    )
  /** What InfluxDB has of minutes: their beginnings in seconds from `startUs`, and of how many. */
  const summedUp = async (startUs: number): Promise<[number, number][]> => {
    const answer = JSON.parse(await influx.run('SELECT n FROM minutes.telemetry', 'minutes'))
    const rows: [string, number][] = answer.results[0].series?.[0].values ?? []
    return rows.map(([time, n]) => [(Date.parse(time) * 1000 - startUs) / 1e6, n])
  }
  const loseReadings = async () => {
    await influx.run('DROP RETENTION POLICY readings ON minutes', 'minutes')
    const forDay = 'DURATION 1d REPLICATION 1'
    await influx.run(`CREATE RETENTION POLICY readings ON minutes ${forDay}`, 'minutes')
  }
  beforeAll(async () => {
    influx = await startInflux()
  })
  afterAll(() => influx.end())
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'suyuan-minutes-'))
    await open()
  })
  afterEach(async () => {
    await close()
    rmSync(folder, { recursive: true })
    await influx.run('DROP DATABASE minutes')
  })

  it('are summed up once their minute is over, and again where one comes late', async () => {
    await put(baseUs, [0, 1], [30, 5], [59, 3])
    await put(baseUs, [61, 7])
    await expect.poll(() => summedUp(baseUs)).toEqual([[0, 3]])
    await put(baseUs, [200, 8])
    await expect
      .poll(() => summedUp(baseUs))
      .toEqual([
        [0, 3],
        [60, 1],
      ])
    await put(baseUs, [10, -9])
    const [first] = await told({ everyUs: minuteUs })
    expect(first).toMatchObject({ value: 0, min: -9, max: 5, count: 4 })
    await expect
      .poll(() => summedUp(baseUs))
      .toEqual([
        [0, 4],
        [60, 1],
      ])
    expect((await told({ everyUs: minuteUs }))[0]).toEqual(first)
  })

  it('tell the same windows from minutes as from themselves, whatever their ends', async () => {
    const values = Array.from({ length: 700 }, (_, n): [number, number] => [n * 13, (n * 7) % 40])
    await put(baseUs, ...values)
    const queries: Partial<TelemetryQuery>[] = [
      { everyUs: minuteUs },
      { everyUs: 15 * minuteUs },
      { everyUs: minuteUs, fromUs: baseUs + 31e6, toUs: baseUs + 5000e6 },
      { everyUs: 7 * minuteUs, fromUs: baseUs + 60e6, toUs: baseUs + 3599.999999e6 },
      { everyUs: 90e6, fromUs: baseUs + 40e6 },
    ]
    const before = await Promise.all(queries.map(told))
    // 9,087 s are 151 whole minutes, all of which are over at the next reading.
    await put(baseUs, [9200, 1])
    await expect.poll(async () => (await summedUp(baseUs)).length).toBe(152)
    const end = { toUs: baseUs + 9199e6 }
    const after = await Promise.all(queries.map((query) => told({ ...end, ...query })))
    for (const [at, points] of after.entries()) {
      expect(points).toHaveLength(before[at]?.length ?? 0)
      for (const [place, point] of points.entries()) {
        const one = before[at]?.[place]
        expect({ ...point, value: point.value.toFixed(9) }).toEqual({
          ...one,
          value: one?.value.toFixed(9),
        })
      }
    }
  })

  it('are told by the minute where they are no longer kept, and each point says so', async () => {
    const oldUs = baseUs - 3 * dayUs
    await put(oldUs, [0, 1], [20, 2], [70, 5])
    await put(baseUs, [0, 9])
    await expect.poll(async () => (await summedUp(oldUs)).length).toBe(2)
    await close()
    await loseReadings()
    await open({ readingsDays: 1 })
    await put(baseUs, [1, 9])
    const old = { timeUs: oldUs, value: 1.5, min: 1, max: 2, count: 2, resolutionUs: minuteUs }
    const points = await told()
    expect(points[0]).toMatchObject(old)
    expect(points.map(({ timeUs, count }) => [timeUs, count])).toEqual([
      [oldUs, 2],
      [oldUs + minuteUs, 1],
      [baseUs + 1e6, 1],
    ])
    expect(points.at(-1)).not.toHaveProperty('resolutionUs')
    const fine = await told({ everyUs: 10e6 })
    expect(fine[0]).toMatchObject(old)
    const hours = await told({ everyUs: 60 * minuteUs })
    expect(hours.map(({ count, max }) => [count, max])).toEqual([
      [3, 5],
      [1, 9],
    ])
    for (const hour of hours) expect(hour).not.toHaveProperty('resolutionUs')
    expect(await told({ keptOnly: true })).toHaveLength(1)
  })

  it('are brought to other stores by the minute where they are no longer kept', async () => {
    const oldUs = baseUs - 3 * dayUs
    await put(oldUs, [5, 1], [20, 0.1], [70, 5])
    await put(baseUs, [0, 9])
    await storeReadings(writer, reading({ device: 'urn:gone', timeUs: oldUs, value: 3 }))
    await storeReadings(writer, reading({ device: 'urn:gone', timeUs: oldUs + 61e6, value: 4 }))
    // With the next start all that is not over is summed up as well, before readings are lost.
    await close()
    await open({ readingsDays: 1 })
    await close()
    await loseReadings()
    await open({ readingsDays: 1 })
    await put(baseUs, [1, 9])
    const toldBy = async (store: TrailReader) => [
      await collect(store.telemetry({ devices: [device, 'urn:gone'] })),
      await collect(store.telemetry({ devices: [device, 'urn:gone'], everyUs: 2 * minuteUs })),
    ]
    const before = await toldBy(reader)
    expect(before[0]).toHaveLength(5)
    const options = { follower: 'ingest', onProgress: () => undefined }
    const embedded = openSqliteTrail(join(folder, 'trail.db'), 'write')
    const backFile = join(folder, 'back.db')
    const backSettings = { url: influx.url, database: 'minutes_back' }
    const back = await writeInfluxTrail(backFile, backSettings, () => undefined)
    try {
      for (const [source, target] of [
        [reader, embedded],
        [embedded, back],
      ] as const) {
        expect(await migrate(source, target, options)).toMatchObject({ minutes: 4, readings: 1 })
        expect((await compareStores(source, target, options)).differences).toEqual([])
        expect(await toldBy(target)).toEqual(before)
      }
    } finally {
      await embedded.close()
      await back.close()
    }
    rmSync(backFile)
    await rebuildSideFile(backFile, backSettings, () => undefined)
    const rebuilt = readInfluxTrail(backFile, backSettings)
    expect(await toldBy(rebuilt)).toEqual(before)
    await rebuilt.close()
    await influx.run('DROP DATABASE minutes_back')
  })

  it('that were not summed up when the side file was lost are so after a rebuild', async () => {
    await put(baseUs, [0, 1], [70, 2])
    await put(baseUs, [200, 3])
    await expect.poll(() => summedUp(baseUs)).toHaveLength(2)
    await close()
    const drop = 'DROP RETENTION POLICY minutes ON minutes'
    await influx.run(drop, 'minutes')
    const again = 'CREATE RETENTION POLICY minutes ON minutes DURATION INF REPLICATION 1'
    await influx.run(again, 'minutes')
    await rebuildSideFile(file(), settings(), () => undefined)
    await open()
    const windows = await told({ everyUs: minuteUs })
    expect(windows.map(({ count }) => count)).toEqual([1, 1, 1])
    await put(baseUs, [400, 3])
    await expect.poll(() => summedUp(baseUs)).toHaveLength(3)
  })

  it('are kept as long as settings say, which may change', async () => {
    const policies = async () => {
      const answer = JSON.parse(await influx.run('SHOW RETENTION POLICIES ON minutes'))
      const rows: [string, string][] = answer.results[0].series[0].values
      return Object.fromEntries(rows.map(([policy, duration]) => [policy, duration]))
    }
    expect(await policies()).toEqual({ trails: '0s', readings: '0s', minutes: '0s' })
    await close()
    await open({ readingsDays: 30, minutesDays: 400 })
    const kept = { trails: '0s', readings: '720h0m0s', minutes: '9600h0m0s' }
    expect(await policies()).toEqual(kept)
    await close()
    await open()
    expect(await policies()).toEqual(kept)
  })

  it('are summed up before they are kept for less long, which is logged', async () => {
    await put(baseUs, [0, 1], [20, 2])
    expect(await summedUp(baseUs)).toEqual([])
    await close()
    const said: string[] = []
    writer = await writeInfluxTrail(file(), settings({ readingsDays: 7 }), (line) =>
      said.push(line),
    )
    reader = readInfluxTrail(file(), settings())
    expect(await summedUp(baseUs)).toEqual([[0, 2]])
    expect(said).toContainEqual(expect.stringMatching(/readings were kept for ever.* 7 days now/))
    // Not every time.
    await close()
    said.length = 0
    writer = await writeInfluxTrail(file(), settings({ readingsDays: 7 }), (line) =>
      said.push(line),
    )
    reader = readInfluxTrail(file(), settings())
    expect(said.join()).not.toMatch(/readings/)
  })
})
