import { describe, expect, it } from 'vitest'
import {
  type AlertSummary,
  casesOf,
  isWanted,
  NO_FILTER,
  Rate,
  withSteps,
  withWaiting,
} from '../../../dashboards/alerts/cases.ts'
import { heatLevel, heatOf } from '../../../dashboards/alerts/heat.ts'
import { scoresOf } from '../../../dashboards/parties/scores.ts'

type Step = Parameters<typeof withSteps>[1][number]

function alert(id: string, more: Partial<AlertSummary> = {}): AlertSummary {
  const text = { zh: id, en: id }
  return {
    ...{ id, rule: 'A1', title: text, text, severity: 'warning', state: 'open', blocked: false },
    ...{ certainty: 'observed', subject: `urn:${id}`, parties: ['farm'], count: 1, escalation: 0 },
    from: '2026-03-01T00:00:00Z',
    raised: '2026-03-01T00:00:00Z',
    changed: '2026-03-01T00:00:00Z',
    case: { id: 1, alerts: 1, unresolved: 1 },
    ...more,
  } as AlertSummary
}

const step = (of: AlertSummary, name = 'raised'): Step => ({
  ...{ seq: 1, time: of.changed, step: name, state: of.state, by: 'rules' },
  alert: of,
})

const inCase = (id: number) => ({ case: { id, alerts: 3, unresolved: 2 } })

describe('the table of heat', () => {
  const nowMs = Date.parse('2026-03-07T12:00:00Z')
  const raised = (id: string, rule: string, day: number) =>
    alert(id, { rule, raised: `2026-03-0${day}T12:00:00Z` })

  it('counts alerts by rule and day, the rule with most first, and leaves out what is older', () => {
    const { days, rows } = heatOf(
      [raised('a', 'A1', 7), raised('b', 'C2', 6), raised('c', 'C2', 7), raised('d', 'A1', 1)],
      nowMs,
      3,
    )
    expect(days).toEqual(['2026-03-05', '2026-03-06', '2026-03-07'])
    expect(rows.map(({ rule, counts, sum }) => [rule, counts, sum])).toEqual([
      ['C2', [0, 1, 1], 2],
      ['A1', [0, 0, 1], 1],
    ])
  })

  it('is hot beside the hottest, and cold where there is nothing', () => {
    const levels = [0, 1, 10, 11, 50, 51, 100].map((count) => heatLevel(count, 100))
    expect(levels).toEqual([0, 1, 1, 2, 2, 3, 3])
  })
})

describe('cases', () => {
  it('join alerts of one cause, the worst first, and count as the server does', () => {
    const cases = casesOf([
      alert('a', { ...inCase(1) }),
      alert('b', { ...inCase(2), severity: 'critical' }),
      alert('c', { ...inCase(1), severity: 'info' }),
    ])
    expect(cases.map(({ id, severity, count }) => [id, severity, count])).toEqual([
      [2, 'critical', 3],
      [1, 'warning', 3],
    ])
  })

  it('are led by what nobody has taken up', () => {
    const [only] = casesOf([
      alert('taken', { severity: 'critical', state: 'acknowledged' }),
      alert('free', { severity: 'info' }),
    ])
    expect(only?.lead.id).toBe('free')
    expect(only?.severity).toBe('critical')
  })
})

describe('what comes', () => {
  const shown = new Map([['a', alert('a')]])
  const all = () => true

  it('changes what is shown where it stands', () => {
    const taken = alert('a', { state: 'acknowledged' })
    const { shown: after, waiting } = withSteps({ shown, waiting: new Map() }, [step(taken)], all)
    expect(after.get('a')?.state).toBe('acknowledged')
    expect(waiting.size).toBe(0)
  })

  it('waits where it is new, and leaves what is shown untouched', () => {
    const held = withSteps({ shown, waiting: new Map() }, [step(alert('b'))], all)
    expect(held.shown).toBe(shown)
    expect([...held.waiting.keys()]).toEqual(['b'])
    expect([...withWaiting(held).shown.keys()]).toEqual(['a', 'b'])
  })

  it('is neither shown nor counted where the filter does not want it', () => {
    const wants = (one: AlertSummary) => isWanted({ ...NO_FILTER, severity: 'critical' }, one)
    const held = withSteps({ shown, waiting: new Map() }, [step(alert('b'))], wants)
    expect(held.waiting.size).toBe(0)
    const worse = step(alert('b', { severity: 'critical' }))
    expect(withSteps(held, [worse], wants).waiting.size).toBe(1)
  })

  it('is a flood by how much came in a span of time', () => {
    const rate = new Rate(1000)
    expect(rate.add(3, 0)).toBe(3)
    expect(rate.add(2, 500)).toBe(5)
    expect(rate.add(1, 1400)).toBe(3)
  })
})

describe('the score of a party', () => {
  it('counts a case once, and tells every part of itself', () => {
    const alerts = [
      alert('a', { severity: 'critical' }),
      alert('b', { severity: 'critical' }),
      alert('c', { ...inCase(2), rule: 'B2', severity: 'info' }),
    ]
    const parties = [{ slug: 'shop' }, { slug: 'farm', licences: [{ to: '2025-01-01' }] }]
    const [worst, best] = scoresOf(parties, alerts, '2026-03-01')
    expect(worst).toMatchObject({ slug: 'farm', level: 'high', alerts: 3 })
    expect(worst?.points).toBeCloseTo(20.1)
    expect(worst?.reasons.reduce((sum, { points }) => sum + points, 0)).toBeCloseTo(20.1)
    expect(best).toMatchObject({ slug: 'shop', points: 0, level: 'low', reasons: [] })
  })
})
