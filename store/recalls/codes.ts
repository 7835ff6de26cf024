/** What a scope keeps in a few bytes: words as small numbers, which never change their meaning. */
import { ASSUMPTIONS, type Assumption } from '#risk/assumption.ts'
import { type PathStep, TIERS, type Tier } from '#risk/recall-scope.ts'
import { CERTAINTIES, type Certainty } from '#trace/parts.ts'

export function tierCode(tier: Tier): number {
  return TIERS.indexOf(tier)
}

export function tierOf(code: number): Tier {
  return TIERS[code] ?? 'possible'
}

export function certaintyCode(certainty: Certainty): number {
  return CERTAINTIES.indexOf(certainty)
}

export function certaintyOf(code: number): Certainty {
  return CERTAINTIES[code] ?? 'possible'
}

/** 0 is none. New ones go to the end. */
const WAYS: readonly PathStep['by'][] = [
  undefined,
  'becomes',
  'contains',
  'of-lot',
  'associated',
  'moves',
  'same-line-and-day',
  'carry-over',
  'missing-data',
]

export function wayCode(by: PathStep['by']): number {
  return Math.max(0, WAYS.indexOf(by))
}

export function wayOf(code: number): PathStep['by'] {
  return WAYS[code]
}

/** The place of each is its bit. New ones go to the end. */
const BITS: readonly Assumption[] = [
  'lot-membership',
  'container-contents',
  'transformation',
  'same-line-and-day',
  'carry-over',
  'missing-data',
  'unknown',
]

export function assumptionsCode(assumptions: readonly Assumption[]): number {
  return assumptions.reduce((bits, each) => bits | (1 << BITS.indexOf(each)), 0)
}

export function assumptionsOf(bits: number): Assumption[] {
  return BITS.filter((name, at) => name in ASSUMPTIONS && (bits & (1 << at)) !== 0)
}
