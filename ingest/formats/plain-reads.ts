/**
 * The simple form of reads, for readers whose payload is written by a template:
 * `{"time":"2026-03-04T08:15:42Z","reads":[{"epc":"303405A2D420E4C00002B7F1","antenna":1}]}`. A
 * read may have a `time` of its own, `rssi` in dBm, `count`, `tid` and `eventNum`; one read may
 * stand alone, without the list.
 */
import { type Failure, fail } from '#epcis/failure.ts'
import { isObject } from '#epcis/fields.ts'
import type { Decoded, Origin, RawRead } from '#ingest/decoded.ts'
import { rawRead } from './raw-read.ts'
import { readsOf } from './reads-of.ts'

export function decodePlainReads(payload: Uint8Array, origin: Origin): Decoded {
  return readsOf(payload, (value, first) => {
    const reads = value['reads'] ?? [value]
    if (!Array.isArray(reads)) return [fail('type_wrong', '/reads')]
    return reads.map((read, at) => oneRead(read, value['time'], first + at, origin))
  })
}

function oneRead(
  read: unknown,
  messageTime: unknown,
  index: number,
  origin: Origin,
): RawRead | Failure {
  if (!isObject(read)) return fail('type_wrong', '/reads')
  return rawRead(
    {
      hex: read['epc'],
      time: read['time'] ?? messageTime,
      antenna: read['antenna'],
      antennaName: read['antennaName'],
      rssiDbm: read['rssi'],
      count: read['count'],
      tid: read['tid'],
      eventNum: read['eventNum'],
    },
    index,
    origin,
  )
}
