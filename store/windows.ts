/** Points of telemetry out of readings and minutes, of one series at a time: as any store tells. */
import type { SummedMinute, TelemetryPoint } from './trail.ts'

export const minuteUs = 60_000_000

/** What the readings of one stretch of time come to. */
export type Figures = Pick<SummedMinute, 'timeUs' | 'total' | 'least' | 'most' | 'n'>

export interface Row extends Figures {
  /** Where it is coarser than what was asked for. */
  readonly resolutionUs: number | undefined
}

/** Why a reading is refused that comes too late, and a minute that does. */
export const summedUp = 'the readings of that time are no longer kept, only what they came to'
export const readingsOfMinute = 'the store has readings of that time or before'

type Series = Pick<SummedMinute, 'device' | 'type' | 'component' | 'uom' | 'party'>

/** One text for all readings and minutes of a series, and another for those of any other. */
export function seriesKey({ device, type, component, uom, party }: Series): string {
  return JSON.stringify([device, type, component, uom, party])
}

/** How coarse minutes are for windows of a width, where they are coarser than these. */
export function resolutionOfMinutes(everyUs: number | undefined): number | undefined {
  return everyUs === undefined || everyUs % minuteUs !== 0 ? minuteUs : undefined
}

/** Joins what comes of a series in the order of time into windows, which slices may have cut. */
export class Windows {
  readonly #series: Series
  readonly #everyUs: number | undefined
  #open: { -readonly [Key in keyof Row]: Row[Key] } | undefined

  constructor(series: Series, everyUs: number | undefined) {
    this.#series = series
    this.#everyUs = everyUs
  }

  /** The points that are whole by now. */
  add(rows: readonly Row[]): TelemetryPoint[] {
    if (this.#everyUs === undefined) return rows.map((row) => pointOf(this.#series, row))
    const told: TelemetryPoint[] = []
    for (const row of rows) {
      const timeUs = row.timeUs - (row.timeUs % this.#everyUs)
      const open = this.#open
      if (open?.timeUs === timeUs) {
        open.total += row.total
        open.least = Math.min(open.least, row.least)
        open.most = Math.max(open.most, row.most)
        open.n += row.n
        open.resolutionUs ??= row.resolutionUs
      } else {
        if (open !== undefined) told.push(pointOf(this.#series, open))
        this.#open = { ...row, timeUs }
      }
    }
    return told
  }

  end(): TelemetryPoint[] {
    return this.#open === undefined ? [] : [pointOf(this.#series, this.#open)]
  }
}

function pointOf(series: Series, row: Row): TelemetryPoint {
  const { timeUs, total, least, most, n, resolutionUs } = row
  const told = { timeUs, value: total / n, min: least, max: most, count: n, ...series }
  return resolutionUs === undefined ? told : { resolutionUs, ...told }
}
