import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { StoreFault } from '#store/fault.ts'
import { rebuildSideFile } from '#store/influx/rebuild.ts'
import type { InfluxSettings } from '#store/influx/settings.ts'
import { readInfluxTrail, writeInfluxTrail } from '#store/influx/trail.ts'
import type { TrailReader, TrailWriter } from '#store/trail.ts'
import { baseUs, event, events, member, reading, serial, streamBatch } from './contract/data.ts'
import { collect, itemsOf, store, trailOf } from './contract/store.ts'
import { type FaultyProxy, startProxy } from './influx-proxy.ts'
import { hasInfluxd, type InfluxServer, startInflux } from './influx-server.ts'

const size = 40
const lot = 'https://id.gs1.org/01/09521321000013/10/L1'

describe.skipIf(!hasInfluxd())('a store in InfluxDB', () => {
  let influx: InfluxServer
  let proxy: FaultyProxy
  let folder = ''
  let file = ''
  let database = ''
  let stores = 0
  const settings = (more: Partial<InfluxSettings> = {}): InfluxSettings => ({
    url: proxy.url,
    database,
    timeoutMs: 10_000,
    ...more,
  })
  const open = (more: Partial<InfluxSettings> = {}): Promise<TrailWriter> =>
    writeInfluxTrail(file, settings(more), () => undefined)
  /** Opens, does something and closes. */
  const once = async (more: Partial<InfluxSettings> = {}): Promise<void> => {
    const writer = await open(more)
    await writer.close()
  }
  const removeFile = () => {
    for (const end of ['', '-wal', '-shm', '-redo']) rmSync(file + end, { force: true })
  }
  beforeAll(async () => {
    influx = await startInflux()
  })
  afterAll(() => influx.end())
  beforeEach(async () => {
    proxy = await startProxy(influx.url)
    folder = mkdtempSync(join(tmpdir(), 'suyuan-setup-'))
    file = join(folder, 'influx.db')
    stores += 1
    database = `store${stores}`
  })
  afterEach(async () => {
    await proxy.end()
    rmSync(folder, { recursive: true })
    await influx.run(`DROP DATABASE ${database}`)
  })

  it('makes its database, says what answers, and keeps the number of buckets', async () => {
    const said: string[] = []
    const writer = await writeInfluxTrail(file, settings({ trailBuckets: 128 }), (line) =>
      said.push(line),
    )
    await writer.close()
    expect(said).toEqual([expect.stringMatching(/^InfluxDB 1\.\d.*\/write$/)])
    expect(await influx.run(`SHOW RETENTION POLICIES ON ${database}`)).toContain('"0s"')
    await once()
    await once({ trailBuckets: 128, eventBuckets: 16 })
    await expect(once({ trailBuckets: 256 })).rejects.toThrow(/TRAIL_BUCKETS is 256.*with 128/)
    await expect(once({ eventBuckets: 32 })).rejects.toThrow(/EVENT_BUCKETS is 32.*with 16/)
  })

  it('refuses a side file and a database that do not belong to each other', async () => {
    const writer = await open()
    await writer.apply(streamBatch(0, size))
    await writer.close()
    const other = `${database}b`
    await expect(once({ database: other })).rejects.toThrow(/there is no database .*side file/)
    // Nothing is made in the place of a name that was mistyped.
    expect(await influx.run('SHOW DATABASES')).not.toContain(other)
    await influx.run(`CREATE DATABASE ${other}`)
    await expect(once({ database: other })).rejects.toThrow(/is empty and the side file/)
    expect(await influx.run(`SHOW RETENTION POLICIES ON ${other}`)).not.toContain('minutes')
    const elsewhere = join(folder, 'other.db')
    const second = await writeInfluxTrail(elsewhere, settings({ database: other }), () => {})
    await second.close()
    await expect(once({ database: other })).rejects.toThrow(/belongs to another database/)
    await influx.run(`DROP DATABASE ${other}`)
    removeFile()
    await expect(once()).rejects.toThrow(/side file influx.db is missing/)
  })

  it('refuses a database that forgets, or that something else uses', async () => {
    await influx.run(`CREATE DATABASE ${database} WITH DURATION 7d NAME "week"`)
    await expect(once()).rejects.toThrow(/older than 168h0m0s.*unlimited retention/)
    await influx.run(`ALTER RETENTION POLICY "week" ON ${database} DURATION INF`)
    await fetch(`${influx.url}/write?db=${database}`, { method: 'POST', body: 'trail p=1 1' })
    await expect(once()).rejects.toThrow(/trail\.p as float, not as string/)
  })

  it('notices another database behind the same address while it runs', async () => {
    const writer = await open()
    await writer.apply(streamBatch(0, size))
    proxy.decide = () => ({ status: 503 })
    await expect(writer.apply(streamBatch(1, size))).rejects.toThrow(StoreFault)
    await influx.run(`DROP DATABASE ${database}`)
    proxy.decide = () => 'pass'
    const words = /there is no database/
    const fault = await writer.apply(streamBatch(1, size)).catch((error: unknown) => error)
    // A program at work goes on taking messages.
    expect(fault).toBeInstanceOf(StoreFault)
    expect(String(fault)).toMatch(words)
    await writer.close()
  })

  describe('with users', () => {
    let guarded: InfluxServer
    beforeAll(async () => {
      guarded = await startInflux('  auth-enabled = true')
      await guarded.run("CREATE USER root WITH PASSWORD 'secret' WITH ALL PRIVILEGES")
    })
    afterAll(() => guarded.end())

    it('says in one line what a user may not', async () => {
      const url = guarded.url
      await expect(once({ url })).rejects.toThrow(/does not accept .*none is set/)
      const wrong = { url, username: 'root', password: 'wrong' }
      await expect(once(wrong)).rejects.toThrow(/does not accept INFLUX_USERNAME/)
      const root = { url, username: 'root', password: 'secret' }
      const writer = await open(root)
      await store(writer, event(1))
      expect(await trailOf(writer, serial(1))).toHaveLength(1)
      await writer.close()
    })

    it('lets nobody begin who may only read, or may not make what is missing', async () => {
      const root = { url: guarded.url, username: 'root', password: 'secret' }
      await (await open(root)).close()
      const asRoot = `${guarded.url}/query?u=root&p=secret`
      const users = `CREATE USER reader WITH PASSWORD 'r'; GRANT READ ON ${database} TO reader`
      await fetch(asRoot, { method: 'POST', body: new URLSearchParams({ q: users }) })
      const reader = { ...root, username: 'reader', password: 'r' }
      await expect(once(reader)).rejects.toThrow(/user reader may not write into store/)
      await expect(once({ ...reader, readingsDays: 3 })).rejects.toThrow(/may not use the database/)
    })
  })

  it('ends the start for what can never heal', async () => {
    await expect(once({ database: 'a/b' })).rejects.toThrow(/no database named a\/b/)
    await expect(once({ url: `${influx.url}/elsewhere` })).rejects.toThrow(/path in INFLUX_URL/)
    const tls = influx.url.replace('http:', 'https:')
    await expect(once({ url: tls })).rejects.toThrow(/speaks no TLS/)
  })

  it('tells a server that is away as a warning, and its address to nobody else', async () => {
    const said: unknown[] = []
    const away = settings({ url: 'http://127.0.0.1:9' })
    const writer = await writeInfluxTrail(file, away, (...line) => said.push(line))
    expect(said).toEqual([[expect.stringMatching(/cannot be reached.*127.0.0.1:9/), 'warn']])
    const fault = await writer.apply(streamBatch(0, size)).catch((error: Error) => error)
    expect(fault).toBeInstanceOf(StoreFault)
    expect((fault as Error).message).not.toMatch(/127/)
    await writer.close()
  })

  it('has its side file made anew from InfluxDB alone, down to the slots', async () => {
    const few = { trailBuckets: 2 }
    const writer = await open(few)
    const long = 'x'.repeat(70_000)
    const said = { members: [member(lot), member(serial(7), 'child')] }
    await store(
      writer,
      event(1, said),
      event(1, { ...said, declaredAtUs: baseUs + 5 }),
      event(2, { party: 'blue-dairy', context: JSON.stringify({ long }), warnings: ['odd', long] }),
      event(3, { body: JSON.stringify({ long }) }),
      event(4, { members: Array.from({ length: 3000 }, (_, n) => member(serial(n), 'child')) }),
    )
    // Beyond the slots of one microsecond, in both buckets.
    const many = events(10, 1500, { eventTimeUs: baseUs })
    const midnight = many.map((one) => ({ ...one, members: [member(lot, 'lot'), ...one.members] }))
    const readings = [reading(), reading({ uom: '', component: 'a "b" \\', timeUs: baseUs + 9 })]
    await writer.apply({ events: midnight, readings, follower: 'ingest', to: 77 })
    await writer.apply({ events: [event(9)], readings: [], follower: 'risk', to: 5 })
    const before = await dump(writer)
    await writer.close()
    removeFile()
    expect(await rebuildSideFile(file, settings(), () => undefined)).toEqual({
      events: before.counts.events,
      missing: 0,
      last: before.counts.events,
    })
    const reader = readInfluxTrail(file, settings())
    expect(await dump(reader)).toEqual(before)
    await reader.close()
    const again = await open(few)
    expect(await store(again, event(1), event(9))).toEqual([1, before.counts.events])
    await store(again, event(5000, { eventTimeUs: baseUs, members: [member(lot)] }))
    await store(again, event(5001, { eventTimeUs: baseUs, members: [member(lot)] }))
    expect(await trailOf(again, lot)).toHaveLength((before.trails[0]?.length ?? 0) + 2)
    await again.close()
  })

  it('never shows what a lost batch has left, whoever gets its numbers', async () => {
    const writer = await open()
    await writer.apply(streamBatch(0, size))
    // The lines of the second batch are stored; that it is a batch is not.
    proxy.decide = ({ path, body }) =>
      path.startsWith('/write') && body.startsWith('batch') ? 'cut before' : 'pass'
    const left = { members: [member('urn:left')], eventTimeUs: baseUs }
    const lost = { events: events(900, 939, left), readings: [], follower: 'ingest', to: 2 }
    await expect(writer.apply(lost)).rejects.toThrow(StoreFault)
    await writer.close()
    proxy.decide = () => 'pass'
    removeFile()
    expect(await rebuildSideFile(file, settings(), () => undefined)).toMatchObject({
      events: size,
    })
    const again = await open()
    expect(await again.cursor('ingest')).toBe(1)
    expect(await again.find(['urn:left'])).toEqual([undefined])
    const others = await store(again, ...events(700, 719, left))
    expect((await trailOf(again, 'urn:left')).map(({ eventRef }) => eventRef)).toEqual(others)
    expect((await again.events(others)).map(({ body }) => body)).toEqual(
      events(700, 719).map(({ body }) => body),
    )
    const { outcomes } = await again.apply(lost)
    expect(outcomes.every(({ repeat }) => !repeat)).toBe(true)
    expect(await trailOf(again, 'urn:left')).toHaveLength(60)
    await again.close()
  })

  it('refuses a side file that is older than its database', async () => {
    const writer = await open()
    await writer.apply(streamBatch(0, size))
    await writer.close()
    const older = join(folder, 'older.db')
    for (const end of ['', '-wal']) copyFileSync(file + end, older + end)
    const later = await open()
    await later.apply(streamBatch(1, size))
    await later.close()
    removeFile()
    for (const end of ['', '-wal']) copyFileSync(older + end, file + end)
    await expect(once()).rejects.toThrow(/is an older copy/)
  })
})

/** All that a store tells, but its size. */
async function dump(reader: TrailReader) {
  const { bytes, ...counts } = await reader.counts()
  const refs = Array.from({ length: counts.events }, (_, at) => at + 1)
  const roles = ['object', 'child', 'lot'] as const
  const items = await itemsOf(reader, lot, serial(7), serial(1200))
  const devices = [reading().device]
  return {
    counts,
    events: await reader.events(refs),
    members: await collect(reader.members(refs, roles)),
    trails: await Promise.all(items.map((item) => collect(reader.trail([item])))),
    telemetry: await collect(reader.telemetry({ devices })),
    cursors: [await reader.cursor('ingest'), await reader.cursor('risk')],
  }
}
