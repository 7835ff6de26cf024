/**
 * Lists the series of telemetry in a new side file, and which of their minutes do not tell of all
 * readings: those of days whose minutes have fewer of them than there are. Days whose readings are
 * no longer kept have more, and stand.
 */
import type { Connection, Series } from './connection.ts'
import type { WritableLedger } from './ledger-writer.ts'
import { conditionOf, windows } from './minutes.ts'
import { minuteUs, nanoseconds, type SeriesName, seriesTags, textOfTag } from './points.ts'

const dayUs = 1440 * minuteUs

export async function copySeries(connection: Connection, ledger: WritableLedger): Promise<void> {
  const ends = ['readings.telemetry', 'minutes.telemetry'].flatMap((from) => {
    const field = from.startsWith('readings') ? 'value' : 'n'
    return ['first', 'last'].map((end) => `SELECT ${end}(${field}) FROM ${from} GROUP BY *`)
  })
  const found = (await connection.query(ends)).flat()
  const times = new Map<number, { series: SeriesName; timesUs: number[] }>()
  ledger.transaction(() => {
    for (const { tags, rows } of found) {
      const series = seriesOf(tags)
      const timeUs = Number(rows[0]?.[0])
      const id = ledger.coverSeries(series, timeUs, timeUs, 0)
      const known = times.get(id) ?? { series, timesUs: [] }
      known.timesUs.push(timeUs)
      times.set(id, known)
    }
  })
  for (const [id, { series, timesUs }] of times) {
    const minutesUs = await unsummed(connection, series, Math.min(...timesUs), Math.max(...timesUs))
    if (minutesUs.length === 0) continue
    ledger.transaction(() => ledger.markStale([{ series: id, minutesUs }], 0))
  }
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
