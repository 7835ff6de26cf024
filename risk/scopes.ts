/**
 * What a change of a rule may be bound to: the profile, product and site that the rule is asked
 * with. Where its subject has no such property, as an item that moves has no one site, a change
 * bound to it would never hold, and is refused.
 */
import type { RuleId } from './table.ts'

export const SCOPES = ['domain', 'product', 'site'] as const
export type ScopeName = (typeof SCOPES)[number]

const ALL = SCOPES
/** Of things wherever they are: what they were exposed to adds up over all sites. */
const OF_GOODS = ['domain', 'product'] as const
/** A sensor is of the profile of its party, and is with many products or with none. */
const OF_SENSOR = ['domain', 'site'] as const
/** Of all that a party makes, or that a recall holds. */
const OF_PROFILE = ['domain'] as const

export const SCOPES_OF: Readonly<Record<RuleId, readonly ScopeName[]>> = {
  A1: OF_SENSOR,
  A2: OF_GOODS,
  A3: OF_GOODS,
  A4: OF_SENSOR,
  A5: OF_GOODS,
  A6: OF_GOODS,
  A7: OF_GOODS,
  A8: OF_GOODS,
  A9: OF_SENSOR,
  A11: OF_SENSOR,
  B1: ALL,
  B2: ALL,
  B3: ALL,
  C1: ALL,
  C2: ALL,
  C3: ALL,
  C4: ALL,
  C5: ALL,
  C6: ALL,
  C7: ALL,
  C8: ALL,
  C9: ALL,
  C12: ALL,
  C13: ALL,
  C14: ALL,
  D1: ALL,
  D2: ALL,
  D3: ALL,
  D4: ALL,
  // The site of the transformation.
  E1: ALL,
  E2: ALL,
  E3: OF_GOODS,
  // The site where it was received.
  E4: ALL,
  F1: OF_GOODS,
  F2: ALL,
  F3: OF_PROFILE,
  F4: OF_GOODS,
  F5: OF_GOODS,
  // The district.
  F6: ['site'],
  // The site that it leaves or is sold at.
  G1: ALL,
  // The profile of the recalled product.
  G2: OF_PROFILE,
  G3: OF_PROFILE,
  G4: OF_PROFILE,
}
