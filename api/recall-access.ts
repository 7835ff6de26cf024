/** Who may know of which recall, and how a refusal of the one who writes them is answered. */
import type { Done } from '#store/recalls/commands.ts'
import { RECALL_REFUSALS } from '#store/recalls/commands.ts'
import type { RecallReader } from '#store/recalls/reader.ts'
import type { Recall, RecallState } from '#store/recalls/recall.ts'
import type { Caller } from './caller.ts'
import { Problem, type ProblemKind } from './problem.ts'

/** How much of a recall is told: all of it, what a consignee has to know, the notice alone. */
export type Telling = 'all' | 'consignee' | 'notice'

export const PUBLIC_STATES: readonly RecallState[] = ['notified', 'sealed', 'recovered', 'closed']

/** The recall of an id, and how much of it a caller is told. Throws 404 where that is nothing. */
export function recallFor(
  recalls: Pick<RecallReader, 'recall' | 'isConsignee'>,
  { reach, party = '' }: Caller,
  id: string,
): { readonly recall: Recall; readonly telling: Telling } {
  const recall = recalls.recall(id)
  if (recall && reach === 'all') return { recall, telling: 'all' }
  if (recall && reach === 'own' && recalls.isConsignee(id, party)) {
    return { recall, telling: 'consignee' }
  }
  if (recall && !recall.isDrill && PUBLIC_STATES.includes(recall.state)) {
    return { recall, telling: 'notice' }
  }
  throw unknownRecall(id)
}

export function unknownRecall(id: string): Problem {
  const detail = `there is no recall ${id.slice(0, 100)} that you may see`
  return new Problem('not_found', { code: 'unknown_recall', detail })
}

const KINDS: Readonly<Partial<Record<keyof typeof RECALL_REFUSALS, ProblemKind>>> = {
  unknown_recall: 'not_found',
  unknown_consignee: 'not_found',
  unknown_version: 'invalid_input',
  unknown_unit: 'invalid_input',
  more_than_expected: 'invalid_input',
  four_eyes: 'forbidden',
}

/** Throws what an answer of the desk refuses; gives the id of the recall else. */
export function doneOf(done: Done): string {
  if (done.ok) return done.recall
  const { code, state, missing } = done
  const detail = RECALL_REFUSALS[code] + (state === undefined ? '' : `: it is ${state}`)
  throw new Problem(KINDS[code] ?? 'conflict', {
    code,
    detail,
    ...(missing && { more: { missing } }),
  })
}
