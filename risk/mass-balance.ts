/**
 * E1: whether what came out of a transformation is what usually comes out of as much. Each
 * process (party and product) has its own history of yields; a median and the deviation from it
 * are not moved by a few odd runs. More than went in is more than a question of yield.
 */
import { productKeyOf } from '#epcis/product-key.ts'
import type { EventFacts } from './facts.ts'
import { type Finding, finding } from './finding.ts'
import { type Machine, quiet, type Stepped } from './machine.ts'
import { type Reference, siteOf } from './reference.ts'
import type { InForce } from './rule-set.ts'

/** One run of a process, in kilograms. */
export interface Run {
  readonly eventID: string
  readonly timeUs: number
  readonly recordTimeUs: number
  readonly inKg: number
  readonly outKg: number
  readonly outputs: readonly string[]
  /** Where it was, as far as that is known. */
  readonly site?: string
}

export const KG: Readonly<Record<string, number>> = {
  KGM: 1,
  GRM: 1e-3,
  MGM: 1e-6,
  TNE: 1e3,
  LBR: 0.45359237,
  // Of water, milk and the like; where that is wrong the product has a weight a unit.
  LTR: 1,
  MLT: 1e-3,
}

/**
 * The run that a transformation was; undefined where it is none, or some weight is not known:
 * then nothing can be said. `process` names whose and of which product.
 */
export function runOf(
  facts: EventFacts,
  reference: Reference,
): { readonly process: string; readonly run: Run } | undefined {
  if (facts.type !== 'TransformationEvent') return undefined
  const inKg = weightOf(facts, 'input', reference)
  const outKg = weightOf(facts, 'output', reference)
  const outputs = facts.members.filter(({ role }) => role === 'output').map(({ key }) => key)
  const [first] = outputs
  if (!inKg || !outKg || first === undefined) return undefined
  const { eventID, eventTimeUs, recordTimeUs, party, place } = facts
  const at = place === undefined ? {} : { site: siteOf(reference, place) }
  const run = { eventID, timeUs: eventTimeUs, recordTimeUs, inKg, outKg, outputs, ...at }
  return { process: `process:${party} ${productKeyOf(first) ?? first}`, run }
}

function weightOf(facts: EventFacts, role: 'input' | 'output', reference: Reference) {
  let sum = 0
  for (const { key, kind, role: its, quantity, uom } of facts.members) {
    if (its !== role) continue
    const units = kind === 'instance' ? 1 : quantity
    const kg = kilogramsOf(units, uom, reference.product(key)?.kgPerUnit)
    if (kg === undefined) return undefined
    sum += kg
  }
  return sum
}

/** An amount in kilograms; without a unit it counts pieces. Undefined where it is not known. */
export function kilogramsOf(
  quantity: number | undefined,
  uom: string | undefined,
  kgPerUnit: number | undefined,
): number | undefined {
  const factor = uom === undefined ? kgPerUnit : KG[uom]
  return quantity === undefined || factor === undefined ? undefined : quantity * factor
}

/** The yields of a process so far, oldest first, and when they could be known. */
export interface YieldState {
  readonly yields: readonly number[]
  readonly knownUs: number
}

/** 1.4826 makes a median absolute deviation a standard deviation, of a normal distribution. */
const TO_DEVIATION = 1.4826

/** The most that a rule may remember. */
const MOST_KEPT = 200

/** `ruleOf`: E1 as it holds for a run; what is said of a run where it is off is nothing. */
export function yieldMachine(
  ruleOf: (run: Run) => InForce<'E1'> | undefined,
  process: string,
): Machine<YieldState, Run> {
  return {
    start: { yields: [], knownUs: 0 },
    overdue: () => [],
    dueUs: () => undefined,
    order: (one, other) => one.timeUs - other.timeUs || (one.eventID < other.eventID ? -1 : 1),
    step(state, run): Stepped<YieldState> {
      const its = run.outKg / run.inKg
      const knownUs = Math.max(state.knownUs, run.recordTimeUs)
      const rule = ruleOf(run)
      const yields = [...state.yields, its].slice(-MOST_KEPT)
      const found = rule && judge(rule, process, run, state.yields, knownUs)
      // An impossible run is no example of what is usual.
      const next = { yields: found?.variant === 'impossible' ? state.yields : yields, knownUs }
      return found ? { state: next, findings: [found], dropped: [] } : quiet(next)
    },
  }
}

function judge(
  rule: InForce<'E1'>,
  process: string,
  run: Run,
  all: readonly number[],
  knownUs: number,
): Finding | undefined {
  const { tolerance, mads, least, physicalMost, keep } = rule.parameters
  const before = all.slice(-keep)
  const its = run.outKg / run.inKg
  const { timeUs, eventID } = run
  const common = {
    subject: process,
    fromUs: timeUs,
    toUs: timeUs,
    knowableUs: knownUs,
    incident: eventID,
    eventIDs: [eventID],
    affected: run.outputs.map((key) => ({ key, certainty: 'observed' as const, path: [] })),
  }
  const measure = { name: 'yield', value: its * 100, unit: 'percent' } as const
  if (its * 100 > physicalMost + tolerance) {
    const measures = [{ ...measure, limit: physicalMost }]
    return finding(rule, 'impossible', { ...common, severity: 'critical', measures })
  }
  if (before.length < least) return undefined
  const usual = median(before)
  const deviation = Math.abs(its - usual)
  const spread = TO_DEVIATION * median(before.map((each) => Math.abs(each - usual)))
  const limit = Math.max(mads * spread, tolerance / 100)
  if (deviation <= limit) return undefined
  return finding(rule, 'unusual', {
    ...common,
    measures: [
      { ...measure, limit: undefined },
      { name: 'usual', value: usual * 100, limit: undefined, unit: 'percent' },
      { name: 'deviation', value: deviation * 100, limit: limit * 100, unit: 'percent' },
    ],
  })
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const half = sorted.length >> 1
  const upper = sorted[half] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? upper)) / 2
}
