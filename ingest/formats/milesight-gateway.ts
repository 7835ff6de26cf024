/**
 * A Milesight UG gateway with its own network server: one topic for all of its sensors, and the
 * DevEUI in the message alone. So a sensor has a key of its own only where the registry lists its
 * DevEUI for this gateway; all others are components of the gateway. With a codec on the gateway
 * the values stand in `object` or beside the other fields; without one, in `data`.
 */
import { fail } from '#epcis/failure.ts'
import { isObject, type JsonObject } from '#epcis/fields.ts'
import { type Decoded, wholly } from '#ingest/decoded.ts'
import type { FormatInput } from './format-input.ts'
import { decodeUplink } from './lorawan.ts'
import { decodeObjects } from './objects.ts'
import { textOf } from './raw-read.ts'
import { runningNumber } from './running-number.ts'
import { sensorBehind } from './sensor-readings.ts'

/** Fields of the gateway and of the radio: none of them is measured by the sensor. */
const ENVELOPE: ReadonlySet<string> = new Set([
  ...['applicationID', 'applicationName', 'devEUI', 'deviceName', 'deviceID', 'gatewaySN'],
  ...['gatewayTime', 'fCnt', 'fPort', 'data', 'rxInfo', 'time', 'txInfo', 'metadata', 'object'],
  ...['adr', 'confirmed', 'cellularIP', 'devAddr'],
])

export function decodeMilesightGateway({ payload, origin, device }: FormatInput): Decoded {
  return decodeObjects(payload, (value) => {
    const { fCnt, data, devAddr } = value
    // Gateways and settings of theirs differ in its case, and it is one series all the same.
    const devEui = textOf(value['devEUI'])?.toLowerCase()
    // Without it the values of all sensors would be one series.
    if (devEui === undefined) return wholly(fail('field_missing', '/devEUI'))
    const sensor = sensorBehind(device, devEui)
    const time = value['time'] ?? value['gatewayTime']
    const uplink = { sensor, devEui, time, object: objectOf(value), data }
    const decoded = decodeUplink(uplink, device, origin)
    return { ...decoded, numbers: runningNumber(devEui, fCnt, devAddr) }
  })
}

function objectOf(value: JsonObject): unknown {
  if (isObject(value['object'])) return value['object']
  const beside = Object.entries(value).filter(([name]) => !ENVELOPE.has(name))
  return beside.length === 0 ? undefined : Object.fromEntries(beside)
}
