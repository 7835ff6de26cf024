/**
 * What InfluxDB keeps how long. Trails and events are kept for ever; readings and the minutes made
 * of them have a retention policy of 1.x or a bucket of 2.x each, named `readings` and `minutes`,
 * so that each can be kept as long as it is wanted. What stands against it is said in one line.
 */
import { StoreFault } from '#store/fault.ts'
import type { Connection } from './connection.ts'
import { bucketOf, ownPolicy, type TelemetryClass, telemetryClasses } from './paths.ts'
import { checkMappings, checkWriting } from './rights.ts'
import { notPermitted, type Say, type Server } from './server.ts'
import { type InfluxSettings, InfluxSetupError } from './settings.ts'

const dayUs = 86_400_000_000
const daySeconds = 86_400

/** Each shard costs every look-up of trails; telemetry is asked by windows of time. */
const shards = { trails: '52w', readings: '4w', minutes: '52w' } as const
/** A database made by others has shards of a week. */
const leastShardHours = 24 * 28
/** What is deleted goes by whole shards, which must not be longer than what is kept. */
const shardsOfKept = 8
const longestShardDays = 28

/** Told before one that is there is changed: how many hours and days it keeps, 0 for ever. */
type OnChange = (of: TelemetryClass, beforeHours: number, days: number | undefined) => Promise<void>

/**
 * Makes the database of a 1.x where it is missing, and the policies or buckets of telemetry; gives
 * how long readings are kept in microseconds, 0 for ever. `beforeShorter` is called before readings
 * are kept for less long than they were.
 * @throws InfluxSetupError for what needs a person, StoreFault where it cannot be reached.
 */
export async function prepareRetention(
  connection: Connection,
  server: Server,
  say: Say,
  beforeShorter: () => Promise<void>,
): Promise<number> {
  const kept = await prepare(connection, server, say, beforeShorter)
  await checkWriting(connection, server)
  return kept
}

async function prepare(
  connection: Connection,
  { major }: Server,
  say: Say,
  beforeShorter: () => Promise<void>,
): Promise<number> {
  const { settings } = connection
  const onChange: OnChange = async (what, before, days = 0) => {
    const isShorter = days > 0 && (before === 0 || days * 24 < before)
    if (what === 'readings' && isShorter) await beforeShorter()
    const told = before === 0 ? 'for ever' : `${before / 24} days`
    const deletes = isShorter ? ', and InfluxDB deletes what is older' : ''
    say(
      `${what} were kept ${told} and are kept ${days ? `${days} days` : 'for ever'} now${deletes}`,
    )
  }
  if (major === 1) return preparePolicies(connection, say, onChange)
  if (major === 2) return prepareBuckets(connection, onChange)
  if (settings.readingsDays !== undefined || settings.minutesDays !== undefined) {
    say('InfluxDB 3 is told by its own means how long it keeps readings and minutes')
  }
  return (settings.readingsDays ?? 0) * dayUs
}

function daysOf(of: TelemetryClass, settings: InfluxSettings): number | undefined {
  return of === 'readings' ? settings.readingsDays : settings.minutesDays
}

/**
 * Whether there is one to look into; nothing is made.
 * @throws InfluxSetupError where a person has to make it.
 */
export async function hasDatabase(
  connection: Connection,
  { major }: Pick<Server, 'major'>,
): Promise<boolean> {
  const { database } = connection.settings
  if (major === 1) {
    return (await ask(connection, 'SHOW DATABASES')).some(([one]) => one === database)
  }
  if (major === 2 && (await findBucket(connection, database)) === undefined)
    throw noBucket(database)
  return true
}

async function preparePolicies(
  connection: Connection,
  say: Say,
  onChange: OnChange,
): Promise<number> {
  const { settings } = connection
  const database = name(settings.database)
  if (!(await hasDatabase(connection, { major: 1 }))) {
    const retention = `DURATION INF REPLICATION 1 SHARD DURATION ${shards.trails}`
    await ask(connection, `CREATE DATABASE ${database} WITH ${retention} NAME "trails"`)
  }
  const policies = await ask(connection, `SHOW RETENTION POLICIES ON ${database}`)
  const kept = new Map(policies.map(([policy, duration]) => [String(policy), String(duration)]))
  for (const [policy, duration, shard, , isDefault] of policies) {
    if (isDefault !== true) continue
    if (duration !== '0s') throw forgets(String(policy), String(duration))
    if (hoursOf(String(shard)) < leastShardHours) {
      say(
        `trails go into the policy ${policy} of the database ${settings.database}, in shards of ` +
          `${shard}, each of which costs every look-up: ALTER RETENTION POLICY ` +
          `${name(String(policy))} ON ${database} SHARD DURATION ${shards.trails} ` +
          'has new ones longer',
      )
    }
  }
  for (const of of telemetryClasses) {
    const days = daysOf(of, settings)
    const duration = kept.get(of)
    if (duration !== undefined && (days === undefined || hoursOf(duration) === days * 24)) continue
    if (duration !== undefined) await onChange(of, hoursOf(duration), days)
    const verb = duration === undefined ? 'CREATE' : 'ALTER'
    const said = `DURATION ${days ? `${days}d` : 'INF'} REPLICATION 1 SHARD DURATION`
    const shard = days ? `${shardDays(days)}d` : shards[of]
    await ask(connection, `${verb} RETENTION POLICY "${of}" ON ${database} ${said} ${shard}`)
  }
  const { readingsDays } = settings
  if (readingsDays !== undefined) return readingsDays * dayUs
  return hoursOf(kept.get('readings') ?? '0s') * (dayUs / 24)
}

function shardDays(days: number): number {
  return Math.max(1, Math.min(longestShardDays, Math.floor(days / shardsOfKept)))
}

/** Of a duration as 1.x writes it, such as `720h0m0s`; policies have whole hours. 0 for ever. */
function hoursOf(duration: string): number {
  return Number(/^(\d+)h/.exec(duration)?.[1] ?? 0)
}

function forgets(what: string, duration: string): InfluxSetupError {
  return new InfluxSetupError(
    `InfluxDB deletes what is older than ${duration} (${what}): trails need unlimited retention`,
  )
}

interface Bucket {
  readonly id?: string
  readonly orgID?: string
  readonly retentionRules?: readonly { readonly everySeconds?: number }[]
}

async function prepareBuckets(connection: Connection, onChange: OnChange): Promise<number> {
  const { settings } = connection
  const own = await findBucket(connection, settings.database)
  if (own === undefined) throw noBucket(settings.database)
  const seconds = secondsOf(own)
  if (seconds > 0) throw forgets(`bucket ${settings.database}`, `${seconds} s`)
  const mapped = [{ id: own.id ?? '', policy: ownPolicy }]
  let readingsKept = 0
  for (const of of telemetryClasses) {
    const bucket = bucketOf(settings.database, of)
    const days = daysOf(of, settings)
    const found = await findBucket(connection, bucket)
    const wanted = days === undefined ? secondsOf(found) : days * daySeconds
    if (found === undefined) await sendBucket(connection, 'POST', own.orgID, bucket, wanted)
    else if (secondsOf(found) !== wanted) {
      await onChange(of, secondsOf(found) / 3600, days)
      await sendBucket(connection, 'PATCH', found.id, bucket, wanted)
    }
    if (of === 'readings') readingsKept = wanted
    const made = found ?? (await findBucket(connection, bucket))
    mapped.push({ id: made?.id ?? '', policy: of })
  }
  await checkMappings(connection, mapped)
  return readingsKept * 1_000_000
}

function secondsOf(bucket: Bucket | undefined): number {
  const rules = bucket?.retentionRules ?? []
  return rules.find(({ everySeconds = 0 }) => everySeconds > 0)?.everySeconds ?? 0
}

async function findBucket(connection: Connection, bucket: string): Promise<Bucket | undefined> {
  const { org } = connection.settings
  const asked = new URLSearchParams({ name: bucket, ...(org === undefined ? {} : { org }) })
  const { status, text } = await connection.send('GET', `/api/v2/buckets?${asked}`)
  if (status === 401 || status === 403) throw notPermitted(connection.settings)
  if (status === 404) {
    if (!/organization name/.test(text)) return undefined
    throw new InfluxSetupError(`InfluxDB has no organisation ${org}: correct INFLUX_ORG`)
  }
  if (status !== 200) throw new StoreFault(`InfluxDB does not list its buckets: ${text}`)
  const { buckets = [] }: { buckets?: Bucket[] } = JSON.parse(text)
  return buckets[0]
}

/** Makes a bucket in an organisation, or changes the one of this id. */
async function sendBucket(
  connection: Connection,
  method: 'POST' | 'PATCH',
  id: string | undefined,
  bucket: string,
  seconds: number,
): Promise<void> {
  const retentionRules = seconds === 0 ? [] : [{ type: 'expire', everySeconds: seconds }]
  const made = method === 'POST' ? { orgID: id, name: bucket } : {}
  const path = method === 'POST' ? '/api/v2/buckets' : `/api/v2/buckets/${id}`
  const body = JSON.stringify({ ...made, retentionRules })
  const { status, text } = await connection.send(method, path, body)
  if (status === 200 || status === 201) return
  if (status >= 500 || status === 429) throw new StoreFault(`InfluxDB answered with: ${text}`)
  const kept = seconds === 0 ? 'unlimited retention' : `a retention of ${seconds} s`
  throw new InfluxSetupError(
    `InfluxDB lets nobody with this token make or change the bucket ${bucket}: ` +
      `make it with ${kept}, and let the token read and write it (${text.slice(0, 200)})`,
  )
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
    const { database, username = '' } = connection.settings
    if (/invalid name/.test(error.message)) {
      throw new InfluxSetupError(
        `InfluxDB takes no database named ${database}: choose another name`,
      )
    }
    if (!/not permit|not authorized|privilege/i.test(error.message)) throw error
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
