/**
 * The five event types of EPCIS 2.0, field by field as EPCIS-JSON-Schema has them: one zod union
 * and the types it gives. Every issue's message is a code of failure.ts, and nothing is
 * transformed, so a valid event is the sender's own object, extensions and order included.
 *
 * What is not said here, because it concerns several fields or the names of extensions, is in
 * check.ts; what comes from outside goes through checkEvent, never through eventSchema alone.
 */
import { z } from 'zod'
import { VOCABULARIES, type Vocabulary } from './cbv.ts'
import type { FailureCode } from './failure.ts'
import {
  boolean,
  closed,
  context,
  decimal,
  distinctUris,
  list,
  object,
  open,
  pattern,
  string,
  text,
  texts,
  time,
  typed,
  uri,
  uris,
  wrongUri,
} from './fields.ts'

/** A word of the standard, or a URI; never the word in the spelling of the XML binding. */
function wrongWord(vocabulary: Vocabulary, notHere: RegExp) {
  return (value: string): FailureCode | undefined => {
    if (vocabulary.words.has(value)) return undefined
    if (notHere.test(value) || !value.includes(':')) return 'word_unknown'
    return wrongUri(value)
  }
}

const CBV_IN_FULL = /^(?:urn:epcglobal:cbv|https?:\/\/ns\.gs1\.org\/cbv\/)/
const WEB_VOCABULARY_IN_FULL = /^https?:\/\/(?:www\.)?gs1\.org\/voc\//
const OFFSET = /^[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)$/
const UOM = /^[A-Z0-9]{2,3}$/
const HEX = /^[A-Fa-f0-9]+$/

const action = z.enum(['ADD', 'OBSERVE', 'DELETE'], {
  error: (issue) => (typeof issue.input === 'string' ? 'word_unknown' : typed.error(issue)),
})
const wrongDisposition = wrongWord(VOCABULARIES.disposition, CBV_IN_FULL)
const disposition = text(wrongDisposition)
const dispositions = texts(wrongDisposition, 'once').min(1, 'list_empty')

export const errorDeclaration = open({
  declarationTime: time,
  reason: text(wrongWord(VOCABULARIES.errorReason, CBV_IN_FULL)).optional(),
  correctiveEventIDs: uris.optional(),
})

const quantityElement = closed({
  epcClass: uri,
  quantity: decimal.optional(),
  uom: pattern(UOM, 'value_malformed').optional(),
})

const bizTransaction = closed({
  type: text(wrongWord(VOCABULARIES.bizTransactionType, CBV_IN_FULL)).optional(),
  bizTransaction: uri,
})

const partyOrPlace = text(wrongWord(VOCABULARIES.sourceDestinationType, CBV_IN_FULL))

const persistentDisposition = closed({
  set: dispositions.optional(),
  unset: dispositions.optional(),
}).refine((value) => value.set !== undefined || value.unset !== undefined, 'field_missing')

export const sensorMetadata = open({
  time: time.optional(),
  startTime: time.optional(),
  endTime: time.optional(),
  deviceID: uri.optional(),
  deviceMetadata: uri.optional(),
  rawData: uri.optional(),
  dataProcessingMethod: uri.optional(),
  bizRules: uri.optional(),
})

export const sensorReport = open({
  type: text(wrongWord(VOCABULARIES.measurementType, WEB_VOCABULARY_IN_FULL)),
  exception: text(wrongWord(VOCABULARIES.exception, WEB_VOCABULARY_IN_FULL)).optional(),
  deviceID: uri.optional(),
  deviceMetadata: uri.optional(),
  rawData: uri.optional(),
  dataProcessingMethod: uri.optional(),
  bizRules: uri.optional(),
  time: time.optional(),
  microorganism: uri.optional(),
  chemicalSubstance: uri.optional(),
  coordinateReferenceSystem: uri.optional(),
  value: decimal.optional(),
  component: text(wrongWord(VOCABULARIES.component, CBV_IN_FULL)).optional(),
  stringValue: string.optional(),
  booleanValue: boolean.optional(),
  hexBinaryValue: pattern(HEX, 'value_malformed').optional(),
  uriValue: uri.optional(),
  minValue: decimal.optional(),
  maxValue: decimal.optional(),
  meanValue: decimal.optional(),
  sDev: decimal.optional(),
  percRank: decimal.optional(),
  percValue: decimal.optional(),
  uom: string.optional(),
})

export const sensorElement = open({
  sensorMetadata: sensorMetadata.optional(),
  sensorReport: list(sensorReport).min(1, 'list_empty'),
})

const uriOrUris = z.union([uri, uris], {
  error: (issue) => (typeof issue.input === 'string' ? 'uri_malformed' : typed.error(issue)),
})

/** What every event has. recordTime is the sender's; the repository sets its own. */
const common = {
  '@context': context.optional(),
  eventTime: time,
  recordTime: time.optional(),
  eventTimeZoneOffset: pattern(OFFSET, 'offset_invalid'),
  eventID: uri.optional(),
  certificationInfo: uriOrUris.optional(),
  errorDeclaration: errorDeclaration.optional(),
  bizStep: text(wrongWord(VOCABULARIES.bizStep, CBV_IN_FULL)).optional(),
  disposition: disposition.optional(),
  readPoint: open({ id: uri }).optional(),
  bizLocation: open({ id: uri }).optional(),
  bizTransactionList: list(bizTransaction).optional(),
  sourceList: list(closed({ type: partyOrPlace, source: uri })).optional(),
  destinationList: list(closed({ type: partyOrPlace, destination: uri })).optional(),
  sensorElementList: list(sensorElement).optional(),
}

const quantityList = list(quantityElement).optional()

export const objectEvent = open({
  type: z.literal('ObjectEvent'),
  ...common,
  action,
  epcList: distinctUris.optional(),
  quantityList,
  persistentDisposition: persistentDisposition.optional(),
  ilmd: object.optional(),
})

export const aggregationEvent = open({
  type: z.literal('AggregationEvent'),
  ...common,
  action,
  parentID: uri.optional(),
  childEPCs: uris.optional(),
  childQuantityList: quantityList,
})

export const associationEvent = open({
  type: z.literal('AssociationEvent'),
  ...common,
  action,
  parentID: uri,
  childEPCs: uris.optional(),
  childQuantityList: quantityList,
})

export const transactionEvent = open({
  type: z.literal('TransactionEvent'),
  ...common,
  action,
  bizTransactionList: list(bizTransaction).min(1, 'list_empty'),
  parentID: uri.optional(),
  epcList: uris.optional(),
  quantityList,
})

export const transformationEvent = open({
  type: z.literal('TransformationEvent'),
  ...common,
  inputEPCList: distinctUris.optional(),
  inputQuantityList: quantityList,
  outputEPCList: distinctUris.optional(),
  outputQuantityList: quantityList,
  transformationID: uri.optional(),
  persistentDisposition: persistentDisposition.optional(),
  ilmd: object.optional(),
})

// Compiled: a third less time an event; on a failure zod falls back to the schema for its issues.
export const eventSchema = z.compile(
  z.discriminatedUnion(
    'type',
    [objectEvent, aggregationEvent, transactionEvent, transformationEvent, associationEvent],
    {
      error: (issue) =>
        issue.code === 'invalid_union' ? 'event_type_unknown' : typed.error(issue),
    },
  ),
)

export type EpcisEvent = z.infer<typeof eventSchema>
export type AggregationEvent = z.infer<typeof aggregationEvent>
export type TransformationEvent = z.infer<typeof transformationEvent>
export type AssociationEvent = z.infer<typeof associationEvent>
export type EventType = EpcisEvent['type']
export type Action = z.infer<typeof action>
export type QuantityElement = z.infer<typeof quantityElement>
