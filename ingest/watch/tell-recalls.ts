/** G2 to G4 of recalls, as they stand at a time: by the clock, and by who has answered. */
import type { Finding } from '#risk/finding.ts'
import type { Watch } from '#risk/item-machine.ts'
import { recallClock } from '#risk/recall-clock.ts'
import { notAnswered, scopeTooWide } from '#risk/recall-follow.ts'
import type { RecallReader, WatchedRecall } from '#risk/recalled.ts'
import { US_A_DAY } from '#risk/words.ts'
import type { RegistryReference } from '#store/reference.ts'
import type { Because } from './because.ts'
import type { Draft } from './draft.ts'

/** Recalls are looked at no more often. */
const EVERY_US = 60_000_000
/** What was late before a recall was closed is told so long after. */
export const AFTER_CLOSED_US = 7 * US_A_DAY
/** Items of a scope that are told again in one go. */
const MOST_KEYS = 200
/** How far changes of scopes were followed. */
export const MARK = 'recalls'

/** Where nobody keeps recalls. */
export const NO_RECALLS: RecallReader = {
  hasAny: () => false,
  matches: () => [],
  changesAfter: () => [],
  lastChange: () => 0,
  recalls: () => [],
}

type RecallWatch = Watch & { readonly reference: Pick<RegistryReference, 'isWorkingDay'> }

export class RecallRules {
  readonly #reader: RecallReader
  #lookedUs = 0

  constructor(reader: RecallReader) {
    this.#reader = reader
  }

  lookAgain(): void {
    this.#lookedUs = 0
  }

  /** Tells what recalls are at by now; whether anything is new. */
  look(draft: Draft, watch: RecallWatch, nowUs: number): boolean {
    const isNews = this.#followScopes(draft)
    if (nowUs - this.#lookedUs < EVERY_US && nowUs >= this.#lookedUs) return isNews
    const beforeUs = this.#lookedUs
    this.#lookedUs = nowUs
    for (const recall of this.#reader.recalls(nowUs - AFTER_CLOSED_US)) {
      const owner = `recall ${recall.recall}`
      const because = becauseFor(recall.changedUs >= beforeUs)
      draft.replace(owner, aboutRecall(recall, watch, nowUs), 'time', () => true, because)
    }
    return isNews || draft.told.size > 0
  }

  /** G1 of what moved before it was known to be recalled: its items are told again. */
  #followScopes({ facts, known }: Draft): boolean {
    const changes = this.#reader.changesAfter(known.mark(MARK), MOST_KEYS)
    const last = changes.at(-1)
    if (!last) return false
    for (const { key } of changes) facts.ask(`recalled ${key}`, 'recall')
    facts.marks.set(MARK, last.seq)
    return true
  }
}

/** `isChanged`: whether anything was done about the recall since it was looked at. */
function becauseFor(isChanged: boolean): Because {
  return (change) => {
    if (change.change === 'raised') return change.now.rule === 'G4' ? 'recall' : 'time'
    const isOnlyLater = change.change !== 'withdrawn' && isSameDeadline(change.before, change.now)
    if (isOnlyLater) return 'time'
    // Its deadlines may have moved with the calendar.
    return isChanged ? 'recall' : 'reference'
  }
}

/** Whether time alone makes the difference between two findings of one deadline. */
function isSameDeadline(before: Finding, now: Finding): boolean {
  return now.rule === 'G2' && before.toUs === now.toUs && before.words['due'] === now.words['due']
}

export function aboutRecall(
  recall: WatchedRecall,
  { rules, reference }: RecallWatch,
  nowUs: number,
): Finding[] {
  const { recall: key, recallClass, consignees, decidedUs, scope, closedUs, domain } = recall
  const { G2, G3, G4 } = rules.all({ domain }, decidedUs)
  // Once it is closed nobody owes an answer any more.
  const untilUs = Math.min(nowUs, closedUs ?? nowUs)
  return [
    ...(G2 ? recallClock(G2, recall, nowUs, reference.isWorkingDay) : []),
    ...(G3 ? notAnswered(G3, key, recallClass, consignees, untilUs) : []),
    ...(G4 && scope ? scopeTooWide(G4, key, scope, decidedUs) : []),
  ]
}
