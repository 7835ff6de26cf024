/**
 * The files of a journal. A segment is named by the position where it begins, and a byte of it has
 * the position `start + offset`: one ends where the next begins, so that a missing or short one
 * shows.
 *
 * A segment gets its name only when its header is on disk. Its header, little-endian:
 *
 *      0  8 bytes  'SUYUANJ1'
 *      8  u64      position of the segment's beginning
 *     16  u64      recordTimeUs of the last record before it, 0 at the beginning of a journal
 *     24  u32      salt of its records: see record.ts
 *     28  u32      crc32 of what is before
 */
import { type FileHandle, open, readdir } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import type { JournalPosition } from '#store/trail.ts'
import { type Disk, replaceFile } from './disk.ts'
import { JournalDamaged } from './errors.ts'

export interface SegmentHeader {
  readonly start: JournalPosition
  readonly lastRecordTimeUs: number
  readonly salt: number
}

/** A segment that is open: of records, the first is at SEGMENT_HEADER_BYTES. */
export interface Segment extends SegmentHeader {
  readonly file: FileHandle
}

export const SEGMENT_HEADER_BYTES = 32

const magic = Buffer.from('SUYUANJ1')
const CRC_AT = 28
// A position is a safe integer: 16 digits.
const namePattern = /^(\d{16})\.journal$/

export function segmentName(start: JournalPosition): string {
  return `${String(start).padStart(16, '0')}.journal`
}

/** Where the segments of a folder begin, in order. */
export async function listSegments(directory: string): Promise<JournalPosition[]> {
  const names = await readdir(directory)
  return names
    .flatMap((name) => namePattern.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

/** Makes an empty segment, durable with its name when this resolves, and opens it for writing. */
export async function createSegment(
  disk: Disk,
  directory: string,
  header: SegmentHeader,
): Promise<Segment> {
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES)
  magic.copy(bytes)
  bytes.writeBigUInt64LE(BigInt(header.start), 8)
  bytes.writeBigUInt64LE(BigInt(header.lastRecordTimeUs), 16)
  bytes.writeUInt32LE(header.salt, 24)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, CRC_AT)), CRC_AT)
  const name = segmentName(header.start)
  await replaceFile(disk, directory, name, bytes)
  return { ...header, file: await disk.open(`${directory}/${name}`, 'r+') }
}

/**
 * Opens a segment.
 * @throws JournalDamaged when its header is not whole, or not of this segment.
 */
export async function openSegment(
  directory: string,
  start: JournalPosition,
  openFile: (path: string) => Promise<FileHandle> = (path) => open(path, 'r'),
): Promise<Segment> {
  const name = segmentName(start)
  const file = await openFile(`${directory}/${name}`)
  try {
    const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES)
    await file.read(bytes, 0, bytes.length, 0)
    const isWhole =
      bytes.subarray(0, magic.length).equals(magic) &&
      bytes.readUInt32LE(CRC_AT) === crc32(bytes.subarray(0, CRC_AT)) &&
      Number(bytes.readBigUInt64LE(8)) === start
    if (!isWhole) throw new JournalDamaged(start, name, 'the header of the segment is not readable')
    const lastRecordTimeUs = Number(bytes.readBigUInt64LE(16))
    return { start, lastRecordTimeUs, salt: bytes.readUInt32LE(24), file }
  } catch (error) {
    await file.close()
    throw error
  }
}
