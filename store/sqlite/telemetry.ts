/**
 * Telemetry: one row a point, by series and time. A series is what one sensor of one party measures
 * in one unit; its words stand once in `series`.
 */
import type { Reading, TelemetryPoint, TelemetryQuery } from '#store/trail.ts'
import type { Database, Statement } from './database.ts'
import { type Pace, sliceRows } from './pace.ts'
import { prepareArrays, RowsStatement } from './rows.ts'

type Series = Omit<Reading, 'timeUs' | 'value'>
type SeriesRow = [id: number, type: string, component: string, uom: string, party: string]
type Point = [timeUs: number, value: number]

const seriesOf = `
  SELECT id, type, component, uom, party FROM series WHERE device = ?
  ORDER BY type, component, uom, party`
const pointsOf = `
  SELECT timeUs, value FROM reading WHERE series = ? AND timeUs > ? AND timeUs <= ?
  ORDER BY timeUs LIMIT ${sliceRows}`

export class Telemetry {
  readonly #sensors: Statement
  readonly #series: Statement
  readonly #points: Statement
  readonly #pace: Pace

  constructor(database: Database, pace: Pace) {
    this.#sensors = prepareArrays(database, 'SELECT DISTINCT device FROM series')
    this.#series = prepareArrays(database, seriesOf)
    this.#points = prepareArrays(database, pointsOf)
    this.#pace = pace
  }

  sensors(): string[] {
    const rows: [device: string][] = this.#sensors.all()
    return rows.map(([device]) => device).sort()
  }

  async *read(query: TelemetryQuery): AsyncIterable<readonly TelemetryPoint[]> {
    const { types, everyUs } = query
    for (const device of [...new Set(query.devices)].sort()) {
      const rows: SeriesRow[] = this.#series.all(device)
      for (const [id, type, component, uom, party] of rows) {
        if (types !== undefined && !types.includes(type)) continue
        const series = { device, type, component, uom, party }
        const points = this.#pointsOf(id, query)
        yield* everyUs === undefined ? each(series, points) : windows(series, points, everyUs)
      }
    }
  }

  async *#pointsOf(series: number, query: TelemetryQuery): AsyncIterable<readonly Point[]> {
    const toUs = query.toUs ?? Number.MAX_SAFE_INTEGER
    let beforeUs = (query.fromUs ?? 0) - 1
    for (;;) {
      const points: Point[] = this.#points.all(series, beforeUs, toUs)
      if (points.length > 0) yield points
      const last = points.at(-1)
      await this.#pace.after(points.length)
      if (last === undefined || points.length < sliceRows) return
      beforeUs = last[0]
    }
  }
}

async function* each(
  series: Series,
  slices: AsyncIterable<readonly Point[]>,
): AsyncIterable<readonly TelemetryPoint[]> {
  for await (const points of slices) {
    yield points.map(([timeUs, value]) => ({
      ...series,
      timeUs,
      value,
      min: value,
      max: value,
      count: 1,
    }))
  }
}

async function* windows(
  series: Series,
  slices: AsyncIterable<readonly Point[]>,
  everyUs: number,
): AsyncIterable<readonly TelemetryPoint[]> {
  let open: { timeUs: number; sum: number; min: number; max: number; count: number } | undefined
  const close = () => {
    if (open === undefined) return []
    const { sum, ...window } = open
    return [{ ...series, ...window, value: sum / open.count }]
  }
  for await (const points of slices) {
    const closed: TelemetryPoint[] = []
    for (const [pointUs, value] of points) {
      const timeUs = pointUs - (pointUs % everyUs)
      if (open?.timeUs !== timeUs) {
        closed.push(...close())
        open = { timeUs, sum: 0, min: value, max: value, count: 0 }
      }
      open.sum += value
      open.min = Math.min(open.min, value)
      open.max = Math.max(open.max, value)
      open.count += 1
    }
    if (closed.length > 0) yield closed
  }
  const last = close()
  if (last.length > 0) yield last
}

/** Of the one connection that writes. */
export class TelemetryWriter {
  readonly #selectSeries: Statement
  readonly #insertSeries: Statement
  readonly #insert: RowsStatement
  readonly #replace: RowsStatement
  readonly #count: Statement

  constructor(database: Database) {
    const columns = 'device, type, component, uom, party'
    this.#selectSeries = prepareArrays(
      database,
      `SELECT id FROM series WHERE (${columns}) = (?, ?, ?, ?, ?)`,
    )
    this.#insertSeries = prepareArrays(
      database,
      `INSERT INTO series (${columns}) VALUES (?, ?, ?, ?, ?) RETURNING id`,
    )
    const into = 'INTO reading (series, timeUs, value) VALUES'
    this.#insert = new RowsStatement(database, 3, (values) => `INSERT OR IGNORE ${into} ${values}`)
    this.#replace = new RowsStatement(
      database,
      3,
      (values) => `INSERT OR REPLACE ${into} ${values}`,
    )
    this.#count = database.prepare('UPDATE tally SET readings = readings + ?')
  }

  /** Writes points; of one series and time the last one stands. To be called in a transaction. */
  add(readings: readonly Reading[]): void {
    const points = new Map<string, Map<number, number>>()
    for (const { device, type, component, uom, party, timeUs, value } of readings) {
      const key = JSON.stringify([device, type, component, uom, party])
      const series = points.get(key) ?? new Map<number, number>()
      points.set(key, series.set(timeUs, value))
    }
    const rows: number[] = []
    for (const [key, series] of points) {
      const id = this.#seriesID(JSON.parse(key))
      for (const [timeUs, value] of [...series].sort((a, b) => a[0] - b[0])) {
        rows.push(id, timeUs, value)
      }
    }
    const added = this.#insert.run(rows)
    // The rest is there already: a point sent again, or corrected.
    if (added < rows.length / 3) this.#replace.run(rows)
    this.#count.run(added)
  }

  #seriesID(series: readonly string[]): number {
    const [id] = this.#selectSeries.get(...series) ?? this.#insertSeries.get(...series)
    return id
  }
}
