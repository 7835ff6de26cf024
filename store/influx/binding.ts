/**
 * Makes sure that a side file and a database of InfluxDB belong to each other before anything is
 * written. Each has the name of the store; the database also says how far its batches go.
 */
import { randomUUID } from 'node:crypto'
import { StoreFault } from '#store/fault.ts'
import { checkMoment, checkNotBehind } from './agreement.ts'
import type { Connection } from './connection.ts'
import type { Ledger, State } from './ledger.ts'
import type { WritableLedger } from './ledger-writer.ts'
import { sayLimits } from './limits.ts'
import { Minutes } from './minutes.ts'
import { type WritePaths, writePaths } from './paths.ts'
import { format, type StoreName, storeLine } from './points.ts'
import { hasDatabase, prepareRetention } from './retention.ts'
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
  const paths = writePaths(server, connection.settings)
  const state = ledger.state()
  const isThere = await hasDatabase(connection, server)
  if (isThere) await checkFields(connection)
  const found = isThere ? await findStore(connection) : undefined
  if (found === undefined) refuseOther(connection.settings.database, isThere, state)
  else await checkSame(connection, found, state, ledger)
  // From here on things are made and altered: by then it is sure that it is the right place.
  const sumUp = () => new Minutes(connection, ledger, () => Date.now() * 1000).sumUpAll(paths)
  const readingsKeptUs = await prepareRetention(connection, server, say, sumUp)
  if (found === undefined) await foundStore(connection, paths.store, ledger, state)
  ledger.setReadingsKept(readingsKeptUs)
  await sayLimits(connection, server, ledger.state()?.trailBuckets ?? 0, say)
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

/**
 * Whether a database is still the one that a store was bound to, and has all that it confirmed:
 * quick enough to be asked now and then while it is at work.
 * @throws StoreFault where it is not, or does not answer.
 */
export async function checkStill(connection: Connection, ledger: Ledger): Promise<void> {
  const state = ledger.state()
  const found = await findStore(connection)
  if (state === undefined || state.confirmedEvents + state.batch === 0) return
  const { database } = connection.settings
  if (found?.id !== state.store) {
    throw new StoreFault(`the database ${database} is no longer that of the side file influx.db`)
  }
  try {
    await checkNotBehind(connection, ledger, state)
  } catch (error) {
    if (!(error instanceof InfluxSetupError)) throw error
    throw new StoreFault(error.message, { cause: error })
  }
}

/** A side file that has a store already is not for a database that has none. */
function refuseOther(database: string, isThere: boolean, state: State | undefined): void {
  if (state === undefined || (state.events === 0 && state.lastPlaceUs === 0)) return
  const what = isThere ? `the database ${database} is empty` : `there is no database ${database}`
  throw new InfluxSetupError(
    `${what} and the side file influx.db is not: look at the setting, restore the database, ` +
      'or take the file away to begin anew',
  )
}

/** A crash after the first step leaves a file whose store is not in the database yet. */
async function foundStore(
  connection: Connection,
  path: string,
  ledger: WritableLedger,
  state: State | undefined,
): Promise<void> {
  const { settings } = connection
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
  state: State | undefined,
  ledger: WritableLedger,
): Promise<void> {
  const { database, ...settings } = connection.settings
  if (state === undefined) {
    throw new InfluxSetupError(
      `the database ${database} holds a store and its side file influx.db is missing: ` +
        'restore it or make it anew with main.ts rebuild',
    )
  }
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
  await checkMoment(connection, ledger, state)
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
