import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FollowerParts, follow, JournalGapError, startOf } from '#ingest/follower.ts'
import type { FromIngest } from '#ingest/news.ts'
import { FOLLOWER } from '#ingest/settle.ts'
import { IngestDied, startIngest } from '#ingest/start.ts'
import { createLog } from '#log.ts'
import { prepareStores } from '#prepare-stores.ts'
import { Journal } from '#store/journal/journal.ts'
import { JournalReader } from '#store/journal/reader.ts'
import type { TrailWriter } from '#store/trail.ts'
import { append as appendTo, newEvent, nowUs, openStores, type Stores } from './stores.ts'

const SEGMENT_BYTES = 4096

let stores: Stores
let journal: Journal
let reader: JournalReader
beforeEach(async () => {
  stores = openStores()
  const options = { nowUs: () => nowUs, segmentBytes: SEGMENT_BYTES }
  journal = await Journal.open(stores.folder.journal, options)
  reader = new JournalReader(stores.folder.journal, journal.watermark)
})
afterEach(async () => {
  await reader.close()
  await journal.close()
  await stores.close()
})

const append = (payload: unknown = newEvent()) => appendTo(journal, 'epcis', payload)

/** Follows until everything durable is settled; gives what was reported. */
async function followAll(more: Partial<FollowerParts> = {}, from?: number): Promise<FromIngest[]> {
  const reports: FromIngest[] = []
  const parts: FollowerParts = {
    ...{ reader, writer: stores.writer, intake: stores.intake, registry: stores.registry },
    nowUs: () => nowUs,
    report: (message) => reports.push(message),
    isOver: (cursor) => cursor >= journal.durableEnd,
    pause: () => sleep(1),
    ...more,
  }
  await follow(parts, from ?? (await startOf(parts, stores.folder.journal)))
  return reports
}

/** The store with a fault: the first `times` batches fail as SQLite fails. */
function failing(times: number, error: Error): TrailWriter {
  let left = times
  return Object.assign(Object.create(stores.writer) as TrailWriter, {
    notes: stores.writer.notes.bind(stores.writer),
    cursor: (name: string) => stores.writer.cursor(name),
    byIdentity: stores.writer.byIdentity.bind(stores.writer),
    events: stores.writer.events.bind(stores.writer),
    async apply(batch: Parameters<TrailWriter['apply']>[0]) {
      left -= 1
      if (left >= 0) throw error
      return stores.writer.apply(batch)
    },
  })
}

const full = Object.assign(new Error('database or disk is full'), { errcode: 13 })

describe('following the journal', () => {
  it('settles what is there, then what comes, and ends when it is told to', async () => {
    await append()
    await append()
    expect(await followAll()).toMatchObject([{ kind: 'news', stored: 2 }])
    const waiting = followAll({ isOver: (cursor) => cursor > before })
    const before = journal.durableEnd
    await append()
    expect(await waiting).toMatchObject([{ kind: 'news', stored: 1 }])
    expect(await stores.cursors()).toEqual([journal.durableEnd, journal.durableEnd])
  })

  it('tries again for as long as the store takes nothing, and says so; nothing is lost', async () => {
    await append()
    const pauses: number[] = []
    const reports = await followAll({
      writer: failing(3, full),
      pause: async (ms) => {
        pauses.push(ms)
      },
    })
    expect(reports).toMatchObject([
      { kind: 'trouble', cursor: 0, attempt: 1, reason: 'database or disk is full' },
      { kind: 'trouble', attempt: 2 },
      { kind: 'trouble', attempt: 3 },
      { kind: 'news', stored: 1 },
    ])
    expect(pauses).toEqual([100, 200, 400])
  })

  it('ends without moving its cursor when it is told to while the store takes nothing', async () => {
    await append()
    let attempts = 0
    const reports = await followAll({
      writer: failing(Number.POSITIVE_INFINITY, full),
      isOver: () => attempts > 2,
      pause: async () => {
        attempts += 1
      },
    })
    expect(reports.every(({ kind }) => kind === 'trouble')).toBe(true)
    expect(await stores.cursors()).toEqual([0, 0])
  })

  it('ends with any other error: that is a bug', async () => {
    await append()
    const bug = new TypeError('undefined is not a function')
    await expect(followAll({ writer: failing(1, bug) })).rejects.toBe(bug)
  })
})

describe('where it begins', () => {
  it('is the lower cursor, so that outcomes lost between two commits come again', async () => {
    await append('no event')
    await append()
    // The store has followed all of it and the intake nothing, as after a crash in between.
    const all = { events: [], readings: [], follower: FOLLOWER, to: journal.durableEnd }
    await stores.writer.apply(all)
    expect(await startOf(stores, stores.folder.journal)).toBe(0)
    await followAll()
    expect(stores.intake.counts().rejections).toBe(1)
    expect(await stores.cursors()).toEqual([journal.durableEnd, journal.durableEnd])
  })

  it('is where the journal begins when the intake alone stands before it', async () => {
    while (journal.durableEnd < 3 * SEGMENT_BYTES) await append()
    await journal.trim(2 * SEGMENT_BYTES)
    const all = { events: [], readings: [], follower: FOLLOWER, to: journal.durableEnd }
    await stores.writer.apply(all)
    expect(await startOf(stores, stores.folder.journal)).toBeGreaterThan(0)
  })

  it('is nowhere when the journal no longer has what the store still needs', async () => {
    while (journal.durableEnd < 3 * SEGMENT_BYTES) await append()
    await journal.trim(2 * SEGMENT_BYTES)
    await expect(startOf(stores, stores.folder.journal)).rejects.toThrow(JournalGapError)
    // A start is refused by it before anything is begun.
    await expect(prepareStores(stores.folder, createLog('silent'))).rejects.toThrow(JournalGapError)
  })
})

describe('the ingest worker', () => {
  const handlers = {
    onNews: () => undefined,
    onTrouble: () => undefined,
    onAhead: () => undefined,
    onDeath: () => undefined,
  }

  it('settles what is in the journal before it ends', async () => {
    await append()
    let stored = 0
    const ingest = startIngest(
      { ...stores.folder, watermark: journal.watermark },
      {
        ...handlers,
        onNews: (news) => {
          stored += news.stored
        },
      },
    )
    await ingest.stop(journal.durableEnd, 20_000)
    expect(stored).toBe(1)
  })

  it('tells of its death when it ends unasked', async () => {
    const files = { ...stores.folder, registry: `${stores.folder.root}/none.db` }
    const death = await new Promise<Error>((resolve) => {
      startIngest({ ...files, watermark: journal.watermark }, { ...handlers, onDeath: resolve })
    })
    expect(death).toBeInstanceOf(IngestDied)
    expect(String(death.cause)).toMatch(/none\.db/)
  })
})
