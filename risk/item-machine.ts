/**
 * All rules about one item in one machine, so that its history is gone through once: the state
 * is the sum of its life so far, and each rule looks at the state and at what happens now.
 *
 * A follower may feed an item what its events say of it by name, which costs microseconds; then
 * what a container did for it is missing, and findings of CONFIRMED rules have to be confirmed by
 * `recompute` over its history with containers before they are raised.
 */
import type { Kind } from '#epcis/identifier.ts'
import { type ItemHappening, orderOfHappenings, productOf } from './facts.ts'
import type { Finding } from './finding.ts'
import { advance, type ItemState, isArrival, UNBORN } from './item-state.ts'
import { labelDiffers, listedWithPack, lotChanged } from './labels.ts'
import type { Machine, Stepped } from './machine.ts'
import { type Reference, siteOf } from './reference.ts'
import { recalledAndMoving, releasedUntested } from './release.ts'
import type { InForceTable, RuleSet } from './rule-set.ts'
import type { ItemContext, ItemRule, Seen } from './seen.ts'
import {
  commissionedTwice,
  isTakenBack,
  neverCommissioned,
  noLongerUnknown,
  seenAfterEnd,
  soldTwice,
  stepsOutOfOrder,
} from './sequence.ts'
import { expiredAndPassedOn, nearExpiry, nearUs, notFirstExpired } from './shelf-life.ts'
import type { RuleId } from './table.ts'
import { diverted, impossibleTravel, lateUs, receivedElsewhere, stale } from './travel.ts'

/** Rules whose findings from own events alone may be wrong: a container may tell the rest. */
export const CONFIRMED: ReadonlySet<RuleId> = new Set(['C1', 'C3', 'C9', 'C12', 'C14', 'D4'])

/** What may be said of a single thing, of what moves as one, and of an amount. */
const RULES_OF: Readonly<Partial<Record<Kind, readonly ItemRule[]>>> = {
  instance: [
    stepsOutOfOrder,
    commissionedTwice,
    neverCommissioned,
    seenAfterEnd,
    soldTwice,
    labelDiffers,
    listedWithPack,
    lotChanged,
    impossibleTravel,
    diverted,
    receivedElsewhere,
    expiredAndPassedOn,
    notFirstExpired,
    recalledAndMoving,
    releasedUntested,
  ],
  'logistic-unit': [
    stepsOutOfOrder,
    listedWithPack,
    lotChanged,
    impossibleTravel,
    receivedElsewhere,
    recalledAndMoving,
  ],
  lot: [
    lotChanged,
    diverted,
    expiredAndPassedOn,
    notFirstExpired,
    recalledAndMoving,
    releasedUntested,
  ],
}

const NO_RULES: readonly ItemRule[] = []
const NONE: readonly never[] = []

export interface ItemSubject {
  /** Canonical key. */
  readonly item: string
  readonly kind: Kind
}

/** What every item shares. */
export interface Watch {
  readonly rules: RuleSet
  readonly reference: Reference
}

/** The machine of one item. Cheap to make: it holds nothing but its arguments. */
export function itemMachine(
  { item, kind }: ItemSubject,
  { rules, reference }: Watch,
): Machine<ItemState, ItemHappening> {
  const product = productOf(item)
  const inForceAt = (timeUs: number, place: string | undefined): InForceTable => {
    const domain = reference.product(item)?.domain
    const site = place === undefined ? undefined : siteOf(reference, place)
    return rules.all({ domain, product, site }, timeUs)
  }
  const contextOf = (timeUs: number, place: string | undefined): ItemContext => {
    return { item, kind, rules: inForceAt(timeUs, place), reference }
  }
  const its = RULES_OF[kind] ?? NO_RULES
  return {
    start: UNBORN,
    order: orderOfHappenings,
    step: (state, now) => step(its, contextOf, state, now),
    overdue(state, nowUs) {
      const shipped = state.away && contextOf(state.away.timeUs, state.away.place)
      const context = contextOf(nowUs, state.seen?.place)
      const under = shipped && isWatched(kind) ? stale(shipped, state, nowUs) : NONE
      const near = nearExpiry(context, state, nowUs)
      return under.length + near.length === 0 ? NONE : [...under, ...near]
    },
    dueUs(state) {
      const { away } = state
      const context = contextOf(state.seen?.timeUs ?? 0, state.seen?.place)
      const rule = context.rules.C14
      const under =
        away && rule && isWatched(kind) ? lateUs(rule, reference, away).dueUs + 1 : undefined
      const near = nearUs(context, state)?.atUs
      if (under === undefined || near === undefined) return under ?? near
      return Math.min(under, near)
    },
  }
}

/** Of a lot several consignments may be under way at once: nothing is waited for. */
function isWatched(kind: Kind): boolean {
  return kind === 'instance' || kind === 'logistic-unit'
}

function step(
  its: readonly ItemRule[],
  contextOf: (timeUs: number, place: string | undefined) => ItemContext,
  state: ItemState,
  now: ItemHappening,
): Stepped<ItemState> {
  const { eventTimeUs, eventID, place } = now.facts
  const context = contextOf(eventTimeUs, place)
  const seen: Seen = { ...context, state, now }
  let findings: Finding[] | undefined
  const add = (told: readonly Finding[]) => {
    if (told.length > 0) findings = findings ? [...findings, ...told] : [...told]
  }
  for (const rule of its) add(rule(seen))
  const next = advance(state, now, isTakenBack(seen))
  const { away, seen: before } = state
  if (away && isWatched(context.kind) && isArrival(now.facts)) {
    add(stale(contextOf(away.timeUs, away.place), state, eventTimeUs, eventTimeUs, eventID))
  }
  const isGone = (next.end ?? next.sold) !== undefined
  // What was near its expiry until now has been so, and is told to its end.
  if (isGone && state.expiresUs !== undefined) {
    add(nearExpiry(contextOf(eventTimeUs, before?.place), state, eventTimeUs, eventTimeUs))
  }
  const known = noLongerUnknown(seen)
  return { state: next, findings: findings ?? NONE, dropped: known === undefined ? NONE : [known] }
}
