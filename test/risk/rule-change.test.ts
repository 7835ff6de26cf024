import { describe, expect, it } from 'vitest'
import { crossingOf } from '#risk/crossing.ts'
import { checkChange } from '#risk/rule-change.ts'
import type { RuleChange } from '#risk/rule-set.ts'
import { SCOPES, SCOPES_OF } from '#risk/scopes.ts'
import { RULE_IDS, ruleOf } from '#risk/table.ts'

const nowUs = Date.UTC(2026, 5) * 1000
const change = (more: Partial<RuleChange> = {}): RuleChange => ({
  ...{ revision: 'r1', rule: 'A1', fromUs: 0, author: 'Li', reason: 'Because' },
  ...more,
})
const registered = {
  productKey: (text: string) => (text === 'p' || text === 'urn:p' ? 'urn:p' : undefined),
  siteKey: (text: string) => (text === 'nowhere' ? undefined : text),
  nowUs,
}
const check = (input: unknown) => checkChange(input, registered)

describe('a change of rules', () => {
  it.each([
    ['rule_unknown', change({ rule: 'Z9' }), '/rule'],
    ['parameter_unknown', change({ parameters: { hih: 5 } }), '/parameters/hih'],
    ['parameter_invalid', change({ parameters: { high: 'warm' } }), '/parameters/high'],
    ['parameter_invalid', change({ parameters: { high: 1e9 } }), '/parameters/high'],
    [
      'parameter_invalid',
      change({ rule: 'A6', parameters: { windowHours: 8760 } }),
      '/parameters/windowHours',
    ],
    [
      'parameter_invalid',
      change({
        rule: 'B2',
        parameters: {
          bands: [
            [0, 1],
            [9, 2],
          ],
        },
      }),
      '/parameters/bands',
    ],
    ['not_ascending', change({ parameters: { low: 9 } }), '/parameters/low'],
    ['product_unknown', change({ rule: 'C2', product: 'urn:q' }), '/product'],
    ['site_unknown', change({ site: 'nowhere' }), '/site'],
    ['never_in_effect', change({ fromUs: nowUs, toUs: nowUs }), '/toUs'],
    ['malformed', { rule: 'A1' }, '/revision'],
    ['malformed', null, ''],
  ])('is refused as %s', (code, input, path) => {
    expect(check(input)).toMatchObject({ ok: false, code, path })
  })

  it('is taken as it is where nothing is wrong', () => {
    const good = change({ rule: 'A2', product: 'urn:p', parameters: { high: 6 } })
    expect(check(good)).toEqual({ ok: true, change: good })
  })

  it('is bound to what its rule is asked with, and to nothing else', () => {
    const refused = (rule: string, scope: Partial<RuleChange>) => check(change({ rule, ...scope }))
    const domain = 'food' as const
    expect(refused('A2', { site: 's' })).toMatchObject({
      ...{ code: 'scope_not_taken', path: '/site' },
      message: 'A2 takes domain, product and no site.',
    })
    expect(refused('A1', { product: 'p' })).toMatchObject({ path: '/product' })
    expect(refused('F6', { domain })).toMatchObject({ path: '/domain' })
    for (const rule of RULE_IDS) {
      expect(SCOPES_OF[rule].length, rule).toBeGreaterThan(0)
      for (const name of SCOPES) {
        const one = { domain, product: 'p', site: 's' }[name]
        const isTaken = SCOPES_OF[rule].includes(name)
        expect(check(change({ rule, [name]: one })).ok, `${rule} ${name}`).toBe(isTaken)
      }
    }
  })

  it('names products as they are registered', () => {
    expect(check(change({ rule: 'C2', product: 'p' }))).toMatchObject({
      change: { product: 'urn:p' },
    })
  })

  it('holds business steps that there are, in whatever spelling, or URIs of others', () => {
    const steps = (...given: unknown[]) =>
      check(change({ rule: 'G1', parameters: { steps: given } }))
    const bad = steps('shipping', 'shiping')
    expect(bad).toMatchObject({ code: 'parameter_invalid', path: '/parameters/steps' })
    expect(bad.ok ? '' : bad.message).toMatch(/^shiping is no bizStep: .*shipping/)
    expect(steps('urn:epcglobal:cbv:bizstep:shiping')).toMatchObject({ ok: false })
    const own = 'https://example.com/steps/handing_over'
    expect(
      steps('cbv:BizStep-shipping', 'urn:epcglobal:cbv:bizstep:dispensing', own),
    ).toMatchObject({ change: { parameters: { steps: ['shipping', 'dispensing', own] } } })
    for (const rule of RULE_IDS) {
      for (const [name, { kind, value }] of Object.entries(ruleOf(rule).parameters)) {
        if (kind !== 'words') continue
        expect(check(change({ rule, parameters: { [name]: value } })).ok, rule).toBe(true)
        expect(check(change({ rule, parameters: { [name]: ['no_step'] } })).ok, rule).toBe(false)
      }
    }
  })

  it('begins and ends at times that can be meant', () => {
    const inMilliseconds = Date.UTC(2026, 0)
    expect(check(change({ fromUs: inMilliseconds }))).toMatchObject({
      ...{ code: 'time_out_of_span', path: '/fromUs' },
    })
    expect(check(change({ toUs: inMilliseconds }))).toMatchObject({ path: '/toUs' })
    expect(check(change({ fromUs: nowUs * 2 }))).toMatchObject({ code: 'time_out_of_span' })
    expect(check(change({ fromUs: nowUs, toUs: nowUs * 2 }))).toMatchObject({ path: '/toUs' })
    expect(check(change({ fromUs: nowUs + 1 }))).toMatchObject({ ok: true })
  })

  it('says its times as RFC 3339 too', () => {
    const { fromUs: _, ...rest } = change()
    const span = { from: '2026-01-01T08:00:00+08:00', to: '2026-02-01T00:00:00Z' }
    expect(check({ ...rest, ...span })).toEqual({
      ok: true,
      change: { ...rest, fromUs: Date.UTC(2026, 0) * 1000, toUs: Date.UTC(2026, 1) * 1000 },
    })
    expect(check({ ...rest, ...span, fromUs: 0 })).toMatchObject({ path: '/fromUs' })
    expect(check({ ...rest, ...span, toUs: nowUs })).toMatchObject({ path: '/toUs' })
    expect(check({ ...rest, from: 'yesterday' })).toMatchObject({ path: '/from' })
    expect(check({ ...rest, from: '1970-01-20T00:00:00Z' })).toMatchObject({ path: '/from' })
  })
})

describe('limits of two changes', () => {
  const low = change({ revision: 'low', domain: 'drugs', parameters: { low: 7 } })
  const high = change({ revision: 'high', site: 's', parameters: { high: 6 } })
  const between = (...changes: RuleChange[]) => {
    const found = crossingOf(changes)
    return found && [...found.changes.map(({ revision }) => revision), found.low, found.high]
  }

  it('cross where both hold', () => {
    expect(between(low, high)).toEqual(['low', 'high', 7, 6])
    expect(between(high, low)).toEqual(['low', 'high', 7, 6])
  })

  it('do not where nothing is of both, in kind or in time', () => {
    expect(between({ ...low, site: 't' }, high)).toBeUndefined()
    expect(between({ ...low, toUs: 50 }, { ...high, fromUs: 50 })).toBeUndefined()
    expect(between({ ...low, toUs: 50 }, { ...high, fromUs: 49 })).toBeDefined()
    expect(between({ ...low, rule: 'A4' }, high)).toBeUndefined()
  })

  it('do not where the more particular one has both', () => {
    expect(between(low, { ...high, parameters: { low: 1, high: 6 } })).toBeUndefined()
    const frozen = change({ fromUs: 9, parameters: { low: -25, high: -18 } })
    expect(between(change({ parameters: { low: 5, high: 8 } }), frozen)).toBeUndefined()
  })

  it('do not where a third one puts them right, for as long as it does', () => {
    const right = change({ domain: 'drugs', site: 's', parameters: { low: 3 } })
    expect(between(low, high, right)).toBeUndefined()
    expect(between(low, high, { ...right, fromUs: 9 })).toEqual(['low', 'high', 7, 6])
    expect(between(low, high, { ...right, toUs: 9 })).toEqual(['low', 'high', 7, 6])
  })

  it('are found among as many as may be, in bounded time', () => {
    const many = Array.from({ length: 998 }, (_, at) =>
      change({ revision: `r${at}`, site: `s${at}`, fromUs: at, parameters: { low: 1, high: 6 } }),
    )
    expect(between(...many)).toBeUndefined()
    expect(between(...many, low, high)).toEqual(['low', 'high', 7, 6])
  })
})

describe('the defaults of profiles', () => {
  it('are such as a change could be', () => {
    for (const rule of RULE_IDS) {
      for (const parameters of Object.values(ruleOf(rule).ofProfile ?? {})) {
        const given = { rule, parameters, revision: 'r', fromUs: 0, author: 'Li', reason: 'x' }
        expect(check(given)).toMatchObject({ ok: true })
      }
    }
  })
})
