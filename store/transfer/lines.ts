/**
 * Events and readings as lines of text, NDJSON: one JSON object a line that says what it is. Two
 * stores hold the same exactly where their lines are the same.
 */
import { z } from 'zod'
import type { Action, EventType } from '#epcis/event.ts'
import type { Kind } from '#epcis/identifier.ts'
import type { NewEvent, NewMember, Reading, SummedMinute } from '#store/trail.ts'
import { minuteUs } from '#store/windows.ts'
import { ROLES } from '#trace/source.ts'

/** What one line brings. */
export interface Line {
  readonly event?: NewEvent
  readonly reading?: Reading
  readonly minute?: SummedMinute
}

/** Why a line is not taken: a stable code, and a sentence. */
export interface BadLine {
  readonly code: 'not_utf8' | 'not_json' | 'bad_line' | 'body_not_json' | 'line_too_long'
  readonly message: string
}

const kinds = {
  instance: 'instance',
  lot: 'lot',
  class: 'class',
  'logistic-unit': 'logistic-unit',
  party: 'party',
  place: 'place',
  asset: 'asset',
  document: 'document',
  other: 'other',
} as const satisfies { [K in Kind]: K }
const types = {
  ObjectEvent: 'ObjectEvent',
  AggregationEvent: 'AggregationEvent',
  TransactionEvent: 'TransactionEvent',
  TransformationEvent: 'TransformationEvent',
  AssociationEvent: 'AssociationEvent',
} as const satisfies { [T in EventType]: T }
const actions = { ADD: 'ADD', OBSERVE: 'OBSERVE', DELETE: 'DELETE' } as const satisfies {
  [A in Action]: A
}

const loneSurrogate = /\p{Surrogate}/u
const text = z
  .string()
  .refine(
    (value) => !loneSurrogate.test(value) && !value.includes('\0'),
    'must be well-formed Unicode',
  )
const timeUs = z.int().nonnegative()
const memberSchema = z.strictObject({
  key: text,
  kind: z.enum(kinds),
  role: z.enum(ROLES),
  quantity: z.number().optional(),
  uom: text.optional(),
})
const eventSchema = z.strictObject({
  eventID: text,
  party: text,
  recordTimeUs: timeUs,
  eventTimeUs: timeUs,
  type: z.enum(types),
  action: z.enum(actions).optional(),
  bizStep: text.optional(),
  disposition: text.optional(),
  readPoint: text.optional(),
  bizLocation: text.optional(),
  declaredAtUs: timeUs.optional(),
  members: z.array(memberSchema),
  body: text,
  context: text.optional(),
  warnings: z.array(text),
})
const ofSeries = { device: text, type: text, component: text, uom: text, timeUs }
const readingSchema = z.strictObject({ ...ofSeries, value: z.number(), party: text })
const minuteSchema = z.strictObject({
  ...ofSeries,
  timeUs: timeUs.multipleOf(minuteUs),
  total: z.number(),
  least: z.number(),
  most: z.number(),
  n: z.int().positive(),
  party: text,
})
/** By the name of what a line brings. */
const lineSchemas = {
  event: z.strictObject({ event: eventSchema }),
  reading: z.strictObject({ reading: readingSchema }),
  minute: z.strictObject({ minute: minuteSchema }),
}

/** Without a line feed. */
export function eventLine(event: NewEvent): string {
  const { eventID, party, recordTimeUs, eventTimeUs, type, action, bizStep, ...rest } = event
  const { disposition, readPoint, bizLocation, declaredAtUs, body, context, warnings } = rest
  const where = { bizStep, disposition, readPoint, bizLocation, declaredAtUs }
  const what = { members: event.members.map(memberOf), body, context, warnings }
  const said = { eventID, party, recordTimeUs, eventTimeUs, type, action, ...where, ...what }
  return JSON.stringify({ event: said })
}

function memberOf({ key, kind, role, quantity, uom }: NewMember): NewMember {
  return { key, kind, role, quantity, uom }
}

/** Without a line feed. */
export function readingLine({
  device,
  type,
  component,
  uom,
  timeUs,
  value,
  party,
}: Reading): string {
  return JSON.stringify({ reading: { device, type, component, uom, timeUs, value, party } })
}

/** Without a line feed. */
export function minuteLine(minute: SummedMinute): string {
  const { device, type, component, uom, timeUs, total, least, most, n, party } = minute
  return JSON.stringify({
    minute: { device, type, component, uom, timeUs, total, least, most, n, party },
  })
}

/** What a line says, or what is wrong with it. */
export function readLine(line: string): Line | BadLine {
  const given = parse(line)
  if (given === undefined) return { code: 'not_json', message: 'the line is not JSON' }
  const names = typeof given.value === 'object' && given.value !== null ? given.value : {}
  const name = (['event', 'minute'] as const).find((one) => one in names) ?? 'reading'
  const read = lineSchemas[name].safeParse(given.value)
  if (!read.success) {
    const [issue] = read.error.issues
    const path = issue?.path.join('.') ?? ''
    return { code: 'bad_line', message: `${path === '' ? '' : `${path}: `}${issue?.message}` }
  }
  if (!('event' in read.data)) return read.data
  const event: NewEvent = { ...absent, ...read.data.event }
  const body = parse(event.body)?.value
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return { event }
  return { code: 'body_not_json', message: 'event.body: is not the text of a JSON object' }
}

/** What an event need not say. */
const absent = {
  action: undefined,
  bizStep: undefined,
  disposition: undefined,
  readPoint: undefined,
  bizLocation: undefined,
  declaredAtUs: undefined,
  context: undefined,
} as const

function parse(json: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(json) }
  } catch {
    return undefined
  }
}
