/**
 * B1 expired and passed on, B2 near expiry, B3 not what expires first. The expiry of a thing is
 * that which its making told; of a scan it is compared by another rule and not believed.
 */
import { productKeyOf } from '#epcis/product-key.ts'
import { type EventFacts, expiryUs } from './facts.ts'
import { type Finding, finding } from './finding.ts'
import type { ItemState } from './item-state.ts'
import { type AmountSum, amountIn } from './movement.ts'
import { type Reference, siteOf } from './reference.ts'
import { found, type ItemContext, NOTHING, type Seen, stepOf } from './seen.ts'
import { US_A_DAY, US_AN_HOUR } from './words.ts'

export function expiredAndPassedOn(seen: Seen): readonly Finding[] {
  const rule = seen.rules.B1
  const { state, now } = seen
  const { bizStep, eventTimeUs } = now.facts
  const { expiresUs, expiry } = state
  if (!rule || expiresUs === undefined || expiry === undefined) return NOTHING
  if (bizStep === undefined || eventTimeUs < expiresUs) return NOTHING
  if (!rule.parameters.steps.includes(bizStep)) return NOTHING
  const hours = (eventTimeUs - expiresUs) / US_AN_HOUR
  const measure = { name: 'overdue', value: hours, limit: 0, unit: 'hours' } as const
  const words = { step: stepOf(now), expiry }
  return [found(seen, rule, 'expired', { with: [state.born], measures: [measure], words })]
}

/** How many days before its end a product is near it, by its shelf life in days. */
export function nearDays(
  bands: readonly (readonly [from: number, days: number])[],
  shelfLifeDays: number,
): number {
  return bands.find(([from]) => shelfLifeDays >= from)?.[1] ?? 0
}

/** When it becomes near its expiry; undefined where that is not known or of no concern any more. */
export function nearUs({ item, rules, reference }: ItemContext, state: ItemState) {
  const rule = rules.B2
  const { expiresUs, end, sold } = state
  if (!rule || expiresUs === undefined || end || sold) return undefined
  const product = reference.product(item)
  const madeDays = state.born && (expiresUs - state.born.timeUs) / US_A_DAY
  const shelfLife = product?.shelfLifeDays ?? madeDays
  if (shelfLife === undefined) return undefined
  const days = nearDays(rule.parameters.bands, shelfLife)
  return { rule, days, atUs: expiresUs - days * US_A_DAY, expiresUs }
}

/** B2 as of a time; `toUs`: when it was sold or came to its end after all. */
export function nearExpiry(context: ItemContext, state: ItemState, nowUs: number, toUs?: number) {
  const near = nearUs(context, state)
  if (!near || nowUs < near.atUs) return NOTHING
  const { rule, days, atUs } = near
  return [
    finding(rule, 'near', {
      subject: context.item,
      fromUs: atUs,
      toUs: Math.min(toUs ?? near.expiresUs, near.expiresUs),
      knowableUs: Math.max(atUs, state.knownUs),
      // What was left when it began: it is found once and not anew each day.
      measures: [{ name: 'left', value: days, limit: days, unit: 'days' }],
      words: { expiry: state.expiry ?? '' },
      eventIDs: state.born ? [state.born.eventID] : [],
      affected: [{ key: context.item, certainty: 'observed', path: [] }],
      cause: state.lots[0] ?? context.item,
    }),
  ]
}

/** Business steps by which something is taken from the stock of a site. */
export const PICKING: ReadonlySet<string> = new Set(['picking', 'shipping'])

const NONE: readonly AmountSum[] = []
type Leaving = ReadonlyMap<string, readonly AmountSum[]>
/** Of the event that was asked for last: it is asked for by each thing in it. */
let last:
  | { readonly facts: EventFacts; readonly reference: Reference; readonly its: Leaving }
  | undefined

/** What an event takes away of lots, whether they are picked or shipped. */
function leavingIn(facts: EventFacts, reference: Reference): Leaving {
  if (last?.facts === facts && last.reference === reference) return last.its
  const its = new Map<string, AmountSum[]>()
  for (const { key, kind, role, quantity, uom } of facts.members) {
    const lot = kind === 'lot' ? key : reference.lotOf(key)
    if (role !== 'object' || lot === undefined) continue
    // Of how much nothing is said all may go.
    const { amount = Number.POSITIVE_INFINITY, unit } =
      kind === 'lot' ? amountIn(quantity, uom) : { amount: 1, unit: '' }
    const sum: AmountSum = { kind: 'shipped', isSerials: kind !== 'lot', unit, amount }
    const known = its.get(lot)
    if (known) known.push(sum)
    else its.set(lot, [sum])
  }
  last = { facts, reference, its }
  return its
}

export function notFirstExpired(seen: Seen): readonly Finding[] {
  const rule = seen.rules.B3
  const { state, now, reference, item } = seen
  const { bizStep, place, offsetMinutes } = now.facts
  const product = productKeyOf(item)
  if (!rule || bizStep === undefined || !PICKING.has(bizStep)) return NOTHING
  if (state.expiresUs === undefined || product === undefined || place === undefined) return NOTHING
  const first = reference.earliestExpiry({
    product,
    site: siteOf(reference, place),
    atUs: now.facts.eventTimeUs,
    beforeUs: state.expiresUs,
    leaving: (lot) => leavingIn(now.facts, reference).get(lot) ?? NONE,
  })
  const firstUs = first && expiryUs(first.expiry, offsetMinutes)
  if (!first || firstUs === undefined || state.lots.includes(first.lot)) return NOTHING
  const days = (state.expiresUs - firstUs) / US_A_DAY
  const { toleranceDays } = rule.parameters
  if (days <= toleranceDays) return NOTHING
  const measure = { name: 'later', value: days, limit: toleranceDays, unit: 'days' } as const
  const cause = now.facts.eventID
  return [found(seen, rule, 'picked', { measures: [measure], words: { lot: first.lot }, cause })]
}
