import { expect, it } from 'vitest'
import { crashRun, isSound } from './crash.ts'

it('has everything it acknowledged, exactly once, after kill -9 under load and at start', async () => {
  const report = await crashRun({ kills: 4, seed: 'ci' })
  expect(report).toMatchObject({ kills: 4, verify: 'whole' })
  expect(isSound(report), JSON.stringify(report)).toBe(true)
  expect(report.acknowledged).toBeGreaterThan(100)
}, 180_000)
