/**
 * Finds out which InfluxDB answers, whether it can hold this store, and how it wants to be written.
 * What stands against it is said in one line.
 */
import { StoreFault } from '#store/fault.ts'
import type { Connection } from './connection.ts'
import { type InfluxSettings, InfluxSetupError } from './settings.ts'

export interface Server {
  /** As it names itself, such as `1.6.7` or `v2.7.1`. */
  readonly version: string
  readonly major: number
  /** Build of a 3.x, such as `Core`. */
  readonly build: string | undefined
}

/** Told what an operator ought to know and what needs no action, one line each. */
export type Say = (line: string) => void

const clockToleranceMs = 60_000
/** One shard a year: each further one costs every look-up. */
const shardDuration = '52w'

/**
 * Greets the server, makes the database of a 1.x where it is missing, and checks retention and
 * clock.
 * @throws InfluxSetupError for what needs a person, StoreFault where it cannot be reached.
 */
export async function prepareServer(connection: Connection, say: Say): Promise<Server> {
  const { settings } = connection
  const server = await greet(connection, say)
  const { version, major, build } = server
  const via = major === 1 ? '/write' : '/api/v2/write'
  say(`InfluxDB ${version}${build === undefined ? '' : ` ${build}`}: written by ${via}`)
  if (major === 3 && build?.toLowerCase() === 'core' && settings.force !== true) {
    throw new InfluxSetupError(
      'InfluxDB 3 Core answers about the last 72 hours only, so it cannot hold trails: ' +
        'use 1.x, 2.x or 3 Enterprise, or set INFLUX_FORCE=1',
    )
  }
  if (major === 1) await prepareDatabase(connection)
  else if (major === 2) await checkBucket(connection)
  return server
}

/** Where lines are written. Nanoseconds are every version's default: precision is left out. */
export function writePath({ major }: Server, { database, org }: InfluxSettings): string {
  if (major === 1) return `/write?${new URLSearchParams({ db: database })}`
  return `/api/v2/write?${new URLSearchParams({ org: org ?? '', bucket: database })}`
}

async function greet(connection: Connection, say: Say): Promise<Server> {
  const { status, headers } = await connection.get('/ping')
  if (status === 401 || status === 403) throw notPermitted(connection.settings)
  const version = headers['x-influxdb-version']
  if (typeof version !== 'string') {
    throw new InfluxSetupError(`${connection.settings.url} does not answer as an InfluxDB does`)
  }
  const build = headers['x-influxdb-build']
  const { date } = headers
  const aheadMs = typeof date === 'string' ? Date.now() - Date.parse(date) : 0
  if (Math.abs(aheadMs) > clockToleranceMs) {
    const seconds = Math.round(Math.abs(aheadMs) / 1000)
    const side = aheadMs > 0 ? 'ahead of' : 'behind'
    say(`the clock of this machine is ${seconds} s ${side} that of InfluxDB: set both by NTP`)
  }
  const major = Number(/^v?(\d+)\./.exec(version)?.[1] ?? 1)
  return { version, major, build: typeof build === 'string' ? build : undefined }
}

function notPermitted({ url, token, username }: InfluxSettings): InfluxSetupError {
  const what = token !== undefined ? 'INFLUX_TOKEN' : 'INFLUX_USERNAME and INFLUX_PASSWORD'
  const given = token === undefined && username === undefined ? ' (none is set)' : ''
  return new InfluxSetupError(`InfluxDB at ${url} does not accept ${what}${given}`)
}

async function prepareDatabase(connection: Connection): Promise<void> {
  const { database } = connection.settings
  const databases = await ask(connection, 'SHOW DATABASES')
  if (!databases.some(([name]) => name === database)) {
    const retention = `DURATION INF REPLICATION 1 SHARD DURATION ${shardDuration}`
    await ask(connection, `CREATE DATABASE ${name(database)} WITH ${retention} NAME "trails"`)
    return
  }
  const policies = await ask(connection, `SHOW RETENTION POLICIES ON ${name(database)}`)
  for (const [policy, duration, , , isDefault] of policies) {
    if (isDefault === true && duration !== '0s') throw forgets(String(policy), String(duration))
  }
}

function forgets(what: string, duration: string): InfluxSetupError {
  return new InfluxSetupError(
    `InfluxDB deletes what is older than ${duration} (${what}): trails need unlimited retention`,
  )
}

async function checkBucket(connection: Connection): Promise<void> {
  const { database, org } = connection.settings
  const asked = new URLSearchParams({ name: database, ...(org === undefined ? {} : { org }) })
  const { status, text } = await connection.get(`/api/v2/buckets?${asked}`)
  if (status === 401 || status === 403) throw notPermitted(connection.settings)
  if (status !== 200) throw noBucket(database)
  const { buckets = [] }: { buckets?: { retentionRules?: { everySeconds?: number }[] }[] } =
    JSON.parse(text)
  const [bucket] = buckets
  if (bucket === undefined) throw noBucket(database)
  const seconds = bucket.retentionRules?.find(({ everySeconds = 0 }) => everySeconds > 0)
  if (seconds !== undefined) throw forgets(`bucket ${database}`, `${seconds.everySeconds} s`)
}

function noBucket(bucket: string): InfluxSetupError {
  return new InfluxSetupError(
    `InfluxDB has no bucket ${bucket} that the token may read: make it with unlimited retention`,
  )
}

/** One statement that needs rights; refusals are told as what they are. */
async function ask(
  connection: Connection,
  statement: string,
): Promise<readonly (readonly unknown[])[]> {
  try {
    const [answer = []] = await connection.query([statement])
    return answer.flatMap(({ rows }) => rows)
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error
    if (/does not accept/.test(error.message)) throw notPermitted(connection.settings)
    if (!/not permit|not authorized|privilege/i.test(error.message)) throw error
    const { database, username = '' } = connection.settings
    throw new InfluxSetupError(
      `the user ${username} may not use the database ${database} of InfluxDB or make it: ` +
        error.message,
    )
  }
}

/** An identifier in InfluxQL. */
function name(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
