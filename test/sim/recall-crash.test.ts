import { expect, it } from 'vitest'
import { recallCrashRun } from './recall-crash.ts'

it('has each recall with its whole scope, and each notice, after kill -9 while they are traced', async () => {
  const kills = Number(process.env['RECALL_KILLS'] ?? 4)
  const report = await recallCrashRun({ kills, seed: process.env['RECALL_SEED'] ?? 'ci' })
  expect(report).toMatchObject({ kills, lost: [], incomplete: [], repeatedSteps: [], untold: [] })
  expect(report.recalls).toBeGreaterThan(2)
}, 600_000)
