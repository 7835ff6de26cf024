import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Journal } from '#store/journal/journal.ts'
import { JournalReader } from '#store/journal/reader.ts'
import {
  append,
  appendAll,
  makeFolder,
  openJournal,
  removeFolders,
  segmentsIn,
  textOf,
} from './journal-folder.ts'

let folder: string
let journal: Journal
let reader: JournalReader

beforeEach(async () => {
  folder = makeFolder()
  journal = await openJournal(folder, { segmentBytes: 1000 })
  reader = new JournalReader(folder, journal.watermark)
})

afterEach(async () => {
  await reader.close()
  await journal.close()
  removeFolders()
})

const numbers = (count: number) => Array.from({ length: count }, (_, i) => `message ${i}`)
const KIB = 1024

async function follow(from: number, limits: { maxBytes: number; maxRecords?: number }) {
  const readings: string[][] = []
  for (let cursor = from; ; ) {
    const { records, next } = await reader.read(cursor, limits)
    if (records.length === 0) return readings
    readings.push(records.map(textOf))
    cursor = next
  }
}

describe('reading by cursor', () => {
  it('gives every record once, in order, over all segments', async () => {
    for (const text of numbers(60)) await append(journal, text)
    expect(segmentsIn(folder).length).toBeGreaterThan(4)
    expect((await follow(0, { maxBytes: 64 * KIB })).flat()).toEqual(numbers(60))
  })

  it('keeps to the records and bytes asked for, and gives at least one', async () => {
    await appendAll(journal, ['a', 'b', 'c', 'd', 'x'.repeat(3000)])
    expect(await follow(0, { maxBytes: 64 * KIB, maxRecords: 3 })).toEqual([
      ['a', 'b', 'c'],
      ['d'],
      ['x'.repeat(3000)],
    ])
    expect(await follow(0, { maxBytes: 1 })).toEqual([
      ['a'],
      ['b'],
      ['c'],
      ['d'],
      ['x'.repeat(3000)],
    ])
  })

  it('begins again at any record', async () => {
    const written = await appendAll(journal, numbers(30))
    for (const [i, { position }] of written.entries()) {
      expect((await follow(position, { maxBytes: 64 * KIB })).flat()).toEqual(numbers(30).slice(i))
    }
  })

  it('at the end gives nothing and stays there, also at the end of a full segment', async () => {
    for (const text of ['', ...numbers(40)]) {
      if (text !== '') await append(journal, text)
      const end = journal.durableEnd
      expect(await reader.read(end, { maxBytes: KIB })).toEqual({ records: [], next: end })
    }
  })

  it('never goes past what is durable, whatever the file holds', async () => {
    const { records } = await appendAll(journal, ['a', 'b']).then(() =>
      reader.read(0, { maxBytes: KIB }),
    )
    const watermark = new BigInt64Array(new SharedArrayBuffer(16))
    Atomics.store(watermark, 0, BigInt(records[0]?.next ?? 0))
    const behind = new JournalReader(folder, watermark.buffer as SharedArrayBuffer)
    const first = await behind.read(0, { maxBytes: KIB })
    expect(first.records.map(textOf)).toEqual(['a'])
    expect((await behind.read(first.next, { maxBytes: KIB })).records).toEqual([])
    expect(await behind.at(records[1]?.position ?? 0)).toBeUndefined()
    await behind.close()
  })

  it('goes on in a segment that is trimmed meanwhile, and then with what there is', async () => {
    for (const text of numbers(60)) await append(journal, text)
    const { records, next } = await reader.read(0, { maxBytes: KIB, maxRecords: 2 })
    expect(records.map(textOf)).toEqual(['message 0', 'message 1'])
    await journal.trim(journal.durableEnd)
    const rest = (await follow(next, { maxBytes: 64 * KIB })).flat()
    expect(rest[0]).toBe('message 2')
    expect(rest.at(-1)).toBe('message 59')
    expect(rest.length).toBeLessThan(58)
  })
})

describe('what is durable and cannot be read', () => {
  it('is damage, told with its place, be it changed or missing', async () => {
    const texts = numbers(60)
    for (const text of texts) await append(journal, text)
    const [, second = '', third = ''] = segmentsIn(folder)
    rmSync(join(folder, third))
    const position = Number.parseInt(third, 10)
    await expect(follow(0, { maxBytes: 64 * KIB })).rejects.toMatchObject({ position })
    writeFileSync(join(folder, second), Buffer.from([0]), { flag: 'r+' })
    const start = Number.parseInt(second, 10)
    const another = new JournalReader(folder, journal.watermark)
    await expect(another.read(start, { maxBytes: KIB })).rejects.toMatchObject({ position: start })
    await another.close()
  })
})

describe('reading one record', () => {
  it('finds it by its position, large or small, and nothing anywhere else', async () => {
    const texts = [...numbers(20), 'x'.repeat(100_000)]
    const written = await appendAll(journal, texts)
    const at = (position: number) => reader.at(position)
    for (const [i, { position }] of written.entries()) {
      const record = await at(position)
      expect(record && textOf(record)).toBe(texts[i])
      expect(await at(position + 1)).toBeUndefined()
    }
    for (const position of [-1, 0, 5, 0.5, journal.durableEnd, Number.MAX_SAFE_INTEGER]) {
      expect(await at(position)).toBeUndefined()
    }
  })

  it('finds nothing where the segment has been trimmed', async () => {
    const [first] = await appendAll(journal, numbers(60))
    await journal.trim(journal.durableEnd)
    expect(await reader.at(first?.position ?? 0)).toBeUndefined()
  })
})

describe('waiting', () => {
  it('ends when something becomes durable, at once when it is, and else after its time', async () => {
    const waiting = reader.wait(journal.durableEnd, 60_000)
    const { position } = await append(journal, 'a')
    await waiting
    await reader.wait(position, 60_000)
    await reader.wait(journal.durableEnd, 1)
  })

  it('works in a thread that has nothing else to do', async () => {
    const module = new URL('./journal-follower.mjs', import.meta.url)
    const workerData = { folder, watermark: journal.watermark, count: 50 }
    const worker = new Worker(module, { workerData })
    const followed = new Promise((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', reject)
    })
    for (const text of numbers(50)) await append(journal, text)
    expect(await followed).toEqual(numbers(50))
  })
})
