/**
 * Makes the side file anew from what InfluxDB holds: every event tells its number, its place, its
 * slots and its members with their numbers, and the last batch how far the followers had come.
 *
 * A batch that was under way when the old file was lost may have left points, and what no batch
 * tells of is no part of the store. But its numbers will be given again, maybe to other events. So
 * every point tells the era it was written in, and a rebuild ends the era: what has a number behind
 * the end of its era is never seen.
 *
 * The old file stays as it is until the new one is whole.
 */
import { rmSync } from 'node:fs'
import { replaceDatabase } from '#store/sqlite/database.ts'
import { eraEnds, type LastBatch, lastBatches, rowsOf } from './batches.ts'
import { findStore } from './binding.ts'
import { Connection } from './connection.ts'
import { openLedger, redoOf } from './ledger-file.ts'
import { writePaths } from './paths.ts'
import { eraLine, nanoseconds } from './points.ts'
import { EventRebuild } from './rebuild-events.ts'
import { copySeries } from './rebuild-telemetry.ts'
import { greetServer } from './server.ts'
import { type InfluxSettings, InfluxSetupError } from './settings.ts'

/** More than one microsecond can have, so that no slice is of one alone. */
const eventsAtOnce = 2_048

export interface Rebuilt {
  /** How many events the store has. */
  readonly events: number
  /** How many it had by what the database says of itself, and has no longer. */
  readonly missing: number
  /** The number of the last event that is as it was: those that come get the numbers behind it. */
  readonly last: number
}

/**
 * Rebuilds the side file of a store that nobody has open.
 * @throws InfluxSetupError where there is no store, StoreFault where InfluxDB cannot be reached.
 */
export async function rebuildSideFile(
  file: string,
  settings: InfluxSettings,
  onProgress: (share: number) => void,
): Promise<Rebuilt> {
  const made = `${file}.rebuilt`
  for (const end of ['', '-wal', '-shm', '-redo']) rmSync(made + end, { force: true })
  const connection = new Connection(settings)
  const ledger = openLedger(made)
  let rebuilt: Rebuilt
  try {
    const server = await greetServer(connection, () => undefined)
    const found = await findStore(connection)
    if (found === undefined) {
      throw new InfluxSetupError(`the database ${settings.database} holds no store`)
    }
    const last = await lastBatches(connection)
    const most = (figure: (one: LastBatch) => number) => Math.max(0, ...last.map(figure))
    const events = most((one) => one.events)
    const ends = [...(await eraEnds(connection)), events]
    // Before anything is numbered again: from here on, what lies behind this end is never seen.
    await connection.write(eraLine(ends.length, events), writePaths(server, settings).store)
    ledger.transaction(() => {
      ledger.found(found)
      ledger.endEras(ends)
    })
    const refused = await refusedEvents(connection, ends)
    const rebuild = new EventRebuild(ledger, found, ends, refused)
    await copyEvents(connection, rebuild, onProgress)
    await copySeries(connection, ledger)
    ledger.transaction(() => ledger.setPlace({ us: most(({ timeUs }) => timeUs) + 1, ns: 0 }))
    const figures = {
      events,
      items: ledger.lastItem(),
      trailRows: most((one) => one.trailRows),
      readings: most((one) => one.readings),
    }
    for (const { follower, position } of last) {
      ledger.restoreFigures({ ...figures, follower, position })
    }
    const { refused: without = 0 } = ledger.state() ?? {}
    rebuilt = { events: events - without, missing: rebuild.missing, last: events }
  } finally {
    connection.close()
    ledger.close()
  }
  replaceDatabase(made, file)
  for (const redo of [redoOf(made), redoOf(file)]) rmSync(redo, { force: true })
  return rebuilt
}

/** The events that InfluxDB did not take, of those that a batch tells of, and its words. */
async function refusedEvents(
  connection: Connection,
  ends: readonly number[],
): Promise<Map<number, string>> {
  const [series = []] = await connection.query(['SELECT seq, era, words FROM refused'])
  const refused = new Map<number, string>()
  for (const [, seq, era, words] of rowsOf(series)) {
    if (Number(seq) <= (ends[Number(era)] ?? 0)) refused.set(Number(seq), String(words))
  }
  return refused
}

/** In the order of their places, a slice at a time, cut where a microsecond ends. */
async function copyEvents(
  connection: Connection,
  rebuild: EventRebuild,
  onProgress: (share: number) => void,
): Promise<void> {
  for (let fromUs = 0; ; ) {
    const from = nanoseconds({ us: fromUs, ns: 0 })
    const statement = `SELECT r, m FROM event WHERE time >= ${from} LIMIT ${eventsAtOnce}`
    const [series = []] = await connection.query([statement])
    const rows = rowsOf(series)
    const isLast = rows.length < eventsAtOnce
    const lastUs = Number(rows.at(-1)?.[0])
    const whole = isLast ? rows : rows.filter(([timeUs]) => Number(timeUs) < lastUs)
    await rebuild.add(whole, connection)
    onProgress(rebuild.share())
    if (isLast) break
    fromUs = lastUs
  }
  rebuild.end()
}
