/**
 * Lists the series of telemetry in a new side file, and which of their minutes do not tell of all
 * readings: those of days whose minutes have fewer of them than there are. Days whose readings are
 * no longer kept have more, and stand.
 */

import { minuteUs } from '#store/windows.ts'
import type { Connection, Series } from './connection.ts'
import type { WritableLedger } from './ledger-writer.ts'
import { conditionOf, windows } from './minutes.ts'
import { nanoseconds, type SeriesName, seriesTags, textOfTag } from './points.ts'

const dayUs = 1440 * minuteUs

/** When the first and the last are of a series: none that there is none of. */
interface Ends {
  readonly series: SeriesName
  readings?: { readonly first: number; readonly last: number }
  minutes?: { readonly first: number; readonly last: number }
}

export async function copySeries(connection: Connection, ledger: WritableLedger): Promise<void> {
  const all = new Map<string, Ends>()
  for (const of of ['readings', 'minutes'] as const) {
    const field = of === 'readings' ? 'value' : 'n'
    const ends = ['first', 'last'].map(
      (end) => `SELECT ${end}(${field}) FROM ${of}.telemetry GROUP BY *`,
    )
    const [first, last] = (await connection.query(ends)).map(timesOf)
    for (const [key, [series, firstUs]] of first ?? []) {
      const known = all.get(key) ?? { series }
      known[of] = { first: firstUs, last: last?.get(key)?.[1] ?? firstUs }
      all.set(key, known)
    }
  }
  const ids = ledger.transaction(() => [...all.values()].map((ends) => cover(ends, ledger)))
  for (const [at, { series, readings: kept }] of [...all.values()].entries()) {
    // Minutes that stand alone tell of all there was.
    if (kept === undefined) continue
    const firstUs = minuteOf(kept.first)
    const minutesUs = await unsummed(connection, series, firstUs, kept.last)
    if (minutesUs.length === 0) continue
    ledger.transaction(() => ledger.markStale([{ series: ids[at] ?? 0, minutesUs }], 0))
  }
}

function minuteOf(timeUs: number): number {
  return timeUs - (timeUs % minuteUs)
}

function timesOf(answer: readonly Series[]): Map<string, [series: SeriesName, timeUs: number]> {
  return new Map(
    answer.map(({ tags, rows }) => {
      const series = seriesOf(tags)
      return [JSON.stringify(series), [series, Number(rows[0]?.[0])]]
    }),
  )
}

/** Gives the number of the series. */
function cover({ series, readings: kept, minutes }: Ends, ledger: WritableLedger): number {
  // A minute reaches to its end.
  const minutesEndUs = minutes === undefined ? 0 : minutes.last + minuteUs
  const firstUs = Math.min(...[kept, minutes].flatMap((ends) => ends?.first ?? []))
  const lastUs = Math.max(kept?.last ?? 0, minutesEndUs - 1)
  const id = ledger.coverSeries(series, firstUs, lastUs, 0)
  const keptFromUs = kept === undefined ? minutesEndUs : minuteOf(kept.first)
  if (minutes !== undefined && minutes.first < keptFromUs) ledger.setSummedTo(id, keptFromUs)
  return id
}

function seriesOf(tags: Series['tags']): SeriesName {
  const [component = '', device = '', party = '', type = '', uom = ''] = seriesTags.map((tag) =>
    textOfTag(tags[tag] ?? ''),
  )
  return { component, device, party, type, uom }
}

/** The minutes of the days of a series that have readings which their minutes do not tell of. */
async function unsummed(
  connection: Connection,
  series: SeriesName,
  firstUs: number,
  lastUs: number,
): Promise<number[]> {
  const values: Record<string, string> = {}
  const condition = conditionOf(series, '', values)
  const counted = async (what: string, fromUs: number, toUs: number, widthUs: number) => {
    const [from, to] = [nanoseconds({ us: fromUs, ns: 0 }), nanoseconds({ us: toUs, ns: 999 })]
    const where = `${condition} AND time >= ${from} AND time <= ${to}`
    const [found = []] = await connection.query(
      [`SELECT ${what} WHERE ${where} ${windows(widthUs)}`],
      values,
    )
    return found.flatMap(({ rows }) =>
      rows.map(([timeUs, n]) => [Number(timeUs), Number(n)] as const),
    )
  }
  const toldOf = new Map(await counted('sum(n) FROM minutes.telemetry', firstUs, lastUs, dayUs))
  const minutesUs: number[] = []
  for (const [day, n] of await counted(readings, firstUs, lastUs, dayUs)) {
    if (n <= (toldOf.get(day) ?? 0)) continue
    const minutes = await counted(readings, day, day + dayUs - 1, minuteUs)
    for (const [minute] of minutes) minutesUs.push(minute)
  }
  return minutesUs
}

const readings = 'count(value) FROM readings.telemetry'
