/**
 * Where a thing goes: C9 faster than anything travels, D3 into a market that is not its own, D4
 * to another than it was shipped to, C14 nowhere at all.
 */

import { productKeyOf } from '#epcis/product-key.ts'
import type { EventFacts } from './facts.ts'
import type { Finding } from './finding.ts'
import { finding, identityOf } from './finding.ts'
import { endOf, type ItemState, isArrival, isHandedOver } from './item-state.ts'
import type { Lane } from './lane.ts'
import type { PlaceFacts, Reference } from './reference.ts'
import type { InForce } from './rule-set.ts'
import { found, type ItemContext, isSamePlace, NOTHING, type Seen } from './seen.ts'
import { type Measure, US_A_DAY, US_A_MINUTE, US_AN_HOUR } from './words.ts'

const EARTH_KM = 6371.0088
const RADIANS = Math.PI / 180

/** Great-circle distance between the edges of two places; undefined where one is unknown. */
export function distanceKm(one: PlaceFacts, other: PlaceFacts): number | undefined {
  const { latitude: a, longitude: b, radiusKm: r = 0 } = one
  const { latitude: c, longitude: d, radiusKm: s = 0 } = other
  if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined
  const alongUs = Math.sin(((c - a) * RADIANS) / 2) ** 2
  const across = Math.sin(((d - b) * RADIANS) / 2) ** 2
  const half = alongUs + Math.cos(a * RADIANS) * Math.cos(c * RADIANS) * across
  const between = 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(half)))
  return Math.max(0, between - r - s)
}

export function impossibleTravel(seen: Seen): readonly Finding[] {
  const rule = seen.rules.C9
  const { state, now, reference } = seen
  const { place, eventTimeUs } = now.facts
  const { seen: before } = state
  if (!rule || !before?.place || place === undefined || place === before.place) return NOTHING
  if (now.certainty !== 'observed') return NOTHING
  const from = reference.place(before.place)
  const to = reference.place(place)
  const distance = from && to && distanceKm(from, to)
  if (distance === undefined) return NOTHING
  const { fastest, skewMinutes } = rule.parameters
  const passedUs = eventTimeUs - before.timeUs
  // Both clocks may be wrong: whoever is tried gets the benefit of it.
  const hours = (passedUs + skewMinutes * US_A_MINUTE) / US_AN_HOUR
  const speed = distance / Math.max(hours, 1e-6)
  if (speed <= fastest) return NOTHING
  const isAtOnce = passedUs <= skewMinutes * US_A_MINUTE
  return [
    found(seen, rule, isAtOnce ? 'twoPlaces' : 'fast', {
      with: [before],
      measures: [
        { name: 'distance', value: distance, limit: undefined, unit: 'kilometres' },
        { name: 'duration', value: passedUs / US_A_MINUTE, limit: undefined, unit: 'minutes' },
        { name: 'speed', value: speed, limit: fastest, unit: 'kilometres-an-hour' },
      ],
      words: { from: before.place, to: place },
    }),
  ]
}

export function diverted(seen: Seen): readonly Finding[] {
  const rule = seen.rules.D3
  const { item, now, reference } = seen
  if (!rule || now.role === 'parent') return NOTHING
  const product = reference.product(item)
  const { place, destinations, eventID } = now.facts
  const findings: Finding[] = []
  const market = place === undefined ? undefined : reference.place(place)?.market
  if (product?.markets && market !== undefined && !product.markets.includes(market)) {
    const words = { market }
    findings.push(found(seen, rule, 'market', { words, cause: `${productKeyOf(item)} ${market}` }))
  }
  const allowed = product?.consignees
  if (allowed && now.facts.bizStep === 'shipping') {
    const party = destinations.find((each) => isForeign(reference, each, allowed))
    const words = { party: party ?? '' }
    if (party !== undefined)
      findings.push(found(seen, rule, 'consignee', { words, cause: eventID }))
  }
  return findings
}

function isForeign(reference: Reference, key: string, allowed: readonly string[]): boolean {
  const party = reference.party(key)?.key ?? reference.place(key)?.party
  return party !== undefined && !allowed.includes(party) && !allowed.includes(key)
}

export function receivedElsewhere(seen: Seen): readonly Finding[] {
  const rule = seen.rules.D4
  const { state, now, reference } = seen
  const { away } = state
  if (!rule || !away || away.to.length === 0 || !isArrival(now.facts)) return NOTHING
  const { place, party, eventID } = now.facts
  if (isAtReceiver(reference, away.to, now.facts)) return NOTHING
  const words = { to: away.to.join(', '), by: place ?? party }
  const graceUs = rule.parameters.graceHours * US_AN_HOUR
  return [found(seen, rule, 'elsewhere', { with: [away], words, graceUs, cause: eventID })]
}

function isAtReceiver(reference: Reference, to: readonly string[], facts: EventFacts): boolean {
  const { place, bizLocation, party } = facts
  const by = [place, bizLocation, reference.party(party)?.key, `party:${party}`]
  const ours = by.filter((key): key is string => key !== undefined)
  return to.some((each) => ours.some((key) => isSameReceiver(reference, each, key)))
}

/** Whether its sale or end tells that it has come, though nobody has told of its receiving. */
export function hasCome({ state, now, reference }: Seen): boolean {
  const { away } = state
  if (!away || !(isHandedOver(now.facts) || endOf(now) !== undefined)) return false
  if (away.to.length > 0) return isAtReceiver(reference, away.to, now.facts)
  const { place } = now.facts
  if (place === undefined || away.place === undefined) return false
  return !isSamePlace(reference, away.place, place)
}

/** A dock, the warehouse behind it and the party that runs it receive for each other. */
function isSameReceiver(reference: Reference, to: string, key: string): boolean {
  if (isSamePlace(reference, to, key)) return true
  const owner = (each: string) => reference.party(each)?.key ?? reference.place(each)?.party ?? each
  return owner(to) === owner(key)
}

const STALE = 'stale'

/** How long a transport may take; late is what has not come by then. */
interface Allowed {
  readonly days: number
  readonly untilUs: number
  /** Where it is known well enough for that to rest on it. */
  readonly lane?: Lane
}

export function allowedOf(
  { parameters }: InForce<'C14'>,
  { lane, timeUs }: NonNullable<ItemState['away']>,
): Allowed {
  const { slackHours, transports } = parameters
  const isKnown = lane !== undefined && lane.transports >= transports
  const days = isKnown ? lane.days + slackHours / 24 : parameters.days
  return { days, untilUs: timeUs + days * US_A_DAY, ...(isKnown && { lane }) }
}

/** C14, of something that is still under way, or was until it came or left again (`toUs`). */
export function stale(
  { item, rules }: ItemContext,
  { away, knownUs }: ItemState,
  nowUs: number,
  toUs?: number,
  arrival?: string,
): readonly Finding[] {
  const rule = rules.C14
  if (!rule || !away) return NOTHING
  const { days, untilUs, lane } = allowedOf(rule, away)
  if ((toUs ?? nowUs) <= untilUs) return NOTHING
  const value = ((toUs ?? nowUs) - away.timeUs) / US_A_DAY
  const { slackHours, transports: needed } = rule.parameters
  const known = { name: 'transports', limit: needed, unit: 'count' } as const
  const measures: Measure[] = [
    { name: 'days', value, limit: days, unit: 'days' },
    { ...known, value: away.lane?.transports ?? 0 },
  ]
  if (lane) {
    measures.push(
      { name: 'usual', value: lane.days, limit: undefined, unit: 'days' },
      { name: 'slack', value: slackHours, limit: undefined, unit: 'hours' },
    )
  }
  return [
    finding(rule, lane ? 'slow' : 'stale', {
      subject: item,
      fromUs: away.timeUs,
      toUs,
      knowableUs: Math.max(untilUs + 1, knownUs),
      // Whatever it is measured against, it is the same transport.
      incident: STALE,
      measures,
      eventIDs: arrival === undefined ? [away.eventID] : [away.eventID, arrival],
      affected: [{ key: item, certainty: 'observed', path: [] }],
      cause: away.eventID,
    }),
  ]
}

/**
 * What may have been said of a transport before it was known that it had come in time: `knownUs`
 * is when that was told.
 */
export function staleAfterAll(
  { item, rules: { C14 } }: ItemContext,
  away: NonNullable<ItemState['away']>,
  knownUs: number,
): readonly string[] {
  const isTold = C14 !== undefined && knownUs > allowedOf(C14, away).untilUs
  return isTold ? [identityOf('C14', item, away.timeUs, STALE)] : []
}
