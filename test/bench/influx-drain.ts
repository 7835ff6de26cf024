/**
 * An outage: the program acknowledges what devices publish while InfluxDB is down, then InfluxDB
 * comes back, and all of it is written.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { metricsOf } from '../e2e/metrics.ts'
import { type InfluxServer, startInflux } from '../store/influx-server.ts'
import { load } from './children.ts'
import { loadDevices, withProgram } from './program-load.ts'

export interface DrainResult {
  /** Acknowledged while InfluxDB was down. */
  readonly events: number
  readonly acknowledgedPerSecond: number
  readonly spoolMiB: number
  /** From the start of InfluxDB until all is stored. */
  readonly drainSeconds: number
  readonly stored: number
}

const shape = { connections: 10, window: 100, warmupSeconds: 0 } as const
const mib = 1024 * 1024

/** `seconds`: how long devices publish as fast as they are acknowledged. */
export async function measureDrain(seconds: number): Promise<DrainResult> {
  const influx = await startInflux()
  try {
    return await withProgram({ INFLUX_URL: influx.url }, async (program) => {
      const credentials = await loadDevices(program, shape.connections)
      await influx.kill()
      const loaded = await load({ ...shape, port: program.mqttPort, seconds, credentials })
      const spooled = await metricsOf(program)
      const drainSeconds = await drain(influx, () => metricsOf(program))
      const drained = await metricsOf(program)
      return {
        // What was on its way when the devices left is stored besides, and told to nobody.
        events: drained.get('mqtt_acknowledged') ?? 0,
        acknowledgedPerSecond: loaded.acknowledgedPerSecond,
        spoolMiB: Math.round((spooled.get('ingest_behind_bytes') ?? 0) / mib),
        drainSeconds,
        stored: drained.get('ingest_events_stored') ?? 0,
      }
    })
  } finally {
    await influx.end()
  }
}

async function drain(
  influx: InfluxServer,
  metrics: () => Promise<ReadonlyMap<string, number>>,
): Promise<number> {
  const startedMs = performance.now()
  await influx.start()
  while ((await metrics()).get('ingest_behind_bytes') !== 0) await sleep(200)
  return (performance.now() - startedMs) / 1000
}
