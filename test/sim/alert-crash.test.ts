import { expect, it } from 'vitest'
import { alertCrashRun } from './alert-crash.ts'

it('has the alerts and lanes of an undisturbed run, each once, after kill -9 while rules look at events', async () => {
  const kills = Number(process.env['ALERT_KILLS'] ?? 4)
  const report = await alertCrashRun({ kills, seed: process.env['ALERT_SEED'] ?? 'ci' })
  expect(report).toMatchObject({ kills, different: [], raisedTwice: [], isSameLane: true })
  // How many come in the time between kills is up to the machine.
  expect(report.transports).toBeGreaterThan(0)
  expect(report.alerts).toBeGreaterThan(20)
}, 600_000)
