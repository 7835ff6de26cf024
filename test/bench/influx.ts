/** The store in InfluxDB: each part with an influxd of its own, so that none reads another's. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type InfluxServer, startInflux } from '../store/influx-server.ts'
import { run } from './children.ts'
import { type DrainResult, measureDrain } from './influx-drain.ts'
import type { InfluxTelemetry, InfluxTelemetryOptions } from './influx-telemetry.ts'
import type { InfluxWalks, InfluxWalksOptions } from './influx-walks.ts'
import type { WritesOptions, WritesResult } from './influx-writes.ts'

export const influxParts = ['writes', 'telemetry', 'drain', 'walks'] as const
export type InfluxPart = (typeof influxParts)[number]

/** What was not asked for is absent. */
export interface InfluxResult {
  readonly writes?: WritesResult
  readonly walks?: readonly InfluxWalks[]
  readonly telemetry?: InfluxTelemetry
  readonly drain?: DrainResult
}

export interface InfluxOptions {
  /** All of them where it is undefined. */
  readonly only: InfluxPart | undefined
  readonly rounds: number
  readonly batchesOfRound: number
  /** Trail rows at which it is read, rising. */
  readonly rowCounts: readonly number[]
  readonly telemetry: Pick<InfluxTelemetryOptions, 'seconds' | 'daysOf'>
  /** How long devices publish during the outage. */
  readonly outageSeconds: number
  readonly onProgress: (what: string) => void
}

export async function measureInflux(options: InfluxOptions): Promise<InfluxResult> {
  const { rounds, batchesOfRound, rowCounts, outageSeconds, onProgress } = options
  const measured = async <Result>(part: InfluxPart, what: string, of: () => Promise<Result>) => {
    if (options.only !== undefined && options.only !== part) return {}
    onProgress(what)
    return { [part]: await of() }
  }
  const writes = () =>
    withInflux(({ url, pid }, folder) => {
      const asked: WritesOptions = { folder, url, pid, rounds, batchesOfRound }
      return run<WritesResult>(new URL('./influx-writes.ts', import.meta.url), asked)
    })
  const telemetry = () =>
    withInflux(({ url, pid }, folder) => {
      const asked: InfluxTelemetryOptions = { folder, url, pid, ...options.telemetry }
      return run<InfluxTelemetry>(new URL('./influx-telemetry.ts', import.meta.url), asked)
    })
  const walks = () =>
    withInflux(({ url, pid, folder: influxFolder }, folder) => {
      const asked: InfluxWalksOptions = { folder, url, pid, influxFolder, rowCounts }
      return run<InfluxWalks[]>(new URL('./influx-walks.ts', import.meta.url), asked)
    })
  return {
    ...(await measured('writes', `writing in turns with bare writes, ${rounds} rounds`, writes)),
    ...(await measured('telemetry', 'telemetry', telemetry)),
    ...(await measured('drain', `an outage of ${outageSeconds} s`, () =>
      measureDrain(outageSeconds),
    )),
    ...(await measured('walks', `reading at ${rowCounts.join(' and ')} trail rows`, walks)),
  }
}

async function withInflux<Result>(
  use: (influx: InfluxServer, folder: string) => Promise<Result>,
): Promise<Result> {
  const influx = await startInflux()
  const folder = mkdtempSync(join(tmpdir(), 'suyuan-bench-'))
  try {
    return await use(influx, folder)
  } finally {
    await influx.end()
    rmSync(folder, { recursive: true })
  }
}
