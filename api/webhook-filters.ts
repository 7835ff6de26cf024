/** Filters of webhooks: what nothing can ever go with is refused, and not waited for. */
import type { Registry } from '#store/registry.ts'
import type { Filters } from '#store/webhooks/subscription.ts'
import type { Caller } from './caller.ts'
import { keysMeant } from './meant.ts'
import { Problem } from './problem.ts'
import type { ReadIdentifier } from './reading.ts'
import { ALERT_EVENTS } from './webhooks/alert-source.ts'
import { PING } from './webhooks/desk.ts'
import { RECALL_EVENTS } from './webhooks/recall-source.ts'

export interface FilterParts {
  readonly registry: Pick<Registry, 'parties' | 'products' | 'aliases'>
  readonly read: ReadIdentifier
}

/** All types of events that there are. */
const TYPES = [
  PING,
  ...Object.values(ALERT_EVENTS),
  ...Object.values(RECALL_EVENTS).flatMap((each) => [
    `suyuan.recall.${each}`,
    `suyuan.drill.${each}`,
  ]),
]

/** Provinces and what is like them. [GB/T 2260] */
const PROVINCES: ReadonlySet<string> = new Set(
  (
    '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 ' +
    '64 65 71 81 82'
  ).split(' '),
)

/** @throws Problem that names the first value that there is not */
export function checkFilters(filters: Filters, caller: Caller, parts: FilterParts): void {
  const { types, regions, parties, products } = filters
  refuseOthers('types', types, isType, 'unknown_type', 'is no type of events')
  const isRegion = (region: string) => PROVINCES.has(region.slice(0, 2))
  refuseOthers('regions', regions, isRegion, 'unknown_region', 'is in no province')
  const isParty = (slug: string) =>
    caller.reach === 'all' ? parts.registry.parties.get(slug) !== undefined : slug === caller.party
  const noParty = 'is no party that you are told of'
  refuseOthers('parties', parties, isParty, 'unknown_party', noParty)
  const isProduct = (text: string) => isRegistered(text, parts)
  refuseOthers('products', products, isProduct, 'unknown_product', 'is no registered product')
}

function isType(wanted: string): boolean {
  if (!wanted.endsWith('.*')) return TYPES.includes(wanted)
  const beginning = wanted.slice(0, -1)
  return TYPES.some((type) => type.startsWith(beginning))
}

function isRegistered(text: string, { registry, read }: FilterParts): boolean {
  const keys = keysMeant(text, read, registry.aliases)
  return keys.some((key) => registry.products.get(key) !== undefined)
}

function refuseOthers(
  filter: keyof Filters,
  values: readonly string[] | undefined,
  isKnown: (value: string) => boolean,
  code: string,
  what: string,
): void {
  const at = values?.findIndex((value) => !isKnown(value)) ?? -1
  if (at < 0) return
  const detail = `${values?.[at]} ${what}`
  throw new Problem('invalid_input', { code, path: `/filters/${filter}/${at}`, detail })
}
