/** Why alerts are raised, told otherwise and withdrawn: a step gives the reason that it had. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { becauseOf } from '#ingest/watch/because.ts'
import { REASONS, type Reason } from '#risk/difference.ts'
import type { Finding } from '#risk/finding.ts'
import type { RuleChange } from '#risk/rule-set.ts'
import type { RuleId } from '#risk/table.ts'
import { HeldRecalls } from './held-recalls.ts'
import { epc, made, packed, sscc, startWatched, things, type Watched, wrong } from './watched.ts'

let watched: Watched
let recalls: HeldRecalls
beforeEach(async () => {
  recalls = new HeldRecalls()
  watched = await startWatched('food', {}, { recalls })
  await capture(made(1, ['A', 'B'], 'L1'))
})
afterEach(() => watched.world.close())

const capture = (...events: object[]) => watched.world.capture(watched.maker, ...events)
const sold = things(4, 'retail_selling', [epc('A')])

/** Each step of a rule with its reason, in the order in which they were taken. */
async function told(rule: RuleId, hoursAhead = 0): Promise<string[]> {
  await watched.raised(rule, hoursAhead)
  return watched.world.alerts.reader.stepsAfter(0, 500).flatMap(({ alert, step, reason }) => {
    return alert.startsWith(`${rule}-`) ? [`${step}: ${nameOf(reason)}`] : []
  })
}

function nameOf(text: string | undefined): string {
  return Object.entries(REASONS).find(([, { en }]) => en === text)?.[0] ?? String(text)
}

/** Puts a change of a rule in force, from long ago on. */
function change(rule: RuleId, parameters: RuleChange['parameters'] = {}): void {
  const named = { author: 'x', reason: 'x', revision: `${rule} of a test`, fromUs: 0 }
  const changes = [{ ...named, rule, parameters }]
  watched.world.alerts.setRules(0, { atUs: 1, by: 'x', reason: 'x', changes }, true)
}

describe('of what moved though it was recalled (G1)', () => {
  beforeEach(async () => {
    recalls.put({})
    recalls.open([epc('A'), epc('B')])
    await capture(sold)
    expect(await told('G1')).toEqual(['raised: newer'])
  })

  it('the recall is cancelled, or its scope is smaller', async () => {
    recalls.release(epc('A'))
    expect(await told('G1')).toEqual(['raised: newer', 'withdrawn: recall'])
  })

  it('the recall is cancelled, and an event comes late before that is looked at', async () => {
    recalls.release(epc('A'), { isTold: false })
    await capture(things(2, 'inspecting', [epc('A')]))
    expect(await told('G1')).toEqual(['raised: newer', 'withdrawn: recall'])
  })

  it('the event is declared wrong', async () => {
    await capture(wrong(sold))
    expect(await told('G1')).toEqual(['raised: newer', 'withdrawn: corrected'])
  })

  it('it had left the pallet that moved, as is told late', async () => {
    await capture(
      packed(2, 'ADD', sscc(1), { childEPCs: [epc('B')] }),
      things(4, 'shipping', [sscc(1)]),
    )
    const both = ['raised: newer', 'raised: newer']
    expect(await told('G1')).toEqual(both)
    await capture(packed(3, 'DELETE', sscc(1), { childEPCs: [epc('B')] }))
    expect(await told('G1')).toEqual([...both, 'withdrawn: late'])
  })

  it('the rule is changed', async () => {
    change('G1', { steps: ['shipping'] })
    expect(await told('G1')).toEqual(['raised: newer', 'withdrawn: rules'])
  })

  it('another rule is changed, and the recall is cancelled meanwhile', async () => {
    recalls.release(epc('A'), { isTold: false })
    change('C2', { doubleScan: 1 })
    expect(await told('G1')).toEqual(['raised: newer', 'withdrawn: recall'])
  })
})

describe('of all others', () => {
  const twice = () => capture(made(2, ['A'], 'L1'))

  it('the rule is changed, and says it otherwise', async () => {
    await twice()
    expect(await told('C2')).toEqual(['raised: newer'])
    change('C2', { doubleScan: 1 })
    expect(await told('C2')).toEqual(['raised: newer', 'superseded: rules'])
  })

  it('history is gone through again, and master data is not what it was', async () => {
    const { parties } = watched.world.registry
    const licensed = (to: string) => {
      const licences = [{ scope: ['*'], from: '2026-01-01', to }]
      parties.put({ slug: 'maker', name: 'M', domain: 'food', licences })
    }
    licensed('2026-02-28')
    await twice()
    expect(await told('D1')).toEqual(['raised: newer'])
    licensed('2026-12-31')
    change('C2')
    expect(await told('D1')).toEqual(['raised: newer', 'withdrawn: again'])
  })

  it('time has passed without anything', async () => {
    await capture(things(3, 'shipping', [epc('B')]))
    expect(await told('C14', 24 * 30)).toEqual(['raised: time'])
  })

  it('it was sold before it was near its expiry (B2), which is told late; or after that', async () => {
    await capture(made(1, ['C', 'D'], 'L2', '2026-03-20'))
    expect(await told('B2')).toEqual(['raised: time', 'raised: time'])
    await capture(things(10, 'retail_selling', [epc('C')]))
    const steps = ['raised: time', 'raised: time', 'withdrawn: late']
    expect(await told('B2')).toEqual(steps)
    await capture(things(16, 'retail_selling', [epc('D')]))
    expect(await told('B2')).toEqual([...steps, 'superseded: newer'])
  })

  it('are told again for a recall: that is no reason of theirs', () => {
    const because = becauseOf({ matches: () => [] }, { get: () => undefined })
    const reasonOf = (rule: RuleId, reason: Reason) => {
      const before = { rule, words: { recall: 'R1' }, affected: [] } as unknown as Finding
      return because({ change: 'withdrawn', before, reason })
    }
    expect(reasonOf('C2', 'recall')).toBe('again')
    expect(reasonOf('C2', 'late')).toBe('late')
    expect(reasonOf('G1', 'late')).toBe('recall')
  })
})

describe('of the clock of a recall (G2)', () => {
  const decidedUs = (Date.now() - 20 * 3_600_000) * 1000

  it('time passes, and then it is done', async () => {
    recalls.put({ decidedUs })
    expect(await told('G2')).toEqual(['raised: time'])
    expect(await told('G2', 5)).toEqual(['raised: time', 'superseded: time'])
    const timeUs = decidedUs + 25 * 3_600_000_000
    recalls.put({ decidedUs, done: [{ step: 'start', timeUs }], changedUs: timeUs })
    const steps = ['raised: time', 'superseded: time', 'superseded: recall']
    expect(await told('G2', 5.1)).toEqual(steps)
  })

  it('it is done in time', async () => {
    recalls.put({ decidedUs })
    expect(await told('G2')).toEqual(['raised: time'])
    const changedUs = Date.now() * 1000 + 3_600_000_000
    recalls.put({ decidedUs, done: [{ step: 'start', timeUs: decidedUs + 1 }], changedUs })
    expect(await told('G2', 1)).toEqual(['raised: time', 'withdrawn: recall'])
  })
})
