/** What is asked of the one who writes recalls, and what comes of it. */
import type { RecallClass } from '#risk/recall-clock.ts'
import type { Domain } from '#risk/rule.ts'
import type { Suspect } from '#risk/suspect.ts'
import type {
  Answered,
  Assume,
  CheckResult,
  RecallAction,
  RecallState,
  RecallText,
} from './recall.ts'

/** Who asks: the role and the key, and the party that it acts for. */
interface Asker {
  readonly by: string
  readonly party?: string
}

interface ScopeAsked {
  readonly suspects: readonly Suspect[]
  readonly assume: Assume
}

export interface CreateCommand extends Asker, ScopeAsked {
  readonly text: RecallText
  readonly isDrill: boolean
  readonly recallClass: RecallClass
  readonly law: string | undefined
  readonly domain: Domain
  readonly product: string | undefined
  readonly alerts: readonly string[]
  /** Who takes the goods back: `party:` and a slug. */
  readonly returnsTo: readonly string[]
  readonly decidedUs: number | undefined
  readonly orderedUs?: number | undefined
}

export interface AmendCommand extends Asker {
  readonly recall: string
  readonly text: RecallText
  readonly reason: string
}

/** Asks for another version of the scope. */
export interface RescopeCommand extends Asker, ScopeAsked {
  readonly recall: string
  readonly reason: string
}

export interface ActCommand extends Asker {
  readonly recall: string
  readonly action: RecallAction
  readonly reason: string
  /** The version that is approved: with approve. */
  readonly version?: number
  /** With classify. */
  readonly recallClass?: RecallClass
  /** With report. */
  readonly report?: 'plan' | 'progress'
}

/** What a consignee says, or what an authority says for it. */
export interface AnswerCommand extends Asker {
  readonly recall: string
  readonly consignee: string
  readonly reason?: string
  /** By unit; '' counts pieces. Without it the notice is acknowledged and no more. */
  readonly answers?: Readonly<Record<string, Answered>>
  readonly subNotified?: boolean
}

export interface CheckCommand extends Asker {
  readonly recall: string
  readonly consignee: string
  readonly result: CheckResult
  readonly reason: string
}

/** Why something is not done. Codes are added, never renamed. */
export const RECALL_REFUSALS = {
  unknown_recall: 'there is no such recall',
  wrong_state: 'that does not go with the state of the recall',
  four_eyes: 'another person has to do this than who made it',
  unknown_version: 'its scope has no such version',
  version_passed: 'this version or a later one is in force: ask for another',
  scope_not_known: 'the scope is not known yet',
  scope_failed: 'the scope could not be found out',
  scope_empty: 'nothing is in the scope',
  scope_incomplete: 'more is suspected than was followed: narrow it, or make several recalls',
  scope_under_way: 'a version of the scope is being found out already',
  no_consignees: 'nobody is known to hold any of it',
  unknown_consignee: 'this party is no consignee of the recall',
  unknown_unit: 'this unit is none that goods are told in (UN/ECE Rec. 20)',
  more_than_expected: 'that is more than it got, as events tell: give the reason',
  not_notified: 'the consignees have not been told yet',
  answers_missing: 'some consignees have not answered',
  checks_missing: 'not all that closing takes is done',
} as const

export type RecallRefusal = keyof typeof RECALL_REFUSALS

/** What is still to be done. */
export interface Missing {
  readonly what: 'acknowledgement' | 'answer' | 'effectiveness_check' | 'plan'
  readonly party?: string
}

export type Done =
  | { readonly ok: true; readonly recall: string; readonly state: RecallState }
  | {
      readonly ok: false
      readonly code: RecallRefusal
      readonly state?: RecallState
      readonly missing?: readonly Missing[]
    }

export function refused(
  code: RecallRefusal,
  more: Partial<Extract<Done, { ok: false }>> = {},
): Done {
  return { ok: false, code, ...more }
}
