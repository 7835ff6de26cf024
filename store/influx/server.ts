/**
 * Finds out which InfluxDB answers and how it wants to be written. What stands against it is said
 * in one line.
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

/** Told what an operator ought to know, one line each; `warn` is for what wants to be acted on. */
export type Say = (line: string, level?: 'warn') => void

const clockToleranceMs = 60_000

/** Greets the server and checks its clock. The same errors as prepareRetention(). */
export async function greetServer(connection: Connection, say: Say): Promise<Server> {
  const { settings } = connection
  const server = await greet(connection, say)
  const { version, major, build } = server
  const via = major === 1 ? '/write' : '/api/v2/write'
  say(`InfluxDB ${version}${build === undefined ? '' : ` ${build}`}: written by ${via}`)
  if (major === 1 && settings.org !== undefined) {
    throw new InfluxSetupError('InfluxDB 1.x knows no organisation: leave INFLUX_ORG out')
  }
  if (major === 2 && settings.org === undefined) {
    throw new InfluxSetupError('InfluxDB 2.x asks for an organisation: set INFLUX_ORG')
  }
  if (major === 3 && settings.force !== true) throw unfit(build)
  return server
}

/**
 * 3.x takes no policy in a query without its database, and some of its versions neither parameters
 * nor several statements: readings and their minutes would be told as if there were none.
 */
function unfit(build: string | undefined): InfluxSetupError {
  const isCore = build?.toLowerCase() === 'core'
  const core = ' and 3 Core answers about the last 72 hours only'
  return new InfluxSetupError(
    'InfluxDB 3 answers queries in another way than 1.x and 2.x, so that telemetry would be ' +
      `missing from answers${isCore ? core : ''}: use 1.x or 2.x, or set INFLUX_FORCE=1 to try it`,
  )
}

async function greet(connection: Connection, say: Say): Promise<Server> {
  const { status, headers } = await connection.send('GET', '/ping').catch((error: unknown) => {
    if (!(error instanceof StoreFault) || !/EPROTO/.test(error.message)) throw error
    throw new InfluxSetupError('what is at INFLUX_URL speaks no TLS: write it with http')
  })
  if (status === 401 || status === 403) throw notPermitted(connection.settings)
  // Something between us and a server that is away.
  if (status === 429 || status >= 500)
    throw new StoreFault(`InfluxDB answers with status ${status}`)
  const version = headers['x-influxdb-version']
  if (typeof version !== 'string') {
    throw new InfluxSetupError('what is at INFLUX_URL does not answer as an InfluxDB does')
  }
  if (status === 404) {
    throw new InfluxSetupError('InfluxDB knows no /ping under the path in INFLUX_URL: correct it')
  }
  const build = headers['x-influxdb-build']
  const { date } = headers
  const aheadMs = typeof date === 'string' ? Date.now() - Date.parse(date) : 0
  if (Math.abs(aheadMs) > clockToleranceMs) {
    const seconds = Math.round(Math.abs(aheadMs) / 1000)
    const side = aheadMs > 0 ? 'ahead of' : 'behind'
    say(
      `the clock of this machine is ${seconds} s ${side} that of InfluxDB: set both by NTP`,
      'warn',
    )
  }
  const major = Number(/^v?(\d+)\./.exec(version)?.[1] ?? 1)
  return { version, major, build: typeof build === 'string' ? build : undefined }
}

export function notPermitted({ token, username }: InfluxSettings): InfluxSetupError {
  const what = token !== undefined ? 'INFLUX_TOKEN' : 'INFLUX_USERNAME and INFLUX_PASSWORD'
  const given = token === undefined && username === undefined ? ' (none is set)' : ''
  return new InfluxSetupError(`InfluxDB does not accept ${what}${given}`)
}
