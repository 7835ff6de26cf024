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
import { findStore } from './binding.ts'
import { Connection, type Series } from './connection.ts'
import { openLedger, redoOf } from './ledger-file.ts'
import { writePaths } from './paths.ts'
import { type BatchFigures, eraLine, nanoseconds, textOfTag } from './points.ts'
import { EventRebuild } from './rebuild-events.ts'
import { copySeries } from './rebuild-telemetry.ts'
import { greetServer } from './server.ts'
import { type InfluxSettings, InfluxSetupError } from './settings.ts'

/** More than one microsecond can have, so that no slice is of one alone. */
const eventsAtOnce = 2_048

interface LastBatch extends BatchFigures {
  readonly timeUs: number
}

/**
 * Rebuilds the side file of a store that nobody has open; gives the number of its events.
 * @throws InfluxSetupError where there is no store, StoreFault where InfluxDB cannot be reached.
 */
export async function rebuildSideFile(
  file: string,
  settings: InfluxSettings,
  onProgress: (share: number) => void,
): Promise<number> {
  const made = `${file}.rebuilt`
  for (const end of ['', '-wal', '-shm', '-redo']) rmSync(made + end, { force: true })
  const connection = new Connection(settings)
  const ledger = openLedger(made)
  let events = 0
  try {
    const server = await greetServer(connection, () => undefined)
    const found = await findStore(connection)
    if (found === undefined) {
      throw new InfluxSetupError(`the database ${settings.database} holds no store`)
    }
    const last = await lastBatches(connection)
    const most = (figure: (one: LastBatch) => number) => Math.max(0, ...last.map(figure))
    events = most((one) => one.events)
    const ends = [...(await eraEnds(connection)), events]
    // Before anything is numbered again: from here on, what lies behind this end is never seen.
    await connection.write(eraLine(ends.length, events), writePaths(server, settings).store)
    ledger.transaction(() => {
      ledger.found(found)
      ledger.endEras(ends)
    })
    const refused = await refusedEvents(connection, ends)
    await copyEvents(connection, new EventRebuild(ledger, found, ends, refused), onProgress)
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
  } finally {
    connection.close()
    ledger.close()
  }
  replaceDatabase(made, file)
  for (const redo of [redoOf(made), redoOf(file)]) rmSync(redo, { force: true })
  return events
}

/** The last batch of each follower. */
async function lastBatches(connection: Connection): Promise<LastBatch[]> {
  const columns = 'position, events, items, trailRows, readings'
  const statement = `SELECT ${columns} FROM batch GROUP BY follower ORDER BY time DESC LIMIT 1`
  const [series = []] = await connection.query([statement])
  return series.map(({ tags, rows: [row = []] }) => {
    const [timeUs = 0, position = 0, events = 0, items = 0, trailRows = 0, readings = 0] =
      row.map(Number)
    const follower = textOfTag(tags['follower'] ?? '')
    return { follower, timeUs, position, events, items, trailRows, readings }
  })
}

/** The last event of each era that is over. */
async function eraEnds(connection: Connection): Promise<number[]> {
  const [series = []] = await connection.query(['SELECT events FROM era'])
  return rowsOf(series).map(([, events]) => Number(events))
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

function rowsOf(series: readonly Series[]): (readonly unknown[])[] {
  return series.flatMap(({ rows }) => rows)
}
