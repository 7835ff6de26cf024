/**
 * How much speaks against each party, and what: from the alerts that nobody has resolved and from
 * its licences. A figure to sort by, of which every part can be looked at; no verdict.
 */
import type { AlertSummary } from '../alerts/cases.ts'

export interface PartyFacts {
  readonly slug: string
  readonly licences?: readonly { readonly to: string }[] | undefined
}

export interface Reason {
  readonly kind: 'alert' | 'licence-ended' | 'licence-missing'
  readonly points: number
  /** Of an alert: its rule and title, how many cases of it, and one to look at. */
  readonly rule?: string
  readonly title?: AlertSummary['title']
  readonly count?: number
  /** Of a licence: its last day. */
  readonly day?: string
}

export interface Score {
  readonly slug: string
  readonly points: number
  readonly level: 'high' | 'middle' | 'low'
  readonly alerts: number
  readonly reasons: readonly Reason[]
}

const POINTS = { critical: 10, warning: 3, info: 0.1 } as const
const LICENCE_POINTS = 10
const HIGH = 20
const MIDDLE = 5

/** `today` as 2026-11-26. From the worst. */
export function scoresOf(
  parties: readonly PartyFacts[],
  alerts: readonly AlertSummary[],
  today: string,
): Score[] {
  const byParty = new Map<string, AlertSummary[]>()
  for (const alert of alerts) {
    for (const slug of alert.parties) byParty.set(slug, [...(byParty.get(slug) ?? []), alert])
  }
  return parties
    .map((party) => scoreOf(party, byParty.get(party.slug) ?? [], today))
    .sort((one, other) => other.points - one.points || (one.slug < other.slug ? -1 : 1))
}

function scoreOf(party: PartyFacts, alerts: readonly AlertSummary[], today: string): Score {
  const reasons = [...alertReasons(alerts), ...licenceReasons(party, today)].sort(
    (one, other) => other.points - one.points,
  )
  const points = reasons.reduce((sum, reason) => sum + reason.points, 0)
  return {
    slug: party.slug,
    points,
    level: points >= HIGH ? 'high' : points >= MIDDLE ? 'middle' : 'low',
    alerts: alerts.length,
    reasons,
  }
}

/** A case counts once: a hundred alerts of one cause are one thing to worry about. */
function alertReasons(alerts: readonly AlertSummary[]): Reason[] {
  const cases = new Map(alerts.map((alert) => [alert.case.id, alert]))
  const byRule = new Map<string, AlertSummary[]>()
  for (const alert of cases.values()) {
    byRule.set(alert.rule, [...(byRule.get(alert.rule) ?? []), alert])
  }
  return [...byRule].map(([rule, its]) => ({
    kind: 'alert',
    points: its.reduce((sum, { severity }) => sum + POINTS[severity], 0),
    rule,
    ...(its[0] && { title: its[0].title }),
    count: its.length,
  }))
}

function licenceReasons({ licences }: PartyFacts, today: string): Reason[] {
  if (licences === undefined) return []
  const last = licences
    .map(({ to }) => to)
    .sort()
    .at(-1)
  if (last === undefined) return [{ kind: 'licence-missing', points: LICENCE_POINTS }]
  return last < today ? [{ kind: 'licence-ended', points: LICENCE_POINTS, day: last }] : []
}
