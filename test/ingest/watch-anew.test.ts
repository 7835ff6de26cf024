import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { watchAnew } from '#ingest/replay.ts'
import { AlertWriter } from '#store/alerts/writer.ts'

it('has rules look at all events again where those that they saw have other numbers now', () => {
  const folder = mkdtempSync(join(tmpdir(), 'suyuan-anew-'))
  const alerts = join(folder, 'alerts.db')
  const progress = () => {
    const writer = new AlertWriter(alerts)
    const found = writer.ledger.progress()
    writer.close()
    return found
  }
  watchAnew({ alerts })
  const writer = new AlertWriter(alerts)
  writer.ledger.move({ eventRef: 15, replayTo: 0, rules: [] })
  writer.close()
  watchAnew({ alerts }, 15)
  expect(progress()).toMatchObject({ eventRef: 15, replayTo: 0 })
  watchAnew({ alerts }, 10)
  expect(progress()).toMatchObject({ eventRef: 0, replayTo: 15 })
  rmSync(folder, { recursive: true })
})
