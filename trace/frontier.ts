/**
 * What a walk goes on from: items that were found, with how and when each was reached, and what
 * has become of it when its own trail is known.
 */
import { covers, overlap, type Stretch } from './carriers.ts'
import type { Stay } from './containment.ts'
import type { ItemLot } from './lots.ts'
import { type Bounds, type Direction, type Tier, tierOf } from './reach.ts'
import type { ItemRef } from './source.ts'
import type { ItemTrail } from './view.ts'

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
  readonly inside?: Inside
  /** It is a serial of a lot that is traced, as this event says. */
  readonly lot?: ItemLot
}

export interface Inside {
  readonly parent: ItemRef
  readonly during: Stretch
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
  arrivals: Arrival[]
}

/** An item that is walked on from, with what is known about it. */
export interface Expansion {
  readonly footing: Footing
  readonly trail: ItemTrail
  readonly lots: readonly ItemLot[]
  /** The arrivals that hold, and all it was found by. */
  readonly arrivals: readonly Arrival[]
  readonly found: readonly Arrival[]
  /** When its contents are of concern, where they have not been looked at yet. */
  readonly openings: readonly Contents[]
  /** What it was reached in before. */
  readonly before: Bounds
  /** What its whereabouts have been told for; and what it became, on whatever footing. */
  shown: Bounds
  readonly told: Bounds
  readonly bounds: Bounds
}

const FOOTINGS: readonly Footing[] = ['traced', 'lot', 'attached']

/** Items to go on from, each once a footing. */
export class Frontier {
  #found = new Map<number, Found>()

  get size(): number {
    return this.#found.size
  }

  add(item: ItemRef, footing: Footing, arrival: Arrival): void {
    const at = item.ref * FOOTINGS.length + FOOTINGS.indexOf(footing)
    const known = this.#found.get(at)
    if (!known) {
      this.#found.set(at, { item, footing, arrivals: [arrival] })
    } else if (!known.arrivals.some((each) => isAsGood(each, arrival))) {
      known.arrivals = known.arrivals.filter((each) => !isAsGood(arrival, each))
      known.arrivals.push(arrival)
    }
  }

  /** All of them, and begins anew. */
  take(): Found[] {
    const found = [...this.#found.values()]
    this.#found = new Map()
    return found
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

/**
 * What holds of an arrival, now that the trail and the lots of the item are known: nothing where
 * it was never inside, an arrival for each time it was.
 */
export function settleArrival(
  direction: Direction,
  arrival: Arrival,
  { footing }: Found,
  trail: ItemTrail,
  lots: readonly ItemLot[],
): Arrival | readonly Arrival[] {
  if (arrival.lot) return arrivalFromLot(arrival, arrival.lot, trail, lots)
  const { inside } = arrival
  if (!inside) return arrival
  return staysInside(inside, footing, trail).flatMap((stay) => {
    const during = overlap(stay, inside.during)
    if (!during) return []
    const tier = Math.max(arrival.tier, tierOf(stay.certainty))
    const bound = direction === 'forward' ? -during.fromUs : during.toUs - 1
    return { bound, tier, eventRef: stay.eventRefs[0], contents: { during, tier } }
  })
}

/** The stays for the sake of which an item was reached. */
export function staysInside(
  { parent, during }: Inside,
  footing: Footing,
  { stays }: ItemTrail,
): readonly Stay[] {
  const kind = footing === 'attached' ? 'associated' : 'contains'
  return stays.filter((stay) => {
    return stay.kind === kind && stay.parent.ref === parent.ref && overlap(stay, during)
  })
}

/**
 * A serial of a lot that was traced from some time on: inferred to be of that part of the lot,
 * and no more than possible where it was there before, or where its own origin is stated. A
 * serial whose lot is known from a better source is not one of a lot that is only named beside
 * it.
 */
function arrivalFromLot(
  { bound, tier: best, eventRef }: Arrival,
  lot: ItemLot,
  { rows }: ItemTrail,
  lots: readonly ItemLot[],
): Arrival | readonly Arrival[] {
  if (lot.certainty !== 'observed' && lots.some((each) => isBetterKnown(each, lot.lot))) return []
  const isWhole = bound === Number.POSITIVE_INFINITY
  const bornUs = rows[0]?.eventTimeUs ?? Number.POSITIVE_INFINITY
  const isElsewhere = !isWhole && (bornUs < -bound || rows.some(({ role }) => role === 'output'))
  const tier = Math.max(best, tierOf(lot.certainty), isElsewhere ? 2 : isWhole ? 0 : 1)
  const during = { fromUs: -bound, toUs: Number.POSITIVE_INFINITY }
  return { bound, tier, eventRef, contents: { during, tier }, lot }
}

function isBetterKnown({ lot, certainty }: ItemLot, than: ItemRef): boolean {
  return certainty === 'observed' && lot.ref !== than.ref
}
