/**
 * Telemetry: one row a point, by series and time. A series is what one sensor of one party measures
 * in one unit; its words stand once in `series`.
 */
import type { Reading, SummedMinute, TelemetryPoint, TelemetryQuery } from '#store/trail.ts'
import {
  minuteUs,
  type Row,
  readingsOfMinute,
  resolutionOfMinutes,
  seriesKey,
  summedUp,
  Windows,
} from '#store/windows.ts'
import type { Database, Statement } from './database.ts'
import { type Pace, sliceRows } from './pace.ts'
import { prepareArrays, RowsStatement } from './rows.ts'

type SeriesRow = [id: number, type: string, component: string, uom: string, party: string]
type Point = [timeUs: number, value: number]
type MinuteRow = [timeUs: number, total: number, least: number, most: number, n: number]

const seriesOf = `
  SELECT id, type, component, uom, party FROM series WHERE device = ?
  ORDER BY type, component, uom, party`
const behind = (columns: string, table: string) => `
  SELECT ${columns} FROM ${table} WHERE series = ? AND timeUs > ? AND timeUs <= ?
  ORDER BY timeUs LIMIT ${sliceRows}`

export class Telemetry {
  readonly #sensors: Statement
  readonly #series: Statement
  readonly #points: Statement
  readonly #minutes: Statement
  readonly #pace: Pace

  constructor(database: Database, pace: Pace) {
    this.#sensors = prepareArrays(database, 'SELECT DISTINCT device FROM series')
    this.#series = prepareArrays(database, seriesOf)
    this.#points = prepareArrays(database, behind('timeUs, value', 'reading'))
    this.#minutes = prepareArrays(database, behind('timeUs, total, least, most, n', 'minute'))
    this.#pace = pace
  }

  sensors(): string[] {
    const rows: [device: string][] = this.#sensors.all()
    return rows.map(([device]) => device).sort()
  }

  async *read(query: TelemetryQuery): AsyncIterable<readonly TelemetryPoint[]> {
    const { types, everyUs } = query
    for (const device of [...new Set(query.devices)].sort()) {
      for (const [id, series] of this.#seriesOf(device)) {
        if (types !== undefined && !types.includes(series.type)) continue
        const windows = new Windows(series, everyUs)
        for await (const rows of this.#rowsOf(id, query)) {
          const told = windows.add(rows)
          if (told.length > 0) yield told
        }
        const last = windows.end()
        if (last.length > 0) yield last
      }
    }
  }

  async *minutes(device: string): AsyncIterable<readonly SummedMinute[]> {
    for (const [id, series] of this.#seriesOf(device)) {
      for await (const rows of this.#slices<MinuteRow>(this.#minutes, id)) {
        yield rows.map(([timeUs, total, least, most, n]) => {
          return { timeUs, total, least, most, n, ...series }
        })
      }
    }
  }

  #seriesOf(device: string) {
    const rows: SeriesRow[] = this.#series.all(device)
    return rows.map(([id, type, component, uom, party]) => {
      return [id, { device, type, component, uom, party }] as const
    })
  }

  /** Minutes come before all readings. */
  async *#rowsOf(id: number, query: TelemetryQuery): AsyncIterable<Row[]> {
    const { fromUs = 0, toUs = Number.MAX_SAFE_INTEGER, everyUs, keptOnly = false } = query
    const resolutionUs = resolutionOfMinutes(everyUs)
    if (!keptOnly) {
      // Those that are whole within the time that is asked for.
      const lastUs = toUs - minuteUs + 1
      for await (const rows of this.#slices<MinuteRow>(this.#minutes, id, fromUs, lastUs)) {
        yield rows.map(([timeUs, total, least, most, n]) => {
          return { timeUs, total, least, most, n, resolutionUs }
        })
      }
    }
    for await (const points of this.#slices<Point>(this.#points, id, fromUs, toUs)) {
      yield points.map(([timeUs, value]) => {
        return { timeUs, total: value, least: value, most: value, n: 1, resolutionUs: undefined }
      })
    }
  }

  async *#slices<Found extends readonly [timeUs: number, ...rest: number[]]>(
    statement: Statement,
    series: number,
    fromUs = 0,
    toUs = Number.MAX_SAFE_INTEGER,
  ): AsyncIterable<readonly Found[]> {
    for (let beforeUs = fromUs - 1; ; ) {
      const rows: Found[] = statement.all(series, beforeUs, toUs)
      if (rows.length > 0) yield rows
      const last = rows.at(-1)
      await this.#pace.after(rows.length)
      if (last === undefined || rows.length < sliceRows) return
      beforeUs = last[0]
    }
  }
}

type Refused = { readonly at: number; readonly refused: string }[]

/** Of the one connection that writes. */
export class TelemetryWriter {
  readonly #selectSeries: Statement
  readonly #insertSeries: Statement
  readonly #insert: RowsStatement
  readonly #replace: RowsStatement
  readonly #count: Statement
  readonly #replaceMinutes: RowsStatement
  readonly #lastMinute: Statement
  readonly #firstReading: Statement
  /** Where the minutes end, of series that have been asked for. */
  readonly #ends = new Map<number, number>()

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
    this.#replaceMinutes = new RowsStatement(
      database,
      6,
      (values) => `INSERT OR REPLACE INTO minute VALUES ${values}`,
    )
    this.#lastMinute = prepareArrays(database, 'SELECT max(timeUs) FROM minute WHERE series = ?')
    this.#firstReading = prepareArrays(database, 'SELECT min(timeUs) FROM reading WHERE series = ?')
    this.#count = database.prepare('UPDATE tally SET readings = readings + ?')
  }

  /**
   * Writes points; of one series and time the last one stands. Gives those whose minutes are told
   * without them, by their place. To be called in a transaction.
   */
  add(readings: readonly Reading[]): Refused {
    const refused: Refused = []
    const bySeries = new Map<string, { id: number; endUs: number; points: Map<number, number> }>()
    for (const [at, reading] of readings.entries()) {
      const { device, type, component, uom, party, timeUs, value } = reading
      const key = seriesKey(reading)
      let series = bySeries.get(key)
      if (series === undefined) {
        const id = this.#seriesID([device, type, component, uom, party])
        series = { id, endUs: this.#summedTo(id), points: new Map() }
        bySeries.set(key, series)
      }
      if (timeUs < series.endUs) refused.push({ at, refused: summedUp })
      else series.points.set(timeUs, value)
    }
    const rows: number[] = []
    for (const { id, points } of bySeries.values()) {
      for (const [timeUs, value] of [...points].sort((a, b) => a[0] - b[0])) {
        rows.push(id, timeUs, value)
      }
    }
    const added = this.#insert.run(rows)
    // The rest is there already: a point sent again, or corrected.
    if (added < rows.length / 3) this.#replace.run(rows)
    this.#count.run(added)
    return refused
  }

  /** Gives those that come behind readings. To be called in a transaction, before add(). */
  addMinutes(minutes: readonly SummedMinute[]): Refused {
    const refused: Refused = []
    const rows: number[] = []
    for (const [at, minute] of minutes.entries()) {
      const { device, type, component, uom, party, timeUs, total, least, most, n } = minute
      const id = this.#seriesID([device, type, component, uom, party])
      const [firstUs]: [number | null] = this.#firstReading.get(id)
      if (timeUs + minuteUs > (firstUs ?? Number.MAX_SAFE_INTEGER)) {
        refused.push({ at, refused: readingsOfMinute })
        continue
      }
      rows.push(id, timeUs, total, least, most, n)
      this.#ends.delete(id)
    }
    this.#replaceMinutes.run(rows)
    return refused
  }

  /** Forgets what it read in a transaction that came to nothing. */
  forget(): void {
    this.#ends.clear()
  }

  /** Where its minutes end. */
  #summedTo(series: number): number {
    let endUs = this.#ends.get(series)
    if (endUs === undefined) {
      const [lastUs]: [number | null] = this.#lastMinute.get(series)
      endUs = lastUs === null ? 0 : lastUs + minuteUs
      this.#ends.set(series, endUs)
    }
    return endUs
  }

  #seriesID(series: readonly string[]): number {
    const [id] = this.#selectSeries.get(...series) ?? this.#insertSeries.get(...series)
    return id
  }
}
