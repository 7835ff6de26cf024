/**
 * Verdicts on storage by a pharmacopoeia: controlled room temperature (A6) and controlled cold
 * (A7), each by lowest, highest, short spikes and a mean kinetic temperature over its window; the
 * guard that no such mean excuses freezing or an excursion (A8); and the mean over one transport
 * (A5). Windows cannot be longer than the rule allows: a mean over a year hides what a day did.
 */
import type { Certainty } from '#trace/parts.ts'
import type { Watched } from './alarm-rows.ts'
import { type Finding, type Found, finding } from './finding.ts'
import type { Machine, Stepped } from './machine.ts'
import { EMPTY_WINDOW, held, type KineticWindow, meanKinetic, meanOf } from './mean-kinetic.ts'
import type { InForce } from './rule-set.ts'
import { knowableUs, longestUs, orderOfSamples, readingOf, type Sample, worstOf } from './sample.ts'
import { type Measure, US_A_MINUTE, US_AN_HOUR } from './words.ts'

/** Of a window so much has to be known before its mean says anything. */
const KNOWN_PART = 0.5

interface Run {
  readonly fromUs: number
  readonly heldUs: number
  readonly worst: Sample
  readonly certainty: Certainty
  /** When it could be known; 0 while nothing is found. */
  readonly foundUs: number
}

const KINDS = ['below', 'above', 'spike'] as const
type Kind = (typeof KINDS)[number]

export interface VerdictState {
  readonly last?: Sample
  readonly knownUs: number
  readonly window: KineticWindow
  readonly runs: Readonly<Partial<Record<Kind, Run>>>
  /** Since when the mean is over its limit, and when that could be known. */
  readonly mean?: { readonly fromUs: number; readonly knownUs: number }
}

/** `guard`: rule A8, undefined where it is off. */
export function verdictMachine(
  inForce: InForce<'A6' | 'A7'>,
  guard: InForce<'A8'> | undefined,
  watched: Watched,
): Machine<VerdictState, Sample> {
  const verdicts = new Verdicts(inForce, guard, watched)
  return {
    start: { knownUs: 0, window: EMPTY_WINDOW, runs: {} },
    order: orderOfSamples,
    overdue: () => [],
    dueUs: () => undefined,
    step: (state, sample) => verdicts.step(state, sample),
  }
}

class Verdicts {
  readonly #inForce: InForce<'A6' | 'A7'>
  readonly #guard: InForce<'A8'> | undefined
  readonly #watched: Watched
  readonly #mostUs: number
  readonly #windowUs: number

  constructor(inForce: InForce<'A6' | 'A7'>, guard: InForce<'A8'> | undefined, watched: Watched) {
    this.#inForce = inForce
    this.#guard = guard
    this.#watched = watched
    this.#mostUs = longestUs(inForce.parameters.interval)
    this.#windowUs = inForce.parameters.windowHours * US_AN_HOUR
  }

  step(state: VerdictState, sample: Sample): Stepped<VerdictState> {
    const { last } = state
    const { parameters } = this.#inForce
    const sinceUs = last ? sample.timeUs - last.timeUs : 0
    const isGap = sinceUs > this.#mostUs
    const heldUs = isGap ? 0 : sinceUs
    const knownUs = Math.max(state.knownUs, knowableUs(sample))
    const window =
      last && heldUs > 0
        ? held(state.window, this.#windowUs, last.timeUs, heldUs, last.celsius, parameters)
        : state.window
    const findings: Finding[] = []
    const mean = meanOf(window, parameters)
    const runs: Partial<Record<Kind, Run>> = {}
    for (const kind of KINDS) {
      const passed = { sample, last, heldUs, isGap, knownUs, mean: mean.celsius }
      const run = this.#follow(kind, state.runs[kind], passed, findings)
      if (run) runs[kind] = run
    }
    const over = this.#followMean(state.mean, mean, sample, knownUs, findings)
    const next = { last: sample, knownUs, window, runs, ...(over ? { mean: over } : {}) }
    return { state: next, findings, dropped: [] }
  }

  #isIn(kind: Kind, { celsius }: Sample): boolean {
    const { permittedLow, permittedHigh, spikeHigh } = this.#inForce.parameters
    if (kind === 'below') return permittedLow > celsius
    return celsius > (kind === 'above' ? spikeHigh : permittedHigh)
  }

  #follow(
    kind: Kind,
    before: Run | undefined,
    passed: Passed,
    findings: Finding[],
  ): Run | undefined {
    const { sample, last, heldUs, isGap, knownUs } = passed
    const run = before && { ...before, heldUs: before.heldUs + heldUs }
    if (run && (isGap || !this.#isIn(kind, sample))) {
      const judged = this.#judge(kind, run, knownUs)
      const endUs = isGap ? (last?.timeUs ?? sample.timeUs) : sample.timeUs
      if (judged.foundUs > 0) this.#tell(kind, judged, endUs, passed, findings)
    }
    if (!this.#isIn(kind, sample)) return undefined
    const going = run && !isGap ? withSample(kind, run, sample) : begun(sample)
    const judged = this.#judge(kind, going, knownUs)
    const isNews = judged.foundUs > 0 && (going.foundUs === 0 || going.worst === sample)
    if (isNews) this.#tell(kind, judged, undefined, passed, findings)
    return judged
  }

  #judge(kind: Kind, run: Run, knownUs: number): Run {
    if (run.foundUs > 0) return run
    const { spikeHours } = this.#inForce.parameters
    const isFound = kind !== 'spike' || run.heldUs > spikeHours * US_AN_HOUR
    return isFound ? { ...run, foundUs: knownUs } : run
  }

  #tell(kind: Kind, run: Run, toUs: number | undefined, passed: Passed, into: Finding[]): void {
    const { permittedLow, permittedHigh, spikeHigh, spikeHours } = this.#inForce.parameters
    const { worst, fromUs, certainty } = run
    const limit = { below: permittedLow, above: spikeHigh, spike: permittedHigh }[kind]
    const found: Found = {
      subject: this.#watched.subject,
      fromUs,
      toUs,
      knowableUs: run.foundUs,
      certainty,
      measures: [
        { name: 'temperature', value: worst.celsius, limit, unit: 'celsius' },
        { name: 'duration', value: run.heldUs / US_AN_HOUR, limit: spikeHours, unit: 'hours' },
      ],
      readings: [readingOf(worst)],
      affected: this.#watched.affected(fromUs, toUs ?? worst.timeUs),
      // All that was with one sensor is one case.
      cause: worst.device,
    }
    into.push(finding(this.#inForce, kind, found))
    this.#notExcused(kind, run, found, passed.mean, into)
  }

  /** A mean that is within its limit says nothing about this. */
  #notExcused(
    kind: Kind,
    { worst }: Run,
    found: Found,
    mean: number | undefined,
    into: Finding[],
  ): void {
    const { freeze, mktLimit } = this.#inForce.parameters
    if (!this.#guard || mean === undefined || mean > mktLimit) return
    const isFrozen = kind === 'below' && worst.celsius <= freeze
    if (kind === 'below' && !isFrozen) return
    const measures: Measure[] = [
      { name: 'temperature', value: worst.celsius, limit: freeze, unit: 'celsius' },
      { name: 'mkt', value: mean, limit: mktLimit, unit: 'celsius' },
    ]
    const incident = `${this.#inForce.rule} ${kind}`
    const variant = isFrozen ? 'freeze' : 'excursion'
    into.push(finding(this.#guard, variant, { ...found, incident, measures }))
  }

  #followMean(
    before: VerdictState['mean'],
    { celsius, knownUs: known }: ReturnType<typeof meanOf>,
    sample: Sample,
    knownUs: number,
    findings: Finding[],
  ): VerdictState['mean'] {
    const { mktLimit } = this.#inForce.parameters
    const isKnown = known >= this.#windowUs * KNOWN_PART
    const isOver = celsius !== undefined && isKnown && celsius > mktLimit
    if (!isOver && !before) return undefined
    const over = before ?? { fromUs: sample.timeUs, knownUs }
    if (!before || !isOver) {
      findings.push(
        finding(this.#inForce, 'mkt', {
          subject: this.#watched.subject,
          fromUs: over.fromUs,
          toUs: isOver ? undefined : sample.timeUs,
          knowableUs: over.knownUs,
          certainty: sample.certainty ?? 'observed',
          measures: [{ name: 'mkt', value: celsius ?? mktLimit, limit: mktLimit, unit: 'celsius' }],
          readings: [readingOf(sample)],
          affected: this.#watched.affected(over.fromUs, sample.timeUs),
          cause: sample.device,
        }),
      )
    }
    return isOver ? over : undefined
  }
}

interface Passed {
  readonly sample: Sample
  readonly last: Sample | undefined
  readonly heldUs: number
  readonly isGap: boolean
  readonly knownUs: number
  readonly mean: number | undefined
}

function begun(sample: Sample): Run {
  const certainty = sample.certainty ?? 'observed'
  return { fromUs: sample.timeUs, heldUs: 0, worst: sample, certainty, foundUs: 0 }
}

function withSample(kind: Kind, run: Run, sample: Sample): Run {
  const isWorse =
    kind === 'below' ? sample.celsius < run.worst.celsius : sample.celsius > run.worst.celsius
  const certainty = worstOf(run.certainty, sample.certainty)
  return { ...run, worst: isWorse ? sample : run.worst, certainty }
}

/** Why a mean kinetic temperature may not be told. */
export const MEAN_REFUSALS = {
  window_too_long: 'A mean over so long a time hides what single days did.',
  nothing_known: 'There is no time of which the temperature is known.',
} as const

export type Mean =
  | { readonly ok: true; readonly celsius: number; readonly knownUs: number }
  | { readonly ok: false; readonly code: keyof typeof MEAN_REFUSALS; readonly message: string }

/** The mean kinetic temperature of a series, in order; gaps do not count. */
export function meanOfSeries(inForce: InForce<'A5'>, series: readonly Sample[]): Mean {
  const { windowHours, interval } = inForce.parameters
  const first = series[0]
  const last = series.at(-1)
  if (!first || !last) return refused('nothing_known')
  if (last.timeUs - first.timeUs > windowHours * US_AN_HOUR) return refused('window_too_long')
  const mostUs = longestUs(interval)
  const weighted = series.map(({ celsius, timeUs }, at) => {
    const sinceUs = (series[at + 1]?.timeUs ?? timeUs) - timeUs
    return { celsius, weight: sinceUs > mostUs ? 0 : sinceUs }
  })
  const celsius = meanKinetic(weighted, inForce.parameters)
  if (celsius === undefined) return refused('nothing_known')
  return { ok: true, celsius, knownUs: weighted.reduce((sum, { weight }) => sum + weight, 0) }
}

function refused(code: keyof typeof MEAN_REFUSALS): Mean {
  return { ok: false, code, message: MEAN_REFUSALS[code] }
}

/** A5 over one transport, whose series is given from shipping to receiving. */
export function transportMean(
  inForce: InForce<'A5'>,
  watched: Watched,
  series: readonly Sample[],
): Finding[] {
  const mean = meanOfSeries(inForce, series)
  const [first] = series
  const last = series.at(-1)
  const { limit } = inForce.parameters
  if (!mean.ok || mean.celsius <= limit || !first || !last) return []
  return [
    finding(inForce, 'transport', {
      subject: watched.subject,
      fromUs: first.timeUs,
      toUs: last.timeUs,
      knowableUs: series.reduce((most, each) => Math.max(most, knowableUs(each)), 0),
      certainty: series.reduce<Certainty>((c, each) => worstOf(c, each.certainty), 'observed'),
      measures: [
        { name: 'mkt', value: mean.celsius, limit, unit: 'celsius' },
        { name: 'duration', value: mean.knownUs / US_A_MINUTE, limit: undefined, unit: 'minutes' },
      ],
      readings: [first, last].map(readingOf),
      affected: watched.affected(first.timeUs, last.timeUs),
      cause: first.device,
    }),
  ]
}
