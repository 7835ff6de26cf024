import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeRecord,
  encodeRecord,
  isCopied,
  type JournalEntry,
  newSlab,
  type RecordPlace,
  recordLength,
  slabBytesOf,
} from '#store/journal/record.ts'

const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const timeUs = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
const name = (maxLength: number) => fc.string({ unit: 'grapheme', maxLength })

const entries: fc.Arbitrary<JournalEntry> = fc.record({
  kind: fc.constantFrom('mqtt' as const, 'http' as const),
  party: name(20),
  device: name(20),
  topic: name(80),
  receivedAtUs: timeUs,
  payload: fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.integer({ min: 16_000, max: 17_000 }).map((size) => new Uint8Array(size).fill(size)),
  ),
})
const places = fc.record({ salt: u32, offset: u32, commit: u32 })

/** The bytes of a record as they come to lie on disk, behind some others. */
function encode(entry: JournalEntry, recordTimeUs: number, place: RecordPlace, at: number) {
  const slab = newSlab(at + slabBytesOf(entry))
  const used = encodeRecord(slab, at, entry, recordTimeUs, place)
  const head = slab.bytes.subarray(0, at + used)
  return isCopied(entry) ? head : Buffer.concat([head, entry.payload])
}

describe('a record', () => {
  it('gives back what went in, wherever it lies', () => {
    fc.assert(
      fc.property(entries, timeUs, places, fc.nat(100), u32, (entry, us, place, at, start) => {
        const bytes = encode(entry, us, place, at)
        expect(recordLength(bytes, at, place.salt, place.offset)).toBe(bytes.length - at)
        const position = start + place.offset
        expect(decodeRecord(bytes, at, start, place.offset)).toEqual({
          ...entry,
          position,
          next: position + bytes.length - at,
          recordTimeUs: us,
          payload: Buffer.from(entry.payload),
        })
      }),
    )
  })

  it('is not taken for whole when any of its bytes is another', () => {
    fc.assert(
      fc.property(entries, places, fc.nat(), fc.integer({ min: 1, max: 255 }), (...given) => {
        const [entry, place, where, change] = given
        const bytes = encode(entry, 1, place, 0)
        const index = where % bytes.length
        bytes[index] = (bytes[index] ?? 0) ^ change
        const length = recordLength(bytes, 0, place.salt, place.offset)
        const isWhole =
          length !== undefined &&
          length <= bytes.length &&
          decodeRecord(bytes, 0, 0, place.offset) !== undefined
        expect(isWhole).toBe(false)
      }),
    )
  })

  it('is not taken for one at another place or in another segment', () => {
    fc.assert(
      fc.property(entries, places, u32, (entry, place, other) => {
        fc.pre(other !== place.offset)
        const bytes = encode(entry, 1, place, 0)
        expect(recordLength(bytes, 0, place.salt, other)).toBeUndefined()
        const otherSalt = (place.salt ^ place.offset ^ other) >>> 0
        expect(recordLength(bytes, 0, otherSalt, place.offset)).toBeUndefined()
      }),
    )
  })
})
