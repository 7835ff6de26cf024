/**
 * Forms commits: takes as many waiting messages as go into one write, and lays out their bytes. One
 * commit is under way at a time, so its memory is used again for the next.
 */
import type { JournalPosition } from '#store/trail.ts'
import { encodeRecord, isCopied, type JournalEntry, newSlab, slabBytesOf } from './record.ts'
import { SEGMENT_HEADER_BYTES, type SegmentHeader } from './segment.ts'

export interface Written {
  readonly position: JournalPosition
  readonly recordTimeUs: number
}

/** Called once: with an error, or after the message's bytes have been synced. */
export type Done = (error: Error | undefined, written?: Written) => void

export interface Waiting {
  readonly entry: JournalEntry
  readonly done: Done
}

export interface Commit {
  /** What to write, in order. Valid until the next commit is formed. */
  readonly buffers: Uint8Array[]
  readonly bytes: number
  /** Of each message taken, in order. */
  readonly written: readonly Written[]
}

export interface CommitPlace {
  readonly segment: SegmentHeader
  /** Offset in the segment where the commit begins. */
  readonly offset: number
  readonly segmentBytes: number
  /** Record times begin at `nowUs`, or right after `lastRecordTimeUs` where the clock went back. */
  readonly nowUs: number
  readonly lastRecordTimeUs: number
}

/**
 * Small enough to stay in the processor's cache between the copying here and that of the system.
 */
const SLAB_BYTES = 1024 * 1024
const MAX_COMMIT_BYTES = 8 * 1024 * 1024

export class CommitBuffer {
  readonly #slab = newSlab(SLAB_BYTES)

  /**
   * Takes messages from the one at `from` on, as many as fit into one write and into the segment:
   * none when the segment is full. A message larger than a segment gets one of its own.
   */
  form(waiting: readonly Waiting[], from: number, place: CommitPlace): Commit {
    const { segment, offset, nowUs } = place
    const { start, salt } = segment
    const buffers: Uint8Array[] = []
    const written: Written[] = []
    let recordTimeUs = place.lastRecordTimeUs
    let bytes = 0
    let used = 0
    let pieceAt = 0
    for (let i = from; i < waiting.length; i += 1) {
      const entry = waiting[i]?.entry
      if (entry === undefined || !this.#fits(entry, used, bytes, place)) break
      recordTimeUs = Math.max(nowUs, recordTimeUs + 1)
      const recordPlace = { salt, offset: offset + bytes, commit: offset }
      const inSlab = encodeRecord(this.#slab, used, entry, recordTimeUs, recordPlace)
      written.push({ position: start + offset + bytes, recordTimeUs })
      used += inSlab
      bytes += inSlab
      if (isCopied(entry)) continue
      buffers.push(this.#slab.bytes.subarray(pieceAt, used), entry.payload)
      bytes += entry.payload.length
      pieceAt = used
    }
    if (used > pieceAt) buffers.push(this.#slab.bytes.subarray(pieceAt, used))
    return { buffers, bytes, written }
  }

  #fits(entry: JournalEntry, used: number, bytes: number, place: CommitPlace): boolean {
    const { offset, segmentBytes } = place
    const inSlab = slabBytesOf(entry)
    const most = bytes + inSlab + (isCopied(entry) ? 0 : entry.payload.length)
    if (bytes === 0) return offset === SEGMENT_HEADER_BYTES || offset + most <= segmentBytes
    return used + inSlab <= SLAB_BYTES && most <= MAX_COMMIT_BYTES && offset + most <= segmentBytes
  }
}
