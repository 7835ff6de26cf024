/**
 * Zebra FX7500, FX9600 and ATR7000 with the IoT Connector: `{type, timestamp, data}`, alone, in an
 * array or one right behind the other. `data` is one read or a list of them. Channel and phase,
 * user memory, and what the reader says of itself (`MAC`, `hostName`) are not looked at. Objects
 * without a tag are management events.
 */
import { type Failure, fail } from '#epcis/failure.ts'
import { isObject, type JsonObject } from '#epcis/fields.ts'
import type { Decoded, Origin, RawRead } from '#ingest/decoded.ts'
import { epcOfBank } from './epc-bank.ts'
import { given, rawRead } from './raw-read.ts'
import { listOf, passOver, readsOf } from './reads-of.ts'

export function decodeZebraFx(payload: Uint8Array, origin: Origin): Decoded {
  return readsOf(
    payload,
    (value, first) => {
      const tags = tagsOf(value)
      if (tags.length > 0) return tags.map((tag, at) => oneRead(value, tag, first + at, origin))
      return isEvent(value) ? passOver(value) : [fail('format_malformed', '')]
    },
    (value) => tagsOf(value).map(({ eventNum }) => eventNum),
  )
}

function tagsOf({ data }: JsonObject): JsonObject[] {
  return listOf(data).filter(isObject).filter(hasTag)
}

function isEvent(value: JsonObject): boolean {
  return typeof value['type'] === 'string' || typeof value['eventType'] === 'string'
}

function hasTag(tag: JsonObject): boolean {
  return tag['idHex'] !== undefined || tag['EPC'] !== undefined
}

function oneRead(
  { timestamp }: JsonObject,
  tag: JsonObject,
  index: number,
  origin: Origin,
): RawRead | Failure {
  return rawRead(
    {
      hex: given(tag['idHex'], epcOfBank(tag['EPC'])),
      time: timestamp,
      antenna: tag['antenna'],
      rssiDbm: tag['peakRssi'],
      count: tag['reads'],
      tid: tag['TID'],
      eventNum: tag['eventNum'],
    },
    index,
    origin,
  )
}
