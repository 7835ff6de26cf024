/**
 * What rules read of an event: made once for all of them, from the event and what its store added.
 * And the same from the side of one item: what it did in the event, by itself or in a container.
 */
import { bareWord } from '#epcis/cbv.ts'
import type { Action, EpcisEvent, EventType } from '#epcis/event.ts'
import type { JsonContext } from '#epcis/fields.ts'
import { identify, type Kind } from '#epcis/identifier.ts'
import { productKeyOf } from '#epcis/product-key.ts'
import { parseTimeUs } from '#epcis/time.ts'
import { masterDatum } from '#trace/ilmd.ts'
import { type Member, membersOf } from '#trace/members.ts'
import type { Certainty } from '#trace/parts.ts'
import type { Role } from '#trace/source.ts'

export interface EventFacts {
  readonly eventID: string
  /** Slug of the party that captured it. */
  readonly party: string
  readonly type: EventType
  readonly action: Action | undefined
  readonly bizStep: string | undefined
  readonly disposition: string | undefined
  readonly eventTimeUs: number
  readonly recordTimeUs: number
  /** Minutes that local time was ahead of UTC. */
  readonly offsetMinutes: number
  readonly readPoint: string | undefined
  readonly bizLocation: string | undefined
  /** Where it happened: the read point, or the location where that is all that is known. */
  readonly place: string | undefined
  readonly members: readonly Member[]
  readonly parent: string | undefined
  /** Canonical keys of possessing and owning parties and locations. */
  readonly sources: readonly string[]
  readonly destinations: readonly string[]
  /** `type id`, the type '' where there is none. */
  readonly transactions: readonly string[]
  /** Of what the event makes: its expiry as the ilmd gives it. */
  readonly expiry: string | undefined
  /** Identifiers that were scanned with an expiry of their own: key -> ISO 8601 date. */
  readonly scannedExpiry: ReadonlyMap<string, string>
  readonly set: readonly string[]
  readonly event: EpcisEvent
}

export interface Recorded {
  readonly eventID: string
  readonly party: string
  readonly recordTimeUs: number
  readonly context?: JsonContext
  /** What was read of it already: then it is not read again. */
  readonly already?: {
    readonly eventTimeUs: number
    /** Canonical keys. */
    readonly readPoint: string | undefined
    readonly bizLocation: string | undefined
  }
}

const NOTHING: readonly string[] = []
const NO_SCANS: ReadonlyMap<string, string> = new Map()

/** The facts of a valid event; undefined only where its time is none. */
export function factsOf(event: EpcisEvent, recorded: Recorded): EventFacts | undefined {
  const { context, already } = recorded
  const eventTimeUs = already ? already.eventTimeUs : parseTimeUs(event.eventTime)
  if (eventTimeUs === undefined) return undefined
  const read = already ?? event
  const readPoint = keyOf(read.readPoint)
  const bizLocation = keyOf(read.bizLocation)
  const { members } = membersOf(event, context)
  const makes = event.type === 'ObjectEvent' || event.type === 'TransformationEvent'
  return {
    eventID: recorded.eventID,
    party: recorded.party,
    type: event.type,
    action: event.type === 'TransformationEvent' ? undefined : event.action,
    bizStep: event.bizStep === undefined ? undefined : bareWord(event.bizStep),
    disposition: event.disposition === undefined ? undefined : bareWord(event.disposition),
    eventTimeUs,
    recordTimeUs: recorded.recordTimeUs,
    offsetMinutes: offsetOf(event.eventTimeZoneOffset),
    readPoint,
    bizLocation,
    place: readPoint ?? bizLocation,
    members,
    parent: members.find(({ role }) => role === 'parent')?.key,
    sources: event.sourceList?.map(({ source }) => identify(source).key) ?? NOTHING,
    destinations: event.destinationList?.map((each) => identify(each.destination).key) ?? NOTHING,
    transactions:
      event.bizTransactionList?.map(({ type = '', bizTransaction }) => {
        return `${bareWord(type)} ${bizTransaction}`
      }) ?? NOTHING,
    expiry: makes ? masterDatum(event, 'itemExpirationDate', context) : undefined,
    scannedExpiry: scannedExpiryOf(event),
    set: makes ? (event.persistentDisposition?.set?.map(bareWord) ?? NOTHING) : NOTHING,
    event,
  }
}

/** A place as an event names it, or its key where that is known. */
function keyOf(place: string | { readonly id: string } | undefined): string | undefined {
  return typeof place === 'object' ? identify(place.id).key : place
}

function offsetOf(text: string): number {
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(4, 6))
  return text.startsWith('-') ? -minutes : minutes
}

const SCANNED_EXPIRY = /[?&]17=(\d{6})(?:&|$)/

/** Expiry dates that Digital Links carry beside their key. */
function scannedExpiryOf(event: EpcisEvent): ReadonlyMap<string, string> {
  const epcs =
    event.type === 'ObjectEvent' || event.type === 'TransactionEvent' ? event.epcList : []
  let found: Map<string, string> | undefined
  for (const epc of epcs ?? []) {
    if (!epc.includes('?')) continue
    const digits = SCANNED_EXPIRY.exec(epc)?.[1]
    if (digits === undefined) continue
    found ??= new Map()
    found.set(identify(epc).key, barcodeDate(digits))
  }
  return found ?? NO_SCANS
}

/** YYMMDD of a barcode as an ISO 8601 date; day 00 is the last of the month. */
function barcodeDate(digits: string): string {
  const year = 2000 + Number(digits.slice(0, 2))
  const month = Number(digits.slice(2, 4))
  const day = Number(digits.slice(4, 6))
  const date = day === 0 ? Date.UTC(year, month, 0) : Date.UTC(year, month - 1, day)
  return new Date(date).toISOString().slice(0, 10)
}

const DATE = /^\d{4}-\d\d-\d\d$/

/** The end of the day of an expiry, in local time; undefined for what is no date. */
export function expiryUs(expiry: string, offsetMinutes: number): number | undefined {
  if (!DATE.test(expiry)) return parseTimeUs(expiry)
  const startUs = parseTimeUs(`${expiry}T00:00:00Z`)
  return startUs === undefined ? undefined : startUs + (1440 - offsetMinutes) * 60_000_000
}

/** One event from the side of one item. */
export interface ItemHappening {
  readonly facts: EventFacts
  readonly role: Role
  /** How certain it is that the item was part of it: observed where the event names it. */
  readonly certainty: Certainty
  /** Keys of the containers through which, from the item outwards. */
  readonly via: readonly string[]
  /** Keys of the lots that the event says it is of. */
  readonly lots: readonly string[]
}

export interface Happened {
  readonly item: string
  readonly kind: Kind
  readonly happening: ItemHappening
}

const ITEM_ROLES = new Set<Role>(['object', 'parent', 'child', 'input', 'output'])

/** What an event says of each item that it names. */
export function happeningsOf(facts: EventFacts): Happened[] {
  const lots = facts.members.filter(({ role }) => role === 'lot')
  const found: Happened[] = []
  for (const { key, kind, role } of facts.members) {
    if (!ITEM_ROLES.has(role)) continue
    const its = lotsOf(key, kind, lots)
    // In one go, as it is made of each item of each event.
    const happening: ItemHappening = { facts, role, certainty: 'observed', via: NOTHING, lots: its }
    found.push({ item: key, kind, happening })
  }
  return found
}

function lotsOf(key: string, kind: Kind, lots: readonly Member[]): readonly string[] {
  if (kind === 'lot') return [key]
  if (kind !== 'instance' || lots.length === 0) return NOTHING
  const product = productKeyOf(key)
  // A count says that not all serials of the event are of the lot: then it says nothing of one.
  const its = lots.filter((lot) => lot.quantity === undefined && productKeyOf(lot.key) === product)
  return its.map((lot) => lot.key)
}

/** The order in which an item's happenings are told. */
export function orderOfHappenings({ facts: one }: ItemHappening, { facts: other }: ItemHappening) {
  if (one.eventTimeUs !== other.eventTimeUs) return one.eventTimeUs - other.eventTimeUs
  if (one.recordTimeUs !== other.recordTimeUs) return one.recordTimeUs - other.recordTimeUs
  return one.eventID < other.eventID ? -1 : one.eventID > other.eventID ? 1 : 0
}
