/**
 * ChirpStack v4, JSON: `application/{id}/device/{DevEUI}/event/{type}`. `up` brings what the device
 * profile's codec has decoded (`object`), or the bytes (`data`); `status` the battery. Joins,
 * acknowledgements, logs and locations are passed over. Fields that are 0, false or empty are not
 * sent. The sensor is the one of the topic: a message that names another is refused.
 */
import { fail } from '#epcis/failure.ts'
import { isObject, type JsonObject } from '#epcis/fields.ts'
import { type Decoded, wholly } from '#ingest/decoded.ts'
import type { FormatInput } from './format-input.ts'
import { decodeUplink } from './lorawan.ts'
import { decodeObjects } from './objects.ts'
import { runningNumber } from './running-number.ts'
import { readingsOf, type Sensor, sensorBehind } from './sensor-readings.ts'

const nothing: Decoded = { events: [], readings: [], failures: [] }

export function decodeChirpStack({ payload, topic, origin, device }: FormatInput): Decoded {
  const levels = topic.split('/')
  const devEui = levels[levels.indexOf('device') + 1]?.toLowerCase()
  const event = levels.at(-1)
  if (event !== 'up' && event !== 'status') return nothing
  const isOneOfMany = device.topics.some(({ topic: own }) => own.includes('+'))
  const isListed = device.sensors !== undefined
  const sensor = sensorBehind(device, isOneOfMany || isListed ? devEui : undefined)
  return decodeObjects(payload, (value) => {
    const info = value['deviceInfo']
    // Version 3 has the same topics and other fields.
    if (!isObject(info)) return wholly(fail('format_malformed', '/deviceInfo'))
    const named = info['devEui']
    if (typeof named === 'string' && named.toLowerCase() !== devEui) {
      return wholly(fail('sender_contradicts', '/deviceInfo/devEui', named))
    }
    if (event === 'status') return statusOf(value, sensor, origin)
    const { object, data } = value
    const uplink = { sensor, devEui, time: timeOf(value), object, data }
    const decoded = decodeUplink(uplink, device, origin)
    return { ...decoded, numbers: numberOf(value, devEui ?? '') }
  })
}

/** A sensor has another address after each join; a counter of 0 is not sent. */
function numberOf({ fCnt, devAddr }: JsonObject, devEui: string) {
  const value = fCnt ?? (devAddr === undefined ? undefined : 0)
  return runningNumber(devEui, value, devAddr)
}

function timeOf(value: JsonObject): unknown {
  const [first] = Array.isArray(value['rxInfo']) ? value['rxInfo'] : []
  return value['time'] ?? (isObject(first) ? first['gwTime'] : undefined)
}

function statusOf(value: JsonObject, sensor: Sensor, origin: FormatInput['origin']): Decoded {
  const isUnknown =
    value['externalPowerSource'] === true || value['batteryLevelUnavailable'] === true
  if (isUnknown) return nothing
  const battery = { component: '', name: 'batteryPercent', value: value['batteryLevel'] }
  return readingsOf([battery], value['time'], sensor, origin)
}
