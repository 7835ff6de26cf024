/** What the network servers of LoRaWAN have in common: decoded objects, or the sensor's bytes. */
import { type Failure, fail } from '#epcis/failure.ts'
import { isObject } from '#epcis/fields.ts'
import { type Decoded, type Origin, partFailure, wholly } from '#ingest/decoded.ts'
import type { Device } from '#store/registry/schema.ts'
import { codecValues } from './codec-values.ts'
import { milesightValues } from './milesight-tlv.ts'
import { normalizedValues, withoutRepeated } from './normalized.ts'
import { bytesOfBase64 } from './raw-read.ts'
import { readingsOf, type Sensor, type Value } from './sensor-readings.ts'

/** What one uplink holds. */
export interface Uplink {
  readonly sensor: Sensor
  readonly devEui: string | undefined
  readonly time: unknown
  /** What a codec of the network server has made of the bytes, where it has one. */
  readonly object: unknown
  /** The same in the names and units of The Things Stack, where it has them. */
  readonly normalized?: unknown
  /** Base64. */
  readonly data: unknown
}

const MAX_BASE64 = 1024
const nothing: Decoded = { events: [], readings: [], failures: [] }

/** The readings of an uplink. One without any payload says nothing. */
export function decodeUplink(uplink: Uplink, device: Device, origin: Origin): Decoded {
  const { sensor, time, object, data } = uplink
  const normal = normalizedValues(uplink.normalized)
  if (isObject(object) || normal.values.length > 0) {
    const decoded = codecValues(isObject(object) ? object : {}, device.fields ?? [])
    const own = inPercent(decoded.values, uplink.devEui)
    const values = [...normal.values, ...withoutRepeated(own, normal.values)]
    const failures = [...normal.failures, ...decoded.failures]
    return withFailures(readingsOf(values, time, sensor, origin), failures, values.length)
  }
  if (data === undefined || data === '' || data === null) return nothing
  if (device.codec === undefined) return wholly(fail('codec_missing', '/data'))
  const bytes = bytesOfBase64(data, MAX_BASE64)
  if (bytes === undefined) return wholly(fail('sensor_bytes_malformed', '/data'))
  const { values, failure } = milesightValues(bytes, device.codec)
  const failures = failure === undefined ? [] : [failure]
  return withFailures(readingsOf(values, time, sensor, origin), failures, values.length)
}

/** What is refused beside the values has its numbers behind theirs. */
function withFailures(decoded: Decoded, failures: readonly Failure[], from: number): Decoded {
  const more = failures.map((failure, index) => partFailure(failure, from + index))
  return { ...decoded, failures: [...decoded.failures, ...more] }
}

/** The part of a DevEUI that its maker has from the IEEE: Milesight. */
const OF_MILESIGHT = /^24e124/i

/** `battery` is percent with one maker and volts with another; of one the address tells it. */
function inPercent(values: readonly Value[], devEui = ''): readonly Value[] {
  if (!OF_MILESIGHT.test(devEui)) return values
  return values.map((one) => (one.name === 'battery' ? { ...one, name: 'batteryLevel' } : one))
}
