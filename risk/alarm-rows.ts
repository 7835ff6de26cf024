/**
 * Alarms that are rows of a table: beyond a limit for so long, in one go or added up. A2 (budgets
 * of an item), A3 (WHO shipment alarms) and A4 (levels of a warehouse) differ in their rows only.
 */
import type { Certainty } from '#trace/parts.ts'
import { type AffectedItem, type Finding, finding, isGraver } from './finding.ts'
import type { Machine, Stepped } from './machine.ts'
import type { Severity } from './rule.ts'
import type { InForce } from './rule-set.ts'
import { knowableUs, longestUs, orderOfSamples, readingOf, type Sample, worstOf } from './sample.ts'
import { US_A_MINUTE } from './words.ts'

/** From `minutes` on it is found, as grave as this. */
export interface Level {
  readonly minutes: number
  readonly severity: Severity
}

/** A temperature, and which side of it is beyond it. */
export interface Limit {
  readonly side: 'hot' | 'cold'
  readonly celsius: number
  /** Whether the limit itself is beyond it. */
  readonly inclusive: boolean
}

export interface AlarmRow extends Limit {
  readonly name: string
  readonly mode: 'single' | 'cumulative'
  /** The shortest first. */
  readonly levels: readonly Level[]
}

const critical = (minutes: number): readonly Level[] => [{ minutes, severity: 'critical' }]

function who(
  side: 'hot' | 'cold',
  celsius: number,
  mode: AlarmRow['mode'],
  hours: number,
): AlarmRow {
  const name = `${celsius} ${mode}`
  return { name, side, celsius, inclusive: true, mode, levels: critical(hours * 60) }
}

/** Alarms by type of indicator. [WHO PQS E006] */
const WHO_ALARMS: Readonly<Record<string, readonly AlarmRow[]>> = {
  'type-1': [
    who('hot', 45, 'single', 1),
    who('hot', 30, 'cumulative', 10),
    who('cold', -0.5, 'single', 1),
  ],
  'type-2': [
    who('hot', 45, 'single', 1),
    who('hot', 30, 'cumulative', 10),
    who('hot', 10, 'cumulative', 20),
  ],
  'fridge-30-days': [
    { ...who('hot', 8, 'single', 10), inclusive: false },
    who('cold', -0.5, 'single', 1),
  ],
}

type AlarmRule = 'A2' | 'A3' | 'A4'

interface RowState {
  /** When it went beyond the limit, for the first time or in this run. */
  readonly fromUs: number
  readonly heldUs: number
  readonly worst: Sample
  readonly certainty: Certainty
  /** How many levels are reached, and when the first of them could be known. */
  readonly reached: number
  readonly knownUs: number
  /** How often it had become clearly worse, and what it was when it last had. */
  readonly rises: number
  readonly risen: { readonly heldUs: number; readonly celsius: number }
}

/** Clearly worse is half as long again, or a degree further out. */
const LONGER = 1.5
const FURTHER = 1

export interface AlarmState {
  readonly last?: Sample
  /** The latest time at which any sample so far could be known. */
  readonly knownUs: number
  /** By place of the row; null where it was never beyond. */
  readonly rows: readonly (RowState | null)[]
}

export interface Watched {
  /** Key of the item or sensor. */
  readonly subject: string
  /** Whom an incident concerns. */
  readonly affected: (fromUs: number, toUs: number) => readonly AffectedItem[]
}

export function budgetMachine(inForce: InForce<'A2'>, watched: Watched) {
  return alarmMachine(inForce, watched, budgetRows(inForce))
}

export function budgetRows(inForce: InForce<'A2'>): readonly AlarmRow[] {
  const { low, high, hotMinutes, coldMinutes, warnPercent } = inForce.parameters
  const levels = (minutes: number): readonly Level[] => [
    { minutes: (minutes * warnPercent) / 100, severity: 'warning' },
    { minutes, severity: inForce.severity },
  ]
  const rest = { inclusive: false, mode: 'cumulative' } as const
  return [
    { name: 'hot', side: 'hot', celsius: high, levels: levels(hotMinutes), ...rest },
    { name: 'cold', side: 'cold', celsius: low, levels: levels(coldMinutes), ...rest },
  ]
}

/** Over one shipment: from shipping to receiving. */
export function shipmentAlarmMachine(inForce: InForce<'A3'>, watched: Watched) {
  return alarmMachine(inForce, watched, shipmentRows(inForce))
}

export function shipmentRows({ parameters: { indicator } }: InForce<'A3'>): readonly AlarmRow[] {
  return WHO_ALARMS[indicator] ?? []
}

export function warehouseMachine(inForce: InForce<'A4'>, watched: Watched) {
  const { low, high, workingMinutes, criticalMinutes } = inForce.parameters
  const levels: readonly Level[] = [
    { minutes: workingMinutes, severity: 'warning' },
    { minutes: criticalMinutes, severity: inForce.severity },
  ]
  const rest = { inclusive: false, mode: 'single', levels } as const
  return alarmMachine(inForce, watched, [
    { name: 'hot', side: 'hot', celsius: high, ...rest },
    { name: 'cold', side: 'cold', celsius: low, ...rest },
  ])
}

function alarmMachine(
  inForce: InForce<AlarmRule>,
  watched: Watched,
  rows: readonly AlarmRow[],
): Machine<AlarmState, Sample> {
  const mostUs = longestUs(inForce.parameters.interval)
  return {
    start: { knownUs: 0, rows: rows.map(() => null) },
    order: orderOfSamples,
    overdue: ({ rows: states, last }) =>
      rows.flatMap((row, at) => {
        const its = states[at]
        const isLasting = its && its.reached > 0 && isBeyond(row, last)
        return isLasting ? tell(inForce, watched, row, its, undefined) : []
      }),
    dueUs: () => undefined,
    step(state, sample): Stepped<AlarmState> {
      const { last } = state
      const sinceUs = last ? sample.timeUs - last.timeUs : 0
      const known = Math.max(state.knownUs, knowableUs(sample))
      // A gap is time about which nothing is known: it counts for nothing, and ends a run.
      const passed = {
        last,
        sample,
        heldUs: sinceUs > mostUs ? 0 : sinceUs,
        isGap: sinceUs > mostUs,
      }
      const findings: Finding[] = []
      const next: (RowState | null)[] = rows.map((row, at) => {
        const moved = moveRow(row, state.rows[at] ?? null, passed, known)
        if (moved.tell) findings.push(tell(inForce, watched, row, moved.tell, moved.endUs))
        return moved.state
      })
      return { state: { last: sample, knownUs: known, rows: next }, findings, dropped: [] }
    },
  }
}

interface Passed {
  readonly last: Sample | undefined
  readonly sample: Sample
  readonly heldUs: number
  readonly isGap: boolean
}

interface MovedRow {
  readonly state: RowState | null
  readonly tell?: RowState
  readonly endUs?: number | undefined
}

export function isBeyond({ side, celsius, inclusive }: Limit, sample: Sample | undefined): boolean {
  if (!sample) return false
  if (inclusive && sample.celsius === celsius) return true
  return side === 'hot' ? sample.celsius > celsius : sample.celsius < celsius
}

function moveRow(row: AlarmRow, before: RowState | null, passed: Passed, known: number): MovedRow {
  const { last, sample, heldUs, isGap } = passed
  const wasBeyond = isBeyond(row, last)
  const isNow = isBeyond(row, sample)
  if (!before && !isNow) return { state: null }
  const held = before && wasBeyond ? { ...before, heldUs: before.heldUs + heldUs } : before
  const at = levelAt(row, held, known)
  const isOver = wasBeyond && (isGap || !isNow)
  if (row.mode === 'single' && isOver && at) {
    const ended = { state: isNow ? begun(sample) : null }
    const endUs = isGap ? (last?.timeUs ?? sample.timeUs) : sample.timeUs
    return at.reached > 0 ? { ...ended, tell: at, endUs } : ended
  }
  const state = risen(row, isNow ? withSample(row, at, sample) : at)
  const isRisen = (state?.rises ?? 0) > (before?.rises ?? 0)
  const isTold = at && at.reached > 0 && (at.reached > (before?.reached ?? 0) || isOver || isRisen)
  if (!isTold || !state) return { state }
  return { state, tell: state, endUs: isNow && !isGap ? undefined : endOf(passed) }
}

/** Counts that it has become clearly worse: then it is told, and not with every sample. */
function risen({ side }: AlarmRow, state: RowState | null): RowState | null {
  if (!state || state.reached === 0) return state
  const { heldUs, worst, rises } = state
  const by = (worst.celsius - state.risen.celsius) * (side === 'hot' ? 1 : -1)
  const isWorse = rises === 0 || by >= FURTHER || heldUs >= state.risen.heldUs * LONGER
  if (!isWorse) return state
  return { ...state, rises: rises + 1, risen: { heldUs, celsius: worst.celsius } }
}

function endOf({ last, sample, isGap }: Passed): number {
  return isGap && last ? last.timeUs : sample.timeUs
}

function begun(sample: Sample): RowState {
  const certainty = sample.certainty ?? 'observed'
  const { timeUs: fromUs, celsius } = sample
  const none = { heldUs: 0, reached: 0, knownUs: 0, rises: 0 }
  return { fromUs, worst: sample, certainty, ...none, risen: { heldUs: 0, celsius } }
}

function withSample({ side }: AlarmRow, state: RowState | null, sample: Sample): RowState {
  if (!state) return begun(sample)
  const { worst } = state
  const isWorse = side === 'hot' ? sample.celsius > worst.celsius : sample.celsius < worst.celsius
  return {
    ...state,
    worst: isWorse ? sample : worst,
    certainty: worstOf(state.certainty, sample.certainty),
  }
}

function levelAt({ levels }: AlarmRow, state: RowState | null, known: number): RowState | null {
  if (!state) return null
  const reached = levels.filter(({ minutes }) => state.heldUs >= minutes * US_A_MINUTE).length
  if (reached <= state.reached) return state
  return { ...state, reached, knownUs: state.reached === 0 ? known : state.knownUs }
}

function tell(
  inForce: InForce<AlarmRule>,
  { subject, affected }: Watched,
  row: AlarmRow,
  state: RowState,
  toUs: number | undefined,
): Finding {
  const { worst, fromUs, certainty } = state
  const level = row.levels[state.reached - 1] ?? { minutes: 0, severity: 'info' as const }
  const most = row.levels.at(-1)?.minutes
  const limit = row.mode === 'single' ? level.minutes : most
  return finding(inForce, row.side, {
    subject,
    incident: row.name,
    fromUs,
    toUs,
    knowableUs: state.knownUs,
    certainty,
    severity: isGraver(level.severity, inForce.severity) ? inForce.severity : level.severity,
    measures: [
      { name: 'temperature', value: worst.celsius, limit: row.celsius, unit: 'celsius' },
      { name: 'duration', value: state.heldUs / US_A_MINUTE, limit, unit: 'minutes' },
    ],
    words: { mode: row.mode, ...(state.rises > 1 && { rises: String(state.rises) }) },
    readings: [readingOf(worst)],
    affected: affected(fromUs, toUs ?? worst.timeUs),
    cause: worst.device,
  })
}

/** A2 of an item with more readings than are gone through: said, and not passed over. */
export function budgetNotRead(
  rule: InForce<'A2'>,
  { item, lastUs, most }: { readonly item: string; readonly lastUs: number; readonly most: number },
): Finding {
  return finding(rule, 'tooMany', {
    ...{ subject: item, fromUs: lastUs, knowableUs: lastUs, severity: 'info' },
    certainty: 'possible',
    measures: [{ name: 'count', value: most + 1, limit: most, unit: 'count' }],
    affected: [{ key: item, certainty: 'possible', path: [] }],
  })
}
