/**
 * Reading a segment: in chunks of records, and, where a record is not whole, the search for the
 * next one that is. Reads only; recovery, verification and readers all go through here.
 */
import {
  commitOf,
  decodeRecord,
  type JournalRecord,
  RECORD_HEADER_BYTES,
  recordLength,
} from './record.ts'
import type { Segment } from './segment.ts'

export interface ChunkLimits {
  /** Offset behind which nothing is read. Default: the end of the file. */
  readonly end?: number
  /** The chunk is larger only where a single record is. */
  readonly maxBytes: number
  readonly maxRecords?: number
  /** recordTimeUs of the record before `from`. Default: any. */
  readonly afterUs?: number
}

export interface Chunk {
  readonly records: readonly JournalRecord[]
  /** Offset behind the last of the records. */
  readonly next: number
  /** Offset where the commit began that wrote it. */
  readonly commit: number
  /** `bad`: what is at `next` is no whole record. `end`: there is nothing. */
  readonly stop: 'limit' | 'bad' | 'end'
}

/** Reads records from `from` on, where one begins. Their payloads are views of one new buffer. */
export async function readChunk(
  segment: Segment,
  from: number,
  limits: ChunkLimits,
): Promise<Chunk> {
  const { end = Number.POSITIVE_INFINITY } = limits
  const maxBytes = Math.max(limits.maxBytes, RECORD_HEADER_BYTES)
  const bytes = await readBytes(segment, from, Math.min(maxBytes, end - from))
  const chunk = decodeChunk(segment, from, bytes, limits)
  if (chunk.records.length > 0 || chunk.stop !== 'limit') return chunk
  // The first record is larger than the chunk: all of it, if there is as much as it says.
  const hasHeader = bytes.length >= RECORD_HEADER_BYTES
  const length = hasHeader ? recordLength(bytes, 0, segment.salt, from) : undefined
  const { size } = await segment.file.stat()
  if (length === undefined || from + length > Math.min(end, size)) return { ...chunk, stop: 'bad' }
  return decodeChunk(segment, from, await readBytes(segment, from, length), limits)
}

function decodeChunk(segment: Segment, from: number, bytes: Buffer, limits: ChunkLimits): Chunk {
  const { maxRecords = Number.POSITIVE_INFINITY, afterUs = 0 } = limits
  const records: JournalRecord[] = []
  let lastUs = afterUs
  let commit = from
  let at = 0
  const chunk = (stop: Chunk['stop']): Chunk => ({ records, next: from + at, commit, stop })
  if (bytes.length === 0) return chunk('end')
  while (records.length < maxRecords && at + RECORD_HEADER_BYTES <= bytes.length) {
    const length = recordLength(bytes, at, segment.salt, from + at)
    if (length === undefined) return chunk('bad')
    if (at + length > bytes.length) return chunk('limit')
    const record = decodeRecord(bytes, at, segment.start, from + at)
    if (record === undefined || record.recordTimeUs <= lastUs) return chunk('bad')
    records.push(record)
    lastUs = record.recordTimeUs
    commit = commitOf(bytes, at)
    at += length
  }
  return chunk('limit')
}

/**
 * Whether the bytes at `bad`, which are no whole record, had been acknowledged. A commit begins
 * only when the one before it is on disk, so a whole record of a commit that began behind `bad`
 * proves it. Whole records of the same commit do not: a disk may write the pages of one in any
 * order.
 */
export async function wasAcknowledged(segment: Segment, bad: number): Promise<boolean> {
  let from = bad + 1
  for (;;) {
    const found = await findRecord(segment, from)
    if (found === undefined) return false
    if (found.commit > bad) return true
    from = found.next
  }
}

const SEARCH_BYTES = 1024 * 1024

/** The first whole record that begins at `from` or behind it, alone in its chunk. */
export async function findRecord(segment: Segment, from: number): Promise<Chunk | undefined> {
  for (let at = from; ; at += SEARCH_BYTES) {
    // Windows overlap, so that no header lies across the end of one.
    const bytes = await readBytes(segment, at, SEARCH_BYTES + RECORD_HEADER_BYTES - 1)
    const last = bytes.length - RECORD_HEADER_BYTES
    if (last < 0) return undefined
    for (let i = 0; i <= last; i += 1) {
      if (recordLength(bytes, i, segment.salt, at + i) === undefined) continue
      const found = await readChunk(segment, at + i, { maxBytes: RECORD_HEADER_BYTES })
      if (found.records.length > 0) return found
    }
  }
}

/** As many bytes as asked for, fewer only at the end of the file. */
async function readBytes(segment: Segment, from: number, count: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(Math.max(0, count))
  let filled = 0
  while (filled < bytes.length) {
    const { bytesRead } = await segment.file.read(
      bytes,
      filled,
      bytes.length - filled,
      from + filled,
    )
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}
