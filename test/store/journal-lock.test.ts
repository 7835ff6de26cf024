import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { JournalLocked } from '#store/journal/errors.ts'
import { JournalWriter } from '../sim/journal-writer.ts'
import { append, makeFolder, openJournal, removeFolders, textsIn } from './journal-folder.ts'

afterEach(removeFolders)

describe('a journal that is open', () => {
  it('is refused to everybody else in the same process', async () => {
    const folder = makeFolder()
    const journal = await openJournal(folder)
    await expect(openJournal(folder)).rejects.toThrow(JournalLocked)
    await append(journal, 'still mine')
    await journal.close()
    await (await openJournal(folder)).close()
    expect(await textsIn(folder)).toEqual(['still mine'])
  })

  it('lets nobody else prepare what is kept beside it', async () => {
    const folder = makeFolder()
    let prepared = 0
    const followedTo = async () => {
      prepared += 1
      await expect(openJournal(folder)).rejects.toThrow(JournalLocked)
      return 7
    }
    const journal = await openJournal(folder, { followedTo })
    await expect(openJournal(folder, { followedTo })).rejects.toThrow(JournalLocked)
    expect([prepared, journal.durableEnd]).toEqual([1, 7])
    await journal.close()
  })

  it('is refused to another process, with the one that has it, until that is gone, however', async () => {
    const folder = join(makeFolder(), 'journal')
    const writer = new JournalWriter(folder, { name: 'a', seed: '1', segmentBytes: 1_000_000 })
    await writer.working()
    await expect(openJournal(folder)).rejects.toThrow(`in use by process ${writer.process.pid}`)
    writer.process.kill('SIGKILL')
    await writer.ended()
    // No lock to clean up: it went with the process.
    await (await openJournal(folder)).close()
  })

  it('that could not be opened is not locked', async () => {
    const folder = makeFolder()
    const first = await openJournal(folder)
    await append(first, 'a')
    await first.close()
    await expect(openJournal(folder, { followedTo: 10_000 })).rejects.toThrow('damaged')
    await (await openJournal(folder)).close()
  })
})
