/**
 * Times that are waited for, through kill -9: a finding that late data may still explain, a
 * shipment that does not arrive, an alert that nobody takes up.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openAlertReader } from '#store/alerts/reader.ts'
import { type DataFolder, dataFolder } from '#store/folder.ts'
import { newParty } from '../e2e/devices.ts'
import { post } from '../e2e/http.ts'
import { startProgram } from '../e2e/program.ts'
import { untilFollowed } from './capture-load.ts'

const GTIN = 'https://id.gs1.org/01/09521321000018'
const AN_HOUR_US = 3_600_000_000
const root = fileURLToPath(new URL('../..', import.meta.url))

let dataDir: string
let folder: DataFolder
let startUs: number

const at = (hours: number, more: object) => ({
  '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
  type: 'ObjectEvent',
  eventTime: new Date(startUs / 1000 + hours * 3_600_000).toISOString(),
  eventTimeZoneOffset: '+00:00',
  ...{ action: 'ADD', bizStep: 'commissioning', ...more },
})
const some = (hours: number, quantity: number, more: object = {}) =>
  at(hours, { quantityList: [{ epcClass: `${GTIN}/10/L1`, quantity }], ...more })
const one = (hours: number, name: string, more: object = {}) =>
  at(hours, { epcList: [`${GTIN}/21/${name}`], ...more })
const SHIPPED = { action: 'OBSERVE', bizStep: 'shipping' }

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'suyuan-timers-'))
  folder = dataFolder(dataDir)
  startUs = Date.now() * 1000
  const program = await startProgram(dataDir)
  try {
    const key = await newParty(program, 'maker')
    const events = [
      // Raised at once, and escalated while nobody takes it up.
      ...[one(-50, 'TWICE'), one(-40, 'TWICE')],
      // Found at once, and raised a day later.
      ...[some(-30, 10), some(-20, 15, SHIPPED)],
      // Found when nothing has happened for seven days.
      ...[one(-3, 'LOST'), one(-1, 'LOST', SHIPPED)],
    ]
    for (const each of events) {
      const { status, body } = await post(program, '/epcis/events', key, each)
      if (status !== 201) throw new Error(JSON.stringify(body))
    }
    await untilFollowed(folder, events.length)
  } finally {
    await program.end('SIGKILL')
  }
}, 600_000)
afterAll(() => rmSync(dataDir, { recursive: true }))

/** Watches as of so many hours after the start until it is killed; the steps by rule. */
async function watchAt(hours: number): Promise<Record<string, string[]>> {
  const nowUs = String(startUs + hours * AN_HOUR_US)
  const args = ['--import', 'tsx', 'test/sim/watch-once.ts', dataDir, nowUs]
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' })
  const [, signal] = await once(child, 'exit')
  expect(signal).toBe('SIGKILL')
  return stepsByRule()
}

function stepsByRule(): Record<string, string[]> {
  const alerts = openAlertReader(folder.alerts)
  const found: Record<string, string[]> = {}
  for (const { seq, alert, step } of alerts.stepsAfter(0, 500)) {
    expect(seq).toBeGreaterThan(0)
    const rule = alert.slice(0, alert.indexOf('-'))
    if (['C2', 'E3', 'C14'].includes(rule)) found[rule] = [...(found[rule] ?? []), step]
  }
  alerts.close()
  return found
}

it('fires each once: neither before its time, nor twice, however often it is killed', async () => {
  expect(stepsByRule()).toEqual({ C2: ['raised'] })
  expect(await watchAt(0.2)).toEqual({ C2: ['raised'] })
  expect(await watchAt(0.3)).toEqual({ C2: ['raised', 'escalated'] })
  expect(await watchAt(0.3)).toEqual({ C2: ['raised', 'escalated'] })
  // Each level has its whole time, though nothing ran while the one before became due.
  const twice = ['raised', 'escalated', 'escalated']
  expect(await watchAt(20)).toEqual({ C2: twice })
  const escalated = [...twice, 'escalated']
  expect(await watchAt(23.9)).toEqual({ C2: escalated })
  // The day has passed while nothing ran.
  expect(await watchAt(30)).toEqual({ C2: escalated, E3: ['raised'] })
  expect(await watchAt(30)).toEqual({ C2: escalated, E3: ['raised'] })
  const soon = await watchAt(7 * 24 - 2)
  expect(soon['C14']).toBeUndefined()
  expect((await watchAt(20 * 24))['C14']).toEqual(['raised'])
  const { C14, E3, C2 } = await watchAt(20 * 24 + 0.1)
  expect([C14, C2]).toEqual([['raised'], escalated])
  expect(E3?.filter((step) => step === 'raised')).toHaveLength(1)
}, 600_000)
