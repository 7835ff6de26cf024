/** Recalls as rules read them, which a test holds in memory. */
import type { RecallReader, ScopeChange, WatchedRecall } from '#risk/recalled.ts'
import type { RecallMatch } from '#risk/reference.ts'

export const RECALL = 'recall:R1'
const marchUs = (day: number, hour = 0) => Date.UTC(2026, 2, day, hour) * 1000

/** One recall, of some keys. */
export class HeldRecalls implements RecallReader {
  readonly #matches = new Map<string, RecallMatch>()
  readonly #changes: ScopeChange[] = []
  #recalls: WatchedRecall[] = []

  put(recall: Partial<WatchedRecall>): void {
    const whole = {
      recall: RECALL,
      law: 'food-cn',
      recallClass: 'I',
      decidedUs: marchUs(3),
      done: [],
    }
    const rest = { consignees: [], scope: undefined, changedUs: 0 }
    this.#recalls = [{ ...whole, ...rest, ...recall } as WatchedRecall]
  }

  open(keys: readonly string[], more: Partial<RecallMatch> = {}): void {
    for (const key of keys) {
      const match = {
        recall: RECALL,
        certainty: 'observed',
        fromUs: marchUs(3),
        path: [key],
      } as const
      this.#matches.set(key, { ...match, returnsTo: ['party:maker'], ...more })
      this.#changes.push({ seq: this.#changes.length + 1, key })
    }
  }

  /** `isTold`: that it has left the scope is told as well. */
  release(key: string, { isTold = true } = {}): void {
    this.#matches.delete(key)
    if (isTold) this.#changes.push({ seq: this.#changes.length + 1, key })
  }

  hasAny(): boolean {
    return true
  }

  matches(keys: readonly string[]) {
    return keys.flatMap((key) => this.#matches.get(key) ?? [])
  }

  changesAfter(seq: number, limit: number) {
    return this.#changes.filter((each) => each.seq > seq).slice(0, limit)
  }

  lastChange() {
    return this.#changes.length
  }

  recalls(closedSinceUs: number) {
    return this.#recalls.filter(({ closedUs = Infinity }) => closedUs >= closedSinceUs)
  }
}
