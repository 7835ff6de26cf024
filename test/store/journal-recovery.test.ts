import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { JournalDamaged } from '#store/journal/errors.ts'
import { encodeRecord, newSlab } from '#store/journal/record.ts'
import {
  append,
  appendAll,
  entry,
  folderOf,
  imageOf,
  makeFolder,
  noonUs,
  openJournal,
  readAll,
  removeFolders,
  segmentsIn,
  textsIn,
} from './journal-folder.ts'

afterEach(removeFolders)

const first = '0000000000000000.journal'
const earlier = ['one', 'two', 'three']
const last = Array.from({ length: 4 }, (_, i) => `${i} `.repeat(8 * i + 1))

/** The only segment, after an acknowledged commit and then one more. */
let whole: Buffer
/** Offset where the last commit begins. */
let commitAt: number
/** Offset where each of its records ends. */
let recordEnds: number[]

beforeEach(async () => {
  const folder = makeFolder()
  const journal = await openJournal(folder)
  await appendAll(journal, earlier)
  commitAt = journal.durableEnd
  await appendAll(journal, last)
  await journal.close()
  whole = imageOf(folder).get(first) ?? Buffer.alloc(0)
  recordEnds = (await readAll(folder, commitAt)).map(({ next }) => next)
})

/** What is there after a start that finds these bytes in the only segment. */
async function recovered(bytes: Buffer): Promise<{ texts: string[]; cutBytes: number }> {
  const folder = folderOf(new Map([[first, bytes]]))
  const journal = await openJournal(folder)
  await append(journal, 'new')
  await journal.close()
  return { texts: await textsIn(folder), cutBytes: journal.cutBytes }
}

/** Whether these bytes are refused, and left as they are. */
async function refused(bytes: Buffer): Promise<JournalDamaged> {
  const folder = folderOf(new Map([[first, bytes]]))
  const error = await openJournal(folder).then(
    () => expect.unreachable(),
    (cause: unknown) => cause,
  )
  expect(error).toBeInstanceOf(JournalDamaged)
  expect(readFileSync(join(folder, first)).equals(bytes)).toBe(true)
  return error as JournalDamaged
}

describe('a torn tail', () => {
  it('is cut at every length to the records that are whole, and writing goes on there', async () => {
    for (let size = commitAt; size <= whole.length; size += 1) {
      const count = recordEnds.filter((end) => end <= size).length
      const { texts, cutBytes } = await recovered(whole.subarray(0, size))
      expect(texts).toEqual([...earlier, ...last.slice(0, count), 'new'])
      expect(cutBytes).toBe(size - (recordEnds[count - 1] ?? commitAt))
    }
  })

  it('of zeros or of anything else behind the last record is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (garbage) => {
        for (const tail of [garbage, new Uint8Array(garbage.length)]) {
          const { texts, cutBytes } = await recovered(Buffer.concat([whole, tail]))
          expect(texts).toEqual([...earlier, ...last, 'new'])
          expect(cutBytes).toBe(tail.length)
        }
      }),
      { numRuns: 10, seed: 7 },
    )
  })

  it('of a commit whose pages came to disk in any order is cut at the first that is missing', async () => {
    const pageBytes = 64
    for (let at = commitAt; at < whole.length; at += pageBytes / 2) {
      const torn = Buffer.from(whole).fill(0, at, Math.min(at + pageBytes, whole.length))
      const count = recordEnds.filter((end) => end <= at).length
      const { texts } = await recovered(torn)
      expect(texts).toEqual([...earlier, ...last.slice(0, count), 'new'])
    }
  })

  it('cannot be made to look like damage by a message that looks like records', async () => {
    const forged = async (salt: number) => {
      const folder = makeFolder()
      const journal = await openJournal(folder, { newSalt: () => 0x5eed })
      const [before] = await appendAll(journal, ['before'])
      const position = journal.durableEnd
      const bytesBefore = Buffer.byteLength('before')
      const offset = 2 * position - (before?.position ?? 0) - bytesBefore
      const slab = newSlab(1000)
      const place = { salt, offset, commit: offset }
      const length = encodeRecord(slab, 0, entry('forged'), noonUs + 1000, place)
      await append(journal, slab.bytes.subarray(0, length))
      await journal.close()
      const bytes = readFileSync(join(folder, first))
      bytes.writeUInt32LE(0, position)
      return bytes
    }
    expect((await recovered(await forged(0x5eee))).texts).toEqual(['before', 'new'])
    // Who knew the salt could: it is what stands between the two.
    await refused(await forged(0x5eed))
  })

  it('of a file that had been closed in order is not torn but damaged', async () => {
    const folder = folderOf(new Map([[first, whole]]))
    await (await openJournal(folder)).close()
    writeFileSync(join(folder, first), whole.subarray(0, -1))
    await expect(openJournal(folder)).rejects.toThrow(JournalDamaged)
  })

  it('that a follower has read already is not torn but damaged', async () => {
    const folder = folderOf(new Map([[first, whole.subarray(0, -1)]]))
    const followedTo = whole.length
    await expect(openJournal(folder, { followedTo })).rejects.toThrow(JournalDamaged)
    const journal = await openJournal(folder, { followedTo: recordEnds.at(-2) ?? 0 })
    await journal.close()
  })
})

describe('damage to what had been acknowledged', () => {
  it('is refused whichever byte it is, told with its place, and nothing is changed', async () => {
    for (let at = 0; at < commitAt; at += 1) {
      const bytes = Buffer.from(whole)
      bytes[at] = (bytes[at] ?? 0) ^ 0x41
      const { position, segment, message } = await refused(bytes)
      expect(position).toBeLessThanOrEqual(at)
      expect(segment).toBe(first)
      expect(message).toContain(`position ${position} (segment ${first})`)
      expect(message).toContain('backup')
    }
  })

  it('is refused when a page of it is empty', async () => {
    const { position } = await refused(Buffer.from(whole).fill(0, 32, commitAt))
    expect(position).toBe(32)
  })
})

describe('a segment that has a successor', () => {
  let image: Map<string, Buffer>

  beforeEach(async () => {
    const folder = makeFolder()
    const journal = await openJournal(folder, { segmentBytes: 500 })
    for (let i = 0; i < 30; i += 1) await append(journal, `message ${i}`)
    await journal.close()
    image = imageOf(folder)
    expect(image.size).toBeGreaterThan(4)
  })

  const at = (index: number) => [...image.keys()][index] ?? ''
  const open = () => openJournal(folderOf(image))

  it('is refused when it ends early', async () => {
    const name = at(1)
    const bytes = image.get(name) ?? Buffer.alloc(0)
    image.set(name, bytes.subarray(0, -1))
    const position = Number.parseInt(name, 10) + bytes.length - 1
    await expect(open()).rejects.toMatchObject({ name: 'JournalDamaged', segment: name, position })
  })

  it('is refused when it ends late', async () => {
    image.set(at(0), Buffer.concat([image.get(at(0)) ?? Buffer.alloc(0), Buffer.alloc(1)]))
    await expect(open()).rejects.toMatchObject({ name: 'JournalDamaged', segment: at(0) })
  })

  it('is missed when it is not there', async () => {
    const missing = at(2)
    image.delete(missing)
    const position = Number.parseInt(missing, 10)
    await expect(open()).rejects.toMatchObject({ name: 'JournalDamaged', position })
  })

  it('is refused when its header is not readable', async () => {
    image.get(at(3))?.fill(0, 0, 8)
    await expect(open()).rejects.toMatchObject({ name: 'JournalDamaged', segment: at(3) })
  })

  it('is not missed when it was the first: that is how segments are trimmed', async () => {
    image.delete(at(0))
    await (await open()).close()
  })
})

describe('segments that are gone', () => {
  async function closedJournal(): Promise<string> {
    const folder = makeFolder()
    const journal = await openJournal(folder, { segmentBytes: 500 })
    for (let i = 0; i < 30; i += 1) await append(journal, `message ${i}`)
    await journal.close()
    return folder
  }

  it('are missed, be it the last one or all, after an orderly stop', async () => {
    for (const count of [1, Number.POSITIVE_INFINITY]) {
      const folder = await closedJournal()
      for (const name of segmentsIn(folder).slice(-count)) rmSync(join(folder, name))
      await expect(openJournal(folder)).rejects.toThrow(JournalDamaged)
    }
  })

  it('are not missed when followers have read all of them', async () => {
    const folder = await closedJournal()
    const followedTo = (await readAll(folder)).at(-1)?.next ?? 0
    for (const name of segmentsIn(folder)) rmSync(join(folder, name))
    const journal = await openJournal(folder, { followedTo })
    expect(journal.durableEnd).toBe(followedTo)
    await journal.close()
  })
})
