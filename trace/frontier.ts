/**
 * What a walk goes on from: items that were found, with how and when each was reached, and what has
 * become of it when its own trail is known.
 */
import type { Placed, Stretch } from './carriers.ts'
import { covers, overlap } from './carriers.ts'
import type { Stay } from './containment.ts'
import type { ItemLot } from './lots.ts'
import { type Bounds, type Direction, type Tier, tierOf } from './reach.ts'
import type { ItemRef } from './source.ts'

/** How an item is walked on from. */
export type Footing = 'traced' | 'lot' | 'attached'

/** One way in which an item was reached. */
export interface Arrival {
  /** Signed, as in Bounds. */
  readonly bound: number
  readonly tier: Tier
  /** The event by which it was reached, where it was one. */
  readonly eventRef: number | undefined
  /** When its contents belong to what is traced; undefined where it has none to follow. */
  readonly contents: Contents | undefined
  /** Holds only for what was inside this parent during the stretch: its own trail tells. */
  readonly inside?: { readonly parent: ItemRef; readonly during: Stretch }
  /** It is a serial of a lot that is traced, as this event says. */
  readonly lot?: ItemLot
}

export interface Contents {
  readonly during: Stretch
  /** The best certainty that what was inside is traced as well. */
  readonly tier: Tier
}

/** An item in the frontier. */
export interface Found {
  readonly item: ItemRef
  readonly footing: Footing
  readonly arrivals: Arrival[]
}

/** An item that is walked on from, with what is known about it. */
export interface Expansion {
  readonly footing: Footing
  readonly placed: Placed
  readonly lots: readonly ItemLot[]
  readonly arrivals: readonly Arrival[]
  /** When its contents are of concern, where they have not been looked at yet. */
  readonly openings: readonly Contents[]
  /** The stays for the sake of which it was reached. */
  readonly insides: readonly Stay[]
  /** What it was reached in before. */
  readonly before: Bounds
  /** What its whereabouts have been told for; and what it became, on whatever footing. */
  readonly shown: Bounds
  readonly told: Bounds
  readonly bounds: Bounds
}

const FOOTINGS: readonly Footing[] = ['traced', 'lot', 'attached']

/** Items to go on from, each once a footing. */
export class Frontier {
  readonly #found = new Map<number, Found>()

  get size(): number {
    return this.#found.size
  }

  add(item: ItemRef, footing: Footing, arrival: Arrival): void {
    const at = item.ref * FOOTINGS.length + FOOTINGS.indexOf(footing)
    const known = this.#found.get(at)
    if (!known) this.#found.set(at, { item, footing, arrivals: [arrival] })
    else if (!known.arrivals.some((each) => isAsGood(each, arrival))) known.arrivals.push(arrival)
  }

  entries(): Found[] {
    return [...this.#found.values()]
  }
}

/** Whether an arrival makes another superfluous: a thousand inputs may become one output. */
function isAsGood(known: Arrival, other: Arrival): boolean {
  if (known.inside?.parent.ref !== other.inside?.parent.ref) return false
  if (known.lot?.lot.ref !== other.lot?.lot.ref) return false
  if (known.bound < other.bound || known.tier > other.tier) return false
  if (known.inside && other.inside && !covers(known.inside.during, other.inside.during))
    return false
  return !other.contents || (!!known.contents && isAsOpen(known.contents, other.contents))
}

/** Whether one opening of a container shows all that another would. */
export function isAsOpen(known: Contents, other: Contents): boolean {
  return known.tier <= other.tier && covers(known.during, other.during)
}

/** What holds of the arrivals of an item, now that its own trail and stays are known. */
export function settle(
  direction: Direction,
  { footing, arrivals }: Found,
  placed: Placed,
  lots: readonly ItemLot[],
): { arrivals: Arrival[]; insides: Stay[] } {
  const insides = new Set<Stay>()
  const kind = footing === 'attached' ? 'associated' : 'contains'
  const settled = arrivals.flatMap((arrival): Arrival[] => {
    if (arrival.inside) {
      const { parent, during } = arrival.inside
      return placed.stays.flatMap((stay) => {
        const same = stay.kind === kind && stay.parent.ref === parent.ref
        const inside = same ? overlap(stay, during) : undefined
        if (!inside) return []
        insides.add(stay)
        return [insideArrival(direction, arrival, stay, inside)]
      })
    }
    if (arrival.lot) return lotArrivals(arrival, arrival.lot, placed, lots)
    return [arrival]
  })
  return { arrivals: settled, insides: [...insides] }
}

function insideArrival(
  direction: Direction,
  arrival: Arrival,
  stay: Stay,
  inside: Stretch,
): Arrival {
  const tier = Math.max(arrival.tier, tierOf(stay.certainty))
  return {
    bound: direction === 'forward' ? -inside.fromUs : inside.toUs - 1,
    tier,
    eventRef: stay.eventRefs[0],
    contents: { during: inside, tier },
  }
}

/**
 * A serial of a lot that was traced from some time on: inferred to be of that part of the lot, and no
 * more than possible where it was there before, or where its own origin is stated. A serial whose
 * lot is known from a better source is not one of a lot that is only named beside it.
 */
function lotArrivals(
  arrival: Arrival,
  { certainty, lot }: ItemLot,
  { rows }: Placed,
  lots: readonly ItemLot[],
): Arrival[] {
  const known = lots.some((other) => other.certainty === 'observed' && other.lot.ref !== lot.ref)
  if (certainty !== 'observed' && known) return []
  const whole = arrival.bound === Number.POSITIVE_INFINITY
  const bornUs = rows[0]?.eventTimeUs ?? Number.POSITIVE_INFINITY
  const elsewhere = bornUs < -arrival.bound || rows.some((row) => row.role === 'output')
  const tier = Math.max(arrival.tier, tierOf(certainty), whole ? 0 : elsewhere ? 2 : 1)
  const during = { fromUs: -arrival.bound, toUs: Number.POSITIVE_INFINITY }
  return [{ ...arrival, tier, contents: { during, tier } }]
}
