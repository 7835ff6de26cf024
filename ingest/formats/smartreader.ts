/**
 * SmartReader on an Impinj R700, and Speedway Connect on the older R420: an object with a list
 * `tag_reads`. Times are microseconds since 1970. What the reader says of itself (`readerName`,
 * `mac`, `site`) and its own reading of the tag (`tagDataKey` and its like) is not looked at; an
 * object without the list is one of its status messages.
 */
import { type Failure, fail } from '#epcis/failure.ts'
import { isObject, type JsonObject } from '#epcis/fields.ts'
import type { Decoded, Origin, RawRead } from '#ingest/decoded.ts'
import { rawRead } from './raw-read.ts'
import { passOver, readsOf } from './reads-of.ts'

export function decodeSmartReader(payload: Uint8Array, origin: Origin): Decoded {
  return readsOf(payload, (value, first) => {
    const reads = value['tag_reads']
    if (reads === undefined) {
      return isOfReader(value) ? passOver(value) : [fail('format_malformed', '/tag_reads')]
    }
    if (!Array.isArray(reads)) return [fail('format_malformed', '/tag_reads')]
    return reads
      .filter((read) => !isHeartBeat(read))
      .map((read, at) => oneRead(read, first + at, origin))
  })
}

function oneRead(read: unknown, index: number, origin: Origin): RawRead | Failure {
  if (!isObject(read)) return fail('format_malformed', '/tag_reads')
  return rawRead(
    {
      hex: read['epc'],
      time: read['firstSeenTimestamp'],
      antenna: read['antennaPort'],
      antennaName: read['antennaZone'],
      rssiDbm: read['peakRssi'],
      tid: read['tid'],
    },
    index,
    origin,
  )
}

/** Sent while nothing is read, with a text for an EPC. */
function isHeartBeat(read: unknown): boolean {
  return isObject(read) && (read['isHeartBeat'] === true || read['isHeartBeat'] === 'true')
}

function isOfReader(value: JsonObject): boolean {
  return ['readerName', 'reader_name', 'status', 'mac'].some((name) => value[name] !== undefined)
}
