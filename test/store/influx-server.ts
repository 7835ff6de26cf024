/**
 * Starts InfluxDB for tests: the `influxd` of the system, on free ports, in a folder of its own.
 * Where it is absent a test skips and says so; with REQUIRE_ALL=1 it fails instead.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const startMs = 30_000

/** Whether there is an influxd to start. */
export function hasInfluxd(): boolean {
  if (spawnSync('influxd', ['version']).status === 0) return true
  if (process.env['REQUIRE_ALL'] === '1') throw new Error('influxd is absent')
  console.warn('skipped: influxd is absent')
  return false
}

export interface InfluxServer {
  readonly url: string
  readonly pid: number
  /** Where its own backup and restore reach it. */
  readonly rpc: string
  /** Where all of its data is. */
  readonly folder: string
  /** Runs a statement that changes something; gives the answer's text. */
  run(statement: string, database?: string): Promise<string>
  /** Ends it at once, as a loss of power would end it. */
  kill(): Promise<void>
  /** Starts it again on the same data and the same port. */
  start(): Promise<void>
  /** Ends it and removes its data. */
  end(): Promise<void>
}

/**
 * Starts one and waits until it answers. `more` goes into its settings, such as `[http]`; its data
 * is made in a folder `within`; `overrides`, read at each start, are settings by its variables.
 */
export async function startInflux(
  more = '',
  within = tmpdir(),
  overrides: Readonly<Record<string, string>> = {},
): Promise<InfluxServer> {
  const folder = mkdtempSync(join(within, 'suyuan-influx-'))
  const [http, rpc] = await freePorts(2)
  const config = join(folder, 'influxdb.conf')
  writeFileSync(config, configuration(folder, http ?? 0, rpc ?? 0, more))
  for (const name of ['meta', 'data', 'wal']) mkdirSync(join(folder, name))
  const url = `http://127.0.0.1:${http}`
  let child: ChildProcess | undefined
  const stop = async (signal: NodeJS.Signals) => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  const server: InfluxServer = {
    url,
    rpc: `127.0.0.1:${rpc}`,
    folder,
    get pid() {
      return child?.pid ?? 0
    },
    async run(statement, database = '') {
      const body = new URLSearchParams({ q: statement, db: database })
      return (await fetch(`${url}/query`, { method: 'POST', body })).text()
    },
    kill: () => stop('SIGKILL'),
    async start() {
      child = spawn('influxd', ['-config', config], {
        stdio: 'ignore',
        env: { ...process.env, ...overrides },
      })
      await answering(url, child)
    },
    async end() {
      await stop('SIGKILL')
      rmSync(folder, { recursive: true, maxRetries: 3 })
    },
  }
  await server.start()
  return server
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  const deadlineMs = Date.now() + startMs
  while (Date.now() < deadlineMs) {
    if (child.exitCode !== null) break
    const answer = await fetch(`${url}/ping`).catch(() => undefined)
    if (answer?.status === 204) return
    await pause(20)
  }
  throw new Error(`influxd does not answer at ${url}`)
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  const ports: number[] = []
  for (const server of servers) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    ports.push(typeof address === 'object' ? (address?.port ?? 0) : 0)
  }
  for (const server of servers) server.close()
  return ports
}

function configuration(folder: string, http: number, rpc: number, more: string): string {
  return `
reporting-enabled = false
bind-address = "127.0.0.1:${rpc}"
[meta]
  dir = "${folder}/meta"
  logging-enabled = false
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
  index-version = "tsi1"
  query-log-enabled = false
[monitor]
  store-enabled = false
[logging]
  level = "error"
[http]
  bind-address = "127.0.0.1:${http}"
  log-enabled = false
${more}
`
}
