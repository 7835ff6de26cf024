/** A database and a side file of two moments, as copies and snapshots of one bring about. */
import { copyFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { StoreFault } from '#store/fault.ts'
import { rebuildSideFile } from '#store/influx/rebuild.ts'
import type { InfluxSettings } from '#store/influx/settings.ts'
import { writeInfluxTrail } from '#store/influx/trail.ts'
import { verifyInflux } from '#store/influx/verify.ts'
import { baseUs, event, events, reading, streamBatch } from './contract/data.ts'
import { store } from './contract/store.ts'
import { hasInfluxd, type InfluxServer, startInflux } from './influx-server.ts'

const size = 40
const quiet = () => undefined
const parts = ['meta', 'data', 'wal']

describe.skipIf(!hasInfluxd())('a store in InfluxDB of which one half is older', () => {
  let influx: InfluxServer
  let folder = ''
  let file = ''
  let database = ''
  let stores = 0
  const settings = (): InfluxSettings => ({ url: influx.url, database })
  const open = (said: string[] = []) =>
    writeInfluxTrail(file, settings(), (line) => said.push(line))
  const once = async (): Promise<void> => (await open()).close()
  const apply = async (...batches: readonly number[]) => {
    const writer = await open()
    for (const n of batches) await writer.apply(streamBatch(n, size))
    await writer.close()
  }
  const copySideFile = (from: string, to: string) => {
    for (const end of ['', '-wal', '-shm', '-redo']) rmSync(to + end, { force: true })
    for (const end of ['', '-wal']) copyFileSync(from + end, to + end)
  }
  const rebuild = () => rebuildSideFile(file, settings(), quiet)
  /** What `verify` names, and how many events it has looked for. */
  const verified = async () => {
    const all: { missing: string[]; fault?: string; looked: number } = { missing: [], looked: 0 }
    for await (const { missing, fault, looked } of verifyInflux(file, settings())) {
      all.missing.push(...missing)
      all.looked = looked
      if (fault !== undefined) all.fault = fault
    }
    return all
  }
  /** Takes InfluxDB's data as they are, and puts them back after some work. */
  const rollBackOver = async (work: () => Promise<void>) => {
    const copy = join(folder, 'snapshot')
    await influx.kill()
    for (const part of parts)
      cpSync(join(influx.folder, part), join(copy, part), { recursive: true })
    await influx.start()
    await work()
    await influx.kill()
    for (const part of parts) {
      rmSync(join(influx.folder, part), { recursive: true })
      cpSync(join(copy, part), join(influx.folder, part), { recursive: true })
    }
    await influx.start()
  }
  beforeAll(async () => {
    influx = await startInflux()
  })
  afterAll(() => influx.end())
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'suyuan-moments-'))
    file = join(folder, 'influx.db')
    stores += 1
    database = `moments${stores}`
  })
  afterEach(async () => {
    rmSync(folder, { recursive: true })
    await influx.run(`DROP DATABASE ${database}`)
  })

  it('is refused where InfluxDB was rolled back, until its side file is made anew', async () => {
    await apply(0)
    await rollBackOver(() => apply(1))
    await expect(once()).rejects.toThrow(/older than the side file.*40 events of 80.*rebuild/)
    const { missing, fault, looked } = await verified()
    expect(missing.sort()).toEqual(
      events(size + 1, 2 * size)
        .map(({ eventID }) => eventID)
        .sort(),
    )
    expect([looked, fault]).toEqual([2 * size, expect.stringMatching(/rebuild/)])
    expect(await rebuild()).toEqual({ events: size, missing: 0, last: size })
    const writer = await open()
    expect(await writer.cursor('ingest')).toBe(1)
    const { outcomes } = await writer.apply(streamBatch(1, size))
    expect(outcomes.every(({ repeat }) => !repeat)).toBe(true)
    await writer.close()
    expect(await verified()).toEqual({ missing: [], looked: 2 * size })
  })

  it('is refused where the roll-back took readings alone', async () => {
    await apply(0)
    await rollBackOver(async () => {
      const writer = await open()
      const readings = [reading({ timeUs: baseUs + 1e9 })]
      await writer.apply({ events: [], readings, follower: 'ingest', to: 2 })
      await writer.close()
    })
    await expect(once()).rejects.toThrow(/older than the side file/)
  })

  it('names what is lost in the middle, at the start, in verify and in rebuild', async () => {
    await apply(0, 1, 2)
    await influx.run(timesOf('event', 50, 54), database)
    await expect(once()).rejects.toThrow(/were looked for InfluxDB lacks .*rebuild/)
    const lost = events(50, 54)
    expect((await verified()).missing).toEqual(lost.map(({ eventID }) => eventID))
    expect(await rebuild()).toEqual({ events: 3 * size - 5, missing: 5, last: 3 * size })
    const writer = await open()
    expect((await writer.counts()).events).toBe(3 * size - 5)
    expect(await store(writer, ...lost)).toEqual([121, 122, 123, 124, 125])
    await writer.close()
    expect(await verified()).toEqual({ missing: [], looked: 3 * size + 5 })
  })

  it('misses the rows of trails as it misses events', async () => {
    await apply(0)
    await influx.run(timesOf('trail', 11, 12), database)
    const lost = events(11, 12).map(({ eventID }) => eventID)
    expect((await verified()).missing).toEqual(lost)
    await expect(once()).rejects.toThrow(/InfluxDB lacks 2/)
  })

  it('is refused where the side file is from before it was made anew', async () => {
    await apply(0)
    copySideFile(file, join(folder, 'older.db'))
    expect(await rebuild()).toEqual({ events: size, missing: 0, last: size })
    copySideFile(join(folder, 'older.db'), file)
    await expect(once()).rejects.toThrow(/an older copy.*rebuild/)
    expect((await verified()).fault).toMatch(/an older copy/)
    expect(await rebuild()).toEqual({ events: size, missing: 0, last: size })
    await apply(1)
    expect(await verified()).toEqual({ missing: [], looked: 2 * size })
  })

  it('says where trails go when the database was made by somebody else', async () => {
    await influx.run(`CREATE DATABASE ${database}`)
    const said: string[] = []
    await (await open(said)).close()
    expect(said).toContainEqual(expect.stringMatching(/policy autogen .*168h.*ALTER RETENTION/))
  })
})

/** Deletes points of events, by numbers: each is recorded and took place at a time of its own. */
function timesOf(measurement: string, from: number, to: number): string {
  const [first, last] = [event(from).recordTimeUs, event(to).recordTimeUs]
  return `DELETE FROM ${measurement} WHERE time >= ${first}000 AND time <= ${last}999`
}

describe.skipIf(!hasInfluxd())('an InfluxDB that has reached a limit on its series', () => {
  it('is waited for, and nothing is refused for good', async () => {
    const limits = {
      INFLUXDB_DATA_INDEX_VERSION: 'inmem',
      INFLUXDB_DATA_MAX_VALUES_PER_TAG: '20',
    }
    const influx = await startInflux('', tmpdir(), limits)
    const folder = mkdtempSync(join(tmpdir(), 'suyuan-limits-'))
    const said: string[] = []
    const settings = { url: influx.url, database: 'limits', trailBuckets: 256 }
    const writer = await writeInfluxTrail(join(folder, 'influx.db'), settings, (line) =>
      said.push(line),
    )
    try {
      expect(said).toContainEqual(expect.stringMatching(/max-values-per-tag of InfluxDB is 20/))
      // A measurement that is new is not counted yet.
      await writer.apply({ events: events(1, 40), readings: [], follower: 'ingest', to: 1 })
      const batch = { events: events(41, 100), readings: [], follower: 'ingest', to: 2 }
      await expect(writer.apply(batch)).rejects.toThrow(StoreFault)
      await expect(writer.apply(batch)).rejects.toThrow(/takes no further series.*tsi1/)
      limits.INFLUXDB_DATA_MAX_VALUES_PER_TAG = '0'
      await influx.kill()
      await influx.start()
      const { outcomes } = await writer.apply(batch)
      expect(outcomes.filter(({ refused }) => refused !== undefined)).toEqual([])
      expect((await writer.counts()).events).toBe(100)
    } finally {
      await writer.close()
      await influx.end()
      rmSync(folder, { recursive: true })
    }
  })
})
