/**
 * Shelly, generations 2 and 3: `{id}/events/rpc` brings frames of which NotifyStatus and
 * NotifyFullStatus hold readings, `{id}/status/{component}` one component, `{id}/online` the word
 * of its will. `src` is not looked at. A device that wakes up without a clock sends a `ts` of no
 * worth and no `unixtime`: its readings are of the moment they came. A component that says that it
 * has failed, or that measures and has no value, is refused by itself.
 */
import { type Failure, fail, pointer } from '#epcis/failure.ts'
import { isObject, type JsonObject } from '#epcis/fields.ts'
import { type Decoded, type Origin, partFailure, wholly } from '#ingest/decoded.ts'
import type { FormatInput } from './format-input.ts'
import { decodeObjects } from './objects.ts'
import { numberOf } from './raw-read.ts'
import { readingsOf, type Sensor, sensorBehind, type Value } from './sensor-readings.ts'

const nothing: Decoded = { events: [], readings: [], failures: [] }
/** The field of a component that is measured, and what it is called in measure.ts. */
type Field = readonly [field: string, name: string, unit?: string]
/** Kinds of components that are there to measure: one without a value has failed. */
const sensors: Readonly<Record<string, Field>> = {
  temperature: ['tC', 'temperature'],
  humidity: ['rh', 'humidity'],
  voltmeter: ['voltage', 'V'],
  illuminance: ['lux', 'illuminance'],
}
/**
 * Those that may have a value. What a sensor of BTHome measures stands in the settings of the
 * Shelly alone, so that its number is kept under its own name.
 */
const others: Readonly<Record<string, readonly Field[]>> = {
  input: [
    ['percent', 'input', '%'],
    ['state', 'input'],
  ],
  bthomesensor: [['value', 'bthomesensor']],
  bthomedevice: [['battery', 'batteryPercent']],
}
/** 2020-01-01: an earlier time is that of a clock that has not been set. */
const FIRST_TIME_S = 1_577_836_800

export function decodeShelly({ payload, topic, origin, device }: FormatInput): Decoded {
  const levels = topic.split('/')
  if (levels.at(-1) === 'online') return nothing
  const sensor = sensorBehind(device, undefined)
  if (levels.at(-2) === 'status') {
    const component = levels.at(-1) ?? ''
    return decodeObjects(payload, (value) =>
      ofComponents([[component, value]], undefined, sensor, origin),
    )
  }
  return decodeObjects(payload, ({ method, params }) => {
    if (method !== 'NotifyStatus' && method !== 'NotifyFullStatus') {
      return typeof method === 'string' ? nothing : wholly(fail('format_malformed', '/method'))
    }
    if (!isObject(params)) return wholly(fail('format_malformed', '/params'))
    return ofComponents(Object.entries(params), timeOf(params), sensor, origin)
  })
}

function ofComponents(
  components: readonly (readonly [component: string, value: unknown])[],
  time: unknown,
  sensor: Sensor,
  origin: Origin,
): Decoded {
  const all = components.flatMap(([component, value]) =>
    isObject(value) ? [[component, value] as const] : [],
  )
  const values = all.flatMap(([component, value]) => valuesOf(component, value))
  const { readings, failures } = readingsOf(values, time, sensor, origin)
  const failed = all
    .flatMap(([component, value]) => failureIn(component, value) ?? [])
    .map((failure, at) => partFailure(failure, values.length + at))
  return { events: [], readings, failures: [...failures, ...failed] }
}

function valuesOf(component: string, value: JsonObject): Value[] {
  const kind = kindOf(component)
  if (kind === 'devicepower') {
    const battery = isObject(value['battery']) ? value['battery'] : {}
    return [
      { component, name: 'batteryPercent', value: battery['percent'] },
      { component, name: 'V', value: battery['V'] },
    ]
  }
  const fields = Object.hasOwn(others, kind) ? others[kind] : [sensorOf(kind)]
  const time = timeIn(value['last_updated_ts'])
  return (fields ?? []).flatMap((field) => {
    if (field === undefined) return []
    return [{ component, name: field[1], unit: field[2], value: value[field[0]], time }]
  })
}

function kindOf(component: string): string {
  return component.split(':')[0] ?? ''
}

function sensorOf(kind: string): Field | undefined {
  return Object.hasOwn(sensors, kind) ? sensors[kind] : undefined
}

/** What a component says is wrong: its probe is broken, or what it measures is out of its range. */
function failureIn(component: string, value: JsonObject): Failure | undefined {
  const kind = kindOf(component)
  const field = sensorOf(kind)
  const isKnown = field !== undefined || kind === 'devicepower' || Object.hasOwn(others, kind)
  const errors = isKnown && Array.isArray(value['errors']) ? value['errors'] : []
  const isMissing = field !== undefined && value[field[0]] === null
  if (errors.length === 0 && !isMissing) return undefined
  const words = errors.filter((word) => typeof word === 'string').slice(0, 5)
  return fail('measurement_failed', pointer([component]), [component, ...words].join(' '))
}

function timeOf(params: JsonObject): unknown {
  const { ts, sys } = params
  const hasNoClock = isObject(sys) && (sys['unixtime'] === null || sys['time'] === null)
  return hasNoClock ? undefined : timeIn(ts)
}

/** Seconds of a clock that has been set; undefined otherwise. */
function timeIn(value: unknown): number | undefined {
  const seconds = numberOf(value)
  return seconds === undefined || seconds < FIRST_TIME_S ? undefined : seconds
}
