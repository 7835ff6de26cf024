import { describe, expect, it } from 'vitest'
import { difference, dryRun } from '#risk/difference.ts'
import { DISPATCH, needsOf, rulesFor, rulesOn } from '#risk/dispatch.ts'
import { type Finding, finding, identityOf, knownBy, merged } from '#risk/finding.ts'
import { schemaOf } from '#risk/rule-change.ts'
import { type RuleChange, RuleSet, storageLimits } from '#risk/rule-set.ts'
import { RULE_IDS, ruleOf } from '#risk/table.ts'
import { inForce } from './setting.ts'

const change = (more: Partial<RuleChange>): RuleChange => ({
  revision: 'r1',
  rule: 'A1',
  fromUs: 0,
  author: 'Li',
  reason: 'Because',
  ...more,
})

describe('the table of rules', () => {
  it('has every rule of the families but those that are left out', () => {
    expect(RULE_IDS.join(' ')).toBe(
      'A1 A2 A3 A4 A5 A6 A7 A8 A9 A11 B1 B2 B3 C1 C2 C3 C4 C5 C6 C7 C8 C9 C12 C13 C14 ' +
        'D1 D2 D3 D4 E1 E2 E3 E4 F1 F2 F3 F4 F5 F6 G1 G2 G3 G4',
    )
  })

  it('says everything in both languages, and has no default outside of its own bounds', () => {
    for (const id of RULE_IDS) {
      const { title, action, texts, parameters } = ruleOf(id)
      for (const { zh, en } of [title, action, ...Object.values(texts)]) {
        expect(zh, id).toMatch(/[\u4e00-\u9fff]/)
        expect(en, id).toMatch(/[a-z]/)
      }
      for (const [name, spec] of Object.entries(parameters)) {
        expect(schemaOf(spec).safeParse(spec.value).success, `${id} ${name}`).toBe(true)
      }
    }
  })

  it('fills the same places in both languages', () => {
    const places = (text: string) => [...new Set(text.match(/\{\w+/g))].sort()
    for (const id of RULE_IDS) {
      for (const { zh, en } of Object.values(ruleOf(id).texts)) {
        expect(
          places(zh).every((each) => places(en).includes(each) || id === 'F3'),
          id,
        ).toBe(true)
      }
    }
  })
})

describe('what is in force', () => {
  it('is the table where nothing was changed', () => {
    const rule = new RuleSet().get('A1', { domain: 'drugs' }, 5)
    expect(rule).toMatchObject({ revision: 'default', severity: 'critical' })
    expect(rule?.parameters).toMatchObject({ low: 2, high: 8, hotMinutes: 30 })
  })

  it('is off where the profile does not switch it on', () => {
    expect(new RuleSet().get('A1', { domain: 'building_materials' }, 5)).toBeUndefined()
    expect(new RuleSet().get('F2', { domain: 'building_materials' }, 5)).toBeDefined()
  })

  it('may begin with other defaults in a profile, over which changes hold', () => {
    const steps = (rules: RuleSet, domain: 'food' | 'building_materials') =>
      rules.get('F2', { domain }, 5)?.parameters.steps
    expect(steps(new RuleSet(), 'food')).toEqual(['shipping', 'installing'])
    expect(steps(new RuleSet(), 'building_materials')).toEqual(['installing'])
    const parameters = { steps: ['shipping'] }
    const changed = new RuleSet([change({ rule: 'F2', revision: 'r', parameters })])
    expect(steps(changed, 'building_materials')).toEqual(['shipping'])
  })

  it('is what is most particular: product over site over profile', () => {
    const rules = new RuleSet([
      change({ revision: 'product', product: 'urn:p', parameters: { high: 6 } }),
      change({ revision: 'site', site: 'urn:s', parameters: { high: 7, low: 3 } }),
      change({
        revision: 'profile',
        domain: 'food',
        parameters: { high: 5, low: 1, hotMinutes: 9 },
      }),
    ])
    const scope = { domain: 'food' as const, product: 'urn:p', site: 'urn:s' }
    expect(rules.get('A1', scope, 5)?.parameters).toMatchObject({ high: 6, low: 3, hotMinutes: 9 })
    expect(rules.get('A1', { ...scope, product: 'urn:q' }, 5)?.parameters.high).toBe(7)
    expect(rules.get('A1', {}, 5)?.revision).toBe('default')
  })

  it('holds from its date on, and until the other', () => {
    const rules = new RuleSet([
      change({ revision: 'first', fromUs: 10, toUs: 30, parameters: { high: 6 } }),
      change({ revision: 'second', fromUs: 20, parameters: { high: 7 } }),
    ])
    const high = (timeUs: number) => rules.get('A1', {}, timeUs)?.parameters.high
    expect([9, 10, 19, 20, 29, 30, 99].map(high)).toEqual([8, 6, 6, 7, 7, 7, 7])
  })

  it('is the storage temperature of a product', () => {
    const rules = new RuleSet(storageLimits('urn:frozen', { min: -25, max: -18 }))
    expect(rules.get('A2', { product: 'urn:frozen' }, 5)?.parameters).toMatchObject({
      low: -25,
      high: -18,
    })
  })
})

describe('two sets of findings', () => {
  const A5 = inForce('A5')
  const told = (fromUs: number, more: object = {}): Finding =>
    finding(A5, 'transport', { subject: 'urn:i', fromUs, knowableUs: fromUs, ...more })

  it('what is new is raised, what is gone withdrawn with the reason', () => {
    expect(difference([], [told(1)], 'newer')).toMatchObject([{ change: 'raised' }])
    expect(difference([told(1)], [], 'late')).toMatchObject([
      { change: 'withdrawn', reason: 'late' },
    ])
    expect(difference([told(1)], [told(1)], 'newer')).toEqual([])
  })

  it('late data beside it changes nothing about a finding', () => {
    expect(difference([told(1)], [told(1, { knowableUs: 99 })], 'late')).toEqual([])
  })

  it('what goes on continues; what is told otherwise after late data is superseded', () => {
    const ended = told(1, { toUs: 9 })
    expect(difference([told(1)], [ended], 'newer')).toMatchObject([{ change: 'continued' }])
    expect(difference([told(1)], [ended], 'late')).toMatchObject([{ change: 'superseded' }])
    const graver = told(1, { severity: 'critical' })
    expect(difference([told(1)], [graver], 'newer')).toMatchObject([{ change: 'superseded' }])
  })

  it('an incident whose beginning moved is the same incident', () => {
    const before = told(5, { toUs: 9 })
    const [moved] = difference([before], [told(3, { toUs: 9 })], 'late')
    expect(moved).toMatchObject({ change: 'superseded', before: { fromUs: 5 }, now: { fromUs: 3 } })
    const elsewhere = difference([before], [told(20, { toUs: 30 })], 'late')
    expect(elsewhere.map((each) => each.change)).toEqual(['raised', 'withdrawn'])
  })

  it('a dry run counts what a change would raise and spare', () => {
    expect(
      dryRun([told(1), told(50, { toUs: 50 })], [told(1), told(100), told(200)]),
    ).toMatchObject({
      raised: 2,
      spared: 1,
      byRule: { A5: 1 },
    })
  })

  it('findings of one identity are one with all their evidence, in whatever order', () => {
    const one = told(1, { eventIDs: ['e1'], knowableUs: 5 })
    const other = told(1, { eventIDs: ['e2'], knowableUs: 4 })
    const [both] = merged([one, other])
    expect(both).toMatchObject({ eventIDs: ['e1', 'e2'], knowableUs: 4 })
    expect(merged([other, one])).toEqual([both])
  })

  it('what is due later is not known yet', () => {
    expect(knownBy([told(5)], 4)).toEqual([])
    expect(knownBy([told(5)], 5)).toHaveLength(1)
  })

  it('an identity is safe in a path, and the same for ever', () => {
    expect(identityOf('C5', 'https://id.gs1.org/01/09521321000018/21/s', 5, 'again')).toBe(
      'C5-tDrisQ_F1gxecEl5lCTFYG',
    )
  })
})

describe('what sets a rule off', () => {
  it('few rules can fire on an event, and what they need is known', () => {
    const packing = { type: 'AggregationEvent', action: 'ADD', bizStep: 'packing' } as const
    expect(rulesFor(packing)).not.toContain('C5')
    expect(rulesFor(packing)).toContain('C2')
    const sale = { type: 'ObjectEvent', action: 'OBSERVE', bizStep: 'retail_selling' } as const
    expect(rulesFor(sale)).toContain('C5')
    expect(needsOf(['E2'])).toEqual(new Set(['balance']))
    expect(rulesOn('reading')).toEqual([
      'A1',
      'A2',
      'A3',
      'A4',
      'A5',
      'A6',
      'A7',
      'A8',
      'A9',
      'A11',
    ])
  })

  it('every rule is set off by something', () => {
    for (const id of RULE_IDS) expect(DISPATCH[id].triggers.length, id).toBeGreaterThan(0)
  })
})
