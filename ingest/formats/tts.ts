/**
 * The Things Stack v3, JSON: `v3/{application}[@{tenant}]/devices/{device id}/up`. What the payload
 * formatter has decoded and normalized, or the bytes. Other topics (join, down) are passed over,
 * and so is an uplink that somebody has typed in for a trial. The sensor is the one of the topic;
 * the registry may have it by its DevEUI as well.
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

export function decodeTts({ payload, topic, origin, device }: FormatInput): Decoded {
  const levels = topic.split('/')
  if (levels.at(-1) !== 'up') return { events: [], readings: [], failures: [] }
  const id = levels[levels.indexOf('devices') + 1]
  const isOneOfMany = device.topics.some(({ topic: own }) => own.includes('+'))
  const isNamed = isOneOfMany || device.sensors !== undefined
  return decodeObjects(payload, (value) => {
    const ids = isObject(value['end_device_ids']) ? value['end_device_ids'] : {}
    const named = ids['device_id']
    if (typeof named === 'string' && named !== id) {
      return wholly(fail('sender_contradicts', '/end_device_ids/device_id', named))
    }
    if (value['simulated'] === true) return wholly(fail('reading_simulated', '/simulated'))
    const uplink = value['uplink_message']
    if (!isObject(uplink)) return wholly(fail('format_malformed', '/uplink_message'))
    const devEui = textOf(ids['dev_eui'])
    const sensor = isNamed ? sensorBehind(device, id, devEui) : sensorBehind(device, undefined)
    const time = uplink['received_at'] ?? value['received_at']
    const { decoded_payload: object, normalized_payload: normalized, frm_payload: data } = uplink
    const read = { sensor, devEui, time, object, normalized, data }
    const decoded = decodeUplink(read, device, origin)
    return { ...decoded, numbers: numberOf(uplink, id ?? '') }
  })
}

/** Each join makes another session; a counter of 0 is not sent. */
function numberOf({ f_cnt, session_key_id }: JsonObject, id: string) {
  const value = f_cnt ?? (session_key_id === undefined ? undefined : 0)
  return runningNumber(id, value, session_key_id)
}
