/**
 * All rules about one item in one machine, so that its history is gone through once: the state
 * is the sum of its life so far, and each rule looks at the state and at what happens now.
 *
 * A follower may feed an item what its events say of it by name, which costs microseconds; then
 * what a container did for it is missing, and findings of rules that need `history` (dispatch.ts)
 * have to be confirmed by `recompute` over its history with containers before they are raised.
 */
import type { Kind } from '#epcis/identifier.ts'
import { productKeyOf } from '#epcis/product-key.ts'
import { type ItemHappening, orderOfHappenings } from './facts.ts'
import type { Finding } from './finding.ts'
import { advance, type ItemState, UNBORN } from './item-state.ts'
import { labelDiffers, listedWithPack, lotChanged } from './labels.ts'
import { isAwaited, laneOf } from './lane.ts'
import type { Machine, Stepped } from './machine.ts'
import { type Reference, siteOf } from './reference.ts'
import { recalledAndMoving, releasedUntested } from './release.ts'
import type { RuleSet } from './rule-set.ts'
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
import {
  allowedOf,
  diverted,
  hasCome,
  impossibleTravel,
  receivedElsewhere,
  stale,
  staleAfterAll,
} from './travel.ts'

const EVER = Number.MAX_SAFE_INTEGER

function identitiesOf(findings: readonly Finding[]): string[] {
  return findings.map(({ identity }) => identity)
}

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
  asset: [impossibleTravel, receivedElsewhere],
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

/**
 * The rules about items, for whoever watches many of them: no item costs more than its state.
 * `itemMachine` is the same for one item.
 */
export class ItemRules {
  readonly #rules: RuleSet
  readonly #reference: Reference
  /** Of the item that was asked for last: it is asked for several times on end. */
  #last: { readonly item: string; readonly product: string | undefined } | undefined

  constructor({ rules, reference }: Watch) {
    this.#rules = rules
    this.#reference = reference
  }

  step(subject: ItemSubject, state: ItemState, now: ItemHappening): Stepped<ItemState> {
    const { eventTimeUs, eventID, place } = now.facts
    const context = this.#contextOf(subject, eventTimeUs, place)
    const { item, kind, rules, reference } = context
    const seen: Seen = { item, kind, rules, reference, state, now }
    let findings: readonly Finding[] = NONE
    for (const rule of RULES_OF[kind] ?? NO_RULES) findings = together(findings, rule(seen))
    const turns = { isTakenBack: isTakenBack(seen), hasCome: hasCome(seen) }
    const next = this.#withLane(kind, state, advance(state, now, turns))
    const { away } = state
    let dropped: readonly string[] = NONE
    if (away && isAwaited(kind) && next.away?.eventID !== away.eventID) {
      const shipped = this.#contextOf(subject, away.timeUs, away.place)
      // Of what was sold since it is not known when it had come.
      const isNone = now.facts.bizStep === 'void_shipping' || turns.hasCome
      const late = isNone ? NONE : stale(shipped, state, eventTimeUs, eventTimeUs, eventID)
      findings = together(findings, late)
      if (late.length === 0) dropped = staleAfterAll(shipped, away, now.facts.recordTimeUs)
    }
    // What was near its expiry until now has been so, and is told to its end.
    if (state.expiresUs !== undefined && (next.end ?? next.sold) !== undefined) {
      const there = this.#contextOf(subject, eventTimeUs, state.seen?.place)
      const near = nearExpiry(there, state, eventTimeUs, eventTimeUs)
      findings = together(findings, near)
      // Told late that it had been sold before: it was not near it after all.
      if (near.length === 0) dropped = [...dropped, ...identitiesOf(nearExpiry(there, state, EVER))]
    }
    const known = noLongerUnknown(seen)
    return { state: next, findings, dropped: known === undefined ? dropped : [known, ...dropped] }
  }

  overdue(subject: ItemSubject, state: ItemState, nowUs: number): readonly Finding[] {
    const { away } = state
    const shipped = away && this.#contextOf(subject, away.timeUs, away.place)
    const under = shipped && isAwaited(subject.kind) ? stale(shipped, state, nowUs) : NONE
    const there = this.#contextOf(subject, nowUs, state.seen?.place)
    return together(under, nearExpiry(there, state, nowUs))
  }

  dueUs(subject: ItemSubject, state: ItemState): number | undefined {
    const { away, seen } = state
    const rule = away && this.#contextOf(subject, away.timeUs, away.place).rules.C14
    const under = rule && isAwaited(subject.kind) ? allowedOf(rule, away).untilUs + 1 : undefined
    const near = nearUs(this.#contextOf(subject, seen?.timeUs ?? 0, seen?.place), state)?.atUs
    if (under === undefined || near === undefined) return under ?? near
    return Math.min(under, near)
  }

  /** Something that leaves keeps what is known of its lane by then, as it is waited for by that. */
  #withLane(kind: Kind, before: ItemState, next: ItemState): ItemState {
    const { away } = next
    if (!away || away === before.away || !isAwaited(kind)) return next
    const ends = laneOf(this.#reference, away)
    const lane = ends && this.#reference.lane(ends, away.timeUs)
    return lane ? { ...next, away: { lane, ...away } } : next
  }

  #contextOf({ item, kind }: ItemSubject, timeUs: number, place: string | undefined): ItemContext {
    const reference = this.#reference
    const domain = reference.product(item)?.domain
    const site = place === undefined ? undefined : siteOf(reference, place)
    const rules = this.#rules.all({ domain, product: this.#productOf(item), site }, timeUs)
    return { item, kind, rules, reference }
  }

  #productOf(item: string): string | undefined {
    if (this.#last?.item !== item) this.#last = { item, product: productKeyOf(item) }
    return this.#last.product
  }
}

function together(one: readonly Finding[], other: readonly Finding[]): readonly Finding[] {
  if (other.length === 0) return one
  return one.length === 0 ? other : [...one, ...other]
}

/** The machine of one item, to tell its life again. */
export function itemMachine(subject: ItemSubject, watch: Watch): Machine<ItemState, ItemHappening> {
  const its = new ItemRules(watch)
  return {
    start: UNBORN,
    order: orderOfHappenings,
    step: (state, now) => its.step(subject, state, now),
    overdue: (state, nowUs) => its.overdue(subject, state, nowUs),
    dueUs: (state) => its.dueUs(subject, state),
  }
}
