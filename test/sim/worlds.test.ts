/**
 * Simulated worlds against the program, in small: with every fault, in which all of them have to be
 * found and nothing else; clean ones, in which nothing is; and a rough field. docs/simulators.md
 * has the figures of larger runs.
 */
import { describe, expect, it } from 'vitest'
import { quietField } from '#simulators/field/field.ts'
import type { AlertScore } from '#simulators/score/alerts.ts'
import { isExact, tableOf } from '#simulators/score/report.ts'
import type { Score } from '#simulators/score/score.ts'
import { faultsIn } from '#simulators/worlds.ts'
import { scored } from './scored.ts'

const WORLDS = ['milk', 'pork', 'drugs', 'materials'] as const
const LONG_MS = 600_000

function alertsOf({ alerts }: Score): AlertScore {
  if (alerts === undefined) throw new Error('a server without alerts')
  return alerts
}

const linksOf = ({ forward }: Score) => {
  const all = [...forward.kinds.values()]
  const sum = (name: 'real' | 'reported' | 'found' | 'exact' | 'inferred') =>
    all.reduce((total, one) => total + one[name], 0)
  return { real: sum('real'), reported: sum('reported'), found: sum('found'), exact: sum('exact') }
}

describe('with every fault', () => {
  it.each(WORLDS)(
    '%s: chains and scopes are exact, and each fault is found',
    async (world) => {
      const faults = faultsIn(world)
      const { report, score } = await scored({ world, items: 1200, seed: 'faults', faults })
      expect(report.recalls).toBe(1)
      expect(score.isSettled).toBe(true)
      expect(score.forward.wrongExamples).toEqual([])
      expect(score.forward.missingExamples).toEqual([])
      expect(isExact(score)).toBe(true)
      expect(score.back.exactChains).toBe(60)
      expect(score.scopes.exactScopes).toBe(score.scopes.scopes)
      expect(score.scopes.reported).toBeGreaterThan(3000)
      // A lot that went on under another number is in no chain that anyone could know of.
      expect(score.scopes.reportedFound).toBeLessThan(score.scopes.real)
      const { kinds, falseExamples } = alertsOf(score)
      expect(kinds.map(({ fault }) => fault).sort()).toEqual([...faults].sort())
      expect(kinds.flatMap(({ missed }) => missed)).toEqual([])
      // A run lasts minutes, and what is simulated months.
      const delays = kinds.map(({ worstDelaySeconds = 0 }) => worstDelaySeconds)
      expect(Math.max(...delays)).toBeLessThan(86_400)
      expect(falseExamples).toEqual([])
    },
    LONG_MS,
  )
})

describe('without faults', () => {
  it.each(WORLDS)(
    '%s: nothing is raised but what is so of its end',
    async (world) => {
      const { score } = await scored({ world, items: 720, seed: 'clean' }, 20)
      const { rules, falseExamples, kinds } = alertsOf(score)
      expect(kinds).toEqual([])
      expect(falseExamples).toEqual([])
      expect([...rules.keys()].filter((name) => name !== 'warning A11')).toEqual([])
      expect(isExact(score)).toBe(true)
    },
    LONG_MS,
  )
})

describe('a rough field', () => {
  it(
    'hides some, of which what is found is true and marked as inferred',
    async () => {
      const field = { ...quietField, missedReads: 0.05, duplicates: 0.1, late: 0.02 }
      const { score } = await scored({ world: 'pork', items: 700, seed: 'rough', field })
      const { real, reported, found } = linksOf(score)
      expect(reported).toBeLessThan(real)
      expect(found / real).toBeGreaterThan(0.9)
      const { tiers, reported: items, reportedFound } = score.scopes
      expect(reportedFound).toBe(items)
      expect(tiers.observed.right).toBe(tiers.observed.found)
      const inferred = [...score.forward.kinds.values()].map((kind) => kind.inferred)
      expect(Math.max(...inferred)).toBeGreaterThan(0)
      expect(score.forward.wrong).toBe(0)
      expect(tableOf(score)).toContain('missed-read')
    },
    LONG_MS,
  )
})
