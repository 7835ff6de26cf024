/** What rules raise of simulated worlds: nothing of clean ones, of bad ones what is so. */
import { expect, it } from 'vitest'
import { defaults, faultsIn, worldOf } from '#simulators/worlds.ts'
import { tallyOf, watchWorld } from './watched-world.ts'

const options = { ...defaults, world: 'materials', seed: 'watched', items: 240 } as const
/** That something expires soon, and that sensors fall silent at the end of a run, is so. */
const SO = new Set(['B2 near', 'A11 gap'])

it('raises nothing of building materials where nothing is wrong', async () => {
  const { alerts, events } = await watchWorld(worldOf(options))
  expect(events).toBeGreaterThan(200)
  expect(Object.keys(tallyOf(alerts)).filter((name) => !SO.has(name))).toEqual([])
}, 300_000)

it('holds what came of each batch that failed its test, and nothing else, in a case each', async () => {
  const { alerts, truth } = await watchWorld(worldOf({ ...options, faults: faultsIn('materials') }))
  const failed = alerts.filter(({ finding }) => finding.variant === 'failed')
  const faults = truth.flatMap((line) => (line.kind === 'fault' ? [line] : []))
  const expected = faults.filter(({ fault }) => {
    return fault === 'failed_test' || fault === 'contaminated_ingredient'
  })
  expect(failed.map(({ finding }) => finding.subject).sort()).toEqual(
    expected.map(({ subject }) => subject).sort(),
  )
  const held = alerts.filter(({ finding }) => finding.rule === 'F1')
  expect(new Set(held.map(({ caseId }) => caseId)).size).toBe(failed.length)
  expect(Object.keys(tallyOf(alerts))).toEqual(expect.arrayContaining(['E1 impossible']))
}, 300_000)
