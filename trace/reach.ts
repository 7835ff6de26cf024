/**
 * How far in time a walk has reached each item, and how certainly.
 *
 * A walk forward reaches an item from some time on, a walk back up to some time. Both are written
 * as one signed bound that only grows: back the time itself, forward its negative. A row of the
 * item at time t can be gone on from when sign * t <= bound. One bound is kept for each
 * certainty, so that what hangs on a poor path is never taken for what hangs on a good one: three
 * walks in one.
 */
import { CERTAINTIES, type Certainty } from './parts.ts'

export type Direction = 'back' | 'forward'

/** Place in CERTAINTIES; UNREACHED behind the last. Smaller is more certain. */
export type Tier = number
export const UNREACHED: Tier = CERTAINTIES.length

export function tierOf(certainty: Certainty): Tier {
  return CERTAINTIES.indexOf(certainty)
}

export function certaintyOf(tier: Tier): Certainty {
  return CERTAINTIES[tier] ?? 'possible'
}

/** The bound of the paths of each certainty or better; NaN where there is none. Never falling. */
export type Bounds = readonly [observed: number, inferred: number, possible: number]

const { NaN: NONE, POSITIVE_INFINITY: ALL } = Number
export const NOWHERE: Bounds = [NONE, NONE, NONE]
export const EVERYWHERE: Bounds = [ALL, ALL, ALL]

/** The best certainty with which a signed time is within the bounds. */
export function tierAt(bounds: Bounds, signedUs: number): Tier {
  if (signedUs <= bounds[0]) return 0
  if (signedUs <= bounds[1]) return 1
  return signedUs <= bounds[2] ? 2 : UNREACHED
}

/** The best certainty with which it is reached at any time. */
export function bestTier(bounds: Bounds): Tier {
  return tierAt(bounds, Number.NEGATIVE_INFINITY)
}

export function widened([first, second, third]: Bounds, tier: Tier, bound: number): Bounds {
  return [
    tier > 0 || bound <= first ? first : bound,
    tier > 1 || bound <= second ? second : bound,
    bound <= third ? third : bound,
  ]
}

export function isWider(bounds: Bounds, than: Bounds): boolean {
  return isMore(bounds[0], than[0]) || isMore(bounds[1], than[1]) || isMore(bounds[2], than[2])
}

function isMore(bound: number, than: number): boolean {
  return !Number.isNaN(bound) && !(bound <= than)
}

/** One small number for each item that was met, a page for neighbours: 0 where there is none. */
export class Bytes {
  readonly #pages = new Map<number, Uint8Array>()

  get(ref: number): number {
    return this.#pages.get(Math.floor(ref / PAGE))?.[ref % PAGE] ?? 0
  }

  set(ref: number, value: number): void {
    const at = Math.floor(ref / PAGE)
    let page = this.#pages.get(at)
    if (!page) {
      page = new Uint8Array(PAGE)
      this.#pages.set(at, page)
    }
    page[ref % PAGE] = value
  }
}

const PAGE = 512

/** What is reached in full, by the tier from which on it is. */
const IN_FULL: readonly Bounds[] = [NOWHERE, [NONE, NONE, ALL], [NONE, ALL, ALL], EVERYWHERE]

/**
 * The bounds of all items met. Most items of a large walk are reached in full: they cost a byte,
 * and only the others a place in a map.
 */
export class Reach {
  readonly #inFull = new Bytes()
  readonly #other = new Map<number, Bounds>()

  get(ref: number): Bounds {
    return this.#other.get(ref) ?? IN_FULL[this.#inFull.get(ref)] ?? NOWHERE
  }

  set(ref: number, bounds: Bounds): void {
    const full = inFull(bounds)
    if (full > 0) {
      this.#inFull.set(ref, full)
      this.#other.delete(ref)
    } else {
      this.#other.set(ref, bounds)
    }
  }
}

/** Place in IN_FULL; 0 where some bound is neither none nor all. */
function inFull([first, second, third]: Bounds): number {
  if (third !== ALL) return 0
  if (second !== ALL) return Number.isNaN(second) ? 1 : 0
  if (first !== ALL) return Number.isNaN(first) ? 2 : 0
  return 3
}
