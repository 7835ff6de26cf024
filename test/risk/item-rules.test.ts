import { describe, expect, it } from 'vitest'
import { itemMachine } from '#risk/item-machine.ts'
import { RuleSet } from '#risk/rule-set.ts'
import { amount, hour, lot, pallet, place, product, serial, World } from '../trace/world.ts'
import { about, DRUG, happeningsIn, of, watchOf } from './setting.ts'

const S = serial('s')
const L = lot('L1')
const DAY = 24
const at = (number: number) => ({ readPoint: { id: place(number) } })
const made = (hours: number, expiry: string, name = 'L1') => {
  const world = new World().by('maker')
  const ilmd = { 'cbvmda:lotNumber': name, 'cbvmda:itemExpirationDate': expiry }
  world.object(hours, 'ADD', 'commissioning', [S], { ...at(1), ilmd })
  return world
}

describe('lot or expiry differs (C6)', () => {
  const scanned = (text: string) => {
    const world = made(0, '2026-12-31')
    world.object(5, 'OBSERVE', 'inspecting', [text], at(1))
    return about(world, S)
  }
  const spelled = (lotNumber: string, query = '') =>
    S.replace('/21/', `/10/${lotNumber}/21/`) + query

  it('another lot is found, the same is not', () => {
    expect(of('C6', scanned(spelled('L1')))).toEqual([])
    const [found] = scanned(spelled('X9')).filter(({ rule }) => rule === 'C6')
    expect(found).toMatchObject({ variant: 'lot', severity: 'critical' })
  })

  it('another expiry is found, the same is not', () => {
    expect(of('C6', scanned(`${S}?17=261231`))).toEqual([])
    expect(of('C6', scanned(`${S}?17=261130`))).toEqual(['C6 expiry'])
  })

  it('day 00 of a barcode is the last of the month', () => {
    expect(of('C6', scanned(`${S}?17=261200`))).toEqual([])
  })

  it('Caps Lock and appended characters are told as the scanner', () => {
    const world = made(0, '2026-12-31', 'abc7')
    world.object(5, 'OBSERVE', 'inspecting', [spelled('ABC7')], at(1))
    world.object(6, 'OBSERVE', 'inspecting', [spelled('abc7-17261231')], at(1))
    const found = about(world, S).filter(({ rule }) => rule === 'C6')
    expect(found.map(({ variant, severity, hint }) => [variant, severity, hint])).toEqual([
      ['scanner', 'info', 'scanner'],
      ['scanner', 'info', 'scanner'],
    ])
  })
})

describe('parent and child both listed (C8)', () => {
  it('is found while it is inside, and not once it is out', () => {
    const world = made(0, '2026-12-31')
    world.pack(1, pallet(1), [S])
    world.ship(2, [S, pallet(1)], at(1))
    expect(of('C8', about(world, S))).toEqual(['C8 both'])
    const after = made(0, '2026-12-31')
    after.pack(1, pallet(1), [S])
    after.unpack(2, pallet(1), [S])
    after.ship(3, [S, pallet(1)], at(1))
    expect(of('C8', about(after, S))).toEqual([])
  })

  it('packing names both, and is right to', () => {
    const world = made(0, '2026-12-31')
    world.pack(1, pallet(1), [S])
    expect(of('C8', about(world, S))).toEqual([])
  })
})

describe('impossible travel (C9)', () => {
  const places = {
    [place(1)]: { latitude: 39.9, longitude: 116.4, radiusKm: 1 },
    [place(2)]: { latitude: 31.2, longitude: 121.5, radiusKm: 1 },
    [place(3)]: { latitude: 39.95, longitude: 116.4, radiusKm: 1 },
  }
  const seenAgain = (hours: number, where: number) => {
    const world = made(0, '2026-12-31')
    world.object(hours, 'OBSERVE', 'inspecting', [S], at(where))
    return about(world, S, { places })
  }

  it('Beijing to Shanghai, 1,066 km: in 8 hours found, in 9 not', () => {
    const [found] = seenAgain(8, 2)
    expect(found).toMatchObject({ rule: 'C9', variant: 'fast' })
    expect(found?.measures[0]?.value).toBeCloseTo(1066, -1)
    expect(of('C9', seenAgain(9, 2))).toEqual([])
  })

  it('at both at once it is at two places', () => {
    expect(of('C9', seenAgain(0.05, 2))).toEqual(['C9 twoPlaces'])
  })

  it('two sites of one town, five minutes apart, may be two wrong clocks', () => {
    expect(of('C9', seenAgain(0, 3))).toEqual([])
  })

  it('a place without coordinates says nothing', () => {
    expect(of('C9', seenAgain(0.1, 4))).toEqual([])
  })
})

describe('lot changed without a transformation (C12)', () => {
  it('a pack gives back another lot than went in', () => {
    const world = new World()
    world.pack(0, pallet(1), [amount(L, 10)])
    world.unpack(5, pallet(1), [amount(lot('L2'), 10)])
    expect(of('C12', about(world, pallet(1)))).toEqual(['C12 contents'])
  })

  it('the same lot, or one of another product, does not', () => {
    const world = new World()
    world.pack(0, pallet(1), [amount(L, 10), amount(lot('Z', 2), 3)])
    world.unpack(5, pallet(1), [amount(L, 10), amount(lot('Z', 2), 3)])
    expect(of('C12', about(world, pallet(1)))).toEqual([])
  })

  it('a pack emptied and filled anew may hold another lot', () => {
    const world = new World()
    world.pack(0, pallet(1), [amount(L, 10)])
    world.unpack(5, pallet(1))
    world.pack(6, pallet(1), [amount(lot('L2'), 10)])
    world.unpack(7, pallet(1), [amount(lot('L2'), 10)])
    expect(of('C12', about(world, pallet(1)))).toEqual([])
  })

  it('a lot that is shipped and was neither made nor received is found after the grace', () => {
    const world = new World()
    world.ship(5, [amount(L, 10)], at(1))
    expect(of('C12', about(world, L, { at: 70 }))).toEqual([])
    expect(of('C12', about(world, L))).toEqual(['C12 unmade'])
    world.make(1, [amount(L, 10)])
    expect(of('C12', about(world, L))).toEqual([])
  })

  it('a lot that is received by whoever is heard first was still never made', () => {
    const world = new World()
    world.ship(5, [amount(L, 10)], at(1))
    world.receive(8, [amount(L, 10)], at(2))
    const machine = itemMachine({ item: L, kind: 'lot' }, watchOf())
    const [shipped, received] = happeningsIn(world.captured, L)
    if (!shipped || !received) throw new Error('a lot that did not move')
    const { state } = machine.step(machine.start, received)
    const rules = machine.step(state, shipped).findings.map(({ rule }) => rule)
    expect(rules).toEqual(['C12'])
  })

  it('a serial that is given another lot is found', () => {
    const world = made(0, '2026-12-31')
    world.object(9, 'ADD', 'commissioning', [S], { ilmd: { 'cbvmda:lotNumber': 'L2' } })
    expect(of('C12', about(world, S))).toEqual(['C12 serial'])
  })
})

describe('where it may go (D3, D4)', () => {
  const to = (where: number) => ({
    destinationList: [{ type: 'location', destination: place(where) }],
  })

  it('a market that is not its own is found', () => {
    const places = { [place(1)]: { market: 'CN-31' }, [place(2)]: { market: 'CN-11' } }
    const world = made(0, '2026-12-31')
    const asked = { places, product: { ...DRUG, markets: ['CN-31'] } }
    expect(of('D3', about(world, S, asked))).toEqual([])
    world.object(9, 'OBSERVE', 'inspecting', [S], at(2))
    expect(of('D3', about(world, S, asked))).toEqual(['D3 market'])
  })

  it('a consignee who is not authorised is found, one who is is not', () => {
    const places = { [place(2)]: { party: 'party:b' }, [place(3)]: { party: 'party:c' } }
    const asked = { places, product: { ...DRUG, consignees: ['party:b'] } }
    const world = made(0, '2026-12-31')
    world.ship(1, [S], to(2))
    expect(of('D3', about(world, S, asked))).toEqual([])
    world.ship(9, [S], to(3))
    expect(of('D3', about(world, S, asked))).toEqual(['D3 consignee'])
  })

  it('received by another than it was shipped to is found', () => {
    const world = made(0, '2026-12-31')
    world.ship(1, [S], { ...at(1), ...to(2) })
    world.receive(5, [S], at(3))
    expect(of('D4', about(world, S))).toEqual(['D4 elsewhere'])
  })

  it('received at another dock, or by another site of the same party, it is not', () => {
    const world = made(0, '2026-12-31')
    world.ship(1, [S], { ...at(1), ...to(2) })
    world.receive(5, [S], at(3))
    const docks = { [place(2)]: { site: 'urn:s' }, [place(3)]: { site: 'urn:s' } }
    const owner = { [place(2)]: { party: 'party:b' }, [place(3)]: { party: 'party:b' } }
    expect(of('D4', about(world, S, { places: docks }))).toEqual([])
    expect(of('D4', about(world, S, { places: owner }))).toEqual([])
  })
})

describe('shelf life (B1, B2, B3)', () => {
  it('sold on its last day it is good, on the next it is expired', () => {
    const world = made(0, '2026-03-03')
    world.object(3 * DAY - 0.5, 'OBSERVE', 'retail_selling', [S], at(1))
    expect(of('B1', about(world, S))).toEqual([])
    const late = made(0, '2026-03-03')
    late.object(3 * DAY + 0.5, 'OBSERVE', 'retail_selling', [S], at(1))
    expect(of('B1', about(late, S))).toEqual(['B1 expired'])
  })

  it('the last day ends when it ends where it is sold', () => {
    const world = made(0, '2026-03-03')
    const eventTimeZoneOffset = '+08:00'
    const ilmd = { 'cbvmda:lotNumber': 'L1', 'cbvmda:itemExpirationDate': '2026-03-03' }
    const there = new World()
    there.object(0, 'ADD', 'commissioning', [S], { eventTimeZoneOffset, ilmd })
    there.object(3 * DAY - 7, 'OBSERVE', 'retail_selling', [S], { eventTimeZoneOffset })
    world.object(3 * DAY - 7, 'OBSERVE', 'retail_selling', [S])
    expect(of('B1', about(world, S))).toEqual([])
    expect(of('B1', about(there, S))).toEqual(['B1 expired'])
  })

  it('destroying what has expired is what one should do', () => {
    const world = made(0, '2026-03-03')
    world.object(9 * DAY, 'DELETE', 'destroying', [S], at(1))
    expect(of('B1', about(world, S))).toEqual([])
  })

  it('near expiry comes by shelf life: a year 45 days, ten days two', () => {
    const near = (shelfLifeDays: number, expiry: string, hours: number) =>
      of('B2', about(made(0, expiry), S, { at: hours, product: { ...DRUG, shelfLifeDays } }))
    expect(near(365, '2026-04-30', 15.9 * DAY)).toEqual([])
    expect(near(365, '2026-04-30', 16.1 * DAY)).toEqual(['B2 near'])
    expect(near(10, '2026-03-10', 7.9 * DAY)).toEqual([])
    expect(near(10, '2026-03-10', 8.1 * DAY)).toEqual(['B2 near'])
  })

  it('what was sold before is near nothing any more', () => {
    const world = made(0, '2026-04-30')
    world.object(2 * DAY, 'OBSERVE', 'retail_selling', [S], at(1))
    const product = { ...DRUG, shelfLifeDays: 365 }
    expect(of('B2', about(world, S, { product }))).toEqual([])
  })

  it('what was sold when it was near has been near until then', () => {
    const world = made(0, '2026-04-30')
    world.object(20 * DAY, 'OBSERVE', 'retail_selling', [S], at(1))
    const found = about(world, S, { product: { ...DRUG, shelfLifeDays: 365 } })
    expect(found).toMatchObject([{ rule: 'B2', toUs: hour(20 * DAY) }])
  })

  it('picked while something expires more than a day sooner is found', () => {
    const picked = (expiry: string) => {
      const world = made(0, '2026-12-31')
      world.object(2, 'OBSERVE', 'picking', [S], at(1))
      return of('B3', about(world, S, { stock: { lot: lot('old'), expiry } }))
    }
    expect(picked('2026-12-29')).toEqual(['B3 picked'])
    expect(picked('2026-12-30')).toEqual([])
  })
})

describe('released without a passed test (F2)', () => {
  const test = { test: 'strength', eventID: 'urn:r', reportedUs: hour(2), recordedUs: hour(2) }
  const shipped = (tests: readonly object[], more: object = {}) => {
    const world = made(0, '2026-12-31')
    world.ship(5, [S], at(1))
    const reports = tests.map((each) => ({ ...test, passed: true, ...each }))
    const needs = { ...DRUG, requiredTests: ['strength'], ...more }
    return of('F2', about(world, S, { product: needs, tests: { [L]: reports } }))
  }

  it('no report, a failed one and a later one are found', () => {
    expect(shipped([])).toEqual(['F2 untested'])
    expect(shipped([{ passed: false }])).toEqual(['F2 failed'])
    expect(shipped([{ reportedUs: hour(6) }])).toEqual(['F2 later'])
  })

  it('a report in time is enough, whenever it came in', () => {
    expect(shipped([{}])).toEqual([])
    expect(shipped([{ recordedUs: hour(200) }])).toEqual([])
  })

  it('a repeated test that was passed clears a failed one', () => {
    expect(shipped([{ passed: false, reportedUs: hour(1) }, {}])).toEqual([])
  })

  it('where a witness is asked for, a sample that nobody saw is found', () => {
    expect(shipped([{}], { witnessed: true })).toEqual(['F2 unwitnessed'])
    expect(shipped([{ witnessed: true }], { witnessed: true })).toEqual([])
  })

  it('building materials are delivered before they are tested at the site, and then built in', () => {
    const builtIn = (tests: readonly object[], installedAt = 20) => {
      const world = made(0, '2026-12-31')
      world.ship(1, [S], at(1))
      world.by('site').receive(3, [S], at(2))
      world.object(installedAt, 'OBSERVE', 'installing', [S], at(2))
      const reports = tests.map((each) => ({ ...test, passed: true, ...each }))
      const needs = { domain: 'building_materials', requiredTests: ['strength'] } as const
      return of('F2', about(world, S, { product: needs, tests: { [L]: reports } }))
    }
    const reportedUs = hour(10)
    expect(builtIn([{ reportedUs }])).toEqual([])
    expect(builtIn([{ reportedUs }], 9)).toEqual(['F2 later'])
    expect(builtIn([{ reportedUs, passed: false }])).toEqual(['F2 failed'])
    expect(builtIn([])).toEqual(['F2 untested'])
  })

  it('a report that may still come is waited for', () => {
    const world = made(0, '2026-12-31')
    world.ship(5, [S], at(1))
    const asked = { product: { ...DRUG, requiredTests: ['strength'] } }
    expect(of('F2', about(world, S, { ...asked, at: 28 }))).toEqual([])
    expect(of('F2', about(world, S, { ...asked, at: 30 }))).toEqual(['F2 untested'])
  })
})

describe('recalled, and still moving (G1)', () => {
  const match = {
    recall: 'recall:1',
    certainty: 'inferred' as const,
    fromUs: hour(4),
    path: [L, S],
    returnsTo: ['party:maker'],
  }
  const places = { [place(1)]: { party: 'party:maker' } }
  const shipped = (hours: number, more: object = {}) => {
    const world = made(0, '2026-12-31')
    world.ship(hours, [S], { ...at(2), ...more })
    return about(world, S, {
      at: 24,
      places,
      recalls: (_, lots) => (lots.includes(L) ? [match] : []),
    })
  }

  it('shipped while the recall is open is found, with the way to it and its certainty', () => {
    const [found] = shipped(5)
    expect(found).toMatchObject({ rule: 'G1', certainty: 'inferred', cause: 'G1 recall:1' })
    expect(found?.affected).toEqual([{ key: S, certainty: 'inferred', path: [L, S] }])
  })

  it('shipped before it was opened it is not', () => {
    expect(of('G1', shipped(3))).toEqual([])
  })

  it('sent back to whoever recalls is what the recall asks for', () => {
    const back = { destinationList: [{ type: 'location', destination: place(1) }] }
    expect(of('G1', shipped(5, back))).toEqual([])
    expect(of('G1', shipped(5, { disposition: 'returned' }))).toEqual([])
  })

  it('going into something else is found', () => {
    const world = made(0, '2026-12-31')
    world.transform(6, [S], [lot('pie', 2)])
    expect(of('G1', about(world, S, { recalls: () => [match] }))).toEqual(['G1 moving inferred'])
  })
})

describe('what is switched on', () => {
  it('a rule that is off for a product finds nothing about it', () => {
    const world = made(0, '2026-03-03')
    world.object(9 * DAY, 'OBSERVE', 'retail_selling', [S], at(1))
    const off = {
      revision: 'r',
      rule: 'B1',
      enabled: false,
      product: product(),
      fromUs: 0,
      author: 'a',
      reason: 'b',
    }
    expect(of('B1', about(world, S))).toEqual(['B1 expired'])
    expect(of('B1', about(world, S, { rules: new RuleSet([off]) }))).toEqual([])
  })
})
