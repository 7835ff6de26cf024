/**
 * The event hash of CBV 2.0: the identity of an event that came without one. Two spellings of one
 * event (URN or Digital Link, another order of a list, another prefix for a namespace, `200.0` for
 * `200`) have one hash. [CBV 2.0, 8.9.2]
 *
 * recordTime, eventID, errorDeclaration, @context and comments take no part: an event that declares
 * another wrong has its hash. The standard's table and its reference implementation put some fields
 * into another order, and the published vectors follow the implementation: `order: 'reference'`.
 * Where that implementation misbehaves, this is decided here: booleans are `true` and `false`;
 * compact URIs in values are always expanded; numbers are brought into form as decimal text, never
 * through a float; identifiers and codes are never taken for numbers.
 */
import { createHash } from 'node:crypto'
import { VOCABULARIES } from './cbv.ts'
import type { EpcisEvent } from './event.ts'
import { isObject, type JsonContext, type JsonObject } from './fields.ts'
import { free, identifier, instant, type Render, verbatim, word } from './hash-text.ts'
import { type Namespaces, namespacesOf, qualifiedName } from './namespaces.ts'

export interface HashOptions {
  /** 'reference' (default) is what the published vectors have, 'table' the standard's own table. */
  readonly order?: 'reference' | 'table'
  /** Names of extensions, as the event spells them, that take no part. */
  readonly ignore?: readonly string[]
}

/** `ni:///sha-256;{hex}?ver=CBV2.0` of a checked event; `context` is its document's @context. */
export function eventHash(event: EpcisEvent, context?: JsonContext, options?: HashOptions): string {
  const digest = createHash('sha256')
    .update(preHash(event, context, options))
    .digest('hex')
  return `ni:///sha-256;${digest}?ver=CBV2.0`
}

/** The canonical form that is hashed: all fields that take part, in the order's sequence. */
export function preHash(
  event: EpcisEvent,
  context?: JsonContext,
  options: HashOptions = {},
): string {
  const scope: Scope = {
    namespaces: namespacesOf(context, event['@context']),
    ignore: new Set(options.ignore),
  }
  const { fields, unordered } = ORDERS[options.order ?? 'reference']
  const rest = unordered.map(([name, write]) => write(name, event[name], scope))
  rest.push(...extensionsOf(event, EVENT_NAMES, scope))
  return `eventType=${event.type}${inOrder(fields, event, scope)}${inByteOrder(rest)}`
}

interface Scope {
  readonly namespaces: Namespaces
  readonly ignore: ReadonlySet<string>
}

/** Writes a field with its name; '' where it is absent or empty. */
type Write = (name: string, value: unknown, scope: Scope) => string
type Fields = readonly (readonly [name: string, write: Write])[]

function one(render: Render): Write {
  return (name, value, scope) => {
    const text = render(value, scope.namespaces)
    return text && `${name}=${text}`
  }
}

/** Every member with the name, in byte order. A single value is a list of one. */
function each(write: Write): Write {
  return (name, value, scope) =>
    inByteOrder((Array.isArray(value) ? value : [value]).map((it) => write(name, it, scope)))
}

/** The name once, then every member under the member's own name, in byte order. */
function list(member: string, write: Write): Write {
  const members = each(write)
  return (name, value, scope) => prefixed(name, members(member, value, scope))
}

/** The name, then the fields in their order, then the extensions. */
function group(fields: Fields): Write {
  const names = new Set(fields.map(([name]) => name))
  return (name, value, scope) =>
    isObject(value)
      ? prefixed(
          name,
          inOrder(fields, value, scope) + inByteOrder(extensionsOf(value, names, scope)),
        )
      : ''
}

function prefixed(name: string, inner: string): string {
  return inner && name + inner
}

function inOrder(fields: Fields, holder: JsonObject, scope: Scope): string {
  return fields.map(([name, write]) => write(name, holder[name], scope)).join('')
}

const BEYOND_BASIC_PLANE = /[\ud800-\udfff]/

/** Parts joined in the order of their UTF-8 bytes, in which UTF-16 differs above U+FFFF. */
function inByteOrder(parts: string[]): string {
  if (parts.length === 1) return parts[0] ?? ''
  const byBytes = parts.some((part) => BEYOND_BASIC_PLANE.test(part))
    ? (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))
    : undefined
  return parts.sort(byBytes).join('')
}

const COMMENT = '{http://www.w3.org/2000/01/rdf-schema#}comment'

/** What an object has beside its known names, each written with its namespace. */
function extensionsOf(holder: JsonObject, known: ReadonlySet<string>, scope: Scope): string[] {
  return Object.entries(holder).flatMap(([name, value]) =>
    known.has(name) || scope.ignore.has(name) ? [] : extension(name, value, scope),
  )
}

/** An extension's text, or a text for each member where it is a list. */
function extension(name: string, value: unknown, scope: Scope): string[] {
  if (Array.isArray(value)) return value.flatMap((member) => extension(name, member, scope))
  const qualified = qualifiedName(name, scope.namespaces)
  if (qualified === COMMENT || name === 'comment') return []
  const own = free(isObject(value) ? value['#text'] : value, scope.namespaces)
  const inner = isObject(value) ? inByteOrder(extensionsOf(value, TEXT_NAME, scope)) : ''
  return own || inner ? [`${qualified}${own && `=${own}`}${inner}`] : []
}

const TEXT_NAME: ReadonlySet<string> = new Set(['#text'])

const extensions: Write = (name, value, scope) =>
  isObject(value) ? prefixed(name, inByteOrder(extensionsOf(value, NOTHING, scope))) : ''
const NOTHING: ReadonlySet<string> = new Set()

const uri = one(identifier)
const time = one(instant)
const text = one(free)
const code = one(verbatim)
const disposition = one(word(VOCABULARIES.disposition))
const epcs = list('epc', uri)
const quantities = list(
  'quantityElement',
  group([
    ['epcClass', uri],
    ['quantity', text],
    ['uom', code],
  ]),
)
const place = group([['id', uri]])

/** A list of pairs, the type first; the members have no name of their own. */
function typedList(name: string, type: Render): Write {
  return list(
    '',
    group([
      ['type', one(type)],
      [name, uri],
    ]),
  )
}

const sensorMetadata = group([
  ['time', time],
  ['startTime', time],
  ['endTime', time],
  ['deviceID', uri],
  ['deviceMetadata', uri],
  ['rawData', uri],
  ['dataProcessingMethod', uri],
  ['bizRules', uri],
])

const sensorReport = group([
  ['type', one(word(VOCABULARIES.measurementType))],
  ['exception', one(word(VOCABULARIES.exception))],
  ['deviceID', uri],
  ['deviceMetadata', uri],
  ['rawData', uri],
  ['dataProcessingMethod', uri],
  ['time', time],
  ['microorganism', uri],
  ['chemicalSubstance', uri],
  ['value', text],
  ['component', one(word(VOCABULARIES.component))],
  ['stringValue', text],
  ['booleanValue', text],
  ['hexBinaryValue', code],
  ['uriValue', uri],
  ['minValue', text],
  ['maxValue', text],
  ['meanValue', text],
  ['sDev', text],
  ['percRank', text],
  ['percValue', text],
  ['uom', code],
  ['coordinateReferenceSystem', uri],
  // Neither order has a place for it; last keeps it in the hash.
  ['bizRules', uri],
])

const WHEN: Fields = [
  ['eventTime', time],
  ['eventTimeZoneOffset', code],
  ['certificationInfo', each(uri)],
]
const EPCS: Fields = [['epcList', epcs]]
const PARENT: Fields = [['parentID', uri]]
const WHAT_AND_WHERE: Fields = [
  ['inputEPCList', epcs],
  ['childEPCs', epcs],
  ['quantityList', quantities],
  ['childQuantityList', quantities],
  ['inputQuantityList', quantities],
  ['outputEPCList', epcs],
  ['outputQuantityList', quantities],
  ['action', code],
  ['transformationID', uri],
  ['bizStep', one(word(VOCABULARIES.bizStep))],
  ['disposition', disposition],
  [
    'persistentDisposition',
    group([
      ['set', each(disposition)],
      ['unset', each(disposition)],
    ]),
  ],
  ['readPoint', place],
  ['bizLocation', place],
]
const TRANSACTIONS: Fields = [
  ['bizTransactionList', typedList('bizTransaction', word(VOCABULARIES.bizTransactionType))],
]
const SOURCES: Fields = [
  ['sourceList', typedList('source', word(VOCABULARIES.sourceDestinationType))],
]
const DESTINATIONS: Fields = [
  ['destinationList', typedList('destination', word(VOCABULARIES.sourceDestinationType))],
]
const SENSORS: Fields = [
  [
    'sensorElementList',
    list(
      'sensorElement',
      group([
        ['sensorMetadata', sensorMetadata],
        ['sensorReport', each(sensorReport)],
      ]),
    ),
  ],
]
const ILMD: Fields = [['ilmd', extensions]]

/** `unordered` are sorted together with the extensions, by their text. */
const ORDERS: Record<'reference' | 'table', { fields: Fields; unordered: Fields }> = {
  reference: {
    fields: [...WHEN, ...PARENT, ...EPCS, ...WHAT_AND_WHERE, ...SENSORS],
    unordered: [...TRANSACTIONS, ...DESTINATIONS, ...ILMD, ...SOURCES],
  },
  table: {
    fields: [
      ...WHEN,
      ...EPCS,
      ...PARENT,
      ...WHAT_AND_WHERE,
      ...TRANSACTIONS,
      ...SOURCES,
      ...DESTINATIONS,
      ...SENSORS,
      ...ILMD,
    ],
    unordered: [],
  },
}

const EVENT_NAMES: ReadonlySet<string> = new Set([
  ...ORDERS.table.fields.map(([name]) => name),
  '@context',
  'type',
  'eventID',
  'recordTime',
  'errorDeclaration',
])
