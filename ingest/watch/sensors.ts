/**
 * The rules about sensors: A1, A4, A9 and A11 of each registered one. Items that were with one that
 * is out of the limits of their product are told anew (tell-exposure.ts). Readings have no numbers
 * of their own, so each sensor is asked for what is newer than its last one; once an hour the last
 * week is told again, for what came late, and it is looked up which products are with it.
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
import type { Registry } from '#store/registry.ts'
import type { TrailReader } from '#store/trail.ts'
import type { Mounted } from '#trace/surroundings.ts'
import type { Draft } from './draft.ts'
import { askForPart, askLater, type ExposedPart, exposedOf } from './exposed.ts'
import {
  readSensors,
  rulesOf,
  type Sensor,
  SensorTelling,
  type States,
  samplesOf,
} from './sensor-states.ts'

export interface SensorParts {
  readonly trail: TrailReader
  readonly registry: Registry
  readonly mounted: Mounted
}

export interface SensorWatch extends Watch {
  readonly cold: ColdLimits
}

const US_AN_HOUR = 3_600_000_000
const SWEPT_US = 7 * 24 * US_AN_HOUR
/** Sensors are looked at no more often. */
const EVERY_US = 2_000_000

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

  async #lookAt(sensor: Sensor, draft: Draft, watch: SensorWatch, nowUs: number): Promise<boolean> {
    const { registry } = this.#parts
    const key = `sensor ${sensor.party} ${sensor.key}`
    const memory = draft.sensor(key)
    const before: States = memory ? JSON.parse(memory.state) : { sweptUs: 0 }
    const isSweep = memory !== undefined && nowUs - before.sweptUs > US_AN_HOUR
    const lastUs = memory?.lastUs ?? 0
    const fromUs = Math.max(0, isSweep ? Math.min(lastUs, nowUs) - SWEPT_US : lastUs + 1)
    const rulesAt = rulesOf(sensor, watch, (party) => registry.parties.get(party)?.domain)
    const telling = new SensorTelling(sensor, isSweep ? { sweptUs: 0 } : before, rulesAt)
    const limits = watch.cold.of(isSweep ? undefined : before.products)
    const wasOut = !isSweep && before.isOut === true
    const heard = await this.#hear(sensor, telling, { fromUs, limits, isSweep, wasOut })
    const isDue = memory?.dueUs !== undefined && memory.dueUs <= nowUs
    if (!heard.last && !isDue && !isSweep) return false
    // While there is more of the past nothing can be said of what is missing by now.
    const told = heard.isLast ? telling.toldBy(nowUs) : { ...telling.told, dueUs: undefined }
    const isAsked = heard.isOut || told.findings.length > 0
    const part = isAsked ? await exposedOf(this.#parts, sensor) : undefined
    const findings = told.findings.map((each) => (part ? withAffected(each, part, nowUs) : each))
    this.#enter(draft, key, findings, isSweep ? fromUs : undefined)
    for (const identity of isSweep ? [] : telling.brokenSilences()) draft.drop(identity, 'late')
    const reason = isSweep ? 'late' : 'newer'
    if (heard.isOut && part) {
      askForPart(part, sensor, draft, reason, nowUs)
      askLater(sensor, draft, reason, nowUs)
    }
    const { last } = heard
    const present = productsOf(part, before, watch.reference)
    const states: States = {
      ...told.states,
      sweptUs: isSweep || !memory ? nowUs : before.sweptUs,
      ...present,
      isOut: last ? isOutOf(watch.cold.of(present.products), last) : before.isOut === true,
    }
    const dueUs = told.dueUs !== undefined && told.dueUs > nowUs ? told.dueUs : undefined
    const toUs = Math.max(lastUs, last?.timeUs ?? 0)
    draft.putSensor({ key, lastUs: toUs, dueUs, state: JSON.stringify(states) })
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
      for (const each of findings) draft.tell(key, each, true)
      return
    }
    const older = draft.entries(key).flatMap(({ finding }) => {
      return finding.fromUs < sweptUs ? finding : []
    })
    const again = findings.filter((each) => each.fromUs >= sweptUs)
    draft.replace(key, [...older, ...again], 'late', sure)
  }

  #all(): readonly Sensor[] {
    const { registry } = this.#parts
    const version = registry.version()
    if (this.#sensors?.version !== version) this.#sensors = { version, all: readSensors(registry) }
    return this.#sensors.all
  }
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

/** With the items that were there; of those beyond the first it is said how many there are. */
function withAffected(finding: Finding, { exposed, rest }: ExposedPart, nowUs: number): Finding {
  const stretches = exposed.flatMap((each) => each.stretches)
  const affected = affectedBy(stretches, finding.fromUs, finding.toUs ?? nowUs)
  if (rest === 0) return { ...finding, affected }
  const more = { name: 'notNamed', value: rest, limit: undefined, unit: 'count' } as const
  return { ...finding, affected, measures: [...finding.measures, more] }
}
