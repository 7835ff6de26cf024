/** Rows of alerts and steps, as they stand in alerts.db and as they are told. */
import type { Alert, Evidence, Step } from './alert.ts'

/** What the public is told of an alert: nothing, or that it is, or that it is a drill. */
export const PUBLIC = { not: 0, actual: 1, exercise: 2 } as const

export interface AlertRow {
  seq: number
  identity: string
  rule: string
  severity: string
  state: Alert['state']
  isBlocked: number
  isPublic: number
  causeCode: Alert['causeCode'] | null
  count: number
  escalation: number
  escalateUs: number | null
  raisedUs: number
  changedUs: number
  caseId: number
  domain: Alert['domain'] | null
  product: string | null
  parties: string
  evidence: string
  body: string
}

export interface ListedRow extends AlertRow {
  caseAlerts: number
  caseOpen: number
}

export const LISTED = `
  SELECT alert.*, alert_case.alerts AS caseAlerts, alert_case.open AS caseOpen
  FROM alert JOIN alert_case ON alert_case.id = alert.caseId`

export function alertOf(row: ListedRow): Alert {
  const parties: string[] = JSON.parse(row.parties)
  const evidence: Evidence[] = JSON.parse(row.evidence)
  const { seq, state, count, escalation, raisedUs, changedUs, caseId, caseAlerts, caseOpen } = row
  return {
    ...{ seq, state, count, escalation, raisedUs, changedUs, caseId, caseAlerts, caseOpen },
    id: row.identity,
    finding: JSON.parse(row.body),
    isBlocked: row.isBlocked === 1,
    isPublic: row.isPublic > 0,
    isExercise: row.isPublic === PUBLIC.exercise,
    causeCode: row.causeCode ?? undefined,
    parties,
    evidence,
    domain: row.domain ?? undefined,
    product: row.product ?? undefined,
  }
}

export interface StepRow {
  seq: number
  identity: string
  atUs: number
  step: Step['step']
  state: Step['state']
  by: string
  more: string
}

export const STEPS = `
  SELECT step.seq, alert.identity, step.atUs, step.step, step.state, step."by", step.more
  FROM step JOIN alert ON alert.seq = step.alert`

export function stepOf({ identity, more, ...row }: StepRow): Step {
  return { ...row, alert: identity, ...JSON.parse(more) }
}
