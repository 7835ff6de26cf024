import { describe, expect, it } from 'vitest'
import { hasInfluxd, startInflux } from '../store/influx-server.ts'
import { lateCrashRun } from './late-crash.ts'

const kills = Number(process.env['LATE_KILLS'] ?? 2)
const seed = process.env['LATE_SEED'] ?? 'ci'

const isWhole = { kills, wrong: [], notTold: [], outdated: 1 }

it('blocks what comes in late for a recall once, after kill -9 while it is followed', async () => {
  const report = await lateCrashRun({ kills, seed })
  expect(report).toMatchObject({ ...isWhole, blocked: report.late })
}, 600_000)

describe.skipIf(!hasInfluxd())('with trails in InfluxDB', () => {
  it('blocks what comes in late for a recall once, after kill -9 while it is followed', async () => {
    const influx = await startInflux()
    try {
      const settings = { INFLUX_URL: influx.url, INFLUX_DATABASE: 'late' }
      const report = await lateCrashRun({ kills, seed, settings })
      expect(report).toMatchObject({ ...isWhole, blocked: report.late })
    } finally {
      await influx.end()
    }
  }, 600_000)
})
