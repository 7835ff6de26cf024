/**
 * The rules about sensors: A1, A4, A9 and A11 of each registered one. Items that were with one that
 * is out of the limits of their product are told anew (tell-exposure.ts). Readings have no numbers
 * of their own, so each sensor is asked for what is newer than its last one; once an hour the last
 * week is told again, for what came late, and it is looked up which products are with it.
 *
 * A1, A4 and A9 speak where a change of rules gives limits for the site of the sensor: a default
 * for medicines would be wrong for most.
 */
import type { Reason } from '#risk/difference.ts'
import { productOf } from '#risk/facts.ts'
import type { Finding } from '#risk/finding.ts'
import type { Watch } from '#risk/item-machine.ts'
import { affectedBy } from '#risk/sample.ts'
import type { RegistryReference } from '#store/reference.ts'
import type { Registry } from '#store/registry.ts'
import type { TrailReader } from '#store/trail.ts'
import type { Mounted } from '#trace/exposure.ts'
import type { Draft } from './draft.ts'
import {
  isOutOf,
  limitsOf,
  readSensors,
  rulesOf,
  type Sensor,
  type States,
  samplesOf,
  tellSensor,
} from './sensor-states.ts'
import { type Exposed, itemsWith } from './with-sensor.ts'

export interface SensorParts {
  readonly trail: TrailReader
  readonly registry: Registry
  readonly mounted: Mounted
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
  async look(draft: Draft, watch: Watch & { reference: RegistryReference }, nowUs: number) {
    if (nowUs - this.#lookedUs < EVERY_US) return false
    this.#lookedUs = nowUs
    let isNews = false
    for (const sensor of this.#all()) {
      if (await this.#lookAt(sensor, draft, watch, nowUs)) isNews = true
    }
    return isNews
  }

  async #lookAt(
    sensor: Sensor,
    draft: Draft,
    watch: Watch & { reference: RegistryReference },
    nowUs: number,
  ): Promise<boolean> {
    const { trail, registry } = this.#parts
    const key = `sensor ${sensor.party} ${sensor.key}`
    const memory = draft.sensor(key)
    const before: States = memory ? JSON.parse(memory.state) : { sweptUs: 0 }
    const isSweep = memory !== undefined && nowUs - before.sweptUs > US_AN_HOUR
    const lastUs = memory?.lastUs ?? 0
    const fromUs = isSweep ? Math.min(lastUs, nowUs) - SWEPT_US : lastUs + 1
    const samples = await samplesOf(trail, sensor, { fromUs: Math.max(0, fromUs) })
    const isDue = memory?.dueUs !== undefined && memory.dueUs <= nowUs
    if (samples.length === 0 && !isDue && !isSweep) return false
    const rulesAt = rulesOf(sensor, watch, (party) => registry.parties.get(party)?.domain)
    const told = tellSensor(sensor, samples, isSweep ? { sweptUs: 0 } : before, rulesAt, nowUs)
    const concerned = isSweep ? undefined : before.products
    const isOut = isOutOf(limitsOf(watch.reference.limits, concerned), samples)
    const exposed = isOut || told.findings.length > 0 ? await this.#exposed(sensor) : undefined
    const findings = told.findings.map((each) => withAffected(each, exposed ?? [], nowUs))
    if (isSweep) {
      const older = draft.entries(key).flatMap(({ finding }) => {
        return finding.fromUs < fromUs ? finding : []
      })
      draft.replace(
        key,
        [...older, ...findings.filter((each) => each.fromUs >= fromUs)],
        'late',
        sure,
      )
    } else {
      for (const each of findings) draft.tell(key, each, true)
      for (const identity of told.dropped) draft.drop(identity, 'late')
    }
    const reason = isSweep ? 'late' : 'newer'
    if (isOut) for (const each of exposed ?? []) askFor(each, draft, reason, nowUs)
    const states: States = {
      ...told.states,
      sweptUs: isSweep || !memory ? nowUs : before.sweptUs,
      ...productsOf(exposed, before),
    }
    const last = Math.max(lastUs, samples.at(-1)?.timeUs ?? 0)
    const dueUs = told.dueUs !== undefined && told.dueUs > nowUs ? told.dueUs : undefined
    draft.putSensor({ key, lastUs: last, dueUs, state: JSON.stringify(states) })
    return true
  }

  /** Items that were with it. */
  #exposed({ key, mounts }: Sensor): Promise<Exposed[]> {
    return itemsWith(this.#parts.trail, key, mounts, this.#parts.mounted)
  }

  #all(): readonly Sensor[] {
    const { registry } = this.#parts
    const version = registry.version()
    if (this.#sensors?.version !== version) this.#sensors = { version, all: readSensors(registry) }
    return this.#sensors.all
  }
}

/** Products of one sensor that are remembered; beyond it all limits count. */
const MOST_PRODUCTS = 50

function productsOf(
  exposed: readonly Exposed[] | undefined,
  { products }: States,
): Pick<States, 'products'> {
  if (!exposed) return products ? { products } : {}
  const now = new Set(exposed.flatMap(({ item }) => productOf(item) ?? []))
  return now.size > MOST_PRODUCTS ? {} : { products: [...now] }
}

/** Of one item temperatures are gone through no more often, while they only go on. */
const AGAIN_US = 60_000_000

/** The rules about an item's temperatures are to be told anew, and once what carries it arrives. */
function askFor(
  { item, stretches }: Exposed,
  { facts, known }: Draft,
  reason: Reason,
  nowUs: number,
): void {
  const toldUs = known.exposureTold(item)
  const isRecent = toldUs <= nowUs && nowUs < toldUs + AGAIN_US
  facts.ask(`exposure ${item}`, reason, isRecent ? toldUs + AGAIN_US : 0)
  const carriers = new Set([item, ...stretches.flatMap(({ via }) => via)])
  for (const carrier of carriers) facts.exposed.push({ carrier, item })
}

const sure = () => true

function withAffected(finding: Finding, exposed: readonly Exposed[], nowUs: number): Finding {
  const stretches = exposed.flatMap((each) => each.stretches)
  return { ...finding, affected: affectedBy(stretches, finding.fromUs, finding.toUs ?? nowUs) }
}
