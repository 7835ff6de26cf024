/**
 * Finds out which InfluxDB answers and how it wants to be written. What stands against it is said
 * in one line.
 */
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

/** Greets the server and checks its clock. The same errors as prepareRetention(). */
export async function greetServer(connection: Connection, say: Say): Promise<Server> {
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
  return server
}

async function greet(connection: Connection, say: Say): Promise<Server> {
  const { status, headers } = await connection.send('GET', '/ping')
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

export function notPermitted({ url, token, username }: InfluxSettings): InfluxSetupError {
  const what = token !== undefined ? 'INFLUX_TOKEN' : 'INFLUX_USERNAME and INFLUX_PASSWORD'
  const given = token === undefined && username === undefined ? ' (none is set)' : ''
  return new InfluxSetupError(`InfluxDB at ${url} does not accept ${what}${given}`)
}
