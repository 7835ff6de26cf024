/**
 * What happens when a journal is opened: find its end, cut what a crash left half written, and
 * nothing else.
 *
 * At the end of the last segment there may be a commit that a crash interrupted. Nobody was told
 * that it is safe, so it is cut where its first record is not whole. Anything else that is not
 * whole had been acknowledged: then the journal is not opened, and nothing is changed. The proofs:
 *
 * - a segment gets its name after everything before it was synced. So every segment but the last
 *   has to reach to the beginning of the next one;
 * - behind the bad bytes stands a whole record of a later commit (`wasAcknowledged`);
 * - a follower has read further, or the journal was closed in order further on (the floor).
 *
 * One case cannot be told from a torn commit: bytes of the very last commit that went bad between
 * a crash and the next start.
 */
import type { FileHandle } from 'node:fs/promises'
import type { JournalPosition } from '#store/trail.ts'
import { type Disk, writeAll } from './disk.ts'
import { JournalDamaged } from './errors.ts'
import { readChunk, wasAcknowledged } from './scan.ts'
import {
  listSegments,
  openSegment,
  SEGMENT_HEADER_BYTES,
  type Segment,
  segmentName,
} from './segment.ts'

/** Where writing goes on. */
export interface Recovered {
  /** Where each segment begins, the last one included. */
  readonly starts: readonly JournalPosition[]
  /** The last segment, open for writing. */
  readonly segment: Segment
  /** Offset in it where the next record goes. */
  readonly end: number
  readonly lastRecordTimeUs: number
  /** Bytes of an interrupted commit that were cut. */
  readonly cutBytes: number
}

const SCAN_BYTES = 1024 * 1024

/**
 * Opens what is in a folder for writing; undefined where there is no segment yet. `floor` is a
 * position up to which everything is known to have been durable.
 * @throws JournalDamaged
 */
export async function recover(
  directory: string,
  disk: Disk,
  floor: JournalPosition,
): Promise<Recovered | undefined> {
  const starts = await listSegments(directory)
  const last = starts.at(-1)
  if (last === undefined) return undefined
  for (const [index, start] of starts.slice(0, -1).entries()) {
    await checkWhole(directory, start, starts[index + 1] ?? last)
  }
  const segment = await openSegment(directory, last, (path) => disk.open(path, 'r+'))
  try {
    return { starts, segment, ...(await recoverLast(directory, segment, disk, floor)) }
  } catch (error) {
    await segment.file.close()
    throw error
  }
}

/** A segment that has a successor has to end where that begins. */
async function checkWhole(
  directory: string,
  start: JournalPosition,
  next: JournalPosition,
): Promise<void> {
  const { file } = await openSegment(directory, start)
  const { size } = await file.stat()
  await file.close()
  if (start + size === next) return
  const what = `it ends at ${start + size}, but the next segment begins at ${next}`
  throw new JournalDamaged(start + Math.min(size, next - start), segmentName(start), what)
}

async function recoverLast(
  directory: string,
  segment: Segment,
  disk: Disk,
  floor: JournalPosition,
): Promise<Pick<Recovered, 'end' | 'lastRecordTimeUs' | 'cutBytes'>> {
  const { end, commit, lastRecordTimeUs } = await scan(segment)
  const { size } = await segment.file.stat()
  const position = segment.start + end
  const name = segmentName(segment.start)
  if (position < floor) {
    const what = `it is known to have been whole up to ${floor}`
    throw new JournalDamaged(position, name, what)
  }
  if (end < size) {
    if (await wasAcknowledged(segment, end)) {
      throw new JournalDamaged(position, name, 'a record is not whole, but later ones are')
    }
    // Never acknowledged. A crash before the sync below leaves a tail to cut at the next start.
    await disk.truncate(segment.file, end)
  }
  await writeAgain(segment.file, disk, commit, end)
  // Its name as well: a crash may have come between the renaming of a new segment and this.
  await disk.syncDirectory(directory)
  return { end, lastRecordTimeUs, cutBytes: size - end }
}

async function scan(
  segment: Segment,
): Promise<{ end: number; commit: number; lastRecordTimeUs: number }> {
  let end = SEGMENT_HEADER_BYTES
  let commit = end
  let { lastRecordTimeUs } = segment
  for (;;) {
    const limits = { maxBytes: SCAN_BYTES, afterUs: lastRecordTimeUs }
    const chunk = await readChunk(segment, end, limits)
    const last = chunk.records.at(-1)
    if (last === undefined) return { end, commit, lastRecordTimeUs }
    end = chunk.next
    commit = chunk.commit
    lastRecordTimeUs = last.recordTimeUs
  }
}

/**
 * Makes the last commit durable, and where the file ends. What was read of it may be in the
 * system's memory alone: written but not synced before a crash, or dropped by a sync that failed,
 * which a second sync does not bring back. Followers would act on it, and a loss of power would
 * then take it away from under them.
 */
async function writeAgain(file: FileHandle, disk: Disk, from: number, end: number): Promise<void> {
  const piece = Buffer.allocUnsafeSlow(Math.min(SCAN_BYTES, end - from))
  for (let at = from; at < end; at += piece.length) {
    const { bytesRead } = await file.read(piece, 0, Math.min(piece.length, end - at), at)
    await writeAll(disk, file, [piece.subarray(0, bytesRead)], at)
  }
  await disk.sync(file)
}
