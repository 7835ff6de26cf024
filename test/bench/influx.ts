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

export interface InfluxResult {
  readonly writes: WritesResult
  readonly walks: readonly InfluxWalks[]
  readonly telemetry: InfluxTelemetry
  readonly drain: DrainResult
}

export interface InfluxOptions {
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
  onProgress(`writing in turns with bare writes, ${rounds} rounds`)
  const writes = await withInflux(({ url, pid }, folder) => {
    const asked: WritesOptions = { folder, url, pid, rounds, batchesOfRound }
    return run<WritesResult>(new URL('./influx-writes.ts', import.meta.url), asked)
  })
  onProgress('telemetry')
  const telemetry = await withInflux(({ url, pid }, folder) => {
    const asked: InfluxTelemetryOptions = { folder, url, pid, ...options.telemetry }
    return run<InfluxTelemetry>(new URL('./influx-telemetry.ts', import.meta.url), asked)
  })
  onProgress(`an outage of ${outageSeconds} s`)
  const drain = await measureDrain(outageSeconds)
  onProgress(`reading at ${rowCounts.join(' and ')} trail rows`)
  const walks = await withInflux(({ url, pid, folder: influxFolder }, folder) => {
    const asked: InfluxWalksOptions = { folder, url, pid, influxFolder, rowCounts }
    return run<InfluxWalks[]>(new URL('./influx-walks.ts', import.meta.url), asked)
  })
  return { writes, walks, telemetry, drain }
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
