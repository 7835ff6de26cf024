/**
 * Kills the process and takes the power from a journal at random operations of its disk, again and
 * again, also while it recovers from the last time. POWER_RUNS=5000 POWER_SEED=7 npx vitest run
 * test/sim/journal-power
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type Chance, chanceOf } from '#simulators/random.ts'
import { Journal } from '#store/journal/journal.ts'
import type { JournalRecord } from '#store/journal/record.ts'
import type { JournalPosition } from '#store/trail.ts'
import {
  append,
  makeFolder,
  noonUs,
  openJournal,
  readAll,
  removeFolders,
  textOf,
} from '../store/journal-folder.ts'
import { DEAD, PowerDisk } from './power-disk.ts'

const runs = Number(process.env['POWER_RUNS'] ?? 10)
const seed = process.env['POWER_SEED'] ?? '1'
const LOSSES = 6

afterEach(removeFolders)

/** What must be there whatever happens: followers may have read it. */
interface Promised {
  /** Text of each record before `durableEnd` by its position. */
  readonly records: Map<JournalPosition, string>
  durableEnd: JournalPosition
  /** What lies before it may be gone. */
  trimmedTo: JournalPosition
}

function folderWith(files: ReadonlyMap<string, Buffer>): string {
  const folder = makeFolder()
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes)
  return folder
}

/** Starts that end in a crash or in order, and then the power is lost. Gives what is left. */
async function writeUntilPowerIsLost(
  files: ReadonlyMap<string, Buffer>,
  chance: Chance,
  promised: Promised,
): Promise<Map<string, Buffer>> {
  const folder = folderWith(files)
  const power = new PowerDisk(folder, files, chance)
  do {
    power.start(chance.whole(0, 40))
    const journal = await Journal.open(folder, {
      nowUs: () => noonUs + chance.whole(-1000, 1000),
      segmentBytes: 4000,
      newSalt: () => chance.whole(0, 2 ** 32 - 1),
      disk: power.disk,
    }).catch(unlessDead)
    if (journal instanceof Journal) await writeUntilDead(journal, folder, chance, promised)
  } while (chance.happens(0.5))
  return power.filesLeft()
}

async function writeUntilDead(
  journal: Journal,
  folder: string,
  chance: Chance,
  promised: Promised,
): Promise<void> {
  while (journal.failed === undefined && chance.happens(0.9)) {
    await appendSome(journal, chance, promised)
    if (chance.happens(0.1)) {
      promised.trimmedTo = chance.whole(promised.trimmedTo, journal.durableEnd)
      await journal.trim(promised.trimmedTo).catch(unlessDead)
    }
  }
  await journal.close().catch(unlessDead)
  promised.durableEnd = journal.durableEnd
  for (const record of await readAll(folder)) {
    if (record.next > journal.durableEnd) break
    promised.records.set(record.position, textOf(record))
  }
}

function unlessDead(error: Error): void {
  expect(error.message).toBe(DEAD)
}

async function appendSome(journal: Journal, chance: Chance, promised: Promised): Promise<void> {
  const answers = Array.from({ length: chance.whole(1, 8) }, () => {
    const text = chance.uuid().padEnd(chance.happens(0.05) ? 20_000 : chance.whole(0, 900), '.')
    return append(journal, text).then(
      ({ position }) => promised.records.set(position, text),
      (error) => expect(error).toBe(journal.failed),
    )
  })
  await Promise.all(answers)
}

/** Looks at a copy, so that the next loss of power meets what this one has left. */
async function check(files: ReadonlyMap<string, Buffer>, promised: Promised): Promise<void> {
  const folder = folderWith(files)
  await (await openJournal(folder)).close()
  const records = await readAll(folder)
  const times = records.map(({ recordTimeUs }) => recordTimeUs)
  expect(times).toEqual([...new Set(times)].sort((a, b) => a - b))
  const first = records[0]?.position ?? promised.durableEnd
  const kept = [...promised.records.keys()].sort((a, b) => a - b)
  expect(kept.filter((position) => position < first && position >= promised.trimmedTo)).toEqual([])
  const expected = kept.filter((position) => position >= first)
  const found = records.slice(0, expected.length)
  expect(found.map(({ position }) => position)).toEqual(expected)
  const isOther = (record: JournalRecord) =>
    promised.records.get(record.position) !== textOf(record)
  expect(found.findIndex(isOther)).toBe(-1)
}

describe(`a journal that loses its power ${LOSSES} times in each of ${runs} runs`, () => {
  it('has everything that was durable, and goes on', async () => {
    for (let run = 0; run < runs; run += 1) {
      const chance = chanceOf(seed, `power ${run}`)
      const promised: Promised = { records: new Map(), durableEnd: 0, trimmedTo: 0 }
      let files: Map<string, Buffer> = new Map()
      for (let loss = 0; loss < LOSSES; loss += 1) {
        files = await writeUntilPowerIsLost(files, chance, promised)
        await check(files, promised).catch((cause: unknown) => {
          throw new Error(`run ${run}, loss ${loss} of seed ${seed}`, { cause })
        })
      }
      removeFolders()
    }
  }, 3_600_000)
})
