/**
 * Where an item was packed, and when: its stays in containers, replayed in the order of eventTime
 * (ties: recordTime), so that an event that arrives late takes its place as if it had been in
 * time. [EPCIS 7.4.3, 7.4.6]
 *
 * ADD begins a stay, DELETE ends it, whether it lists the child or nobody at all (then everybody
 * is out), OBSERVE changes nothing. One thing is in one container at a time, so an ADD to another
 * ends the former stay as inferred; so does a later ADD to the same asset, as a cage or a vehicle
 * is filled again and again, while a pallet is packed once and told of twice. Of a class or lot
 * some can be in many containers at once: amounts are added and taken away. Associations are
 * replayed by the same rules, apart from containment.
 */

import { isAfter, type Moment } from './moment.ts'
import { placeOfFirst } from './ordered.ts'
import type { ItemRef, TrailRow } from './source.ts'

export type StayKind = 'contains' | 'associated'

/** The time [fromUs, toUs) that an item spent in, or associated with, one parent. */
export interface Stay {
  readonly kind: StayKind
  readonly parent: ItemRef
  /** -Infinity where no event tells when it began. */
  readonly fromUs: number
  /** Infinity while it lasts. */
  readonly toUs: number
  /** `inferred` where its beginning or end is not stated. */
  readonly certainty: 'observed' | 'inferred'
  /** The events it rests on, the earliest first. */
  readonly eventRefs: readonly number[]
}

/** An ADD or DELETE that lists the child. No quantity is an unknown amount, or one whole thing. */
export interface Placement {
  readonly row: TrailRow
  readonly parent: ItemRef
  readonly quantity: number | undefined
  readonly uom: string | undefined
}

export interface Replay {
  /** Placements of one child, in order. */
  readonly placements: readonly Placement[]
  /** Whether the child is one thing, and not an amount of a class or lot. */
  readonly single: boolean
  /** The events that emptied a parent, in order, by its reference. */
  readonly emptied: ReadonlyMap<number, readonly Moment[]>
  /** When the child was first heard of. */
  readonly bornUs: number
}

/** What kind of stay an event makes; undefined for events that make none. */
export function stayKindOf({ type, action }: TrailRow): StayKind | undefined {
  if (action !== 'ADD' && action !== 'DELETE') return undefined
  if (type === 'AggregationEvent') return 'contains'
  return type === 'AssociationEvent' ? 'associated' : undefined
}

interface OpenStay {
  readonly parent: ItemRef
  readonly began: TrailRow
  amount: number | undefined
  uom: string | undefined
}

/** The stays of one child, in the order in which they began. */
export function replayStays(kind: StayKind, replay: Replay): Stay[] {
  const stays: Stay[] = []
  const open: OpenStay[] = []
  for (const placement of replay.placements) {
    closeEmptied(kind, replay, open, stays, placement.row)
    if (placement.row.action === 'ADD') packed(kind, replay, open, stays, placement)
    else unpacked(kind, replay, open, stays, placement)
  }
  closeEmptied(kind, replay, open, stays, undefined)
  for (const stay of open) stays.push(stayOf(kind, stay, undefined, 'observed'))
  return stays.length < 2 ? stays : stays.sort((one, other) => one.fromUs - other.fromUs)
}

/** Ends stays in containers that were emptied before a row; before now without one. */
function closeEmptied(
  kind: StayKind,
  { emptied }: Replay,
  open: OpenStay[],
  stays: Stay[],
  before: Moment | undefined,
): void {
  for (let at = open.length - 1; at >= 0; at--) {
    const stay = open[at]
    const moments = stay && emptied.get(stay.parent.ref)
    const end = moments && firstAfter(moments, stay.began)
    if (!stay || !end || (before && !isAfter(before, end))) continue
    stays.push(stayOf(kind, stay, end, 'observed'))
    open.splice(at, 1)
  }
}

function packed(
  kind: StayKind,
  { single }: Replay,
  open: OpenStay[],
  stays: Stay[],
  { row, parent, quantity, uom }: Placement,
): void {
  const stay = open.find((each) => each.parent.ref === parent.ref)
  if (stay && !(single && isFilledAgain(stay, row))) {
    const known = stay.amount !== undefined && quantity !== undefined && stay.uom === uom
    stay.amount = known ? (stay.amount ?? 0) + (quantity ?? 0) : undefined
    return
  }
  if (single) for (const former of open.splice(0)) stays.push(stayOf(kind, former, row, 'inferred'))
  open.push({ parent, began: row, amount: quantity, uom })
}

/** Where nobody told that it had been taken out of what comes back, it was before it went in. */
function isFilledAgain({ parent, began }: OpenStay, row: TrailRow): boolean {
  return parent.kind === 'asset' && row.eventTimeUs > began.eventTimeUs
}

function unpacked(
  kind: StayKind,
  replay: Replay,
  open: OpenStay[],
  stays: Stay[],
  placement: Placement,
): void {
  const at = open.findIndex((each) => each.parent.ref === placement.parent.ref)
  const stay = open[at]
  if (stay) {
    if (!replay.single && !isLast(stay, placement)) return
    stays.push(stayOf(kind, stay, placement.row, 'observed'))
    open.splice(at, 1)
  } else if (!replay.single || open.length === 0) {
    const missed = unseen(kind, replay, placement, stays)
    if (missed) stays.push(missed)
  }
}

/**
 * Takes an amount out, and says whether nothing is left. What cannot be told is taken to be left.
 */
function isLast(stay: OpenStay, { quantity, uom }: Placement): boolean {
  if (quantity === undefined) return true
  if (stay.amount === undefined || stay.uom !== uom) {
    stay.amount = undefined
    return false
  }
  stay.amount -= quantity
  return stay.amount < ROUNDING
}

/** Amounts such as 0.3 - 0.1 - 0.2 leave less than this behind. */
const ROUNDING = 1e-9

/** A crate can be emptied thousands of times, and is asked about for each thing that was in it. */
function firstAfter(moments: readonly Moment[], moment: Moment): Moment | undefined {
  return moments[placeOfFirst(moments, (each) => isAfter(each, moment))]
}

function stayOf(
  kind: StayKind,
  { parent, began }: OpenStay,
  end: Moment | undefined,
  certainty: Stay['certainty'],
): Stay {
  return {
    kind,
    parent,
    fromUs: began.eventTimeUs,
    toUs: end?.eventTimeUs ?? Number.POSITIVE_INFINITY,
    certainty,
    eventRefs: end ? [began.eventRef, end.eventRef] : [began.eventRef],
  }
}

/**
 * The stay that an unpacking tells of when no event tells of the packing: since the child came
 * into being, was last in a container, or the container was empty. An asset is filled again and
 * again: where nothing bounds it, nothing is said.
 */
function unseen(
  kind: StayKind,
  replay: Replay,
  { row, parent }: Placement,
  stays: readonly Stay[],
): Stay | undefined {
  const before = stays.filter((stay) => replay.single || stay.parent.ref === parent.ref)
  const bounds = before.map((stay) => stay.toUs)
  const emptied = replay.emptied.get(parent.ref)?.findLast((moment) => isAfter(row, moment))
  if (emptied) bounds.push(emptied.eventTimeUs)
  if (replay.single && replay.bornUs < row.eventTimeUs) bounds.push(replay.bornUs)
  if (bounds.length === 0 && parent.kind === 'asset') return undefined
  const fromUs = Math.max(Number.NEGATIVE_INFINITY, ...bounds)
  if (fromUs >= row.eventTimeUs) return undefined
  return {
    kind,
    parent,
    fromUs,
    toUs: row.eventTimeUs,
    certainty: 'inferred',
    eventRefs: [row.eventRef],
  }
}
