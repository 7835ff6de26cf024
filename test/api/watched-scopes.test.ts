/** Changes of rules hold where they are bound to, and nowhere else. */
import { describe, expect, it } from 'vitest'
import { aboutRecall } from '#ingest/watch/tell-recalls.ts'
import type { WatchedRecall } from '#risk/recalled.ts'
import { type RuleChange, RuleSet } from '#risk/rule-set.ts'
import { referenceOf } from '../risk/setting.ts'
import {
  amount,
  epc,
  GTIN,
  lot,
  made,
  on,
  packed,
  place,
  report,
  run,
  sscc,
  startWatched,
  things,
  type Watched,
} from './watched.ts'

const off = (rule: string, scope: Partial<RuleChange>): RuleChange => ({
  ...{ revision: 'r', rule, enabled: false, fromUs: 0, author: 'x', reason: 'x' },
  ...scope,
})

type Options = Parameters<typeof startWatched>[2]

/** How many alerts of a rule there are of what some do, where it is off for a scope. */
async function raised(
  rule: string,
  scope: Partial<RuleChange>,
  does: (watched: Watched) => Promise<unknown>,
  options: Options = {},
): Promise<number> {
  const watched = await startWatched('food', {}, options)
  const next = { atUs: 0, by: 'x', reason: 'x', changes: [off(rule, scope)] }
  watched.world.alerts.setRules(0, next, false)
  try {
    await does(watched)
    return (await watched.raised(rule)).length
  } finally {
    await watched.world.close()
  }
}

const HERE = place(1).id
const THERE = place(2).id

describe('a change that is bound to a site', () => {
  it('holds for the runs of a process there (E1)', async () => {
    const runs = ({ world, maker }: Watched) =>
      world.capture(
        maker,
        ...[1, 2, 3, 4, 5, 6].map((day) => ({ ...run(day, 90), readPoint: place(2) })),
        { ...run(9, 40), readPoint: place(1) },
      )
    expect(await raised('E1', { site: HERE }, runs)).toBe(0)
    expect(await raised('E1', { site: THERE }, runs)).toBe(1)
  })

  it('holds for what was received there (E4)', async () => {
    const short = async ({ world, maker, shop }: Watched) => {
      await world.capture(maker, made(1, ['A', 'B'], 'L1'))
      await world.capture(maker, things(2, 'shipping', [epc('A'), epc('B')]))
      await world.capture(shop, things(3, 'receiving', [epc('A')], { readPoint: place(2) }))
    }
    expect(await raised('E4', { site: THERE }, short)).toBe(0)
    expect(await raised('E4', { site: HERE }, short)).toBe(1)
  })

  it('holds for a pallet that leaves there (G1)', async () => {
    const fromUs = Date.UTC(2026, 2, 3) * 1000
    const match = { certainty: 'observed', fromUs, path: [epc('A')], returnsTo: [] } as const
    const recalls = {
      hasAny: () => true,
      matches: (keys: readonly string[]) =>
        keys.includes(epc('A')) ? [{ recall: 'recall:R', ...match }] : [],
      changesAfter: () => [],
      lastChange: () => 0,
      recalls: () => [RECALL],
    }
    const leaves = ({ world, maker }: Watched) =>
      world.capture(
        maker,
        made(1, ['A'], 'L1'),
        packed(2, 'ADD', sscc(1), { childEPCs: [epc('A')] }),
        things(4, 'shipping', [sscc(1)]),
      )
    expect(await raised('G1', { site: HERE }, leaves, { recalls })).toBe(0)
    expect(await raised('G1', { site: THERE }, leaves, { recalls })).toBe(1)
  })
})

describe('a change that is bound to a product', () => {
  it.each(['F4', 'F5'])('holds for the results of its tests (%s)', async (rule) => {
    const failing = async ({ world, maker, laboratory }: Watched) => {
      for (let at = 0; at < 50; at += 1) {
        const quantityList = [amount(`T${at}`, 1)]
        const making = { epcList: [], quantityList, action: 'ADD', bizStep: 'commissioning' }
        await world.capture(maker, on(1, at, { ...making, readPoint: place(1) }))
        const said = report(1, `T${at}`, at < 5, { quantityList })
        const eventTime = new Date(Date.UTC(2026, 2, 1, at + 1)).toISOString()
        await world.capture(laboratory, { ...said, eventTime })
      }
    }
    expect(await raised(rule, { product: GTIN }, failing)).toBe(0)
    expect(await raised(rule, { product: lot('L') }, failing)).toBeGreaterThan(0)
  })
})

const decidedUs = Date.UTC(2026, 2, 3) * 1000
const RECALL: WatchedRecall = {
  ...{ recall: 'recall:R', domain: 'food', law: 'food-cn', recallClass: 'I', decidedUs, done: [] },
  changedUs: decidedUs,
  consignees: [
    {
      ...{ key: 'party:shop', shipped: 1, onHand: 0, returned: 0, destroyed: 0, used: 0 },
      notifiedUs: decidedUs,
    },
  ],
  scope: {
    part: 'summary',
    suspects: 1,
    added: {},
    tiers: { proven: 1, inferred: 0, possible: 9 },
  },
}

describe('a change that is bound to a profile', () => {
  it.each(['G2', 'G3', 'G4'])('holds for recalls of its goods (%s)', (rule) => {
    const told = (domain: RuleChange['domain']) => {
      const rules = new RuleSet([off(rule, { domain })])
      const reference = { ...referenceOf(), isWorkingDay: () => true }
      const found = aboutRecall(RECALL, { rules, reference }, decidedUs + 90 * 86_400e6)
      return found.filter((each) => each.rule === rule).length
    }
    expect(told('food')).toBe(0)
    expect(told('drugs')).toBeGreaterThan(0)
  })
})
