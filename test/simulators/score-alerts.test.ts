import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { AlertTally } from '#simulators/score/alerts.ts'
import { TruthBook } from '#simulators/score/book.ts'

const folder = mkdtempSync(join(tmpdir(), 'suyuan-score-alerts-'))
afterAll(() => rmSync(folder, { recursive: true }))

const opened = (day: string, sensor = 'air') => ({
  ...{ kind: 'fault', fault: 'door_opening', id: `${sensor} ${day}`, alarm: false },
  ...{ critical: false, subject: `https://id.gs1.org/8004/9520432${sensor}`, eventIDs: [] },
  ...{ happened: `${day}T04:00:00.000Z`, knowable: `${day}T04:00:00.000Z`, note: '' },
})

/** What becomes of an alert of an item from March 3rd to April 2nd where doors stood open. */
function scored(openings: readonly object[], rule = 'A2') {
  const file = join(folder, 'truth.jsonl')
  const run = { kind: 'run', world: 'milk', seed: 'unit', items: 1 }
  writeFileSync(file, [run, ...openings].map((line) => JSON.stringify(line)).join('\n'))
  const tally = new AlertTally(TruthBook.read(file))
  const alert = {
    ...{ id: '1', rule, severity: 'critical' as const },
    ...{ subject: 'https://id.gs1.org/01/09520428000136/21/5', raised: '2025-05-01T00:00:00.000Z' },
    ...{ from: '2025-03-03T04:15:00.000Z', to: '2025-04-02T04:30:00.000Z' },
  }
  expect(tally.addBySubject(alert)).toBe(false)
  tally.addByEvidence(alert, { eventIDs: [], affected: [alert.subject], knowable: undefined })
  const { explained, false: wrong } = tally.score().rules.get(`critical ${rule}`) ?? {}
  return { explained, false: wrong }
}

const days = ['2025-03-03', '2025-03-13', '2025-03-23', '2025-04-02']

it('takes an hour that four openings of one door come to for explained', () => {
  expect(scored(days.map((day) => opened(day)))).toEqual({ explained: 1, false: 0 })
})

it.each([
  ['three openings', days.slice(1).map((day) => opened(day))],
  ['openings of two doors', days.map((day, at) => opened(day, at === 0 ? 'dock' : 'air'))],
  ['one after its end', [...days.slice(1), '2025-04-03'].map((day) => opened(day))],
])('calls it false after %s', (_, openings) => {
  expect(scored(openings)).toEqual({ explained: 0, false: 1 })
})

it('explains no alert of another rule so', () => {
  const openings = days.map((day) => opened(day))
  expect(scored(openings, 'A3')).toEqual({ explained: 0, false: 1 })
})
