/**
 * How many requests may be under way in all. Receivers of which the last answer was good share most
 * of the room; the others, which may hang, have a small room of their own, so that no number of
 * them keeps a good one waiting.
 */

/** Whoever waits for a slot: it is asked to try again, once. */
export interface Waiter {
  pump(): void
}

export class Slots {
  readonly #free: { trusted: number; other: number }
  readonly #waiting = { trusted: new Set<Waiter>(), other: new Set<Waiter>() }

  constructor(trusted: number, other: number) {
    this.#free = { trusted, other }
  }

  /** Takes a slot; false where there is none, and `waiter` is called once there is. */
  enter(isTrusted: boolean, waiter: Waiter): boolean {
    const kind = isTrusted ? 'trusted' : 'other'
    if (this.#free[kind] === 0) {
      this.#waiting[kind].add(waiter)
      return false
    }
    this.#free[kind] -= 1
    return true
  }

  leave(isTrusted: boolean): void {
    const kind = isTrusted ? 'trusted' : 'other'
    this.#free[kind] += 1
    for (const next of this.#waiting[kind]) {
      if (this.#free[kind] === 0) return
      this.#waiting[kind].delete(next)
      next.pump()
    }
  }
}
