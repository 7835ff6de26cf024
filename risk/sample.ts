/**
 * Temperatures as rules read them: samples of one sensor, and the series of an item, which is
 * what the sensors that were with it measured while they were. A cold-chain budget follows the
 * item through containers in this way, and starts anew with no change of sensor.
 *
 * A sample holds until the next one. Where that is further away than three intervals nothing is
 * known of the time between: a gap proves neither good nor bad.
 */
import type { SensorValue } from '#trace/members.ts'
import { placeOfFirst } from '#trace/ordered.ts'
import type { Certainty } from '#trace/parts.ts'
import type { AffectedItem, ReadingRef } from './finding.ts'
import { US_A_MINUTE } from './words.ts'

export interface Sample {
  readonly timeUs: number
  readonly celsius: number
  /** Canonical key of the sensor. */
  readonly device: string
  /** When it came in, where that is known. */
  readonly receivedUs?: number
  /** Of a series of an item: whether the sensor is known to have been with it. */
  readonly certainty?: Certainty
  /** Of a series of an item: keys from the item to what the sensor was mounted on. */
  readonly via?: readonly string[]
}

const TO_CELSIUS: Readonly<Record<string, (value: number) => number>> = {
  CEL: (value) => value,
  FAH: (value) => ((value - 32) * 5) / 9,
  KEL: (value) => value - 273.15,
}

/** A measured temperature in degrees Celsius; undefined for what is none. */
export function sampleOf(value: SensorValue, receivedUs?: number): Sample | undefined {
  if (value.type !== 'Temperature') return undefined
  const celsius = TO_CELSIUS[value.uom]?.(value.value)
  if (celsius === undefined || !Number.isFinite(celsius)) return undefined
  const { timeUs, device } = value
  return receivedUs === undefined
    ? { timeUs, celsius, device }
    : { timeUs, celsius, device, receivedUs }
}

export function orderOfSamples(one: Sample, other: Sample): number {
  if (one.timeUs !== other.timeUs) return one.timeUs - other.timeUs
  if (one.device !== other.device) return one.device < other.device ? -1 : 1
  return one.celsius - other.celsius
}

/** Until when a sample may hold: so long, and no longer. */
export function longestUs(intervalMinutes: number): number {
  return 3 * intervalMinutes * US_A_MINUTE
}

export function readingOf({ device, timeUs, celsius }: Sample): ReadingRef {
  return { device, type: 'Temperature', timeUs, value: celsius, uom: 'CEL' }
}

/** When a sample could be known. */
export function knowableUs({ timeUs, receivedUs }: Sample): number {
  return Math.max(timeUs, receivedUs ?? timeUs)
}

/** The time [fromUs, toUs) that a sensor was with an item. Infinity while it lasts. */
export interface SensorStretch {
  readonly device: string
  readonly fromUs: number
  readonly toUs: number
  readonly certainty: Certainty
  readonly via: readonly string[]
}

/**
 * The series of an item: at each time the nearest sensor that was with it speaks, by itself
 * rather than through its container, seen rather than inferred. One that never speaks leaves the
 * word to the next. `samples`: of all its sensors, in any order.
 */
export function seriesOf(
  stretches: readonly SensorStretch[],
  samples: readonly Sample[],
): readonly Sample[] {
  const heard = new Set(samples.map(({ device }) => device))
  const turns = turnsOf(stretches.filter(({ device }) => heard.has(device)).sort(nearness))
  const series: Sample[] = []
  for (const sample of samples) {
    const stretch = turns[placeOfFirst(turns, ({ fromUs }) => fromUs > sample.timeUs) - 1]?.stretch
    if (stretch?.device !== sample.device) continue
    series.push(withItem(sample, stretch))
  }
  return series.sort(orderOfSamples)
}

/** Written out, as there are thousands of an item: a spread takes three times as long. */
function withItem(sample: Sample, { certainty, via }: SensorStretch): Sample {
  const { timeUs, celsius, device, receivedUs } = sample
  return receivedUs === undefined
    ? { timeUs, celsius, device, certainty, via }
    : { timeUs, celsius, device, receivedUs, certainty, via }
}

/** From when on which of the sensors speaks; undefined where none does. */
interface Turn {
  readonly fromUs: number
  readonly stretch: SensorStretch | undefined
}

/** `stretches`: the nearest first. */
function turnsOf(stretches: readonly SensorStretch[]): readonly Turn[] {
  const changes = new Set(stretches.flatMap(({ fromUs, toUs }) => [fromUs, toUs]))
  return [...changes]
    .sort((one, other) => one - other)
    .map((fromUs) => ({ fromUs, stretch: stretches.find((each) => holds(each, fromUs)) }))
}

function holds({ fromUs, toUs }: SensorStretch, timeUs: number): boolean {
  return fromUs <= timeUs && timeUs < toUs
}

const RANK: Readonly<Record<Certainty, number>> = { observed: 0, inferred: 1, possible: 2 }

function nearness(one: SensorStretch, other: SensorStretch): number {
  const byWay = one.via.length - other.via.length || RANK[one.certainty] - RANK[other.certainty]
  return byWay || (one.device < other.device ? -1 : one.device > other.device ? 1 : 0)
}

/** Who was with a sensor, and when: what an alarm of the sensor concerns. */
export interface ItemStretch extends Omit<SensorStretch, 'device'> {
  readonly item: string
}

/** The items that were with a sensor at some time of an incident; each once, the surest way. */
export function affectedBy(
  stretches: readonly ItemStretch[],
  fromUs: number,
  toUs: number,
): AffectedItem[] {
  const best = new Map<string, AffectedItem>()
  for (const each of stretches) {
    if (each.fromUs > toUs || each.toUs <= fromUs) continue
    const known = best.get(each.item)
    if (known && RANK[known.certainty] <= RANK[each.certainty]) continue
    best.set(each.item, { key: each.item, certainty: each.certainty, path: each.via })
  }
  return [...best.values()].sort((one, other) => (one.key < other.key ? -1 : 1))
}

export function worstOf(one: Certainty, other: Certainty | undefined): Certainty {
  return other !== undefined && RANK[other] > RANK[one] ? other : one
}
