/**
 * Sums up readings by minutes, beside what is stored: a day is then read in 1,440 points instead of
 * 86,400, and can be kept when its readings no longer are.
 *
 * A batch marks the minutes it brings readings of, in the transaction that decides it. Once it is
 * confirmed and a minute is over, all readings of the minute are read from InfluxDB, summed up and
 * written, and then the mark goes, unless a later batch has set it anew. A crash at any point
 * leaves the mark, and what is made again is the same point. So a minute without a mark tells of
 * all its readings, however late they came; one with a mark is read from the readings.
 */
import { StoreFault } from '#store/fault.ts'
import { inParts } from '#store/sqlite/rows.ts'
import { minuteUs } from '#store/windows.ts'
import type { Connection } from './connection.ts'
import { deliverPhase } from './delivery.ts'
import type { DueMinute, WritableLedger } from './ledger-writer.ts'
import type { WritePaths } from './paths.ts'
import { minuteLine, nanoseconds, type SeriesName, seriesTags, tagValue } from './points.ts'
import { partOf } from './redo.ts'

const minutesAtOnce = 600
const statementsAtOnce = 50
/** Minutes of a series that are read in one statement, others between them included. */
const longestRun = 120
/** How long after its last reading a minute is over though its series has not gone on. */
const quietUs = 3_600_000_000
const sweepEveryUs = 600_000_000

interface Run {
  readonly series: SeriesName
  readonly due: DueMinute[]
}

export class Minutes {
  readonly #connection: Connection
  readonly #ledger: WritableLedger
  readonly #nowUs: () => number
  #running: Promise<void> | undefined
  /** What became due while others were summed up. */
  #waiting: DueMinute[] = []
  #sweptUs = 0

  constructor(connection: Connection, ledger: WritableLedger, nowUs: () => number) {
    this.#connection = connection
    this.#ledger = ledger
    this.#nowUs = nowUs
  }

  /**
   * Begins to sum up what is due and lets the next batch go on meanwhile. To be called when all
   * batches are confirmed. What fails is due again at the next call.
   */
  begin(path: string): void {
    const nowUs = this.#nowUs()
    const isSweep = nowUs - this.#sweptUs >= sweepEveryUs
    const due = this.#ledger.dueMinutes(isSweep ? nowUs - quietUs : 0, minutesAtOnce)
    if (isSweep && due.length < minutesAtOnce) this.#sweptUs = nowUs
    if (due.length === 0) return
    this.#waiting = due
    this.#running ??= this.#sumUpWaiting(path)
  }

  /** Sums up all that is confirmed, minutes that are not over included: they are marked anew. */
  async sumUpAll({ minutes }: Pick<WritePaths, 'minutes'>): Promise<void> {
    const next = () => this.#ledger.dueMinutes(Number.MAX_SAFE_INTEGER, minutesAtOnce)
    for (let due = next(); due.length > 0; due = next()) await this.#sumUp(due, minutes)
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await this.#running
  }

  async #sumUpWaiting(path: string): Promise<void> {
    try {
      while (this.#waiting.length > 0) await this.#sumUp(this.#waiting.splice(0), path)
    } catch (error) {
      // Nobody waits for it: the follower is told of the same server by its own next batch.
      if (!(error instanceof StoreFault)) throw error
    } finally {
      this.#running = undefined
    }
  }

  async #sumUp(due: readonly DueMinute[], path: string): Promise<void> {
    for (const runs of inParts(runsOf(due), statementsAtOnce)) {
      const values: Record<string, string> = {}
      const statements = runs.map((run, number) => statementOf(run, number, values))
      const answers = await this.#connection.query(statements, values)
      const lines = runs.flatMap(({ series, due: minutes }, at) => {
        const wanted = new Set(minutes.map((one) => one.minuteUs))
        const rows = (answers[at] ?? []).flatMap((one) => one.rows)
        return rows.flatMap((row) => {
          const [timeUs = 0, total = 0, least = 0, most = 0, n = 0] = row.map(Number)
          // What is no longer kept is not summed up again: its point stands.
          return wanted.has(timeUs) ? [minuteLine(series, { timeUs, total, least, most, n })] : []
        })
      })
      // A minute that is no longer kept is refused, and of no use.
      if (lines.length > 0) await deliverPhase(this.#connection, path, [partOf(lines)])
      this.#ledger.unmark(runs.flatMap((run) => run.due))
    }
  }
}

/** By series, as few as cover the minutes. */
function runsOf(due: readonly DueMinute[]): Run[] {
  const open = new Map<number, Run>()
  const runs: Run[] = []
  for (const one of due) {
    let run = open.get(one.series)
    const first = run?.due[0]?.minuteUs ?? 0
    if (run === undefined || one.minuteUs - first >= longestRun * minuteUs) {
      run = { series: one, due: [] }
      open.set(one.series, run)
      runs.push(run)
    }
    run.due.push(one)
  }
  return runs
}

function statementOf({ series, due }: Run, number: number, values: Record<string, string>): string {
  const first = due[0]?.minuteUs ?? 0
  const last = (due.at(-1)?.minuteUs ?? 0) + minuteUs - 1
  const where = [
    conditionOf(series, String(number), values),
    `time >= ${nanoseconds({ us: first, ns: 0 })}`,
    `time <= ${nanoseconds({ us: last, ns: 999 })}`,
  ]
  return `${selectFigures('readings', minuteUs)} WHERE ${where.join(' AND ')} ${windows(minuteUs)}`
}

/** The condition that names a series, whose words go into `values` under names with this ending. */
export function conditionOf(
  series: SeriesName,
  ending: string,
  values: Record<string, string>,
): string {
  const conditions = seriesTags.map((tag) => {
    const name = `${tag}${ending}`
    values[name] = tagValue(series[tag])
    // A tag that is not there is '' to InfluxQL, as it is to us.
    return `"${tag}" = $${name}`
  })
  return conditions.join(' AND ')
}

/** When the first reading of each of some series is that InfluxDB has; undefined without one. */
export async function firstReadings(
  connection: Connection,
  series: readonly SeriesName[],
): Promise<(number | undefined)[]> {
  const found: (number | undefined)[] = []
  for (const some of inParts(series, statementsAtOnce)) {
    const values: Record<string, string> = {}
    const statements = some.map((one, number) => {
      const condition = conditionOf(one, String(number), values)
      return `SELECT first(value) FROM readings.telemetry WHERE ${condition}`
    })
    for (const answer of await connection.query(statements, values)) {
      const [row] = answer.flatMap(({ rows }) => rows)
      found.push(row === undefined ? undefined : Number(row[0]))
    }
  }
  return found
}

/** Sum, least, most and number, of the readings or of the minutes, in this order. */
export function selectFigures(from: 'readings' | 'minutes', everyUs: number): string {
  if (from === 'readings') {
    return 'SELECT sum(value), min(value), max(value), count(value) FROM readings.telemetry'
  }
  const isPlain = everyUs === minuteUs
  const figures = isPlain ? 'total, least, most, n' : 'sum(total), min(least), max(most), sum(n)'
  return `SELECT ${figures} FROM minutes.telemetry`
}

export function windows(everyUs: number): string {
  return `GROUP BY time(${everyUs}u) fill(none)`
}
