/** Readings of a batch: which of them are to be written, and how many of these are new. */
import { inParts } from '#store/sqlite/rows.ts'
import type { Reading } from '#store/trail.ts'
import { seriesKey } from '#store/windows.ts'
import type { Connection } from './connection.ts'
import type { WritableLedger } from './ledger-writer.ts'
import { conditionOf } from './minutes.ts'
import type { LateReading } from './pending.ts'
import { nanoseconds, type SeriesName } from './points.ts'

const statementsAtOnce = 100

/** The points of one series in a batch, in the order of time. */
export interface NewPoints {
  readonly series: SeriesName
  readonly points: readonly Reading[]
  readonly firstUs: number
  readonly lastUs: number
}

export interface WeighedReadings {
  readonly readings: readonly NewPoints[]
  /** How many are new for certain: they are later than all of their series. */
  readonly added: number
  /** The others, of which InfluxDB has to be asked. */
  readonly late: readonly LateReading[]
  /** Those that are not to be written, as their minutes are told without them. */
  readonly summed: readonly Reading[]
}

/** What is to be written of some readings: of one moment the last. */
export function weighReadings(
  ledger: WritableLedger,
  readings: readonly Reading[],
): WeighedReadings {
  const bySeries = new Map<string, Map<number, Reading>>()
  for (const reading of readings) {
    const key = seriesKey(reading)
    const points = bySeries.get(key) ?? new Map<number, Reading>()
    bySeries.set(key, points.set(reading.timeUs, reading))
  }
  const weighed: NewPoints[] = []
  const late: LateReading[] = []
  const summed: Reading[] = []
  for (const points of bySeries.values()) {
    const all = [...points.values()].sort((a, b) => a.timeUs - b.timeUs)
    const [lastUs, summedToUs] = all[0] === undefined ? [-1, 0] : ledger.endsOfSeries(all[0])
    const sorted = summedToUs === 0 ? all : all.filter(({ timeUs }) => timeUs >= summedToUs)
    if (sorted.length < all.length) summed.push(...all.slice(0, all.length - sorted.length))
    const [first] = sorted
    if (first === undefined) continue
    for (const { value, ...reading } of sorted) if (reading.timeUs <= lastUs) late.push(reading)
    const end = sorted.at(-1)?.timeUs ?? 0
    weighed.push({ series: first, points: sorted, firstUs: first.timeUs, lastUs: end })
  }
  const all = weighed.reduce((sum, { points }) => sum + points.length, 0)
  return { readings: weighed, added: all - late.length, late, summed }
}

/** How many of some readings are in InfluxDB. */
export async function countStored(
  connection: Connection,
  late: readonly LateReading[],
): Promise<number> {
  let stored = 0
  for (const some of inParts(late, statementsAtOnce)) {
    const values: Record<string, string> = {}
    const statements = some.map((reading, number) => {
      const condition = conditionOf(reading, String(number), values)
      const time = nanoseconds({ us: reading.timeUs, ns: 0 })
      return `SELECT value FROM readings.telemetry WHERE ${condition} AND time = ${time}`
    })
    for (const series of await connection.query(statements, values)) {
      if (series.some(({ rows }) => rows.length > 0)) stored += 1
    }
  }
  return stored
}
