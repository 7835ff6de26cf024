/**
 * The simple form of telemetry, for devices that nobody wants to teach SenML:
 * `{"time":"2026-03-04T08:15:42Z","readings":[{"type":"Temperature","value":4.1,"uom":"CEL"}]}`.
 * A reading may have a `time` and a `component` of its own; without any time it is of the moment it
 * came. Times are those of device-time.ts, as in the simple form of reads. Types and units are the
 * words of EPCIS and UN/ECE Rec. 20. A field with another name is refused: it would be a misspelt
 * one. A wrong reading is refused by itself.
 */
import { z } from 'zod'
import { type Failure, fail } from '#epcis/failure.ts'
import { closed, decimal, failureOf, list, pattern } from '#epcis/fields.ts'
import type { Reading } from '#store/trail.ts'
import {
  type Decoded,
  MAX_PARTS,
  type Origin,
  ownerOf,
  type PartFailure,
  partFailure,
  timeFault,
  wholly,
} from './decoded.ts'
import { deviceTime } from './formats/device-time.ts'

const messageSchema = closed({ time: z.unknown().optional(), readings: list(z.unknown()) })
const readingSchema = closed({
  type: pattern(/^.{1,200}$/s, 'value_malformed'),
  value: decimal,
  uom: pattern(/^[A-Z0-9]{2,3}$/, 'value_malformed').optional(),
  component: pattern(/^.{0,200}$/s, 'value_malformed').optional(),
  time: z.unknown().optional(),
})

/** The readings of a message, which is parsed JSON. */
export function decodeTelemetry(message: unknown, origin: Origin, sensor: string): Decoded {
  if (!messageSchema.validate(message)) return wholly(failureOf(messageSchema, message))
  if (message.readings.length > MAX_PARTS) return wholly(fail('too_many_parts', '/readings'))
  const readings: Reading[] = []
  const failures: PartFailure[] = []
  for (const [index, item] of message.readings.entries()) {
    const reading = readReading(item, message.time, origin, sensor)
    if ('ok' in reading) failures.push(partFailure(reading, index))
    else readings.push(reading)
  }
  return { events: [], readings, failures }
}

function readReading(
  item: unknown,
  messageTime: unknown,
  origin: Origin,
  sensor: string,
): Reading | Failure {
  if (!readingSchema.validate(item)) return failureOf(readingSchema, item)
  const { type, value, uom = '', component = '', time } = item
  const found = deviceTime(time ?? messageTime, origin.receivedAtUs)
  if (found === undefined) return fail('time_invalid', '/time')
  const { us: timeUs, sent } = found
  const fault = timeFault(timeUs, sent, '/time', origin)
  return fault ?? { device: sensor, type, component, uom, timeUs, value, ...ownerOf(origin) }
}
