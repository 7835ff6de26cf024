/** What the formats of sensors have in common: JSON objects of which each holds readings. */
import { fail } from '#epcis/failure.ts'
import { isObject, type JsonObject } from '#epcis/fields.ts'
import { type Decoded, wholly } from '#ingest/decoded.ts'
import { jsonValues } from './json-values.ts'

/** The objects of a message, each decoded, as one. */
export function decodeObjects(
  payload: Uint8Array,
  decode: (value: JsonObject) => Decoded,
): Decoded {
  const message = jsonValues(payload)
  if (!message.ok) return wholly(message)
  const all = message.values.map(({ value }) =>
    isObject(value) ? decode(value) : wholly(fail('format_malformed', '')),
  )
  const [only] = all
  if (all.length === 1 && only !== undefined && message.failures.length === 0) return only
  // Numbered anew, as each object counts from 0.
  const failures = [...all.flatMap((one) => one.failures), ...message.failures]
  return {
    events: [],
    readings: all.flatMap(({ readings }) => readings),
    numbers: all.flatMap(({ numbers = [] }) => numbers),
    failures: failures.map((failure, index) => ({ ...failure, index })),
  }
}
