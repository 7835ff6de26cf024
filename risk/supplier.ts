/**
 * F3: how likely a supplier fails more often than is accepted. A beta prior worth some lots, the
 * results so far, and ageing: a month leaves 97 % of what was known, so that a long good past does
 * not hide a bad present.
 */
import { betaBelow, betaQuantile } from './beta.ts'
import { type Finding, finding } from './finding.ts'
import type { Machine, Stepped } from './machine.ts'
import type { InForce } from './rule-set.ts'
import { US_A_DAY } from './words.ts'

/** The result of one test of what a supplier delivered. */
export interface SupplierResult {
  readonly timeUs: number
  readonly knownUs: number
  readonly passed: boolean
  readonly eventID: string
}

export interface SupplierState {
  /** Aged counts, as of `atUs`. */
  readonly failed: number
  readonly passed: number
  readonly atUs: number
  readonly knownUs: number
  /** Since when it is at risk, and by which event. */
  readonly risk?: { readonly fromUs: number; readonly eventID: string; readonly knownUs: number }
}

export interface Score {
  /** Expected failure rate. */
  readonly mean: number
  /** Probability that it fails more than is accepted: what suppliers are ranked by. */
  readonly probability: number
  /** 95 % of what is likely lies below. */
  readonly upper: number
}

const US_A_MONTH = (365.25 / 12) * US_A_DAY

function aged(rule: InForce<'F3'>, state: SupplierState, atUs: number) {
  const months = state.atUs === 0 ? 0 : Math.max(0, atUs - state.atUs) / US_A_MONTH
  const left = rule.parameters.ageing ** months
  return { failed: state.failed * left, passed: state.passed * left }
}

/** The score of a supplier as of a time. */
export function scoreOf(rule: InForce<'F3'>, state: SupplierState, atUs: number): Score {
  const { accepted, weight } = rule.parameters
  const { failed, passed } = aged(rule, state, atUs)
  const a = weight * accepted + failed
  const b = weight * (1 - accepted) + passed
  return {
    mean: a / (a + b),
    probability: 1 - betaBelow(accepted, a, b),
    upper: betaQuantile(0.95, a, b),
  }
}

/** `supplier`: canonical key, or `party:slug`. */
export function supplierMachine(
  rule: InForce<'F3'>,
  supplier: string,
): Machine<SupplierState, SupplierResult> {
  return {
    start: { failed: 0, passed: 0, atUs: 0, knownUs: 0 },
    overdue: () => [],
    dueUs: () => undefined,
    order: (one, other) => one.timeUs - other.timeUs || (one.eventID < other.eventID ? -1 : 1),
    step: (state, result) => step(rule, supplier, state, result),
  }
}

function step(
  rule: InForce<'F3'>,
  supplier: string,
  state: SupplierState,
  { timeUs, knownUs, passed, eventID }: SupplierResult,
): Stepped<SupplierState> {
  const before = aged(rule, state, timeUs)
  const next: SupplierState = {
    failed: before.failed + (passed ? 0 : 1),
    passed: before.passed + (passed ? 1 : 0),
    atUs: timeUs,
    knownUs: Math.max(state.knownUs, knownUs),
  }
  const score = scoreOf(rule, next, timeUs)
  const isRisky = score.probability > rule.parameters.probability
  const risk = state.risk ?? { fromUs: timeUs, eventID, knownUs: next.knownUs }
  const isNews = isRisky !== (state.risk !== undefined)
  const findings = isNews ? [tell(rule, supplier, risk, score, isRisky ? undefined : timeUs)] : []
  return { state: isRisky ? { ...next, risk } : next, findings, dropped: [] }
}

function tell(
  rule: InForce<'F3'>,
  subject: string,
  { fromUs, eventID, knownUs }: NonNullable<SupplierState['risk']>,
  score: Score,
  toUs: number | undefined,
): Finding {
  const { accepted, probability } = rule.parameters
  return finding(rule, 'risky', {
    subject,
    fromUs,
    toUs,
    knowableUs: knownUs,
    measures: [
      { name: 'probability', value: score.probability, limit: probability, unit: 'ratio' },
      { name: 'rate', value: score.mean, limit: accepted, unit: 'ratio' },
      { name: 'upper', value: score.upper, limit: undefined, unit: 'ratio' },
    ],
    eventIDs: [eventID],
  })
}
