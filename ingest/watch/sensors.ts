/**
 * The rules about sensors: A1, A4, A9 and A11 of each registered one. Items that were with one that
 * is out of the limits of their product are told anew (tell-exposure.ts). Readings have no numbers
 * of their own, so each sensor is asked for what is newer than its last one; once an hour the last
 * week is told again, for what came late, and it is looked up which products are with it.
 *
 * A1, A4 and A9 speak where a change of rules gives limits for the site of the sensor: a default
 * for medicines would be wrong for most.
 */
import { type AlarmState, type Watched, warehouseMachine } from '#risk/alarm-rows.ts'
import type { Reason } from '#risk/difference.ts'
import { type ExcursionState, excursionMachine } from '#risk/excursion.ts'
import { productOf } from '#risk/facts.ts'
import type { Finding } from '#risk/finding.ts'
import type { Watch } from '#risk/item-machine.ts'
import { enter, type Ledger } from '#risk/machine.ts'
import { affectedBy, orderOfSamples, type Sample, sampleOf } from '#risk/sample.ts'
import { type SensorState, sensorMachine } from '#risk/sensor-health.ts'
import type { RegistryReference } from '#store/reference.ts'
import { type Device, sensorKeyOf } from '#store/registry/schema.ts'
import type { Registry } from '#store/registry.ts'
import type { TrailReader } from '#store/trail.ts'
import type { Mounted } from '#trace/exposure.ts'
import type { Draft } from './draft.ts'
import { type Exposed, itemsWith } from './with-sensor.ts'

interface Sensor {
  readonly key: string
  readonly party: string
  /** Assets and places that it is mounted on. */
  readonly mounts: readonly string[]
}

interface States {
  readonly run?: ExcursionState
  readonly store?: AlarmState
  readonly health?: SensorState
  /** When the last week was told again. */
  readonly sweptUs: number
  /** Products that were with it when that was looked up last; undefined where it never was. */
  readonly products?: readonly string[]
}

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
    const key = `sensor ${sensor.party} ${sensor.key}`
    const memory = draft.sensor(key)
    const before: States = memory ? JSON.parse(memory.state) : { sweptUs: 0 }
    const isSweep = memory !== undefined && nowUs - before.sweptUs > US_AN_HOUR
    const lastUs = memory?.lastUs ?? 0
    const fromUs = isSweep ? Math.min(lastUs, nowUs) - SWEPT_US : lastUs + 1
    const samples = await this.#samples(sensor, Math.max(0, fromUs))
    const isDue = memory?.dueUs !== undefined && memory.dueUs <= nowUs
    if (samples.length === 0 && !isDue && !isSweep) return false
    const told = tell(
      sensor,
      samples,
      isSweep ? { sweptUs: 0 } : before,
      this.#rules(sensor, watch),
      nowUs,
    )
    const concerned = isSweep ? undefined : before.products
    const isOut = isOutOf(limitsOf(watch.reference, concerned), samples)
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

  #rules({ party, mounts }: Sensor, { rules, reference }: Watch) {
    const domain = this.#parts.registry.parties.get(party)?.domain
    const site = mounts.map((key) => reference.place(key)?.site ?? key)[0]
    return (timeUs: number) => rules.all({ domain, site }, timeUs)
  }

  async #samples({ key, party }: Sensor, fromUs: number): Promise<Sample[]> {
    const found: Sample[] = []
    const query = { devices: [key], types: ['Temperature'], fromUs }
    for await (const points of this.#parts.trail.telemetry(query)) {
      for (const point of points) {
        const sample = point.party === party ? sampleOf(point) : undefined
        if (sample) found.push(sample)
      }
    }
    return found.sort(orderOfSamples)
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

/** Above it the mean of what is kept at room temperature may be too high. */
const ROOM_MEAN = 25
/** Products of one sensor that are remembered; beyond it all limits count. */
const MOST_PRODUCTS = 50

interface Limits {
  readonly low: number
  readonly high: number
}

/** Outside of which something may be found of some products; undefined is all of them. */
function limitsOf({ limits }: RegistryReference, products: readonly string[] | undefined) {
  const among = products && new Set(products)
  return limits.flatMap(({ product = '', parameters: { low, high } = {} }): Limits[] => {
    if (typeof low !== 'number' || typeof high !== 'number') return []
    if (among && !among.has(product)) return []
    // At room temperature a mean can be too high long before any value is.
    return [{ low, high: Math.min(high, low < 8 ? high : ROOM_MEAN) }]
  })
}

function isOutOf(limits: readonly Limits[], samples: readonly Sample[]): boolean {
  const low = Math.max(...limits.map((each) => each.low))
  const high = Math.min(...limits.map((each) => each.high))
  return limits.length > 0 && samples.some(({ celsius }) => celsius > high || celsius < low)
}

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

type RulesAt = (timeUs: number) => ReturnType<Watch['rules']['all']>

/** Steps of all rules of a sensor over some samples, in their order. */
function tell(
  { key }: Sensor,
  samples: readonly Sample[],
  before: States,
  rulesAt: RulesAt,
  nowUs: number,
) {
  const watched: Watched = { subject: key, affected: () => [] }
  const ledger: Ledger = new Map()
  let states: States = before
  let dueUs: number | undefined
  for (const sample of samples) {
    const { A1, A4, A9, A11 } = rulesAt(sample.timeUs)
    if (A1 && A1.revision !== 'default') {
      const machine = excursionMachine(A1, A9, watched)
      const stepped = machine.step(states.run ?? machine.start, sample)
      enter(ledger, stepped)
      states = { ...states, run: stepped.state }
    }
    if (A4 && A4.revision !== 'default') {
      const machine = warehouseMachine(A4, watched)
      const stepped = machine.step(states.store ?? machine.start, sample)
      enter(ledger, stepped)
      states = { ...states, store: stepped.state }
    }
    if (A11) {
      const machine = sensorMachine(A11, watched)
      const stepped = machine.step(states.health ?? machine.start, sample)
      enter(ledger, stepped)
      states = { ...states, health: stepped.state }
    }
  }
  const { A11 } = rulesAt(nowUs)
  if (A11 && states.health) {
    const machine = sensorMachine(A11, watched)
    dueUs = machine.dueUs(states.health)
    for (const each of machine.overdue(states.health, nowUs)) ledger.set(each.identity, each)
  }
  return { states, dueUs, findings: [...ledger.values()] }
}

function withAffected(finding: Finding, exposed: readonly Exposed[], nowUs: number): Finding {
  const stretches = exposed.flatMap((each) => each.stretches)
  return { ...finding, affected: affectedBy(stretches, finding.fromUs, finding.toUs ?? nowUs) }
}

const AT_ONCE = 1000

function readSensors({ devices }: Registry): Sensor[] {
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
