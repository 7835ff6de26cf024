/**
 * Makes sure that a side file and a database of InfluxDB belong to each other before anything is
 * written. Each has the name of the store; the database also says how far its batches go.
 */
import { randomUUID } from 'node:crypto'
import type { Connection } from './connection.ts'
import type { State } from './ledger.ts'
import type { WritableLedger } from './ledger-writer.ts'
import { type WritePaths, writePaths } from './paths.ts'
import { format, type StoreName, storeLine } from './points.ts'
import { prepareRetention } from './retention.ts'
import { greetServer, type Say } from './server.ts'
import { type InfluxSettings, InfluxSetupError } from './settings.ts'

const defaultTrailBuckets = 65_536
const defaultEventBuckets = 16

/** What the database says of itself. */
export interface Found extends StoreName {
  readonly format: number
}

/**
 * Gives where to write.
 * @throws InfluxSetupError for what needs a person, StoreFault where the server cannot be reached.
 */
export async function bindStore(
  connection: Connection,
  ledger: WritableLedger,
  say: Say,
): Promise<WritePaths> {
  const server = await greetServer(connection, say)
  const readingsKeptUs = await prepareRetention(connection, server, say)
  const paths = writePaths(server, connection.settings)
  await checkFields(connection)
  const { database } = connection.settings
  const found = await findStore(connection)
  const state = ledger.state()
  if (found !== undefined && state !== undefined) {
    await checkSame(connection, found, state, ledger)
  } else if (found !== undefined) {
    throw new InfluxSetupError(
      `the database ${database} holds a store and its side file influx.db is missing: ` +
        'restore it or make it anew with main.ts rebuild',
    )
  } else await foundStore(connection, paths.store, ledger, state)
  ledger.setReadingsKept(readingsKeptUs)
  return paths
}

export async function findStore(connection: Connection): Promise<Found | undefined> {
  const columns = 'id, trailBuckets, eventBuckets, format'
  const [series = []] = await connection.query([`SELECT ${columns} FROM store LIMIT 1`])
  const [row] = series.flatMap(({ rows }) => rows)
  if (row === undefined) return undefined
  const [, id, trailBuckets, eventBuckets, said] = row
  return {
    id: String(id),
    trailBuckets: Number(trailBuckets),
    eventBuckets: Number(eventBuckets),
    format: Number(said),
  }
}

/** A crash after the first step leaves a file whose store is not in the database yet. */
async function foundStore(
  connection: Connection,
  path: string,
  ledger: WritableLedger,
  state: State | undefined,
): Promise<void> {
  const { database, ...settings } = connection.settings
  if (state !== undefined && (state.events > 0 || state.lastPlaceUs > 0)) {
    throw new InfluxSetupError(
      `the database ${database} is empty and the side file influx.db is not: ` +
        'restore the database, or take the file away to begin anew',
    )
  }
  const store = state && { ...state, id: state.store }
  const name: StoreName = store ?? {
    id: randomUUID(),
    trailBuckets: settings.trailBuckets ?? defaultTrailBuckets,
    eventBuckets: settings.eventBuckets ?? defaultEventBuckets,
  }
  if (state === undefined) ledger.transaction(() => ledger.found(name))
  await connection.write(storeLine(name), path)
}

async function checkSame(
  connection: Connection,
  found: Found,
  state: State,
  ledger: WritableLedger,
): Promise<void> {
  const { database, ...settings } = connection.settings
  if (found.format !== format) {
    throw new InfluxSetupError(
      `the database ${database} has format ${found.format}, this version knows ${format}`,
    )
  }
  if (found.id !== state.store) {
    throw new InfluxSetupError(
      `the side file influx.db belongs to another database than ${database}: ` +
        'each store needs its own DATA_DIR',
    )
  }
  checkBuckets('INFLUX_TRAIL_BUCKETS', settings.trailBuckets, state.trailBuckets)
  checkBuckets('INFLUX_EVENT_BUCKETS', settings.eventBuckets, state.eventBuckets)
  const last = 'SELECT last(events) FROM batch'
  const [series = []] = await connection.query([last])
  const written = Number(series[0]?.rows[0]?.[1] ?? 0)
  // Batches are written one after the other.
  const expected = Math.max(state.confirmedEvents, ledger.pending.behind(0)?.events ?? 0)
  if (written > expected) {
    throw new InfluxSetupError(
      `the database ${database} has ${written} events and the side file ${expected}, so it is ` +
        'an older copy: make it anew with main.ts rebuild',
    )
  }
}

function checkBuckets(
  setting: string,
  wanted: InfluxSettings['trailBuckets'],
  stored: number,
): void {
  if (wanted === undefined || wanted === stored) return
  throw new InfluxSetupError(
    `${setting} is ${wanted} and the store was made with ${stored}, which cannot change`,
  )
}

const fieldTypes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  trail: { k: 'string', p: 'string' },
  event: { r: 'string', m: 'string', body: 'string' },
  telemetry: { value: 'float', total: 'float', least: 'float', most: 'float', n: 'integer' },
}

/** A field that somebody has made with another type would refuse every point. */
async function checkFields(connection: Connection): Promise<void> {
  const [series = []] = await connection.query(['SHOW FIELD KEYS'])
  const { database } = connection.settings
  for (const [measurement, types] of Object.entries(fieldTypes)) {
    const rows = series.filter((one) => one.name === measurement).flatMap((one) => one.rows)
    for (const [field, type] of rows) {
      const expected = types[String(field)]
      if (expected === undefined || expected === type) continue
      throw new InfluxSetupError(
        `the database ${database} has ${measurement}.${field} as ${type}, not as ${expected}: ` +
          'it is used by something else',
      )
    }
  }
}
