/**
 * Telemetry: a series of InfluxDB a series of points, listed in the side file.
 *
 * A series is read in stretches of time. Where windows of whole minutes are wanted, the minutes
 * that are summed up are read (minutes.ts), and readings for the rest: the ends, and minutes that
 * have got readings since. Where the readings are no longer kept there are only minutes, and where
 * something finer was wanted each point says how coarse it is.
 *
 * Minutes that have readings in the spool are read point by point and joined with these: of one
 * moment the spool's stands, as it came later.
 */
import type { SummedMinute, TelemetryPoint, TelemetryQuery } from '#store/trail.ts'
import { minuteUs, type Row, resolutionOfMinutes, Windows } from '#store/windows.ts'
import type { Connection, Series } from './connection.ts'
import type { KnownSeries, Ledger, State } from './ledger.ts'
import { conditionOf, firstReadings, selectFigures, windows } from './minutes.ts'
import { nanoseconds, type SeriesName } from './points.ts'
import type { Spool } from './spool.ts'

/** Points or windows of one answer. */
const pointsAtOnce = 2_048
const stretchesAtOnce = 16
/** With more minutes that are not summed up, all is read from the readings. */
const mostStale = 500

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
  readonly from: 'readings' | 'minutes' | 'both'
  readonly fromUs: number
  readonly toUs: number
}

type SpooledPoints = readonly (readonly [timeUs: number, value: number])[]

/** Where telemetry is read from. */
interface Sources {
  readonly connection: Connection
  readonly ledger: Ledger
  readonly spool: Spool
}

export async function* readTelemetry(
  { connection, ledger, spool }: Sources,
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
      const { fromUs = 0, toUs = Number.MAX_SAFE_INTEGER } = query
      const points = spool.readings(known.id, fromUs, toUs)
      const stretches = withSpooled(stretchesOf(known, query, asked, ledger), points)
      // What the first batch of a series is not confirmed for has no reading in InfluxDB yet.
      const isNew = known.batch > (ledger.state()?.batch ?? 0)
      const source = isNew ? undefined : connection
      yield* readSeries(source, { ...known, device }, stretches, points, asked)
    }
  }
}

/** The minutes of a device before the first reading of each series that is there. */
export async function* readMinutes(
  { connection, ledger }: Pick<Sources, 'connection' | 'ledger'>,
  device: string,
): AsyncIterable<readonly SummedMinute[]> {
  for (const { type, component, uom, party } of ledger.series(device)) {
    const series = { device, type, component, uom, party }
    const firstUs = (await firstReadings(connection, [series]))[0] ?? Number.MAX_SAFE_INTEGER
    const values: Record<string, string> = {}
    const condition = conditionOf(series, '', values)
    for (let fromUs = 0; ; ) {
      const where = `${condition} AND time >= ${at(fromUs, 0)} AND time < ${at(firstUs, 0)}`
      const what = `${selectFigures('minutes', minuteUs)} WHERE ${where} LIMIT ${pointsAtOnce}`
      const [found = []] = await connection.query([what], values)
      const minutes = found
        .flatMap(({ rows }) => rows)
        .map((row) => {
          const [timeUs = 0, total = 0, least = 0, most = 0, n = 0] = row.map(Number)
          return { timeUs, total, least, most, n, ...series }
        })
        // That of the first reading tells of it, and of none before it.
        .filter(({ timeUs }) => timeUs + minuteUs <= firstUs)
      if (minutes.length > 0) yield minutes
      if (minutes.length < pointsAtOnce) break
      fromUs = (minutes.at(-1)?.timeUs ?? 0) + minuteUs
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
  { id, firstUs, lastUs, summedToUs }: KnownSeries,
  query: TelemetryQuery,
  { everyUs, keptOnly, ...asked }: Asked,
  ledger: Ledger,
): Stretch[] {
  const keptFromUs = Math.max(asked.keptFromUs, summedToUs)
  // Where only their minutes are left, the first and the last reading are told by whole ones.
  const fromUs = Math.max(query.fromUs ?? 0, minuteUpTo(firstUs))
  const toUs = Math.min(query.toUs ?? Number.MAX_SAFE_INTEGER, minuteUpTo(lastUs) + minuteUs - 1)
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

/** Stretches with those cut out, as such to be read from both, that have readings in the spool. */
function withSpooled(stretches: readonly Stretch[], points: SpooledPoints): Stretch[] {
  if (points.length === 0) return [...stretches]
  const runs: { fromUs: number; toUs: number }[] = []
  for (const [timeUs] of points) {
    const minute = minuteUpTo(timeUs)
    const last = runs.at(-1)
    if (last !== undefined && minute <= last.toUs + 1) last.toUs = minute + minuteUs - 1
    else runs.push({ fromUs: minute, toUs: minute + minuteUs - 1 })
  }
  return stretches.flatMap(({ from, fromUs, toUs }) => {
    const cut: Stretch[] = []
    let next = fromUs
    for (const run of runs) {
      if (run.toUs < next || run.fromUs > toUs) continue
      if (run.fromUs > next) cut.push({ from, fromUs: next, toUs: run.fromUs - 1 })
      const end = Math.min(run.toUs, toUs)
      cut.push({ from: 'both', fromUs: Math.max(run.fromUs, next), toUs: end })
      next = end + 1
    }
    if (next <= toUs) cut.push({ from, fromUs: next, toUs })
    return cut
  })
}

/** `connection`: undefined where all there is of the series is in the spool. */
async function* readSeries(
  connection: Connection | undefined,
  { device, type, component, uom, party }: SeriesName,
  stretches: readonly Stretch[],
  points: SpooledPoints,
  asked: Asked,
): AsyncIterable<readonly TelemetryPoint[]> {
  const series = { device, type, component, uom, party }
  const values: Record<string, string> = {}
  const condition = conditionOf(series, '', values)
  const merged = new Windows(series, asked.everyUs)
  let left = [...stretches]
  while (left.length > 0) {
    const some = left.slice(0, stretchesAtOnce)
    const statements = some.map((stretch) => statementOf(stretch, condition, asked))
    const answers = (await connection?.query(statements, values)) ?? []
    left = left.slice(some.length)
    for (const [number, stretch] of some.entries()) {
      const rows = rowsOf(answers[number], stretch, asked)
      const isAll = rows.length < pointsAtOnce
      const toUs = isAll ? stretch.toUs : (rows.at(-1)?.timeUs ?? 0)
      const own = stretch.from === 'both' ? joinedPoints(rows, points, stretch.fromUs, toUs) : rows
      const told = merged.add(own)
      if (told.length > 0) yield told
      if (isAll) continue
      // There may be more of it; what was read behind it is read again.
      const step = widthOf(stretch, asked) ?? 1
      const rest = { ...stretch, fromUs: toUs + step }
      left = [...(rest.fromUs <= rest.toUs ? [rest] : []), ...some.slice(number + 1), ...left]
      break
    }
  }
  const last = merged.end()
  if (last.length > 0) yield last
}

/** Width of the windows that InfluxDB makes of a stretch; undefined where it gives each point. */
function widthOf({ from }: Stretch, { everyUs }: Asked): number | undefined {
  if (from === 'both') return undefined
  if (from === 'readings') return everyUs
  return everyUs !== undefined && everyUs % minuteUs === 0 ? everyUs : minuteUs
}

function statementOf(stretch: Stretch, condition: string, asked: Asked): string {
  const { from, fromUs, toUs } = stretch
  const width = widthOf(stretch, asked)
  const what =
    width === undefined || from === 'both'
      ? 'SELECT value FROM readings.telemetry'
      : selectFigures(from, width)
  const where = `${condition} AND time >= ${at(fromUs, 0)} AND time <= ${at(toUs, 999)}`
  const isPlain = width === undefined || (from === 'minutes' && width === minuteUs)
  const group = isPlain ? '' : ` ${windows(width)}`
  return `${what} WHERE ${where}${group} LIMIT ${pointsAtOnce}`
}

function rowsOf(
  answer: readonly Series[] | undefined,
  { from }: Stretch,
  { everyUs }: Asked,
): Row[] {
  const resolutionUs = from === 'minutes' ? resolutionOfMinutes(everyUs) : undefined
  const rows = (answer ?? []).flatMap((one) => one.rows)
  return rows.map((row) => {
    const [timeUs = 0, total = 0, least = total, most = total, n = 1] = row.map(Number)
    return { timeUs, total, least, most, n, resolutionUs }
  })
}

/** The points of InfluxDB with those of the spool from one time to another. */
function joinedPoints(
  rows: readonly Row[],
  points: SpooledPoints,
  fromUs: number,
  toUs: number,
): Row[] {
  const byTime = new Map(rows.map((row) => [row.timeUs, row]))
  for (const [timeUs, value] of points) {
    if (timeUs < fromUs || timeUs > toUs) continue
    byTime.set(timeUs, {
      timeUs,
      total: value,
      least: value,
      most: value,
      n: 1,
      resolutionUs: undefined,
    })
  }
  return [...byTime.values()].sort((a, b) => a.timeUs - b.timeUs)
}
