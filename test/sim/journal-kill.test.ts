/**
 * Kills a process that appends to a journal, again and again at random moments, on one journal.
 * More kills than a test run needs: JOURNAL_KILLS=200 JOURNAL_SEED=7 npx vitest run
 * test/sim/journal-kill
 */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { chanceOf } from '#simulators/random.ts'
import { verifyJournal } from '#store/journal/verify.ts'
import { makeFolder, openJournal, readAll, removeFolders, textOf } from '../store/journal-folder.ts'
import { JournalWriter } from './journal-writer.ts'

const kills = Number(process.env['JOURNAL_KILLS'] ?? 8)
const seed = process.env['JOURNAL_SEED'] ?? '1'

afterEach(removeFolders)

/**
 * Runs a writer until it is killed, some time after its first acknowledgement; gives all of them.
 */
async function killedWriter(folder: string, name: string, afterMs: number): Promise<string[]> {
  const writer = new JournalWriter(join(folder, 'journal'), { name, seed, segmentBytes: 200_000 })
  await writer.working()
  await sleep(afterMs)
  writer.process.kill('SIGKILL')
  await writer.ended()
  return writer.acknowledged
}

describe(`a process that is killed ${kills} times while it writes`, () => {
  it('has every message that it acknowledged, once and in order, and no hole between', async () => {
    const parent = makeFolder()
    const folder = join(parent, 'journal')
    const chance = chanceOf(seed, 'kills')
    const acknowledged: string[] = []
    for (let run = 0; run < kills; run += 1) {
      const lines = await killedWriter(parent, `run${run}`, chance.whole(0, 300))
      expect(lines.length).toBeGreaterThan(0)
      acknowledged.push(...lines)
    }
    // One more start cuts what the last kill left.
    await (await openJournal(folder)).close()

    const records = await readAll(folder)
    const found = records.map((record) => textOf(record).split(' ')[0] ?? '')
    expect(found).toEqual(inOrder(found))
    const kept = new Set(found)
    expect(acknowledged.filter((text) => !kept.has(text))).toEqual([])
    const times = records.map(({ recordTimeUs }) => recordTimeUs)
    expect(times.findIndex((time, i) => i > 0 && time <= (times[i - 1] ?? 0))).toBe(-1)
    for await (const { part } of verifyJournal(folder)) expect(part).not.toBe('damage')
  }, 600_000)
})

/** Each run from its message 0 on without a hole, as far as it came; the runs in their order. */
function inOrder(found: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const text of found) {
    const run = text.split('-')[0] ?? ''
    counts.set(run, (counts.get(run) ?? 0) + 1)
  }
  return [...Array(kills).keys()].flatMap((run) =>
    Array.from({ length: counts.get(`run${run}`) ?? 0 }, (_, i) => `run${run}-${i}`),
  )
}
