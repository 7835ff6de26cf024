/** A dry run covers what watching does: switched off, a rule would spare what it has raised. */
import { afterEach, describe, expect, it } from 'vitest'
import { dryRunOver } from '#ingest/watch/dry-run.ts'
import type { WatchedRecall } from '#risk/recalled.ts'
import type { RuleChange } from '#risk/rule-set.ts'
import { referenceOf } from '#store/reference.ts'
import {
  AT_SITE,
  amount,
  epc,
  GTIN,
  lot,
  made,
  PAPER,
  packed,
  place,
  report,
  run,
  some,
  sscc,
  startWatched,
  things,
  type Watched,
} from './watched.ts'
import { document } from './world.ts'

let watched: Watched
afterEach(() => watched.world.close())

const LONG_AGO = '2020-01-01T00:00:00Z'
/** As far ahead as `raised` looks. */
const soon = (days = 30) => new Date(Date.now() + days * 86_400_000).toISOString()

const off = (rule: string, more: object = {}) => ({
  ...{ revision: `no ${rule}`, rule, enabled: false, fromUs: 0, reason: 'as a test' },
  ...more,
})

async function attempt(changes: readonly object[], from = LONG_AGO): Promise<Trial> {
  const body = { changes, from, to: soon() }
  const key = watched.regulator
  const answer = await watched.world.call('/v1/rules/dry-run', { method: 'POST', key, body })
  return answer.json as unknown as Trial
}

interface Trial {
  readonly byRule: Readonly<Record<string, number>>
  readonly raised: number
  readonly spared: number
  readonly complete: boolean
  readonly code?: string
}

interface Case {
  readonly rule: string
  readonly what: string
  readonly product?: Record<string, unknown>
  readonly events: () => Promise<void>
}

const capture = (...events: object[]) => watched.world.capture(watched.maker, ...events)
const captureAt = (key: string, ...events: object[]) => watched.world.capture(key, ...events)

/** Lots with a report each, a day apart. */
async function tested(outcomes: readonly boolean[]): Promise<void> {
  for (const [at, passed] of outcomes.entries()) {
    const quantityList = [amount(`T${at}`, 1)]
    await capture(some(at + 1, 'commissioning', `T${at}`, 1, AT_SITE))
    await captureAt(watched.laboratory, report(at + 1, `${at}`, passed, { quantityList }))
  }
}

const dateIn = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

const CASES: readonly Case[] = [
  {
    rule: 'B2',
    what: 'two that come near their expiry without any event',
    product: { shelfLifeDays: 100 },
    events: () => capture(made(1, ['A', 'B'], 'L1', dateIn(20))),
  },
  {
    rule: 'B3',
    what: 'a newer lot that was picked while an older one was there',
    events: () =>
      capture(
        made(1, ['A'], 'OLD', '2026-06-01'),
        made(1, ['B'], 'NEW', '2026-09-01'),
        things(2, 'picking', [epc('B')]),
      ),
  },
  {
    rule: 'C14',
    what: 'what never arrived',
    events: () => capture(made(1, ['A'], 'L1'), things(2, 'shipping', [epc('A')])),
  },
  {
    rule: 'E1',
    what: 'a yield that is unusual',
    events: () => capture(...[1, 2, 3, 4, 5, 6].map((day) => run(day, 90)), run(9, 40)),
  },
  {
    rule: 'E2',
    what: 'a lot that does not balance',
    events: () =>
      capture(
        some(1, 'commissioning', 'L1', 1000, AT_SITE),
        some(4, 'stock_taking', 'L1', 200, AT_SITE),
      ),
  },
  {
    rule: 'E3',
    what: 'more shipped than was made, on a pallet',
    events: () =>
      capture(
        some(1, 'commissioning', 'L1', 100),
        packed(2, 'ADD', sscc(1), { childQuantityList: [amount('L1', 170)] }),
        things(4, 'shipping', [sscc(1)]),
      ),
  },
  {
    rule: 'E4',
    what: 'less received than was shipped',
    events: async () => {
      await capture(some(1, 'commissioning', 'L1', 100), some(2, 'shipping', 'L1', 100, PAPER))
      await captureAt(watched.shop, some(3, 'receiving', 'L1', 90, PAPER))
    },
  },
  {
    rule: 'F1',
    what: 'a failed test, and what came of the lot',
    events: async () => {
      await capture(made(1, ['A', 'B'], 'L1'))
      await captureAt(
        watched.laboratory,
        report(3, '1', false, { quantityList: [amount('L1', 1)] }),
      )
    },
  },
  {
    rule: 'F2',
    what: 'shipped without a report',
    product: { requiredTests: ['general'] },
    events: () => capture(made(1, ['A'], 'L1'), things(2, 'shipping', [epc('A')])),
  },
  {
    rule: 'F3',
    what: 'a supplier whose lots fail',
    events: () => tested([true, true, false, false, false, false, false]),
  },
  {
    rule: 'F4',
    what: 'a failure rate that drifts',
    events: () => tested(Array<boolean>(50).fill(false)),
  },
  {
    rule: 'F5',
    what: 'results that fail one after the other',
    events: () => tested([true, true, ...Array<boolean>(8).fill(false)]),
  },
  {
    rule: 'F6',
    what: 'a district where no sample was taken',
    events: async () => {
      const { locations } = watched.world.registry
      locations.put({ key: place(5).id, party: 'maker', name: 'D', residents: 90_000 })
      await capture(made(1, ['A'], 'L1'))
    },
  },
]

describe.each(CASES)('a dry run without $rule', ({ rule, what, product = {}, events }) => {
  it(`spares ${what}, and nothing else`, async () => {
    watched = await startWatched('food', product)
    await events()
    const alerts = await watched.raised(rule)
    expect(alerts.length).toBeGreaterThan(0)
    const trial = await attempt([off(rule)])
    expect(trial).toMatchObject({ raised: 0, byRule: { [rule]: -alerts.length }, complete: true })
    expect(Object.keys(trial.byRule)).toEqual([rule])
    expect(await attempt([])).toMatchObject({ raised: 0, spared: 0 })
    // Nothing has come of it.
    expect(await watched.raised(rule)).toHaveLength(alerts.length)
  })
})

const DECIDED_US = Date.UTC(2026, 2, 3) * 1000

/** What is tried over one recall, of some keys. */
function recallsOf(recall: Partial<WatchedRecall>, keys: readonly string[] = []) {
  const whole: WatchedRecall = {
    ...{ recall: 'recall:R1', law: 'food-cn', recallClass: 'I', done: [], consignees: [] },
    ...{ decidedUs: DECIDED_US, scope: undefined, changedUs: 0 },
    ...recall,
  }
  const match = {
    ...({ recall: 'recall:R1', certainty: 'observed', path: [epc('A')] } as const),
    ...{ fromUs: DECIDED_US, returnsTo: [] },
  }
  return {
    matches: (asked: readonly string[]) => (asked.some((key) => keys.includes(key)) ? [match] : []),
    hasAny: () => true,
    changesAfter: () => [],
    lastChange: () => 0,
    recalls: () => [whole],
  }
}

async function attemptOver(recalls: ReturnType<typeof recallsOf>, changes: readonly RuleChange[]) {
  const { trail, registry, alerts } = watched.world
  const parts = {
    ...{ trail, registry, recalls, known: alerts.reader.known },
    ...{ referenceNow: referenceOf(registry), nowUs: () => Date.now() * 1000 },
  }
  return await dryRunOver(parts, [], changes, { fromUs: 0, toUs: Date.parse(soon()) * 1000 })
}

const without = (rule: string, more: object = {}) => ({ ...off(rule, more), author: 'x' })

describe('a dry run over recalls', () => {
  it('spares what is recalled and moves, also on a pallet, and what is late', async () => {
    const recalls = recallsOf({}, [epc('A'), lot('L1')])
    watched = await startWatched('food', {}, { recalls })
    await capture(
      made(1, ['A'], 'L1'),
      packed(2, 'ADD', sscc(1), { childEPCs: [epc('A')] }),
      things(4, 'shipping', [sscc(1)]),
    )
    await captureAt(watched.shop, things(5, 'retail_selling', [epc('A')]))
    const moving = await watched.raised('G1')
    const late = await watched.raised('G2')
    expect([moving.length, late.length]).toEqual([2, 2])
    const { byRule, complete } = await attemptOver(recalls, [without('G1'), without('G2')])
    expect([byRule, complete]).toEqual([{ G1: -2, G2: -2 }, true])
  })

  it('spares who has not answered (G3), or raises who would be late by a stricter limit', async () => {
    const amounts = { shipped: 1, onHand: 0, returned: 0, destroyed: 0, used: 0 }
    const told = { ...amounts, notifiedUs: DECIDED_US }
    const consignees = [
      { ...told, key: 'party:shop' },
      { ...told, key: 'party:mill', acknowledgedUs: DECIDED_US + 20 * 3_600_000_000 },
      { ...amounts, key: 'party:farm' },
    ]
    const recalls = recallsOf({ consignees })
    watched = await startWatched('food', {}, { recalls })
    await capture(made(1, ['A'], 'L1'))
    expect(await watched.raised('G3')).toMatchObject([{ subject: 'party:shop' }])
    const spared = await attemptOver(recalls, [without('G3')])
    expect([spared.byRule, spared.complete]).toEqual([{ G3: -1 }, true])
    const stricter = without('G3', { enabled: true, parameters: { firstHours: 12 } })
    expect(await attemptOver(recalls, [stricter])).toMatchObject({ byRule: { G3: 1 }, changed: 1 })
  })

  it('spares a scope that is wide (G4), or raises it by a stricter limit', async () => {
    const scope = (proven: number, possible: number) => ({
      ...({ part: 'summary', suspects: 1, added: {} } as const),
      tiers: { proven, inferred: 0, possible },
    })
    const wide = recallsOf({ scope: scope(4, 6) })
    watched = await startWatched('food', {}, { recalls: wide })
    await capture(made(1, ['A'], 'L1'))
    expect(await watched.raised('G4')).toMatchObject([{ subject: 'recall:R1' }])
    const spared = await attemptOver(wide, [without('G4')])
    expect([spared.byRule, spared.complete]).toEqual([{ G4: -1 }, true])
    const stricter = without('G4', { enabled: true, parameters: { leastPercent: 70 } })
    const narrow = recallsOf({ scope: scope(6, 4) })
    expect(await attemptOver(narrow, [stricter])).toMatchObject({ byRule: { G4: 1 } })
    expect(await attemptOver(narrow, [])).toMatchObject({ byRule: {} })
  })
})

describe('a dry run', () => {
  it('tells what a stricter limit would have raised more, per product', async () => {
    watched = await startWatched()
    await capture(some(1, 'commissioning', 'L1', 1000, AT_SITE))
    await capture(some(2, 'stock_taking', 'L1', 996, AT_SITE))
    const stricter = { enabled: true, product: GTIN, parameters: { least: 99.9 } }
    expect(await watched.raised('E2')).toEqual([])
    expect((await attempt([off('E2', stricter)])).byRule).toEqual({ E2: 1 })
    expect((await attempt([off('E2', stricter)], soon(29))).byRule).toEqual({})
  })

  it('says that it is not complete while rules have not looked at all that it is asked for', async () => {
    watched = await startWatched()
    await capture(some(1, 'commissioning', 'L1', 10), some(2, 'shipping', 'L1', 90))
    expect(await attempt([off('E3')])).toMatchObject({ spared: 0, complete: false })
    await watched.raised('E3')
    expect(await attempt([off('E3')])).toMatchObject({ spared: 1, complete: true })
  })

  it('tells the life of a lot whole, however many events it has', async () => {
    watched = await startWatched('food', { markets: ['cn'] })
    const { world, maker } = watched
    world.registry.locations.put({ key: place(1).id, party: 'maker', name: 'P', market: 'us' })
    const at = (n: number) => new Date(Date.UTC(2026, 2, 2) + n * 1000).toISOString()
    const some1200 = Array.from({ length: 1_200 }, (_, n) => {
      return some(2, 'storing', 'L1', 1, n === 0 || n === 1_199 ? AT_SITE : {})
    }).map((each, n) => ({ ...each, eventTime: at(n) }))
    const body = document([some(1, 'commissioning', 'L1', 9), ...some1200])
    const answer = await world.call('/epcis/capture', { method: 'POST', key: maker, body })
    expect(answer.status, answer.text).toBe(202)
    await world.finished(answer.headers.get('Location'), maker)
    expect(await watched.raised('D3')).toHaveLength(2)
    expect(await attempt([off('D3')])).toMatchObject({ byRule: { D3: -2 }, complete: true })
  })

  it('is one at a time', async () => {
    watched = await startWatched()
    await capture(made(1, ['A', 'B'], 'L1'))
    await watched.raised('C2')
    const [one, other] = await Promise.all([attempt([off('C2')]), attempt([off('C2')])])
    expect([one.code, other.code].filter((code) => code === 'dry_run_busy')).toHaveLength(1)
    expect(await attempt([off('C2')])).toMatchObject({ complete: true })
  })
})
