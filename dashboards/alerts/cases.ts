/**
 * Alerts by case: what a desk works on. Alerts of one rule and cause are one line however many
 * there are; lines go from the worst to the mildest and do not move by themselves.
 */
import type { InferResponseType } from 'hono/client'
import type { LiveStep } from '#api/alert-stream.ts'
import type { api } from '../server/api.ts'

export type AlertSummary = InferResponseType<typeof api.v1.alerts.$get>['items'][number]
export type Severity = AlertSummary['severity']

export interface Case {
  readonly id: number
  /** The one to be shown: the worst that nobody has taken up, else the worst, else the newest. */
  readonly lead: AlertSummary
  readonly alerts: readonly AlertSummary[]
  readonly severity: Severity
  /** As the server counts them: there can be more than were loaded. */
  readonly count: number
  readonly unresolved: number
  readonly raised: string
}

const RANK: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2 }
const STATE_RANK: Readonly<Record<AlertSummary['state'], number>> = {
  open: 0,
  acknowledged: 1,
  in_progress: 2,
  resolved: 3,
  superseded: 4,
  withdrawn: 5,
}

/** From the worst; within a severity what nobody has taken up first, then the newest. */
export function casesOf(alerts: Iterable<AlertSummary>): Case[] {
  const byCase = new Map<number, AlertSummary[]>()
  for (const alert of alerts) {
    const its = byCase.get(alert.case.id)
    if (its) its.push(alert)
    else byCase.set(alert.case.id, [alert])
  }
  return [...byCase].map(([id, its]) => caseOf(id, its)).sort(inOrder)
}

function caseOf(id: number, alerts: AlertSummary[]): Case {
  const sorted = alerts.sort(
    (one, other) =>
      STATE_RANK[one.state] - STATE_RANK[other.state] ||
      RANK[one.severity] - RANK[other.severity] ||
      (one.raised < other.raised ? 1 : -1),
  )
  const [lead] = sorted
  if (!lead) throw new Error('a case without alerts')
  const newest = alerts.reduce((last, each) => (each.changed > last.changed ? each : last), lead)
  return {
    ...{ id, lead, alerts: sorted, raised: lead.raised },
    severity: alerts.reduce<Severity>((worst, { severity, state }) => {
      return state !== 'resolved' && RANK[severity] < RANK[worst] ? severity : worst
    }, lead.severity),
    count: newest.case.alerts,
    unresolved: newest.case.unresolved,
  }
}

function inOrder(one: Case, other: Case): number {
  return (
    RANK[one.severity] - RANK[other.severity] ||
    STATE_RANK[one.lead.state] - STATE_RANK[other.lead.state] ||
    (one.raised < other.raised ? 1 : -1)
  )
}

export interface Held {
  /** What is shown, by id. */
  readonly shown: ReadonlyMap<string, AlertSummary>
  /** What has come since and waits until somebody asks for it. */
  readonly waiting: ReadonlyMap<string, AlertSummary>
}

/**
 * Takes steps in: an alert that is shown changes where it stands, a new one waits.
 * `wants` is the filter; what it does not want is neither shown nor counted.
 */
export function withSteps(
  { shown, waiting }: Held,
  steps: readonly LiveStep[],
  wants: (alert: AlertSummary) => boolean,
): Held {
  const changed = steps.filter(({ alert }) => shown.has(alert.id))
  const nextWaiting = new Map(waiting)
  for (const { alert } of steps) {
    if (shown.has(alert.id)) continue
    if (wants(alert)) nextWaiting.set(alert.id, alert)
    else nextWaiting.delete(alert.id)
  }
  // A flood of new ones leaves what is shown as it is, and nothing is sorted again.
  if (changed.length === 0) return { shown, waiting: nextWaiting }
  const nextShown = new Map(shown)
  for (const { alert } of changed) nextShown.set(alert.id, alert)
  return { shown: nextShown, waiting: nextWaiting }
}

/** Shows what has waited. */
export function withWaiting({ shown, waiting }: Held): Held {
  return { shown: new Map([...shown, ...waiting]), waiting: new Map() }
}

export interface Filter {
  readonly severity: string
  readonly state: string
  readonly rule: string
  readonly domain: string
  readonly party: string
  readonly item: string
}

export const UNRESOLVED = 'open|acknowledged|in_progress'
export const NO_FILTER: Filter = {
  severity: '',
  state: UNRESOLVED,
  rule: '',
  domain: '',
  party: '',
  item: '',
}

/** The same as what the server is asked for, for alerts that come later. */
export function isWanted(filter: Filter, alert: AlertSummary): boolean {
  const { severity, state, rule, domain, party, item } = filter
  const isOneOf = (wanted: string, value: string) =>
    wanted === '' || wanted.split('|').includes(value)
  return (
    isOneOf(severity, alert.severity) &&
    isOneOf(state, alert.state) &&
    isOneOf(rule, alert.rule) &&
    isOneOf(domain, alert.domain ?? '') &&
    (party === '' || alert.parties.includes(party)) &&
    (item === '' || alert.subject.includes(item))
  )
}

/** How many have come in a span of time that ends now. */
export class Rate {
  readonly #spanMs: number
  #times: number[] = []

  constructor(spanMs: number) {
    this.#spanMs = spanMs
  }

  /** Gives the number in the span. */
  add(count: number, nowMs: number): number {
    const sinceMs = nowMs - this.#spanMs
    this.#times = this.#times.filter((ms) => ms > sinceMs)
    for (let each = 0; each < count; each++) this.#times.push(nowMs)
    return this.#times.length
  }
}
