/** What replay makes of the folder of a program that has ended. */
import { rmSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { follow, JournalGapError, startOf } from '#ingest/follower.ts'
import { replay } from '#ingest/replay.ts'
import { createLog } from '#log.ts'
import { prepareStores } from '#prepare-stores.ts'
import { Journal } from '#store/journal/journal.ts'
import { JournalReader } from '#store/journal/reader.ts'
import { listSegments } from '#store/journal/segment.ts'
import { openSqliteTrail } from '#store/sqlite/trail.ts'
import type { TrailReader } from '#store/trail.ts'
import { append, newEvent, nowUs, openStores, type Stores } from './stores.ts'
import { sgtin, sscc } from './tags.ts'

const SEGMENT_BYTES = 4096

let stores: Stores
beforeEach(() => {
  stores = openStores()
})
afterEach(() => {
  // Its writer is closed by then: replay has the folder for itself.
  stores.registry.close()
  stores.intake.close()
  rmSync(stores.folder.root, { recursive: true })
})

async function bodies(trail: TrailReader): Promise<string[]> {
  const { events } = await trail.query({}, { limit: 1000 })
  return events.map(({ body }) => body)
}

describe('replay', () => {
  it('makes the same events of raw reads, anew and beside what is there', async () => {
    stores.device('gate', {
      binding: { quietMs: 5000, pack: { withinMs: 60_000, event: 'AggregationEvent' } },
    })
    const journal = await Journal.open(stores.folder.journal, { nowUs: () => nowUs })
    for (let n = 0; n < 60; n += 1) {
      const epc = n % 10 === 9 ? sscc(n) : sgtin(n % 25)
      await append(journal, 'reads', { epc, time: nowUs / 1000 + n * 700 })
    }
    const reader = new JournalReader(stores.folder.journal, journal.watermark)
    const parts = {
      ...{ reader, writer: stores.writer, intake: stores.intake, registry: stores.registry },
      nowUs: () => nowUs,
      report: () => undefined,
      isOver: (cursor: number) => cursor >= journal.durableEnd,
      pause: async () => undefined,
    }
    await follow(parts, await startOf(parts, stores.folder.journal))
    const first = await bodies(stores.writer)
    expect(first.length).toBeGreaterThan(4)
    await reader.close()
    await journal.close()
    await stores.writer.close()

    const options = { nowUs: () => nowUs, onProgress: () => undefined }
    for (const add of [false, true]) {
      expect(await replay(stores.folder, { ...options, add })).toMatchObject({ rejected: 0 })
      const replayed = openSqliteTrail(stores.folder.trail, 'read')
      expect(await bodies(replayed)).toEqual(first)
      await replayed.close()
    }
  })
})

it('a store older than the journal is refused until somebody goes on without what is between', async () => {
  const options = { nowUs: () => nowUs, segmentBytes: SEGMENT_BYTES }
  const journal = await Journal.open(stores.folder.journal, options)
  stores.device('gate')
  while (journal.durableEnd < 3 * SEGMENT_BYTES) await append(journal, 'epcis', newEvent())
  await journal.trim(2 * SEGMENT_BYTES)
  const { durableEnd } = journal
  await journal.close()
  await stores.writer.close()
  const { folder } = stores
  const [first = 0] = await listSegments(folder.journal)
  const log = createLog('silent')
  await expect(prepareStores(folder, log)).rejects.toThrow(JournalGapError)
  await expect(prepareStores(folder, log)).rejects.toThrow('main.ts replay --add')

  const again = { add: true, nowUs: () => nowUs, onProgress: () => undefined }
  const replayed = await replay(folder, again)
  expect(first).toBeGreaterThan(0)
  expect(replayed).toMatchObject({ passedOver: first, rejected: 0 })
  expect(replayed.stored).toBe(replayed.messages)
  expect(replayed.stored).toBeGreaterThan(0)
  expect(await prepareStores(folder, log)).toEqual([durableEnd, durableEnd])
  expect((await replay(folder, again)).passedOver).toBe(0)
})
