/**
 * F4 and F5: a failure rate, or a measured value, that drifts. An exponentially weighted mean sees
 * a drift soon; cumulative sums see a small shift that lasts; a Bernoulli sum sees rare failures
 * become less rare, one result at a time.
 */
import { type Finding, finding } from './finding.ts'
import type { Machine, Stepped } from './machine.ts'
import type { InForce } from './rule-set.ts'

/** One period of a process: how many of how many failed; or one result (size 1). */
export interface Batch {
  readonly timeUs: number
  readonly knownUs: number
  readonly failed: number
  readonly size: number
  readonly id: string
}

/** What the process is when nothing is wrong with it. */
export interface Target {
  /** Its key. */
  readonly process: string
  /** Failure rate. */
  readonly rate: number
}

interface Alarm {
  readonly fromUs: number
  readonly knownUs: number
  readonly id: string
}

function orderOfBatches(one: Batch, other: Batch): number {
  return one.timeUs - other.timeUs || (one.id < other.id ? -1 : 1)
}

const WATCH = { overdue: () => [], dueUs: () => undefined, order: orderOfBatches } as const

export interface EwmaState {
  readonly level?: number
  readonly count: number
  readonly knownUs: number
  readonly high?: Alarm
  readonly low?: Alarm
}

/** F4, of failure rates a batch; batches without any size say nothing. */
export function ewmaMachine(rule: InForce<'F4'>, target: Target): Machine<EwmaState, Batch> {
  const { lambda, width } = rule.parameters
  return {
    ...WATCH,
    start: { count: 0, knownUs: 0 },
    step(state, batch): Stepped<EwmaState> {
      const knownUs = Math.max(state.knownUs, batch.knownUs)
      const { rate } = target
      if (batch.size <= 0) return { state: { ...state, knownUs }, findings: [], dropped: [] }
      const count = state.count + 1
      const level = lambda * (batch.failed / batch.size) + (1 - lambda) * (state.level ?? rate)
      const sigma = Math.sqrt((rate * (1 - rate)) / batch.size)
      const spread = (lambda / (2 - lambda)) * (1 - (1 - lambda) ** (2 * count))
      const limit = width * sigma * Math.sqrt(spread)
      const next = { level, count, knownUs }
      const findings: Finding[] = []
      const tell = (side: 'high' | 'low', alarm: Alarm, bound: number, toUs?: number) => {
        const measures = [{ name: 'level', value: level, limit: bound, unit: 'ratio' } as const]
        findings.push(finding(rule, side, { ...of(target, alarm, toUs), measures }))
      }
      const high = turn(state.high, level > rate + limit, batch, knownUs, (alarm, toUs) =>
        tell('high', alarm, rate + limit, toUs),
      )
      const low = turn(state.low, level < rate - limit, batch, knownUs, (alarm, toUs) =>
        tell('low', alarm, rate - limit, toUs),
      )
      return { state: { ...next, ...alarms({ high, low }) }, findings, dropped: [] }
    },
  }
}

export interface CusumState {
  readonly up: number
  readonly down: number
  readonly failures: number
  readonly knownUs: number
  readonly alarmUp?: Alarm
  readonly alarmDown?: Alarm
  readonly alarmFailures?: Alarm
}

/** F5, of batches by their deviation, and of single results by their likelihood. */
export function cusumMachine(rule: InForce<'F5'>, target: Target): Machine<CusumState, Batch> {
  const { slack, height, bernoulliHeight } = rule.parameters
  return {
    ...WATCH,
    start: { up: 0, down: 0, failures: 0, knownUs: 0 },
    step(state, batch): Stepped<CusumState> {
      const knownUs = Math.max(state.knownUs, batch.knownUs)
      if (batch.size <= 0) return { state: { ...state, knownUs }, findings: [], dropped: [] }
      const isSingle = batch.size === 1
      const z = deviation(batch, target.rate)
      const up = isSingle ? state.up : Math.max(0, state.up + z - slack)
      const down = isSingle ? state.down : Math.max(0, state.down - z - slack)
      const weight = isSingle ? likelihood(rule, target.rate, batch.failed > 0) : 0
      const failures = Math.max(0, state.failures + weight)
      const findings: Finding[] = []
      const watch = (
        variant: 'up' | 'down' | 'failures',
        before: Alarm | undefined,
        sum: number,
        limit: number,
      ) =>
        turn(before, sum > limit, batch, knownUs, (alarm, toUs) => {
          const measures = [{ name: 'sum', value: sum, limit, unit: 'ratio' } as const]
          findings.push(finding(rule, variant, { ...of(target, alarm, toUs), measures }))
        })
      const found = alarms({
        alarmUp: watch('up', state.alarmUp, up, height),
        alarmDown: watch('down', state.alarmDown, down, height),
        alarmFailures: watch('failures', state.alarmFailures, failures, bernoulliHeight),
      })
      return { state: { up, down, failures, knownUs, ...found }, findings, dropped: [] }
    },
  }
}

function deviation({ failed, size }: Batch, rate: number): number {
  const sigma = Math.sqrt((rate * (1 - rate)) / size)
  return sigma > 0 ? (failed / size - rate) / sigma : 0
}

/** How much one result speaks for odds that are worse by the ratio. */
function likelihood(rule: InForce<'F5'>, rate: number, failed: boolean): number {
  const odds = (rate / (1 - rate)) * rule.parameters.oddsRatio
  const worse = odds / (1 + odds)
  return failed ? Math.log(worse / rate) : Math.log((1 - worse) / (1 - rate))
}

/** Begins, keeps or ends an alarm, and tells of the first and the last. */
function turn(
  before: Alarm | undefined,
  isOn: boolean,
  { timeUs, id }: Batch,
  knownUs: number,
  tell: (alarm: Alarm, toUs?: number) => void,
): Alarm | undefined {
  const alarm = before ?? { fromUs: timeUs, knownUs, id }
  if (isOn && !before) tell(alarm)
  if (!isOn && before) tell(alarm, timeUs)
  return isOn ? alarm : undefined
}

/** Those that are on, as fields of a state. */
function alarms<Name extends string>(all: Readonly<Record<Name, Alarm | undefined>>) {
  const on: Partial<Record<Name, Alarm>> = {}
  for (const name in all) if (all[name]) on[name] = all[name]
  return on
}

function of({ process }: Target, { fromUs, knownUs, id }: Alarm, toUs: number | undefined) {
  return { subject: process, fromUs, toUs, knowableUs: knownUs, eventIDs: [id] }
}
