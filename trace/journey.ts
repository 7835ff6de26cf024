/**
 * How an item moved: each shipping paired with the receiving that answers it, on the rows of the
 * item and of whatever carried it; and the halves that are missing.
 *
 * A pallet is often shipped and its cases received, so the two rows of a move may be of different
 * units. What item and carrier have in common is told once, at the carrier. What was on a shelf or
 * sold in between had arrived: that the next receiving is the one that is missing is a guess, as it
 * may be one of a way that nobody reported the beginning of.
 */
import { type Carriers, type EffectiveRow, effectiveRows } from './carriers.ts'
import type { Certainty } from './parts.ts'
import type { ItemRef, TrailRow } from './source.ts'
import type { ItemTrail } from './view.ts'

/** One transport. `from` is the unit that was shipped, `to` the one that was received. */
export interface Move {
  readonly from: ItemRef
  readonly to: ItemRef
  readonly shipped: TrailRow
  readonly received: TrailRow
  readonly certainty: Certainty
}

/** One half of a transport. */
export interface HalfMove {
  readonly kind: 'received-not-shipped' | 'shipped-not-received'
  readonly row: TrailRow
  /** Whether the other half may still come: the item has not been seen since. */
  readonly open: boolean
}

export interface Journey {
  readonly moves: readonly Move[]
  readonly gaps: readonly HalfMove[]
}

const STILL: Journey = { moves: [], gaps: [] }

/** The steps of an arrival, in their order: one follows the other at the same place. [CBV 7.1] */
const ARRIVALS = ['arriving', 'receiving', 'accepting']

/** Steps that goods come to at their end, and not on their way. */
const ENDS = ['stocking', 'retail_selling', 'dispensing', 'installing']

function isEnd({ bizStep, role }: TrailRow): boolean {
  return role === 'object' && bizStep !== undefined && ENDS.includes(bizStep)
}

function isTransport({ bizStep, role }: TrailRow): boolean {
  if (role !== 'object' && role !== 'child' && role !== 'parent') return false
  return bizStep === 'void_shipping' || isDeparture(bizStep) || isArrival(bizStep)
}

function isDeparture(bizStep: string | undefined): boolean {
  return bizStep === 'shipping' || bizStep === 'departing'
}

function isArrival(bizStep: string | undefined): boolean {
  return bizStep !== undefined && ARRIVALS.includes(bizStep)
}

/** The moves of an item that are not moves of one of its carriers, and its gaps. */
export function journeyOf(carriers: Carriers, trail: ItemTrail): Journey {
  // With one carrier and no transport of its own, every move is the carrier's.
  if (trail.stays.length < 2 && !trail.rows.some(isTransport)) return STILL
  const { kind } = trail.item
  const isAmount = kind === 'lot' || kind === 'class'
  const wanted = (row: TrailRow) => isTransport(row) || (!isAmount && isEnd(row))
  const rows = effectiveRows(carriers, trail, { row: wanted })
  return isAmount ? amountJourney(rows) : unitJourney(trail, rows)
}

/** Of one thing: it is under way or it is not. */
function unitJourney(trail: ItemTrail, rows: readonly EffectiveRow[]): Journey {
  const moves: Move[] = []
  const gaps: HalfMove[] = []
  const lastUs = trail.rows.at(-1)?.eventTimeUs ?? Number.NEGATIVE_INFINITY
  let away: EffectiveRow | undefined
  let here: EffectiveRow | undefined
  let hasArrived = false

  const lost = (shipped: EffectiveRow, open: boolean) => {
    if (isOwn(shipped)) gaps.push({ kind: 'shipped-not-received', row: shipped.row, open })
  }
  for (const seen of rows) {
    const { bizStep } = seen.row
    if (isEnd(seen.row)) {
      if (isOwn(seen)) hasArrived = true
    } else if (bizStep === 'void_shipping') {
      away = undefined
    } else if (isDeparture(bizStep)) {
      // Departing after shipping, or the same departure told of another unit, is no second one.
      const again = away && isNextDeparture(away, seen)
      if (away && again) lost(away, false)
      if (!away || again) away = seen
      here = undefined
      hasArrived = false
    } else {
      if (away) {
        if (isToldHere(away, seen)) moves.push(moveOf(away, seen, hasArrived))
        away = undefined
      } else if (isOwn(seen) && !(here && isSameArrival(here, seen))) {
        gaps.push({ kind: 'received-not-shipped', row: seen.row, open: false })
      }
      here = seen
    }
  }
  if (away) lost(away, lastUs <= away.row.eventTimeUs)
  return { moves, gaps }
}

/**
 * Of an amount: several consignments can be under way, and which receiving answers which shipping
 * is a guess where there are more than one.
 */
function amountJourney(rows: readonly EffectiveRow[]): Journey {
  const moves: Move[] = []
  const gaps: HalfMove[] = []
  const away: EffectiveRow[] = []
  let everShipped = false
  let here: EffectiveRow | undefined
  for (const seen of rows) {
    const { bizStep } = seen.row
    if (bizStep === 'void_shipping') {
      away.pop()
    } else if (isDeparture(bizStep)) {
      everShipped = true
      here = undefined
      if (away.length === 0 || bizStep === 'shipping') away.push(seen)
    } else if (!here || arrivalRank(seen) <= arrivalRank(here)) {
      here = seen
      const guess = away.length > 1
      const shipped = away.shift()
      if (shipped) {
        if (isToldHere(shipped, seen)) moves.push(moveOf(shipped, seen, guess))
      } else if (!everShipped && isOwn(seen)) {
        gaps.push({ kind: 'received-not-shipped', row: seen.row, open: false })
      }
    }
  }
  for (const { row } of away.filter(isOwn)) {
    gaps.push({ kind: 'shipped-not-received', row, open: true })
  }
  return { moves, gaps }
}

function isOwn(seen: EffectiveRow): boolean {
  return seen.path.length === 0
}

/** Both rows of the same stay are the carrier's to tell. */
function isToldHere(shipped: EffectiveRow, received: EffectiveRow): boolean {
  return isOwn(shipped) || shipped.path[0] !== received.path[0]
}

/** A later one of the same unit, or of another that is not under way inside the first any more. */
function isNextDeparture(before: EffectiveRow, seen: EffectiveRow): boolean {
  const { bizStep, eventTimeUs, item } = seen.row
  if (before.row.bizStep !== bizStep || before.row.eventTimeUs >= eventTimeUs) return false
  const [stay] = before.path
  return before.row.item.ref === item.ref || (stay !== undefined && stay.toUs <= eventTimeUs)
}

/** Arriving, receiving, accepting; or the same arrival told of another unit, or told twice. */
function isSameArrival(before: EffectiveRow, seen: EffectiveRow): boolean {
  if (before.row.item.ref !== seen.row.item.ref) return true
  const later = seen.row.eventTimeUs > before.row.eventTimeUs
  return arrivalRank(seen) > arrivalRank(before) || !later
}

function arrivalRank({ row }: EffectiveRow): number {
  return ARRIVALS.indexOf(row.bizStep ?? '')
}

function moveOf(shipped: EffectiveRow, received: EffectiveRow, guess = false): Move {
  const { kind } = received.row.item
  const stated = isOwn(shipped) && isOwn(received) && kind !== 'lot' && kind !== 'class'
  return {
    from: shipped.row.item,
    to: received.row.item,
    shipped: shipped.row,
    received: received.row,
    certainty: guess ? 'possible' : stated ? 'observed' : 'inferred',
  }
}
