/**
 * The limits on series that a 1.x has where its index is in memory, which is its default. The
 * points beyond them are sound: they are taken once somebody has raised the limit.
 */
import { StoreFault } from '#store/fault.ts'
import type { Connection, Series } from './connection.ts'
import type { Say, Server } from './server.ts'

const advice =
  'set index-version = "tsi1" (and convert what is there with influx_inspect buildtsi), or raise it'

/** Whether a server means by its words that it is full, and not that a point is wrong. */
export function isLimit(words: string): boolean {
  return /max-(?:values-per-tag|series-per-database) limit exceeded/.test(words)
}

export function beyondLimit(words: string): string {
  return `InfluxDB takes no further series, ${advice}: ${words}`
}

/**
 * Says what a 1.x tells of its index and of limits that this store will meet. Who may not ask, and
 * who does not tell, is told of them when they are met.
 */
export async function sayLimits(
  connection: Connection,
  { major }: Server,
  trailBuckets: number,
  say: Say,
): Promise<void> {
  if (major !== 1) return
  let answers: readonly (readonly Series[])[] = []
  try {
    answers = await connection.query(["SHOW STATS FOR 'shard'", 'SHOW DIAGNOSTICS'])
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error
    return
  }
  const [shards = [], diagnostics = []] = answers
  const { database } = connection.settings
  const index = shards
    .filter(({ tags }) => tags['database'] === database)
    .map(({ tags: { indexType } }) => indexType)
    .find((type) => type !== undefined && type !== 'tsi1')
  if (index !== undefined) say(`the database ${database} has an index of type ${index}: ${advice}`)
  const data = diagnostics.find(({ name }) => name === 'config-data')
  const most = Number(data?.rows[0]?.[data.columns.indexOf('max-values-per-tag')] ?? 0)
  if (most === 0 || most >= trailBuckets) return
  say(
    `max-values-per-tag of InfluxDB is ${most} and trails are spread over ${trailBuckets}: ` +
      `without the index tsi1 it will take no further events one day; ${advice}`,
  )
}
