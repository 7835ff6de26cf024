/** The real program in a process of its own, as `npm start` runs it, on free ports. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const startingMs = 150_000

export interface Program {
  readonly apiUrl: string
  readonly mqttUrl: string
  readonly mqttPort: number
  /** The administrator's. */
  readonly key: string
  readonly pid: number
  /** What it has written to standard output and error so far. */
  output(): string
  /** Sends a signal and waits for the end; gives the exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>
}

export interface Ports {
  readonly http: number
  readonly mqtt: number
}

/** Resolves when it is ready. Throws with its output when it ends or is not ready in 150 s. */
export async function startProgram(
  dataDir: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Program> {
  const program = launchProgram(dataDir, await freePorts(), settings)
  await program.ready()
  return program
}

/** Starts it, whether or not it comes up. */
export function launchProgram(
  dataDir: string,
  ports: Ports,
  settings: Readonly<Record<string, string>> = {},
): Program & { ready(): Promise<void> } {
  const key = 'an-administrators-key'
  const child = spawn(process.execPath, ['--import', 'tsx', 'main.ts', 'serve'], {
    cwd: root,
    env: {
      ...process.env,
      DATA_DIR: dataDir,
      BIND: '127.0.0.1',
      HTTP_PORT: String(ports.http),
      MQTT_PORT: String(ports.mqtt),
      ADMIN_KEY: key,
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written: string[] = []
  child.stdout.setEncoding('utf8').on('data', (text: string) => written.push(text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => written.push(text))
  const output = () => written.join('')
  const apiUrl = `http://127.0.0.1:${ports.http}`
  return {
    apiUrl,
    mqttUrl: `mqtt://127.0.0.1:${ports.mqtt}`,
    mqttPort: ports.mqtt,
    key,
    pid: child.pid ?? 0,
    output,
    ready: () => untilReady(child, `${apiUrl}/readyz`, output),
    async end(signal) {
      if (isRunning(child)) {
        child.kill(signal)
        await once(child, 'exit')
      }
      return child.exitCode ?? child.signalCode
    },
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null
}

async function untilReady(child: ChildProcess, url: string, output: () => string): Promise<void> {
  const deadlineMs = performance.now() + startingMs
  while (isRunning(child) && performance.now() < deadlineMs) {
    const isReady = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isReady) return
    await sleep(50)
  }
  child.kill('SIGKILL')
  throw new Error(`the program did not become ready:\n${output()}`)
}

export async function freePorts(): Promise<Ports> {
  return { http: await freePort(), mqtt: await freePort() }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
