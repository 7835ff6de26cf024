/**
 * One sensor as rules see it: where it is mounted, what it measured, and what all rules about
 * sensors find of that.
 */
import { type AlarmState, type Watched, warehouseMachine } from '#risk/alarm-rows.ts'
import { type ExcursionState, excursionMachine } from '#risk/excursion.ts'
import type { Watch } from '#risk/item-machine.ts'
import { enter, type Ledger } from '#risk/machine.ts'
import type { Scope } from '#risk/rule-set.ts'
import { orderOfSamples, type Sample, sampleOf } from '#risk/sample.ts'
import { type SensorState, sensorMachine } from '#risk/sensor-health.ts'
import { US_A_DAY } from '#risk/words.ts'
import { type Device, sensorKeyOf } from '#store/registry/schema.ts'
import type { Registry } from '#store/registry.ts'
import type { TelemetryQuery, TrailReader } from '#store/trail.ts'
import type { Waiting } from './sensor-gaps.ts'

export interface Sensor {
  readonly key: string
  readonly party: string
  /** Assets and places that it is mounted on. */
  readonly mounts: readonly string[]
}

/** What its rules are at. */
interface RuleStates {
  readonly run?: ExcursionState
  readonly store?: AlarmState
  readonly health?: SensorState
}

/** What its rules were at: what goes on for long is told again from there, as what it is. */
interface Mark {
  /** All until then had been taken. */
  readonly throughUs: number
  readonly states: RuleStates
}

export interface States extends RuleStates {
  /** The oldest first, one of them older than what is told again. */
  readonly marks?: readonly Mark[]
  /** When the last week was told again. */
  readonly sweptUs: number
  /** When something newer than all before was heard of it last. */
  readonly heardUs?: number
  /** Gaps that late values may fill yet. */
  readonly waiting?: Waiting
  /** Products that were with it when that was looked up last; undefined where it never was. */
  readonly products?: readonly string[]
  /** Whether the last value was out of their limits: that lasts until the next one. */
  readonly isOut?: boolean
}

/** So much is told again. */
export const SWEPT_US = 7 * US_A_DAY
const MARK_EVERY_US = SWEPT_US / 2

/** Of all that is remembered what rules are at. */
export function ruleStatesOf({ run, store, health, marks }: States) {
  return { ...restOf({ run, store, health }), ...(marks && { marks }) }
}

function restOf({
  run,
  store,
  health,
}: { [Name in keyof RuleStates]: RuleStates[Name] | undefined }): RuleStates {
  return { ...(run && { run }), ...(store && { store }), ...(health && { health }) }
}

/** From where on a sensor is told again, and what its rules were at there. */
export function beginningOf({ marks = [] }: States, fromUs: number) {
  const at = marks.findLastIndex(({ throughUs }) => throughUs < fromUs)
  const mark = marks[at]
  if (!mark) return { fromUs, states: { sweptUs: 0 } }
  const states: States = { ...mark.states, marks: marks.slice(0, at + 1), sweptUs: 0 }
  return { fromUs: mark.throughUs + 1, states }
}

/** The rules as they hold for a sensor, by time. */
export function rulesOf(
  { party, mounts }: Sensor,
  { rules, reference }: Watch,
  domainOf: (party: string) => Scope['domain'],
): RulesAt {
  const domain = domainOf(party)
  const site = mounts.map((key) => reference.place(key)?.site ?? key)[0]
  return (timeUs) => rules.all({ domain, site }, timeUs)
}

/** Samples that are held at once. */
const MOST_SAMPLES = 50_000

export interface SamplePage {
  readonly samples: readonly Sample[]
  readonly isLast: boolean
}

/**
 * What it measured, in order, page by page. Of a key that several parties measure under, its own
 * party's.
 */
export async function* samplesOf(
  trail: Pick<TrailReader, 'telemetry'>,
  sensor: Sensor,
  span: { readonly fromUs: number; readonly toUs?: number },
  most = MOST_SAMPLES,
): AsyncGenerator<SamplePage> {
  let { fromUs } = span
  for (;;) {
    const { samples, throughUs } = await firstSamples(trail, sensor, { ...span, fromUs }, most)
    yield { samples, isLast: throughUs === undefined }
    if (throughUs === undefined) return
    fromUs = throughUs + 1
  }
}

/**
 * The earliest of a span; `throughUs`: up to when they are all, undefined where that is its end.
 * The series of a sensor follow one another, so that where one of them is cut nothing is known of
 * the next: the span is shortened then, and read once more.
 */
async function firstSamples(
  trail: Pick<TrailReader, 'telemetry'>,
  { key, party }: Sensor,
  span: Pick<TelemetryQuery, 'fromUs' | 'toUs'>,
  most: number,
): Promise<{ readonly samples: readonly Sample[]; readonly throughUs: number | undefined }> {
  let throughUs: number | undefined
  for (;;) {
    const query = {
      ...{ devices: [key], types: ['Temperature'], ...span },
      ...(throughUs !== undefined && { toUs: throughUs }),
    }
    const samples: Sample[] = []
    for await (const points of trail.telemetry(query)) {
      for (const point of points) {
        const sample = point.party === party ? sampleOf(point) : undefined
        if (sample) samples.push(sample)
      }
      if (samples.length > most) break
    }
    samples.sort(orderOfSamples)
    const middle = samples[samples.length >> 1]
    const isCut = samples.length > most && middle !== undefined && middle.timeUs !== throughUs
    if (!isCut) return { samples, throughUs }
    throughUs = middle.timeUs
  }
}

const EVER = Number.MAX_SAFE_INTEGER

export type RulesAt = (timeUs: number) => ReturnType<Watch['rules']['all']>

/** All rules of a sensor over its samples, which are taken in their order. */
export class SensorTelling {
  readonly #watched: Watched
  readonly #rulesAt: RulesAt
  readonly #ledger: Ledger = new Map()
  readonly #before: States
  #states: States
  #lastUs: number | undefined

  constructor({ key }: Sensor, before: States, rulesAt: RulesAt) {
    this.#watched = { subject: key, affected: () => [] }
    this.#rulesAt = rulesAt
    this.#before = before
    this.#states = before
  }

  take(samples: readonly Sample[]): void {
    for (const sample of samples) this.#step(sample)
  }

  #step(sample: Sample): void {
    // Values of one time are taken as one.
    if (sample.timeUs !== this.#lastUs) this.#mark(sample.timeUs)
    this.#lastUs = sample.timeUs
    const { A1, A4, A9, A11 } = this.#rulesAt(sample.timeUs)
    const states = this.#states
    if (A1 && A1.revision !== 'default') {
      const machine = excursionMachine(A1, A9, this.#watched)
      const stepped = machine.step(states.run ?? machine.start, sample)
      enter(this.#ledger, stepped)
      this.#states = { ...this.#states, run: stepped.state }
    }
    if (A4 && A4.revision !== 'default') {
      const machine = warehouseMachine(A4, this.#watched)
      const stepped = machine.step(states.store ?? machine.start, sample)
      enter(this.#ledger, stepped)
      this.#states = { ...this.#states, store: stepped.state }
    }
    if (A11) {
      const machine = sensorMachine(A11, this.#watched)
      const stepped = machine.step(states.health ?? machine.start, sample)
      enter(this.#ledger, stepped)
      this.#states = { ...this.#states, health: stepped.state }
    }
  }

  #mark(timeUs: number): void {
    const { marks = [], run, store, health } = this.#states
    const last = marks.at(-1)
    const states = restOf({ run, store, health })
    const isSoon = last !== undefined && timeUs - last.throughUs < MARK_EVERY_US
    if (isSoon || Object.keys(states).length === 0) return
    const oldest = marks.findLastIndex(({ throughUs }) => throughUs < timeUs - SWEPT_US)
    const kept = marks.slice(Math.max(0, oldest))
    this.#states = { ...this.#states, marks: [...kept, { throughUs: timeUs - 1, states }] }
  }

  /** What is found so far. */
  get told() {
    return { states: this.#states, findings: [...this.#ledger.values()] }
  }

  /**
   * Silences told before that were none, as its values have come after all. To be asked once they
   * were taken.
   */
  brokenSilences(): string[] {
    const { last, health = undefined } = { last: this.#states.health?.last, ...this.#before }
    const { A11 } = this.#rulesAt(last?.timeUs ?? 0)
    if (!A11 || !health || this.#states.health === health) return []
    const silent = sensorMachine(A11, this.#watched).overdue(health, EVER)
    return silent.flatMap(({ identity }) => (this.#ledger.has(identity) ? [] : [identity]))
  }

  /** What is found once all samples until now were taken. */
  toldBy(nowUs: number) {
    const { A11 } = this.#rulesAt(nowUs)
    const { health } = this.#states
    if (!A11 || !health) return { ...this.told, dueUs: undefined }
    const machine = sensorMachine(A11, this.#watched)
    for (const each of machine.overdue(health, nowUs)) this.#ledger.set(each.identity, each)
    return { ...this.told, dueUs: machine.dueUs(health) }
  }
}

const AT_ONCE = 1000

export function readSensors({ devices }: Pick<Registry, 'devices'>): Sensor[] {
  const found: Sensor[] = []
  let after: string | undefined
  do {
    const page = devices.list({ after, limit: AT_ONCE })
    for (const device of page.items) found.push(...sensorsOf(device))
    after = page.after
  } while (after !== undefined)
  return found
}

function sensorsOf(device: Device): Sensor[] {
  const { party, binding = {}, sensors = [] } = device
  const { asset, bizLocation, readPoint } = binding
  const mounts = [...new Set([asset, bizLocation, readPoint].flatMap((key) => key ?? []))]
  const own = { key: sensorKeyOf(device), party, mounts }
  return [own, ...sensors.map(({ epc }) => ({ key: epc, party, mounts: [] }))]
}
