/**
 * A recall: what is suspected, what it reaches, who holds it, and what was done about it. Its scope
 * is told in versions, each with its author and reason; a version comes into force when another
 * person approves it. Nothing is ever deleted: each change is a step, and steps are numbered in the
 * order in which they were taken.
 */
import type { Kind } from '#epcis/identifier.ts'
import type { Assumption } from '#risk/assumption.ts'
import type { HoldingState } from '#risk/custody.ts'
import type { RecallClass } from '#risk/recall-clock.ts'
import type { EffectivenessLevel } from '#risk/recall-follow.ts'
import type { PathStep, ScopeCut, Tier } from '#risk/recall-scope.ts'
import type { Domain } from '#risk/rule.ts'
import type { Suspect } from '#risk/suspect.ts'

export const RECALL_STATES = [
  'draft',
  'approved',
  'notified',
  'sealed',
  'recovered',
  'closed',
  'cancelled',
] as const
export type RecallState = (typeof RECALL_STATES)[number]

/** What authorities do about a recall. */
export const RECALL_ACTIONS = [
  'approve',
  'notify',
  'seal',
  'recover',
  'close',
  'cancel',
  'classify',
  'report',
  'comment',
] as const
export type RecallAction = (typeof RECALL_ACTIONS)[number]

/** What else is told of a recall: what becomes of its scope, and what consignees answer. */
export type RecallChange =
  | RecallAction
  | 'created'
  | 'amended'
  | 'scope_asked'
  | 'scope_known'
  | 'scope_failed'
  | 'scope_outdated'
  | 'acknowledged'
  | 'answered'
  | 'checked'

/** How far down it goes. [21 CFR 7.42(b)(1)] */
export const DEPTHS = ['wholesale', 'retail', 'consumer'] as const
export type Depth = (typeof DEPTHS)[number]

/** What somebody decided when the recall was made, and may change while it is a draft. */
export interface RecallText {
  readonly title: string
  readonly reason: string
  /** What holders and buyers are to do. */
  readonly instructions: string
  readonly depth: Depth
  readonly level: EffectivenessLevel
  /** Part of the consignees that are checked, where the level leaves it open. */
  readonly levelPercent: number | undefined
}

export interface Recall extends RecallText {
  /** `R-000012`; of a drill `D-000012`. */
  readonly id: string
  /** In the order in which recalls were made. */
  readonly seq: number
  readonly state: RecallState
  /** Everything is as in a recall, and nothing is sent or blocked. */
  readonly isDrill: boolean
  readonly recallClass: RecallClass
  /** Whose clock it runs by; undefined where none is known. */
  readonly law: string | undefined
  readonly domain: Domain
  /** Key of the product. */
  readonly product: string | undefined
  /** The alerts that it began from. */
  readonly alerts: readonly string[]
  /** Who takes the goods back: `party:` and a slug. */
  readonly returnsTo: readonly string[]
  /** Draws the sample of consignees to check. */
  readonly seed: string
  readonly author: string
  readonly decidedUs: number
  /** When it was ordered that nothing moves, where that was before it was entered here. */
  readonly orderedUs?: number | undefined
  readonly createdUs: number
  readonly changedUs: number
  /** The version of its scope that is in force; 0 while none is. */
  readonly version: number
}

/** What may be assumed beside what events say. */
export interface Assume {
  /** Lots made at the same place on the same day. */
  readonly sameLineAndDay: boolean
  /** Hours in which what was left in a tank may get into what follows; 0 for none. */
  readonly carryOverHours: number
}

export type VersionState = 'waiting' | 'tracing' | 'holders' | 'known' | 'failed'

export interface ScopeCounts {
  readonly suspects: number
  readonly tiers: Readonly<Record<Tier, number>>
  /** Of each assumption: how many items rest on it, and how many there are without it. */
  readonly assumptions: readonly {
    readonly assumption: Assumption
    readonly items: number
    readonly without: number
  }[]
  readonly cuts: readonly Omit<ScopeCut, 'part'>[]
}

export interface ScopeVersion {
  readonly version: number
  readonly state: VersionState
  readonly atUs: number
  readonly by: string
  readonly reason: string
  readonly suspects: readonly Suspect[]
  readonly assume: Assume
  /** When it began to be traced, and when scope and holders were known. */
  readonly startedUs: number | undefined
  readonly knownUs: number | undefined
  /** Items found so far, and of how many the holder is known. */
  readonly found: number
  readonly placed: number
  readonly approvedUs: number | undefined
  readonly approvedBy: string | undefined
  /** Undefined until it is known. */
  readonly counts: ScopeCounts | undefined
  /** Why there is none. */
  readonly failure: { readonly code: string; readonly message: string } | undefined
}

/** One item of a scope; `path` is told from what is suspected. */
export interface ScopeEntry {
  readonly key: string
  readonly kind: Kind
  readonly tier: Tier
  readonly assumptions: readonly Assumption[]
  readonly pathIsWhole: boolean
}

export interface ScopeEntryWithPath extends ScopeEntry {
  readonly path: readonly PathStep[]
}

/** One item of a scope, and where it stands in it. */
export interface PagedEntry extends ScopeEntry {
  readonly at: ScopePlace
}

/** The place of an item in its scope, for the page behind it. */
export interface ScopePlace {
  readonly tier: number
  readonly assumptions: number
  readonly key: string
}

/** Which items of a scope. */
export interface ScopeQuery {
  readonly tier?: Tier | undefined
  readonly after?: ScopePlace | undefined
  readonly limit: number
}

/** Of one item, or of a part of a lot: who had it last, as far as events tell. */
export interface Holding {
  readonly key: string
  /** Slug. */
  readonly party: string
  readonly place: string | undefined
  readonly state: HoldingState
  /** Whether it was seen there itself, or what carried it. */
  readonly certainty: 'observed' | 'inferred'
  /** '' counts pieces. */
  readonly uom: string
  /** 0 for what only carries others, and for an amount that nobody told. */
  readonly quantity: number
}

/** The place of a holding among those of its party, for the page behind it. */
export type HoldingPlace = Pick<Holding, 'key' | 'state' | 'uom'>

/** How much of one unit a consignee got, as events tell, and what it says became of it. */
export interface ConsigneeLine {
  readonly uom: string
  readonly expected: Readonly<Record<HoldingState, number>>
  readonly answered: Answered | undefined
}

export interface Answered {
  readonly onHand: number
  readonly returned: number
  readonly destroyed: number
  readonly used: number
}

export const CHECK_RESULTS = ['effective', 'ineffective', 'not_reached'] as const
export type CheckResult = (typeof CHECK_RESULTS)[number]

export interface Check {
  readonly result: CheckResult
  readonly atUs: number
  readonly by: string
  readonly reason: string
}

export interface Consignee {
  /** Slug. */
  readonly party: string
  readonly lines: readonly ConsigneeLine[]
  readonly noticeUs: number | undefined
  readonly deliveredUs: number | undefined
  readonly acknowledgedUs: number | undefined
  readonly acknowledgedBy: string | undefined
  readonly answeredUs: number | undefined
  /** Whether it says that it has told those it supplied. */
  readonly subNotified: boolean
  readonly check: Check | undefined
}

export interface RecallStep {
  /** Rises by one with each step of any recall. */
  readonly seq: number
  /** Id of the recall. */
  readonly recall: string
  readonly isDrill: boolean
  readonly atUs: number
  readonly step: RecallChange
  /** The state afterwards. */
  readonly state: RecallState
  /** A key's id with its role, or `trace` for what is found by itself. */
  readonly by: string
  readonly party?: string
  readonly reason?: string
  readonly version?: number
  /** What was changed, answered, checked or reported. */
  readonly detail?: Readonly<Record<string, unknown>>
}

/** A message to a holder that is on its way. */
export interface Notice {
  readonly seq: number
  readonly recall: string
  readonly party: string
  /** The step that it tells of. */
  readonly step: number
  readonly kind: RecallChange
  readonly queuedUs: number
}

/** What belongs to the scope in force, and was heard of after that was traced. */
export interface Outdated {
  readonly items: number
  readonly sinceUs: number
  /** The first of them. */
  readonly first: readonly {
    readonly key: string
    readonly tier: Tier
    /** Of what may be as bad though no event says so, why. */
    readonly assumption: Assumption | undefined
    readonly path: readonly string[]
    readonly eventID: string
    readonly atUs: number
  }[]
}

export type Verdict = 'do_not_sell' | 'check' | 'none'

/** That an item is in the scope of a recall. */
export interface Block {
  readonly recall: string
  readonly title: string
  readonly instructions: string
  readonly recallClass: RecallClass
  readonly state: RecallState
  readonly isDrill: boolean
  readonly tier: Tier
  /** Of the keys that were asked for, the one that is in it. */
  readonly key: string
  readonly sinceUs: number
  /** When its recall was closed, where it is. */
  readonly closedUs?: number
  /** Of what was heard of after the scope was traced: keys from the recalled thing to it. */
  readonly latePath?: readonly string[]
}

/** States in which goods are to be held. */
const OPEN: readonly RecallState[] = ['approved', 'notified', 'sealed', 'recovered']

/** Whether a recall is approved and not over. */
export function isOpen(state: RecallState): boolean {
  return OPEN.includes(state)
}

/** Whether nothing more becomes of it. */
export function isOver(state: RecallState): boolean {
  return state === 'closed' || state === 'cancelled'
}

/**
 * What a block says to whoever is about to sell. What is possible only is to be checked: one bad
 * serial must not stop its lot. Recalled goods are not to flow back once the recall is closed
 * [食品安全法 63], so what was proven or inferred stays blocked; cancelling lifts all.
 */
export function verdictOf({
  isDrill,
  state,
  tier,
}: Pick<Block, 'isDrill' | 'state' | 'tier'>): Verdict {
  if (isDrill || state === 'cancelled' || state === 'draft') return 'none'
  if (tier !== 'possible') return 'do_not_sell'
  return isOpen(state) ? 'check' : 'none'
}

const FROM: Readonly<Record<RecallAction, readonly RecallState[]>> = {
  approve: ['draft', 'approved', 'notified', 'sealed', 'recovered'],
  notify: ['approved'],
  seal: ['notified'],
  recover: ['sealed'],
  close: ['recovered'],
  cancel: ['draft', 'approved', 'notified', 'sealed', 'recovered'],
  classify: ['draft', 'approved', 'notified', 'sealed', 'recovered'],
  report: ['approved', 'notified', 'sealed', 'recovered'],
  comment: RECALL_STATES,
}

const INTO: Readonly<Partial<Record<RecallAction, RecallState>>> = {
  notify: 'notified',
  seal: 'sealed',
  recover: 'recovered',
  close: 'closed',
  cancel: 'cancelled',
}

/** The state after an action; undefined where it cannot be done in this one. */
export function stateAfter(action: RecallAction, state: RecallState): RecallState | undefined {
  if (!FROM[action].includes(state)) return undefined
  if (action === 'approve' && state === 'draft') return 'approved'
  return INTO[action] ?? state
}
