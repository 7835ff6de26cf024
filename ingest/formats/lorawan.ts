/** What the network servers of LoRaWAN have in common: decoded objects, or the sensor's bytes. */
import { fail } from '#epcis/failure.ts'
import { isObject } from '#epcis/fields.ts'
import { type Decoded, type Origin, partFailure, wholly } from '#ingest/decoded.ts'
import type { Device } from '#store/registry/schema.ts'
import { milesightValues } from './milesight-tlv.ts'
import { bytesOfBase64 } from './raw-read.ts'
import { readingsOf, type Sensor, valuesOf } from './sensor-readings.ts'

/** What one uplink holds. */
export interface Uplink {
  readonly sensor: Sensor
  readonly time: unknown
  /** What a codec of the network server has made of the bytes, where it has one. */
  readonly object: unknown
  /** Base64. */
  readonly data: unknown
}

const MAX_BASE64 = 1024
const nothing: Decoded = { events: [], readings: [], failures: [] }

/** The readings of an uplink. One without any payload says nothing. */
export function decodeUplink(
  { sensor, time, object, data }: Uplink,
  device: Device,
  origin: Origin,
): Decoded {
  if (isObject(object)) return readingsOf(valuesOf(object), time, sensor, origin)
  if (data === undefined || data === '' || data === null) return nothing
  if (device.codec === undefined) return wholly(fail('codec_missing', '/data'))
  const bytes = bytesOfBase64(data, MAX_BASE64)
  if (bytes === undefined) return wholly(fail('sensor_bytes_malformed', '/data'))
  const { values, failure } = milesightValues(bytes, device.codec)
  const decoded = readingsOf(values, time, sensor, origin)
  if (failure === undefined) return decoded
  return { ...decoded, failures: [...decoded.failures, partFailure(failure, values.length)] }
}
