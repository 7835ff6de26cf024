/** What all formats of readers have in common: JSON objects of which some hold reads of tags. */
import { type Failure, fail } from '#epcis/failure.ts'
import { isObject, type JsonObject } from '#epcis/fields.ts'
import {
  type Decoded,
  MAX_PARTS,
  type PartFailure,
  partFailure,
  type RawRead,
  wholly,
} from '#ingest/decoded.ts'
import { jsonValues } from './json-values.ts'
import { runningNumber } from './running-number.ts'

/**
 * The reads of the objects of one message. `read` gives what one object holds, numbered from
 * `first` on. A read that is refused is so by itself. `numbersIn` gives the running numbers of an
 * object, where its reader has any.
 */
export function readsOf(
  payload: Uint8Array,
  read: (value: JsonObject, first: number) => readonly (RawRead | Failure)[],
  numbersIn?: (value: JsonObject) => readonly unknown[],
): Decoded {
  const message = jsonValues(payload)
  if (!message.ok) return wholly(message)
  const reads: RawRead[] = []
  const failures: PartFailure[] = []
  let next = 0
  for (const { value } of message.values) {
    const found = isObject(value) ? read(value, next) : [fail('format_malformed', '')]
    for (const [at, one] of found.entries()) {
      if ('ok' in one) failures.push(partFailure(one, next + at))
      else reads.push(one)
    }
    next += found.length
    if (next > MAX_PARTS) return wholly(fail('too_many_parts', ''))
  }
  for (const failure of message.failures) failures.push({ ...failure, index: next })
  if (numbersIn === undefined) return { events: [], readings: [], reads, failures }
  const numbers = message.values.flatMap(({ value }) =>
    isObject(value) ? numbersIn(value).flatMap((number) => runningNumber('', number)) : [],
  )
  return { events: [], readings: [], reads, numbers, failures }
}

/** The members of a list, or a thing alone as a list of one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}

/**
 * What an object without a read is in its format: nothing, or refused where its reads stand in the
 * fields of another maker. A reader that was registered with the wrong format must not fall silent.
 */
export function passOver(value: JsonObject): Failure[] {
  const places = listOf(value['data']).filter(isObject)
  const isOfAnother =
    Object.hasOwn(value, 'tagInventoryEvent') ||
    Object.hasOwn(value, 'tag_reads') ||
    Object.hasOwn(value, 'epc') ||
    Array.isArray(value['reads']) ||
    places.some((data) =>
      ['idHex', 'tagData', 'barcodeData'].some((name) => data[name] !== undefined),
    )
  return isOfAnother ? [fail('format_malformed', '')] : []
}
