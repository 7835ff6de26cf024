/**
 * Why a finding has changed, where that is another reason than why it was looked at: an item that
 * is told again for an event that came late may have left a recall meanwhile, and one that is told
 * again for a recall has findings of all other rules.
 */
import type { FindingChange, Reason } from '#risk/difference.ts'
import type { Finding } from '#risk/finding.ts'
import type { RecallReader } from '#risk/recalled.ts'
import { isHeldAt } from '#risk/release.ts'
import type { LiveItems } from './items.ts'

/** The reason of a change, which comes with why it was looked at. */
export type Because = (change: FindingChange) => Reason

export const asAsked: Because = ({ reason }) => reason

/** Items of one finding that are looked up. */
const MOST_KEYS = 100

export function becauseOf(
  recalls: Pick<RecallReader, 'matches'>,
  items: Pick<LiveItems, 'get'>,
): Because {
  return (change) => {
    const { reason } = change
    const { rule } = change.change === 'withdrawn' ? change.before : change.now
    if (rule !== 'G1') return reason === 'recall' ? 'again' : reason
    if (change.change !== 'withdrawn' || isHeld(change.before, recalls, items)) return reason
    return 'recall'
  }
}

/** Whether what moved was recalled when it did, as is known by now. */
function isHeld(
  { cause, words, fromUs, affected }: Finding,
  recalls: Pick<RecallReader, 'matches'>,
  items: Pick<LiveItems, 'get'>,
): boolean {
  // That there is too much to be looked at is said of no recall.
  if (words['recall'] === undefined) return true
  const keys = affected.slice(0, MOST_KEYS).flatMap(({ key, path }) => {
    return [key, ...path, ...(items.get(key)?.state.lots ?? [])]
  })
  const matches = recalls.matches([...new Set(keys)])
  return matches.some((each) => `G1 ${each.recall}` === cause && isHeldAt(each, fromUs))
}
