/** A code as it was scanned against what is recorded of the item that it names. */
import type { Candidate } from '#epcis/understood.ts'
import type { ItemTold } from './item-state.ts'

export interface Compared {
  readonly what: 'lot' | 'expiry'
  readonly scanned: string
  readonly recorded?: string
  /** Undefined where nothing is recorded. */
  readonly agrees?: boolean
}

/** What a code tells beside its key, each against the record. */
export function comparedWith({ parts }: Candidate, { state }: ItemTold): Compared[] {
  const lots = state.lots.map(lotOf)
  const expiry = state.itemExpirationDate?.value.slice(0, 10)
  return [
    ...(parts.lot === undefined ? [] : [compare('lot', parts.lot, lots)]),
    ...(parts.expiry === undefined
      ? []
      : [compare('expiry', parts.expiry, expiry === undefined ? [] : [expiry])]),
  ]
}

function compare(what: Compared['what'], scanned: string, recorded: readonly string[]): Compared {
  if (recorded.length === 0) return { what, scanned }
  return { what, scanned, recorded: recorded.join(', '), agrees: recorded.includes(scanned) }
}

/** The lot number of the key of a lot; the key itself where it has none. */
function lotOf(key: string): string {
  const lot = /\/10\/([^/?]+)/.exec(key)?.[1]
  return lot === undefined ? key : decodeURIComponent(lot)
}

/** How often an item itself was recorded as sold. */
export function salesOf({ history: { happenings } }: ItemTold): number {
  const sold = happenings.filter(
    ({ path, event }) => path.length === 0 && isSale(event.bizStep ?? ''),
  )
  return sold.length
}

function isSale(bizStep: string): boolean {
  return bizStep === 'retail_selling' || bizStep === 'dispensing'
}
