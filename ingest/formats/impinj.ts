/**
 * Impinj R700 and R720, "IoT device interface": one event object a message, an array of them, or
 * one a line. Each field of a tag event is there only if the reader's preset asks for it. Events
 * that are no reads (inventory status, general purpose inputs, antennas) say nothing of a tag and
 * are passed over; `hostname` is not looked at.
 */
import { fail } from '#epcis/failure.ts'
import { isObject, type JsonObject } from '#epcis/fields.ts'
import type { Decoded, Origin, RawRead } from '#ingest/decoded.ts'
import { given, hexOfBase64, numberOf, rawRead } from './raw-read.ts'
import { passOver, readsOf } from './reads-of.ts'

export function decodeImpinj(payload: Uint8Array, origin: Origin): Decoded {
  return readsOf(payload, (value, index) => {
    const event = value['tagInventoryEvent']
    if (event === undefined && typeof value['eventType'] === 'string') return passOver(value)
    if (!isObject(event)) return [fail('format_malformed', '/tagInventoryEvent')]
    return [read(value, event, index, origin)]
  })
}

function read(
  envelope: JsonObject,
  event: JsonObject,
  index: number,
  origin: Origin,
): ReturnType<typeof rawRead> {
  return rawRead(
    {
      hex: event['epcHex'],
      base64: event['epc'],
      // The report may be later than the read where reads are gathered.
      time: given(event['lastSeenTime'], envelope['timestamp']),
      antenna: event['antennaPort'],
      antennaName: event['antennaName'],
      rssiDbm: hundredths(event['peakRssiCdbm']),
      tid: given(event['tidHex'], hexOfBase64(event['tid'])),
    },
    index,
    origin,
  )
}

function hundredths(value: unknown): RawRead['rssiDbm'] {
  const number = numberOf(value)
  return number === undefined ? undefined : number / 100
}
