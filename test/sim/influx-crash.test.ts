import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { hasInfluxd, startInflux } from '../store/influx-server.ts'
import { crashRun, isSound } from './crash.ts'

describe.skipIf(!hasInfluxd())('with trails in InfluxDB', () => {
  it('has all it acknowledged, once, while it and InfluxDB are killed under load', async () => {
    const influx = await startInflux()
    let isOver = false
    let killing: Promise<void> | undefined
    const killOverAndOver = async () => {
      for (; !isOver; await sleep(1700)) {
        await influx.kill()
        await sleep(400)
        await influx.start()
      }
    }
    try {
      const settings = { INFLUX_URL: influx.url, INFLUX_DATABASE: 'crash' }
      const report = await crashRun({
        kills: 3,
        seed: 'influx',
        settings,
        onProgress: (share) => {
          isOver = share === 1
          killing ??= killOverAndOver()
        },
      })
      expect(report).toMatchObject({ kills: 3, verify: 'whole' })
      expect(isSound(report), JSON.stringify(report)).toBe(true)
      expect(report.acknowledged).toBeGreaterThan(100)
    } finally {
      isOver = true
      await killing
      await influx.end()
    }
  }, 180_000)
})
