/** What InfluxDB itself says of how far a store has come: its last batches, and its eras. */
import type { Connection, Series } from './connection.ts'
import { type BatchFigures, textOfTag } from './points.ts'

export interface LastBatch extends BatchFigures {
  readonly timeUs: number
}

/** The last batch of each follower. */
export async function lastBatches(connection: Connection): Promise<LastBatch[]> {
  const columns = 'position, events, items, trailRows, readings'
  const statement = `SELECT ${columns} FROM batch GROUP BY follower ORDER BY time DESC LIMIT 1`
  const [series = []] = await connection.query([statement])
  return series.map(({ tags, rows: [row = []] }) => {
    const [timeUs = 0, position = 0, events = 0, items = 0, trailRows = 0, readings = 0] =
      row.map(Number)
    const follower = textOfTag(tags['follower'] ?? '')
    return { follower, timeUs, position, events, items, trailRows, readings }
  })
}

/** The last event of each era that is over. */
export async function eraEnds(connection: Connection): Promise<number[]> {
  const [series = []] = await connection.query(['SELECT events FROM era'])
  return rowsOf(series).map(([, events]) => Number(events))
}

export function rowsOf(series: readonly Series[]): (readonly unknown[])[] {
  return series.flatMap(({ rows }) => rows)
}
