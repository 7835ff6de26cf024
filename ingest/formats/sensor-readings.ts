/** Readings of sensors in the formats of their makers: who measured, what, and when. */
import { type Failure, fail } from '#epcis/failure.ts'
import {
  type Decoded,
  MAX_PARTS,
  type Origin,
  ownerOf,
  type PartFailure,
  partFailure,
  timeFault,
  wholly,
} from '#ingest/decoded.ts'
import { type Device, sensorKeyOf } from '#store/registry/schema.ts'
import type { Reading } from '#store/trail.ts'
import { deviceTime } from './device-time.ts'
import { type Measure, measureOf, measureOfValue, numberFor } from './measure.ts'
import { textOf } from './raw-read.ts'

/** The sensor that readings are of, and what stands before the names of its components. */
export interface Sensor {
  readonly key: string
  readonly prefix: string
}

/**
 * The sensor that a message names by `id`, or by another name that it has. Its key is one that the
 * registry lists for this device; any other id only tells apart what the device itself measures.
 */
export function sensorBehind(device: Device, id: string | undefined, other?: string): Sensor {
  const own = sensorKeyOf(device)
  const listed = listedAs(device, id) ?? listedAs(device, other)
  if (listed !== undefined) return { key: listed.epc, prefix: '' }
  const shown = textOf(id)
  return { key: own, prefix: shown === undefined ? '' : `${shown.slice(0, 64)}/` }
}

function listedAs({ sensors }: Device, id: string | undefined) {
  return sensors?.find((one) => one.id.toLowerCase() === id?.toLowerCase())
}

/** One value on its way to be a reading. */
export interface Value {
  /** '' where the sensor has one of these only. */
  readonly component: string
  readonly name: string
  readonly unit?: string | undefined
  /** What it measures, where that is known without its name. */
  readonly measure?: Measure | undefined
  readonly value: unknown
  readonly time?: unknown
}

/**
 * The readings of some values. What is no number is left out; a time that is none, far in the
 * future or of a clock that nothing has set refuses its value, and so does a temperature or a
 * humidity that is a text, or a number that it cannot be. `time` is of those that have none of
 * their own.
 */
export function readingsOf(
  values: readonly Value[],
  time: unknown,
  sensor: Sensor,
  origin: Origin,
): Decoded {
  if (values.length > MAX_PARTS) return wholly(fail('too_many_parts', ''))
  const readings: Reading[] = []
  const failures: PartFailure[] = []
  for (const [index, one] of values.entries()) {
    const found = measured(one)
    if (found === undefined) continue
    const timeUs = 'ok' in found ? found : timeOf(one.time ?? time, origin)
    if (typeof timeUs !== 'number') failures.push(partFailure(timeUs, index))
    else if (!('ok' in found)) {
      readings.push({
        device: sensor.key,
        ...found,
        component: `${sensor.prefix}${one.component}`.replace(/\/$/, ''),
        timeUs,
        ...ownerOf(origin),
      })
    }
  }
  return { events: [], readings, failures }
}

/** What sensors write where they have not measured. */
const missing: ReadonlySet<string> = new Set(['', '-', '--', 'n/a', 'na', 'nan', 'null', 'none'])

/** Type, unit and number of a value; undefined where there is nothing to say of it. */
function measured(one: Value): (Measure & { readonly value: number }) | Failure | undefined {
  const { type } = one.measure ?? measureOf(one.name, one.unit)
  const value = numberFor(type, one.value)
  if (value === undefined) return notMeasured(type, one)
  const measure = one.measure ?? measureOfValue(value, one.name, one.unit)
  return measure === undefined
    ? fail('value_implausible', '/value', `${one.name}: ${value}`)
    : { value, ...measure }
}

function notMeasured(type: string, { name, value }: Value): Failure | undefined {
  const isWatched = type === 'Temperature' || type === 'RelativeHumidity'
  const isText = typeof value === 'string' && !missing.has(value.trim().toLowerCase())
  const isSaid = isText || typeof value === 'boolean'
  if (!isWatched || !isSaid) return undefined
  return fail('value_malformed', '/value', `${name}: ${String(value).slice(0, 100)}`)
}

function timeOf(time: unknown, origin: Origin): number | Failure {
  const found = deviceTime(time, origin.receivedAtUs)
  if (found === undefined) return fail('time_invalid', '/time')
  return timeFault(found.us, found.sent, '/time', origin) ?? found.us
}
