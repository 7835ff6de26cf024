/**
 * The journal: the point of acknowledgement. Messages are appended to segment files; when `append`
 * calls back without an error, the message survives a crash of the process, of the machine, and a
 * loss of power, as far as the disk keeps what it says it has synced.
 *
 * Promises:
 * - callbacks come in the order of the appends, each exactly once;
 * - record times strictly increase, also over restarts and when the clock goes back;
 * - one group commit at a time, off this thread: it begins as soon as there is something to write,
 *   and what comes while the disk works goes into the next;
 * - after a failed write or sync nothing is acknowledged any more: what the disk did with those
 *   bytes is unknown until recovery has looked at them. They are never written or synced again;
 * - at most one writer (lock.ts), and readers beside it (reader.ts).
 */
import { randomInt } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { JournalPosition } from '#store/trail.ts'
import { type Commit, CommitBuffer, type Done, type Waiting, type Written } from './commit.ts'
import { type Disk, realDisk, writeAll } from './disk.ts'
import { JournalClosed, JournalDamaged, JournalFailed } from './errors.ts'
import { readFloor, writeFloor } from './floor.ts'
import { lockDirectory } from './lock.ts'
import { checkEntry, type JournalEntry } from './record.ts'
import { type Recovered, recover } from './recovery.ts'
import { createSegment, SEGMENT_HEADER_BYTES, type Segment, segmentName } from './segment.ts'
import { Watermark } from './watermark.ts'

export interface JournalOptions {
  /** Microseconds since 1970. */
  readonly nowUs: () => number
  /** A segment is closed before it would grow beyond this. Default 64 MiB. */
  readonly segmentBytes?: number
  /** How much may wait for the disk before `full` says to stop reading. Default 64 MiB. */
  readonly maxBacklogBytes?: number
  /**
   * The furthest cursor of a follower. The journal refuses to end before it: positions would be
   * given again, and their messages never be followed. A new journal begins there. Default 0. A
   * function is called once the folder is locked: what it does, no other process does.
   */
  readonly followedTo?: JournalPosition | (() => Promise<JournalPosition>)
  readonly disk?: Disk
  /** A random number below 2^32 for each new segment. */
  readonly newSalt?: () => number
}

type Settings = Required<Omit<JournalOptions, 'followedTo'>> & { readonly directory: string }

const MAX_SEGMENT_BYTES = 2 ** 31
/** What a waiting message takes beside its payload: names, header, callback. */
const WAITING_BYTES = 256

export class Journal {
  readonly #settings: Settings
  readonly #watermark = new Watermark()
  readonly #buffer = new CommitBuffer()
  readonly #unlock: () => void
  readonly #starts: JournalPosition[]
  #segment: Segment
  /** Offset in the segment where the next commit begins: everything before it is durable. */
  #offset: number
  #lastRecordTimeUs: number
  #waiting: Waiting[] = []
  #backlogBytes = 0
  #working: Promise<void> | undefined
  #trimming: Promise<void> | undefined
  #failed: JournalFailed | undefined
  #closing: Promise<void> | undefined
  /** Bytes of a commit that a crash interrupted and that opening has cut. */
  readonly cutBytes: number

  /**
   * Opens the journal of a folder, or makes it. Recovery runs here: see recovery.ts.
   * @throws JournalLocked when somebody else has it open, JournalDamaged when something that was
   *   acknowledged is missing.
   */
  static async open(
    directory: string,
    { followedTo = 0, ...options }: JournalOptions,
  ): Promise<Journal> {
    const settings: Settings = {
      segmentBytes: 64 * 1024 * 1024,
      maxBacklogBytes: 64 * 1024 * 1024,
      disk: realDisk,
      newSalt: () => randomInt(2 ** 32),
      ...options,
      directory: resolve(directory),
    }
    if (settings.segmentBytes > MAX_SEGMENT_BYTES) throw new RangeError('segmentBytes is too large')
    await makeDirectory(settings)
    const unlock = lockDirectory(settings.directory)
    try {
      const to = typeof followedTo === 'number' ? followedTo : await followedTo()
      return new Journal(settings, await recoverOrCreate(settings, to), unlock)
    } catch (error) {
      unlock()
      throw error
    }
  }

  private constructor(settings: Settings, recovered: Recovered, unlock: () => void) {
    this.#settings = settings
    this.#unlock = unlock
    this.#starts = [...recovered.starts]
    this.#segment = recovered.segment
    this.#offset = recovered.end
    this.#lastRecordTimeUs = recovered.lastRecordTimeUs
    this.cutBytes = recovered.cutBytes
    this.#watermark.setDurable(this.#endOfRecords())
  }

  /** [0]: everything before it is durable. [1]: followers have passed it. See watermark.ts. */
  get watermark(): SharedArrayBuffer {
    return this.#watermark.buffer
  }

  /** Everything before it is durable. */
  get durableEnd(): JournalPosition {
    return this.#watermark.durableEnd
  }

  /** Why nothing is acknowledged any more; undefined while all is well. */
  get failed(): JournalFailed | undefined {
    return this.#failed
  }

  /** What waits for the disk, in memory. */
  get backlogBytes(): number {
    return this.#backlogBytes
  }

  /** Whether to stop reading from senders for now. What is appended all the same is taken. */
  get full(): boolean {
    return this.#backlogBytes > this.#settings.maxBacklogBytes
  }

  /** What the segments take on disk. */
  get sizeBytes(): number {
    return this.#segment.start + this.#offset - (this.#starts[0] ?? 0)
  }

  /**
   * Appends a message and calls `done` once: with an error, or when its bytes are on disk. Never
   * calls back before it returns. The payload must not change until then; `done` must not throw.
   * @throws RangeError for names or a payload too large for any record.
   */
  append(entry: JournalEntry, done: Done): void {
    checkEntry(entry)
    if (this.#failed !== undefined || this.#closing !== undefined) {
      const refusal = this.#failed ?? new JournalClosed('the journal is closed')
      queueMicrotask(() => done(refusal))
      return
    }
    this.#waiting.push({ entry, done })
    this.#backlogBytes += memoryOf(entry)
    this.#working ??= this.#work()
  }

  /**
   * Removes the segments that lie wholly before a position. A call during another does nothing.
   * Oldest first and one at a time, so that a crash leaves no gap between those that remain.
   */
  trim(before: JournalPosition): Promise<void> {
    this.#trimming ??= this.#removeSegments(before).finally(() => {
      this.#trimming = undefined
    })
    return this.#trimming
  }

  /** Writes what was appended, notes where the journal ends, and gives the folder back. */
  close(): Promise<void> {
    this.#closing ??= this.#end()
    return this.#closing
  }

  async #end(): Promise<void> {
    await this.#working
    const { directory, disk } = this.#settings
    try {
      if (this.#failed === undefined) await writeFloor(disk, directory, this.durableEnd)
    } finally {
      await this.#segment.file.close()
      this.#unlock()
    }
  }

  async #work(): Promise<void> {
    // What else comes in this turn of the loop goes into the same commit.
    await setImmediate()
    while (this.#waiting.length > 0) {
      const waiting = this.#waiting
      this.#waiting = []
      for (let from = 0; from < waiting.length; ) {
        const first = from
        try {
          const written = await this.#commit(waiting, first)
          // In a microtask: the loop starts the next write before it, so the disk does not wait.
          queueMicrotask(() => this.#acknowledge(waiting, first, written))
          from += written.length
        } catch (cause) {
          this.#fail(cause, waiting.slice(first))
          from = waiting.length
        }
      }
    }
    this.#working = undefined
  }

  /** Makes the first of the waiting messages durable, as many as go into one write. */
  async #commit(waiting: readonly Waiting[], from: number): Promise<readonly Written[]> {
    const { disk } = this.#settings
    const { buffers, bytes, written } = await this.#form(waiting, from)
    // A crash from here to the end of the sync leaves any part of these bytes on disk. Nobody has
    // been told of them: recovery keeps the whole records before the first torn one.
    await writeAll(disk, this.#segment.file, buffers, this.#offset)
    await disk.sync(this.#segment.file)
    // Durable. A crash from here on loses nothing but the news of it.
    this.#offset += bytes
    this.#lastRecordTimeUs = written.at(-1)?.recordTimeUs ?? this.#lastRecordTimeUs
    this.#watermark.setDurable(this.#endOfRecords())
    return written
  }

  #acknowledge(waiting: readonly Waiting[], from: number, written: readonly Written[]): void {
    for (let i = 0; i < written.length; i += 1) {
      const answered = waiting[from + i]
      if (answered === undefined) return
      this.#backlogBytes -= memoryOf(answered.entry)
      answered.done(undefined, written[i])
    }
  }

  /** The bytes under way are neither written nor synced again: see disk.ts. */
  #fail(cause: unknown, rest: readonly Waiting[]): void {
    const failure = new JournalFailed(cause)
    const unanswered = [...rest, ...this.#waiting]
    this.#failed = failure
    this.#waiting = []
    this.#backlogBytes = 0
    queueMicrotask(() => {
      for (const { done } of unanswered) done(failure)
    })
  }

  /** Forms a commit in this segment, or in a new one when this one is full. */
  async #form(waiting: readonly Waiting[], from: number): Promise<Commit> {
    const commit = this.#formHere(waiting, from)
    if (commit.written.length > 0) return commit
    await this.#roll()
    return this.#formHere(waiting, from)
  }

  #formHere(waiting: readonly Waiting[], from: number): Commit {
    const { segmentBytes, nowUs } = this.#settings
    return this.#buffer.form(waiting, from, {
      segment: this.#segment,
      offset: this.#offset,
      segmentBytes,
      nowUs: nowUs(),
      lastRecordTimeUs: this.#lastRecordTimeUs,
    })
  }

  /** Between two commits: all of the segment is durable before the next one gets its name. */
  async #roll(): Promise<void> {
    const { disk, directory, newSalt } = this.#settings
    const start = this.#segment.start + this.#offset
    const lastRecordTimeUs = this.#lastRecordTimeUs
    const header = { start, lastRecordTimeUs, salt: newSalt() }
    const full = this.#segment
    this.#segment = await createSegment(disk, directory, header)
    this.#offset = SEGMENT_HEADER_BYTES
    this.#starts.push(start)
    await full.file.close()
  }

  async #removeSegments(before: JournalPosition): Promise<void> {
    const { disk, directory } = this.#settings
    for (;;) {
      const [oldest, next] = this.#starts
      if (oldest === undefined || next === undefined || next > before) return
      await disk.remove(`${directory}/${segmentName(oldest)}`)
      await disk.syncDirectory(directory)
      this.#starts.shift()
    }
  }

  /** A follower that has read every record stands here, also while a new segment is empty. */
  #endOfRecords(): JournalPosition {
    const { start } = this.#segment
    return this.#offset === SEGMENT_HEADER_BYTES ? start : start + this.#offset
  }
}

function memoryOf({ payload }: JournalEntry): number {
  return WAITING_BYTES + payload.length
}

/** Makes the folder where there is none, each new level durable in the one above. */
async function makeDirectory({ directory, disk }: Settings): Promise<void> {
  const first = (await mkdir(directory, { recursive: true })) ?? directory
  for (let made = directory; made.length >= first.length; made = dirname(made)) {
    await disk.syncDirectory(dirname(made))
  }
}

async function recoverOrCreate(
  { directory, disk, newSalt }: Settings,
  followedTo: JournalPosition,
): Promise<Recovered> {
  const floor = await readFloor(directory)
  const recovered = await recover(directory, disk, Math.max(floor, followedTo))
  if (recovered !== undefined) return recovered
  if (floor > followedTo) {
    throw new JournalDamaged(followedTo, segmentName(followedTo), 'there are no segments at all')
  }
  const header = { start: followedTo, lastRecordTimeUs: 0, salt: newSalt() }
  const segment = await createSegment(disk, directory, header)
  const end = SEGMENT_HEADER_BYTES
  return { starts: [followedTo], segment, end, lastRecordTimeUs: 0, cutBytes: 0 }
}
