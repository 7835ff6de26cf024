/** What the formats of sensors have in common: JSON objects of which each holds readings. */
import { fail } from '#epcis/failure.ts'
import { isObject, type JsonObject } from '#epcis/fields.ts'
import { type Decoded, MAX_PARTS, type PartFailure, wholly } from '#ingest/decoded.ts'
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
  return together(all, message.failures)
}

/** What the parts of one message say, as one; `behind`: what is wrong behind them. */
export function together(all: readonly Decoded[], behind: readonly PartFailure[]): Decoded {
  const [only] = all
  if (all.length === 1 && only !== undefined && behind.length === 0) return only
  // Numbered anew, as each part counts from 0.
  const failures = [...all.flatMap((one) => one.failures), ...behind]
  const readings = all.flatMap((one) => one.readings)
  if (readings.length + failures.length > MAX_PARTS) return wholly(fail('too_many_parts', ''))
  return {
    events: [],
    readings,
    numbers: all.flatMap(({ numbers = [] }) => numbers),
    failures: failures.map((failure, index) => ({ ...failure, index })),
  }
}
