/**
 * One record of the journal: how it lies on disk, written and read here and nowhere else.
 *
 * All numbers are little-endian. Offsets count from the beginning of the segment file.
 *
 *      0  u32  mark: the segment's salt XOR the record's offset
 *      4  u32  crc32 of everything behind it
 *      8  u32  length of the whole record
 *     12  u32  offset at which the commit began that wrote it
 *     16  u64  recordTimeUs
 *     24  u64  receivedAtUs
 *     32  u8   kind: 1 mqtt, 2 http
 *     33  u8   length of party, 34 u8 of device, 35 u16 of topic: bytes of UTF-8
 *     37       party, device, topic, payload
 *
 * The mark tells where a record begins in the midst of damage. Nobody outside knows the salt, so
 * that no payload can pass for a record, were it the copy of a journal.
 *
 * A commit begins only after the one before it has been synced. So a whole record whose commit
 * began behind some place proves that everything before that place was on disk once: see
 * recovery.ts.
 */
import { crc32 } from 'node:zlib'
import type { JournalPosition } from '#store/trail.ts'

/** A message as it came in, with who sent it. */
export interface JournalEntry {
  readonly kind: 'mqtt' | 'http'
  /** Slug; at most 255 bytes. */
  readonly party: string
  /** Slug of the device, or id of the key of an HTTP capture; at most 255 bytes. */
  readonly device: string
  /** MQTT topic, or `http/capture/…` and `http/events`; at most 65,535 bytes. */
  readonly topic: string
  readonly receivedAtUs: number
  readonly payload: Uint8Array
}

/** A message that is on disk. `payload` may share its memory with the records beside it. */
export interface JournalRecord extends JournalEntry {
  readonly position: JournalPosition
  /** Where the next record begins: the cursor of a follower that is done with this one. */
  readonly next: JournalPosition
  /** Larger than that of every record before it. */
  readonly recordTimeUs: number
}

/** What the bytes of a record depend on beside its entry. */
export interface RecordPlace {
  readonly salt: number
  readonly offset: number
  readonly commit: number
}

export const RECORD_HEADER_BYTES = 37
const MAX_PAYLOAD_BYTES = 2 ** 30
const MAX_SLUG_BYTES = 255
const MAX_TOPIC_BYTES = 65_535

/**
 * Larger payloads are written from where they lie. Smaller ones are copied, which was measured to
 * cost less than a buffer of their own in the system call and in the checksum.
 */
const MAX_COPIED_BYTES = 16 * 1024

const kinds = ['mqtt', 'http'] as const
const CRC_AT = 4
const CHECKED_FROM = 8

/** @throws RangeError for an entry that no record can hold. */
export function checkEntry({ party, device, topic, payload }: JournalEntry): void {
  if (
    longerThan(party, MAX_SLUG_BYTES) ||
    longerThan(device, MAX_SLUG_BYTES) ||
    longerThan(topic, MAX_TOPIC_BYTES) ||
    payload.length > MAX_PAYLOAD_BYTES
  ) {
    throw new RangeError(`an entry is too large for the journal: ${party}/${device}`)
  }
}

function longerThan(text: string, bytes: number): boolean {
  // UTF-8 takes at most 3 bytes a UTF-16 unit.
  return text.length * 3 > bytes && Buffer.byteLength(text) > bytes
}

/** The most that `encodeRecord` takes of a slab for this entry. */
export function slabBytesOf(entry: JournalEntry): number {
  const { party, device, topic, payload } = entry
  const copied = isCopied(entry) ? payload.length : 0
  return RECORD_HEADER_BYTES + 3 * (party.length + device.length + topic.length) + copied
}

/** Whether the payload goes into the slab, or is written from where it lies. */
export function isCopied({ payload }: JournalEntry): boolean {
  return payload.length <= MAX_COPIED_BYTES
}

/**
 * Writes a record into `slab` at `at`, without the payload where that is large: the payload then
 * has to be written to disk right behind. Returns the bytes it took of the slab.
 */
export function encodeRecord(
  slab: Slab,
  at: number,
  entry: JournalEntry,
  recordTimeUs: number,
  { salt, offset, commit }: RecordPlace,
): number {
  const { bytes, view } = slab
  const { party, device, topic, payload } = entry
  const partyAt = at + RECORD_HEADER_BYTES
  const deviceAt = partyAt + bytes.write(party, partyAt)
  const topicAt = deviceAt + bytes.write(device, deviceAt)
  const payloadAt = topicAt + bytes.write(topic, topicAt)
  const length = payloadAt - at + payload.length
  view.setUint32(at, (salt ^ offset) >>> 0, true)
  view.setUint32(at + 8, length, true)
  view.setUint32(at + 12, commit, true)
  view.setBigUint64(at + 16, BigInt(recordTimeUs), true)
  view.setBigUint64(at + 24, BigInt(entry.receivedAtUs), true)
  view.setUint8(at + 32, kinds.indexOf(entry.kind) + 1)
  view.setUint8(at + 33, deviceAt - partyAt)
  view.setUint8(at + 34, topicAt - deviceAt)
  view.setUint16(at + 35, payloadAt - topicAt, true)
  const copied = isCopied(entry) ? payload.length : 0
  if (copied > 0) bytes.set(payload, payloadAt)
  const end = payloadAt + copied
  const sum = crc32(bytes.subarray(at + CHECKED_FROM, end))
  view.setUint32(at + CRC_AT, copied < payload.length ? crc32(payload, sum) : sum, true)
  return end - at
}

/**
 * The length of the record that seems to begin at `at` of a chunk, to be believed only once
 * `decodeRecord` has checked its sum; undefined where none can begin. Needs
 * RECORD_HEADER_BYTES of the chunk.
 */
export function recordLength(
  chunk: Buffer,
  at: number,
  salt: number,
  offset: number,
): number | undefined {
  if (chunk.readUInt32LE(at) !== (salt ^ offset) >>> 0) return undefined
  const length = chunk.readUInt32LE(at + 8)
  return length < RECORD_HEADER_BYTES + namesBytes(chunk, at) ? undefined : length
}

/**
 * The record at `at` of a chunk that holds all of it; undefined where its sum does not match.
 * `start` is the segment's. The payload is a view of the chunk.
 */
export function decodeRecord(
  chunk: Buffer,
  at: number,
  start: JournalPosition,
  offset: number,
): JournalRecord | undefined {
  const length = chunk.readUInt32LE(at + 8)
  const end = at + length
  if (chunk.readUInt32LE(at + CRC_AT) !== crc32(chunk.subarray(at + CHECKED_FROM, end))) {
    return undefined
  }
  const partyAt = at + RECORD_HEADER_BYTES
  const deviceAt = partyAt + chunk.readUInt8(at + 33)
  const topicAt = deviceAt + chunk.readUInt8(at + 34)
  const payloadAt = topicAt + chunk.readUInt16LE(at + 35)
  return {
    position: start + offset,
    next: start + offset + length,
    recordTimeUs: Number(chunk.readBigUInt64LE(at + 16)),
    kind: kinds[chunk.readUInt8(at + 32) - 1] ?? 'mqtt',
    party: chunk.toString('utf8', partyAt, deviceAt),
    device: chunk.toString('utf8', deviceAt, topicAt),
    topic: chunk.toString('utf8', topicAt, payloadAt),
    receivedAtUs: Number(chunk.readBigUInt64LE(at + 24)),
    payload: chunk.subarray(payloadAt, end),
  }
}

/** Where the commit began that wrote the record at `at` of a chunk. */
export function commitOf(chunk: Buffer, at: number): number {
  return chunk.readUInt32LE(at + 12)
}

function namesBytes(chunk: Buffer, at: number): number {
  return chunk.readUInt8(at + 33) + chunk.readUInt8(at + 34) + chunk.readUInt16LE(at + 35)
}

/** A piece of memory with the two ways to write it. */
export interface Slab {
  readonly bytes: Buffer
  readonly view: DataView
}

export function newSlab(size: number): Slab {
  const bytes = Buffer.allocUnsafeSlow(size)
  return { bytes, view: new DataView(bytes.buffer) }
}
