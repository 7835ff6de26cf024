import { describe, expect, it } from 'vitest'
import { amount, lot, pallet, place, serial, World } from '../trace/world.ts'
import { about, of, short } from './setting.ts'

const S = serial('s')
const DAY = 24
const at = (number: number) => ({ readPoint: { id: place(number) } })

function born(): World {
  const world = new World().by('maker')
  world.object(0, 'ADD', 'commissioning', [S], at(1))
  return world
}

/** From maker to shop, as it should be. */
function delivered(): World {
  const world = born()
  world.ship(1, [S], at(1))
  world.by('shop').receive(5, [S], at(2))
  return world
}

describe('steps out of order (C1)', () => {
  it('a life as it should be gives nothing', () => {
    const world = delivered()
    world.object(30, 'OBSERVE', 'retail_selling', [S], at(2))
    expect(short(about(world, S))).toEqual([])
  })

  it('two shippings without a receiving are found', () => {
    const world = born()
    world.ship(1, [S], at(1))
    world.by('shop').ship(9, [S], at(2))
    expect(of('C1', about(world, S))).toEqual(['C1 shippedTwice'])
  })

  it('shipping and departing are one transport, and one scan twice is one shipping', () => {
    const world = born()
    world.ship(1, [S], at(1))
    world.ship(1.02, [S], at(1))
    world.object(2, 'OBSERVE', 'departing', [S], at(1))
    world.by('shop').receive(5, [S], at(2))
    expect(short(about(world, S))).toEqual([])
  })

  it('receiving without shipping is found, but not before late data has had its time', () => {
    const world = born()
    world.by('shop').receive(5, [S], at(2))
    expect(of('C1', about(world, S, { at: 5 + 71 }))).toEqual([])
    expect(of('C1', about(world, S, { at: 5 + 73 }))).toEqual(['C1 unshipped'])
  })

  it('is, where one captures for all, what comes to a place of somebody else', () => {
    const places = (owner: string) => ({
      places: { [place(1)]: { party: 'party:maker' }, [place(2)]: { party: owner } },
    })
    const world = born()
    world.receive(5, [S], at(2))
    expect(of('C1', about(world, S, places('party:shop')))).toEqual(['C1 unshipped'])
    expect(of('C1', about(world, S, places('party:maker')))).toEqual([])
    expect(of('C1', about(world, S))).toEqual([])
    const told = born()
    told.by('other').receive(5, [S], at(2))
    expect(of('C1', about(told, S, places('party:maker')))).toEqual([])
  })

  it('a shipping that is uploaded late takes it back', () => {
    const world = born()
    world.by('shop').receive(5, [S], at(2))
    world.by('maker').ship(1, [S], at(1))
    expect(of('C1', about(world, S))).toEqual([])
  })

  it('arriving, receiving and accepting at one place are one arrival', () => {
    const world = born()
    world.ship(1, [S], at(1))
    world.by('shop').object(4, 'OBSERVE', 'arriving', [S], at(2))
    world.receive(5, [S], at(2))
    world.object(6, 'OBSERVE', 'accepting', [S], at(2))
    expect(short(about(world, S))).toEqual([])
  })

  it('an event before its commissioning is found where it began', () => {
    const world = new World().by('maker')
    world.object(1, 'OBSERVE', 'packing', [S], at(1))
    world.object(5, 'ADD', 'commissioning', [S], at(1))
    const found = about(world, S)
    expect(short(found)).toEqual(['C1 early'])
    expect(found[0]?.eventIDs).toEqual(['urn:e:1', 'urn:e:2'])
  })

  it('stocked again after its sale it is found, looked at by an inspector it is not', () => {
    const world = delivered()
    world.object(30, 'OBSERVE', 'retail_selling', [S], at(2))
    world.object(40, 'OBSERVE', 'inspecting', [S], at(3))
    expect(short(about(world, S))).toEqual([])
    world.object(50, 'OBSERVE', 'storing', [S], at(3))
    expect(short(about(world, S))).toEqual(['C1 afterSale'])
  })
})

describe('commissioned twice (C2)', () => {
  it('a second commissioning is found', () => {
    const world = born()
    world.object(9, 'ADD', 'commissioning', [S], at(1))
    expect(of('C2', about(world, S))).toEqual(['C2 twice'])
  })

  it('the line that reports twice within a minute made it once', () => {
    const world = born()
    world.object(0.01, 'ADD', 'commissioning', [S], at(1))
    expect(short(about(world, S))).toEqual([])
  })

  it('what comes out of a transformation gets its code in an event of its own', () => {
    const world = new World()
    world.transform(0, [amount(lot('m', 2), 5)], [S])
    world.make(1, [S])
    expect(of('C2', about(world, S))).toEqual([])
  })
})

describe('unknown serial (C3)', () => {
  it('a serial that nobody commissioned is found after the grace', () => {
    const world = new World()
    world.ship(1, [S], at(1))
    expect(of('C3', about(world, S, { at: 60 }))).toEqual([])
    expect(of('C3', about(world, S, { at: 80 }))).toEqual(['C3 unknown'])
  })

  it('a commissioning that comes late makes it known', () => {
    const world = new World()
    world.ship(1, [S], at(1))
    world.object(0, 'ADD', 'commissioning', [S], at(1))
    expect(of('C3', about(world, S))).toEqual([])
  })

  it('goods without serials of their own are none', () => {
    const world = new World()
    world.ship(1, [S], at(1))
    expect(of('C3', about(world, S, { product: { domain: 'food' } }))).toEqual([])
  })
})

describe('seen after its end (C4)', () => {
  function dispensed(): World {
    const world = delivered()
    world.object(30, 'DELETE', 'dispensing', [S], at(2))
    return world
  }
  const back = (hours: number, where: number) => (world: World) => {
    world.object(hours, 'OBSERVE', 'accepting', [S], { ...at(where), disposition: 'returned' })
    return world
  }

  it('shipped after it was dispensed, it is found', () => {
    const world = dispensed()
    world.ship(40, [S], at(2))
    expect(of('C4', about(world, S))).toEqual(['C4 seen'])
  })

  it('brought back within ten days to the same pharmacy it is a return', () => {
    expect(short(about(back(30 + 9.9 * DAY, 2)(dispensed()), S))).toEqual([])
  })

  it('after the return it lives on, and may be sold again', () => {
    const world = back(50, 2)(dispensed())
    world.object(60, 'DELETE', 'dispensing', [S], at(2))
    expect(short(about(world, S))).toEqual([])
  })

  it('on the eleventh day it is late, and elsewhere it is elsewhere', () => {
    expect(of('C4', about(back(30 + 10.1 * DAY, 2)(dispensed()), S))).toEqual(['C4 late'])
    expect(of('C4', about(back(50, 3)(dispensed()), S))).toEqual(['C4 elsewhere'])
  })

  it('another dock of the same site is the same pharmacy', () => {
    const places = { [place(2)]: { site: 'urn:site' }, [place(3)]: { site: 'urn:site' } }
    expect(of('C4', about(back(50, 3)(dispensed()), S, { places }))).toEqual([])
  })

  it('what was destroyed never comes back', () => {
    const world = born()
    world.object(2, 'DELETE', 'destroying', [S], at(1))
    world.object(9, 'OBSERVE', 'accepting', [S], { ...at(1), disposition: 'returned' })
    expect(of('C4', about(world, S))).toEqual(['C4 seen'])
  })

  it('the same scan a minute later is the same scan', () => {
    const world = dispensed()
    world.object(30.01, 'OBSERVE', 'storing', [S], at(2))
    expect(of('C4', about(world, S))).toEqual([])
  })
})

describe('sold, used or ended once more after its end (C4)', () => {
  type Step = readonly [hours: number, step: string, place?: number]
  /** A pack that came to its ends, the DELETEs as scanners tell them, and what is said of it. */
  function ended(...steps: readonly Step[]): string[] {
    const world = delivered()
    for (const [hours, step, where = 2] of steps) {
      const fields = where === 0 ? {} : at(where)
      world.object(hours, 'OBSERVE', step, [S], fields)
    }
    return short(about(world, S))
  }
  const END = 'C4 seen'

  it('what was destroyed, decommissioned or killed is not sold or dispensed', () => {
    expect(ended([30, 'destroying'], [50, 'retail_selling'])).toEqual([END])
    expect(ended([30, 'destroying'], [50, 'dispensing'])).toEqual([END])
    expect(ended([30, 'decommissioning'], [50, 'dispensing'])).toEqual([END])
    expect(ended([30, 'killing'], [50, 'retail_selling', 3])).toEqual([END])
  })

  it('nor within a moment of its destruction, nor a part of it', () => {
    expect(ended([30, 'destroying'], [30.01, 'retail_selling'])).toEqual([END])
    const world = delivered()
    world.object(30, 'DELETE', 'destroying', [S], at(2))
    const disposition = 'partially_dispensed'
    world.object(50, 'OBSERVE', 'dispensing', [S], { ...at(2), disposition })
    expect(short(about(world, S))).toEqual([END])
  })

  it('what went into something else is not sold, nor is what was destroyed used', () => {
    const used = delivered()
    used.transform(30, [S], [serial('t')], at(2))
    used.object(50, 'OBSERVE', 'retail_selling', [S], at(2))
    expect(short(about(used, S))).toEqual([END])
    const destroyed = delivered()
    destroyed.object(30, 'DELETE', 'destroying', [S], at(2))
    destroyed.transform(50, [S], [serial('t')], at(2))
    expect(short(about(destroyed, S))).toEqual([END])
  })

  it('of a second sale after that it is said that it was sold twice', () => {
    const steps: Step[] = [
      [30, 'destroying'],
      [50, 'retail_selling'],
      [60, 'retail_selling', 3],
    ]
    expect(ended(...steps)).toEqual([END, 'C5 again'])
  })

  it('nothing ends twice, at another site or a day later', () => {
    expect(ended([30, 'destroying'], [50, 'destroying', 3])).toEqual([END])
    expect(ended([30, 'destroying'], [54, 'destroying'])).toEqual([END])
    expect(ended([30, 'decommissioning'], [50, 'destroying', 3])).toEqual([END])
    const thrice: Step[] = [
      [30, 'decommissioning'],
      [40, 'destroying'],
      [70, 'destroying'],
    ]
    expect(ended(...thrice)).toEqual([END])
  })

  it('the same end scanned twice is one', () => {
    expect(ended([30, 'destroying'], [30.05, 'destroying'])).toEqual([])
    expect(ended([30, 'decommissioning'], [30.05, 'decommissioning'])).toEqual([])
  })

  it('till and stock system tell of one sale in their own steps', () => {
    expect(ended([30, 'dispensing'], [30.02, 'retail_selling'])).toEqual([])
    expect(ended([30, 'decommissioning'], [30.02, 'dispensing'])).toEqual([])
    expect(ended([30, 'killing'], [30.02, 'retail_selling'])).toEqual([])
  })

  it('what was sold may be decommissioned or cleared away, wherever that is', () => {
    expect(ended([30, 'retail_selling'], [50, 'decommissioning'])).toEqual([])
    expect(ended([30, 'dispensing'], [50, 'decommissioning'])).toEqual([])
    expect(ended([30, 'retail_selling'], [500, 'destroying', 3])).toEqual([])
    expect(ended([30, 'dispensing'], [500, 'destroying', 3])).toEqual([])
  })

  it('waste is decommissioned and destroyed where it lies, or where nobody says', () => {
    expect(ended([30, 'decommissioning'], [50, 'destroying'])).toEqual([])
    expect(ended([30, 'destroying'], [50, 'decommissioning'])).toEqual([])
    expect(ended([30, 'decommissioning'], [50, 'destroying', 0])).toEqual([])
  })

  it('what is left of an input is destroyed where it was used', () => {
    const world = delivered()
    world.transform(30, [S], [serial('t')], at(2))
    world.object(50, 'DELETE', 'destroying', [S], at(2))
    expect(short(about(world, S))).toEqual([])
  })

  it('what was destroyed after it was sold is not taken back', () => {
    const world = delivered()
    world.object(30, 'DELETE', 'dispensing', [S], at(2))
    world.object(40, 'DELETE', 'destroying', [S], at(2))
    world.object(50, 'OBSERVE', 'accepting', [S], { ...at(2), disposition: 'returned' })
    expect(short(about(world, S))).toEqual([END])
  })

  it('what was taken back and sold again is an honest sale', () => {
    const world = delivered()
    world.object(30, 'DELETE', 'decommissioning', [S], at(2))
    world.object(40, 'OBSERVE', 'accepting', [S], { ...at(2), disposition: 'active' })
    world.object(50, 'OBSERVE', 'retail_selling', [S], at(2))
    expect(short(about(world, S))).toEqual([])
  })
})

describe('sold twice (C5)', () => {
  function soldOnce(more: Readonly<Record<string, unknown>> = {}): World {
    const world = delivered()
    world.object(30, 'OBSERVE', 'retail_selling', [S], { ...at(2), ...more })
    return world
  }

  it('a second sale in another shop is found with the first', () => {
    const world = soldOnce()
    world.by('other').object(50, 'OBSERVE', 'retail_selling', [S], at(3))
    const found = about(world, S).filter(({ rule }) => rule === 'C5')
    expect(short(found)).toEqual(['C5 again'])
    expect(found[0]?.eventIDs).toEqual(['urn:e:4', 'urn:e:5'])
    expect(found[0]?.text.en).toContain(place(2))
  })

  it('with a return in between it is an honest sale', () => {
    const world = soldOnce()
    world.object(50, 'OBSERVE', 'receiving', [S], { ...at(2), disposition: 'returned' })
    world.object(60, 'OBSERVE', 'retail_selling', [S], at(2))
    expect(short(about(world, S))).toEqual([])
  })

  it('the beep that came twice is one sale', () => {
    const world = soldOnce()
    world.object(30.02, 'OBSERVE', 'retail_selling', [S], at(2))
    expect(short(about(world, S))).toEqual([])
  })

  it('one receipt told of by till and stock system is one sale', () => {
    const bizTransactionList = [{ type: 'inv', bizTransaction: 'urn:receipt:1' }]
    const world = soldOnce({ bizTransactionList })
    world.object(36, 'OBSERVE', 'retail_selling', [S], { ...at(2), bizTransactionList })
    expect(of('C5', about(world, S))).toEqual([])
  })
})

describe('shipped, and not received (C14)', () => {
  it('is found when its days are over, and ends with the receiving', () => {
    const world = born()
    world.ship(1, [S], at(1))
    expect(of('C14', about(world, S, { at: 1 + 6.9 * DAY }))).toEqual([])
    const [waiting] = about(world, S, { at: 1 + 8 * DAY })
    expect(waiting).toMatchObject({ rule: 'C14', fromUs: expect.any(Number) })
    expect(waiting).not.toHaveProperty('toUs')
    world.by('shop').receive(1 + 9 * DAY, [S], at(2))
    const [ended] = about(world, S, { at: 1 + 20 * DAY })
    expect(ended?.identity).toBe(waiting?.identity)
    expect(ended?.toUs).toBeDefined()
  })

  it('a receiving that was in time and is told late takes it back', () => {
    const world = born()
    world.ship(1, [S], at(1))
    world.by('shop').receive(5 * DAY, [S], at(2))
    expect(of('C14', about(world, S, { at: 30 * DAY }))).toEqual([])
  })

  it('what is sold or ends where it was shipped to has come', () => {
    const to = (number: number) => ({
      ...at(1),
      destinationList: [{ type: 'location', destination: place(number) }],
    })
    const sold = (fields: object, step: string, hours: number, where: number) => {
      const world = born()
      world.ship(1, [S], { ...fields })
      world.by('shop').object(hours, 'OBSERVE', step, [S], at(where))
      return of('C14', about(world, S, { at: 60 * DAY }))
    }
    expect(sold(to(2), 'retail_selling', 2 * DAY, 2)).toEqual([])
    expect(sold(to(2), 'dispensing', 15 * DAY, 2)).toEqual([])
    expect(sold(to(2), 'destroying', 2 * DAY, 2)).toEqual([])
    expect(sold(at(1), 'retail_selling', 2 * DAY, 2)).toEqual([])
    // Not where it left from, nor at another place than that, nor by being looked at.
    expect(sold(at(1), 'retail_selling', 2 * DAY, 1)).toEqual(['C14 stale'])
    expect(sold(to(2), 'retail_selling', 2 * DAY, 3)).toEqual(['C14 stale'])
    expect(sold(to(2), 'inspecting', 2 * DAY, 2)).toEqual(['C14 stale'])
  })

  it('a pallet is waited for like its goods', () => {
    const world = new World()
    world.ship(1, [pallet(1)], at(1))
    expect(of('C14', about(world, pallet(1), { at: 9 * DAY }))).toEqual(['C14 stale'])
  })
})
