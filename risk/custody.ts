/**
 * Who has recalled goods, as far as events tell: the last of them that says where an item, or a
 * part of a lot, was. What carried an item speaks for it, and then it is inferred. Pure: whose a
 * place is, and where a shipment was sent, is given.
 */
import type { EffectiveRow } from '#trace/carriers.ts'
import { WASTES } from './item-state.ts'

/**
 * `held`: there, and nothing has happened since. `in_transit`: on its way there. The others are
 * ends: sold or dispensed to a consumer, used in something else or built in, destroyed.
 */
export const HOLDING_STATES = ['held', 'in_transit', 'sold', 'used', 'destroyed'] as const
export type HoldingState = (typeof HOLDING_STATES)[number]

const SOLD = new Set(['retail_selling', 'dispensing'])
const USED = new Set(['installing', 'consuming'])
const DEPARTED = new Set(['shipping', 'departing', 'transporting'])
const ARRIVED = new Set(['arriving', 'receiving', 'accepting'])

type Row = Pick<EffectiveRow['row'], 'bizStep' | 'type' | 'action' | 'role'>

/** What a row says of what becomes of an item that it names. */
export function stateBy({ bizStep = '', type, action, role }: Row): HoldingState {
  if (type === 'TransformationEvent') return role === 'input' ? 'used' : 'held'
  if (SOLD.has(bizStep)) return 'sold'
  if (USED.has(bizStep)) return 'used'
  if (WASTES.has(bizStep) || (type === 'ObjectEvent' && action === 'DELETE')) return 'destroyed'
  return DEPARTED.has(bizStep) ? 'in_transit' : 'held'
}

/**
 * The row that tells who has a unit, of the rows of itself and its carriers in their order: the
 * last one. What carried it says nothing of it once it is sold, used or destroyed, until it is seen
 * itself again: then it was taken back, and whoever has it since is its holder. Undefined where
 * there are no rows.
 */
export function lastCustody(rows: readonly EffectiveRow[]): EffectiveRow | undefined {
  let ended: EffectiveRow | undefined
  for (const each of rows) {
    if (each.path.length > 0) continue
    const state = stateBy(each.row)
    if (state === 'held' || state === 'in_transit') ended = undefined
    // That a code is taken out of use behind a sale says nothing of the goods.
    else if (!ended || each.row.bizStep !== 'decommissioning') ended = each
  }
  return ended ?? rows.at(-1)
}

/** One event of a lot. `party`: whose place it is; of a shipment, who sent it. */
export interface LotEvent {
  readonly row: Row
  readonly party: string
  /** Undefined where the event does not tell. */
  readonly quantity: number | undefined
  readonly uom: string
  /** Whether it is told of a container that it was in. */
  readonly isCarried: boolean
  /** Of a shipment: to whom it went, where that is told. */
  readonly to?: string | undefined
}

/** What is left of a lot somewhere, or what became of a part of it there. */
export interface LotPortion {
  readonly party: string
  readonly state: HoldingState
  readonly uom: string
  readonly quantity: number
}

/**
 * Where the parts of a lot are, from its own events in their order: what was made or arrived at
 * each party, less what left it, was sold, used or destroyed. A party that had it and of which no
 * amount is told has 0. What is on its way is told at whom it goes to, or else at who sent it.
 */
export function lotPortions(events: readonly LotEvent[]): LotPortion[] {
  const amounts = new Map<string, LotPortion>()
  const underWay: { party: string; uom: string; left: number }[] = []
  const add = (party: string, state: HoldingState, uom: string, change: number) => {
    const name = `${party} ${state} ${uom}`
    const before = amounts.get(name)?.quantity ?? 0
    // More may leave than was ever told to be there.
    const quantity = Math.max(0, sumInDecimals(before, change))
    amounts.set(name, { party, state, uom, quantity })
  }
  const arrive = (uom: string, amount: number) => {
    let left = amount
    for (const each of underWay) {
      const taken = each.uom === uom ? Math.min(each.left, left) : 0
      each.left -= taken
      left -= taken
      if (taken > 0) add(each.party, 'in_transit', uom, -taken)
    }
  }
  for (const each of events) {
    const { row, party, quantity = 0, uom, to } = each
    const state = stateBy(row)
    const isMade = row.action === 'ADD' || row.role === 'output'
    if (state === 'in_transit') {
      add(party, 'held', uom, -quantity)
      add(to ?? party, 'in_transit', uom, quantity)
      underWay.push({ party: to ?? party, uom, left: quantity })
    } else if (state !== 'held') {
      add(party, 'held', uom, -quantity)
      add(party, state, uom, quantity)
    } else if (isMade) {
      add(party, 'held', uom, quantity)
    } else if (ARRIVED.has(row.bizStep ?? '') && !isToldAgain(events, each)) {
      arrive(uom, quantity)
      add(party, 'held', uom, quantity)
    } else {
      add(party, 'held', uom, 0)
    }
  }
  return [...amounts.values()].filter(({ state, quantity }) => state === 'held' || quantity > 0)
}

/** Amounts are told in decimals: 0.3 less 0.1 and 0.2 is nothing, and 0.1 and 0.2 are 0.3. */
function sumInDecimals(one: number, other: number): number {
  const scale = Math.max(Math.abs(one), Math.abs(other))
  const sum = one + other
  return Math.abs(sum) < scale * ROUNDING ? 0 : Number(sum.toPrecision(DIGITS))
}

/** A double holds 15 digits for sure; sums of thousands of amounts lose some of them. */
const DIGITS = 12
const ROUNDING = 1e-9

/**
 * Arriving, receiving and accepting are steps of one arrival, and a pallet and what is on it arrive
 * together: what comes at a party right behind an arrival of as much is that arrival.
 */
function isToldAgain(events: readonly LotEvent[], arrival: LotEvent): boolean {
  const { party, row, quantity, isCarried } = arrival
  const before = events.slice(0, events.indexOf(arrival)).findLast((each) => each.party === party)
  if (before === undefined || !ARRIVED.has(before.row.bizStep ?? '')) return false
  const isOtherStep = before.row.bizStep !== row.bizStep || before.isCarried !== isCarried
  return isOtherStep && before.quantity === quantity
}
