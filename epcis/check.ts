/**
 * Whether one JSON value is an EPCIS 2.0 event: its schema, the names of its extensions, what the
 * JSON Schema leaves out, and bounds on what one event may cost. [EPCIS 7.4]
 *
 * Identifiers are not looked into here: `identify` flags them where members are drawn from events.
 */
import { outOfBounds } from './bounds.ts'
import {
  type AggregationEvent,
  type AssociationEvent,
  aggregationEvent,
  associationEvent,
  type EpcisEvent,
  type EventType,
  errorDeclaration,
  eventSchema,
  objectEvent,
  sensorElement,
  sensorMetadata,
  sensorReport,
  type TransformationEvent,
  transactionEvent,
  transformationEvent,
} from './event.ts'
import { type Failure, fail, type WarningCode } from './failure.ts'
import { failureOf, type JsonContext } from './fields.ts'
import { checkNames, namesOf } from './names.ts'
import { isUndeclared, namespacesOf } from './namespaces.ts'
import { parseTimeUs } from './time.ts'

/** `event` is the very object that was given: nothing is copied, dropped or reordered. */
export type CheckedEvent =
  | { readonly ok: true; readonly event: EpcisEvent; readonly warnings: readonly WarningCode[] }
  | Failure

/**
 * Checks one event of a document whose @context is `context` (undefined where it has none; the
 * event's own is read beside it). Never throws for any JSON value.
 */
export function checkEvent(json: unknown, context?: JsonContext): CheckedEvent {
  const bound = outOfBounds(json)
  if (bound) return fail(bound, '')
  if (!eventSchema.validate(json)) return failureOf(eventSchema, json)
  const extensions: string[] = []
  const wrong = checkAllNames(json, extensions) ?? checkTogether(json)
  if (wrong) return wrong
  return { ok: true, event: json, warnings: warningsOf(json, extensions, context) }
}

const EVENT_FIELDS: Readonly<Record<EventType, ReadonlySet<string>>> = {
  ObjectEvent: namesOf(objectEvent),
  AggregationEvent: namesOf(aggregationEvent),
  TransactionEvent: namesOf(transactionEvent),
  TransformationEvent: namesOf(transformationEvent),
  AssociationEvent: namesOf(associationEvent),
}
const ERROR_DECLARATION_FIELDS = namesOf(errorDeclaration)
const SENSOR_ELEMENT_FIELDS = namesOf(sensorElement)
const SENSOR_METADATA_FIELDS = namesOf(sensorMetadata)
const SENSOR_REPORT_FIELDS = namesOf(sensorReport)
const NO_FIELDS: ReadonlySet<string> = new Set()

/**
 * Refuses the first field that is neither the standard's nor named as an extension, wherever the
 * schema prescribes names (readPoint and bizLocation take any). Puts extensions into `found`.
 */
function checkAllNames(event: EpcisEvent, found: string[]): Failure | undefined {
  const wrong =
    checkNames(event, EVENT_FIELDS[event.type], [], found) ??
    checkNames(event.errorDeclaration, ERROR_DECLARATION_FIELDS, ['errorDeclaration'], found) ??
    checkNames(event['ilmd'], NO_FIELDS, ['ilmd'], found)
  if (wrong || !event.sensorElementList) return wrong
  for (const [at, element] of event.sensorElementList.entries()) {
    const path = ['sensorElementList', at]
    const inside =
      checkNames(element, SENSOR_ELEMENT_FIELDS, path, found) ??
      checkNames(element.sensorMetadata, SENSOR_METADATA_FIELDS, [...path, 'sensorMetadata'], found)
    if (inside) return inside
    for (const [index, report] of element.sensorReport.entries()) {
      const its = [...path, 'sensorReport', index]
      const reported = checkNames(report, SENSOR_REPORT_FIELDS, its, found)
      if (reported) return reported
    }
  }
  return undefined
}

/** What no field can say alone. [EPCIS 7.4.2-7.4.6] */
function checkTogether(event: EpcisEvent): Failure | undefined {
  switch (event.type) {
    case 'ObjectEvent':
      if (event.ilmd && event.action !== 'ADD') return fail('ilmd_not_allowed', '/ilmd')
      // A pure sensor event is about a place [EPCIS 7.4.2]; an empty epcList says 'nothing seen'.
      return event.epcList ||
        isFilled(event.quantityList) ||
        (isFilled(event.sensorElementList) && event.readPoint)
        ? undefined
        : fail('what_missing', '')
    case 'AggregationEvent':
      // The schema leaves parentID free; the standard only for OBSERVE [EPCIS 7.4.3].
      if (event.action !== 'OBSERVE' && event.parentID === undefined) {
        return fail('parent_missing', '/parentID')
      }
      return checkChildren(event)
    case 'AssociationEvent':
      return checkChildren(event)
    case 'TransactionEvent':
      return event.epcList || isFilled(event.quantityList) || event.action === 'DELETE'
        ? undefined
        : fail('what_missing', '')
    case 'TransformationEvent':
      return checkTransformation(event)
  }
}

/** DELETE without children takes all of them out. */
function checkChildren(event: AggregationEvent | AssociationEvent): Failure | undefined {
  const some = isFilled(event.childEPCs) || isFilled(event.childQuantityList)
  return some || event.action === 'DELETE' ? undefined : fail('what_missing', '')
}

function checkTransformation(event: TransformationEvent): Failure | undefined {
  const inputs = isFilled(event.inputEPCList) || isFilled(event.inputQuantityList)
  const outputs = isFilled(event.outputEPCList) || isFilled(event.outputQuantityList)
  const whole = event.transformationID === undefined ? inputs && outputs : inputs || outputs
  return whole ? undefined : fail('transformation_incomplete', '')
}

function isFilled(list: readonly unknown[] | undefined): boolean {
  return list !== undefined && list.length > 0
}

const NO_WARNINGS: readonly WarningCode[] = []

function warningsOf(
  event: EpcisEvent,
  extensions: readonly string[],
  context: JsonContext | undefined,
): readonly WarningCode[] {
  const late = isFilled(event.sensorElementList) && isSensedLater(event)
  const unclear = extensions.length > 0 && hasUndeclared(extensions, context, event['@context'])
  if (!late && !unclear) return NO_WARNINGS
  return [
    ...(late ? (['sensor_time_after_event'] as const) : []),
    ...(unclear ? (['prefix_undeclared'] as const) : []),
  ]
}

function hasUndeclared(
  extensions: readonly string[],
  ...contexts: readonly (JsonContext | undefined)[]
): boolean {
  const namespaces = namespacesOf(...contexts)
  return extensions.some((name) => isUndeclared(name, namespaces))
}

/** GS1's own examples have readings later than their event, so that is told and not refused. */
function isSensedLater(event: EpcisEvent): boolean {
  const eventTimeUs = parseTimeUs(event.eventTime) ?? 0
  const isLater = (time: string | undefined) =>
    time !== undefined && (parseTimeUs(time) ?? 0) > eventTimeUs
  return (event.sensorElementList ?? []).some(
    ({ sensorMetadata: its, sensorReport: reports }) =>
      isLater(its?.time) ||
      isLater(its?.startTime) ||
      isLater(its?.endTime) ||
      reports.some((report) => isLater(report.time)),
  )
}
