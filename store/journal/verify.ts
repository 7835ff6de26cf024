/**
 * Checks a whole journal: every segment, every checksum, and that record times increase. Reads
 * only, and may run beside the process that writes; what that is writing just then counts as torn.
 */
import { stat } from 'node:fs/promises'
import type { JournalPosition } from '#store/trail.ts'
import { JournalDamaged } from './errors.ts'
import { readFloor } from './floor.ts'
import { findRecord, readChunk, wasAcknowledged } from './scan.ts'
import {
  listSegments,
  openSegment,
  SEGMENT_HEADER_BYTES,
  type Segment,
  segmentName,
} from './segment.ts'

/** `progress` after each piece that was read, `damage` wherever one is found, `end` last. */
export type VerifyPart =
  | { readonly part: 'progress'; readonly doneBytes: number; readonly totalBytes: number }
  | { readonly part: 'damage'; readonly damage: JournalDamaged }
  | { readonly part: 'end'; readonly result: VerifyResult }

export interface VerifyResult {
  readonly segments: number
  readonly records: number
  /** Where the first segment begins, and where the last record ends. */
  readonly from: JournalPosition
  readonly to: JournalPosition
  readonly damages: number
  /** Bytes of an interrupted commit at the end: the next start cuts them, nothing is lost. */
  readonly tornBytes: number
}

const PIECE_BYTES = 1024 * 1024

/** What has been read so far. */
interface Tally {
  records: number
  /** Of the record before; 0 where that is not known. */
  lastRecordTimeUs: number
  to: JournalPosition
  tornBytes: number
}

/** Reads a journal from its first segment to its last; damage does not stop it. */
export async function* verifyJournal(directory: string): AsyncGenerator<VerifyPart> {
  const starts = await listSegments(directory)
  const sizes = await Promise.all(
    starts.map(async (start) => (await stat(`${directory}/${segmentName(start)}`)).size),
  )
  const totalBytes = sizes.reduce((total, size) => total + size, 0)
  const from = starts[0] ?? 0
  const last = starts.at(-1) ?? from
  const tally: Tally = { records: 0, lastRecordTimeUs: 0, to: from, tornBytes: 0 }
  let damages = 0
  let doneBytes = 0
  for (const [index, start] of starts.entries()) {
    const size = sizes[index] ?? 0
    for await (const found of verifySegment(directory, start, size, starts[index + 1], tally)) {
      if (typeof found === 'number') {
        yield { part: 'progress', doneBytes: doneBytes + found, totalBytes }
      } else {
        damages += 1
        yield { part: 'damage', damage: found }
      }
    }
    doneBytes += size
  }
  const { records, to, tornBytes } = tally
  const floor = await readFloor(directory)
  if (to < floor) {
    damages += 1
    const what = `it was closed in order at ${floor}, but is whole only up to here`
    yield { part: 'damage', damage: new JournalDamaged(to, segmentName(last), what) }
  }
  const result = { segments: starts.length, records, from, to, damages, tornBytes }
  yield { part: 'end', result }
}

/** Gives the offset it has come to, and damages; `next` is where the segment behind it begins. */
async function* verifySegment(
  directory: string,
  start: JournalPosition,
  size: number,
  next: JournalPosition | undefined,
  tally: Tally,
): AsyncGenerator<number | JournalDamaged> {
  let segment: Segment
  try {
    segment = await openSegment(directory, start)
  } catch (error) {
    if (!(error instanceof JournalDamaged)) throw error
    tally.lastRecordTimeUs = 0
    yield error
    return
  }
  const { lastRecordTimeUs } = segment
  if (tally.lastRecordTimeUs > 0 && tally.lastRecordTimeUs !== lastRecordTimeUs) {
    const what = 'it was begun behind other records than those before it'
    yield new JournalDamaged(start, segmentName(start), what)
  }
  tally.lastRecordTimeUs = lastRecordTimeUs
  try {
    yield* verifyRecords(segment, size, next === undefined, tally)
  } finally {
    await segment.file.close()
  }
  if (next === undefined || start + size === next) return
  const what = `it ends at ${start + size}, but the next segment begins at ${next}`
  tally.lastRecordTimeUs = 0
  yield new JournalDamaged(start + size, segmentName(start), what)
}

async function* verifyRecords(
  segment: Segment,
  size: number,
  isLast: boolean,
  tally: Tally,
): AsyncGenerator<number | JournalDamaged> {
  const { start } = segment
  for (let at = SEGMENT_HEADER_BYTES; ; ) {
    const limits = { end: size, maxBytes: PIECE_BYTES, afterUs: tally.lastRecordTimeUs }
    const { records, next, stop } = await readChunk(segment, at, limits)
    const last = records.at(-1)
    if (last !== undefined) {
      tally.records += records.length
      tally.lastRecordTimeUs = last.recordTimeUs
      tally.to = last.next
    }
    at = next
    yield at
    if (stop === 'end') return
    if (stop === 'limit') continue
    if (isLast && !(await wasAcknowledged(segment, at))) {
      tally.tornBytes = size - at
      return
    }
    const whole = await findRecord(segment, at + 1)
    const resume = (whole?.records[0]?.position ?? start + size) - start
    const what = `${resume - at} bytes are no whole record`
    yield new JournalDamaged(start + at, segmentName(start), what)
    tally.lastRecordTimeUs = 0
    at = resume
  }
}
