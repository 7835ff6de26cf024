/**
 * The order of one thing's life: C1 steps out of order, C2 commissioned twice, C3 unknown serial,
 * C4 seen after its end, C5 sold twice. Only single things have such a life, amounts do not.
 *
 * What practice takes for these and is not: a pack brought back within ten days to where it was
 * sold, the same scan twice, a file that comes late (which is waited for), an end that is told in
 * several steps, as by the till and the stock system, or when waste is cleared away.
 */
import { type Finding, identityOf } from './finding.ts'
import {
  endOf,
  FINAL,
  type ItemState,
  isArrival,
  isBirth,
  isEnding,
  isHandedOver,
  isReturn,
  isSale,
  type Mark,
} from './item-state.ts'
import type { Reference } from './reference.ts'
import { dayOf, found, isDoubleScan, isSamePlace, NOTHING, type Seen, stepOf } from './seen.ts'
import { secondsUs, US_A_DAY, US_AN_HOUR } from './words.ts'

/** Steps that say nothing against a thing having been sold: somebody looks at it. */
const LOOKING = new Set(['inspecting', 'sampling', 'sensor_reporting', 'retail_selling'])
/** Ends after which there is nothing left that anybody could sell or use. */
const GONE = new Set(['destroying', 'transforming'])

export function stepsOutOfOrder(seen: Seen): readonly Finding[] {
  const rule = seen.rules.C1
  if (!rule) return NOTHING
  const { state, now, item } = seen
  const { facts } = now
  const { doubleScan, graceHours } = rule.parameters
  const graceUs = graceHours * US_AN_HOUR
  const { away, born, first, sold, here } = state
  if (first && !born && isBirth(now)) {
    const isEarly = facts.eventTimeUs - first.timeUs > secondsUs(doubleScan)
    if (!isEarly) return NOTHING
    const at = { fromUs: first.timeUs, with: [first], graceUs }
    return [found(seen, rule, 'early', { ...at, words: { step: 'seen' }, cause: facts.eventID })]
  }
  if (facts.bizStep === 'shipping' && away?.step === 'shipping') {
    if (isDoubleScan(seen, away, doubleScan)) return NOTHING
    return [found(seen, rule, 'shippedTwice', { with: [away], graceUs, cause: facts.eventID })]
  }
  if (isArrival(facts) && !away && born && isElsewhere(seen)) {
    if (here && isSamePlace(seen.reference, here.place, facts.place)) return NOTHING
    const cause = facts.eventID
    return [found(seen, rule, 'unshipped', { with: [state.seen], graceUs, cause })]
  }
  if (sold && !state.end && !isGoodAfterSale(seen)) {
    const words = { step: stepOf(now) }
    return [found(seen, rule, 'afterSale', { with: [sold], words, cause: item, graceUs })]
  }
  return NOTHING
}

/** Whether it is with somebody else, or at another place, than it was. */
function isElsewhere({ state, now, reference }: Seen): boolean {
  const { seen } = state
  if (!seen) return false
  const isOther = holderOf(reference, seen) !== holderOf(reference, now.facts)
  return isOther && !isSamePlace(reference, seen.place, now.facts.place)
}

interface Holding {
  readonly place?: string | undefined
  readonly party: string
}

/** Whose place it is, as one may capture for all; where that is not known, who captured it. */
function holderOf(reference: Reference, { place, party }: Holding): string {
  const owner = place === undefined ? undefined : reference.place(place)?.party
  return owner ?? reference.party(party)?.key ?? `party:${party}`
}

function isGoodAfterSale(seen: Seen): boolean {
  const { facts } = seen.now
  if (facts.bizStep !== undefined && LOOKING.has(facts.bizStep)) return true
  return isSale(facts) || isEnding(facts) || isTakenBack(seen) || isRepeatedSale(seen)
}

/** The till and the stock system tell of one sale a moment apart. */
function isRepeatedSale(seen: Seen): boolean {
  const { sold } = seen.state
  const seconds = seen.rules.C1?.parameters.doubleScan ?? 0
  return sold !== undefined && isDoubleScan(seen, sold, seconds)
}

export function commissionedTwice(seen: Seen): readonly Finding[] {
  const rule = seen.rules.C2
  const { born } = seen.state
  if (!rule || !born || !isBirth(seen.now)) return NOTHING
  const { facts } = seen.now
  // What comes out of a transformation gets its code in an event of its own.
  const isByTransformation = facts.type === 'TransformationEvent'
  if (isByTransformation !== born.byTransformation) return NOTHING
  if (isDoubleScan(seen, born, rule.parameters.doubleScan)) return NOTHING
  const words = { first: dayOf(born.timeUs) }
  return [found(seen, rule, 'twice', { with: [born], words, cause: facts.eventID })]
}

export function neverCommissioned(seen: Seen): readonly Finding[] {
  const rule = seen.rules.C3
  const { state, now, item } = seen
  if (!rule || state.first || isBirth(now)) return NOTHING
  if (seen.reference.product(item)?.serialised !== true) return NOTHING
  const graceUs = rule.parameters.graceHours * US_AN_HOUR
  const words = { step: stepOf(now) }
  return [found(seen, rule, 'unknown', { words, graceUs, cause: now.facts.eventID })]
}

/** What is no longer unknown, as it has been commissioned after all. */
export function noLongerUnknown({ state, now, item }: Seen): string | undefined {
  if (!state.first || state.born || !isBirth(now)) return undefined
  return identityOf('C3', item, state.first.timeUs, 'unknown')
}

/** Whether an event takes back an end or a sale: it says so, there, and in time. */
export function isTakenBack(seen: Seen): boolean {
  const { state, now } = seen
  const ended = state.end ?? state.sold
  if (!ended || !isReturn(now.facts) || FINAL.has(ended.step)) return false
  const days = (seen.rules.C4 ?? seen.rules.C1)?.parameters.returnDays ?? 0
  return (
    isWithin(seen, ended.timeUs, days) && isSamePlace(seen.reference, ended.place, now.facts.place)
  )
}

function isWithin({ now }: Seen, sinceUs: number, days: number): boolean {
  return now.facts.eventTimeUs - sinceUs <= days * US_A_DAY
}

type End = NonNullable<ItemState['end']>

/** Whether this tells of the end that is known, once more or in another step of it. */
function isOfEnd(seen: Seen, end: End, doubleScan: number): boolean {
  const { state, now } = seen
  const { facts } = now
  const isScan = isDoubleScan(seen, end, doubleScan)
  if (facts.eventID === end.eventID) return true
  const isSold = state.sold !== undefined || isHandedOver({ bizStep: end.step })
  // Of a second sale another rule tells; till and stock system tell of one a moment apart.
  if (isHandedOver(facts)) return isSold || (isScan && !GONE.has(end.step))
  const step = endOf(now) ?? (isEnding(facts) ? facts.bizStep : undefined)
  if (step === undefined || step === end.step) return isScan
  if (step === 'transforming') return isScan && !GONE.has(end.step)
  // What was sold is cleared away by whoever had it, and waste by and by, where it lies.
  return isSold || !isKnownElsewhere(seen, end)
}

function isKnownElsewhere({ now, reference }: Seen, { place }: Mark): boolean {
  const here = now.facts.place
  if (here === undefined || place === undefined) return false
  return !isSamePlace(reference, place, here)
}

export function seenAfterEnd(seen: Seen): readonly Finding[] {
  const rule = seen.rules.C4
  const { state, now, reference } = seen
  const { end } = state
  if (!rule || !end || isOfEnd(seen, end, rule.parameters.doubleScan)) return NOTHING
  const told = { with: [end], words: { end: end.step, step: stepOf(now) } }
  if (!isReturn(now.facts) || FINAL.has(end.step)) return [found(seen, rule, 'seen', told)]
  if (!isSamePlace(reference, end.place, now.facts.place)) {
    return [found(seen, rule, 'elsewhere', told)]
  }
  const { returnDays } = rule.parameters
  if (isWithin(seen, end.timeUs, returnDays)) return NOTHING
  const value = (now.facts.eventTimeUs - end.timeUs) / US_A_DAY
  const days = { name: 'days', value, limit: returnDays, unit: 'days' } as const
  return [found(seen, rule, 'late', { ...told, measures: [days] })]
}

export function soldTwice(seen: Seen): readonly Finding[] {
  const rule = seen.rules.C5
  const { sold } = seen.state
  const { facts, role } = seen.now
  if (!rule || !sold || role !== 'object' || !isSale(facts)) return NOTHING
  if (isDoubleScan(seen, sold, rule.parameters.doubleScan)) return NOTHING
  // One receipt told of by till and by stock system is one sale.
  if (facts.transactions.some((each) => sold.transactions.includes(each))) return NOTHING
  const words = { first: dayOf(sold.timeUs), place: sold.place ?? sold.party }
  return [found(seen, rule, 'again', { with: [sold], words })]
}
