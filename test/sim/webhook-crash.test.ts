import { expect, it } from 'vitest'
import { webhookCrashRun } from './webhook-crash.ts'

it('tells every step under one webhook-id and in order, after kill -9 while a receiver fails', async () => {
  const kills = Number(process.env['WEBHOOK_KILLS'] ?? 4)
  const report = await webhookCrashRun({ kills, seed: process.env['WEBHOOK_SEED'] ?? 'ci' })
  console.info(JSON.stringify({ ...report, lost: report.lost.length }))
  expect(report).toMatchObject({ kills, lost: [], different: [], outOfOrder: [] })
  expect(report.steps).toBeGreaterThan(20)
  expect(report.failed).toBeGreaterThan(0)
  expect(report.requests).toBeGreaterThanOrEqual(report.steps + report.failed)
}, 600_000)
