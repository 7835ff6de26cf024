/**
 * InfluxDB is away for a while under load: `OUTAGE_SECONDS` says how long. What devices and systems
 * send meanwhile is acknowledged, and stored when it is back.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { metricsOf } from '../e2e/metrics.ts'
import { hasInfluxd, startInflux } from '../store/influx-server.ts'
import { crashRun, isSound } from './crash.ts'

const seconds = Number(process.env['OUTAGE_SECONDS'] ?? 8)

describe.skipIf(!hasInfluxd())('while InfluxDB is away', () => {
  it(
    `for ${seconds} s, what is acknowledged is stored afterwards, once`,
    async () => {
      const influx = await startInflux()
      let spooledBytes = 0
      let acknowledged = 0
      let isBackMs = 0
      try {
        const report = await crashRun({
          kills: 0,
          seed: 'outage',
          settings: { INFLUX_URL: influx.url },
          async during(program) {
            await sleep(1000)
            await influx.kill()
            const before = (await metricsOf(program)).get('mqtt_acknowledged') ?? 0
            await sleep(seconds * 1000)
            const metrics = await metricsOf(program)
            spooledBytes = metrics.get('ingest_behind_bytes') ?? 0
            acknowledged = (metrics.get('mqtt_acknowledged') ?? 0) - before
            await influx.start()
            isBackMs = performance.now()
          },
        })
        const drainSeconds = Math.round((performance.now() - isBackMs) / 1000)
        const figures = { seconds, acknowledged, spooledBytes, drainSeconds, stored: report.stored }
        process.stdout.write(`${JSON.stringify(figures)}\n`)
        expect(acknowledged).toBeGreaterThan(10)
        expect(spooledBytes).toBeGreaterThan(0)
        expect(isSound(report), JSON.stringify(report).slice(0, 2000)).toBe(true)
      } finally {
        await influx.end()
      }
    },
    (seconds * 4 + 300) * 1000,
  )
})
