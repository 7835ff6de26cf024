/**
 * What a finding about the temperatures of an item rests on: its first, worst and last readings,
 * the way to the sensor by then, and the events that put the item there.
 */
import { placeOfFirst } from '#trace/ordered.ts'
import type { Finding, ReadingRef } from './finding.ts'
import { readingOf, type Sample } from './sample.ts'

export interface ColdEvidence {
  /** Of the item, in order. */
  readonly series: readonly Sample[]
  /** IDs of the events by which it was where it was at a time. */
  readonly eventsAt: (timeUs: number) => readonly string[]
}

/** The finding with its evidence. `readings` of it: the one that it was told for. */
export function withEvidence(found: Finding, { series, eventsAt }: ColdEvidence): Finding {
  const { subject, certainty, fromUs, readings } = found
  const [worst] = readings
  if (!worst) return found
  const path = sampleAt(series, worst)?.via ?? []
  const first = series[placeOfFirst(series, ({ timeUs }) => timeUs >= fromUs)]
  const last = lastOf(series, found, worst)
  const ends = [first, last].flatMap((sample) => (sample ? readingOf(sample) : []))
  return {
    ...found,
    eventIDs: [...new Set(eventsAt(worst.timeUs))],
    readings: inOrder([worst, ...ends]),
    affected: [{ key: subject, certainty, path }],
  }
}

/** It ends with the first reading that is as it should be, or with the last before a silence. */
function lastOf(
  series: readonly Sample[],
  { toUs = Number.POSITIVE_INFINITY, measures }: Finding,
  worst: ReadingRef,
): Sample | undefined {
  const limit = measures.find(({ name }) => name === 'temperature')?.limit ?? worst.value
  const isOut = ({ celsius }: Sample) => (celsius - limit) * (worst.value - limit) > 0
  const end = series[placeOfFirst(series, ({ timeUs }) => timeUs >= toUs)]
  if (end?.timeUs === toUs && isOut(end)) return end
  return series[placeOfFirst(series, ({ timeUs }) => timeUs >= toUs) - 1]
}

function sampleAt(series: readonly Sample[], { timeUs, device }: ReadingRef): Sample | undefined {
  const from = placeOfFirst(series, (sample) => sample.timeUs >= timeUs)
  for (let at = from; series[at]?.timeUs === timeUs; at += 1) {
    if (series[at]?.device === device) return series[at]
  }
  return undefined
}

function inOrder(readings: readonly ReadingRef[]): ReadingRef[] {
  const each = new Map(readings.map((reading) => [`${reading.timeUs} ${reading.device}`, reading]))
  return [...each.values()].sort((one, other) => one.timeUs - other.timeUs)
}
