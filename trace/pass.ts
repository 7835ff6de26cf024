/**
 * A walk in one direction: breadth first, a level at a time, each level in chunks.
 *
 * Memory is bounded whatever the size of the result: a level that outgrows the frontier is walked in
 * parts, each to its end before the next, and what remains of an item that is done is a few bytes.
 * Cycles end, because an item is gone on from again only when it is reached over more time, or more
 * certainly, than before.
 */
import { becomes, becomesByRows, isNear } from './becomes.ts'
import { contents, lotsUpward, mayTell, serials } from './belonging.ts'
import type { Book } from './book.ts'
import { ALWAYS, Carriers, type Placed } from './carriers.ts'
import {
  type Arrival,
  type Contents,
  type Expansion,
  type Footing,
  type Found,
  Frontier,
  isAsOpen,
  settle,
} from './frontier.ts'
import { type ItemLot, lotsOf } from './lots.ts'
import type { RawPart } from './parts.ts'
import {
  type Bounds,
  bestTier,
  type Direction,
  EVERYWHERE,
  isWider,
  Reach,
  type Tier,
  tierAt,
  UNREACHED,
  widened,
} from './reach.ts'
import type { ItemRef, TrailRow } from './source.ts'
import type { Step } from './step.ts'
import { type ItemTrail, restOf, trailsOf, type View } from './view.ts'
import { stayLink, tellEvents, tellWhereabouts } from './whereabouts.ts'

/** Items held to go on from. Up to here a level is walked as one. */
const FRONTIER_ITEMS = 10_000
/** Items whose trails are read at once. */
const CHUNK_ITEMS = 1_000

export class Pass {
  readonly #view: View
  readonly #direction: Direction
  readonly #sign: 1 | -1
  readonly #book: Book
  readonly #maxDepth: number
  readonly #isSecond: boolean
  readonly #carriers: Carriers
  readonly #reach: Record<Footing, Reach> = {
    traced: new Reach(),
    lot: new Reach(),
    attached: new Reach(),
  }
  readonly #opened = new Map<number, Contents[]>()
  #start: number | undefined

  /** `isSecond`: the start and where it was have been told by a pass in the other direction. */
  constructor(view: View, direction: Direction, book: Book, maxDepth: number, isSecond: boolean) {
    this.#isSecond = isSecond
    this.#view = view
    this.#direction = direction
    this.#sign = direction === 'back' ? 1 : -1
    this.#book = book
    this.#maxDepth = maxDepth
    this.#carriers = new Carriers(view)
  }

  /** The parts of the chain of one item, in batches. */
  async *run(start: ItemRef): AsyncGenerator<RawPart[]> {
    this.#start = start.ref
    const frontier = new Frontier()
    frontier.add(start, 'traced', {
      bound: Number.POSITIVE_INFINITY,
      tier: 0,
      eventRef: undefined,
      contents: { during: ALWAYS, tier: 0 },
    })
    yield* this.#walk(frontier.entries(), 0)
    for (const cut of this.#book.close()) this.#book.tell(cut)
    yield this.#book.take()
  }

  async *#walk(from: readonly Found[], fromDepth: number): AsyncGenerator<RawPart[]> {
    let level = from
    for (let depth = fromDepth; level.length > 0; depth++) {
      let frontier = new Frontier()
      const step = this.#step(depth, (item, footing, arrival) => {
        frontier.add(item, footing, arrival)
      })
      for (const chunk of this.#chunks(level)) {
        for await (const _ of this.#expand(step, chunk, depth)) {
          const told = this.#book.take()
          if (told.length > 0) yield told
          if (frontier.size < FRONTIER_ITEMS) continue
          const part = frontier.entries()
          frontier = new Frontier()
          yield* this.#walk(part, depth + 1)
        }
      }
      level = frontier.entries()
    }
  }

  /** Where the node limit may bar some of a level, the order of keys says which. */
  *#chunks(level: readonly Found[]): Iterable<readonly Found[]> {
    const near = this.#book.remaining < level.length + 2 * FRONTIER_ITEMS
    const byKey = (one: Found, other: Found) => (one.item.key < other.item.key ? -1 : 1)
    const ordered = near ? [...level].sort(byKey) : level
    for (let at = 0; at < ordered.length; at += CHUNK_ITEMS) {
      yield ordered.slice(at, at + CHUNK_ITEMS)
    }
  }

  #step(depth: number, add: (item: ItemRef, footing: Footing, arrival: Arrival) => void): Step {
    const book = this.#book
    return {
      view: this.#view,
      carriers: this.#carriers,
      direction: this.#direction,
      sign: this.#sign,
      tell: (part) => book.tell(part),
      tellNode: (item, standing, tier, away = 1) =>
        book.tellNode(item, standing, tier, depth + away),
      isTold: (item) => book.isTold(item),
      tellCrowded: (item) => book.tellCrowded(item),
      discover: ({ item, footing, arrival, link }) => {
        // What its own trail decides is told when that has been read.
        const decided = !arrival.inside && !arrival.lot
        if (decided && !book.tellNode(item, footing, arrival.tier, depth + 1)) return
        if (link) book.tell(link)
        add(item, footing, arrival)
      },
      isExhausted: () => book.isExhausted,
    }
  }

  /** Tells of some items and finds what lies beyond them; comes back to its caller in between. */
  async *#expand(step: Step, chunk: readonly Found[], depth: number): AsyncGenerator<void> {
    const expansions = await this.#settleAll(step, chunk)
    for (const expansion of expansions) this.#tell(step, expansion)
    const onward = expansions.filter((expansion) => !this.#isLeaf(expansion))
    if (depth >= this.#maxDepth) {
      for (const each of onward)
        if (this.#goesOn(step, each)) this.#book.tellDeepest(each.placed.item)
      yield
      return
    }
    yield* becomes(step, onward)
    for (const expansion of onward) {
      if (step.isExhausted()) break
      if (expansion.footing === 'traced') yield* this.#openUp(step, expansion)
      if (expansion.placed.more) yield* this.#rest(step, expansion)
    }
    yield
  }

  /** Contents, serials and lots: what an item is traced with. */
  async *#openUp(step: Step, expansion: Expansion): AsyncGenerator<void> {
    yield* contents(step, expansion)
    lotsUpward(step, expansion)
    if (isOpenLot(step, expansion)) yield* serials(step, expansion, expansion.placed.rows)
  }

  /** What the rows beyond those kept lead to. Of a lot that is only touched, the first are enough. */
  async *#rest(step: Step, expansion: Expansion): AsyncGenerator<void> {
    step.tellCrowded(expansion.placed.item)
    if (expansion.footing !== 'traced') return
    for await (const rows of restOf(this.#view, expansion.placed)) {
      yield* becomesByRows(step, expansion, rows)
      if (isOpenLot(step, expansion)) yield* serials(step, expansion, rows)
      if (step.isExhausted()) return
    }
  }

  async #settleAll(step: Step, chunk: readonly Found[]): Promise<Expansion[]> {
    const items = new Map(chunk.map(({ item }) => [item.ref, item]))
    const trails = await trailsOf(this.#view, [...items.values()])
    const trailOf = ({ item }: Found): ItemTrail =>
      trails.get(item.ref) ?? { item, rows: [], more: false }
    const traced = chunk.filter(({ footing }) => footing === 'traced')
    const lots = await lotsOf(this.#view, traced.map(trailOf))
    const carried = chunk.filter((found) => isCarried(found))
    const placed = new Map<Found, Placed>()
    for (const [at, each] of (await this.#carriers.place(carried.map(trailOf))).entries()) {
      const found = carried[at]
      if (found) placed.set(found, each)
    }
    return chunk.flatMap((found) => {
      const where = placed.get(found) ?? { ...trailOf(found), stays: [] }
      return this.#settle(step, found, where, lots.get(found.item.ref) ?? []) ?? []
    })
  }

  /** What is new about an item; undefined where nothing is. */
  #settle(
    step: Step,
    found: Found,
    placed: Placed,
    lots: readonly ItemLot[],
  ): Expansion | undefined {
    const { item, footing } = found
    const { arrivals, insides } = settle(this.#direction, found, placed, lots)
    const reach = this.#reach[footing]
    const before = reach.get(item.ref)
    const told = this.#toldBounds(item)
    // Where a part of a lot is, the rest may be as well: it is possible and no more.
    const least: Tier = footing === 'lot' && this.#direction === 'forward' ? 2 : 0
    const bounds = arrivals.reduce((reached, { tier, bound }) => {
      return widened(reached, Math.max(tier, least), this.#effective(bound, placed))
    }, before)
    const openings = footing === 'traced' ? this.#openingsOf(placed, arrivals) : []
    if (openings.length === 0 && !isWider(bounds, before)) return undefined
    const best = Math.min(...arrivals.map((arrival) => arrival.tier))
    if (!step.tellNode(item, footing, best, 0)) return undefined
    reach.set(item.ref, bounds)
    const shown = this.#isSecond && item.ref === this.#start ? EVERYWHERE : before
    return { footing, placed, lots, arrivals, openings, insides, before, shown, told, bounds }
  }

  /** Up to where what an item became has been told, on whatever footing. */
  #toldBounds({ ref }: ItemRef): Bounds {
    const [, , lot] = this.#reach.lot.get(ref)
    const traced = this.#reach.traced.get(ref)
    return Number.isNaN(lot) ? traced : widened(traced, 2, lot)
  }

  /** Reached before all it did is reached for good: most items of a large walk cost no more then. */
  #effective(bound: number, { item, rows, stays }: Placed): number {
    const first = rows[0]
    if (this.#direction === 'back' || item.kind === 'lot' || !first) return bound
    const all = -bound <= first.eventTimeUs && stays.every((stay) => -bound <= stay.fromUs)
    return all ? Number.POSITIVE_INFINITY : bound
  }

  #openingsOf({ item, rows }: Placed, arrivals: readonly Arrival[]): Contents[] {
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

  #tell(step: Step, expansion: Expansion): void {
    const { footing, placed, insides, shown, bounds } = expansion
    if (footing === 'traced') {
      tellWhereabouts(step, this.#book.carriers, expansion)
    } else {
      for (const stay of insides) step.tell(stayLink(stay, placed.item))
    }
    const isNew = ({ eventTimeUs }: TrailRow) => {
      const signedUs = this.#sign * eventTimeUs
      return tierAt(bounds, signedUs) < UNREACHED && tierAt(shown, signedUs) === UNREACHED
    }
    tellEvents(step, placed.item, placed.rows.filter(isNew))
    if (placed.item.kind === 'class' && this.#isLeaf(expansion)) tellClassOnly(step, expansion)
  }

  /** What is shown and not gone on from: a class says what kind of thing it is, not which. */
  #isLeaf({ footing, placed }: Expansion): boolean {
    const { kind, ref } = placed.item
    return footing === 'attached' || (kind === 'class' && ref !== this.#start)
  }

  /** Whether a walk would go on from an item, as far as its own rows say. */
  #goesOn(step: Step, { placed, bounds, openings, footing, lots }: Expansion): boolean {
    if (openings.length > 0 || (footing === 'traced' && lots.length > 0)) return true
    return placed.rows.some((row) => {
      const near = isNear(step, row) && tierAt(bounds, this.#sign * row.eventTimeUs) < UNREACHED
      return near || (row.role === 'lot' && footing === 'traced' && this.#direction === 'forward')
    })
  }
}

function isCarried({ footing, arrivals }: Found): boolean {
  return footing !== 'lot' || arrivals.some((arrival) => arrival.inside)
}

function isOpenLot({ direction }: Step, { footing, placed }: Expansion): boolean {
  return direction === 'forward' && footing === 'traced' && placed.item.kind === 'lot'
}

function tellClassOnly(step: Step, { placed, arrivals, before }: Expansion): void {
  const reachedBy = new Set(arrivals.map((arrival) => arrival.eventRef))
  const rows = placed.rows.filter((row) => reachedBy.has(row.eventRef))
  const row = step.direction === 'back' ? rows.at(-1) : rows[0]
  if (!row || bestTier(before) < UNREACHED) return
  step.tell({
    part: 'gap',
    kind: 'class-only',
    key: placed.item.key,
    timeUs: row.eventTimeUs,
    open: false,
    eventRefs: [row.eventRef],
  })
}
