import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type VerifyPart, verifyJournal } from '#store/journal/verify.ts'
import {
  append,
  appendAll,
  folderOf,
  imageOf,
  makeFolder,
  openJournal,
  readAll,
  removeFolders,
} from './journal-folder.ts'

const COUNT = 60
let image: Map<string, Buffer>
let names: string[]
let positions: number[]
let end: number

beforeEach(async () => {
  const folder = makeFolder()
  const journal = await openJournal(folder, { segmentBytes: 800 })
  for (let i = 0; i < COUNT; i += 1) await append(journal, `message ${i}`.repeat(3))
  await journal.close()
  image = imageOf(folder)
  names = [...image.keys()]
  positions = (await readAll(folder)).map(({ position }) => position)
  end = journal.durableEnd
})

afterEach(removeFolders)

async function verify(folder: string) {
  const parts: VerifyPart[] = []
  for await (const part of verifyJournal(folder)) parts.push(part)
  const last = parts.at(-1)
  if (last?.part !== 'end') return expect.unreachable()
  return {
    damages: parts.flatMap((part) => (part.part === 'damage' ? part.damage : [])),
    progress: parts.flatMap((part) => (part.part === 'progress' ? part.doneBytes : [])),
    totals: parts.flatMap((part) => (part.part === 'progress' ? part.totalBytes : [])),
    result: last.result,
  }
}

/** Bytes of one segment, to change. */
const bytesOf = (index: number) => image.get(names[index] ?? '') ?? Buffer.alloc(0)

describe('verifying a journal', () => {
  it('counts what is there, and tells how far it has come', async () => {
    const { damages, progress, totals, result } = await verify(folderOf(image))
    expect(damages).toEqual([])
    expect(result).toEqual({
      segments: names.length,
      records: COUNT,
      from: 0,
      to: end,
      damages: 0,
      tornBytes: 0,
    })
    expect(progress).toEqual([...progress].sort((a, b) => a - b))
    expect(new Set(totals)).toEqual(new Set([end]))
    expect(progress.at(-1)).toBe(end)
  })

  it('of nothing finds nothing wrong', async () => {
    const { result } = await verify(makeFolder())
    expect(result).toMatchObject({ segments: 0, records: 0, damages: 0 })
  })

  it('tells every place that is damaged, in whichever segment, and reads on behind it', async () => {
    const damaged = [3, 13, 14, 40]
    for (const index of damaged) {
      const position = positions[index] ?? 0
      const name = names.findLast((each) => Number.parseInt(each, 10) <= position) ?? ''
      image.get(name)?.writeUInt8(0, position + 50 - Number.parseInt(name, 10))
    }
    const { damages, result } = await verify(folderOf(image))
    // 13 and 14 stand side by side.
    expect(damages.map(({ position }) => position)).toEqual(
      [3, 13, 40].map((index) => positions[index]),
    )
    expect(result).toMatchObject({ records: COUNT - 4, damages: 3, to: end })
  })

  it('tells a segment whose header is not readable, that ends early, or is missing', async () => {
    bytesOf(1).fill(0, 0, 4)
    image.set(names[3] ?? '', bytesOf(3).subarray(0, -1))
    image.delete(names[6] ?? '')
    const { damages, result } = await verify(folderOf(image))
    const starts = names.map((name) => Number.parseInt(name, 10))
    const lastOf3 = positions.filter((position) => position < (starts[4] ?? 0)).at(-1)
    expect(damages.map(({ position, segment }) => [position, segment])).toEqual([
      [starts[1], names[1]],
      [lastOf3, names[3]],
      [(starts[4] ?? 0) - 1, names[3]],
      [starts[6], names[5]],
    ])
    expect(result.damages).toBe(4)
  })

  it('tells a segment of another journal, which fits by its position alone', async () => {
    const folder = makeFolder()
    const journal = await openJournal(folder, { followedTo: end })
    await appendAll(journal, ['a', 'b'])
    await journal.close()
    for (const [name, bytes] of imageOf(folder)) image.set(name, bytes)
    const { damages } = await verify(folderOf(image))
    expect(damages.map(({ position }) => position)).toEqual([end])
  })

  it('counts a torn commit at the end, which the next start cuts, and is no damage', async () => {
    const last = names.length - 1
    image.set(names[last] ?? '', bytesOf(last).subarray(0, -3))
    const { damages, result } = await verify(folderOf(image))
    const torn = positions.at(-1) ?? 0
    expect(damages).toEqual([])
    expect(result).toMatchObject({ records: COUNT - 1, to: torn, tornBytes: end - torn - 3 })
  })

  it('tells what is missing at the end of a journal that was closed in order', async () => {
    image.delete(names.pop() ?? '')
    const folder = folderOf(image)
    writeFileSync(join(folder, 'closed-at'), `${end}\n`)
    const { damages } = await verify(folder)
    const last = names.at(-1) ?? ''
    const position = Number.parseInt(last, 10) + (image.get(last)?.length ?? 0)
    expect(damages.map((damage) => [damage.position, damage.segment])).toEqual([[position, last]])
  })
})
