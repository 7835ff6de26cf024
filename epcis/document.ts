/**
 * The events of a JSON payload: one bare event, an array of events, an EPCISDocument or an
 * EPCISQueryDocument. What surrounds the events is checked here, each event by checkEvent. Master
 * data of a header are let through unread.
 */
import { z } from 'zod'
import { outOfBounds } from './bounds.ts'
import { type Failure, fail } from './failure.ts'
import {
  context,
  failureOf,
  isObject,
  type JsonContext,
  object,
  open,
  pattern,
  string,
  time,
  typed,
  uri,
} from './fields.ts'
import { checkNames, namesOf } from './names.ts'

/** An event as it came, not checked, and the @context of the document around it. */
export interface FoundEvent {
  readonly event: unknown
  readonly context: JsonContext | undefined
}

export type ReadDocument = { readonly ok: true; readonly events: readonly FoundEvent[] } | Failure

const list = z.custom<readonly unknown[]>(Array.isArray, typed)
const schemaVersion = pattern(/^\d+(?:\.\d+)*$/, 'value_malformed')

const header = open({ epcisMasterData: object.optional() })
const document = open({
  '@context': context,
  type: z.literal('EPCISDocument'),
  id: uri.optional(),
  schemaVersion,
  creationDate: time,
  instanceIdentifier: string.optional(),
  sender: string.optional(),
  receiver: string.optional(),
  epcisHeader: header.optional(),
  epcisBody: open({ eventList: list }),
})

const resultsBody = open({ eventList: list, vocabularyList: list.optional() })
const queryResults = open({ queryName: string, subscriptionID: string.optional(), resultsBody })
const queryBody = open({ queryResults })
const queryDocument = open({
  '@context': context,
  type: z.literal('EPCISQueryDocument'),
  id: uri.optional(),
  schemaVersion: schemaVersion.optional(),
  creationDate: time.optional(),
  epcisBody: queryBody,
})

const envelope = z.discriminatedUnion('type', [document, queryDocument])
type Envelope = z.infer<typeof envelope>

const DOCUMENT_FIELDS = namesOf(document)
const HEADER_FIELDS = namesOf(header)
const QUERY_DOCUMENT_FIELDS = namesOf(queryDocument)
const QUERY_BODY_FIELDS = namesOf(queryBody)
const QUERY_RESULTS_FIELDS = namesOf(queryResults)
const RESULTS_BODY_FIELDS = namesOf(resultsBody)

/**
 * Finds the events of a payload. Fails where the payload is neither object nor array, or a document
 * is wrong outside its events; a bare event is only found, whatever it says.
 */
export function readDocument(json: unknown): ReadDocument {
  if (Array.isArray(json)) return foundIn(json, undefined)
  if (!isObject(json)) return fail('type_wrong', '')
  if (json['type'] !== 'EPCISDocument' && json['type'] !== 'EPCISQueryDocument') {
    return foundIn([json], undefined)
  }
  // The context is kept with every event, the rest of the envelope with none.
  const bound = outOfBounds(json['@context'])
  if (bound) return fail(bound, '/@context')
  if (!envelope.validate(json)) return failureOf(envelope, json)
  const wrong = checkEnvelopeNames(json)
  if (wrong) return wrong
  const body =
    json.type === 'EPCISDocument' ? json.epcisBody : json.epcisBody.queryResults.resultsBody
  return foundIn(body.eventList, json['@context'])
}

function foundIn(events: readonly unknown[], context: JsonContext | undefined): ReadDocument {
  return { ok: true, events: events.map((event) => ({ event, context })) }
}

/** The body of an EPCISDocument may hold any names [EPCIS-JSON-Schema, epcisDocument]. */
function checkEnvelopeNames(json: Envelope): Failure | undefined {
  if (json.type === 'EPCISDocument') {
    return (
      checkNames(json, DOCUMENT_FIELDS, [], []) ??
      checkNames(json.epcisHeader, HEADER_FIELDS, ['epcisHeader'], [])
    )
  }
  const path = ['epcisBody', 'queryResults', 'resultsBody']
  const { queryResults: results } = json.epcisBody
  return (
    checkNames(json, QUERY_DOCUMENT_FIELDS, [], []) ??
    checkNames(json.epcisBody, QUERY_BODY_FIELDS, path.slice(0, 1), []) ??
    checkNames(results, QUERY_RESULTS_FIELDS, path.slice(0, 2), []) ??
    checkNames(results.resultsBody, RESULTS_BODY_FIELDS, path, [])
  )
}
