/**
 * Follows the journal: reads what is durable, settles it, tells what came of it, and waits for
 * more.
 *
 * Promises: every record is settled exactly once in effect, in the journal's order, whatever
 * crashes in between (settle.ts). A message that comes alone is settled at once, and those that
 * came meanwhile together, so batches grow by themselves when devices are faster than the store.
 *
 * While the store takes nothing the cursor stands and the same batch is tried again for as long as
 * it takes; the bound of the journal holds the senders back. Whatever else goes wrong is a bug: it
 * ends the follower, and with it the process.
 */

import { isStoreFault, StoreFault } from '#store/fault.ts'
import type { Intake } from '#store/intake.ts'
import type { JournalReader } from '#store/journal/reader.ts'
import type { JournalRecord } from '#store/journal/record.ts'
import { listSegments } from '#store/journal/segment.ts'
import type { Registry } from '#store/registry.ts'
import type { JournalPosition, TrailWriter } from '#store/trail.ts'
import { Devices } from './devices.ts'
import { Memory } from './memory.ts'
import type { FromIngest } from './news.ts'
import { FOLLOWER, settle } from './settle.ts'

/**
 * One read of the journal: bounds memory and the length of a commit. Of batches of 500 to 5,000
 * those of 1,000 to 2,000 cost least an event: fewer commits than below, less for the collector
 * than above.
 */
export const READ_AT_ONCE = { maxBytes: 4 * 1024 * 1024, maxRecords: 2000 }
const WAIT_MS = 200
const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 2000

/** The store has not yet followed what the journal no longer has: messages would be passed over. */
export class JournalGapError extends Error {
  override readonly name = 'JournalGapError'
}

export interface FollowerParts {
  readonly reader: JournalReader
  readonly writer: TrailWriter
  readonly intake: Intake
  readonly registry: Registry
  readonly nowUs: () => number
  readonly report: (message: FromIngest) => void
  /** Whether to end, asked between batches and attempts. All before `cursor` is settled. */
  readonly isOver: (cursor: JournalPosition) => boolean
  /** Resolves after that many milliseconds. */
  readonly pause: (ms: number) => Promise<void>
}

/**
 * Where to begin: the lower of both cursors (settle.ts says why), or later where the journal begins
 * later, if the store has followed it to there.
 * @throws JournalGapError when it has not.
 */
export async function startOf(
  { writer, intake }: Pick<FollowerParts, 'writer' | 'intake'>,
  journalDirectory: string,
): Promise<JournalPosition> {
  const stored = await writer.cursor(FOLLOWER)
  const [first = 0] = await listSegments(journalDirectory)
  if (first > stored) {
    const gap = `the journal begins at ${first} and the store has followed it to ${stored}`
    throw new JournalGapError(`${gap}: restore both from one backup`)
  }
  return Math.max(first, Math.min(stored, intake.cursor()))
}

/** Follows from a position until it is over. Rejects for a bug and for a damaged journal. */
export async function follow(parts: FollowerParts, from: JournalPosition): Promise<void> {
  const { reader, isOver } = parts
  const known = { devices: new Devices(parts.registry), memory: new Memory(parts.writer) }
  let cursor = from
  while (!isOver(cursor)) {
    const { records } = await reader.read(cursor, READ_AT_ONCE)
    if (records.length === 0) await reader.wait(cursor, WAIT_MS)
    else cursor = await settleAtLast(records, known, cursor, parts)
  }
}

/** Settles once the store lets it. The cursor afterwards: unchanged if it was over before that. */
async function settleAtLast(
  records: readonly JournalRecord[],
  { devices, memory }: { readonly devices: Devices; readonly memory: Memory },
  cursor: JournalPosition,
  parts: FollowerParts,
): Promise<JournalPosition> {
  const { writer, intake, nowUs, report, isOver, pause } = parts
  let retryMs = FIRST_RETRY_MS
  for (let attempt = 1; attempt === 1 || !isOver(cursor); attempt += 1) {
    try {
      devices.refresh()
      const news = await settle(records, { writer, intake, registry: devices, memory }, nowUs)
      report(news)
      return news.cursor
    } catch (error) {
      if (!isStoreFault(error)) throw error
      report({ kind: 'trouble', cursor, attempt, reason: error.message })
      // A server that asks to be left alone for longer is.
      const askedMs = error instanceof StoreFault ? error.retryAfterMs : 0
      await pause(Math.max(retryMs, askedMs))
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS)
    }
  }
  return cursor
}
