/**
 * Zebra RFD40 and RFD90 sleds, `dataEVT`: `{type, timestamp, data: {tagData, barcodeData}}`. The
 * sled drops what is over 6,144 bytes without a word, so that a read may be missing, as its
 * `eventNum` then shows. Results of commands to a tag (`accessResults`) are not looked at. A bar
 * code is a read like that of a tag.
 */
import { type Failure, fail } from '#epcis/failure.ts'
import { isObject, type JsonObject } from '#epcis/fields.ts'
import type { Decoded, Origin, RawRead } from '#ingest/decoded.ts'
import { epcOfBank } from './epc-bank.ts'
import { codeRead, given, rawRead } from './raw-read.ts'
import { listOf, passOver, readsOf } from './reads-of.ts'

export function decodeZebraRfd(payload: Uint8Array, origin: Origin): Decoded {
  return readsOf(payload, (value, first) => readsIn(value, first, origin), numbersIn)
}

function readsIn(value: JsonObject, first: number, origin: Origin) {
  const { data, timestamp } = value
  if (!isObject(data)) return [fail('format_malformed', '/data')]
  const { tagData: tags = [], barcodeData: codes = [] } = data
  if (!Array.isArray(tags)) return [fail('format_malformed', '/data/tagData')]
  if (!Array.isArray(codes)) return [fail('format_malformed', '/data/barcodeData')]
  if (data['tagData'] === undefined && data['barcodeData'] === undefined) return passOver(value)
  const behind = first + tags.length
  return [
    ...tags.map((tag, at) => oneRead(tag, timestamp, first + at, origin)),
    ...codes.map((code, at) => oneCode(code, timestamp, behind + at, origin)),
  ]
}

function numbersIn({ data }: JsonObject): unknown[] {
  const { tagData, barcodeData } = isObject(data) ? data : {}
  const all = [...listOf(tagData), ...listOf(barcodeData)]
  return all.map((one) => (isObject(one) ? one['eventNum'] : undefined))
}

function oneRead(tag: unknown, time: unknown, index: number, origin: Origin): RawRead | Failure {
  if (!isObject(tag)) return fail('format_malformed', '/data/tagData')
  return rawRead(
    {
      hex: given(tag['EPCid'], epcOfBank(tag['EPC'])),
      time,
      rssiDbm: tag['peakRssi'],
      count: tag['seenCount'],
      tid: tag['TID'],
      eventNum: tag['eventNum'],
    },
    index,
    origin,
  )
}

function oneCode(code: unknown, time: unknown, index: number, origin: Origin): RawRead | Failure {
  if (!isObject(code)) return fail('format_malformed', '/data/barcodeData')
  const { decodedBarcode, eventNum } = code
  return codeRead({ code: decodedBarcode, time, eventNum }, index, origin)
}
