/**
 * Limits that are told by two changes: each of them is well by itself, and where both hold the
 * lower one is not below the upper. No measurement could be within them.
 */
import { isMeant, orderOfChanges, type RuleChange, type Scope } from './rule-set.ts'
import { isRuleId, type RuleId, ruleOf } from './table.ts'

/** Two changes that hold together, and the limits that cross where they do. */
export interface Crossing {
  readonly changes: readonly [RuleChange, RuleChange]
  readonly lower: string
  readonly upper: string
  readonly low: number
  readonly high: number
}

/**
 * Changes that may be gone through for one question. Beyond it a pair that crosses by itself is
 * taken to cross, whatever else may hold with it.
 */
const MOST_LOOKED_AT = 5_000_000

/** The first two changes of some that cross, if any; all are checked ones. */
export function crossingOf(changes: readonly RuleChange[]): Crossing | undefined {
  const budget = { left: MOST_LOOKED_AT }
  for (const rule of new Set(changes.map((each) => each.rule))) {
    if (!isRuleId(rule)) continue
    const its = changes.filter((each) => each.rule === rule)
    for (const [lower, upper] of ruleOf(rule).ascending ?? []) {
      const found = crossingIn({ rule, lower, upper }, its, budget)
      if (found) return found
    }
  }
  return undefined
}

/** Two parameters of a rule, of which one has to be below the other. */
interface Limits {
  readonly rule: RuleId
  readonly lower: string
  readonly upper: string
}

function crossingIn(
  limits: Limits,
  changes: readonly RuleChange[],
  budget: { left: number },
): Crossing | undefined {
  const { lower, upper } = limits
  const ordered = changes
    .filter(({ parameters = {} }) => lower in parameters || upper in parameters)
    .sort(orderOfChanges)
  for (const [at, other] of ordered.entries()) {
    for (let before = 0; before < at; before++) {
      const one = ordered[before]
      const scope = one && jointScope(one, other)
      if (!scope || !isTogether(one, other)) continue
      const pair = crossed(limits, [one, other])
      const found = pair && inEffect(limits, pair, scope, ordered, budget)
      if (found) return found
    }
  }
  return undefined
}

/** What both are bound to; undefined where nothing is of both. */
function jointScope(one: RuleChange, other: RuleChange): Scope | undefined {
  for (const name of ['domain', 'product', 'site'] as const) {
    const [its, others] = [one[name], other[name]]
    if (its !== undefined && others !== undefined && its !== others) return undefined
  }
  const { domain = other.domain, product = other.product, site = other.site } = one
  return { domain, product, site }
}

const endOf = ({ toUs = Number.POSITIVE_INFINITY }: RuleChange) => toUs

function isTogether(one: RuleChange, other: RuleChange): boolean {
  return Math.max(one.fromUs, other.fromUs) < Math.min(endOf(one), endOf(other))
}

/** What crosses while two changes hold, unless something more particular always puts it right. */
function inEffect(
  limits: Limits,
  pair: Crossing,
  scope: Scope,
  ordered: readonly RuleChange[],
  budget: { left: number },
): Crossing | undefined {
  const [one, other] = pair.changes
  const fromUs = Math.max(one.fromUs, other.fromUs)
  const toUs = Math.min(endOf(one), endOf(other))
  const turns = ordered.flatMap((each) => [each.fromUs, endOf(each)])
  for (const us of new Set([fromUs, ...turns.filter((each) => each > fromUs && each < toUs)])) {
    budget.left -= ordered.length
    if (budget.left < 0) return pair
    const found = crossed(
      limits,
      ordered.filter((each) => isMeant(each, scope, us)),
    )
    if (found) return found
  }
  return undefined
}

/** Both limits as some changes, the least particular first, leave them, where they cross. */
function crossed({ lower, upper }: Limits, changes: readonly RuleChange[]): Crossing | undefined {
  const givenBy = (name: string) => changes.findLast(({ parameters = {} }) => name in parameters)
  const [low, high] = [givenBy(lower), givenBy(upper)]
  // Beside a default each was looked at by itself.
  if (!low || !high || low === high) return undefined
  const [from, to] = [Number(low.parameters?.[lower]), Number(high.parameters?.[upper])]
  return from < to ? undefined : { changes: [low, high], lower, upper, low: from, high: to }
}
