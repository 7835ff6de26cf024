/**
 * Recall scopes: the items that a lot went into, by how sure a trace is of each, against those it
 * really went into.
 */
import type { TruthBook } from './book.ts'

export const tiers = ['observed', 'inferred', 'possible'] as const
export type Tier = (typeof tiers)[number]

export interface TierTally {
  /** Items that a trace names with this certainty, and those of them that really are in it. */
  found: number
  right: number
}

export class ScopeTally {
  scopes = 0
  exactScopes = 0
  /** Items that are really in a scope; as far as reports tell; found of them. */
  real = 0
  reported = 0
  realFound = 0
  reportedFound = 0
  readonly tiers: Readonly<Record<Tier, TierTally>> = {
    observed: { found: 0, right: 0 },
    inferred: { found: 0, right: 0 },
    possible: { found: 0, right: 0 },
  }
  readonly examples: { readonly start: string; readonly item: string; readonly what: string }[] = []
  readonly #book: TruthBook

  constructor(book: TruthBook) {
    this.#book = book
  }

  add(scope: {
    readonly start: string
    readonly real: ReadonlySet<string>
    readonly reported: ReadonlySet<string>
    readonly found: ReadonlyMap<string, Tier>
  }): void {
    const isItem = (key: string) => this.#book.isItem(key)
    const real = [...scope.real].filter(isItem)
    const reported = [...scope.reported].filter(isItem)
    const found = [...scope.found].filter(([key]) => isItem(key))
    let isExact = true
    for (const [key, tier] of found) {
      const isRight = scope.real.has(key)
      this.tiers[tier].found += 1
      if (isRight) this.tiers[tier].right += 1
      const isExpected = scope.reported.has(key) && tier === 'observed'
      if (!isExpected) isExact = false
      if (!isRight && tier !== 'possible') this.#example(scope.start, key, 'not in it')
    }
    for (const key of reported) {
      if (scope.found.has(key)) this.reportedFound += 1
      else this.#example(scope.start, key, 'missed')
    }
    this.real += real.length
    this.reported += reported.length
    this.realFound += real.filter((key) => scope.found.has(key)).length
    this.scopes += 1
    if (isExact && reported.every((key) => scope.found.has(key))) this.exactScopes += 1
  }

  #example(start: string, item: string, what: string): void {
    if (this.examples.length < 20) this.examples.push({ start, item, what })
  }
}
