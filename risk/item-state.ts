/**
 * What is remembered of one item: plain JSON of a few hundred bytes, and all that rules about the
 * order of its life need. It is the sum of what happened, so replaying gives the same.
 */
import { BACK } from '#trace/ending.ts'
import { type EventFacts, expiryUs, type ItemHappening } from './facts.ts'
import type { Lane } from './lane.ts'

/** Something that happened, and where. */
export interface Mark {
  readonly timeUs: number
  readonly eventID: string
  readonly place?: string
  readonly party: string
}

interface Departure {
  readonly step: string
  readonly to: readonly string[]
  /** How many things the event names as leaving. */
  readonly count: number
  /** What was known of its lane when it left. */
  readonly lane?: Lane
}

export interface ItemState {
  readonly first?: Mark | undefined
  /** The latest time at which anything so far could be known. */
  readonly knownUs: number
  readonly born?: (Mark & { readonly byTransformation: boolean }) | undefined
  /** How it came to its end. */
  readonly end?: (Mark & { readonly step: string }) | undefined
  readonly sold?:
    | (Mark & { readonly step: string; readonly transactions: readonly string[] })
    | undefined
  /** It is under way. */
  readonly away?: (Mark & Departure) | undefined
  /** Where it arrived last. */
  readonly here?: Mark | undefined
  /** Where it was seen last. */
  readonly seen?: Mark | undefined
  /** Where it was built in. */
  readonly installed?: Mark | undefined
  readonly lots: readonly string[]
  readonly expiry?: string | undefined
  /** The end of the day it expires on. */
  readonly expiresUs?: number | undefined
  readonly container?: string | undefined
  /** Lots that were packed into it. */
  readonly packed: readonly string[]
  /** When it was first made or received, as a lot has to be before it is shipped. */
  readonly hadUs?: number | undefined
}

export const UNBORN: ItemState = { knownUs: 0, lots: [], packed: [] }

/** Steps by which goods are gone without having served anybody. */
export const WASTES: ReadonlySet<string> = new Set(['decommissioning', 'destroying', 'killing'])
const ENDINGS = new Set([...WASTES, 'dispensing'])
const SALES = new Set(['retail_selling', 'dispensing'])
const ARRIVALS = new Set(['arriving', 'receiving', 'accepting'])
const DEPARTURES = new Set(['shipping', 'departing'])
/** Ends after which nothing comes back. */
export const FINAL: ReadonlySet<string> = new Set(['destroying', 'killing', 'transforming'])

export function isEnding({ bizStep }: EventFacts): boolean {
  return bizStep !== undefined && ENDINGS.has(bizStep)
}

export function isSale({ bizStep, disposition }: EventFacts): boolean {
  return bizStep !== undefined && SALES.has(bizStep) && disposition !== 'partially_dispensed'
}

/** Whether it is handed to a customer, in whole or in part. */
export function isHandedOver({ bizStep }: Pick<EventFacts, 'bizStep'>): boolean {
  return bizStep !== undefined && SALES.has(bizStep)
}

export function isArrival({ bizStep }: EventFacts): boolean {
  return bizStep !== undefined && ARRIVALS.has(bizStep)
}

export function isDeparture({ bizStep }: EventFacts): boolean {
  return bizStep !== undefined && DEPARTURES.has(bizStep)
}

/** Whether the event says that something sold or ended is back. */
export function isReturn(facts: EventFacts): boolean {
  return facts.disposition !== undefined && BACK.has(facts.disposition) && !isSale(facts)
}

/** Whether the item comes into being by it. */
export function isBirth({ facts, role }: ItemHappening): boolean {
  if (role === 'output') return true
  return role === 'object' && facts.type === 'ObjectEvent' && facts.action === 'ADD'
}

/** What an event ends it by; undefined where it goes on. Of a lot only a part has its end. */
export function endOf({ facts, role }: ItemHappening): string | undefined {
  if (role === 'input') return 'transforming'
  if (role !== 'object') return undefined
  if (isEnding(facts)) return facts.bizStep
  const isDeleted = facts.type === 'ObjectEvent' && facts.action === 'DELETE'
  // A sale is an end that a customer may take back: it is kept apart.
  return isDeleted && !isSale(facts) ? (facts.bizStep ?? 'decommissioning') : undefined
}

export function markOf({ eventTimeUs, eventID, place, party }: EventFacts): Mark {
  if (place === undefined) return { timeUs: eventTimeUs, eventID, party }
  return { timeUs: eventTimeUs, eventID, party, place }
}

type Draft = { -readonly [Name in keyof ItemState]: ItemState[Name] }

/**
 * A copy with all that a state may have, in one order: what runs over millions of states runs over
 * one hidden class of them.
 */
function shaped(state: ItemState): Draft {
  return {
    first: state.first,
    knownUs: state.knownUs,
    born: state.born,
    end: state.end,
    sold: state.sold,
    away: state.away,
    here: state.here,
    seen: state.seen,
    installed: state.installed,
    lots: state.lots,
    expiry: state.expiry,
    expiresUs: state.expiresUs,
    container: state.container,
    packed: state.packed,
    hadUs: state.hadUs,
  }
}

/** What rules found that a happening means beside what it says. */
export interface Turns {
  /** It ends an end. */
  readonly isTakenBack: boolean
  /** It tells that what was under way has come. */
  readonly hasCome: boolean
}

const NO_TURNS: Turns = { isTakenBack: false, hasCome: false }

/** The state after a happening. */
export function advance(
  state: ItemState,
  happening: ItemHappening,
  { isTakenBack, hasCome }: Turns = NO_TURNS,
): ItemState {
  const { facts } = happening
  const mark = markOf(facts)
  const next: Draft = shaped(state)
  next.knownUs = Math.max(state.knownUs, facts.recordTimeUs)
  next.first ??= mark
  if (mark.place !== undefined) next.seen = mark
  if (facts.bizStep === 'installing') next.installed = mark
  if (isTakenBack) {
    next.end = undefined
    next.sold = undefined
  }
  if (isBirth(happening)) bear(next, happening, mark)
  const end = endOf(happening)
  // The first end is its end, but for one that nothing comes back from.
  const isFinal = state.end && FINAL.has(end ?? '') && !FINAL.has(state.end.step)
  if (end !== undefined && (!state.end || isFinal)) next.end = { step: end, ...mark }
  if (happening.role === 'object' && isSale(facts)) {
    next.sold = { step: facts.bizStep ?? '', transactions: facts.transactions, ...mark }
  }
  if (hasCome) next.away = undefined
  move(next, happening, mark)
  pack(next, happening)
  const first = happening.lots[0]
  if (next.lots.length === 0 && first !== undefined) next.lots = happening.lots
  return next
}

function bear(next: Draft, { facts, lots }: ItemHappening, mark: Mark): void {
  const byTransformation = facts.type === 'TransformationEvent'
  next.born ??= { byTransformation, ...mark }
  next.hadUs = Math.min(next.hadUs ?? mark.timeUs, mark.timeUs)
  if (lots.length > 0 && next.lots.length === 0) next.lots = lots
  if (facts.expiry === undefined || next.expiry !== undefined) return
  next.expiry = facts.expiry
  const endUs = expiryUs(facts.expiry, facts.offsetMinutes)
  if (endUs !== undefined) next.expiresUs = endUs
}

function move(next: Draft, { facts }: ItemHappening, mark: Mark): void {
  if (facts.bizStep === 'void_shipping') {
    next.away = undefined
  } else if (isDeparture(facts)) {
    const isSame = next.away !== undefined && facts.bizStep === 'departing'
    const step = facts.bizStep ?? ''
    if (!isSame) next.away = { step, to: facts.destinations, count: objectsOf(facts), ...mark }
    next.here = undefined
  } else if (isArrival(facts)) {
    next.here = mark
    next.hadUs = Math.min(next.hadUs ?? mark.timeUs, mark.timeUs)
    next.away = undefined
  }
}

/** How many things an event names as its objects. */
export function objectsOf({ members }: EventFacts): number {
  return members.reduce((count, { role }) => (role === 'object' ? count + 1 : count), 0)
}

function pack(next: Draft, { facts, role }: ItemHappening): void {
  if (facts.type !== 'AggregationEvent') return
  if (role === 'child' && facts.parent !== undefined) {
    if (facts.action === 'ADD') next.container = facts.parent
    if (facts.action === 'DELETE') next.container = undefined
  }
  if (role !== 'parent') return
  if (facts.action === 'ADD') {
    const lots = facts.members.filter((member) => member.role === 'child' && member.kind === 'lot')
    if (lots.length > 0) next.packed = [...new Set([...next.packed, ...lots.map(({ key }) => key)])]
  } else if (facts.action === 'DELETE' && !facts.members.some((each) => each.role === 'child')) {
    next.packed = []
  }
}
