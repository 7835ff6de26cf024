/**
 * An alert: a finding that people deal with. What is found changes by itself, when data comes late
 * or is corrected; what people did about it is kept beside it. Nothing is ever deleted: each
 * change is a step, and steps are numbered without a hole in the order in which they were taken.
 */
import type { Kind } from '#epcis/identifier.ts'
import type { Reason } from '#risk/difference.ts'
import type { Finding } from '#risk/finding.ts'
import type { Domain } from '#risk/rule.ts'
import type { Text } from '#risk/words.ts'

/**
 * `superseded`: another alert tells the same incident better. `withdrawn`: there was no such
 * incident. Both are told by the data; all others are people's.
 */
export const ALERT_STATES = [
  'open',
  'acknowledged',
  'in_progress',
  'resolved',
  'superseded',
  'withdrawn',
] as const
export type AlertState = (typeof ALERT_STATES)[number]

/** What an alert turned out to be. */
export const CAUSE_CODES = ['genuine', 'data_entry', 'scanner', 'late_upload', 'test'] as const
export type CauseCode = (typeof CAUSE_CODES)[number]

/** What people do about an alert. */
export const ACTIONS = [
  'acknowledge',
  'start',
  'resolve',
  'reopen',
  'forward',
  'block',
  'unblock',
  'publish',
  'unpublish',
  'comment',
] as const
export type AlertAction = (typeof ACTIONS)[number]

/** What becomes of an alert by itself. */
export const CHANGES = ['raised', 'continued', 'superseded', 'withdrawn', 'escalated'] as const
export type AlertChange = (typeof CHANGES)[number]

export interface Step {
  /** Rises by one with each step of any alert. */
  readonly seq: number
  /** Identity of the alert. */
  readonly alert: string
  readonly atUs: number
  readonly step: AlertChange | AlertAction
  /** The state afterwards. */
  readonly state: AlertState
  /** A key's id with its role, or `rules` and `clock` for what happens by itself. */
  readonly by: string
  /** The party that it acts for. */
  readonly party?: string
  /** Why: in people's words, or why the data was looked at again. */
  readonly reason?: string
  readonly causeCode?: CauseCode
  /** Whom it was forwarded to, or how far it was escalated. */
  readonly to?: string
  /** With publish: it is a drill, and told as one. */
  readonly exercise?: boolean
  /** With publish: what the public is told to do. */
  readonly notice?: Text
  /** What was told until then, where that has changed. */
  readonly before?: Finding
  /** The alert that tells the incident better, or that this one has taken the place of. */
  readonly other?: string
}

/** An event that an alert rests on, and who captured it. */
export interface Evidence {
  readonly eventID: string
  readonly party: string
}

/** Whom and what an alert concerns, beside what its finding says. */
export interface Concern {
  /** Slugs. */
  readonly parties: readonly string[]
  readonly domain: Domain | undefined
  /** Key of the product. */
  readonly product: string | undefined
  readonly evidence: readonly Evidence[]
}

export interface Alert extends Concern {
  /** Its identity: the same for the same incident, however often its data is gone through. */
  readonly id: string
  /** In the order in which alerts were raised. */
  readonly seq: number
  readonly finding: Finding
  readonly state: AlertState
  readonly isBlocked: boolean
  /** Whether the public is told of it. */
  readonly isPublic: boolean
  /** What the public is told of is a drill. */
  readonly isExercise: boolean
  readonly causeCode: CauseCode | undefined
  /** How often its incident was told of: 1 where it was once. */
  readonly count: number
  /** How far it was escalated; 0 at first. */
  readonly escalation: number
  readonly raisedUs: number
  readonly changedUs: number
  readonly caseId: number
  /** Alerts of its rule and cause, and how many of them are not resolved. */
  readonly caseAlerts: number
  readonly caseOpen: number
}

/** States in which somebody has yet to do something. */
export function isUnresolved(state: AlertState): boolean {
  return state === 'open' || state === 'acknowledged' || state === 'in_progress'
}

/** Whether what the alert says still holds. */
export function isStanding(state: AlertState): boolean {
  return state !== 'superseded' && state !== 'withdrawn'
}

const FROM: Readonly<Record<AlertAction, readonly AlertState[]>> = {
  acknowledge: ['open'],
  start: ['open', 'acknowledged'],
  resolve: ['open', 'acknowledged', 'in_progress'],
  reopen: ['resolved'],
  forward: ['open', 'acknowledged', 'in_progress'],
  block: ['open', 'acknowledged', 'in_progress', 'resolved'],
  unblock: ALERT_STATES,
  publish: ['open', 'acknowledged', 'in_progress', 'resolved'],
  unpublish: ALERT_STATES,
  comment: ALERT_STATES,
}

const INTO: Readonly<Partial<Record<AlertAction, AlertState>>> = {
  acknowledge: 'acknowledged',
  start: 'in_progress',
  resolve: 'resolved',
  reopen: 'open',
}

/** The state after an action; undefined where it cannot be done in this one. */
export function stateAfter(action: AlertAction, state: AlertState): AlertState | undefined {
  return FROM[action].includes(state) ? (INTO[action] ?? state) : undefined
}

/** Actions by which an authority takes an alert up: it is not escalated any more. */
const TAKES_UP: ReadonlySet<AlertAction> = new Set(['acknowledge', 'start', 'resolve'])

export function takesUp(action: AlertAction, isAuthority: boolean): boolean {
  return isAuthority && TAKES_UP.has(action)
}

/**
 * By severity, minutes after it was raised: an alert that nobody has taken up by then goes to the
 * next level. What goes to a level later than that leaves those behind it as much time as here.
 */
export const ESCALATION: Readonly<
  Record<Finding['severity'], readonly { readonly minutes: number; readonly to: string }[]>
> = {
  critical: [
    { minutes: 15, to: 'duty_officer' },
    { minutes: 60, to: 'section_head' },
    { minutes: 240, to: 'office' },
  ],
  warning: [{ minutes: 1440, to: 'duty_officer' }],
  info: [],
}

/** One item as the follower remembers it. */
export interface ItemMemory {
  readonly key: string
  readonly kind: Kind
  /** When the last of what was told of it happened. */
  readonly lastUs: number
  /** All events up to this one have been looked at. */
  readonly through: number
  /** When to ask what holds because nothing has happened; undefined while nothing is waited for. */
  readonly dueUs: number | undefined
  /** JSON of its state. */
  readonly state: string
}

/** A finding that holds, whether or not it is an alert yet. */
export interface Entry {
  readonly finding: Finding
  /** Whose findings it is looked for among: the item, event or sensor. */
  readonly owner: string
  /** Confirmed, or in no need of it. */
  readonly isSure: boolean
  /** How many events told it. */
  readonly count: number
  /** The identity under which the incident was told before. */
  readonly replaces: string | undefined
  /** Why it was looked at last. */
  readonly reason: Reason
}

/** A change of an entry: undefined where it does not hold any more. */
export interface Told {
  readonly entry: Entry | undefined
  readonly reason: Reason
}
