import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { StoreFault } from '#store/fault.ts'
import type { InfluxSettings } from '#store/influx/settings.ts'
import { readInfluxTrail, writeInfluxTrail } from '#store/influx/trail.ts'
import { openSqliteTrail } from '#store/sqlite/trail.ts'
import type { Applied, TrailBatch, TrailReader, TrailWriter } from '#store/trail.ts'
import { chain } from '#trace/chain.ts'
import { trailEvents } from '../bench/trail-data.ts'
import { baseUs, event, events, member, reading, serial, streamBatch } from './contract/data.ts'
import { collect, trailOf } from './contract/store.ts'
import { type FaultyProxy, startProxy } from './influx-proxy.ts'
import { hasInfluxd, type InfluxServer, startInflux } from './influx-server.ts'
import { expectWholeBatches } from './whole-batches.ts'

const size = 30
const minuteUs = 60_000_000

describe.skipIf(!hasInfluxd())('the spool of the trail store in InfluxDB', () => {
  let influx: InfluxServer
  let proxy: FaultyProxy
  let folder = ''
  let database = ''
  let stores = 0
  const settings = (): InfluxSettings => ({ url: proxy.url, database, timeoutMs: 2000 })
  const file = () => join(folder, 'influx.db')
  const open = (more: Partial<InfluxSettings> = {}): Promise<TrailWriter> =>
    writeInfluxTrail(file(), { ...settings(), ...more }, () => undefined)
  const read = (seen?: 'none') => readInfluxTrail(file(), settings(), seen)
  beforeAll(async () => {
    influx = await startInflux()
  })
  afterAll(() => influx.end())
  beforeEach(async () => {
    proxy = await startProxy(influx.url)
    folder = mkdtempSync(join(tmpdir(), 'suyuan-spool-'))
    stores += 1
    database = `store${stores}`
  })
  afterEach(async () => {
    await proxy.end()
    rmSync(folder, { recursive: true })
    await influx.run(`DROP DATABASE ${database}`)
  })

  const takeNoWrites = () => {
    proxy.decide = ({ path }) => (path.startsWith('/write') ? { status: 503 } : 'pass')
  }
  const takeAll = () => {
    proxy.decide = () => 'pass'
  }

  /** As the follower brings again what it was not told of. */
  const again = (batch: TrailBatch): TrailBatch => ({ ...batch, again: batch.to })

  it('is in every answer, which is the same before, while and after it is drained', async () => {
    const writer = await open({ trailBuckets: 64 })
    const sqlite = openSqliteTrail(join(folder, 'trail.db'), 'write')
    const stream = trailEvents({ seed: 'spool' })
    const batches = Array.from({ length: 12 }, (_, at): TrailBatch => {
      const made = Array.from({ length: 120 }, () => stream.next().value)
      return { events: made, readings: readingsOf(at), follower: 'ingest', to: at + 1 }
    })
    const keys = batches.flatMap(({ events: all }) =>
      all.slice(0, 2).flatMap(({ members }) => members.slice(0, 2).map(({ key }) => key)),
    )
    for (const batch of batches) await sqlite.apply(batch)
    const expected = await answersOf(sqlite, keys)
    for (const batch of batches.slice(0, 5)) await writer.apply(batch)
    takeNoWrites()
    for (const batch of batches.slice(5)) expect(await writer.spool?.(batch)).toBeDefined()
    const reader = read()
    expect(await answersOf(reader, keys)).toEqual(expected)
    expect(await reader.spooledAfter()).toBe(600)
    expect(await reader.cursor('ingest')).toBe(12)
    takeAll()
    let isDrained = false
    const drained = writer.apply(again(batches[11] as TrailBatch)).then(() => {
      isDrained = true
    })
    for (let reads = 0; !isDrained || reads === 0; reads += 1) {
      expect(await answersOf(reader, keys)).toEqual(expected)
    }
    await drained
    expect(await answersOf(reader, keys)).toEqual(expected)
    expect(await reader.spooledAfter()).toBeUndefined()
    for (const store of [writer, reader, sqlite]) await store.close()
  }, 120_000)

  it('is paged across its border, also when it is drained between two pages', async () => {
    const writer = await open()
    await writer.apply({ events: events(1, 10), readings: [], follower: 'ingest', to: 1 })
    takeNoWrites()
    const spooled = { events: events(11, 20), readings: [], follower: 'ingest', to: 2 }
    await writer.spool?.(spooled)
    const reader = read()
    const first = await reader.query({}, { limit: 7 })
    const second = await reader.query({}, { limit: 7, after: first.after ?? 0 })
    takeAll()
    await writer.apply(again(spooled))
    const third = await reader.query({}, { limit: 7, after: second.after ?? 0 })
    const told = [first, second, third].flatMap((page) => page.events.map(({ body }) => body))
    expect(told).toEqual(
      events(1, 20)
        .reverse()
        .map(({ body }) => body),
    )
    expect(third.after).toBeUndefined()
    await reader.close()
    await writer.close()
  })

  it('is whole by itself for what was first named in it, while InfluxDB does not answer', async () => {
    const writer = await open({ timeoutMs: 300 })
    const device = 'urn:suyuan:device:green-farm:new'
    await writer.apply({
      ...{ events: events(1, 3), readings: [reading()], follower: 'ingest', to: 1 },
    })
    process.kill(influx.pid, 'SIGSTOP')
    try {
      const members = [member(serial(4)), member(serial(5), 'child')]
      const batch = {
        events: [
          event(4, { members }),
          event(5, { members }),
          event(6, { members: [member(serial(1))] }),
        ],
        readings: [reading({ device }), reading({ timeUs: baseUs + 1 })],
        ...{ follower: 'ingest', to: 2 },
      }
      const { outcomes } = (await writer.spool?.(batch)) ?? ({ outcomes: [] } as Applied)
      const refs = outcomes.map(({ eventRef }) => eventRef)
      const reader = readInfluxTrail(file(), { ...settings(), timeoutMs: 300 })
      const rows = await trailOf(reader, serial(4))
      expect(rows.map(({ eventRef }) => eventRef)).toEqual(refs.slice(0, 2))
      expect(await collect(reader.members(refs.slice(0, 1), ['child']))).toMatchObject([
        { item: { key: serial(5) } },
      ])
      expect((await chain(reader, serial(4), { direction: 'both' }))?.events).toHaveLength(2)
      const page = await reader.query({}, { limit: 3 })
      expect(page.events.map(({ eventRef }) => eventRef)).toEqual([...refs].reverse())
      expect(await collect(reader.telemetry({ devices: [device] }))).toHaveLength(1)
      // Of all else a part is in InfluxDB, and a part alone is no answer.
      const wanting = [
        () => trailOf(reader, serial(1)),
        () => reader.query({}, { limit: 6 }),
        () => collect(reader.telemetry({ devices: [reading().device] })),
      ]
      for (const ask of wanting) await expect(ask()).rejects.toThrow(StoreFault)
      await reader.close()
    } finally {
      process.kill(influx.pid, 'SIGCONT')
    }
    const reader = read()
    expect(await trailOf(reader, serial(1))).toHaveLength(2)
    await reader.close()
    await writer.close()
  })

  it('is no part of what those read who follow what is confirmed', async () => {
    const writer = await open()
    await writer.apply(streamBatch(0, size))
    takeNoWrites()
    await writer.spool?.(streamBatch(1, size))
    const confirmed = read('none')
    await expectWholeBatches(confirmed, 1, size)
    expect(await confirmed.eventsAfter(0, 100)).toHaveLength(size)
    expect(await confirmed.cursor('ingest')).toBe(1)
    takeAll()
    await writer.apply(again(streamBatch(1, size)))
    await expectWholeBatches(confirmed, 2, size)
    await confirmed.close()
    await writer.close()
  })

  it('is there after a restart, also where InfluxDB is still away, and drained once', async () => {
    const writer = await open()
    await writer.apply(streamBatch(0, size))
    takeNoWrites()
    // One that is under way, which the spool takes along, and two behind it.
    await expect(writer.apply(streamBatch(1, size))).rejects.toThrow(StoreFault)
    for (const n of [2, 3]) await writer.spool?.(streamBatch(n, size))
    await writer.close()
    const after = await open()
    await expectWholeBatches(after, 4, size)
    expect(await after.cursor('ingest')).toBe(4)
    const known = after.apply(again(streamBatch(2, size)))
    await expect(known).rejects.toThrow(StoreFault)
    takeAll()
    for (const n of [1, 2, 3]) {
      const { outcomes } = await after.apply(again(streamBatch(n, size)))
      expect(outcomes.every(({ repeat }) => repeat)).toBe(true)
    }
    await after.apply(streamBatch(4, size))
    await expectWholeBatches(after, 5, size)
    const said = JSON.parse(await influx.run('SELECT count(r) FROM event', database))
    expect(said.results[0].series[0].values[0][1]).toBe(5 * size)
    await after.close()
  })

  it('is bounded, and what has no room is not decided', async () => {
    const writer = await open({ spoolBytes: 20_000 })
    await writer.apply(streamBatch(0, size))
    takeNoWrites()
    let n = 1
    while ((await writer.spool?.(streamBatch(n, size))) !== undefined) n += 1
    expect(n).toBeGreaterThan(1)
    expect(await writer.cursor('ingest')).toBe(n)
    await expectWholeBatches(writer, n, size)
    takeAll()
    await writer.apply(again(streamBatch(1, size)))
    await writer.apply(streamBatch(n, size))
    await expectWholeBatches(writer, n + 1, size)
    await writer.close()
  })

  it('tells what InfluxDB refuses of it when it is brought again, after a restart too', async () => {
    const writer = await open()
    const keep = (policy: string, kept: string) =>
      influx.run(`ALTER RETENTION POLICY ${policy} ON ${database} DURATION ${kept}`, database)
    for (const policy of ['trails', 'readings']) await keep(policy, '1h SHARD DURATION 1h')
    const nowUs = Date.now() * 1000
    const dayUs = 86_400_000_000
    const at = (n: number, eventTimeUs: number) =>
      event(n, { eventTimeUs, recordTimeUs: nowUs + n, members: [member(serial(0))] })
    const batch: TrailBatch = {
      events: [at(1, nowUs), at(2, nowUs - 400 * dayUs)],
      readings: [reading({ timeUs: nowUs }), reading({ timeUs: nowUs - 500 * dayUs, value: 7 })],
      ...{ follower: 'ingest', to: 1 },
    }
    await writer.spool?.(batch)
    await expect(trailOf(writer, serial(0))).resolves.toHaveLength(2)
    for (const writes of [writer, undefined]) {
      const told = writes ?? (await open())
      const applied = await told.apply(again(batch))
      expect(applied.outcomes.map(({ refused }) => refused !== undefined)).toEqual([false, true])
      expect(applied.refusedReadings).toMatchObject([{ at: 1 }])
      expect(await trailOf(told, serial(0))).toHaveLength(1)
      expect(await told.counts()).toMatchObject({ events: 1, readings: 1 })
      await told.close()
      for (const policy of ['trails', 'readings']) await keep(policy, 'INF')
    }
  })
})

/** Of one sensor: some in the minutes of others, some that replace an earlier one. */
function readingsOf(batch: number) {
  return Array.from({ length: 40 }, (_, at) => {
    const isLate = at % 4 === 0
    const second = isLate ? at * 3 : batch * 40 + at
    return reading({ timeUs: baseUs + second * 1_000_000, value: batch * 100 + at })
  })
}

async function answersOf(reader: TrailReader, keys: readonly string[]): Promise<unknown> {
  const items = (await reader.find(keys)).flatMap((item) => item ?? [])
  const rows = await collect(reader.trail(items))
  const { after, events: newest } = await reader.query({}, { limit: 900 })
  const refs = newest.map(({ eventRef }) => eventRef)
  const { device } = reading()
  const times = { fromUs: baseUs + 7_000_000, toUs: baseUs + 431_000_000 }
  const { bytes, ...counts } = await reader.counts()
  return {
    counts,
    rows: rows.sort((a, b) => a.item.ref - b.item.ref),
    pages: [after, newest, await reader.query({ bizSteps: ['shipping'] }, { limit: 50 })],
    members: await collect(reader.members(refs, ['child', 'input', 'object'])),
    chain: await chain(reader, keys.at(-1) ?? '', { direction: 'both' }),
    points: await collect(reader.telemetry({ devices: [device] })),
    minutes: await collect(reader.telemetry({ devices: [device], everyUs: minuteUs, ...times })),
    windows: await collect(reader.telemetry({ devices: [device], everyUs: 7_000_000 })),
  }
}
