/**
 * How long transports from one site to another take, learnt from those that have come. A limit
 * rests on what had come when a thing left: so it is the same whenever it is asked for, and in
 * whatever order events came. What is still under way says nothing until it comes, and then
 * counts, however long it took.
 */
import type { Kind } from '#epcis/identifier.ts'
import { type EventFacts, type ItemHappening, orderOfHappenings } from './facts.ts'
import { advance, type ItemState, isArrival, UNBORN } from './item-state.ts'
import { type Reference, siteOf } from './reference.ts'
import { US_A_DAY } from './words.ts'

/** From site to site. */
export interface LaneEnds {
  readonly origin: string
  readonly goal: string
}

/** One consignment that has come: of all things that left and came together one stands for it. */
export interface Transport extends LaneEnds {
  /** eventID of the departure. */
  readonly departure: string
  /** The thing that stands for it. */
  readonly item: string
  readonly departedUs: number
  readonly arrivedUs: number
}

/** What is known of a lane at a time. */
export interface Lane {
  readonly transports: number
  /** 95 of 100 transports took so long, or less. */
  readonly days: number
}

/** Of a lane so many transports are kept, those that came last. */
export const MOST_TRANSPORTS = 400
/** So many of them, those that came last, a limit rests on. */
const WINDOW = 200

/** Of a lot several consignments may be under way at once: nothing is waited for. */
export function isAwaited(kind: Kind): boolean {
  return kind === 'instance' || kind === 'logistic-unit' || kind === 'asset'
}

type Leaving = Pick<NonNullable<ItemState['away']>, 'place' | 'to'>

/** The lane on which something left; undefined unless both ends are registered places. */
export function laneOf(reference: Reference, { place, to }: Leaving): LaneEnds | undefined {
  const goal = to.find((each) => reference.place(each) !== undefined)
  return goal === undefined ? undefined : endsOf(reference, place, goal)
}

function endsOf(reference: Reference, from: string | undefined, to: string | undefined) {
  if (from === undefined || to === undefined) return undefined
  // Others may be as many as there are points on a map.
  if (reference.place(from) === undefined || reference.place(to) === undefined) return undefined
  return { origin: siteOf(reference, from), goal: siteOf(reference, to) }
}

/** The transport that ends with an arrival, by what was known of the thing before. */
export function transportOf(
  item: string,
  { away }: ItemState,
  facts: EventFacts,
  reference: Reference,
): Transport | undefined {
  if (!away || !isArrival(facts) || facts.eventTimeUs < away.timeUs) return undefined
  const ends = endsOf(reference, away.place, facts.place)
  // What comes back to where it left from was not carried anywhere.
  if (!ends || ends.origin === ends.goal) return undefined
  const times = { departedUs: away.timeUs, arrivedUs: facts.eventTimeUs }
  return { departure: away.eventID, item, ...ends, ...times }
}

/** All transports in the life of a thing, each with the arrival that ends it. */
export function transportsIn(
  item: string,
  happenings: readonly ItemHappening[],
  reference: Reference,
): { readonly transport: Transport; readonly arrival: EventFacts }[] {
  const found: { transport: Transport; arrival: EventFacts }[] = []
  let state = UNBORN
  for (const each of [...happenings].sort(orderOfHappenings)) {
    const transport = transportOf(item, state, each.facts, reference)
    if (transport) found.push({ transport, arrival: each.facts })
    state = advance(state, each)
  }
  return found
}

/** When transports of a lane arrived, and when each departed, in the order in which they came. */
export interface LaneTimes {
  readonly arrivedUs: readonly number[]
  readonly departedUs: readonly number[]
}

/** The order in which transports came, whatever order they are heard in. */
export function orderOfTransports(one: Transport, other: Transport): number {
  if (one.arrivedUs !== other.arrivedUs) return one.arrivedUs - other.arrivedUs
  if (one.departedUs !== other.departedUs) return one.departedUs - other.departedUs
  return one.departure < other.departure ? -1 : 1
}

/** The transports of one lane, the last MOST_TRANSPORTS that came, asked for several times. */
export class LaneHistory {
  readonly #arrivedUs: number[]
  readonly #departedUs: number[]
  /** By how many had come. */
  readonly #lanes = new Map<number, Lane | undefined>()

  constructor({ arrivedUs, departedUs }: LaneTimes) {
    this.#arrivedUs = [...arrivedUs]
    this.#departedUs = [...departedUs]
  }

  static of(transports: readonly Transport[]): LaneHistory {
    return new LaneHistory({
      arrivedUs: transports.map(({ arrivedUs }) => arrivedUs),
      departedUs: transports.map(({ departedUs }) => departedUs),
    })
  }

  copy(): LaneHistory {
    return new LaneHistory({ arrivedUs: this.#arrivedUs, departedUs: this.#departedUs })
  }

  add({ arrivedUs, departedUs }: Pick<Transport, 'arrivedUs' | 'departedUs'>): void {
    let at = this.#countBefore(arrivedUs)
    while (this.#arrivedUs[at] === arrivedUs && (this.#departedUs[at] ?? 0) < departedUs) at += 1
    this.#arrivedUs.splice(at, 0, arrivedUs)
    this.#departedUs.splice(at, 0, departedUs)
    this.#lanes.clear()
    if (this.#arrivedUs.length <= MOST_TRANSPORTS) return
    this.#arrivedUs.shift()
    this.#departedUs.shift()
  }

  /** What is known of those that came before a time; undefined where none did. */
  at(timeUs: number): Lane | undefined {
    const { length } = this.#arrivedUs
    const come = this.#countBefore(timeUs)
    // Where older ones are forgotten, the oldest that are kept stand for them.
    const end = length < MOST_TRANSPORTS ? come : Math.max(come, WINDOW)
    if (!this.#lanes.has(end)) this.#lanes.set(end, this.#lastBefore(end))
    return this.#lanes.get(end)
  }

  #lastBefore(end: number): Lane | undefined {
    const from = Math.max(0, end - WINDOW)
    const departedUs = this.#departedUs.slice(from, end)
    const arrivedUs = this.#arrivedUs.slice(from, end)
    const days = daysWithin(95, { arrivedUs, departedUs })
    return days === undefined ? undefined : { transports: arrivedUs.length, days }
  }

  #countBefore(timeUs: number): number {
    let [from, to] = [0, this.#arrivedUs.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if ((this.#arrivedUs[middle] ?? timeUs) < timeUs) from = middle + 1
      else to = middle
    }
    return from
  }
}

/** Of those that a limit rests on. */
export function newestOf({ arrivedUs, departedUs }: LaneTimes): LaneTimes {
  return { arrivedUs: arrivedUs.slice(-WINDOW), departedUs: departedUs.slice(-WINDOW) }
}

/** The days that so many percent of some transports took at most, by nearest rank. */
export function daysWithin(percent: number, times: LaneTimes): number | undefined {
  const { arrivedUs, departedUs } = times
  const taken = Float64Array.from(arrivedUs, (each, at) => each - (departedUs[at] ?? each)).sort()
  const us = taken[Math.ceil((taken.length * percent) / 100) - 1]
  return us === undefined ? undefined : us / US_A_DAY
}
