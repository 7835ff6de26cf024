/**
 * The rules about sensors: A1, A4, A9 and A11 of each registered one. Items that were with one that
 * is out of the limits of their product are told anew (tell-exposure.ts). Readings have no numbers
 * of their own, so each sensor is asked for what is newer than its last one; once an hour the last
 * week is told again, for what came late, and it is looked up which products are with it. So it is
 * where gaps were waited with for long enough (sensor-gaps.ts).
 *
 * A1, A4 and A9 speak where a change of rules gives limits for the site of the sensor: a default
 * for medicines would be wrong for most.
 */
import { productKeyOf } from '#epcis/product-key.ts'
import type { Limit } from '#risk/alarm-rows.ts'
import { type ColdLimits, isOutOf } from '#risk/cold-limits.ts'
import type { Finding } from '#risk/finding.ts'
import type { Watch } from '#risk/item-machine.ts'
import type { Reference } from '#risk/reference.ts'
import { affectedBy, type Sample } from '#risk/sample.ts'
import { US_A_MINUTE } from '#risk/words.ts'
import type { Registry } from '#store/registry.ts'
import type { TrailReader } from '#store/trail.ts'
import type { Mounted } from '#trace/surroundings.ts'
import type { Draft } from './draft.ts'
import { askForPart, askLater, type ExposedPart, exposedOf } from './exposed.ts'
import { waitedWith, waitsUntilUs } from './sensor-gaps.ts'
import {
  beginningOf,
  type RulesAt,
  readSensors,
  ruleStatesOf,
  rulesOf,
  type Sensor,
  SensorTelling,
  type States,
  SWEPT_US,
  samplesOf,
} from './sensor-states.ts'

export interface SensorParts {
  readonly trail: TrailReader
  readonly registry: Registry
  readonly mounted: Mounted
  /** Whether there is a standing alert of an identity. */
  readonly isAlert: (identity: string) => boolean
}

export interface SensorWatch extends Watch {
  readonly cold: ColdLimits
}

const US_AN_HOUR = 3_600_000_000
/** Sensors are looked at no more often. */
const EVERY_US = 2_000_000

interface TellingParts {
  readonly rulesAt: RulesAt
  /** How long gaps are waited with. */
  readonly graceUs: number
  readonly watch: SensorWatch
  readonly nowUs: number
}

export class SensorRules {
  readonly #parts: SensorParts
  #sensors: { readonly version: number; readonly all: readonly Sensor[] } | undefined
  #lookedUs = 0

  constructor(parts: SensorParts) {
    this.#parts = parts
  }

  lookAgain(): void {
    this.#lookedUs = 0
  }

  /** Looks at what is new of all sensors; whether anything was. */
  async look(draft: Draft, watch: SensorWatch, nowUs: number) {
    if (nowUs - this.#lookedUs < EVERY_US) return false
    this.#lookedUs = nowUs
    let isNews = false
    for (const sensor of this.#all()) {
      if (await this.#lookAt(sensor, draft, watch, nowUs)) isNews = true
    }
    return isNews
  }

  /** First at what is new, so that what is told again then is for what came late alone. */
  async #lookAt(sensor: Sensor, draft: Draft, watch: SensorWatch, nowUs: number): Promise<boolean> {
    const { parties } = this.#parts.registry
    const rulesAt = rulesOf(sensor, watch, (party) => parties.get(party)?.domain)
    const graceUs = (rulesAt(nowUs).A11?.parameters.graceMinutes ?? 0) * US_A_MINUTE
    const telling = { rulesAt, graceUs, watch, nowUs }
    const isNews = await this.#tell(sensor, draft, telling, false)
    const memory = draft.sensor(keyOf(sensor))
    if (memory === undefined || !isToSweep(JSON.parse(memory.state), telling)) return isNews
    return this.#tell(sensor, draft, telling, true)
  }

  /** Tells what is new of a sensor, or its last week again; false where there is nothing. */
  async #tell(
    sensor: Sensor,
    draft: Draft,
    { rulesAt, graceUs, watch, nowUs }: TellingParts,
    isSweep: boolean,
  ): Promise<boolean> {
    const { isAlert } = this.#parts
    const key = keyOf(sensor)
    const memory = draft.sensor(key)
    const before: States = memory ? JSON.parse(memory.state) : { sweptUs: 0 }
    const lastUs = memory?.lastUs ?? 0
    const { fromUs, states: from } = isSweep
      ? beginningOf(before, sweptFromUs(Math.min(lastUs, nowUs), before))
      : { fromUs: lastUs + 1, states: before }
    const telling = new SensorTelling(sensor, from, rulesAt)
    const limits = watch.cold.of(isSweep ? undefined : before.products)
    const wasOut = !isSweep && before.isOut === true
    const heard = await this.#hear(sensor, telling, { fromUs, limits, isSweep, wasOut })
    const isDue = memory?.dueUs !== undefined && memory.dueUs <= nowUs
    if (!heard.last && !isDue && !isSweep) return false
    // While there is more of the past nothing can be said of what is missing by now.
    const told = heard.isLast ? telling.toldBy(nowUs) : { ...telling.told, dueUs: undefined }
    const last = Math.max(lastUs, heard.last?.timeUs ?? 0)
    const heardUs = last > lastUs ? nowUs : (before.heardUs ?? 0)
    const { held, waiting } = waitedWith(told.findings, before.waiting, {
      ...{ nowUs, heardUs, graceUs, isWhole: isSweep, isLast: heard.isLast },
      againFromUs: sweptFromUs(Math.min(last, nowUs)),
      isTold: ({ identity }) => draft.entry(identity) !== undefined || isAlert(identity),
    })
    const news = told.findings.filter((each) => !held.has(each))
    const isAsked = heard.isOut || news.length > 0
    const part = isAsked ? await exposedOf(this.#parts, sensor) : undefined
    const findings = news.map((each) => (part ? withAffected(each, part, nowUs) : each))
    this.#enter(draft, key, findings, isSweep ? fromUs : undefined)
    for (const identity of isSweep ? [] : telling.brokenSilences()) draft.drop(identity, 'late')
    const reason = isSweep ? 'late' : 'newer'
    if (heard.isOut && part) {
      askForPart(part, sensor, draft, reason, nowUs)
      askLater(sensor, draft, reason, nowUs)
    }
    const present = productsOf(part, before, watch.reference)
    const wasLast = heard.last
    const states: States = {
      ...ruleStatesOf(told.states),
      sweptUs: isSweep || !memory ? nowUs : before.sweptUs,
      heardUs,
      ...(waiting && { waiting }),
      ...present,
      isOut: wasLast ? isOutOf(watch.cold.of(present.products), wasLast) : before.isOut === true,
    }
    const dueUs = told.dueUs !== undefined && told.dueUs > nowUs ? told.dueUs : undefined
    draft.putSensor({ key, lastUs: last, dueUs, state: JSON.stringify(states) })
    if (!heard.isLast) this.lookAgain()
    return true
  }

  /** Takes what is new, a page of it; of a week that is told again all. */
  async #hear(
    sensor: Sensor,
    telling: SensorTelling,
    span: {
      readonly fromUs: number
      readonly limits: readonly Limit[]
      readonly isSweep: boolean
      readonly wasOut: boolean
    },
  ): Promise<Heard> {
    const { fromUs, limits, isSweep, wasOut } = span
    let last: Sample | undefined
    let isOut = false
    for await (const { samples, isLast } of samplesOf(this.#parts.trail, sensor, { fromUs })) {
      telling.take(samples)
      last = samples.at(-1) ?? last
      isOut ||= (wasOut && last !== undefined) || samples.some((each) => isOutOf(limits, each))
      if (isLast || !isSweep) return { last, isOut, isLast }
    }
    return { last, isOut, isLast: true }
  }

  /** `sweptUs`: all since then was told again; undefined where only what is new was told. */
  #enter(
    draft: Draft,
    key: string,
    findings: readonly Finding[],
    sweptUs: number | undefined,
  ): void {
    if (sweptUs === undefined) {
      for (const each of findings) draft.tell(key, each, true, isSilence(each) ? 'time' : 'newer')
      return
    }
    const again = new Set(findings.map(({ identity }) => identity))
    const older = draft.entries(key).flatMap(({ finding }) => {
      return finding.fromUs < sweptUs && !again.has(finding.identity) ? finding : []
    })
    draft.replace(key, [...older, ...findings], 'late', sure, (change) => {
      return change.change === 'raised' && isSilence(change.now) ? 'time' : change.reason
    })
  }

  #all(): readonly Sensor[] {
    const { registry } = this.#parts
    const version = registry.version()
    if (this.#sensors?.version !== version) this.#sensors = { version, all: readSensors(registry) }
    return this.#sensors.all
  }
}

function keyOf({ party, key }: Sensor): string {
  return `sensor ${party} ${key}`
}

/** Whether all of its last time is to be told again. */
function isToSweep(
  { sweptUs, waiting }: States,
  { graceUs, nowUs }: Pick<TellingParts, 'graceUs' | 'nowUs'>,
): boolean {
  if (waiting && waitsUntilUs(waiting, graceUs) <= nowUs) return true
  return nowUs - sweptUs > US_AN_HOUR
}

/** From when on it is told again: the last week, and what is waited for. */
function sweptFromUs(lastUs: number, { waiting }: Pick<States, 'waiting'> = {}): number {
  const [[firstUs] = [lastUs]] = waiting?.gaps ?? []
  return Math.max(0, Math.min(lastUs - SWEPT_US, firstUs))
}

interface Heard {
  readonly last: Sample | undefined
  /** Whether any was out of limits, or the one before was, until what came now. */
  readonly isOut: boolean
  /** Whether nothing is behind it. */
  readonly isLast: boolean
}

/** Products of one sensor that are remembered; beyond it all limits count. */
const MOST_PRODUCTS = 50

function productsOf(
  part: ExposedPart | undefined,
  { products }: States,
  reference: Pick<Reference, 'product'>,
): Pick<States, 'products'> {
  if (!part) return products ? { products } : {}
  // What is of no product, as containers are, goes by the rules of all such things: as ''.
  const own = (item: string) => (reference.product(item) ? item : '')
  const now = new Set(part.exposed.map(({ item }) => productKeyOf(item) ?? own(item)))
  // Of those that were not looked at the products are not known, nor of those that are yet to come
  // where nothing is.
  const isKnown = now.size > 0 && now.size <= MOST_PRODUCTS && part.rest === 0
  return isKnown ? { products: [...now] } : {}
}

const sure = () => true

/** What holds as nothing was heard. */
function isSilence({ rule, variant, toUs }: Finding): boolean {
  return rule === 'A11' && variant === 'gap' && toUs === undefined
}

/** With the items that were there; of those beyond the first it is said how many there are. */
function withAffected(finding: Finding, { exposed, rest }: ExposedPart, nowUs: number): Finding {
  const stretches = exposed.flatMap((each) => each.stretches)
  const affected = affectedBy(stretches, finding.fromUs, finding.toUs ?? nowUs)
  if (rest === 0) return { ...finding, affected }
  const more = { name: 'notNamed', value: rest, limit: undefined, unit: 'count' } as const
  return { ...finding, affected, measures: [...finding.measures, more] }
}
