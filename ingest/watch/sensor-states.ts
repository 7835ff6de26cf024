/**
 * One sensor as rules see it: where it is mounted, what it measured, and what all rules about
 * sensors find of that.
 */
import { type AlarmState, type Watched, warehouseMachine } from '#risk/alarm-rows.ts'
import { type ExcursionState, excursionMachine } from '#risk/excursion.ts'
import type { Watch } from '#risk/item-machine.ts'
import { enter, type Ledger } from '#risk/machine.ts'
import type { RuleChange, Scope } from '#risk/rule-set.ts'
import { orderOfSamples, type Sample, sampleOf } from '#risk/sample.ts'
import { type SensorState, sensorMachine } from '#risk/sensor-health.ts'
import { type Device, sensorKeyOf } from '#store/registry/schema.ts'
import type { Registry } from '#store/registry.ts'
import type { TelemetryQuery, TrailReader } from '#store/trail.ts'

export interface Sensor {
  readonly key: string
  readonly party: string
  /** Assets and places that it is mounted on. */
  readonly mounts: readonly string[]
}

export interface States {
  readonly run?: ExcursionState
  readonly store?: AlarmState
  readonly health?: SensorState
  /** When the last week was told again. */
  readonly sweptUs: number
  /** Products that were with it when that was looked up last; undefined where it never was. */
  readonly products?: readonly string[]
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

/** What it measured, in order. Of a key that several parties measure under, its own party's. */
export async function samplesOf(
  trail: Pick<TrailReader, 'telemetry'>,
  { key, party }: Sensor,
  span: Pick<TelemetryQuery, 'fromUs' | 'toUs'>,
): Promise<Sample[]> {
  const found: Sample[] = []
  const query = { devices: [key], types: ['Temperature'], ...span }
  for await (const points of trail.telemetry(query)) {
    for (const point of points) {
      const sample = point.party === party ? sampleOf(point) : undefined
      if (sample) found.push(sample)
    }
  }
  return found.sort(orderOfSamples)
}

/** Above it the mean of what is kept at room temperature may be too high. */
const ROOM_MEAN = 25
export interface Limits {
  readonly low: number
  readonly high: number
}

/** Outside of which something may be found of some products; undefined is all of them. */
export function limitsOf(
  limits: readonly RuleChange[],
  products: readonly string[] | undefined,
): Limits[] {
  const among = products && new Set(products)
  return limits.flatMap(({ product = '', parameters: { low, high } = {} }): Limits[] => {
    if (typeof low !== 'number' || typeof high !== 'number') return []
    if (among && !among.has(product)) return []
    // At room temperature a mean can be too high long before any value is.
    return [{ low, high: Math.min(high, low < 8 ? high : ROOM_MEAN) }]
  })
}

export function isOutOf(limits: readonly Limits[], samples: readonly Sample[]): boolean {
  const low = Math.max(...limits.map((each) => each.low))
  const high = Math.min(...limits.map((each) => each.high))
  return limits.length > 0 && samples.some(({ celsius }) => celsius > high || celsius < low)
}

const EVER = Number.MAX_SAFE_INTEGER

export type RulesAt = (timeUs: number) => ReturnType<Watch['rules']['all']>

/** Steps of all rules of a sensor over some samples, in their order. */
export function tellSensor(
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
  const dropped: string[] = []
  if (A11 && states.health) {
    const machine = sensorMachine(A11, watched)
    // It was called silent when its values had not come yet.
    const silent = samples.length > 0 && before.health ? machine.overdue(before.health, EVER) : []
    for (const { identity } of silent) if (!ledger.has(identity)) dropped.push(identity)
    dueUs = machine.dueUs(states.health)
    for (const each of machine.overdue(states.health, nowUs)) ledger.set(each.identity, each)
  }
  return { states, dueUs, findings: [...ledger.values()], dropped }
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
