/**
 * Intake: what a device is acknowledged and what is stored of it, beside a bare broker under the
 * same load in the same run. Rounds alternate between the two, so that both see the same moods of
 * the machine; then the program alone takes all it can for a minute, with a journal that may not
 * grow.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { metricsOf } from '../e2e/metrics.ts'
import type { Program } from '../e2e/program.ts'
import { load, type Resident, residentOf, run, startBareAedes } from './children.ts'
import type { LoadResult } from './mqtt-load.ts'
import { bytesIn, loadDevices, withProgram } from './program-load.ts'
import type { InsertResult } from './sqlite-inserts.ts'

export interface IntakeOptions {
  readonly rounds: number
  readonly roundSeconds: number
  readonly sustainedSeconds: number
  readonly onProgress: (what: string) => void
}

export interface IntakeResult {
  readonly bare: readonly LoadResult[]
  readonly program: readonly LoadResult[]
  readonly inserts: readonly InsertResult[]
  readonly sustained: Sustained
}

/** The program at its own limit. */
export interface Sustained {
  readonly acknowledgedPerSecond: number
  readonly storedPerSecond: number
  readonly samples: readonly Sample[]
  /** Until all was stored that was acknowledged. */
  readonly drainSeconds: number
  readonly acknowledged: number
  readonly stored: number
  readonly rejected: number
  readonly resident: Resident | undefined
  /** After all was stored and the program had ended. */
  readonly bytesOnDisk: Readonly<Record<string, number>>
}

/** One moment of the minute. */
export interface Sample {
  readonly seconds: number
  readonly acknowledged: number
  readonly stored: number
  readonly journalMiB: number
  readonly behindMiB: number
  readonly residentMiB: number | undefined
}

const insertsFile = new URL('./sqlite-inserts.ts', import.meta.url)
/** Of the load; both brokers get time to warm up. */
const shape = { connections: 10, window: 100, warmupSeconds: 3 } as const
/** Small enough that a minute shows what happens at the bound. */
const journalMaxBytes = 256 * 1024 * 1024
const mib = 1024 * 1024

export async function measureIntake(options: IntakeOptions): Promise<IntakeResult> {
  const { rounds, roundSeconds: seconds, sustainedSeconds, onProgress } = options
  const bare: LoadResult[] = []
  const program: LoadResult[] = []
  const inserts: InsertResult[] = []
  for (let round = 1; round <= rounds; round += 1) {
    onProgress(`intake, round ${round} of ${rounds}: bare Aedes`)
    const aedes = await startBareAedes()
    bare.push(await load({ ...shape, port: aedes.port, seconds }))
    await aedes.stop()
    onProgress(`intake, round ${round} of ${rounds}: Suyuan`)
    program.push(await withProgram({}, (started) => loadOn(started, seconds)))
    onProgress(`intake, round ${round} of ${rounds}: bare SQLite`)
    inserts.push(await run<InsertResult>(insertsFile, { seconds: Math.min(seconds, 5) }))
  }
  onProgress(`intake, ${sustainedSeconds} s without a pause: Suyuan`)
  return { bare, program, inserts, sustained: await sustain(sustainedSeconds) }
}

async function loadOn(program: Program, seconds: number): Promise<LoadResult> {
  const credentials = await loadDevices(program, shape.connections)
  return load({ ...shape, port: program.mqttPort, seconds, credentials })
}

async function sustain(seconds: number): Promise<Sustained> {
  const settings = { JOURNAL_MAX_BYTES: String(journalMaxBytes) }
  return withProgram(settings, async (program, dataDir) => {
    const samples: Sample[] = []
    let isLoading = true
    const sampling = (async () => {
      const startedMs = performance.now()
      while (isLoading) {
        samples.push(await sampleOf(program, (performance.now() - startedMs) / 1000))
        await sleep(1000)
      }
    })()
    const loaded = await loadOn(program, seconds)
    isLoading = false
    await sampling
    const drainStartedMs = performance.now()
    const metrics = await drained(program)
    const drainSeconds = (performance.now() - drainStartedMs) / 1000
    const resident = residentOf(program.pid)
    await program.end('SIGTERM')
    return {
      acknowledgedPerSecond: loaded.acknowledgedPerSecond,
      storedPerSecond: rateOf(samples),
      samples,
      drainSeconds: Math.round(drainSeconds * 10) / 10,
      acknowledged: metrics.get('mqtt_acknowledged') ?? 0,
      stored: metrics.get('ingest_events_stored') ?? 0,
      rejected: metrics.get('ingest_rejections') ?? 0,
      resident,
      bytesOnDisk: bytesIn(dataDir),
    }
  })
}

async function sampleOf(program: Program, seconds: number): Promise<Sample> {
  const metrics = await metricsOf(program)
  const figure = (name: string) => metrics.get(name) ?? 0
  return {
    seconds: Math.round(seconds * 10) / 10,
    acknowledged: figure('mqtt_acknowledged'),
    stored: figure('ingest_events_stored'),
    journalMiB: Math.round(figure('journal_bytes') / mib),
    behindMiB: Math.round(figure('ingest_behind_bytes') / mib),
    residentMiB: residentOf(program.pid)?.nowMiB,
  }
}

/** Events stored in a second between the first sample with any and the last one. */
function rateOf(samples: readonly Sample[]): number {
  const first = samples.find(({ stored }) => stored > 0)
  const last = samples.at(-1)
  if (first === undefined || last === undefined || first === last) return 0
  return Math.round((last.stored - first.stored) / (last.seconds - first.seconds))
}

async function drained(program: Program): Promise<ReadonlyMap<string, number>> {
  while (true) {
    const metrics = await metricsOf(program)
    if (metrics.get('ingest_behind_bytes') === 0) return metrics
    await sleep(200)
  }
}
