/**
 * Follows the journal: reads what is durable, settles it, tells what came of it, and waits for
 * more.
 *
 * Promises: every record is settled exactly once in effect, in the journal's order, whatever
 * crashes in between (settle.ts). A message that comes alone is settled at once, and those that
 * came meanwhile together, so batches grow by themselves when devices are faster than the store.
 *
 * While the store takes nothing the cursor stands and the same is tried again for as long as it
 * takes; the bound of the journal holds the senders back. Whatever else goes wrong is a bug: it
 * ends the follower, and with it the process.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { isStoreFault, StoreFault } from '#store/fault.ts'
import type { Intake } from '#store/intake.ts'
import type { JournalReader } from '#store/journal/reader.ts'
import { listSegments } from '#store/journal/segment.ts'
import type { Registry } from '#store/registry.ts'
import type { JournalPosition, TrailWriter } from '#store/trail.ts'
import { Devices } from './devices.ts'
import { Memory } from './memory.ts'
import type { FromIngest } from './news.ts'
import { type Begun, begin, conclude, FOLLOWER, type SettleStores, spool } from './settle.ts'

/**
 * One read of the journal: bounds memory and the length of a commit. Of batches of 500 to 5,000
 * those of 1,000 to 2,000 cost least an event: fewer commits than below, less for the collector
 * than above.
 */
export const READ_AT_ONCE = { maxBytes: 4 * 1024 * 1024, maxRecords: 2000 }
const WAIT_MS = 200
/** One that is ended, one that is written and one that is prepared. */
export const BEGUN_AT_ONCE = 3
/** How long a batch may be written until further ones are spooled; then how often. */
const SLOW_MS = 1000
/** Batches that are spooled in one go. */
const SPOOLED_AT_ONCE = 16
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
    throw new JournalGapError(
      `the journal begins at ${first} and the store has followed it to ${stored}: restore both ` +
        'from one backup, or go on without what is between with main.ts replay --add',
    )
  }
  return Math.max(first, Math.min(stored, intake.cursor()))
}

/**
 * Follows from a position until it is over. While the store writes some records the next ones are
 * begun; where it is slow or takes nothing, further ones are spooled, if it can do that, so that
 * readers see them. Rejects for a bug and for a damaged journal.
 */
export async function follow(parts: FollowerParts, from: JournalPosition): Promise<void> {
  const follower = new Follower(parts, from)
  await follower.run()
}

class Follower {
  readonly #parts: FollowerParts
  readonly #devices: Devices
  readonly #stores: SettleStores
  /** Everything before it is settled. */
  #settled: JournalPosition
  /** Readers see everything before it, as far as that has been told. */
  #ahead: JournalPosition
  readonly #underway: Begun[] = []
  #attempt = 0
  #retryMs = FIRST_RETRY_MS

  constructor(parts: FollowerParts, from: JournalPosition) {
    this.#parts = parts
    this.#settled = from
    this.#ahead = from
    this.#devices = new Devices(parts.registry)
    const { writer, intake } = parts
    this.#stores = { writer, intake, registry: this.#devices, memory: new Memory(writer) }
  }

  async run(): Promise<void> {
    while (!this.#isOver()) {
      try {
        await this.#step()
      } catch (error) {
        await this.#onFault(error)
      }
    }
  }

  #isOver(): boolean {
    return this.#parts.isOver(this.#settled)
  }

  async #step(): Promise<void> {
    const { reader } = this.#parts
    while (this.#underway.length < BEGUN_AT_ONCE) {
      const from = this.#underway.at(-1)?.cursor ?? this.#settled
      const { records } = await reader.read(from, READ_AT_ONCE)
      if (records.length === 0) break
      this.#devices.refresh()
      this.#underway.push(await begin(records, this.#stores))
    }
    const [first] = this.#underway
    if (first === undefined) await reader.wait(this.#settled, WAIT_MS)
    else await this.#conclude(first)
  }

  async #conclude(first: Begun): Promise<void> {
    const { nowUs, report } = this.#parts
    while (!(await isDone(first.applied))) {
      if (this.#isOver()) return
      await this.#goAhead()
    }
    const news = await conclude(first, this.#stores, nowUs)
    this.#underway.shift()
    this.#settled = news.cursor
    this.#attempt = 0
    this.#retryMs = FIRST_RETRY_MS
    report(news)
  }

  /** What was begun is decided, or it is as if it had not been: all of it is read again. */
  async #onFault(error: unknown): Promise<void> {
    if (!isStoreFault(error)) throw error
    const { report, pause } = this.#parts
    this.#underway.length = 0
    this.#attempt += 1
    const cursor = this.#settled
    report({ kind: 'trouble', cursor, attempt: this.#attempt, reason: error.message })
    await this.#goAhead()
    // A server that asks to be left alone for longer is.
    const askedMs = error instanceof StoreFault ? error.retryAfterMs : 0
    const endMs = Math.max(this.#retryMs, askedMs)
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS)
    await pause(endMs)
  }

  /** Lets readers see what is decided and what has come behind it, as far as there is room. */
  async #goAhead(): Promise<void> {
    const { reader, writer, nowUs } = this.#parts
    if (writer.spool === undefined) return
    try {
      await writer.spool()
      for (let batch = 0; batch < SPOOLED_AT_ONCE; batch += 1) {
        const from = Math.max(await writer.cursor(FOLLOWER), this.#settled)
        const soonUs = nowUs()
        const { records } = await reader.read(from, READ_AT_ONCE)
        this.#isAhead(from, (records[0]?.recordTimeUs ?? soonUs) - 1)
        if (records.length === 0) return
        this.#devices.refresh()
        if ((await spool(records, this.#stores)) === undefined) return
      }
    } catch (error) {
      // What needs the store to be decided waits for it.
      if (!isStoreFault(error)) throw error
    }
  }

  #isAhead(to: JournalPosition, toUs: number): void {
    if (to <= this.#ahead) return
    this.#ahead = to
    this.#parts.report({ kind: 'ahead', to, toUs })
  }
}

/** Whether it is settled, one way or the other, before a store counts as slow. */
async function isDone(applied: Promise<unknown>): Promise<boolean> {
  const patience = new AbortController()
  const done = applied.then(
    () => true,
    () => true,
  )
  const slow = sleep(SLOW_MS, false, { signal: patience.signal }).catch(() => false)
  const result = await Promise.race([done, slow])
  patience.abort()
  return result
}
