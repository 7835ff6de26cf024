/**
 * Telemetry: a series of InfluxDB a series of points, listed in the side file.
 *
 * A series is read in stretches of time. Where windows of whole minutes are wanted, the minutes
 * that are summed up are read (minutes.ts), and readings for the rest: the ends, and minutes that
 * have got readings since. Where the readings are no longer kept there are only minutes, and where
 * something finer was wanted each point says how coarse it is.
 */
import { inParts } from '#store/sqlite/rows.ts'
import type { Reading, TelemetryPoint, TelemetryQuery } from '#store/trail.ts'
import type { Connection, Series } from './connection.ts'
import type { KnownSeries, Ledger, State } from './ledger.ts'
import type { WritableLedger } from './ledger-writer.ts'
import { conditionOf, selectFigures, windows } from './minutes.ts'
import { type Figures, minuteUs, nanoseconds, type SeriesName } from './points.ts'

/** Points or windows of one answer. */
const pointsAtOnce = 2_048
const stretchesAtOnce = 16
/** With more minutes that are not summed up, all is read from the readings. */
const mostStale = 500
const statementsAtOnce = 100

const at = (us: number, ns: number): string => nanoseconds({ us, ns })

/** What a series is read for. */
interface Asked {
  readonly everyUs: number | undefined
  /** Before it there are no readings. */
  readonly keptFromUs: number
  readonly keptOnly: boolean
}

/** A time from one microsecond to another, both included, and what it is read from. */
interface Stretch {
  readonly from: 'readings' | 'minutes'
  readonly fromUs: number
  readonly toUs: number
}

export async function* readTelemetry(
  connection: Connection,
  ledger: Ledger,
  query: TelemetryQuery,
  { readingsKeptUs }: State,
  nowUs: number,
): AsyncIterable<readonly TelemetryPoint[]> {
  const { everyUs, keptOnly = false } = query
  const keptFromUs = readingsKeptUs === 0 ? 0 : minuteFrom(nowUs - readingsKeptUs)
  const asked = { everyUs, keptFromUs, keptOnly }
  for (const device of [...new Set(query.devices)].sort()) {
    for (const known of ledger.series(device)) {
      if (query.types !== undefined && !query.types.includes(known.type)) continue
      const stretches = stretchesOf(known, query, asked, ledger)
      yield* readSeries(connection, { ...known, device }, stretches, asked)
    }
  }
}

/** The first beginning of a minute at a time or after it. */
function minuteFrom(us: number): number {
  return Math.ceil(us / minuteUs) * minuteUs
}

/** The last beginning of a minute at a time or before it. */
function minuteUpTo(us: number): number {
  return Math.floor(us / minuteUs) * minuteUs
}

/** What a series is read from, in the order of time. */
function stretchesOf(
  { id, firstUs, lastUs }: KnownSeries,
  query: TelemetryQuery,
  { everyUs, keptFromUs, keptOnly }: Asked,
  ledger: Ledger,
): Stretch[] {
  const fromUs = Math.max(query.fromUs ?? 0, firstUs)
  const toUs = Math.min(query.toUs ?? Number.MAX_SAFE_INTEGER, lastUs)
  if (fromUs > toUs) return []
  const readings: Stretch[] = [{ from: 'readings', fromUs, toUs }]
  if (keptOnly) return readings
  const minutesFromUs = minuteFrom(fromUs)
  const lastMinuteUs = minuteUpTo(toUs + 1)
  const isWhole = everyUs !== undefined && everyUs % minuteUs === 0
  const minutesEndUs = isWhole ? lastMinuteUs : Math.min(keptFromUs, lastMinuteUs)
  if (minutesEndUs <= minutesFromUs) return readings
  // What its readings are no longer there for is told as it was last summed up.
  const staleFromUs = Math.max(minutesFromUs, keptFromUs)
  const stale = ledger.staleMinutes(id, staleFromUs, minutesEndUs, mostStale)
  if (stale.length === mostStale) return readings
  const stretches: Stretch[] = []
  const add = (from: Stretch['from'], start: number, end: number) => {
    if (start < end) stretches.push({ from, fromUs: start, toUs: end - 1 })
  }
  add('readings', fromUs, minutesFromUs)
  let next = minutesFromUs
  for (const minute of stale) {
    add('minutes', next, minute)
    add('readings', minute, minute + minuteUs)
    next = minute + minuteUs
  }
  add('minutes', next, minutesEndUs)
  add('readings', minutesEndUs, toUs + 1)
  return stretches
}

async function* readSeries(
  connection: Connection,
  { device, type, component, uom, party }: SeriesName,
  stretches: readonly Stretch[],
  asked: Asked,
): AsyncIterable<readonly TelemetryPoint[]> {
  const series = { device, type, component, uom, party }
  const values: Record<string, string> = {}
  const condition = conditionOf(series, '', values)
  const merged = new Windows(asked.everyUs)
  let left = [...stretches]
  while (left.length > 0) {
    const some = left.slice(0, stretchesAtOnce)
    const statements = some.map((stretch) => statementOf(stretch, condition, asked))
    const answers = await connection.query(statements, values)
    left = left.slice(some.length)
    for (const [number, stretch] of some.entries()) {
      const rows = rowsOf(answers[number], stretch, asked)
      const points = merged.add(rows)
      if (points.length > 0) yield points.map((point) => ({ ...series, ...point }))
      if (rows.length < pointsAtOnce) continue
      // There may be more of it; what was read behind it is read again.
      const step = widthOf(stretch, asked) ?? 1
      const rest = { ...stretch, fromUs: (rows.at(-1)?.timeUs ?? 0) + step }
      left = [...(rest.fromUs <= rest.toUs ? [rest] : []), ...some.slice(number + 1), ...left]
      break
    }
  }
  const last = merged.end()
  if (last.length > 0) yield last.map((point) => ({ ...series, ...point }))
}

/** Width of the windows that InfluxDB makes of a stretch; undefined where it gives each point. */
function widthOf({ from }: Stretch, { everyUs }: Asked): number | undefined {
  if (from === 'readings') return everyUs
  return everyUs !== undefined && everyUs % minuteUs === 0 ? everyUs : minuteUs
}

function statementOf(stretch: Stretch, condition: string, asked: Asked): string {
  const { from, fromUs, toUs } = stretch
  const width = widthOf(stretch, asked)
  const what =
    width === undefined ? 'SELECT value FROM readings.telemetry' : selectFigures(from, width)
  const where = `${condition} AND time >= ${at(fromUs, 0)} AND time <= ${at(toUs, 999)}`
  const isPlain = width === undefined || (from === 'minutes' && width === minuteUs)
  const group = isPlain ? '' : ` ${windows(width)}`
  return `${what} WHERE ${where}${group} LIMIT ${pointsAtOnce}`
}

interface Row extends Figures {
  /** Where it is coarser than what was asked for. */
  readonly resolutionUs: number | undefined
}

function rowsOf(
  answer: readonly Series[] | undefined,
  { from }: Stretch,
  { everyUs }: Asked,
): Row[] {
  const isCoarse = from === 'minutes' && (everyUs === undefined || everyUs % minuteUs !== 0)
  const resolutionUs = isCoarse ? minuteUs : undefined
  const rows = (answer ?? []).flatMap((one) => one.rows)
  return rows.map((row) => {
    const [timeUs = 0, total = 0, least = total, most = total, n = 1] = row.map(Number)
    return { timeUs, total, least, most, n, resolutionUs }
  })
}

type Told = Omit<TelemetryPoint, keyof SeriesName>

/** Joins what comes in the order of time into windows, which stretches may have cut. */
class Windows {
  readonly #everyUs: number | undefined
  #open: Row | undefined

  constructor(everyUs: number | undefined) {
    this.#everyUs = everyUs
  }

  /** The points that are whole by now. */
  add(rows: readonly Row[]): Told[] {
    if (this.#everyUs === undefined) return rows.map(toldOf)
    const told: Told[] = []
    for (const row of rows) {
      const timeUs = row.timeUs - (row.timeUs % this.#everyUs)
      const open = this.#open
      if (open?.timeUs === timeUs) this.#open = joined(open, row)
      else {
        if (open !== undefined) told.push(toldOf(open))
        this.#open = { ...row, timeUs }
      }
    }
    return told
  }

  end(): Told[] {
    return this.#open === undefined ? [] : [toldOf(this.#open)]
  }
}

function joined(one: Row, other: Row): Row {
  return {
    timeUs: one.timeUs,
    total: one.total + other.total,
    least: Math.min(one.least, other.least),
    most: Math.max(one.most, other.most),
    n: one.n + other.n,
    resolutionUs: one.resolutionUs ?? other.resolutionUs,
  }
}

function toldOf({ timeUs, total, least, most, n, resolutionUs }: Row): Told {
  const told = { timeUs, value: total / n, min: least, max: most, count: n }
  return resolutionUs === undefined ? told : { ...told, resolutionUs }
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
      const condition = conditionOf(reading, String(number), values)
      const time = at(reading.timeUs, 0)
      return `SELECT value FROM readings.telemetry WHERE ${condition} AND time = ${time}`
    })
    for (const series of await connection.query(statements, values)) {
      if (series.some(({ rows }) => rows.length > 0)) stored += 1
    }
  }
  return stored
}
