/**
 * A1: out of range without a break, with hysteresis, gaps and the door filter; and A9: the door
 * opened too often. A run that began as a door does (the door says so, or the air warmed faster
 * than a room can) is waited for until it should be back, and if it is, is counted as a door.
 */
import type { Certainty } from '#trace/parts.ts'
import type { Watched } from './alarm-rows.ts'
import { type Finding, finding, type Hint } from './finding.ts'
import type { Machine, Stepped } from './machine.ts'
import type { InForce } from './rule-set.ts'
import { knowableUs, longestUs, orderOfSamples, readingOf, type Sample, worstOf } from './sample.ts'
import { US_A_MINUTE, US_AN_HOUR } from './words.ts'

/** A sample, and whether the door was open then, where something tells. */
export interface DoorSample extends Sample {
  readonly doorOpen?: boolean
}

interface Run {
  readonly side: 'hot' | 'cold'
  readonly first: Sample
  readonly worst: Sample
  readonly certainty: Certainty
  readonly isDoor: boolean
  /** When it could be known that it lasts too long; 0 while it does not. */
  readonly openedUs: number
}

export interface ExcursionState {
  readonly last?: Sample
  /** What a product would have: the temperature smoothed. */
  readonly smooth?: number
  readonly knownUs: number
  readonly run?: Run
  /** When doors were opened in the last hour. */
  readonly doors: readonly number[]
  /** When openings became too many, while they are. */
  readonly doorsFromUs?: number
}

/** `doors`: rule A9, undefined where it is off: then no run is excused. */
export function excursionMachine(
  inForce: InForce<'A1'>,
  doors: InForce<'A9'> | undefined,
  watched: Watched,
): Machine<ExcursionState, DoorSample> {
  const excursions = new Excursions(inForce, doors, watched)
  return {
    start: { knownUs: 0, doors: [] },
    order: orderOfSamples,
    overdue: () => [],
    dueUs: () => undefined,
    step: (state, sample) => excursions.step(state, sample),
  }
}

/** One step of a buffer with time constant `minutes`, such as a bottle of glycol. */
export function smoothed(before: number, now: number, sinceUs: number, minutes: number): number {
  return before + (1 - Math.exp(-sinceUs / (minutes * US_A_MINUTE))) * (now - before)
}

class Excursions {
  readonly #inForce: InForce<'A1'>
  readonly #doors: InForce<'A9'> | undefined
  readonly #watched: Watched
  readonly #mostUs: number

  constructor(inForce: InForce<'A1'>, doors: InForce<'A9'> | undefined, watched: Watched) {
    this.#inForce = inForce
    this.#doors = doors
    this.#watched = watched
    this.#mostUs = longestUs(inForce.parameters.interval)
  }

  step(state: ExcursionState, raw: DoorSample): Stepped<ExcursionState> {
    const { last } = state
    const sinceUs = last ? raw.timeUs - last.timeUs : 0
    const isGap = sinceUs > this.#mostUs
    const sample = this.#smooth(isGap ? undefined : state.smooth, raw, sinceUs)
    const knownUs = Math.max(state.knownUs, knowableUs(raw))
    const findings: Finding[] = []
    const doors = [...state.doors.filter((timeUs) => timeUs > raw.timeUs - US_AN_HOUR)]
    const run = this.#follow(state.run, { sample, last, isGap }, findings, doors)
    const isOutside = this.#sideOf(sample)
    const begun =
      run ?? (isOutside && this.#begin(isOutside, sample, raw, isGap ? undefined : last))
    const opened = begun && this.#open(begun, sample, knownUs, findings)
    const many = this.#tooManyDoors(state, doors, raw, findings, knownUs)
    const next: ExcursionState = {
      last: raw,
      ...(this.#inForce.parameters.bufferMinutes > 0 ? { smooth: sample.celsius } : {}),
      knownUs,
      ...(opened ? { run: opened } : {}),
      doors,
      ...(many === undefined ? {} : { doorsFromUs: many }),
    }
    return { state: next, findings, dropped: [] }
  }

  #smooth(
    before: number | undefined,
    { doorOpen: _, ...sample }: DoorSample,
    sinceUs: number,
  ): Sample {
    const { bufferMinutes } = this.#inForce.parameters
    if (bufferMinutes === 0 || before === undefined) return sample
    return { ...sample, celsius: smoothed(before, sample.celsius, sinceUs, bufferMinutes) }
  }

  #sideOf({ celsius }: Sample): 'hot' | 'cold' | undefined {
    const { low, high } = this.#inForce.parameters
    if (celsius > high) return 'hot'
    return celsius < low ? 'cold' : undefined
  }

  #begin(side: Run['side'], sample: Sample, raw: DoorSample, last: Sample | undefined): Run {
    const minutes = last ? (raw.timeUs - last.timeUs) / US_A_MINUTE : 0
    const isFast =
      last !== undefined &&
      side === 'hot' &&
      minutes > 0 &&
      (raw.celsius - last.celsius) / minutes > (this.#doors?.parameters.rise ?? Infinity)
    const isDoor = this.#doors !== undefined && (raw.doorOpen === true || isFast)
    const certainty = sample.certainty ?? 'observed'
    return { side, first: sample, worst: sample, certainty, isDoor, openedUs: 0 }
  }

  /** What becomes of a run with a sample; undefined when it is over. */
  #follow(
    run: Run | undefined,
    { sample, last, isGap }: Seen,
    findings: Finding[],
    doors: number[],
  ): Run | undefined {
    if (!run) return undefined
    if (isGap) {
      if (run.openedUs > 0)
        findings.push(this.#tell(run, last?.timeUs ?? sample.timeUs, true, 'gap'))
      return undefined
    }
    if (this.#isOver(run, sample)) {
      if (run.openedUs > 0) findings.push(this.#tell(run, sample.timeUs, true))
      else if (run.isDoor && this.#isBackInTime(run, sample)) doors.push(run.first.timeUs)
      return undefined
    }
    const { worst } = run
    const isWorse =
      run.side === 'hot' ? sample.celsius > worst.celsius : sample.celsius < worst.celsius
    const certainty = worstOf(run.certainty, sample.certainty)
    const followed = { ...run, worst: isWorse ? sample : worst, certainty }
    if (run.openedUs > 0 && isWorse) findings.push(this.#tell(followed, sample.timeUs, false))
    return followed
  }

  #isOver({ side }: Run, { celsius }: Sample): boolean {
    const { low, high, hysteresis } = this.#inForce.parameters
    return side === 'hot' ? celsius <= high - hysteresis : celsius >= low + hysteresis
  }

  #isBackInTime({ first }: Run, { timeUs }: Sample): boolean {
    const minutes = this.#doors?.parameters.returnMinutes ?? 0
    return timeUs - first.timeUs <= minutes * US_A_MINUTE
  }

  /** Opens a run that has lasted too long, if it is out of range at this very moment. */
  #open(run: Run, sample: Sample, knownUs: number, findings: Finding[]): Run {
    if (run.openedUs > 0 || this.#sideOf(sample) !== run.side) return run
    if (sample.timeUs - run.first.timeUs < this.#patienceUs(run)) return run
    const opened = { ...run, openedUs: knownUs }
    findings.push(this.#tell(opened, sample.timeUs, false))
    return opened
  }

  #patienceUs(run: Run): number {
    const own = this.#allowedMinutes(run)
    const door = run.isDoor ? (this.#doors?.parameters.returnMinutes ?? 0) : 0
    return Math.max(own, door) * US_A_MINUTE
  }

  #allowedMinutes({ side }: Run): number {
    const { hotMinutes, coldMinutes } = this.#inForce.parameters
    return side === 'hot' ? hotMinutes : coldMinutes
  }

  #tell(run: Run, untilUs: number, isOver: boolean, hint?: Hint): Finding {
    const { first, worst, side } = run
    const { low, high } = this.#inForce.parameters
    const duration = (untilUs - first.timeUs) / US_A_MINUTE
    const limit = side === 'hot' ? high : low
    return finding(this.#inForce, side, {
      subject: this.#watched.subject,
      fromUs: first.timeUs,
      toUs: isOver ? untilUs : undefined,
      knowableUs: run.openedUs,
      certainty: run.certainty,
      measures: [
        { name: 'temperature', value: worst.celsius, limit, unit: 'celsius' },
        { name: 'duration', value: duration, limit: this.#allowedMinutes(run), unit: 'minutes' },
      ],
      readings: first.timeUs === worst.timeUs ? [readingOf(first)] : [first, worst].map(readingOf),
      affected: this.#watched.affected(first.timeUs, untilUs),
      cause: first.device,
      hint,
    })
  }

  /** Since when doors are opened too often; undefined while they are not. */
  #tooManyDoors(
    state: ExcursionState,
    doors: readonly number[],
    sample: Sample,
    findings: Finding[],
    knownUs: number,
  ): number | undefined {
    const rule = this.#doors
    const first = doors[0]
    if (!rule || first === undefined || doors.length <= rule.parameters.mostAnHour) return undefined
    const fromUs = state.doorsFromUs ?? first
    if (state.doorsFromUs === undefined) {
      findings.push(
        finding(rule, 'doors', {
          subject: this.#watched.subject,
          fromUs,
          toUs: sample.timeUs,
          knowableUs: knownUs,
          measures: [
            {
              name: 'doors',
              value: doors.length,
              limit: rule.parameters.mostAnHour,
              unit: 'count',
            },
          ],
          affected: this.#watched.affected(fromUs, sample.timeUs),
          hint: 'door',
        }),
      )
    }
    return fromUs
  }
}

interface Seen {
  readonly sample: Sample
  readonly last: Sample | undefined
  readonly isGap: boolean
}
