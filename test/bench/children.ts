/** The processes of the benchmark: each measured thing and each load has one of its own. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { LoadOptions, LoadResult } from './mqtt-load.ts'

/** What Linux counts CPU time in, on every common machine. */
const ticksPerSecond = 100

type Child = ChildProcessByStdio<Writable, Readable, null>

/** What is young has as much room as in the thread of ingest. */
const flags = ['--expose-gc', '--max-semi-space-size=64']

/** Starts a file with its options as JSON. */
function start(file: URL, options: unknown): Child {
  const args = [...flags, '--import', 'tsx', fileURLToPath(file), JSON.stringify(options)]
  return spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
}

/** Runs it to its end; gives the JSON of its last line. Throws when it fails. */
export async function run<Result>(file: URL, options: unknown): Promise<Result> {
  const child = start(file, options)
  const lines: string[] = []
  createInterface(child.stdout).on('line', (line) => lines.push(line))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${file.pathname} ended with ${code}`)
  return JSON.parse(lines.at(-1) ?? '')
}

export interface Service {
  readonly port: number
  readonly pid: number
  stop(): Promise<void>
}

/** The baseline broker. */
export async function startBareAedes(): Promise<Service> {
  const child = start(new URL('./bare-aedes.ts', import.meta.url), {})
  const [line] = await once(createInterface(child.stdout), 'line')
  return {
    port: JSON.parse(line).port,
    pid: child.pid ?? 0,
    async stop() {
      child.stdin.end()
      await once(child, 'exit')
    },
  }
}

/** Publishes the events of payload.ts. */
export function load(options: Omit<LoadOptions, 'payloadModule'>): Promise<LoadResult> {
  const payloadModule = new URL('./payload.ts', import.meta.url).href
  return run(new URL('./mqtt-load.ts', import.meta.url), { ...options, payloadModule })
}

export interface Resident {
  readonly nowMiB: number
  readonly peakMiB: number
}

/** Memory of a process in RAM; undefined where the system has no /proc. */
export function residentOf(pid: number): Resident | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const kib = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1])
    return { nowMiB: Math.round(kib('VmRSS') / 1024), peakMiB: Math.round(kib('VmHWM') / 1024) }
  } catch {
    return undefined
  }
}

/** CPU time of a process since it started; 0 where the system has no /proc. */
export function cpuSecondsOf(pid: number): number {
  try {
    // What follows the name, which may hold anything, begins with field 3.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
  } catch {
    return 0
  }
}
