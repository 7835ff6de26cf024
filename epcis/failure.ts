/**
 * The one table of what can be wrong with input: a stable code and a sentence each. Codes are part
 * of the interface (rejections, problem+json, the `rejected` topic): one is added, never renamed.
 * Expected bad input is a value, a Failure; nothing in this folder throws for it.
 */

export const FAILURES = {
  // The message as a whole.
  json_malformed: 'The payload is not JSON in UTF-8.',
  nested_too_deep: 'Objects and lists are nested deeper than 64 levels.',
  too_many_members: 'The lists of one event have more than 100,000 members together.',
  value_too_long: 'An identifier is longer than 2,048 characters.',
  context_malformed: '@context is neither a URI nor an object nor a list of these.',

  // Single fields, as the JSON Schema of EPCIS 2.0 has them.
  event_type_unknown: 'The type is none of the five event types and no EPCIS document.',
  field_missing: 'A required field is missing.',
  field_unknown: 'The standard has no such field here; an extension is named prefix:name.',
  type_wrong: 'The value is of the wrong JSON type.',
  word_unknown:
    'The value is neither a word of the standard for this field nor a URI of another vocabulary.',
  uri_malformed: 'The value is not an absolute URI.',
  time_invalid:
    'The value is not an RFC 3339 date-time with offset between the years 1970 and 2200.',
  offset_invalid: 'The time zone offset is not ±hh:mm between -14:00 and +14:00.',
  value_malformed: 'The value does not have the form that the field prescribes.',
  list_empty: 'The list must have at least one member.',
  value_repeated: 'A value stands twice in a list that holds each value once.',

  // Fields that are right one by one and wrong together.
  what_missing: 'The event names nothing that it happened to.',
  parent_missing: 'parentID may be left out only when the action is OBSERVE.',
  ilmd_not_allowed: 'An ObjectEvent carries ilmd only when its action is ADD.',
  transformation_incomplete:
    'A transformation names inputs and outputs, or a transformationID and one of them.',

  // What a device says outside EPCIS, and how.
  topic_unmapped: 'The device has no channel for this topic.',
  reads_not_supported:
    'Tag reads need a binding of the device that makes events of them, and it has none.',
  binding_unusable: 'The binding of the device makes events that are refused.',
  too_many_parts: 'One message holds more than 20,000 events or readings.',
  not_one_event: 'This way of capture takes exactly one event.',
  senml_version: 'The records of a pack are all of SenML version 10, or all of version 26.',
  senml_not_understood: 'A field whose label ends in _ must be understood, and is not known here.',
  senml_name: 'A name has up to 200 of A-Z a-z 0-9 - : . / _ and begins with one of A-Z a-z 0-9.',
  senml_value: 'A record has a number v or a boolean vb or a sum s; texts and data are not stored.',
  unit_unknown: 'The unit has no code of UN/ECE Rec. 20 that is known here.',

  // What readers and sensors say in the formats of their makers.
  format_malformed:
    'The message has not the form of the format that its device is registered with.',
  read_epc_malformed: 'The EPC of a read is neither hexadecimal nor base64 of whole bytes.',
  read_epc_contradicts: 'The EPC of a read is told twice, and not the same.',
  sender_contradicts: 'The message names another sender than its topic does.',
  reading_simulated: 'The reading was made up by hand and not measured.',
  codec_missing: 'The bytes of a sensor need a codec, and its device is registered with none.',
  sensor_bytes_malformed: 'The bytes of a sensor end too soon, or hold what its codec has not.',
  list_unknown: 'A list holds numbers of which nothing says what they measure.',
  value_implausible: 'The value is none of what its name says, in the unit that all mean by it.',
  protobuf_malformed: 'The payload is no message of Protocol Buffers in this format.',
  compressed_malformed: 'The payload says that it is compressed, and cannot be unpacked.',
  compressed_too_large: 'The compressed payload is of more than 8 MiB when it is unpacked.',
  birth_missing: 'No birth has said yet what this is: the node is asked for its births.',
  measurement_failed: 'The sensor says itself that it could not measure this.',
  csv_malformed: 'The first line names no columns that are known, or a line has other columns.',
  csv_time_missing: 'No column is known for the time, and not all was measured when it came.',
  csv_column_unknown:
    'A column with numbers is called like a measurement, and what it measures is not understood.',

  // What the store and the clock say.
  event_id_conflict: 'An event with the same identity and other content is already stored.',
  store_refused: 'The database that keeps events and readings will never take this one.',
  event_time_in_future: 'eventTime is more than 24 hours after the event was received.',
  reading_time_in_future: 'The reading is of more than 24 hours after it was received.',
  clock_not_set: 'The time is before 2010: nothing has set the clock of the device.',
} as const

export type FailureCode = keyof typeof FAILURES

export function isFailureCode(text: string): text is FailureCode {
  return Object.hasOwn(FAILURES, text)
}

/** What is odd, and kept all the same: stored with the event and shown with it. */
export const WARNINGS = {
  check_digit: 'An identifier breaks its check digit.',
  identifier_malformed: 'An identifier has the beginning of a GS1 key and not its form.',
  sensor_time_after_event: 'A sensor reading is later than the eventTime of its event.',
  prefix_undeclared: 'An extension uses a prefix that no @context declares.',
} as const

export type WarningCode = keyof typeof WARNINGS

/** `path` is a JSON Pointer (RFC 6901) to the place, '' for the whole. */
export interface Failure {
  readonly ok: false
  readonly code: FailureCode
  readonly path: string
  readonly message: string
}

/** A Failure with the sentence of its code, and what was found in place of the right thing. */
export function fail(code: FailureCode, path: string, detail?: string): Failure {
  const sentence: string = FAILURES[code]
  return { ok: false, code, path, message: detail ? `${sentence} ${detail}` : sentence }
}

/** JSON Pointer of the steps from the root: `['epcList', 3]` -> `/epcList/3`. */
export function pointer(steps: readonly PropertyKey[]): string {
  return steps.map((step) => `/${escapeStep(String(step))}`).join('')
}

function escapeStep(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1')
}
