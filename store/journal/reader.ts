/**
 * Reads the journal by cursor, in any thread or process, beside the one that writes it.
 *
 * With a watermark it never reads past what is durable, so that a follower never acts on a message
 * that could still be lost. Without one, for tools beside a journal that nobody writes, it reads to
 * the first record that is not whole.
 *
 * A segment that is trimmed while it is read stays readable to its end: the open file keeps it.
 */
import type { JournalPosition } from '#store/trail.ts'
import { codeOf, JournalDamaged } from './errors.ts'
import type { JournalRecord } from './record.ts'
import { readChunk } from './scan.ts'
import {
  listSegments,
  openSegment,
  SEGMENT_HEADER_BYTES,
  type Segment,
  segmentName,
} from './segment.ts'
import { Watermark } from './watermark.ts'

export interface ReadLimits {
  /** Bytes read at once; exceeded only by a single record that is larger. */
  readonly maxBytes: number
  readonly maxRecords?: number
}

const ONE_RECORD_BYTES = 64 * 1024

export class JournalReader {
  readonly #directory: string
  readonly #watermark: Watermark | undefined
  #segment: Segment | undefined

  constructor(directory: string, watermark: SharedArrayBuffer | undefined) {
    this.#directory = directory
    this.#watermark = watermark && new Watermark(watermark)
  }

  /**
   * The records from `from` on, and where to go on. `from` is 0, or `next` of a record or of a
   * reading. What was trimmed is skipped: the first record's position tells. One call at a time.
   * The payloads are views of one buffer, new for each call, and keep it in memory.
   * @throws JournalDamaged when what is there is not whole.
   */
  async read(
    from: JournalPosition,
    limits: ReadLimits,
  ): Promise<{ records: readonly JournalRecord[]; next: JournalPosition }> {
    let segment = await this.#segmentAt(from)
    for (let at = from; segment !== undefined && at < this.#durableEnd(); ) {
      const { start } = segment
      const offset = Math.max(at - start, SEGMENT_HEADER_BYTES)
      const end = this.#durableEnd() - start
      const chunk = await readChunk(segment, offset, { ...limits, end })
      if (chunk.records.length > 0) return { records: chunk.records, next: start + chunk.next }
      at = Math.max(at, start)
      if (chunk.stop === 'end') segment = await this.#openAt(at)
      if (segment?.start === start) {
        await this.#checkEnd(start, at)
        break
      }
    }
    return { records: [], next: from }
  }

  /** The record at a position; undefined where none begins, or not yet or no longer. */
  async at(position: JournalPosition): Promise<JournalRecord | undefined> {
    if (position >= this.#durableEnd()) return undefined
    const start = (await listSegments(this.#directory)).findLast((each) => each <= position)
    if (start === undefined || position < start + SEGMENT_HEADER_BYTES) return undefined
    const segment = await this.#open(start)
    if (segment === undefined) return undefined
    try {
      const limits = { maxBytes: ONE_RECORD_BYTES, maxRecords: 1 }
      return (await readChunk(segment, position - start, limits)).records[0]
    } finally {
      await segment.file.close()
    }
  }

  /**
   * Resolves when something behind `position` is durable, or after `timeoutMs`: then look again.
   */
  async wait(position: JournalPosition, timeoutMs: number): Promise<void> {
    await this.#watermark?.wait(position, timeoutMs)
  }

  async close(): Promise<void> {
    await this.#segment?.file.close()
    this.#segment = undefined
  }

  #durableEnd(): JournalPosition {
    return this.#watermark?.durableEnd ?? Number.POSITIVE_INFINITY
  }

  /** The open segment as long as the cursor may be in it. */
  async #segmentAt(position: JournalPosition): Promise<Segment | undefined> {
    const isInside = this.#segment !== undefined && this.#segment.start <= position
    return isInside ? this.#segment : this.#openAt(position)
  }

  /** The last segment that begins at or before a position, or the first there is. */
  async #openAt(position: JournalPosition): Promise<Segment | undefined> {
    for (;;) {
      const starts = await listSegments(this.#directory)
      const start = starts.findLast((each) => each <= position) ?? starts[0]
      if (start === this.#segment?.start || start === undefined) return this.#segment
      const opened = await this.#open(start)
      // Trimmed since it was listed: there is another first one now.
      if (opened === undefined) continue
      await this.close()
      this.#segment = opened
      return opened
    }
  }

  async #open(start: JournalPosition): Promise<Segment | undefined> {
    try {
      return await openSegment(this.#directory, start)
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    }
  }

  /** What is durable has to be there; without a watermark the last segment may end anywhere. */
  async #checkEnd(start: JournalPosition, position: JournalPosition): Promise<void> {
    const isLast = (await listSegments(this.#directory)).at(-1) === start
    if (this.#watermark === undefined && isLast) return
    throw new JournalDamaged(position, segmentName(start), 'a record is missing or not whole')
  }
}
