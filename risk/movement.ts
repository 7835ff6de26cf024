/**
 * Amounts of lots as events tell them: made, received, used, shipped, sold, wasted, counted. A
 * serial counts as one of its lot, once for each time it moves; a logistic unit moves as itself,
 * and what is in it is found from what was packed.
 */
import { productKeyOf } from '#epcis/product-key.ts'
import type { EventFacts, Happened } from './facts.ts'
import { type ItemState, isArrival, WASTES } from './item-state.ts'
import { KG } from './mass-balance.ts'

export const MOVEMENT_KINDS = [
  'produced',
  'received',
  'used',
  'wasted',
  'shipped',
  'sold',
  'counted',
] as const
export type MovementKind = (typeof MOVEMENT_KINDS)[number]

/** An amount of one lot, or one logistic unit, in one event. */
export interface Movement {
  /** Canonical key of the lot or unit. */
  readonly thing: string
  readonly kind: MovementKind
  /** Slug of who captured it. */
  readonly party: string
  /** '' where nothing says where. */
  readonly site: string
  /** In `unit`; undefined is an unknown amount. */
  readonly amount: number | undefined
  /** `KGM` for all that is a mass, '' for pieces, else the code as given. */
  readonly unit: string
  /** Whether it was counted serial by serial. */
  readonly isSerials: boolean
  readonly timeUs: number
  readonly recordUs: number
}

/** An amount of a lot, or a unit, that went into a container, or (below 0) came out of it. */
export interface Packing {
  readonly child: string
  readonly parent: string
  /** Undefined with child '' where the container was emptied. */
  readonly amount: number | undefined
  readonly unit: string
  readonly site: string
  readonly timeUs: number
}

/** An item in an event, with what was known of it before and is known now. */
export interface Seen extends Happened {
  readonly before: ItemState | undefined
  readonly after: ItemState
}

const SALES = new Set(['retail_selling', 'dispensing', 'installing'])
const COUNTS = new Set(['stock_taking', 'cycle_counting'])

/** What an event does to the amount of what plays a role in it; undefined where nothing. */
export function movementKind({ type, action, bizStep = '' }: EventFacts, role: string) {
  if (role === 'output') return 'produced'
  if (role === 'input') return 'used'
  if (role === 'child' && type === 'AssociationEvent') {
    return bizStep === 'installing' && action === 'ADD' ? 'sold' : undefined
  }
  if (role !== 'object') return undefined
  if (bizStep === 'receiving') return 'received'
  if (bizStep === 'shipping' || bizStep === 'void_shipping') return 'shipped'
  if (SALES.has(bizStep)) return 'sold'
  if (WASTES.has(bizStep)) return 'wasted'
  if (COUNTS.has(bizStep)) return 'counted'
  if (type !== 'ObjectEvent') return undefined
  return action === 'ADD' ? 'produced' : action === 'DELETE' ? 'wasted' : undefined
}

/** Whether a serial really moves by it: not where it did already, as when it is scanned twice. */
function isNewMove(kind: MovementKind, facts: EventFacts, before: ItemState | undefined): boolean {
  if (!before) return true
  const { away, here, sold, end, born } = before
  switch (kind) {
    case 'shipped':
      return facts.bizStep === 'void_shipping' ? away !== undefined : away === undefined
    case 'received':
      return away !== undefined || here?.party !== facts.party
    case 'sold':
      return !sold && !end
    case 'used':
    case 'wasted':
      return !end
    case 'produced':
      return !born
    case 'counted':
      return true
  }
}

/** An amount in the unit it is kept in. */
export function amountIn(quantity: number | undefined, uom: string | undefined) {
  const factor = uom === undefined ? undefined : KG[uom]
  if (factor === undefined) return { amount: quantity, unit: uom ?? '' }
  return { amount: quantity === undefined ? undefined : quantity * factor, unit: 'KGM' }
}

/** The lot of a serial, as the event or what was known before tells it. */
function lotOf({ happening, after }: Seen): string | undefined {
  return after.lots[0] ?? happening.lots[0]
}

/** All that an event moves. */
export function movementsOf(
  facts: EventFacts,
  seen: readonly Seen[],
  site: string,
): readonly Movement[] {
  const { party, eventTimeUs: timeUs, recordTimeUs: recordUs } = facts
  const common = { party, site, timeUs, recordUs }
  const sign = facts.bizStep === 'void_shipping' ? -1 : 1
  const found: Movement[] = []
  const ofSerials = new Map<string, { lot: string; kind: MovementKind; count: number }>()
  for (const each of seen) {
    const kind = movementKind(facts, each.happening.role)
    if (!kind) continue
    if (each.kind === 'instance') {
      const lot = lotOf(each)
      if (lot === undefined || !isNewMove(kind, facts, each.before)) continue
      const known = ofSerials.get(`${kind} ${lot}`)
      ofSerials.set(`${kind} ${lot}`, { lot, kind, count: (known?.count ?? 0) + 1 })
    } else if (each.kind === 'logistic-unit' && (kind === 'shipped' || kind === 'received')) {
      const amounts = { amount: sign, unit: '', isSerials: true }
      found.push({ thing: each.item, kind, ...common, ...amounts })
    } else if (each.kind === 'lot') {
      const { quantity, uom } = quantityOf(facts, each)
      const { amount, unit } = amountIn(quantity, uom)
      const signed = amount === undefined ? undefined : sign * amount
      found.push({ thing: each.item, kind, ...common, amount: signed, unit, isSerials: false })
    }
  }
  for (const { lot, kind, count } of ofSerials.values()) {
    found.push({ thing: lot, kind, ...common, amount: sign * count, unit: '', isSerials: true })
  }
  return found
}

function quantityOf({ members }: EventFacts, { item, happening }: Happened) {
  return (
    members.find(({ key, role }) => key === item && role === happening.role) ?? {
      quantity: undefined,
      uom: undefined,
    }
  )
}

/** What an event packs and unpacks, as amounts of lots and as units. */
export function packingsOf(
  facts: EventFacts,
  seen: readonly Seen[],
  site: string,
): readonly Packing[] {
  const { type, action, parent, eventTimeUs: timeUs } = facts
  if (type !== 'AggregationEvent' || parent === undefined || action === 'OBSERVE') return []
  const sign = action === 'ADD' ? 1 : -1
  const children = seen.filter(({ happening }) => happening.role === 'child')
  if (children.length === 0) {
    if (action === 'ADD') return []
    return [{ child: '', parent, amount: undefined, unit: '', site, timeUs }]
  }
  const amounts = new Map<string, { child: string; amount: number | undefined; unit: string }>()
  for (const each of children) {
    const child = each.kind === 'instance' ? lotOf(each) : each.item
    if (child === undefined) continue
    const { amount, unit } =
      each.kind === 'lot'
        ? amountIn(quantityOf(facts, each).quantity, quantityOf(facts, each).uom)
        : { amount: 1, unit: '' }
    const known = amounts.get(`${unit} ${child}`)
    const sum = amount === undefined ? undefined : (known?.amount ?? 0) + sign * amount
    amounts.set(`${unit} ${child}`, { child, unit, amount: sum })
  }
  return [...amounts.values()].map((each) => ({ parent, site, timeUs, ...each }))
}

/** A lot that came to a site, with the expiry that is known of it. */
export interface Stocked {
  readonly site: string
  readonly product: string
  readonly lot: string
  /** As it was told, and the end of that day. */
  readonly expiry: string
  readonly expiresUs: number
}

/** Lots whose expiry is known that an event brings to a site. `after`: states once it happened. */
export function stockedBy(
  facts: EventFacts,
  seen: readonly Seen[],
  site: string,
): readonly Stocked[] {
  if (site === '') return []
  const found = new Map<string, Stocked>()
  for (const { item, kind, happening, after } of seen) {
    const lot = kind === 'lot' ? item : (after.lots[0] ?? happening.lots[0])
    const { expiry, expiresUs } = after
    if (lot === undefined || expiry === undefined || expiresUs === undefined) continue
    const isOut = happening.role === 'child' && facts.action === 'DELETE'
    const isIn = movementKind(facts, happening.role) === 'produced' || isArrival(facts) || isOut
    const product = isIn ? productKeyOf(item) : undefined
    if (product === undefined) continue
    found.set(lot, { site, product, lot, expiry, expiresUs })
  }
  return [...found.values()]
}

/** The sum of one kind of movement of a lot at one site; `packed` is what went into containers. */
export interface AmountSum {
  readonly kind: MovementKind | 'packed'
  readonly isSerials: boolean
  readonly unit: string
  /** Of the amounts that are known. */
  readonly amount: number
}

/** What is lying loose of a lot at a site, by what came and went; undefined where units mix. */
export function stockFrom(sums: readonly AmountSum[]): number | undefined {
  const units = new Set(sums.map(({ unit }) => unit))
  if (units.size > 1) return undefined
  let loose = 0
  const made = { serials: 0, lots: 0 }
  for (const { kind, isSerials, amount } of sums) {
    if (kind === 'produced') made[isSerials ? 'serials' : 'lots'] += amount
    else if (kind === 'received') loose += amount
    else if (kind !== 'counted') loose -= amount
  }
  return loose + producedOf(made)
}

/** A lot is often told of as a whole, and then serial by serial: that is made once. */
export function producedOf(made: { readonly serials: number; readonly lots: number }): number {
  return Math.max(made.serials, made.lots)
}
