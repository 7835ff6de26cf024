/**
 * Settles what has been found: reads its trails, places it in what carried it, and says what is
 * new about each item, how far in time it is reached and how certainly.
 */
import { mayTell } from './belonging.ts'
import type { Carriers } from './carriers.ts'
import {
  type Arrival,
  type Contents,
  type Expansion,
  type Footing,
  type Found,
  isAsOpen,
  settleArrival,
} from './frontier.ts'
import { type ItemLot, lotsOf } from './lots.ts'
import { type Bounds, type Direction, isWider, Reach, type Tier, tierAt, widened } from './reach.ts'
import type { ItemRef, TrailRow } from './source.ts'
import { type ItemTrail, trailsOf, type View } from './view.ts'

const NO_LOTS: readonly ItemLot[] = []

export class Settler {
  readonly #view: View
  readonly #direction: Direction
  readonly #carriers: Carriers
  readonly #reach: Readonly<Record<Footing, Reach>> = {
    traced: new Reach(),
    lot: new Reach(),
    attached: new Reach(),
  }
  /** When the contents of containers have been looked at, by reference. */
  readonly #opened = new Map<number, readonly Contents[]>()

  constructor(view: View, direction: Direction, carriers: Carriers) {
    this.#view = view
    this.#direction = direction
    this.#carriers = carriers
  }

  /** Whether going on from an item, without its contents, would find nothing new. */
  isKnown({ ref }: ItemRef, footing: Footing, bound: number, tier: Tier): boolean {
    if (tierAt(this.#reach.traced.get(ref), bound) <= tier) return true
    return tierAt(this.#reach[footing].get(ref), bound) <= tier
  }

  /** What is known of some items together; each is settled by `settle` when its turn comes. */
  async read(chunk: readonly Found[]): Promise<Known> {
    const items = new Map(chunk.map(({ item }) => [item.ref, item]))
    const trails = await trailsOf(this.#view, [...items.values()])
    const traced: ItemTrail[] = []
    const carried = new Set<ItemTrail>()
    for (const found of chunk) {
      const trail = trails.get(found.item.ref)
      if (!trail) continue
      if (found.footing === 'traced') traced.push(trail)
      if (found.footing !== 'lot' || found.arrivals.some(({ inside }) => inside)) carried.add(trail)
    }
    await this.#carriers.place([...carried])
    return { trails, lots: await lotsOf(this.#view, traced) }
  }

  /** What is new about an item; undefined where nothing is. */
  settle(found: Found, { trails, lots: known }: Known): Expansion | undefined {
    const { item, footing } = found
    const trail = trails.get(item.ref)
    if (!trail) return undefined
    const lots = known.get(item.ref) ?? NO_LOTS
    const arrivals: Arrival[] = []
    for (const each of found.arrivals) {
      const settled = settleArrival(this.#direction, each, found, trail, lots)
      if ('bound' in settled) arrivals.push(settled)
      else arrivals.push(...settled)
    }
    const before = this.#reach[footing].get(item.ref)
    const bounds = this.#widen(before, footing, trail, arrivals)
    const openings = footing === 'traced' ? this.#open(trail, arrivals) : []
    if (openings.length === 0 && !isWider(bounds, before)) return undefined
    const told = this.#toldBounds(item)
    this.#reach[footing].set(item.ref, bounds)
    return {
      footing,
      trail,
      lots,
      arrivals,
      found: found.arrivals,
      openings,
      before,
      shown: before,
      told,
      bounds,
    }
  }

  #widen(before: Bounds, footing: Footing, trail: ItemTrail, arrivals: readonly Arrival[]): Bounds {
    // Where a part of a lot is, the rest may be as well: it is possible and no more.
    const least: Tier = footing === 'lot' && this.#direction === 'forward' ? 2 : 0
    let bounds = before
    for (const { bound, tier } of arrivals) {
      bounds = widened(bounds, Math.max(tier, least), this.#effective(bound, trail))
    }
    return bounds
  }

  /**
   * Reached before all it did is reached for good: most items of a large walk cost no more then.
   */
  #effective(bound: number, { item, rows, stays }: ItemTrail): number {
    const first = rows[0]
    if (this.#direction === 'back' || item.kind === 'lot' || !first) return bound
    if (-bound > first.eventTimeUs || stays.some((stay) => -bound > stay.fromUs)) return bound
    return Number.POSITIVE_INFINITY
  }

  /** Up to where what an item became has been told, on whatever footing. */
  #toldBounds({ ref }: ItemRef): Bounds {
    const [, , lot] = this.#reach.lot.get(ref)
    const traced = this.#reach.traced.get(ref)
    return Number.isNaN(lot) ? traced : widened(traced, 2, lot)
  }

  /** The times at which the contents of a container are of concern, and were not before. */
  #open({ item, rows }: ItemTrail, arrivals: readonly Arrival[]): readonly Contents[] {
    if (!rows.some(isParent)) return []
    const openings: Contents[] = []
    for (const { contents: opening } of arrivals) {
      if (!opening || !rows.some((row) => mayTell(row, opening))) continue
      const known = this.#opened.get(item.ref) ?? []
      if (known.some((each) => isAsOpen(each, opening))) continue
      this.#opened.set(item.ref, [...known, opening])
      openings.push(opening)
    }
    return openings
  }
}

export interface Known {
  readonly trails: ReadonlyMap<number, ItemTrail>
  readonly lots: ReadonlyMap<number, readonly ItemLot[]>
}

function isParent({ role }: TrailRow): boolean {
  return role === 'parent'
}
