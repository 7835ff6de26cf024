/** Readings of sensors in the formats of their makers: who measured, what, and when. */
import { type Failure, fail } from '#epcis/failure.ts'
import { isObject } from '#epcis/fields.ts'
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
import { measureOf, numericOf } from './measure.ts'
import { textOf } from './raw-read.ts'

/** The sensor that readings are of, and what stands before the names of its components. */
export interface Sensor {
  readonly key: string
  readonly prefix: string
}

/**
 * The sensor that a message names by `id`. Its key is one that the registry lists for this device;
 * any other id only tells apart what the device itself measures.
 */
export function sensorBehind(device: Device, id: string | undefined): Sensor {
  const own = sensorKeyOf(device)
  const listed = device.sensors?.find((one) => one.id.toLowerCase() === id?.toLowerCase())
  if (listed !== undefined) return { key: listed.epc, prefix: '' }
  const shown = textOf(id)
  return { key: own, prefix: shown === undefined ? '' : `${shown.slice(0, 64)}/` }
}

/** One value on its way to be a reading. */
export interface Value {
  /** '' where the sensor has one of these only. */
  readonly component: string
  readonly name: string
  readonly unit?: string | undefined
  readonly value: unknown
  readonly time?: unknown
}

/**
 * The readings of some values. What is no number is left out; a time that is none, far in the
 * future or of a clock that nothing has set refuses its value. `time` is of those that have none of
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
    const value = numericOf(one.value)
    if (value === undefined) continue
    const timeUs = timeOf(one.time ?? time, origin)
    if (typeof timeUs !== 'number') failures.push(partFailure(timeUs, index))
    else {
      readings.push({
        device: sensor.key,
        ...measureOf(one.name, one.unit),
        component: `${sensor.prefix}${one.component}`.replace(/\/$/, ''),
        timeUs,
        value,
        ...ownerOf(origin),
      })
    }
  }
  return { events: [], readings, failures }
}

function timeOf(time: unknown, origin: Origin): number | Failure {
  const found = deviceTime(time, origin.receivedAtUs)
  if (found === undefined) return fail('time_invalid', '/time')
  return timeFault(found.us, found.sent, '/time', origin) ?? found.us
}

const MAX_VALUES_DEEP = 8
const CHANNEL = /^(.*?)[_-](ch(?:n|annel)?_?\d{1,3})$/i

/**
 * The values of an object that a codec has made of a sensor's bytes: numbers and states by their
 * names, objects inside by their paths. `temperature_chn1` is a temperature of component `chn1`. A
 * list `history` holds objects of the past with a time each.
 */
export function valuesOf(object: unknown, time?: unknown): Value[] {
  const values: Value[] = []
  collect(object, [], time, values)
  return values
}

function collect(value: unknown, path: readonly string[], time: unknown, into: Value[]): void {
  if (into.length > MAX_PARTS) return
  if (isObject(value)) {
    if (path.length >= MAX_VALUES_DEEP) return
    const own = value['timestamp'] ?? value['time'] ?? time
    for (const [name, inner] of Object.entries(value)) {
      if (name === 'timestamp' || name === 'time') continue
      const isPast = name === 'history' && Array.isArray(inner)
      if (isPast) for (const past of inner) collect(past, path, own, into)
      else collect(inner, [...path, name], own, into)
    }
    return
  }
  const last = textOf(path.at(-1))
  if (last === undefined || numericOf(value) === undefined) return
  const [, name = last, channel = ''] = CHANNEL.exec(last) ?? []
  const component = [...path.slice(0, -1), ...(channel === '' ? [] : [channel])].join('/')
  into.push({ component: component.slice(0, 100), name, value, time })
}
