/**
 * What rules know of parties, places and products: the registry, held in memory and read again
 * when it has changed. Of reports, stock, lanes and recalls it knows nothing: whoever follows
 * events adds them.
 */
import { identify } from '#epcis/identifier.ts'
import { productKeyOf } from '#epcis/product-key.ts'
import { socialCreditCheck } from '#epcis/scheme-code.ts'
import type { IsWorkingDay } from '#risk/recall-clock.ts'
import type { Licence, PartyFacts, PlaceFacts, ProductFacts, Reference } from '#risk/reference.ts'
import { type RuleChange, storageLimits } from '#risk/rule-set.ts'
import { workingDaysOf } from '#risk/work-calendar.ts'
import { groupsOf } from './aliased.ts'
import type { Collection } from './registry/collection.ts'
import type { Location, Party, Product } from './registry/schema.ts'
import type { Registry } from './registry.ts'

type Registered = Pick<
  Registry,
  'aliases' | 'parties' | 'locations' | 'products' | 'workCalendars' | 'version'
>

/** The registry as rules see it, as of one version of it. */
export interface RegistryReference extends Reference {
  readonly version: number
  /** The limits that the storage temperatures of products amount to. */
  readonly limits: readonly RuleChange[]
  /** The slug of the party that a product is registered by. */
  productParty(key: string): string | undefined
  /** Districts with their residents. */
  readonly districts: readonly { readonly key: string; readonly residents: number }[]
  /** By the calendar that is loaded, or else by the week. */
  readonly isWorkingDay: IsWorkingDay
  hasProduct(key: string): boolean
  hasSite(key: string): boolean
}

const AT_ONCE = 1000

/** Gives the reference of now: the same object for as long as the registry does not change. */
export function referenceOf(registry: Registered): () => RegistryReference {
  let known: RegistryReference | undefined
  return () => {
    const version = registry.version()
    if (known?.version !== version) known = readReference(registry, version)
    return known
  }
}

function readReference(registry: Registered, version: number): RegistryReference {
  const products = readProducts(registry)
  const limits = [...products].flatMap(([key, { facts }]) => {
    return facts.storage ? storageLimits(key, facts.storage) : []
  })
  const parties = new Map<string, PartyFacts>()
  for (const party of allOf(registry.parties)) {
    const facts = partyFacts(party)
    const { slug, pgln, uscc } = party
    const names = [slug, `party:${slug}`, pgln, uscc, uscc && identify(uscc).key]
    for (const name of names) if (name !== undefined) parties.set(name, facts)
  }
  const places = new Map<string, PlaceFacts>()
  const sites = new Set<string>()
  for (const location of allOf(registry.locations)) {
    const facts = placeFacts(location)
    places.set(location.key, facts)
    sites.add(facts.site ?? location.key)
  }
  const known = ofLast((key) => products.get(productKeyOf(key) ?? key) ?? products.get(key))
  return {
    version,
    limits,
    districts: [...places].flatMap(([key, { residents }]) =>
      residents === undefined ? [] : [{ key, residents }],
    ),
    product: (key) => known(key)?.facts,
    productParty: (key) => known(key)?.party,
    party: (key) => parties.get(key),
    place: (key) => places.get(key),
    recalls: () => [],
    tests: () => [],
    lane: () => undefined,
    earliestExpiry: () => undefined,
    lotOf: () => undefined,
    isWorkingDay: workingDaysOf(registry.workCalendars.get()),
    hasProduct: (key) => products.has(key),
    hasSite: (key) => sites.has(key),
  }
}

interface Known {
  readonly facts: ProductFacts
  readonly party: string
}

/** Under all their keys; what is registered under one of them itself is as it says there. */
function readProducts({ products, aliases }: Registered): ReadonlyMap<string, Known> {
  const found = new Map<string, Known>()
  for (const product of allOf(products)) {
    found.set(product.key, { facts: productFacts(product), party: product.party })
  }
  for (const [key, keys] of groupsOf([...found.keys()], aliases)) {
    const its = found.get(key)
    for (const each of keys) if (its && !found.has(each)) found.set(each, its)
  }
  return found
}

/** The same, remembering its last answer: rules ask several times of one item and go on. */
function ofLast<T>(answer: (key: string) => T): (key: string) => T {
  let last: { readonly key: string; readonly answer: T } | undefined
  return (key) => {
    if (last?.key !== key) last = { key, answer: answer(key) }
    return last.answer
  }
}

function* allOf<T>(collection: Collection<T>): Iterable<T> {
  let after: string | undefined
  do {
    const page = collection.list({ after, limit: AT_ONCE })
    yield* page.items
    after = page.after
  } while (after !== undefined)
}

function productFacts(product: Product): ProductFacts {
  const { domain, shelfLifeDays, productClass, markets, consignees } = product
  const { serialised, kgPerUnit, packLevel, storageCelsius, requiredTests, witnessed } = product
  const { lotQuota } = product
  return {
    domain,
    ...(shelfLifeDays !== undefined && { shelfLifeDays }),
    ...(productClass !== undefined && { productClass }),
    ...(markets !== undefined && { markets }),
    ...(consignees !== undefined && { consignees }),
    ...(serialised !== undefined && { serialised }),
    ...(kgPerUnit !== undefined && { kgPerUnit }),
    ...(packLevel !== undefined && { packLevel }),
    ...(storageCelsius !== undefined && { storage: storageCelsius }),
    ...(requiredTests !== undefined && { requiredTests }),
    ...(witnessed !== undefined && { witnessed }),
    ...(lotQuota && { lotQuota: { amount: lotQuota.quantity, unit: lotQuota.uom ?? '' } }),
  }
}

function partyFacts({ slug, uscc, licences }: Party): PartyFacts {
  return {
    key: `party:${slug}`,
    licences: (licences ?? []).map(
      ({ scope, from, to, suspended = [] }): Licence => ({
        scope,
        ...spanOf(from, to),
        suspended: suspended.map((each) => spanOf(each.from, each.to)),
      }),
    ),
    needsLicence: licences !== undefined,
    ...(uscc !== undefined && { creditCodeHolds: socialCreditCheck(uscc) === uscc[17] }),
  }
}

const US_A_DAY = 86_400_000_000

/** From the first day to the end of the last one, in UTC. */
function spanOf(from: string, to: string): { fromUs: number; toUs: number } {
  return { fromUs: Date.parse(from) * 1000, toUs: Date.parse(to) * 1000 + US_A_DAY }
}

function placeFacts({ key, party, latitude, longitude, ...rest }: Location): PlaceFacts {
  const { radiusKm, site = key, market, residents, district } = rest
  return {
    ...(latitude !== undefined && { latitude }),
    ...(longitude !== undefined && { longitude }),
    ...(radiusKm !== undefined && { radiusKm }),
    ...(market !== undefined && { market }),
    ...(residents !== undefined && { residents }),
    ...(district !== undefined && { district }),
    site,
    party: `party:${party}`,
  }
}
