import { describe, expect, it } from 'vitest'
import {
  daysWithin,
  LaneHistory,
  MOST_TRANSPORTS,
  orderOfTransports,
  type Transport,
  transportsIn,
} from '#risk/lane.ts'
import { US_A_DAY } from '#risk/words.ts'
import { place, serial, World } from '../trace/world.ts'
import { about, happeningsIn, of, referenceOf } from './setting.ts'

const [A, B] = [place(1), place(2)]
const S = serial('s')
const PLACES = { [A]: {}, [B]: {} }
const to = (number: number) => ({
  destinationList: [{ type: 'location' as const, destination: place(number) }],
})
const at = (number: number) => ({ readPoint: { id: place(number) } })

/** Transports that came one a day, by how many days each took. */
function came(...days: readonly number[]): Transport[] {
  return days.map((each, index) => {
    const arrivedUs = (100 + index) * US_A_DAY
    const departedUs = arrivedUs - each * US_A_DAY
    const departure = `urn:${String(index).padStart(4, '0')}`
    return { origin: A, goal: B, departure, item: S, departedUs, arrivedUs }
  })
}

const timesOf = (all: readonly Transport[]) => ({
  arrivedUs: all.map(({ arrivedUs }) => arrivedUs),
  departedUs: all.map(({ departedUs }) => departedUs),
})

const times = (count: number, days: number) => Array.from({ length: count }, () => days)

describe('how long a lane takes', () => {
  it('is what 95 of 100 transports took at most, by nearest rank', () => {
    const twenty = came(...Array.from({ length: 20 }, (_, index) => index + 1))
    expect(daysWithin(95, timesOf(twenty))).toBe(19)
    expect(daysWithin(50, timesOf(twenty))).toBe(10)
    expect(daysWithin(95, timesOf(came(3)))).toBe(3)
    expect(daysWithin(95, timesOf([]))).toBeUndefined()
  })

  it('is that of what had come by then, and not of what came later', () => {
    const lane = LaneHistory.of(came(...times(30, 2), ...times(10, 9)))
    expect(lane.at(100 * US_A_DAY)).toBeUndefined()
    expect(lane.at(130 * US_A_DAY)).toEqual({ transports: 30, days: 2 })
    expect(lane.at(200 * US_A_DAY)).toEqual({ transports: 40, days: 9 })
  })

  it('follows a lane that has become slower, as old ones are left out', () => {
    const lane = LaneHistory.of(came(...times(200, 2), ...times(190, 20)))
    expect(lane.at(1000 * US_A_DAY)).toEqual({ transports: 200, days: 20 })
  })

  it('is that of the oldest which are kept where those before are forgotten', () => {
    const all = came(...times(MOST_TRANSPORTS + 100, 20))
    const kept = LaneHistory.of(all.slice(-MOST_TRANSPORTS))
    expect(kept.at(150 * US_A_DAY)).toEqual({ transports: 200, days: 20 })
  })

  it('does not depend on the order in which transports are heard', () => {
    const all = came(...times(MOST_TRANSPORTS, 1), 5, 7, 2, 8, ...times(190, 3))
    const told = LaneHistory.of([...all].reverse().sort(orderOfTransports).slice(-MOST_TRANSPORTS))
    const heard = LaneHistory.of([])
    for (const at of all.keys()) {
      const each = all[(at * 7) % all.length]
      if (each) heard.add(each)
    }
    for (const day of [150, 301, 500, 1000]) {
      expect(heard.at(day * US_A_DAY)).toEqual(told.at(day * US_A_DAY))
    }
    expect(heard.at(1000 * US_A_DAY)).toEqual({ transports: 200, days: 3 })
  })
})

describe('transports in a life', () => {
  const all = (world: World, places: Record<string, object> = PLACES) =>
    transportsIn(S, happeningsIn(world.captured, S), referenceOf({ places })).map(
      ({ transport: { origin, goal, departedUs, arrivedUs } }) => {
        return [origin, goal, (arrivedUs - departedUs) / 3_600_000_000]
      },
    )

  it('go from the departure to the first arrival, in whatever order they are told', () => {
    const world = new World()
    world.by('shop').receive(13, [S], at(2))
    world.by('shop').object(11, 'OBSERVE', 'arriving', [S], at(2))
    world.by('maker').ship(1, [S], { ...at(1), ...to(2) })
    expect(all(world)).toEqual([[A, B, 10]])
  })

  it('are of sites, and none within one', () => {
    const world = new World()
    world.ship(1, [S], { ...at(1), ...to(2) })
    world.by('shop').receive(5, [S], at(2))
    expect(all(world, { [A]: { site: 'urn:a' }, [B]: { site: 'urn:b' } })).toEqual([
      ['urn:a', 'urn:b', 4],
    ])
    expect(all(world, { [A]: { site: 'urn:a' }, [B]: { site: 'urn:a' } })).toEqual([])
  })

  it('are of registered places only, of which there are so many', () => {
    const world = new World()
    world.ship(1, [S], { ...at(1), ...to(2) })
    world.by('shop').receive(5, [S], at(2))
    expect(all(world, { [A]: {} })).toEqual([])
    expect(all(world, { [B]: {} })).toEqual([])
  })

  it('do not go on once the shipping is taken back', () => {
    const world = new World()
    world.ship(1, [S], { ...at(1), ...to(2) })
    world.object(2, 'OBSERVE', 'void_shipping', [S], at(1))
    world.by('shop').receive(5, [S], at(2))
    expect(all(world)).toEqual([])
  })
})

describe('what is late (C14)', () => {
  const DAY = 24
  function shipped(): World {
    const world = new World().by('maker')
    world.object(0, 'ADD', 'commissioning', [S], at(1))
    world.ship(1, [S], { ...at(1), ...to(2) })
    return world
  }
  const late = (days: number, lane?: { transports: number; days: number }) =>
    about(shipped(), S, { places: PLACES, at: 1 + days * DAY, ...(lane && { lane }) }).filter(
      ({ rule }) => rule === 'C14',
    )

  it('on a fast lane is so long before the default', () => {
    const lane = { transports: 20, days: 2 }
    expect(late(2.9, lane)).toEqual([])
    const [found] = late(3.1, lane)
    expect(found?.text).toEqual({
      zh: '发货后 3.1 天 未收货（限 3 天：该线路最近到达的 20 次运输中 95% 用时不超过 2 天，另加 24 小时）。',
      en:
        'Not received 3.1 d after it was shipped (limit 3 d: of the last 20 transports that came ' +
        'on its lane 95% took 2 d or less, and 24 h are added).',
    })
  })

  it('on a lane that is slow by nature is so only when it is late for that', () => {
    const lane = { transports: 200, days: 22 }
    expect(late(22.9, lane)).toEqual([])
    expect(of('C14', late(23.1, lane))).toEqual(['C14 slow'])
  })

  it('goes by the default while too few have come, and says so', () => {
    const lane = { transports: 19, days: 22 }
    expect(late(6.9, lane)).toEqual([])
    const [found] = late(8, lane)
    expect(found?.text.en).toBe(
      'Not received 8 d after it was shipped (limit 7 d, which is the default: 19 transports of ' +
        'its lane are known to have come, and it takes 20 to go by the lane).',
    )
    expect(found?.text.zh).toContain(
      '限 7 天，为默认时长：所走线路已知到达 19 次，满 20 次方按线路计',
    )
    expect(late(8)[0]?.measures).toContainEqual({
      name: 'transports',
      value: 0,
      limit: 20,
      unit: 'count',
    })
  })

  it('is the same incident by either limit', () => {
    const [one, other] = [late(30), late(30, { transports: 20, days: 2 })]
    expect(one[0]?.identity).toBe(other[0]?.identity)
  })
})
