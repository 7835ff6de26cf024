/**
 * A walk in one direction: breadth first, a level at a time, each level in chunks.
 *
 * Memory is bounded whatever the size of the result: a level that outgrows the frontier is walked
 * in parts, each to its end before the next, and what remains of an item that is done is a few
 * bytes. Cycles end, because an item is gone on from again only when it is reached over more
 * time, or more certainly, than before.
 */
import { becomes, becomesByRows, isNearSide } from './becomes.ts'
import { contents, lotsUpward, serials } from './belonging.ts'
import type { Book } from './book.ts'
import { ALWAYS, Carriers } from './carriers.ts'
import { type Expansion, type Found, Frontier, staysInside } from './frontier.ts'
import type { RawPart } from './parts.ts'
import { bestTier, type Direction, EVERYWHERE, type Tier, tierAt, UNREACHED } from './reach.ts'
import { Settler } from './settler.ts'
import type { ItemRef } from './source.ts'
import type { Step } from './step.ts'
import { restOf, type View } from './view.ts'
import { isNewlyReached, stayLink, tellWhereabouts } from './whereabouts.ts'

/** Items held to go on from. Up to here a level is walked as one. */
const FRONTIER_ITEMS = 10_000
/** Items whose trails are read at once. */
const CHUNK_ITEMS = 1_000

export interface PassOptions {
  readonly view: View
  readonly direction: Direction
  /** How many steps from the start. */
  readonly maxDepth: number
  /** The start and where it was have been told by a pass in the other direction. */
  readonly isSecond: boolean
}

export class Pass {
  readonly #options: PassOptions
  readonly #book: Book
  readonly #carriers: Carriers
  readonly #settler: Settler
  #start: number | undefined

  constructor(options: PassOptions, book: Book) {
    this.#options = options
    this.#book = book
    this.#carriers = new Carriers(options.view)
    this.#settler = new Settler(options.view, options.direction, this.#carriers)
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
    yield* this.#walk(frontier.take(), 0)
    for (const cut of this.#book.close()) this.#book.tell(cut)
    yield this.#book.take()
  }

  async *#walk(from: readonly Found[], fromDepth: number): AsyncGenerator<RawPart[]> {
    let level = from
    for (let depth = fromDepth; level.length > 0; depth++) {
      const frontier = new Frontier()
      const step = this.#step(depth, frontier)
      for (const chunk of this.#chunks(level)) {
        for await (const _ of this.#expand(step, chunk, depth)) {
          const told = this.#book.take()
          if (told.length > 0) yield told
          if (frontier.size >= FRONTIER_ITEMS) yield* this.#walk(frontier.take(), depth + 1)
        }
      }
      level = frontier.take()
    }
  }

  /** Where the node limit may bar some of a level, the order of keys says which. */
  *#chunks(level: readonly Found[]): Iterable<readonly Found[]> {
    const near = this.#book.remaining < level.length + 2 * FRONTIER_ITEMS
    const ordered = near ? [...level].sort(byKey) : level
    for (let at = 0; at < ordered.length; at += CHUNK_ITEMS) {
      yield ordered.slice(at, at + CHUNK_ITEMS)
    }
  }

  #step(depth: number, frontier: Frontier): Step {
    const book = this.#book
    const settler = this.#settler
    const { view, direction } = this.#options
    return {
      view,
      carriers: this.#carriers,
      direction,
      sign: direction === 'back' ? 1 : -1,
      isNearSide: (row) => isNearSide(direction, row),
      tell: (part) => book.tell(part),
      tellNode: (item, standing, tier, away = 1) =>
        book.tellNode(item, standing, tier, depth + away),
      wantsEvents: book.wantsEvents,
      isTold: (item) => book.isTold(item),
      tellCrowded: (item) => book.tellCrowded(item),
      isKnown: (item, footing, bound, tier) => settler.isKnown(item, footing, bound, tier),
      discover: (item, footing, arrival, link) => {
        // What its own trail decides is told when that has been read.
        const isDecided = !arrival.inside && !arrival.lot
        if (isDecided && !book.tellNode(item, footing, arrival.tier, depth + 1)) return
        if (link) book.tell(link)
        frontier.add(item, footing, arrival)
      },
      isFull: () => book.isFull,
      isExhausted: () => book.isExhausted,
    }
  }

  /** Tells of some items and finds what lies beyond them; comes back to its caller in between. */
  async *#expand(step: Step, chunk: readonly Found[], depth: number): AsyncGenerator<void> {
    const onward = (await this.#settle(step, chunk)).filter((each) => !this.#isLeaf(each))
    if (depth >= this.#options.maxDepth) {
      const cut = onward.filter((expansion) => goesOn(step, expansion))
      for (const { trail } of cut) this.#book.tellDeepest(trail.item)
    } else {
      // Looks at carriers before it first comes back: a part walked meanwhile may forget them.
      yield* becomes(step, onward)
      for (const expansion of onward) {
        if (step.isExhausted()) break
        if (expansion.openings.length > 0) yield* contents(step, expansion)
        if (expansion.footing === 'traced') lotsUpward(step, expansion)
        if (isOpenLot(step, expansion)) yield* serials(step, expansion, expansion.trail.rows)
        if (expansion.trail.more) yield* this.#rest(step, expansion)
      }
    }
    yield
  }

  /**
   * What the rows beyond those kept lead to. Of a lot that is only touched, the first are enough.
   */
  async *#rest(step: Step, expansion: Expansion): AsyncGenerator<void> {
    step.tellCrowded(expansion.trail.item)
    if (expansion.footing !== 'traced') return
    for await (const rows of restOf(this.#options.view, expansion.trail)) {
      yield* becomesByRows(step, expansion, rows)
      if (isOpenLot(step, expansion)) yield* serials(step, expansion, rows)
      if (step.isExhausted()) return
    }
  }

  /** Those about which there is something new, which is told. */
  async #settle(step: Step, chunk: readonly Found[]): Promise<Expansion[]> {
    const known = await this.#settler.read(chunk)
    const expansions: Expansion[] = []
    for (const found of chunk) {
      const expansion = this.#settler.settle(found, known)
      if (!expansion || !step.tellNode(found.item, found.footing, bestOf(expansion), 0)) continue
      if (this.#options.isSecond && found.item.ref === this.#start) expansion.shown = EVERYWHERE
      this.#tell(step, expansion)
      expansions.push(expansion)
    }
    return expansions
  }

  #tell(step: Step, expansion: Expansion): void {
    const { footing, trail } = expansion
    if (footing === 'traced') tellWhereabouts(step, this.#book.carriers, expansion)
    else tellInsides(step, expansion)
    if (step.wantsEvents) {
      const events = trail.rows.filter((row) => isNewlyReached(step, expansion, row.eventTimeUs))
      step.tell({ part: 'seen', key: trail.item.key, events })
    }
    if (trail.item.kind === 'class' && this.#isLeaf(expansion)) tellClassOnly(step, expansion)
  }

  /** What is shown and not gone on from: a class says what kind of thing it is, not which. */
  #isLeaf({ footing, trail }: Expansion): boolean {
    const { kind, ref } = trail.item
    return footing === 'attached' || (kind === 'class' && ref !== this.#start)
  }
}

function byKey(one: Found, other: Found): number {
  return one.item.key < other.item.key ? -1 : 1
}

function bestOf({ arrivals }: Expansion): Tier {
  let best = UNREACHED
  for (const { tier } of arrivals) best = Math.min(best, tier)
  return best
}

function isOpenLot({ direction }: Step, { footing, trail }: Expansion): boolean {
  return direction === 'forward' && footing === 'traced' && trail.item.kind === 'lot'
}

/** Whether a walk would go on from an item, as far as its own rows say. */
function goesOn(step: Step, expansion: Expansion): boolean {
  const { trail, bounds, openings, footing, lots } = expansion
  if (openings.length > 0 || (footing === 'traced' && lots.length > 0)) return true
  return trail.rows.some((row) => {
    if (row.role === 'lot' && isOpenLot(step, expansion)) return true
    return step.isNearSide(row) && tierAt(bounds, step.sign * row.eventTimeUs) < UNREACHED
  })
}

/** The stays for the sake of which a part of a lot, or what is attached, was reached. */
function tellInsides(step: Step, { trail, footing, found }: Expansion): void {
  for (const { inside } of found) {
    const stays = inside ? staysInside(inside, footing, trail) : []
    for (const stay of stays) step.tell(stayLink(stay, trail.item))
  }
}

function tellClassOnly(step: Step, { trail, arrivals, before }: Expansion): void {
  const reachedBy = new Set(arrivals.map((arrival) => arrival.eventRef))
  const rows = trail.rows.filter((row) => reachedBy.has(row.eventRef))
  const row = step.direction === 'back' ? rows.at(-1) : rows[0]
  if (!row || bestTier(before) < UNREACHED) return
  step.tell({
    part: 'gap',
    kind: 'class-only',
    key: trail.item.key,
    timeUs: row.eventTimeUs,
    open: false,
    eventRefs: [row.eventRef],
  })
}
