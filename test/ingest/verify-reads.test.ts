/** Whether verify finds that an event made of raw reads is not in the store. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type VerifyStep, verifyStored } from '#ingest/verify.ts'
import type { JournalReader } from '#store/journal/reader.ts'
import type { JournalRecord } from '#store/journal/record.ts'
import type { Device } from '#store/registry/schema.ts'
import type { TrailReader } from '#store/trail.ts'
import { nowUs, openStores, type Stores } from './stores.ts'
import { sgtin, sscc } from './tags.ts'

let stores: Stores
let records: JournalRecord[]
beforeEach(() => {
  stores = openStores()
  records = []
})
afterEach(() => stores.close())

const quiet = { binding: { quietMs: 5000 } } satisfies Partial<Device>

async function read(epc: string, atMs: number): Promise<void> {
  const payload = { epc, time: nowUs / 1000 + atMs }
  const topic = 'suyuan/v1/farm/barn/gate-1/reads'
  // The clock of the reader is that of the journal.
  const receivedAtUs = nowUs + atMs * 1000
  const record = stores.message(payload, { topic, receivedAtUs, recordTimeUs: receivedAtUs })
  records.push(record)
  await stores.settle(record)
}

/** A reader of what was settled; `from` leaves out what is before it, as trimming does. */
function readerOf(from = 0): JournalReader {
  return {
    read: async (cursor: number) => {
      const left = records.filter(({ position }) => position >= Math.max(cursor, from))
      return { records: left, next: left.at(-1)?.next ?? cursor }
    },
  } as unknown as JournalReader
}

/** What verify says, of a store that lacks the n-th of the events it is asked for. */
async function verified(lacks?: number, from = 0): Promise<Omit<VerifyStep, 'position'>> {
  const { writer, intake, registry } = stores
  const trail = {
    notes: (beginning: string) => writer.notes(beginning),
    byIdentity: async (asked: Parameters<TrailReader['byIdentity']>[0]) => {
      const found = await writer.byIdentity(asked)
      return found.map((ref, at) => (at === lacks ? undefined : ref))
    },
  } as unknown as TrailReader
  const end = records.at(-1)?.next ?? 0
  const sum = {
    events: 0,
    ofReads: 0,
    undecided: 0,
    missing: [] as VerifyStep['missing'][number][],
  }
  for await (const step of verifyStored({ reader: readerOf(from), trail, intake, registry }, end)) {
    sum.events += step.events
    sum.ofReads += step.ofReads
    sum.undecided += step.undecided
    sum.missing.push(...step.missing)
  }
  return sum
}

describe('verify', () => {
  it('looks for each event that was made of raw reads, repeats and packed cases too', async () => {
    const pack = { withinMs: 60_000, event: 'AggregationEvent' } as const
    stores.device('gate-1', { binding: { quietMs: 5000, pack } })
    for (let n = 0; n < 30; n += 1) await read(n % 10 === 9 ? sscc(n) : sgtin(n % 7), n * 700)
    const stored = (await stores.writer.counts()).events
    expect(stored).toBeGreaterThan(2)
    expect(await verified()).toMatchObject({ ofReads: stored, undecided: 0, missing: [] })
    const { missing } = await verified(1)
    expect(missing).toHaveLength(1)
    expect(missing[0]?.what).toMatch(/^event ni:/)
  })

  it('does not ask for what an earlier binding made, and says how much that is', async () => {
    stores.device('gate-1', quiet)
    for (const n of [1, 2, 3]) await read(sgtin(n), n * 1000)
    stores.device('gate-1', { binding: { quietMs: 1000, bizStep: 'receiving' } })
    for (const n of [1, 2]) await read(sgtin(n), 60_000 + n * 1000)
    expect(await verified()).toMatchObject({ ofReads: 2, undecided: 3, missing: [] })
    stores.device('gate-1', {})
    await read(sgtin(5), 120_000)
    expect(await verified()).toMatchObject({ ofReads: 0, missing: [] })
  })

  it('asks for none where the beginning of the journal has been trimmed', async () => {
    stores.device('gate-1', quiet)
    for (const n of [1, 2, 3]) await read(sgtin(n), n * 1000)
    expect(await verified(undefined, 100)).toMatchObject({ ofReads: 0, undecided: 0, missing: [] })
  })
})
