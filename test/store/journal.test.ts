import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { JournalClosed } from '#store/journal/errors.ts'
import { Journal } from '#store/journal/journal.ts'
import {
  append,
  appendAll,
  entry,
  makeFolder,
  noonUs,
  openJournal,
  readAll,
  removeFolders,
  segmentsIn,
  textsIn,
} from './journal-folder.ts'

afterEach(removeFolders)

const numbers = (count: number) => Array.from({ length: count }, (_, i) => `message ${i}`)

describe('a message that is appended', () => {
  it('is read back with everything that was known of it', async () => {
    const folder = makeFolder()
    const journal = await openJournal(folder)
    const given = entry(new Uint8Array([0, 255, 10]), {
      kind: 'http',
      party: 'käse-hof',
      device: 'key-7',
      topic: 'http/capture/rollback',
    })
    const written = await append(journal, given.payload, given)
    await journal.close()
    expect(await readAll(folder)).toEqual([{ ...given, ...written, next: journal.durableEnd }])
  })

  it('is answered in the order of arrival, once, and never before append returns', async () => {
    const journal = await openJournal(makeFolder(), { segmentBytes: 4096 })
    const answered: number[] = []
    for (let i = 0; i < 500; i += 1) {
      const before = answered.length
      journal.append(entry(`${i}`), () => answered.push(i))
      expect(answered).toHaveLength(before)
      if (i % 7 === 0) await append(journal, 'between')
    }
    await journal.close()
    expect(answered).toEqual(Array.from({ length: 500 }, (_, i) => i))
  })

  it('is durable for readers by the time it is acknowledged', async () => {
    const journal = await openJournal(makeFolder())
    for (const text of numbers(5)) {
      const { position } = await append(journal, text)
      expect(journal.durableEnd).toBeGreaterThan(position)
    }
    await journal.close()
  })

  it('may be of any size, beyond that of a segment', async () => {
    const folder = makeFolder()
    const journal = await openJournal(folder, { segmentBytes: 100_000 })
    const sizes = [0, 1, 16_384, 16_385, 99_000, 3_000_000, 10, 9_000_000, 0, 50_000, 50_000]
    await appendAll(
      journal,
      sizes.map((size, i) => Buffer.alloc(size, i)),
    )
    await journal.close()
    const records = await readAll(folder)
    expect(records.map(({ payload }) => payload.length)).toEqual(sizes)
    expect(records.every(({ payload }, i) => payload.every((byte) => byte === i))).toBe(true)
  })

  it('is refused at once when its names fit into no record', async () => {
    const journal = await openJournal(makeFolder())
    const done = () => expect.unreachable()
    expect(() => journal.append(entry('', { party: 'p'.repeat(256) }), done)).toThrow(RangeError)
    expect(() => journal.append(entry('', { topic: 'é'.repeat(32_768) }), done)).toThrow(RangeError)
    await append(journal, '', { topic: 'é'.repeat(32_767), device: 'd'.repeat(255) })
    await journal.close()
  })

  it('gets an error once the journal is closed', async () => {
    const journal = await openJournal(makeFolder())
    await journal.close()
    await expect(append(journal, 'late')).rejects.toThrow(JournalClosed)
  })
})

describe('closing', () => {
  it('writes what was appended before', async () => {
    const folder = makeFolder()
    const journal = await openJournal(folder)
    const appended = appendAll(journal, numbers(100))
    await journal.close()
    await appended
    expect(await textsIn(folder)).toEqual(numbers(100))
  })

  it('twice is the same as once', async () => {
    const journal = await openJournal(makeFolder())
    await Promise.all([journal.close(), journal.close()])
  })
})

describe('a journal that is opened again', () => {
  it('goes on where it ended, in the same segment', async () => {
    const folder = makeFolder()
    for (const text of numbers(5)) {
      const journal = await openJournal(folder)
      expect(journal.cutBytes).toBe(0)
      await append(journal, text)
      await journal.close()
    }
    const records = await readAll(folder)
    expect(await textsIn(folder)).toEqual(numbers(5))
    expect(segmentsIn(folder)).toEqual(['0000000000000000.journal'])
    for (const [i, { next }] of records.slice(0, -1).entries()) {
      expect(records[i + 1]?.position).toBe(next)
    }
  })

  it('is made in a folder that is not there yet', async () => {
    const folder = join(makeFolder(), 'a', 'b')
    const journal = await openJournal(folder)
    await append(journal, 'first')
    await journal.close()
    expect(await textsIn(folder)).toEqual(['first'])
  })

  it('begins at the furthest cursor where there is no segment, so no position comes twice', async () => {
    const folder = makeFolder()
    const journal = await openJournal(folder, { followedTo: 5_000_000 })
    expect(journal.durableEnd).toBe(5_000_000)
    const { position } = await append(journal, 'first')
    await journal.close()
    expect(position).toBeGreaterThan(5_000_000)
    expect((await readAll(folder, 5_000_000)).map((record) => record.position)).toEqual([position])
  })
})

describe('the record time', () => {
  const times = async (folder: string) =>
    (await readAll(folder)).map(({ recordTimeUs }) => recordTimeUs)

  it('is that of the clock, and increases while the clock stands still or goes back', async () => {
    const folder = makeFolder()
    const clock = [noonUs, noonUs, noonUs - 3_600_000_000, noonUs + 10]
    const journal = await Journal.open(folder, { nowUs: () => clock.shift() ?? 0 })
    for (const texts of [['a'], ['b', 'c'], ['d'], ['e']]) await appendAll(journal, texts)
    await journal.close()
    expect(await times(folder)).toEqual([0, 1, 2, 3, 10].map((us) => noonUs + us))
  })

  it('increases over restarts with a clock that went back, even when all records are trimmed', async () => {
    const folder = makeFolder()
    const seen: number[] = []
    for (let day = 3; day >= 0; day -= 1) {
      const nowUs = () => noonUs + day * 86_400_000_000
      const journal = await openJournal(folder, { nowUs, segmentBytes: 200 })
      const written = await appendAll(journal, ['x', 'y'])
      seen.push(...written.map(({ recordTimeUs }) => recordTimeUs))
      await journal.trim(journal.durableEnd)
      await journal.close()
    }
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b))
    expect(seen[0]).toBe(noonUs + 3 * 86_400_000_000)
  })
})

describe('segments', () => {
  it('follow one another without a gap, each within its size, named by where it begins', async () => {
    const folder = makeFolder()
    const journal = await openJournal(folder, { segmentBytes: 1000 })
    for (const text of numbers(100)) await append(journal, text)
    const sizeBytes = journal.sizeBytes
    await journal.close()
    const starts = segmentsIn(folder).map((name) => Number.parseInt(name, 10))
    const ends = [...starts.slice(1), journal.durableEnd]
    const lengths = starts.map((start, i) => (ends[i] ?? 0) - start)
    expect(starts.length).toBeGreaterThan(5)
    expect(Math.max(...lengths)).toBeLessThanOrEqual(1000)
    expect(lengths.reduce((total, length) => total + length)).toBe(sizeBytes)
    expect(await textsIn(folder)).toEqual(numbers(100))
  })

  it('are removed once all of them has been followed, and never the last', async () => {
    const folder = makeFolder()
    const journal = await openJournal(folder, { segmentBytes: 1000 })
    for (const text of numbers(50)) await append(journal, text)
    const before = segmentsIn(folder)
    const third = Number.parseInt(before[3] ?? '', 10)
    await journal.trim(third - 1)
    expect(segmentsIn(folder)).toEqual(before.slice(2))
    await Promise.all([journal.trim(third), journal.trim(third)])
    expect(segmentsIn(folder)).toEqual(before.slice(3))
    await journal.trim(Number.MAX_SAFE_INTEGER)
    expect(segmentsIn(folder)).toEqual(before.slice(-1))
    expect(journal.sizeBytes).toBeLessThanOrEqual(1000)
    await append(journal, 'last')
    await journal.close()
    expect((await textsIn(folder)).at(-1)).toBe('last')
  })

  it('that were trimmed are not missed at the next start', async () => {
    const folder = makeFolder()
    const first = await openJournal(folder, { segmentBytes: 1000 })
    for (const text of numbers(50)) await append(first, text)
    await first.trim(first.durableEnd)
    await first.close()
    const again = await openJournal(folder, { segmentBytes: 1000 })
    expect(again.durableEnd).toBe(first.durableEnd)
    await again.close()
  })
})

describe('the backlog', () => {
  it('is told, says when it is too much, takes what comes all the same, and empties', async () => {
    const journal = await openJournal(makeFolder(), { maxBacklogBytes: 10_000 })
    expect([journal.backlogBytes, journal.full]).toEqual([0, false])
    const appended = appendAll(journal, Array(20).fill('x'.repeat(1000)))
    expect(journal.backlogBytes).toBeGreaterThan(20_000)
    expect(journal.full).toBe(true)
    await appended
    expect([journal.backlogBytes, journal.full]).toEqual([0, false])
    await journal.close()
  })
})
