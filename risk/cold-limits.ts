/**
 * Between which temperatures no rule finds anything of items. What is beyond makes all that was
 * measured of them be gone through (cold-item.ts), so it is the strictest of what any rule says of
 * a product at any time: one too strict costs a look, one not strict enough an alert.
 */
import { productKeyOf } from '#epcis/product-key.ts'
import { budgetRows, isBeyond, type Limit, shipmentRows } from './alarm-rows.ts'
import { type Speaking, speakingOf } from './cold-item.ts'
import type { ProductFacts, Reference } from './reference.ts'
import { DOMAINS } from './rule.ts'
import type { RuleChange, RuleSet, Scope } from './rule-set.ts'
import type { Sample } from './sample.ts'

/** Rules that speak of the temperatures of items. */
const OF_ITEMS = new Set(['A2', 'A3', 'A5', 'A6', 'A7'])

export interface ColdLimitsParts {
  readonly rules: RuleSet
  readonly reference: Pick<Reference, 'product'>
  /** What the storage temperatures of products amount to, and what else changes rules. */
  readonly registered: readonly RuleChange[]
  readonly changes: readonly RuleChange[]
}

interface Kind extends Scope {
  readonly storage?: ProductFacts['storage']
}

/** Of one version of rules and registry; what is found out once is kept. */
export class ColdLimits {
  readonly #parts: ColdLimitsParts
  readonly #changes: readonly RuleChange[]
  readonly #known = new Map<string, readonly Limit[]>()
  #ofAny: readonly Limit[] | undefined

  constructor(parts: ColdLimitsParts) {
    this.#parts = parts
    this.#changes = parts.changes.filter(({ rule }) => OF_ITEMS.has(rule))
  }

  /** Of products, or things without one, by their keys; undefined is anything there may be. */
  of(products: readonly string[] | undefined): readonly Limit[] {
    if (products) return strictest(products.flatMap((key) => this.#ofProduct(key)))
    this.#ofAny ??= strictest(this.#kinds().flatMap((kind) => this.#ofKind(kind)))
    return this.#ofAny
  }

  #ofProduct(key: string): readonly Limit[] {
    const known = this.#known.get(key) ?? this.#ofKind(this.#kindOf(key))
    this.#known.set(key, known)
    return known
  }

  #kindOf(key: string): Kind {
    const { domain, storage } = this.#parts.reference.product(key) ?? {}
    return { domain, product: productKeyOf(key), storage }
  }

  /** Of all products that are stored alike one, and each that a change names. */
  #kinds(): readonly Kind[] {
    const kinds = new Map<string, Kind>(DOMAINS.map((domain) => [domain, { domain }]))
    kinds.set('', {})
    for (const { rule, product } of this.#parts.registered) {
      if (rule !== 'A2' || product === undefined) continue
      const kind = this.#kindOf(product)
      kinds.set(JSON.stringify([kind.domain, kind.storage]), kind)
    }
    for (const { product } of this.#changes) {
      if (product !== undefined) kinds.set(product, this.#kindOf(product))
    }
    return [...kinds.values()]
  }

  /** Whenever a rule began or ended, as a transport is judged by those of its beginning. */
  #ofKind({ storage, ...scope }: Kind): readonly Limit[] {
    const its = this.#changes.filter(
      ({ product }) => product === undefined || product === scope.product,
    )
    const turns = new Set([0, ...its.flatMap(({ fromUs, toUs }) => [fromUs, toUs ?? fromUs])])
    const { rules } = this.#parts
    return strictest(
      [...turns].flatMap((timeUs) => limitsOf(speakingOf(storage, rules.all(scope, timeUs)))),
    )
  }
}

function limitsOf({ budget, verdict, alarms, mean }: Speaking): Limit[] {
  const hot = (celsius: number): Limit => ({ side: 'hot', celsius, inclusive: false })
  const limits: Limit[] = []
  if (budget) limits.push(...budgetRows(budget))
  if (alarms) limits.push(...shipmentRows(alarms))
  if (mean) limits.push(hot(mean.parameters.limit))
  if (!verdict) return limits
  // A mean can be too high long before any value is, but not where none is above its limit.
  const { permittedLow, permittedHigh, mktLimit } = verdict.parameters
  const cold: Limit = { side: 'cold', celsius: permittedLow, inclusive: false }
  return [...limits, hot(permittedHigh), hot(mktLimit), cold]
}

/** Of each side the one that is beyond first. */
function strictest(limits: readonly Limit[]): readonly Limit[] {
  const of = (side: Limit['side'], sign: number) =>
    limits
      .filter((each) => each.side === side)
      .sort((one, other) => {
        const byCelsius = sign * (one.celsius - other.celsius)
        return byCelsius || Number(other.inclusive) - Number(one.inclusive)
      })
      .slice(0, 1)
  return [...of('hot', 1), ...of('cold', -1)]
}

export function isOutOf(limits: readonly Limit[], sample: Sample): boolean {
  return limits.some((limit) => isBeyond(limit, sample))
}
