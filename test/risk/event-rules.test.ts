import { describe, expect, it } from 'vitest'
import { aboutEvent } from '#risk/event-rules.ts'
import { lotBalance, oversold, type Shipped, shipmentDifference } from '#risk/lot-balance.ts'
import { recompute } from '#risk/machine.ts'
import { median, runOf, yieldMachine } from '#risk/mass-balance.ts'
import type { PartyFacts } from '#risk/reference.ts'
import { RuleSet } from '#risk/rule-set.ts'
import { amount, hour, lot, pallet, place, serial, World } from '../trace/world.ts'
import { type Asked, factsIn, inForce, of, referenceOf, watchOf } from './setting.ts'

const S = serial('s')
const LICENSED: PartyFacts = {
  key: 'party:us',
  needsLicence: true,
  licences: [{ scope: ['vaccine'], fromUs: hour(-1000), toUs: hour(1000) }],
}
const KNOWN = { parties: { us: LICENSED } }

function found(world: World, asked: Asked = KNOWN) {
  return factsIn(world.captured).flatMap((facts) => aboutEvent(facts, watchOf(asked)))
}

describe('invalid codes (C7)', () => {
  it('a wrong check digit is found, a right one is not', () => {
    const world = new World()
    world.make(0, [S])
    expect(of('C7', found(world))).toEqual([])
    world.make(1, [S.replace(/(\d)\/21/, (_, digit) => `${(Number(digit) + 1) % 10}/21`)])
    expect(of('C7', found(world))).toEqual(['C7 checkDigit'])
  })

  it('a big pack inside of a small one is found', () => {
    const world = new World()
    world.pack(1, 'drugcode:81000010000000000001', ['drugcode:81000020000000000001'])
    const levels: Record<string, number> = { 'drugcode:8100001': 2, 'drugcode:8100002': 1 }
    const product = (key: string) => ({ domain: 'drugs' as const, packLevel: levels[key] ?? 1 })
    const watch = { rules: new RuleSet(), reference: { ...referenceOf(KNOWN), product } }
    const facts = factsIn(world.captured)
    expect(
      of(
        'C7',
        facts.flatMap((each) => aboutEvent(each, watch)),
      ),
    ).toEqual([])
    levels['drugcode:8100002'] = 2
    expect(
      of(
        'C7',
        facts.flatMap((each) => aboutEvent(each, watch)),
      ),
    ).toEqual(['C7 level'])
  })
})

describe('key data (C13)', () => {
  const fsma = new RuleSet([
    {
      revision: 'r',
      rule: 'C13',
      parameters: { regime: 'fsma-204' },
      fromUs: 0,
      author: 'a',
      reason: 'b',
    },
  ])
  const full = {
    readPoint: { id: place(1) },
    destinationList: [{ type: 'location', destination: place(2) }],
    bizTransactionList: [{ type: 'desadv', bizTransaction: 'urn:d:1' }],
  }
  const asked = { ...KNOWN, rules: fsma, product: { domain: 'food' as const } }

  it('names each datum that is missing, with the paragraph', () => {
    const world = new World()
    world.ship(1, [amount(lot('L'))])
    const [one] = found(world, asked).filter(({ rule }) => rule === 'C13')
    expect(one?.words).toEqual({
      cte: 'shipping',
      cite: '21 CFR 1.1340',
      fields: 'quantity, recipient, place, document',
    })
  })

  it('with all of it nothing is missing', () => {
    const world = new World()
    world.ship(1, [amount(lot('L'), 5, 'KGM')], full)
    expect(of('C13', found(world, asked))).toEqual([])
  })

  it('a pallet says by its contents what is in it', () => {
    const world = new World()
    world.ship(1, [pallet(1)], full)
    expect(of('C13', found(world, asked))).toEqual([])
  })

  it('nothing is asked of other steps', () => {
    const world = new World()
    world.object(1, 'OBSERVE', 'storing', [amount(lot('L'))])
    expect(of('C13', found(world, asked))).toEqual([])
  })
})

describe('parties (D1, D2)', () => {
  const licensed = (licence: object, more: object = {}) => {
    const world = new World()
    world.make(1, [S])
    const [own] = LICENSED.licences
    const party = { ...LICENSED, licences: own ? [{ ...own, ...licence }] : [], ...more }
    return found(world, { parties: { us: party } })
  }
  const variants = (findings: ReturnType<typeof found>) => of('D1', findings)

  it('in order it is not found', () => {
    expect(variants(licensed({}))).toEqual([])
  })

  it('unknown, without, expired, early and suspended are told apart', () => {
    const world = new World()
    world.make(1, [S])
    expect(variants(found(world, { parties: {} }))).toEqual(['D1 unknown'])
    expect(variants(licensed({}, { licences: [] }))).toEqual(['D1 none'])
    expect(variants(licensed({ toUs: hour(1) }))).toEqual(['D1 expired'])
    expect(variants(licensed({ fromUs: hour(2) }))).toEqual(['D1 early'])
    const suspended = [{ fromUs: hour(0), toUs: hour(3) }]
    expect(variants(licensed({ suspended }))).toEqual(['D1 suspended'])
  })

  it('what counts is when it happened: an event from before the end that comes late is in order', () => {
    expect(variants(licensed({ toUs: hour(1.0001) }))).toEqual([])
  })

  it('one licence that holds is enough, and who needs none needs none', () => {
    const [own] = LICENSED.licences
    const licences = own ? [{ ...own, toUs: hour(0) }, own] : []
    expect(variants(licensed({}, { licences }))).toEqual([])
    expect(variants(licensed({}, { licences: [], needsLicence: false }))).toEqual([])
  })

  it('a credit code that fails its check is told and no more', () => {
    const [one] = licensed({}, { creditCodeHolds: false }).filter(({ rule }) => rule === 'D1')
    expect(one).toMatchObject({ variant: 'creditCode', severity: 'warning' })
  })

  it('all that a party does without a licence is one incident', () => {
    const world = new World()
    world.make(1, [S])
    world.ship(2, [S])
    const all = found(world, { parties: {} }).filter(({ rule }) => rule === 'D1')
    expect(all).toHaveLength(2)
    expect(new Set(all.map(({ identity }) => identity)).size).toBe(1)
  })

  it('the receiver is looked at as well', () => {
    const world = new World()
    world.ship(2, [S], { destinationList: [{ type: 'location', destination: place(2) }] })
    const places = { [place(2)]: { party: 'party:b' } }
    const [one] = found(world, { ...KNOWN, places }).filter(({ rule }) => rule === 'D1')
    expect(one).toMatchObject({ subject: 'party:b', variant: 'unknown' })
  })

  it('goods outside of the licence are found, goods inside are not', () => {
    const world = new World()
    world.make(1, [S])
    const goods = (productClass: string) => ({ domain: 'drugs' as const, productClass })
    expect(of('D2', found(world, { ...KNOWN, product: goods('blood') }))).toEqual(['D2 scope'])
    expect(of('D2', found(world, { ...KNOWN, product: goods('vaccine') }))).toEqual([])
  })
})

describe('mass balance (E1)', () => {
  const run = (hours: number, inKg: number, outKg: number) => (world: World) =>
    world.transform(
      hours,
      [amount(lot('m', 2), inKg, 'KGM')],
      [amount(lot('o'), outKg * 1000, 'GRM')],
    )
  const yields = (...runs: readonly (readonly [number, number])[]) => {
    const world = new World()
    for (const [at, [inKg, outKg]] of runs.entries()) run(at, inKg, outKg)(world)
    const all = factsIn(world.captured).flatMap((facts) => runOf(facts, referenceOf()) ?? [])
    const machine = yieldMachine(() => inForce('E1'), all[0]?.process ?? '')
    return [
      ...recompute(
        machine,
        all.map((each) => each.run),
      ).ledger.values(),
    ]
  }
  const usual = Array.from({ length: 6 }, (_, at) => [100, 90 + (at % 2)] as const)

  it('a yield beside what is usual is found, one within the tolerance is not', () => {
    expect(of('E1', yields(...usual, [100, 80]))).toEqual(['E1 unusual'])
    expect(yields(...usual, [100, 86])).toEqual([])
  })

  it('a process whose yield varies may vary', () => {
    const varying = [70, 90, 75, 95, 80, 85].map((out) => [100, out] as const)
    expect(yields(...varying, [100, 65])).toEqual([])
  })

  it('nothing is unusual before there is a usual', () => {
    expect(yields([100, 90], [100, 50])).toEqual([])
  })

  it('more out than in is impossible at once', () => {
    expect(yields([100, 130])).toMatchObject([{ variant: 'impossible', severity: 'critical' }])
  })

  it('where a weight is unknown nothing is said', () => {
    const world = new World()
    world.transform(0, [amount(lot('m', 2), 3)], [amount(lot('o'), 4)])
    expect(factsIn(world.captured).flatMap((facts) => runOf(facts, referenceOf()) ?? [])).toEqual(
      [],
    )
  })

  it('the median of an even number lies between', () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([])]).toEqual([2, 2.5, 0])
  })
})

describe('lots that add up (E2, E3)', () => {
  const balance = {
    lot: lot('L'),
    produced: 1000,
    received: 0,
    used: 0,
    wasted: 10,
    stock: 290,
    shipped: 700,
    fromUs: 1,
    atUs: 2,
    knownUs: 2,
    eventIDs: [],
    certainty: 'observed' as const,
    party: 'maker',
  }

  it('99.5 to 105 % is accounted for, less and more is found', () => {
    const of = (stock: number | undefined) =>
      lotBalance(inForce('E2'), { ...balance, stock }).map(({ variant }) => variant)
    expect([of(285), of(284), of(340), of(341), of(undefined)]).toEqual([
      [],
      ['low'],
      [],
      ['high'],
      [],
    ])
  })

  it('more shipped than produced or permitted is found', () => {
    const sold = (more: object) => of('E3', oversold(inForce('E3'), { ...balance, ...more }))
    expect(sold({ shipped: 1005 })).toEqual([])
    expect(sold({ shipped: 1006 })).toEqual(['E3 oversold'])
    expect(sold({ quota: 600 })).toEqual(['E3 oversold'])
  })
})

describe('shipped and received (E4)', () => {
  const item = (key: string, ...path: readonly string[]): Shipped => ({
    key,
    path,
    certainty: path.length > 0 ? 'inferred' : 'observed',
  })
  const difference = (shipped: readonly Shipped[], received: readonly Shipped[]) =>
    shipmentDifference(inForce('E4'), {
      id: 'urn:e:1',
      shipped,
      received,
      shippedUs: 1,
      receivedUs: 2,
      knownUs: 2,
      eventIDs: [],
    }).map(({ variant, affected }) => [variant, ...affected.map(({ key }) => key)])
  const full = [item('P'), item('a', 'P'), item('b', 'P')]

  it('a pallet received closed has its cases received with it', () => {
    expect(difference(full, [item('P')])).toEqual([])
  })

  it('a pallet opened on the way is received by its cases', () => {
    expect(difference(full, [item('a'), item('b')])).toEqual([])
  })

  it('a case that is missing, one too many, and both', () => {
    expect(difference(full, [item('a')])).toEqual([['shortage', 'b']])
    expect(difference(full, [item('P'), item('a', 'P'), item('b', 'P'), item('c')])).toEqual([
      ['overage', 'c'],
    ])
    expect(difference(full, [item('a'), item('c')])).toEqual([['both', 'b', 'c']])
  })

  it('is waited for, as the rest may come', () => {
    const [one] = shipmentDifference(inForce('E4'), {
      id: 'urn:e:1',
      shipped: full,
      received: [item('a')],
      shippedUs: hour(0),
      receivedUs: hour(5),
      knownUs: hour(5),
      eventIDs: [],
    })
    expect(one?.knowableUs).toBe(hour(5 + 72))
  })

  it('nothing received yet is no difference', () => {
    const nothing = { shippedUs: 1, receivedUs: undefined, knownUs: 1, eventIDs: [], received: [] }
    expect(shipmentDifference(inForce('E4'), { id: 'e', shipped: full, ...nothing })).toEqual([])
  })
})
