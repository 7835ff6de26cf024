import { execFileSync, spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type Disk, realDisk } from '#store/journal/disk.ts'
import { JournalFailed } from '#store/journal/errors.ts'
import type { Journal } from '#store/journal/journal.ts'
import { JournalWriter } from '../sim/journal-writer.ts'
import {
  append,
  appendAll,
  makeFolder,
  openJournal,
  removeFolders,
  textsIn,
} from './journal-folder.ts'

afterEach(removeFolders)

type Operation = 'open' | 'write' | 'sync' | 'rename' | 'syncDirectory'

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: as the test wants it`), { code })
}

/**
 * A disk whose n-th operation of a kind fails, counted from when it is armed. Counts all of them.
 */
class FailingDisk {
  readonly calls: Record<Operation, number> = {
    open: 0,
    write: 0,
    sync: 0,
    rename: 0,
    syncDirectory: 0,
  }
  #armed: { operation: Operation; left: number; error: Error } | undefined

  arm(operation: Operation, nth: number, error: Error): void {
    this.#armed = { operation, left: nth, error }
  }

  readonly disk: Disk = {
    ...realDisk,
    open: async (...given) => this.#run('open', () => realDisk.open(...given)),
    write: async (...given) => this.#run('write', () => realDisk.write(...given)),
    sync: async (...given) => this.#run('sync', () => realDisk.sync(...given)),
    rename: async (...given) => this.#run('rename', () => realDisk.rename(...given)),
    syncDirectory: async (...given) =>
      this.#run('syncDirectory', () => realDisk.syncDirectory(...given)),
  }

  #run<T>(operation: Operation, work: () => Promise<T>): Promise<T> {
    this.calls[operation] += 1
    if (this.#armed?.operation === operation) {
      this.#armed.left -= 1
      if (this.#armed.left === 0) throw this.#armed.error
    }
    return work()
  }
}

/**
 * Appends one after the other until one is refused; gives what was acknowledged, and the refusal.
 */
async function appendUntilRefused(
  journal: Journal,
  payloads: Iterable<string>,
): Promise<{ acknowledged: string[]; refusal: unknown }> {
  const acknowledged: string[] = []
  for (const payload of payloads) {
    try {
      await append(journal, payload)
    } catch (refusal) {
      return { acknowledged, refusal }
    }
    acknowledged.push(payload)
  }
  return { acknowledged, refusal: undefined }
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => `message ${i}`)

describe('a disk that fails', () => {
  const faults: readonly [Operation, number][] = [
    ...[1, 2, 3, 7].flatMap((nth): [Operation, number][] => [
      ['write', nth],
      ['sync', nth],
    ]),
    // While a new segment is made.
    ['open', 1],
    ['open', 2],
    ['rename', 1],
    ['syncDirectory', 1],
  ]

  it.each(faults)('at its %s number %i ends acknowledging for good', async (operation, nth) => {
    const folder = makeFolder()
    const failing = new FailingDisk()
    const journal = await openJournal(folder, { disk: failing.disk, segmentBytes: 600 })
    failing.arm(operation, nth, systemError('EIO'))
    const { acknowledged, refusal } = await appendUntilRefused(journal, numbers(50))
    expect(refusal).toBeInstanceOf(JournalFailed)
    expect(journal.failed).toBe(refusal)

    const calls = { ...failing.calls }
    const durableEnd = journal.durableEnd
    for (const later of numbers(3)) await expect(append(journal, later)).rejects.toBe(refusal)
    await journal.close()
    expect(failing.calls).toEqual(calls)
    expect(journal.durableEnd).toBe(durableEnd)

    const again = await openJournal(folder, { segmentBytes: 600 })
    expect(again.durableEnd).toBeGreaterThanOrEqual(durableEnd)
    await append(again, 'after')
    await again.close()
    const texts = await textsIn(folder)
    expect(texts.slice(0, acknowledged.length)).toEqual(acknowledged)
    expect(texts.at(-1)).toBe('after')
  })

  it('refuses all that waits, in order, and all that comes', async () => {
    const failing = new FailingDisk()
    const journal = await openJournal(makeFolder(), { disk: failing.disk })
    failing.arm('sync', 2, systemError('EIO'))
    const answers: string[] = []
    const answer = (name: string) => (error: Error | undefined) =>
      answers.push(`${name} ${error?.name ?? 'durable'}`)
    const add = (name: string) =>
      append(journal, name).then(() => answer(name)(undefined), answer(name))
    await add('a')
    const waiting = ['b', 'c'].map(add)
    failing.disk.sync = async () => {
      // While the disk is at it, and after that.
      waiting.push(add('d'), add('e'))
      throw systemError('EIO')
    }
    while (journal.failed === undefined) await new Promise(setImmediate)
    waiting.push(add('f'))
    await Promise.all(waiting)
    expect(answers).toEqual([
      'a durable',
      ...['b', 'c', 'd', 'e', 'f'].map((n) => `${n} JournalFailed`),
    ])
    expect(journal.backlogBytes).toBe(0)
    await journal.close()
  })

  it('says what it is and what to do', async () => {
    const said: Readonly<Record<string, RegExp>> = {
      ENOSPC: /disk of the journal is full .*make room/,
      EDQUOT: /quota/,
      EFBIG: /largest file size/,
      EIO: /failing \(EIO\)/,
      EROFS: /read-only/,
      EOTHER: /could not be written \(EOTHER: as the test wants it\)/,
    }
    for (const [code, words] of Object.entries(said)) {
      const failing = new FailingDisk()
      const journal = await openJournal(makeFolder(), { disk: failing.disk })
      const cause = systemError(code)
      failing.arm('write', 1, cause)
      await expect(append(journal, 'a')).rejects.toMatchObject({ cause })
      expect(journal.failed?.message).toMatch(words)
      expect(journal.failed?.message).toContain('nothing is acknowledged any more')
      await journal.close()
    }
  })

  it('that takes a part of the bytes at a time is given the rest', async () => {
    const folder = makeFolder()
    const write: Disk['write'] = (file, [first = new Uint8Array(0)], at) =>
      realDisk.write(file, [first.subarray(0, 11)], at)
    const journal = await openJournal(folder, { disk: { ...realDisk, write } })
    const texts = [...numbers(5), 'x'.repeat(20_000), '', 'y'.repeat(17_000)]
    await appendAll(journal, texts)
    await journal.close()
    expect(await textsIn(folder)).toEqual(texts)
  })

  it('that takes nothing and says nothing is one that fails', async () => {
    const failing = { ...realDisk }
    const journal = await openJournal(makeFolder(), { disk: failing })
    failing.write = async () => 0
    await expect(append(journal, 'a')).rejects.toThrow(JournalFailed)
    await journal.close()
  })
})

describe('recovery', () => {
  it('writes the last commit again and syncs it before anyone may read it', async () => {
    const folder = makeFolder()
    const failing = new FailingDisk()
    const journal = await openJournal(folder, { disk: failing.disk })
    await append(journal, 'acknowledged')
    failing.arm('sync', 1, systemError('EIO'))
    await expect(append(journal, 'written, not synced')).rejects.toThrow()
    await journal.close()
    const done: string[] = []
    const disk: Disk = {
      ...realDisk,
      write: (file, buffers, at) => {
        done.push(`write ${Buffer.concat(buffers).includes('written, not synced')}`)
        return realDisk.write(file, buffers, at)
      },
      sync: (file) => {
        done.push('sync')
        return realDisk.sync(file)
      },
    }
    const again = await openJournal(folder, { disk })
    expect(done).toEqual(['write true', 'sync'])
    await again.close()
    expect(await textsIn(folder)).toEqual(['acknowledged', 'written, not synced'])
  })
})

describe('a segment that was made and not yet written', () => {
  it('knows the record time of those before it, when they are gone and the clock went back', async () => {
    const folder = makeFolder()
    const failing = new FailingDisk()
    const journal = await openJournal(folder, { disk: failing.disk, segmentBytes: 200 })
    const { recordTimeUs } = await append(journal, 'x'.repeat(100))
    // The first write is that of the new segment's header.
    failing.arm('write', 2, systemError('EIO'))
    await expect(append(journal, 'y')).rejects.toThrow(JournalFailed)
    await journal.close()
    const again = await openJournal(folder, { nowUs: () => 5, segmentBytes: 200 })
    await again.trim(again.durableEnd)
    expect(await append(again, 'z')).toMatchObject({ recordTimeUs: recordTimeUs + 1 })
    await again.close()
    expect(await textsIn(folder)).toEqual(['z'])
  })
})

/** A disk of 4 MiB, in memory; undefined where this user may not mount one. */
function mountSmallDisk(): string | undefined {
  const folder = makeFolder()
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'suyuan-test', folder])
  return mounted.status === 0 ? folder : undefined
}

describe('a full disk', () => {
  it('stops acknowledging and says so; with room again everything acknowledged is there', async (context) => {
    const disk = mountSmallDisk()
    if (disk === undefined) {
      if (process.env['REQUIRE_ALL'] === '1') throw new Error('no disk can be mounted')
      return context.skip('no disk can be mounted: not root')
    }
    try {
      writeFileSync(join(disk, 'ballast'), Buffer.alloc(1024 * 1024))
      const folder = join(disk, 'journal')
      const texts = Array.from({ length: 5000 }, (_, i) => `${i} `.padEnd(2000, '.'))
      const journal = await openJournal(folder, { segmentBytes: 1024 * 1024 })
      const { acknowledged, refusal } = await appendUntilRefused(journal, texts)
      expect(refusal).toMatchObject({ name: 'JournalFailed', cause: { code: 'ENOSPC' } })
      expect(String(refusal)).toContain('full')
      expect(acknowledged.length).toBeGreaterThan(500)
      await expect(append(journal, 'later')).rejects.toBe(refusal)
      await journal.close()

      rmSync(join(disk, 'ballast'))
      const again = await openJournal(folder, { segmentBytes: 1024 * 1024 })
      await append(again, 'after')
      await again.close()
      const found = await textsIn(folder)
      expect(found.slice(0, acknowledged.length)).toEqual(acknowledged)
      expect(found.at(-1)).toBe('after')
    } finally {
      // Lazily: SQLite closes the lock's file some time later.
      execFileSync('umount', ['--lazy', disk])
    }
  })

  it('or a file that may not grow on stops acknowledging in a real process, too', async () => {
    const folder = join(makeFolder(), 'journal')
    const options = { name: 'full', seed: '1', segmentBytes: 64 * 1024 * 1024, maxFileKiB: 3000 }
    const writer = new JournalWriter(folder, options)
    await writer.ended()
    expect(writer.errors).toMatch(/largest file size .*EFBIG/)
    const { acknowledged } = writer
    expect(acknowledged.length).toBeGreaterThan(100)
    const found = (await textsIn(folder)).map((text) => text.split(' ')[0])
    expect(found.slice(0, acknowledged.length)).toEqual(acknowledged)
    await (await openJournal(folder)).close()
  })
})
