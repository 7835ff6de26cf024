import { describe, expect, it } from 'vitest'
import { holdsOf, withReach } from '#risk/failed-test.ts'
import { materialChain } from '#risk/material.ts'
import {
  accountedFor,
  type Consignee,
  notAnswered,
  sampleOfConsignees,
  scopeTooWide,
} from '#risk/recall-follow.ts'
import {
  recallScope,
  type ScopeItem,
  type ScopeOptions,
  type ScopePart,
  type ScopeSource,
} from '#risk/recall-scope.ts'
import { checkSuspect, compareLots, isLotBetween, type Suspect } from '#risk/suspect.ts'
import { amount, hour, lot, pallet, place, product, serial, short, World } from '../trace/world.ts'
import { happeningsIn, inForce } from './setting.ts'

const L = lot('L1')

function sourceOf(world: World, more: Partial<ScopeSource> = {}): ScopeSource {
  const none = async function* () {}
  return { trail: world.source(), lotsBetween: none, madeBetween: none, neighbours: none, ...more }
}

async function all<T>(parts: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const part of parts) found.push(part)
  return found
}

async function scope(
  world: World,
  suspects: readonly Suspect[],
  more: Partial<ScopeSource> = {},
  options: ScopeOptions = {},
): Promise<ScopePart[]> {
  return await all(recallScope(sourceOf(world, more), suspects, options))
}

/** Items as `key tier: path`, the last word on each. */
function items(parts: readonly ScopePart[]): string[] {
  const last = new Map<string, ScopeItem>()
  for (const part of parts) if (part.part === 'item') last.set(part.key, part)
  return [...last.values()]
    .map(({ key, tier, path }) => {
      const way = path.map((step) => short(step.key)).join(' > ')
      return `${short(key)} ${tier}: ${way}`
    })
    .sort()
}

const summaryOf = (parts: readonly ScopePart[]) => parts.find(({ part }) => part === 'summary')

/** Milk of a lot into cheese, whose cases stand on a pallet. */
function dairy(): World {
  const world = new World()
  world.make(0, [amount(L, 100, 'KGM')])
  world.transform(5, [amount(L, 40, 'KGM')], [serial('c1', 2), serial('c2', 2)])
  world.pack(6, pallet(1), [serial('c1', 2), serial('c2', 2), serial('x', 3)])
  world.ship(7, [pallet(1)])
  return world
}

describe('the scope of a recall (G4)', () => {
  it('is what came of a lot, each with the way to it, and not what stood beside it', async () => {
    const parts = await scope(dairy(), [{ kind: 'key', key: L }])
    expect(items(parts)).toEqual(['L1 proven: L1', 'c1 proven: L1 > c1', 'c2 proven: L1 > c2'])
    expect(summaryOf(parts)).toMatchObject({
      suspects: 1,
      tiers: { proven: 3, inferred: 0, possible: 0 },
      added: {},
    })
  })

  it('of a suspected pallet it is all that was on it', async () => {
    const parts = await scope(dairy(), [{ kind: 'key', key: pallet(1) }])
    expect(items(parts)).toContain('x proven: P1 > x')
  })

  it('a path names the events it rests on', async () => {
    const parts = await scope(dairy(), [{ kind: 'key', key: L }])
    const cheese = parts.find((part) => part.part === 'item' && part.key === serial('c1', 2))
    expect(cheese).toMatchObject({ path: [{}, { by: 'becomes', eventIDs: ['urn:e:2'] }] })
  })

  it('a serial of a lot that went in without its serials is possible, and says what is assumed', async () => {
    const world = new World()
    world.make(0, [serial('s1'), serial('s2')], 'L1')
    world.transform(5, [amount(L, 1)], [serial('pie', 2)])
    const parts = await scope(world, [{ kind: 'key', key: serial('s1') }])
    expect(items(parts)).toEqual(['pie possible: s1 > L1 > pie', 's1 proven: s1'])
    expect(summaryOf(parts)).toMatchObject({
      tiers: { proven: 1, possible: 1 },
      added: { 'lot-membership': 1 },
    })
  })

  it('one bad serial does not recall its lot', async () => {
    const world = new World()
    world.make(0, [serial('s1'), serial('s2')], 'L1')
    const parts = await scope(world, [{ kind: 'key', key: serial('s1') }])
    expect(items(parts)).toEqual(['s1 proven: s1'])
  })

  it('more neighbours than are looked at are told as cut', async () => {
    const world = new World()
    world.make(0, [amount(L, 10)])
    const neighbours = async function* () {
      yield { reason: 'more' as const }
    }
    const parts = await scope(world, [{ kind: 'key', key: L }], { neighbours })
    expect(parts).toContainEqual({ part: 'cut', reason: 'neighbours', count: 1, keys: [L] })
    const source = {
      ...sourceOf(world, { neighbours }),
      ...{ installedAt: () => undefined, isSample: () => false },
    }
    const failure = { key: L, test: 'a', result: 'b', reportedUs: 1, recordedUs: 1, eventID: 'e' }
    const holds = await all(holdsOf(inForce('F1'), failure, source))
    expect(holds[1]).toBe('cut')
    const [failed] = holds
    if (!failed || failed === 'cut') throw new Error('nothing failed')
    const reach = { named: 7, more: 0, isCut: true }
    expect(withReach(inForce('F1'), failed, reach).text.en).toBe(
      'Failed a: b. It reaches 7 or more; 7 are named.',
    )
  })

  it('neighbours are possible with their reason, and can be left out', async () => {
    const world = dairy()
    world.make(0, [amount(lot('L2'), 5)])
    const neighbours = async function* (key: string) {
      if (key === L) yield { key: lot('L2'), reason: 'same-line-and-day' as const }
    }
    const suspects: Suspect[] = [{ kind: 'key', key: L }]
    const parts = await scope(world, suspects, { neighbours })
    expect(items(parts)).toContain('L2 possible: L1 > L2')
    expect(summaryOf(parts)).toMatchObject({ added: { 'same-line-and-day': 1 } })
    const without = await scope(world, suspects, { neighbours }, { neighbours: false })
    expect(items(without).join()).not.toContain('L2')
  })

  it('a range of lots and a time of making are found by the store and walked one by one', async () => {
    const range: Suspect = { kind: 'lot-range', product: product(), from: 'L1', to: 'L3' }
    const lotsBetween = async function* (_: string, from: string, to: string) {
      for (const name of ['L1', 'L2', 'L9']) if (isLotBetween(name, from, to)) yield lot(name)
    }
    const world = dairy()
    world.make(0, [amount(lot('L2'), 5)])
    expect(items(await scope(world, [range], { lotsBetween }))).toHaveLength(4)
    const cut = await scope(world, [range], { lotsBetween }, { mostSuspects: 1 })
    expect(cut).toContainEqual({ part: 'cut', reason: 'suspects', count: 1, keys: [lot('L2')] })
  })

  it('what nobody ever named is in no scope', async () => {
    const parts = await scope(dairy(), [{ kind: 'key', key: 'urn:nothing' }])
    expect(parts).toEqual([
      { part: 'summary', suspects: 1, tiers: { proven: 0, inferred: 0, possible: 0 }, added: {} },
    ])
  })

  it('a scope that is hardly proven is told', () => {
    const wide = (proven: number, possible: number) =>
      scopeTooWide(
        inForce('G4'),
        'recall:1',
        { part: 'summary', suspects: 1, tiers: { proven, inferred: 0, possible }, added: {} },
        1,
      ).length
    expect([wide(1, 1), wide(1, 2), wide(0, 0)]).toEqual([0, 1, 0])
  })
})

describe('what a recall begins from', () => {
  const range = (from: string, to: string): Suspect => ({
    kind: 'lot-range',
    product: product(),
    from,
    to,
  })

  it.each([
    ['range_too_large', range('00000', '999999')],
    ['range_reversed', range('L9', 'L8')],
    ['range_mixed', range('A1', 'B9')],
    ['product_no_class', { ...range('1', '2'), product: serial('s') }],
    ['time_too_long', { kind: 'made-between', product: product(), fromUs: 0, toUs: 4e13 }],
    ['range_reversed', { kind: 'made-between', product: product(), fromUs: 5, toUs: 5 }],
  ] as const)('is refused as %s', (code, suspect) => {
    expect(checkSuspect(suspect)).toMatchObject({ code })
  })

  it('lots are numbered: 00112 to 10412 holds 02000 and not 10413', () => {
    expect(checkSuspect(range('00112', '10412'))).toBeUndefined()
    expect(isLotBetween('02000', '00112', '10412')).toBe(true)
    expect(isLotBetween('10413', '00112', '10412')).toBe(false)
    expect(isLotBetween('X2000', '00112', '10412')).toBe(false)
    expect(['L10', 'L9', 'K99'].sort(compareLots)).toEqual(['K99', 'L9', 'L10'])
  })

  it('a lot number of a million digits is no more work', () => {
    expect(checkSuspect(range('9'.repeat(1_000_000), 'x'))).toMatchObject({ code: 'range_mixed' })
  })

  it('a refused suspect ends the scope before it begins', async () => {
    const parts = await scope(dairy(), [{ kind: 'key', key: L }, range('A1', 'B9')])
    expect(parts).toMatchObject([{ part: 'refused', code: 'range_mixed' }])
  })
})

describe('how a recall goes (G3)', () => {
  const consignee: Consignee = {
    key: 'party:b',
    shipped: 100,
    onHand: 40,
    returned: 30,
    destroyed: 5,
    used: 0,
    notifiedUs: hour(0),
  }
  const silent = (more: Partial<Consignee>, hours: number, recallClass: 'I' | 'II' = 'I') =>
    notAnswered(inForce('G3'), 'recall:1', recallClass, [{ ...consignee, ...more }], hour(hours))

  it('a day without an answer in class I, two in class II', () => {
    expect(silent({}, 24)).toEqual([])
    expect(silent({}, 24.1)).toHaveLength(1)
    expect(silent({}, 47, 'II')).toEqual([])
    expect(silent({ acknowledgedUs: hour(23) }, 99)).toEqual([])
    expect(silent({ acknowledgedUs: hour(25) }, 99)).toMatchObject([{ toUs: hour(25) }])
  })

  it('names the recall, and who has not answered or answered late', () => {
    const texts = (more: Partial<Consignee>) => silent(more, 99).map(({ text }) => text)
    expect(texts({})).toEqual([
      {
        zh: '召回 1：b 在通知后 24 小时 内未确认。',
        en: 'Recall 1: b has not answered within 24 h of the notice.',
      },
    ])
    expect(texts({ acknowledgedUs: hour(30) })).toEqual([
      {
        zh: '召回 1：b 在通知后 30 小时 才确认（限 24 小时）。',
        en: 'Recall 1: b answered 30 h after the notice (limit 24 h).',
      },
    ])
  })

  it('who was not told owes no answer', () => {
    const { notifiedUs: _, ...untold } = consignee
    expect(notAnswered(inForce('G3'), 'recall:1', 'I', [untold], hour(99))).toEqual([])
  })

  it('75 of 100 are accounted for', () => {
    const whole = { shipped: 100, accounted: 75, over: 0, percent: 75 }
    expect(accountedFor([consignee])).toEqual(whole)
    // What one tells of too much makes up for nothing that another lacks.
    const boast = { ...consignee, shipped: 10, onHand: 1e9, returned: 0, destroyed: 0, used: 0 }
    expect(accountedFor([consignee, boast])).toMatchObject({
      ...{ shipped: 110, accounted: 85, over: 1e9 - 10 },
    })
    expect(accountedFor([]).percent).toBeUndefined()
  })

  it('a sample is drawn by the seed and not by the order', () => {
    const keys = Array.from({ length: 50 }, (_, at) => `party:${at}`)
    const sample = sampleOfConsignees(keys, 'C', 'seed')
    expect(sample).toHaveLength(5)
    expect(sampleOfConsignees(keys.toReversed(), 'C', 'seed')).toEqual(sample)
    expect(sampleOfConsignees(keys, 'C', 'other')).not.toEqual(sample)
    expect(sampleOfConsignees(keys, 'A', 'seed')).toHaveLength(50)
    expect(sampleOfConsignees(keys, 'D', 'seed')).toHaveLength(1)
    expect(sampleOfConsignees(keys, 'E', 'seed')).toEqual([])
    expect(sampleOfConsignees(keys, 'B', 'seed', 30)).toHaveLength(15)
  })
})

describe('a failed test (F1)', () => {
  const failure = {
    key: L,
    test: 'strength',
    result: '28 MPa',
    reportedUs: hour(30),
    recordedUs: hour(31),
    eventID: 'urn:report',
  }

  it('holds a batch of cement and all that came of it, down to where it was built in', async () => {
    const world = new World()
    world.make(0, [amount(L, 100, 'TNE')])
    world.ship(2, [amount(L, 100, 'TNE')])
    world.receive(5, [amount(L, 100, 'TNE')], { bizLocation: { id: place(2) } })
    world.transform(9, [amount(L, 20, 'TNE')], [serial('column', 2)])
    world.object(20, 'OBSERVE', 'installing', [serial('column', 2)], {
      bizLocation: { id: place(3) },
    })
    const neighbours = async function* (key: string) {
      if (key === L) yield { key: lot('L2'), reason: 'same-line-and-day' as const }
    }
    world.make(0, [amount(lot('L2'), 5, 'TNE')])
    const source = {
      ...sourceOf(world, { neighbours }),
      installedAt: (key: string) => (key === serial('column', 2) ? place(3) : undefined),
      isSample: () => false,
    }
    const holds = (await all(holdsOf(inForce('F1'), failure, source))).filter(
      (each) => each !== 'cut',
    )
    expect(
      holds.map(({ variant, subject, certainty, severity }) => {
        return `${variant} ${short(subject)} ${certainty} ${severity}`
      }),
    ).toEqual([
      'failed L1 observed critical',
      'installed column observed critical',
      'sibling L2 possible warning',
    ])
    expect(holds[1]?.affected[0]?.path.map(short)).toEqual(['L1', 'column'])
    expect(new Set(holds.map(({ cause }) => cause)).size).toBe(1)
    expect(new Set(holds.map(({ identity }) => identity)).size).toBe(3)
  })

  it('a material that has all its steps has no gap, and one that has not says which', () => {
    const world = new World()
    world.make(0, [amount(L, 100, 'TNE')])
    world.receive(5, [amount(L, 100, 'TNE')])
    world.object(6, 'OBSERVE', 'sampling', [amount(L, 1, 'TNE')])
    world.object(40, 'OBSERVE', 'installing', [amount(L, 20, 'TNE')])
    const report = { ...failure, passed: true, witnessed: true }
    const chain = materialChain(happeningsIn(world.captured, L), [report])
    expect(chain.gaps).toEqual([])
    expect(chain.installed).toHaveLength(1)
    const early = materialChain(happeningsIn(world.captured, L), [
      { ...report, witnessed: false, reportedUs: hour(50) },
    ])
    expect(early.gaps).toEqual(['not_witnessed', 'built_in_before_report'])
    expect(materialChain([], []).gaps).toEqual(['not_made', 'not_sampled', 'no_report'])
  })
})
