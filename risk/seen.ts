/**
 * What a rule about one item looks at: the state before, what happens now, and what is known
 * beside; and how it tells what it found.
 */
import type { Kind } from '#epcis/identifier.ts'
import type { Certainty } from '#trace/parts.ts'
import type { ItemHappening } from './facts.ts'
import { type Finding, type Found, finding } from './finding.ts'
import type { ItemState, Mark } from './item-state.ts'
import { type Reference, siteOf } from './reference.ts'
import type { InForce, InForceTable } from './rule-set.ts'
import { worstOf } from './sample.ts'
import type { RuleId, VariantOf } from './table.ts'
import { secondsUs } from './words.ts'

export interface ItemContext {
  readonly item: string
  readonly kind: Kind
  readonly rules: InForceTable
  readonly reference: Reference
}

export interface Seen extends ItemContext {
  readonly state: ItemState
  readonly now: ItemHappening
}

/** One rule, or a few that share their cases. */
export type ItemRule = (seen: Seen) => readonly Finding[]

export const NOTHING: readonly Finding[] = []

export type Told = Partial<Found> & {
  /** Earlier events that it rests on. */
  readonly with?: readonly (Mark | undefined)[]
  readonly graceUs?: number
}

/**
 * A finding about the item at this event, known when the last of what it rests on was, and no
 * sooner than its grace is over.
 */
export function found<Id extends RuleId>(
  { item, now, state }: Seen,
  inForce: InForce<Id>,
  variant: VariantOf<Id>,
  { with: marks = [], graceUs = 0, ...told }: Told = {},
): Finding {
  const { facts, certainty, via } = now
  const eventIDs = marks.flatMap((mark) => mark?.eventID ?? [])
  return finding(inForce, variant, {
    subject: item,
    fromUs: facts.eventTimeUs,
    toUs: facts.eventTimeUs,
    knowableUs: Math.max(state.knownUs, facts.recordTimeUs) + graceUs,
    certainty: worstOf(told.certainty ?? 'observed', certainty),
    eventIDs: [...new Set([...eventIDs, facts.eventID])],
    affected: affectedOf(item, certainty, via),
    ...withoutCertainty(told),
  })
}

function withoutCertainty({ certainty: _, ...rest }: Partial<Found>): Partial<Found> {
  return rest
}

function affectedOf(key: string, certainty: Certainty, via: readonly string[]) {
  return [{ key, certainty, path: via }]
}

/** Whether two places are of one site; unknown places are not. */
export function isSamePlace(
  reference: Reference,
  one: string | undefined,
  other: string | undefined,
): boolean {
  if (one === undefined || other === undefined) return false
  return one === other || siteOf(reference, one) === siteOf(reference, other)
}

/** Whether this is the same step told again at the same place within `seconds`: one scan. */
export function isDoubleScan({ now, reference }: Seen, before: Mark, seconds: number): boolean {
  const { eventID, eventTimeUs, place } = now.facts
  if (eventID === before.eventID) return true
  if (eventTimeUs - before.timeUs > secondsUs(seconds)) return false
  // Nobody said where: then it may well be the same place.
  const isUnknown = place === undefined && before.place === undefined
  return isUnknown || isSamePlace(reference, place, before.place)
}

export function stepOf({ facts }: ItemHappening): string {
  return facts.bizStep ?? facts.type
}

/** The day of a time, for people. */
export function dayOf(us: number): string {
  return new Date(us / 1000).toISOString().slice(0, 10)
}
