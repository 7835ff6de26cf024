/** An event to be told, and which subscriptions want it. */
import type { Domain, Severity } from '#risk/rule.ts'
import type { Filters } from './subscription.ts'

/** What filters look at. What an event does not say, no filter on it lets through. */
export interface Facets {
  readonly type: string
  readonly severity?: Severity | undefined
  readonly domain?: Domain | undefined
  /** Six digits of GB/T 2260 each. */
  readonly regions?: readonly string[] | undefined
  /** Slugs. */
  readonly parties?: readonly string[] | undefined
  /** Key of the product. */
  readonly product?: string | undefined
  /** Other keys that it goes under. */
  readonly sameProducts?: readonly string[] | undefined
}

/** An event for the eyes of one audience: its body is never made again. */
export interface OutboxEvent {
  /** The same for the same event, whoever is told; the webhook-id of every attempt. */
  readonly id: string
  readonly audience: string
  /** What it is about: the events of one are delivered in their order. */
  readonly subject: string
  readonly atUs: number
  readonly facets: Facets
  /** The bytes that are signed and sent. */
  readonly body: string
}

export function isWanted(filters: Filters, facets: Facets): boolean {
  const { types, severities, domains, regions, parties, products } = filters
  return (
    isAmong(types, facets.type, isOfType) &&
    isAmong(severities, facets.severity) &&
    isAmong(domains, facets.domain) &&
    isOneAmong(regions, facets.regions, (wanted, region) => region.startsWith(wanted)) &&
    isOneAmong(parties, facets.parties) &&
    isOneAmong(products, [facets.product ?? [], facets.sameProducts ?? []].flat())
  )
}

type Goes = (wanted: string, value: string) => boolean
const isEqual: Goes = (wanted, value) => wanted === value
const isOfType: Goes = (wanted, type) =>
  wanted.endsWith('.*') ? type.startsWith(wanted.slice(0, -1)) : wanted === type

function isAmong(
  wanted: readonly string[] | undefined,
  value: string | undefined,
  goes: Goes = isEqual,
): boolean {
  return isOneAmong(wanted, value === undefined ? [] : [value], goes)
}

function isOneAmong(
  wanted: readonly string[] | undefined,
  values: readonly string[] = [],
  goes: Goes = isEqual,
): boolean {
  return wanted === undefined || wanted.some((one) => values.some((value) => goes(one, value)))
}
