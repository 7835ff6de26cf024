/** Telemetry: a series of InfluxDB a series of points, listed in the side file. */
import { inParts } from '#store/sqlite/rows.ts'
import type { Reading, TelemetryPoint, TelemetryQuery } from '#store/trail.ts'
import type { Connection, QueryValues } from './connection.ts'
import type { KnownSeries, Ledger } from './ledger.ts'
import type { WritableLedger } from './ledger-writer.ts'
import { nanoseconds, seriesTags, tagValue } from './points.ts'

/** Points or windows of one answer. */
const pointsAtOnce = 2_048
const statementsAtOnce = 100

type SeriesName = Pick<Reading, 'device' | 'type' | 'component' | 'uom' | 'party'>

/** A tag that is not there is '' to InfluxQL, as it is to us. */
const ofSeries = seriesTags.map((tag) => `"${tag}" = $${tag}`).join(' AND ')

function valuesOf(series: SeriesName): QueryValues {
  return Object.fromEntries(seriesTags.map((tag) => [tag, tagValue(series[tag])]))
}

const at = (us: number, ns: number): string => nanoseconds({ us, ns })

export async function* readTelemetry(
  connection: Connection,
  ledger: Ledger,
  query: TelemetryQuery,
): AsyncIterable<readonly TelemetryPoint[]> {
  for (const device of [...new Set(query.devices)].sort()) {
    for (const known of ledger.series(device)) {
      if (query.types !== undefined && !query.types.includes(known.type)) continue
      yield* readSeries(connection, { ...known, device }, query)
    }
  }
}

async function* readSeries(
  connection: Connection,
  known: KnownSeries & SeriesName,
  { fromUs = 0, toUs = Number.MAX_SAFE_INTEGER, everyUs }: TelemetryQuery,
): AsyncIterable<readonly TelemetryPoint[]> {
  const { device, type, component, uom, party, firstUs, lastUs } = known
  const series = { device, type, component, uom, party }
  const values = valuesOf(series)
  const endUs = Math.min(toUs, lastUs)
  const what = everyUs === undefined ? 'value' : 'sum(value), min(value), max(value), count(value)'
  const group = everyUs === undefined ? '' : ` GROUP BY time(${everyUs}u) fill(none)`
  for (let nextUs = Math.max(fromUs, firstUs); nextUs <= endUs; ) {
    const where = `${ofSeries} AND time >= ${at(nextUs, 0)} AND time <= ${at(endUs, 999)}`
    const statement = `SELECT ${what} FROM telemetry WHERE ${where}${group} LIMIT ${pointsAtOnce}`
    const [found = []] = await connection.query([statement], values)
    const rows = found.flatMap((one) => one.rows)
    if (rows.length > 0) {
      yield rows.map((row) => ({
        ...series,
        ...(everyUs === undefined ? point(row) : window(row)),
      }))
    }
    if (rows.length < pointsAtOnce) return
    nextUs = Number(rows.at(-1)?.[0]) + (everyUs ?? 1)
  }
}

type Figures = Omit<TelemetryPoint, keyof SeriesName>

function point([timeUs, said]: readonly unknown[]): Figures {
  const value = Number(said)
  return { timeUs: Number(timeUs), value, min: value, max: value, count: 1 }
}

function window([timeUs, sum, min, max, count]: readonly unknown[]): Figures {
  return {
    timeUs: Number(timeUs),
    value: Number(sum) / Number(count),
    min: Number(min),
    max: Number(max),
    count: Number(count),
  }
}

/** The points of one series in a batch, in the order of time. */
export interface NewPoints {
  readonly series: SeriesName
  readonly points: readonly Reading[]
  readonly firstUs: number
  readonly lastUs: number
}

/**
 * What is to be written of some readings, of one moment the last, and how many of them are points
 * that are not there yet. What is later than all of its series is new; InfluxDB is asked about the
 * others alone.
 */
export async function weighReadings(
  connection: Connection,
  ledger: WritableLedger,
  readings: readonly Reading[],
): Promise<{ readings: NewPoints[]; added: number }> {
  const bySeries = new Map<string, Map<number, Reading>>()
  for (const reading of readings) {
    const { device, type, component, uom, party, timeUs } = reading
    const key = JSON.stringify([device, type, component, uom, party])
    const points = bySeries.get(key) ?? new Map<number, Reading>()
    bySeries.set(key, points.set(timeUs, reading))
  }
  const weighed: NewPoints[] = []
  const late: Reading[] = []
  for (const points of bySeries.values()) {
    const sorted = [...points.values()].sort((a, b) => a.timeUs - b.timeUs)
    const [first] = sorted
    if (first === undefined) continue
    const lastUs = ledger.lastOfSeries(first) ?? -1
    for (const reading of sorted) if (reading.timeUs <= lastUs) late.push(reading)
    const end = sorted.at(-1)?.timeUs ?? 0
    weighed.push({ series: first, points: sorted, firstUs: first.timeUs, lastUs: end })
  }
  const all = weighed.reduce((sum, { points }) => sum + points.length, 0)
  return { readings: weighed, added: all - (await countStored(connection, late)) }
}

async function countStored(connection: Connection, late: readonly Reading[]): Promise<number> {
  let stored = 0
  for (const some of inParts(late, statementsAtOnce)) {
    const values: Record<string, string> = {}
    const statements = some.map((reading, number) => {
      const conditions = seriesTags.map((tag) => {
        values[`${tag}${number}`] = tagValue(reading[tag])
        return `"${tag}" = $${tag}${number}`
      })
      const time = at(reading.timeUs, 0)
      return `SELECT value FROM telemetry WHERE ${conditions.join(' AND ')} AND time = ${time}`
    })
    for (const series of await connection.query(statements, values)) {
      if (series.some(({ rows }) => rows.length > 0)) stored += 1
    }
  }
  return stored
}
