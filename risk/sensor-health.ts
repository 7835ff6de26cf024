/**
 * A11: a sensor that is stuck, measures what cannot be, runs out of battery, falls silent or has a
 * clock that is ahead. Values that come late are no fault: a logger may send a day at once.
 */
import type { Watched } from './alarm-rows.ts'
import { type Finding, type Found, finding } from './finding.ts'
import type { Machine, Stepped } from './machine.ts'
import type { InForce } from './rule-set.ts'
import { longestUs } from './sample.ts'
import { type Measure, US_A_MINUTE, US_AN_HOUR } from './words.ts'

/** What a sensor says of itself or of its place at one time. */
export interface SensorSign {
  readonly timeUs: number
  readonly receivedUs?: number
  readonly celsius?: number
  readonly batteryPercent?: number
}

const KINDS = ['stuck', 'range', 'battery', 'clock'] as const
type Kind = (typeof KINDS)[number]

interface Trouble {
  readonly fromUs: number
  readonly knownUs: number
  readonly measures: readonly Measure[]
}

export interface SensorState {
  readonly last?: SensorSign
  readonly knownUs: number
  /** Since when the value has not changed, and what it is. */
  readonly same?: { readonly fromUs: number; readonly celsius: number }
  readonly troubles: Readonly<Partial<Record<Kind, Trouble>>>
}

export function sensorMachine(
  inForce: InForce<'A11'>,
  watched: Watched,
): Machine<SensorState, SensorSign> {
  const mostUs = longestUs(inForce.parameters.interval)
  return {
    start: { knownUs: 0, troubles: {} },
    order: orderOfSigns,
    dueUs: ({ last }) => (last ? last.timeUs + mostUs + 1 : undefined),
    overdue(state, nowUs): readonly Finding[] {
      const { last } = state
      if (!last || nowUs - last.timeUs <= mostUs) return []
      return [gap(inForce, watched, last, nowUs, undefined)]
    },
    step: (state, sign) => step(inForce, watched, state, sign),
  }
}

function orderOfSigns(one: SensorSign, other: SensorSign): number {
  if (one.timeUs !== other.timeUs) return one.timeUs - other.timeUs
  if (one.celsius !== other.celsius) return (one.celsius ?? -1e9) - (other.celsius ?? -1e9)
  return (one.batteryPercent ?? -1) - (other.batteryPercent ?? -1)
}

function step(
  inForce: InForce<'A11'>,
  watched: Watched,
  state: SensorState,
  sign: SensorSign,
): Stepped<SensorState> {
  const { last } = state
  const knownUs = Math.max(state.knownUs, sign.timeUs, sign.receivedUs ?? 0)
  const findings: Finding[] = []
  const mostUs = longestUs(inForce.parameters.interval)
  if (last && sign.timeUs - last.timeUs > mostUs) {
    findings.push(gap(inForce, watched, last, sign.timeUs, sign.timeUs))
  }
  const same = sameSince(state, sign, mostUs)
  const troubles: Partial<Record<Kind, Trouble>> = {}
  for (const kind of KINDS) {
    const before = state.troubles[kind]
    const measures = MEASURES[kind](inForce, sign, same)
    // A sign that says nothing of it leaves it as it is.
    if (measures === undefined) {
      if (before) troubles[kind] = before
    } else if (measures.length > 0) {
      const fromUs = kind === 'stuck' ? (same?.fromUs ?? sign.timeUs) : sign.timeUs
      const trouble = before ? { ...before, measures } : { fromUs, knownUs, measures }
      troubles[kind] = trouble
      if (!before) findings.push(finding(inForce, kind, about(watched, trouble)))
    } else if (before) {
      findings.push(finding(inForce, kind, about(watched, before, sign.timeUs)))
    }
  }
  const next = { last: sign, knownUs, troubles, ...(same ? { same } : {}) }
  return { state: next, findings, dropped: [] }
}

function about(
  { subject, affected }: Watched,
  { fromUs, knownUs, measures }: Trouble,
  toUs?: number,
): Found {
  return {
    subject,
    fromUs,
    toUs,
    knowableUs: knownUs,
    measures,
    affected: affected(fromUs, toUs ?? fromUs),
  }
}

function sameSince(state: SensorState, { celsius, timeUs }: SensorSign, mostUs: number) {
  if (celsius === undefined) return state.same
  const isGap = state.last !== undefined && timeUs - state.last.timeUs > mostUs
  if (state.same?.celsius === celsius && !isGap) return state.same
  return { fromUs: timeUs, celsius }
}

const FINE: readonly Measure[] = []

type Judge = (
  inForce: InForce<'A11'>,
  sign: SensorSign,
  same: SensorState['same'],
) => readonly Measure[] | undefined

/** What is wrong with a sign; nothing where it is fine, undefined where it does not say. */
const MEASURES: Readonly<Record<Kind, Judge>> = {
  stuck({ parameters: { stuckHours } }, { celsius, timeUs }, same) {
    if (celsius === undefined || !same) return undefined
    const hours = (timeUs - same.fromUs) / US_AN_HOUR
    if (hours < stuckHours) return FINE
    return [
      { name: 'temperature', value: celsius, limit: undefined, unit: 'celsius' },
      { name: 'duration', value: hours, limit: stuckHours, unit: 'hours' },
    ]
  },
  range({ parameters: { physicalLow, physicalHigh } }, { celsius }) {
    if (celsius === undefined) return undefined
    if (celsius >= physicalLow && celsius <= physicalHigh) return FINE
    const limit = celsius < physicalLow ? physicalLow : physicalHigh
    return [{ name: 'temperature', value: celsius, limit, unit: 'celsius' }]
  },
  battery({ parameters: { batteryPercent: limit } }, { batteryPercent: value }) {
    if (value === undefined) return undefined
    return value >= limit ? FINE : [{ name: 'battery', value, limit, unit: 'percent' }]
  },
  clock({ parameters: { driftMinutes: limit } }, { timeUs, receivedUs }) {
    if (receivedUs === undefined) return undefined
    const value = (timeUs - receivedUs) / US_A_MINUTE
    return value <= limit ? FINE : [{ name: 'drift', value, limit, unit: 'minutes' }]
  },
}

function gap(
  inForce: InForce<'A11'>,
  { subject, affected }: Watched,
  last: SensorSign,
  untilUs: number,
  toUs: number | undefined,
): Finding {
  const mostUs = longestUs(inForce.parameters.interval)
  return finding(inForce, 'gap', {
    subject,
    fromUs: last.timeUs,
    toUs,
    knowableUs: last.timeUs + mostUs + 1,
    measures: [
      {
        name: 'duration',
        // While it lasts it is told once, and not anew each time that it is looked at.
        value: (toUs === undefined ? mostUs : untilUs - last.timeUs) / US_A_MINUTE,
        limit: mostUs / US_A_MINUTE,
        unit: 'minutes',
      },
    ],
    affected: affected(last.timeUs, untilUs),
    hint: 'gap',
  })
}
