/**
 * How often receivers are asked: whoever may make a webhook could have us ask anybody, and ask
 * again. So many times a minute one host is asked, and for one party; beyond it nobody is.
 */
const A_MINUTE_US = 60_000_000
const OF_A_HOST = 30
const OF_A_PARTY = 60
/** Hosts and parties that are remembered; beyond it those asked longest ago are forgotten. */
const MOST_KNOWN = 10_000

export class AskBounds {
  readonly #asked = new Map<string, readonly number[]>()

  /** Whether a host may be asked for a party now; it counts as asked then. */
  take(host: string, party: string | undefined, nowUs: number): boolean {
    const bounds = [
      { name: `host ${host}`, most: OF_A_HOST },
      { name: `party ${party ?? ''}`, most: OF_A_PARTY },
    ]
    if (bounds.some(({ name, most }) => this.#since(name, nowUs).length >= most)) return false
    for (const { name } of bounds) {
      const times = this.#since(name, nowUs)
      // What was asked last is forgotten last.
      this.#asked.delete(name)
      this.#asked.set(name, [...times, nowUs])
    }
    for (const name of this.#asked.keys()) {
      if (this.#asked.size <= MOST_KNOWN) break
      this.#asked.delete(name)
    }
    return true
  }

  #since(name: string, nowUs: number): readonly number[] {
    const times = this.#asked.get(name) ?? []
    // A clock that was put back forgets what is ahead of it.
    return times.filter((us) => us > nowUs - A_MINUTE_US && us <= nowUs)
  }
}
