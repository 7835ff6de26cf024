/**
 * Which application identifiers need each other and which exclude each other, over all that a
 * carrier tells. What is missing or too much is flagged, never refused: the rest may stand on
 * another label of the same pack. [GS1 General Specifications 4.13]
 */
import { ALL_IDENTIFIERS, type ApplicationIdentifier } from './application-identifiers.ts'

/** For every application identifier, by its index, whether it is one of those meant: 1 or 0. */
type Members = Uint8Array

interface Rules {
  /** Groups that all have to be met, by one of their alternatives; of one all have to stand. */
  readonly needs: readonly (readonly (readonly Members[])[])[]
  readonly excludes: Members | undefined
}

const known = new Map<string, Members>()

/** Those that begin with one of some texts. */
function membersOf(beginnings: string): Members {
  const before = known.get(beginnings)
  if (before) return before
  const parts = beginnings.split(' ')
  const members = Uint8Array.from(ALL_IDENTIFIERS, ({ ai }) =>
    parts.some((part) => ai.startsWith(part)) ? 1 : 0,
  )
  known.set(beginnings, members)
  return members
}

/** `01 8006+21` -> those that meet it alone as one alternative, then those that do together. */
function alternativesOf(group: string): (readonly Members[])[] {
  const alternatives = group.split(' ')
  const alone = alternatives.filter((each) => !each.includes('+')).join(' ')
  const together = alternatives.filter((each) => each.includes('+'))
  return [
    ...(alone ? [[membersOf(alone)]] : []),
    ...together.map((each) => each.split('+').map(membersOf)),
  ]
}

const RULES: readonly Rules[] = ALL_IDENTIFIERS.map(({ needs, excludes }) => ({
  needs: needs ? needs.split(' & ').map(alternativesOf) : [],
  excludes: excludes ? membersOf(excludes) : undefined,
}))

const NONE: Rules['needs'] = []

type All = readonly ApplicationIdentifier[]

/** Whether all that an application identifier needs stands beside it. */
export function hasItsNeeds(its: ApplicationIdentifier, all: All): boolean {
  for (const group of RULES[its.index]?.needs ?? NONE) {
    if (!isMet(group, its, all)) return false
  }
  return true
}

function isMet(
  group: readonly (readonly Members[])[],
  its: ApplicationIdentifier,
  all: All,
): boolean {
  for (const together of group) {
    let met = true
    for (const members of together) met &&= hasOne(members, its, all)
    if (met) return true
  }
  return false
}

/** Whether something stands beside an application identifier that it excludes. */
export function isExcluded(its: ApplicationIdentifier, all: All): boolean {
  const excludes = RULES[its.index]?.excludes
  return excludes !== undefined && hasOne(excludes, its, all)
}

function hasOne(members: Members, its: ApplicationIdentifier, all: All): boolean {
  for (const each of all) {
    if (members[each.index] === 1 && each !== its) return true
  }
  return false
}
