/**
 * Shelly, generations 2 and 3: `{id}/events/rpc` brings frames of which NotifyStatus and
 * NotifyFullStatus hold readings, `{id}/status/{component}` one component, `{id}/online` the word
 * of its will. `src` is not looked at. A device that wakes up without a clock sends a `ts` of no
 * worth and no `unixtime`: its readings are of the moment they came.
 */
import { fail } from '#epcis/failure.ts'
import { isObject, type JsonObject } from '#epcis/fields.ts'
import { type Decoded, wholly } from '#ingest/decoded.ts'
import type { FormatInput } from './format-input.ts'
import { decodeObjects } from './objects.ts'
import { numberOf } from './raw-read.ts'
import { readingsOf, sensorBehind, type Value } from './sensor-readings.ts'

const nothing: Decoded = { events: [], readings: [], failures: [] }
/** What is measured, by the kind of component: the field, and what it is called in measure.ts. */
const measured: Readonly<Record<string, readonly (readonly [field: string, name: string])[]>> = {
  temperature: [['tC', 'temperature']],
  humidity: [['rh', 'humidity']],
  voltmeter: [['voltage', 'V']],
  illuminance: [['lux', 'illuminance']],
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
      readingsOf(ofComponent(component, value), undefined, sensor, origin),
    )
  }
  return decodeObjects(payload, ({ method, params }) => {
    if (method !== 'NotifyStatus' && method !== 'NotifyFullStatus') {
      return typeof method === 'string' ? nothing : wholly(fail('format_malformed', '/method'))
    }
    if (!isObject(params)) return wholly(fail('format_malformed', '/params'))
    const values = Object.entries(params).flatMap(([name, value]) =>
      isObject(value) ? ofComponent(name, value) : [],
    )
    return readingsOf(values, timeOf(params), sensor, origin)
  })
}

function ofComponent(component: string, value: JsonObject): Value[] {
  const kind = component.split(':')[0] ?? ''
  if (kind === 'devicepower') {
    const battery = isObject(value['battery']) ? value['battery'] : {}
    return [
      { component, name: 'batteryPercent', value: battery['percent'] },
      { component, name: 'V', value: battery['V'] },
    ]
  }
  const fields = Object.hasOwn(measured, kind) ? (measured[kind] ?? []) : []
  return fields.map(([field, name]) => ({ component, name, value: value[field] }))
}

function timeOf(params: JsonObject): unknown {
  const { ts, sys } = params
  const hasNoClock = isObject(sys) && (sys['unixtime'] === null || sys['time'] === null)
  const seconds = numberOf(ts)
  return hasNoClock || seconds === undefined || seconds < FIRST_TIME_S ? undefined : seconds
}
