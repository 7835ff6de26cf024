/**
 * EPCIS 2.0 in JSON: one event, an array of events, an EPCISDocument or an EPCISQueryDocument. Each
 * event is checked by itself and kept as the text it came in: nothing that its sender wrote is
 * lost, down to 26.0 and to numbers longer than a double holds.
 */
import { bareWord } from '#epcis/cbv.ts'
import { checkEvent } from '#epcis/check.ts'
import { type FoundEvent, readDocument } from '#epcis/document.ts'
import type { EpcisEvent } from '#epcis/event.ts'
import { type Failure, fail } from '#epcis/failure.ts'
import type { JsonContext } from '#epcis/fields.ts'
import { eventHash } from '#epcis/hash.ts'
import { identify } from '#epcis/identifier.ts'
import { parseTimeUs } from '#epcis/time.ts'
import type { Reading } from '#store/trail.ts'
import { membersOf, sensorValuesOf } from '#trace/members.ts'
import {
  type Decoded,
  type DecodedEvent,
  isFuture,
  MAX_PARTS,
  type Origin,
  ownerOf,
  type PartFailure,
  partFailure,
  wholly,
} from './decoded.ts'
import { editObject, itemSpans, type Span, spanAt, wholeSpan } from './json-text.ts'

/** Where the events of a document stand [EPCIS-JSON-Schema]. */
const eventLists: Readonly<Record<string, readonly string[]>> = {
  EPCISDocument: ['epcisBody', 'eventList'],
  EPCISQueryDocument: ['epcisBody', 'queryResults', 'resultsBody', 'eventList'],
}

/** The context that needs no keeping: every event is read with it. */
const OWN_CONTEXT = 'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'

/** The events of a message: its text, and the value that JSON.parse makes of it. */
export function decodeEpcis(text: string, value: unknown, origin: Origin): Decoded {
  const document = readDocument(value)
  if (!document.ok) return wholly(document)
  if (document.events.length > MAX_PARTS) return wholly(fail('too_many_parts', ''))
  const spans = eventSpans(text, value)
  const context = contextText(document.events[0]?.context)
  const events: DecodedEvent[] = []
  const failures: PartFailure[] = []
  for (const [index, found] of document.events.entries()) {
    const span = spans[index]
    if (span === undefined) throw new Error(`event ${index} has no place in the text`)
    const decoded = decodeEvent(found, { text, span, context }, origin)
    if ('ok' in decoded) failures.push(partFailure(decoded, index))
    else events.push({ index, ...decoded })
  }
  return { events, readings: [], failures }
}

/** Where an event stands in the text of its message, and the text of the message's context. */
interface Place {
  readonly text: string
  readonly span: Span
  readonly context: string | undefined
}

function decodeEvent(
  found: FoundEvent,
  place: Place,
  origin: Origin,
): Omit<DecodedEvent, 'index'> | Failure {
  const checked = checkEvent(found.event, found.context)
  if (!checked.ok) return checked
  const { event } = checked
  const eventTimeUs = timeUsOf(event.eventTime)
  if (isFuture(eventTimeUs, origin)) {
    return fail('event_time_in_future', '/eventTime', `Found ${event.eventTime}.`)
  }
  const { members, warnings } = membersOf(event, found.context)
  const eventID = event.eventID ?? eventHash(event, found.context)
  const { errorDeclaration, readPoint, bizLocation } = event
  const { party, recordTimeUs } = origin
  return {
    readings: readingsOf(event, origin),
    event: {
      eventID,
      party,
      recordTimeUs,
      eventTimeUs,
      type: event.type,
      action: event.type === 'TransformationEvent' ? undefined : event.action,
      bizStep: event.bizStep === undefined ? undefined : bareWord(event.bizStep),
      disposition: event.disposition === undefined ? undefined : bareWord(event.disposition),
      readPoint: readPoint && placeKey(readPoint.id),
      bizLocation: bizLocation && placeKey(bizLocation.id),
      declaredAtUs: errorDeclaration && timeUsOf(errorDeclaration.declarationTime),
      members,
      body: bodyOf(event, eventID, place),
      context: place.context,
      warnings: [...checked.warnings, ...warnings],
    },
  }
}

/** Places are few and named in every event: their keys are remembered, which saves a tenth. */
const placeKeys = new Map<string, string>()
const MAX_PLACE_KEYS = 10_000

function placeKey(id: string): string {
  const known = placeKeys.get(id)
  if (known !== undefined) return known
  const { key } = identify(id)
  if (placeKeys.size === MAX_PLACE_KEYS) placeKeys.clear()
  placeKeys.set(id, key)
  return key
}

/**
 * The numbers of known sensors; the event itself keeps everything. None of an event that declares
 * an error, as it repeats those it takes back, and none of a time in the far future.
 */
function readingsOf(event: EpcisEvent, origin: Origin): Reading[] {
  if (event.sensorElementList === undefined || event.errorDeclaration !== undefined) return []
  const place = event.readPoint ?? event.bizLocation
  const owner = ownerOf(place ? { ...origin, site: placeKey(place.id) } : origin)
  return sensorValuesOf(event)
    .filter(({ timeUs }) => !isFuture(timeUs, origin))
    .map(({ timeUs, ...value }) => ({ timeUs, ...value, ...owner }))
}

/** The event's own text, with its identity where that is ours, without the sender's recordTime. */
function bodyOf(event: EpcisEvent, eventID: string, { text, span }: Place): string {
  const isWhole = event.eventID !== undefined && event.recordTime === undefined
  if (isWhole) return text.slice(span.start, span.end)
  const add = event.eventID === undefined ? { eventID } : {}
  return editObject(text, span, { add, drop: ['recordTime'] })
}

function eventSpans(text: string, value: unknown): readonly Span[] {
  if (Array.isArray(value)) return itemSpans(text, wholeSpan(text).start)
  const path = eventLists[Object(value).type]
  if (path === undefined) return [wholeSpan(text)]
  const list = spanAt(text, path)
  return list === undefined ? [] : itemSpans(text, list.start)
}

function contextText(context: JsonContext | undefined): string | undefined {
  if (context === undefined || context === OWN_CONTEXT) return undefined
  const isOurs = Array.isArray(context) && context.every((part) => part === OWN_CONTEXT)
  return isOurs ? undefined : JSON.stringify(context)
}

/** Of a text that the schema has found to be a time. */
function timeUsOf(time: string): number {
  const timeUs = parseTimeUs(time)
  if (timeUs === undefined) throw new Error(`${time} was checked and is no time`)
  return timeUs
}
