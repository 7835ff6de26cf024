/**
 * The forms of telemetry that belong to no maker: packs of SenML are arrays, objects are the simple
 * form or, where they have a name of SenML, its records. A message is one of them, one a line, or
 * one right behind the other.
 */
import { isObject } from '#epcis/fields.ts'
import { decodeSenml } from '#ingest/decode-senml.ts'
import { decodeTelemetry } from '#ingest/decode-telemetry.ts'
import { type Decoded, type Origin, partFailure, wholly } from '#ingest/decoded.ts'
import { jsonTexts } from './json-values.ts'
import { together } from './objects.ts'

/** A message on the channel `telemetry` of a device without a format. */
export function decodePlainReadings(payload: Uint8Array, origin: Origin, sensor: string): Decoded {
  return readingsIn(payload, isRecord, (value) =>
    Array.isArray(value)
      ? decodeSenml(value, origin, sensor)
      : decodeTelemetry(value, origin, sensor),
  )
}

/** A message in the format `senml`. */
export function decodeSenmlPacks(payload: Uint8Array, origin: Origin, sensor: string): Decoded {
  return readingsIn(payload, isObject, (pack) => decodeSenml(pack, origin, sensor))
}

/** A record that stands outside a pack. The simple form has none of its names. */
function isRecord(value: unknown): boolean {
  return isObject(value) && (Object.hasOwn(value, 'n') || Object.hasOwn(value, 'bn'))
}

function readingsIn(
  payload: Uint8Array,
  isOfPack: (value: unknown) => boolean,
  decode: (value: unknown) => Decoded,
): Decoded {
  const texts = jsonTexts(payload)
  if (!texts.ok) return wholly(texts)
  const { found, failure } = texts
  // Records alone, one a line, are one pack: its base fields carry over as they do in a list.
  const all = isOfPack(found[0]) && found.every(isOfPack) ? [decode(found)] : found.map(decode)
  return together(all, failure === undefined ? [] : [partFailure(failure, -1)])
}
