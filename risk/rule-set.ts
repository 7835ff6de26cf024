/**
 * The rules in force: the tables, and over them changes for a profile, a site, a product or both,
 * each from a date on. What is asked for is (rule, product, site, time), and what is the most
 * particular wins; of two as particular, the one that took effect last.
 */
import { z } from 'zod'
import { DOMAINS, type Domain, SEVERITIES, type Severity } from './rule.ts'
import { type ParametersOf, RULE_IDS, type RuleId, ruleOf } from './table.ts'

/** A rule with its parameters as they hold for one product, place and time. */
export interface InForce<Id extends RuleId> {
  readonly rule: Id
  readonly version: number
  readonly revision: string
  readonly severity: Severity
  readonly parameters: ParametersOf<Id>
}

/** What a rule is asked for. Nothing given is the profile-less default. */
export interface Scope {
  readonly domain?: Domain | undefined
  /** Canonical keys. */
  readonly product?: string | undefined
  readonly site?: string | undefined
}

export const ruleChangeSchema = z
  .strictObject({
    /** Name of the change, for whoever asks where a limit comes from. */
    revision: z.string().min(1).max(100),
    rule: z.string().max(10),
    enabled: z.boolean().optional(),
    severity: z.enum(SEVERITIES).optional(),
    parameters: z.record(z.string().max(40), z.unknown()).optional(),
    domain: z.enum(DOMAINS).optional(),
    product: z.string().min(1).max(2048).optional(),
    site: z.string().min(1).max(2048).optional(),
    /** Microseconds since 1970; from this on, and up to and without that. */
    fromUs: z.int().nonnegative(),
    toUs: z.int().nonnegative().optional(),
    author: z.string().min(1).max(200),
    reason: z.string().min(1).max(2000),
  })
  .meta({ id: 'RuleChange' })

export type RuleChange = z.infer<typeof ruleChangeSchema>

/** Rules whose limits are those a product is stored at. */
const STORED_AT = ['A1', 'A2', 'A4'] as const

/** The changes that the storage temperatures of a registered product amount to. */
export function storageLimits(
  product: string,
  celsius: { readonly min: number; readonly max: number },
): RuleChange[] {
  const change = (rule: RuleId, parameters: RuleChange['parameters']): RuleChange => ({
    revision: 'product register',
    ...{ rule, product, parameters, fromUs: 0, author: 'register' },
    reason: 'Storage temperatures of the product.',
  })
  const { min, max } = celsius
  return [
    ...STORED_AT.map((rule) => change(rule, { low: min, high: max })),
    change('A5', { limit: max }),
  ]
}

/** The changes that are in one of two sets only. */
export function differing(one: readonly RuleChange[], other: readonly RuleChange[]): RuleChange[] {
  const text = (change: RuleChange) => JSON.stringify(change)
  const [ones, others] = [new Set(one.map(text)), new Set(other.map(text))]
  return [
    ...one.filter((each) => !others.has(text(each))),
    ...other.filter((each) => !ones.has(text(each))),
  ]
}

export type InForceTable = { readonly [Id in RuleId]?: InForce<Id> }

/** How particular a change is: a product counts more than a site, a site more than a profile. */
function weightOf({ product, site, domain }: RuleChange): number {
  return (
    (product === undefined ? 0 : 4) + (site === undefined ? 0 : 2) + (domain === undefined ? 0 : 1)
  )
}

/** The least particular and earliest first: what comes later wins. */
export function orderOfChanges(one: RuleChange, other: RuleChange): number {
  return (
    weightOf(one) - weightOf(other) ||
    one.fromUs - other.fromUs ||
    (one.revision < other.revision ? -1 : 1)
  )
}

/** Beyond so many answers all are forgotten, and found again where needed. */
const KEPT = 10_000

export class RuleSet {
  /**
   * By rule, and by product where they name one, as those of a product win over all others: the
   * least particular and earliest first, later ones win.
   */
  readonly #changes = new Map<string, RuleChange[]>()
  /** Times at which some change begins or ends, ascending. */
  readonly #turns: readonly number[]
  readonly #known = new Map<string, InForceTable>()
  /** Products and sites that changes speak of. */
  readonly #named: ReadonlySet<string>
  readonly #eras: Map<Domain | undefined, InForceTable>[] = []

  /** `changes`: checked ones, in any order. */
  constructor(changes: readonly RuleChange[] = []) {
    const ordered = [...changes].sort(orderOfChanges)
    for (const change of ordered) {
      const name = nameOf(change.rule, change.product)
      const its = this.#changes.get(name)
      if (its) its.push(change)
      else this.#changes.set(name, [change])
    }
    this.#named = new Set(
      changes.flatMap(({ product, site }) => [product ?? [], site ?? []].flat()),
    )
    const turns = changes.flatMap(({ fromUs, toUs }) =>
      toUs === undefined ? [fromUs] : [fromUs, toUs],
    )
    this.#turns = [...new Set(turns)].sort((one, other) => one - other)
  }

  /** A rule as it holds for a scope at a time; undefined where it is off. */
  get<Id extends RuleId>(rule: Id, scope: Scope, timeUs: number): InForceTable[Id] {
    return this.all(scope, timeUs)[rule]
  }

  /** All rules that are on for a scope at a time. */
  all(scope: Scope, timeUs: number): InForceTable {
    const era = this.#era(timeUs)
    const { domain, product, site } = scope
    // Only products and sites that some change names are told apart: the others are all alike.
    const named = this.#named
    const isProduct = product !== undefined && named.has(product)
    const isSite = site !== undefined && named.has(site)
    if (!isProduct && !isSite) return this.#common(era, scope, timeUs)
    const name = `${era} ${domain} ${isProduct ? product : ''} ${isSite ? site : ''}`
    const known = this.#known.get(name)
    if (known) return known
    const found = this.#resolveAll(scope, timeUs)
    if (this.#known.size >= KEPT) this.#known.clear()
    this.#known.set(name, found)
    return found
  }

  /** For products and sites of which no change speaks. */
  #common(era: number, scope: Scope, timeUs: number): InForceTable {
    const ofEra = this.#eras[era] ?? new Map<Domain | undefined, InForceTable>()
    this.#eras[era] = ofEra
    const known = ofEra.get(scope.domain)
    if (known) return known
    const found = this.#resolveAll(scope, timeUs)
    ofEra.set(scope.domain, found)
    return found
  }

  #resolveAll(scope: Scope, timeUs: number): InForceTable {
    const entries = RULE_IDS.flatMap((rule) => {
      const inForce = this.#resolve(rule, scope, timeUs)
      return inForce ? [[rule, inForce] as const] : []
    })
    return Object.fromEntries(entries)
  }

  /** How many turns lie before a time: between two of them nothing changes. */
  #era(timeUs: number): number {
    let at = 0
    while (at < this.#turns.length && (this.#turns[at] ?? timeUs) <= timeUs) at++
    return at
  }

  #resolve<Id extends RuleId>(rule: Id, scope: Scope, timeUs: number): InForce<RuleId> | undefined {
    const spec = ruleOf(rule)
    let enabled = scope.domain === undefined || spec.profiles.includes(scope.domain)
    let { severity } = spec
    let revision = 'default'
    const values: Record<string, unknown> = {}
    for (const [name, { value }] of Object.entries(spec.parameters)) values[name] = value
    if (scope.domain) Object.assign(values, spec.ofProfile?.[scope.domain])
    for (const change of this.#changesOf(rule, scope.product)) {
      if (!isMeant(change, scope, timeUs)) continue
      enabled = change.enabled ?? enabled
      severity = change.severity ?? severity
      revision = change.revision
      Object.assign(values, change.parameters)
    }
    if (!enabled) return undefined
    return { rule, version: spec.version, revision, severity, parameters: typedAs(rule, values) }
  }

  #changesOf(rule: RuleId, product: string | undefined): readonly RuleChange[] {
    const general = this.#changes.get(nameOf(rule, undefined)) ?? []
    const own = product === undefined ? [] : (this.#changes.get(nameOf(rule, product)) ?? [])
    return own.length === 0 ? general : [...general, ...own]
  }
}

const nameOf = (rule: string, product = '') => `${rule} ${product}`

/** Whether a change holds for a scope at a time. */
export function isMeant(change: RuleChange, scope: Scope, timeUs: number): boolean {
  if (timeUs < change.fromUs || (change.toUs !== undefined && timeUs >= change.toUs)) return false
  if (change.domain !== undefined && change.domain !== scope.domain) return false
  if (change.product !== undefined && change.product !== scope.product) return false
  return change.site === undefined || change.site === scope.site
}

/** Values of the table, or of changes that were checked against it. */
function typedAs<Id extends RuleId>(_rule: Id, values: Record<string, unknown>): ParametersOf<Id> {
  return values as ParametersOf<Id>
}
