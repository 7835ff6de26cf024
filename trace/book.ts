/**
 * What a walk has told so far and may still tell: which nodes, how well, how many. A few bytes an
 * item.
 */
import type { ChainCut, RawPart, Standing } from './parts.ts'
import { Bytes, certaintyOf, type Tier } from './reach.ts'
import type { ItemRef } from './source.ts'
import { ToldCarriers } from './whereabouts.ts'

/** From the best. */
const STANDINGS: readonly Standing[] = ['traced', 'lot', 'carrier', 'attached']
const TIERS = 3
const DEEPEST = 255
/** Items counted beyond the node limit before the walk stops looking. */
const LOOKAHEAD = 10_000
const EXAMPLES = 10
/** Parts held before they are passed on. */
const HELD_PARTS = 10_000

export class Book {
  readonly carriers = new ToldCarriers()
  readonly #limit: number
  /** 1 + place of (standing, certainty), the best first. */
  readonly #ranks = new Bytes()
  readonly #depths = new Bytes()
  readonly #crowded = new Tally()
  #barred = new Tally()
  #deepest = new Tally()
  #count = 0
  #parts: RawPart[] = []

  /** Whether it is told which events of an item are of concern. */
  readonly wantsEvents: boolean

  /** `limit`: how many nodes may be told in one direction. */
  constructor(limit: number, wantsEvents: boolean) {
    this.#limit = limit
    this.wantsEvents = wantsEvents
  }

  get remaining(): number {
    return this.#limit - this.#count
  }

  get isExhausted(): boolean {
    return this.#barred.count > LOOKAHEAD
  }

  get isFull(): boolean {
    return this.#parts.length >= HELD_PARTS
  }

  tell(part: RawPart): void {
    this.#parts.push(part)
  }

  /** The parts told since they were last taken. */
  take(): RawPart[] {
    const parts = this.#parts
    this.#parts = []
    return parts
  }

  isTold({ ref }: ItemRef): boolean {
    return this.#ranks.get(ref) > 0
  }

  /** Tells of a node if that says more than what was told; false where the limit bars it. */
  tellNode(item: ItemRef, standing: Standing, tier: Tier, depth: number): boolean {
    const { ref, key, kind } = item
    const rank = STANDINGS.indexOf(standing) * TIERS + tier + 1
    const told = this.#ranks.get(ref)
    const capped = Math.min(depth, DEEPEST)
    if (told === 0) {
      if (this.remaining <= 0) {
        this.#barred.add(item)
        return false
      }
      this.#count++
    } else if (told < rank || (told === rank && this.#depths.get(ref) <= capped)) {
      return true
    }
    this.#ranks.set(ref, rank)
    this.#depths.set(ref, capped)
    this.tell({ part: 'node', key, kind, standing, certainty: certaintyOf(tier), depth })
    return true
  }

  /** That an item has more rows than were looked at. */
  tellCrowded(item: ItemRef): void {
    this.#crowded.add(item)
  }

  /** That the depth limit ends the walk at an item. */
  tellDeepest(item: ItemRef): void {
    this.#deepest.add(item)
  }

  /** Ends a direction: what was cut in it. The next one begins with the whole limit. */
  close(): ChainCut[] {
    const cuts = [
      this.#deepest.cut('depth', false),
      this.#barred.cut('limit', this.isExhausted),
      this.#crowded.cut('rows', false),
    ]
    this.#deepest = new Tally()
    this.#barred = new Tally()
    this.#count = 0
    return cuts.filter((cut) => cut.count > 0)
  }
}

/** Counts items, each once, and keeps the first of them in the order of their keys. */
class Tally {
  readonly #known = new Bytes()
  #keys: string[] = []
  count = 0

  add({ ref, key }: ItemRef): void {
    if (this.#known.get(ref) > 0) return
    this.#known.set(ref, 1)
    this.count++
    const last = this.#keys.at(-1)
    if (this.#keys.length === EXAMPLES && last !== undefined && key > last) return
    this.#keys = [...this.#keys, key].sort().slice(0, EXAMPLES)
  }

  cut(reason: ChainCut['reason'], atLeast: boolean): ChainCut {
    return { part: 'cut', reason, count: this.count, atLeast, keys: this.#keys }
  }
}
