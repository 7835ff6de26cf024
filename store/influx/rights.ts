/** Whether what is written is taken and found again: asked at the start, before anything is. */
import { StoreFault } from '#store/fault.ts'
import type { Connection } from './connection.ts'
import { type WritePaths, writePaths } from './paths.ts'
import type { Server } from './server.ts'
import { type InfluxSettings, InfluxSetupError } from './settings.ts'

/**
 * Sends a write without a point to each place: it leaves nothing, and every version looks at the
 * rights first (1.x answers 204 then, 2.x 400). What else is amiss shows with the first batch.
 * @throws InfluxSetupError, StoreFault
 */
export async function checkWriting(connection: Connection, server: Server): Promise<void> {
  const paths: WritePaths = writePaths(server, connection.settings)
  for (const path of [paths.store, paths.readings, paths.minutes]) {
    const { status, text } = await connection.send('POST', path)
    if (status === 401 || status === 403) throw mayNotWrite(connection.settings, text)
  }
}

function mayNotWrite({ database, token, username }: InfluxSettings, text: string): Error {
  const who = token === undefined ? `the user ${username ?? ''}` : 'INFLUX_TOKEN'
  const what = `let ${token === undefined ? 'it' : 'the token'} read and write`
  return new InfluxSetupError(
    `${who} may not write into ${database} of InfluxDB: ${what} (${text.trim().slice(0, 200)})`,
  )
}

/** A bucket of 2.x, and the policy of 1.x under which queries ask for it. */
export interface MappedBucket {
  readonly id: string
  readonly policy: string
}

interface Mapping {
  readonly bucketID?: string
  readonly retention_policy?: string
}

/**
 * 2.x answers queries by its DBRP mappings alone. Versions from 2.4 on make them for buckets that
 * are named as ours are. Where one is missing, or leads to another bucket, queries would be without
 * what is written.
 * @throws InfluxSetupError naming the command that makes what is missing.
 */
export async function checkMappings(
  connection: Connection,
  buckets: readonly MappedBucket[],
): Promise<void> {
  const { database, org = '' } = connection.settings
  const asked = new URLSearchParams({ org, db: database })
  const { status, text } = await connection.send('GET', `/api/v2/dbrps?${asked}`)
  if (status === 429 || status >= 500) throw new StoreFault(`InfluxDB answered with: ${text}`)
  // A token that may not list them may query by them all the same.
  const { content }: { content?: Mapping[] } = status === 200 ? JSON.parse(text) : {}
  for (const { id, policy } of buckets) {
    const isFound = content?.some(
      (mapping) => mapping.bucketID === id && mapping.retention_policy === policy,
    )
    if (isFound ?? (await answersQueries(connection, policy))) continue
    throw new InfluxSetupError(
      `InfluxDB has no DBRP mapping by which queries read bucket ${id}, make it: influx v1 dbrp ` +
        `create --org ${org} --db ${database} --rp ${policy} --bucket-id ${id}`,
    )
  }
}

async function answersQueries(connection: Connection, policy: string): Promise<boolean> {
  try {
    await connection.query([`SELECT * FROM "${policy}".telemetry WHERE time = 0`])
    return true
  } catch (error) {
    if (error instanceof StoreFault && /not found|DBRP/i.test(error.message)) return false
    throw error
  }
}
