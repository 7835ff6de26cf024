import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '#store/sqlite/database.ts'
import { WritableEventIndex } from '#store/sqlite/event-index.ts'
import { migrations } from '#store/sqlite/schema.ts'
import { openSqliteTrail } from '#store/sqlite/trail.ts'
import { Words } from '#store/sqlite/words.ts'
import type { EventQuery } from '#store/trail.ts'
import { baseUs, event, events, member, reading, serial, streamBatch } from './contract/data.ts'
import {
  collect,
  itemsOf,
  openPair,
  type StoreUnderTest,
  store,
  trailOf,
} from './contract/store.ts'
import { trailContract } from './trail-contract.ts'
import { expectWholeBatches } from './whole-batches.ts'

function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), 'suyuan-trail-'))
}

async function openStore(): Promise<StoreUnderTest> {
  const folder = makeFolder()
  const file = join(folder, 'trail.db')
  return openPair({
    write: () => openSqliteTrail(file, 'write'),
    read: () => openSqliteTrail(file, 'read'),
    remove: () => rmSync(folder, { recursive: true }),
  })
}

trailContract('the trail store in SQLite', openStore)

describe('the trail store in SQLite', () => {
  let folder = ''
  let file = ''
  beforeEach(() => {
    folder = makeFolder()
    file = join(folder, 'trail.db')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('holds whole batches only, with all that was told durable, after each kill -9', async () => {
    const size = 40
    let durable = 0
    for (const kill of [1, 7, 2, 20]) {
      const child = spawnWriter(file, durable, size)
      let told = -1
      for await (const line of createInterface({ input: child.stdout })) {
        told = Number(line)
        if (told >= durable + kill) child.kill('SIGKILL')
      }
      const reader = openSqliteTrail(file, 'read')
      const batches = await reader.cursor('ingest')
      expect(batches).toBeGreaterThan(told)
      await expectWholeBatches(reader, batches, size)
      await reader.close()
      durable = batches
    }
    const writer = openSqliteTrail(file, 'write')
    const again = await writer.apply(streamBatch(durable - 1, size))
    expect(again.outcomes.every(({ repeat }) => repeat)).toBe(true)
    const next = await writer.apply(streamBatch(durable, size))
    expect(next.outcomes.some(({ repeat }) => repeat)).toBe(false)
    await expectWholeBatches(writer, durable + 1, size)
    await writer.close()
  })

  it('is read while another process writes it', async () => {
    const size = 40
    await openSqliteTrail(file, 'write').close()
    const reader = openSqliteTrail(file, 'read')
    const child = spawnWriter(file, 0, size)
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    for (let read = 0; read < 60; read += 1) {
      const told = Number((await lines.next()).value)
      const { events: count, trailRows } = await reader.counts()
      expect(count).toBeGreaterThanOrEqual((told + 1) * size)
      expect([count % size, trailRows]).toEqual([0, count * 2])
      const page = await reader.query({}, { limit: 50 })
      const newest = page.events[0]?.eventRef ?? 0
      expect(page.events.map(({ eventRef }) => newest - eventRef)).toEqual(
        page.events.map((_, at) => at),
      )
      expect(await trailOf(reader, serial(told))).toHaveLength(size)
    }
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
    await reader.close()
  })

  it('keeps nothing of a batch that fails, nor a number that it gave', async () => {
    const writer = openSqliteTrail(file, 'write')
    await store(writer, event(1))
    const failing = {
      events: [event(2, { bizStep: 'urn:lost', members: [member('urn:lost/item')] })],
      readings: [reading({ value: Number.NaN })],
      follower: 'ingest',
      to: 9,
    }
    await expect(writer.apply(failing)).rejects.toThrow(/NOT NULL/)
    expect(await writer.cursor('ingest')).toBe(0)
    expect(await writer.find(['urn:lost/item'])).toEqual([undefined])
    const said = { bizStep: 'urn:kept', members: [member('urn:kept/item')] }
    const [ref = 0] = await store(writer, event(3, said))
    const reader = openSqliteTrail(file, 'read')
    expect(await reader.counts()).toMatchObject({ events: 2, items: 2, trailRows: 2, readings: 0 })
    expect(await trailOf(reader, 'urn:kept/item')).toMatchObject([
      { eventRef: ref, bizStep: 'urn:kept' },
    ])
    const [stored] = await reader.events([ref])
    expect(stored).toMatchObject({ body: event(3).body, bizStep: 'urn:kept' })
    const lost = { ...failing, readings: [] }
    expect((await writer.apply(lost)).outcomes).toMatchObject([{ repeat: false }])
    expect(await trailOf(writer, 'urn:lost/item')).toMatchObject([{ bizStep: 'urn:lost' }])
    await reader.close()
    await writer.close()
  })

  it('finds events by eventID before and after they moved to the large table', async () => {
    const writer = openSqliteTrail(file, 'write')
    const refs = await store(writer, ...events(1, 700))
    await writer.close()
    const database = openDatabase(file, { migrations })
    const rowsOf = (table: string) => database.prepare(`SELECT count(*) AS n FROM ${table}`).get().n
    expect([rowsOf('event_id_recent'), rowsOf('event_id_main')]).toEqual([700, 0])
    new WritableEventIndex(database, new Words(database), 500).moveIfFull(700)
    expect([rowsOf('event_id_recent'), rowsOf('event_id_main')]).toEqual([0, 700])
    database.close()
    const again = openSqliteTrail(file, 'write')
    const some = [...events(650, 720), ...events(1, 10)]
    const found = await store(again, ...some)
    expect(found.slice(0, 51)).toEqual(refs.slice(649))
    expect(found.slice(71)).toEqual(refs.slice(0, 10))
    expect((await again.counts()).events).toBe(720)
    expect(await again.byEventID(event(710).eventID)).toEqual([found[60]])
    await again.close()
  })

  it('packs bodies by 32, whatever the batches, and large ones by fewer', async () => {
    const writer = openSqliteTrail(file, 'write')
    for (let first = 1; first <= 91; first += 10) await store(writer, ...events(first, first + 9))
    const body = JSON.stringify({ long: 'x'.repeat(40_000) })
    await store(writer, ...events(101, 109, { body }))
    const database = openDatabase(file, { migrations, readOnly: true })
    const blocks = database.prepare('SELECT first FROM body ORDER BY first').all()
    expect(blocks.map(({ first }) => first)).toEqual([1, 33, 65, 97, 103, 105, 107, 109])
    database.close()
    await writer.close()
  })

  it('tells eventIDs apart that have the same hash in the index', async () => {
    // The first 48 bits of their SHA-256 are equal.
    const ids = ['urn:e:17241185', 'urn:e:29996504']
    const writer = openSqliteTrail(file, 'write')
    const said = ids.map((eventID, at) => event(at, { eventID }))
    const refs = await store(writer, ...said)
    expect(await store(writer, ...said)).toEqual(refs)
    expect(new Set(refs).size).toBe(2)
    for (const [at, eventID] of ids.entries()) {
      expect(await writer.byEventID(eventID)).toEqual([refs[at]])
    }
    await writer.close()
  })

  it('lets the event loop turn during each kind of long read', async () => {
    const writer = openSqliteTrail(file, 'write')
    const count = 20_000
    const shared = { members: [member('urn:shared')], bizStep: 'packing' }
    for (let first = 1; first < count; first += 5000) {
      const readings = events(first, first + 4999).map(({ recordTimeUs }) =>
        reading({ timeUs: recordTimeUs }),
      )
      const batch = { events: events(first, first + 4999, shared), readings }
      await writer.apply({ ...batch, follower: 'test', to: first })
    }
    const reader = openSqliteTrail(file, 'read')
    const items = await itemsOf(reader, 'urn:shared')
    const refs = Array.from({ length: count }, (_, at) => at + 1)
    const ids = events(1, count).map(({ eventID, party }) => ({ eventID, party }))
    const rare: EventQuery = { eventTypes: ['TransactionEvent'] }
    const reads: Record<string, () => Promise<unknown>> = {
      trail: () => collect(reader.trail(items)),
      members: () => collect(reader.members(refs, ['object'])),
      'members in other roles': () => collect(reader.members(refs, ['parent'])),
      summaries: () => reader.summaries(refs),
      events: () => reader.events(refs),
      identities: () => reader.byIdentity(ids.map((id) => ({ ...id, declaresError: false }))),
      telemetry: () => collect(reader.telemetry({ devices: [reading().device], everyUs: 1e12 })),
      'a rare query': () => reader.query(rare, { limit: 10 }),
      'a query along a trail': () =>
        reader.query(
          { ...rare, match: [{ keys: ['urn:shared'], roles: ['object'] }] },
          { limit: 1 },
        ),
      'a query by time': () =>
        reader.query({ ...rare, ltEventTimeUs: baseUs + 19_000 * 1000 }, { limit: 10 }),
    }
    for (const [name, read] of Object.entries(reads)) {
      expect(await turnsDuring(read), name).toBeGreaterThan(0)
    }
    await reader.close()
    await writer.close()
  })
})

type Writer = ChildProcessByStdio<null, Readable, null>

function spawnWriter(file: string, first: number, size: number): Writer {
  const script = fileURLToPath(new URL('./sqlite-trail-child.ts', import.meta.url))
  const parts = ['--import', 'tsx', script, file, String(first), String(size)]
  return spawn(process.execPath, parts, { stdio: ['ignore', 'pipe', 'inherit'] })
}

/** How often the event loop turned while something was read. */
async function turnsDuring(read: () => Promise<unknown>): Promise<number> {
  let turns = 0
  let isOver = false
  const counting = (async () => {
    while (!isOver) {
      await setImmediate()
      if (!isOver) turns += 1
    }
  })()
  await read()
  isOver = true
  await counting
  return turns
}
