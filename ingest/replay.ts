/**
 * Settles again what is in the journal, while nobody else has the data folder: into a new trail
 * store that then takes the place of the old one, or into the one that is there.
 *
 * The old store stays as it is until the new one is whole and durable; a crash before that loses
 * the time spent, nothing else.
 */
import { existsSync } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AlertWriter } from '#store/alerts/writer.ts'
import type { DataFolder } from '#store/folder.ts'
import { openIntake } from '#store/intake.ts'
import { realDisk } from '#store/journal/disk.ts'
import { lockDirectory } from '#store/journal/lock.ts'
import { JournalReader } from '#store/journal/reader.ts'
import { listSegments, segmentName } from '#store/journal/segment.ts'
import { openTrail } from '#store/open.ts'
import { checkStore } from '#store/other-store.ts'
import { openRegistry } from '#store/registry.ts'
import { replaceDatabase } from '#store/sqlite/database.ts'
import { READ_AT_ONCE } from './follower.ts'
import { Memory } from './memory.ts'
import { begin, conclude, FOLLOWER } from './settle.ts'

/** The journal cannot be replayed as asked; `message` says what can be done. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError'
}

export interface Replayed {
  messages: number
  /** Events that the store lacked, and that it had. */
  stored: number
  repeats: number
  rejected: number
  /** Bytes between what the store had followed and what the journal has: nothing brings them. */
  passedOver: number
}

export interface ReplayOptions {
  /** Into the store that is there, where only what it lacks is added. */
  readonly add: boolean
  readonly nowUs: () => number
  /** Told how much is done, from 0 to 1. */
  readonly onProgress: (share: number) => void
}

/**
 * Replays the whole journal.
 * @throws JournalLocked while a server runs, ReplayError when a new store would lack what has been
 *   trimmed from the journal.
 */
export async function replay(folder: DataFolder, options: ReplayOptions): Promise<Replayed> {
  if (!existsSync(folder.journal)) throw new ReplayError(`there is no journal in ${folder.root}`)
  const unlock = lockDirectory(folder.journal)
  try {
    const starts = await listSegments(folder.journal)
    if (options.add) {
      checkStore(folder, FOLLOWER)
      return await settleAll(folder, folder.trail, starts, options)
    }
    if (folder.influx !== undefined) {
      throw new ReplayError(
        'a store in InfluxDB is not made anew in its place: take an empty database and an empty ' +
          'side file, or settle what the journal has into the store that is there with --add',
      )
    }
    if (starts[0] !== 0) {
      throw new ReplayError(
        'the beginning of the journal has been trimmed away, so the events before it are only in ' +
          'the trail store: it cannot be made anew. --add settles into it what the journal has',
      )
    }
    const made = `${folder.trail}.replayed`
    for (const file of [made, `${made}-wal`, `${made}-shm`]) await rm(file, { force: true })
    const replayed = await settleAll(folder, made, starts, options)
    // Until here the old store is untouched; from here on the new one has its name.
    replaceDatabase(made, folder.trail)
    await realDisk.syncDirectory(folder.root)
    watchAnew(folder)
    return replayed
  } finally {
    unlock()
  }
}

/**
 * Has rules look at all events again, and find what they found, because events behind the number
 * `same` have other numbers now; what rules had looked at by then may end before that.
 */
export function watchAnew({ alerts }: Pick<DataFolder, 'alerts'>, same = 0): void {
  if (!existsSync(alerts)) return
  const writer = new AlertWriter(alerts)
  if (writer.ledger.progress().eventRef > same) writer.replay()
  writer.close()
}

async function settleAll(
  folder: DataFolder,
  trailFile: string,
  starts: readonly number[],
  { nowUs, onProgress }: ReplayOptions,
): Promise<Replayed> {
  const [first = 0] = starts
  const last = starts.at(-1) ?? 0
  const end = last + (await stat(join(folder.journal, segmentName(last)))).size
  const reader = new JournalReader(folder.journal, undefined)
  const writer = await openTrail({ trail: trailFile, influx: folder.influx }, 'write')
  const intake = openIntake(folder.intake)
  const registry = openRegistry(folder.registry, { readOnly: true })
  const memory = new Memory(writer)
  const passedOver = Math.max(0, first - (await writer.cursor(FOLLOWER)))
  const replayed: Replayed = { messages: 0, stored: 0, repeats: 0, rejected: 0, passedOver }
  try {
    for (let cursor = first; ; ) {
      const { records } = await reader.read(cursor, READ_AT_ONCE)
      if (records.length === 0) return replayed
      const stores = { writer, intake, registry, memory, isReplay: true } as const
      const begun = await begin(records, stores)
      const news = await conclude(begun, stores, nowUs)
      cursor = news.cursor
      replayed.messages += news.messages
      replayed.rejected += news.rejected
      // To the intake the events of a message are stored by it, whenever that was. Here they are
      // what the store has added now.
      const { outcomes } = await begun.applied
      const added = outcomes.filter(({ repeat, refused }) => !repeat && refused === undefined)
      replayed.stored += added.length
      replayed.repeats += news.stored + news.repeats - added.length
      onProgress((cursor - first) / (end - first))
    }
  } finally {
    registry.close()
    intake.close()
    await writer.close()
    await reader.close()
  }
}
