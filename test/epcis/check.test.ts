import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { checkEvent } from '#epcis/check.ts'
import { readDocument } from '#epcis/document.ts'
import { FAILURES, type FailureCode } from '#epcis/failure.ts'
import { sharedData } from '../shared-data.ts'
import {
  aggregationEvent,
  associationEvent,
  EVENTS,
  ITEM,
  objectEvent,
  SENSOR_ELEMENT,
  transactionEvent,
  transformationEvent,
  without,
} from './fixtures.ts'

describe('What GS1 publishes', () => {
  const examples = sharedData('gs1-epcis-json')
  const files = examples
    ? readdirSync(examples, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.jsonld'))
        .map((name) => join(examples, name))
    : []

  test.skipIf(!examples)('is accepted, every event of every document', () => {
    expect(files.length).toBeGreaterThan(40)
    for (const file of files) {
      const document = readDocument(JSON.parse(readFileSync(file, 'utf8')))
      if (!document.ok) throw new Error(`${file}: ${document.code} at ${document.path}`)
      for (const { event, context } of document.events) {
        expect(checkEvent(event, context), file).toMatchObject({ ok: true })
      }
    }
  })
})

describe('A valid event', () => {
  it.each(EVENTS)('of type $type is accepted', (event) => {
    expect(checkEvent(event)).toEqual({ ok: true, event, warnings: [] })
  })

  it('is the object that was given, extensions and order of fields as they came', () => {
    const text = JSON.stringify({
      'ex:first': { deep: [1, null, { 'ex:more': true }] },
      ...objectEvent,
      readPoint: { id: 'https://id.gs1.org/414/6901234000016', anything: 1 },
      '@context': { ex: 'https://ns.example.com/' },
      sensorElementList: [{ ...SENSOR_ELEMENT, 'ex:raw': 'f0' }],
    })
    const checked = checkEvent(JSON.parse(text))
    expect(checked.ok && JSON.stringify(checked.event)).toBe(text)
  })

  it('may carry all that its type allows', () => {
    const full = {
      ...objectEvent,
      '@context': ['https://ref.gs1.org/standards/epcis/epcis-context.jsonld', { ex: 'urn:x:' }],
      eventID: 'urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8',
      recordTime: '2026-03-01T00:00:01Z',
      action: 'ADD',
      certificationInfo: ['https://certifier.example/1', 'https://certifier.example/2'],
      errorDeclaration: {
        declarationTime: '2026-03-02T00:00:00Z',
        reason: 'incorrect_data',
        correctiveEventIDs: ['urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a9'],
        'ex:by': 'QA',
      },
      quantityList: [{ epcClass: 'urn:epc:idpat:sgtin:6901234.056789.*', quantity: 3 }],
      bizLocation: { id: 'urn:epc:id:sgln:6901234.00001.0' },
      bizTransactionList: [{ bizTransaction: 'urn:epcglobal:cbv:bt:6901234000016:1' }],
      sourceList: [{ type: 'owning_party', source: 'urn:epc:id:pgln:6901234.00001' }],
      destinationList: [{ type: 'ex:other', destination: 'urn:epc:id:pgln:6901234.00002' }],
      persistentDisposition: { set: ['completeness_verified'], unset: ['recalled'] },
      sensorElementList: [SENSOR_ELEMENT],
      ilmd: { 'ex:产地': '云南' },
    }
    expect(checkEvent(full)).toEqual({ ok: true, event: full, warnings: [] })
  })

  it.each([
    ['an observation of nothing', { ...objectEvent, epcList: [] }],
    ['a word of another vocabulary', { ...objectEvent, bizStep: 'https://x.example/steps/frying' }],
    ['a CBV word in full', { ...objectEvent, bizStep: 'https://ref.gs1.org/cbv/BizStep-packing' }],
    [
      'sensor data of a place alone',
      { ...without(objectEvent, 'epcList'), sensorElementList: [SENSOR_ELEMENT] },
    ],
    [
      'a partial observation of a load',
      { ...without(aggregationEvent, 'parentID'), action: 'OBSERVE' },
    ],
    ['unpacking of everything', { ...without(aggregationEvent, 'childEPCs'), action: 'DELETE' }],
    ['dissociation of everything', { ...without(associationEvent, 'childEPCs'), action: 'DELETE' }],
    ['a transaction that ends', { ...without(transactionEvent, 'epcList'), action: 'DELETE' }],
    [
      'one part of a long transformation',
      { ...without(transformationEvent, 'outputEPCList'), transformationID: 'urn:ex:batch:1' },
    ],
  ])('may be %s', (_, event) => {
    expect(checkEvent(event)).toMatchObject({ ok: true })
  })
})

/** A code, the place, and an event or a change of the small ObjectEvent that is refused so. */
const refusals: [FailureCode, string, unknown][] = [
  ['type_wrong', '', 42],
  ['type_wrong', '', null],
  ['type_wrong', '', [objectEvent]],
  ['type_wrong', '/epcList', { ...objectEvent, epcList: ITEM }],
  ['type_wrong', '/epcList/1', { ...objectEvent, epcList: [ITEM, 7] }],
  ['type_wrong', '/readPoint', { ...objectEvent, readPoint: null }],
  ['type_wrong', '/certificationInfo', { ...objectEvent, certificationInfo: 7 }],
  ['type_wrong', '/ilmd', { ...objectEvent, action: 'ADD', ilmd: ['x'] }],
  ['type_wrong', '/quantityList/0/quantity', quantity({ quantity: '12' })],
  ['type_wrong', '/quantityList/0/quantity', quantity(JSON.parse('{"quantity":1e999}'))],
  ['type_wrong', '/sensorElementList/0/sensorReport/0/value', report({ value: '4.1' })],
  ['event_type_unknown', '/type', { ...objectEvent, type: 'QuantityEvent' }],
  ['event_type_unknown', '/type', without(objectEvent, 'type')],
  ['event_type_unknown', '/type', { ...objectEvent, type: 7 }],
  ['field_missing', '/eventTime', without(objectEvent, 'eventTime')],
  ['field_missing', '/eventTimeZoneOffset', without(objectEvent, 'eventTimeZoneOffset')],
  ['field_missing', '/action', without(objectEvent, 'action')],
  ['field_missing', '/parentID', without(associationEvent, 'parentID')],
  ['field_missing', '/bizTransactionList', without(transactionEvent, 'bizTransactionList')],
  ['field_missing', '/readPoint/id', { ...objectEvent, readPoint: {} }],
  ['field_missing', '/sourceList/0/type', { ...objectEvent, sourceList: [{ source: ITEM }] }],
  ['field_missing', '/persistentDisposition', { ...objectEvent, persistentDisposition: {} }],
  ['field_missing', '/sensorElementList/0/sensorReport/0/type', report({ type: undefined })],
  ['field_missing', '/errorDeclaration/declarationTime', { ...objectEvent, errorDeclaration: {} }],
  ['field_unknown', '/colour', { ...objectEvent, colour: 'red' }],
  ['field_unknown', '/parentID', { ...objectEvent, parentID: ITEM }],
  ['field_unknown', '/action', { ...transformationEvent, action: 'ADD' }],
  ['field_unknown', '/ilmd', { ...aggregationEvent, ilmd: { 'ex:a': 1 } }],
  [
    'field_unknown',
    '/persistentDisposition',
    { ...associationEvent, persistentDisposition: { set: ['active'] } },
  ],
  ['field_unknown', '/ilmd/lot', { ...transformationEvent, ilmd: { lot: 'L8' } }],
  ['field_unknown', '/my name:x', { ...objectEvent, 'my name:x': 1 }],
  ['field_unknown', '/a~1b', { ...objectEvent, 'a/b': 1 }],
  [
    'field_unknown',
    '/__proto__',
    JSON.parse(`{"__proto__":1,${JSON.stringify(objectEvent).slice(1)}`),
  ],
  ['field_unknown', '/quantityList/0/ex:unit', quantity({ 'ex:unit': 'kg' })],
  [
    'field_unknown',
    '/errorDeclaration/by',
    { ...objectEvent, errorDeclaration: { declarationTime: '2026-03-02T00:00:00Z', by: 'QA' } },
  ],
  [
    'field_unknown',
    '/sensorElementList/0/raw',
    { ...objectEvent, sensorElementList: [{ ...SENSOR_ELEMENT, raw: 1 }] },
  ],
  [
    'field_unknown',
    '/sensorElementList/0/sensorMetadata/place',
    { ...objectEvent, sensorElementList: [{ ...SENSOR_ELEMENT, sensorMetadata: { place: 'x' } }] },
  ],
  ['field_unknown', '/sensorElementList/0/sensorReport/0/unit', report({ unit: 'CEL' })],
  ['word_unknown', '/action', { ...objectEvent, action: 'CREATE' }],
  ['word_unknown', '/bizStep', { ...objectEvent, bizStep: 'shippping' }],
  ['word_unknown', '/bizStep', { ...objectEvent, bizStep: 'urn:epcglobal:cbv:bizstep:shipping' }],
  [
    'word_unknown',
    '/disposition',
    { ...objectEvent, disposition: 'https://ns.gs1.org/cbv/Disp-active' },
  ],
  [
    'word_unknown',
    '/bizTransactionList/0/type',
    { ...objectEvent, bizTransactionList: [{ type: 'order', bizTransaction: ITEM }] },
  ],
  [
    'word_unknown',
    '/persistentDisposition/set/1',
    { ...objectEvent, persistentDisposition: { set: ['active', 'lost'] } },
  ],
  ['word_unknown', '/sensorElementList/0/sensorReport/0/type', report({ type: 'temperature' })],
  [
    'word_unknown',
    '/sensorElementList/0/sensorReport/0/type',
    report({ type: 'https://gs1.org/voc/Temperature' }),
  ],
  ['word_unknown', '/sensorElementList/0/sensorReport/0/component', report({ component: 'w' })],
  ['word_unknown', '/sensorElementList/0/sensorReport/0/exception', report({ exception: 'ALARM' })],
  ['uri_malformed', '/eventID', { ...objectEvent, eventID: '4711' }],
  ['uri_malformed', '/epcList/1', { ...objectEvent, epcList: [ITEM, 'urn:epc:id:sgtin:a b'] }],
  ['uri_malformed', '/epcList/0', { ...objectEvent, epcList: ['https://x.example/%4'] }],
  ['uri_malformed', '/epcList/0', { ...objectEvent, epcList: ['urn:x:\u0000'] }],
  ['uri_malformed', '/certificationInfo', { ...objectEvent, certificationInfo: 'ISO 9001' }],
  ['uri_malformed', '/bizStep', { ...objectEvent, bizStep: 'ex: frying' }],
  ['value_too_long', '/epcList/0', { ...objectEvent, epcList: [`urn:x:${'9'.repeat(2048)}`] }],
  ['time_invalid', '/eventTime', { ...objectEvent, eventTime: '2026-02-30T08:00:00Z' }],
  ['time_invalid', '/eventTime', { ...objectEvent, eventTime: '2026-03-01T08:00:00' }],
  ['time_invalid', '/recordTime', { ...objectEvent, recordTime: 'now' }],
  ['time_invalid', '/sensorElementList/0/sensorReport/0/time', report({ time: '2026-03-01' })],
  ['offset_invalid', '/eventTimeZoneOffset', { ...objectEvent, eventTimeZoneOffset: '+14:30' }],
  ['offset_invalid', '/eventTimeZoneOffset', { ...objectEvent, eventTimeZoneOffset: 'Z' }],
  ['value_malformed', '/quantityList/0/uom', quantity({ uom: 'kg' })],
  [
    'value_malformed',
    '/sensorElementList/0/sensorReport/0/hexBinaryValue',
    report({ hexBinaryValue: '0x1' }),
  ],
  ['context_malformed', '/@context', { ...objectEvent, '@context': 7 }],
  ['context_malformed', '/@context', { ...objectEvent, '@context': [['x']] }],
  ['list_empty', '/bizTransactionList', { ...transactionEvent, bizTransactionList: [] }],
  [
    'list_empty',
    '/sensorElementList/0/sensorReport',
    { ...objectEvent, sensorElementList: [{ sensorReport: [] }] },
  ],
  [
    'list_empty',
    '/persistentDisposition/set',
    { ...objectEvent, persistentDisposition: { set: [] } },
  ],
  ['value_repeated', '/epcList/2', { ...objectEvent, epcList: [ITEM, 'urn:x:1', ITEM] }],
  [
    'value_repeated',
    '/persistentDisposition/unset/1',
    { ...objectEvent, persistentDisposition: { unset: ['active', 'active'] } },
  ],
  ['what_missing', '', without(objectEvent, 'epcList')],
  ['what_missing', '', { ...without(objectEvent, 'epcList'), quantityList: [] }],
  [
    'what_missing',
    '',
    {
      ...without(without(objectEvent, 'epcList'), 'readPoint'),
      sensorElementList: [SENSOR_ELEMENT],
    },
  ],
  ['what_missing', '', { ...aggregationEvent, childEPCs: [] }],
  ['what_missing', '', without(associationEvent, 'childEPCs')],
  ['what_missing', '', without(transactionEvent, 'epcList')],
  ['parent_missing', '/parentID', without(aggregationEvent, 'parentID')],
  ['parent_missing', '/parentID', { ...without(aggregationEvent, 'parentID'), action: 'DELETE' }],
  ['ilmd_not_allowed', '/ilmd', { ...objectEvent, ilmd: {} }],
  ['ilmd_not_allowed', '/ilmd', { ...objectEvent, action: 'DELETE', ilmd: { 'ex:a': 1 } }],
  ['transformation_incomplete', '', without(transformationEvent, 'outputEPCList')],
  ['transformation_incomplete', '', { ...transformationEvent, inputQuantityList: [] }],
  [
    'transformation_incomplete',
    '',
    {
      ...transformationEvent,
      inputQuantityList: [],
      outputEPCList: [],
      transformationID: 'urn:ex:batch:1',
    },
  ],
  ['nested_too_deep', '', { ...objectEvent, 'ex:deep': nested(100) }],
  ['nested_too_deep', '', { ...objectEvent, 'ex:deep': nested(100_000) }],
  ['nested_too_deep', '', { ...objectEvent, '@context': nested(100) }],
  ['nested_too_deep', '', { ...transformationEvent, ilmd: { 'ex:deep': nested(100) } }],
  ['too_many_members', '', { ...objectEvent, epcList: Array(100_001).fill(ITEM) }],
  [
    'too_many_members',
    '',
    { ...objectEvent, sensorElementList: [{ sensorReport: Array(100_001).fill({}) }] },
  ],
]

function quantity(change: object): object {
  const epcClass = 'urn:epc:class:lgtin:6901234.056789.L7'
  return { ...objectEvent, quantityList: [{ epcClass, ...change }] }
}

function report(change: object): object {
  const sensorReport = [{ type: 'Temperature', value: 4.1, ...change }]
  return { ...objectEvent, sensorElementList: [{ sensorReport }] }
}

function nested(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = level % 2 ? [value] : { 'ex:a': value }
  return value
}

describe('A bad event', () => {
  it.each(refusals)('is refused: %s at "%s"', (code, path, event) => {
    const checked = checkEvent(event)
    expect(checked).toMatchObject({ ok: false, code, path })
    expect(checked.ok || checked.message.startsWith(FAILURES[code])).toBe(true)
  })

  it('tells what it found, in short', () => {
    const long = checkEvent({ ...objectEvent, eventID: 'x'.repeat(10_000) })
    expect(long.ok || long.message).toContain('Found "xxx')
    expect(long.ok || long.message.length).toBeLessThan(200)
  })

  it('of any shape gives an answer', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...EVENTS),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (event, change) => {
          expect(checkEvent({ ...event, ...change }).ok).toBeTypeOf('boolean')
        },
      ),
    )
  })
})

describe('A large event', () => {
  it('of 50,000 EPCs is accepted', () => {
    const epcList = Array.from({ length: 50_000 }, (_, n) => `urn:epc:id:sgtin:6901234.056789.${n}`)
    expect(checkEvent({ ...objectEvent, epcList })).toMatchObject({ ok: true })
  })

  it('may nest its extensions reasonably deep', () => {
    expect(checkEvent({ ...objectEvent, 'ex:deep': nested(50) })).toMatchObject({ ok: true })
  })
})

describe('A warning', () => {
  it.each(['time', 'startTime', 'endTime'])('tells that %s is later than the event', (field) => {
    const sensorMetadata = { [field]: '2026-03-01T08:00:00.001+08:00' }
    const sensorElementList = [{ ...SENSOR_ELEMENT, sensorMetadata }]
    expect(checkEvent({ ...objectEvent, sensorElementList })).toMatchObject({
      ok: true,
      warnings: ['sensor_time_after_event'],
    })
  })

  it('tells that a single report is later than the event', () => {
    expect(checkEvent(report({ time: '2026-03-01T00:00:01Z' }))).toMatchObject({
      warnings: ['sensor_time_after_event'],
    })
    expect(checkEvent(report({ time: '2026-03-01T00:00:00Z' }))).toMatchObject({ warnings: [] })
  })

  it('tells that a prefix is declared neither by the document nor by the event', () => {
    const event = { ...objectEvent, 'ex:a': 1 }
    expect(checkEvent(event)).toMatchObject({ warnings: ['prefix_undeclared'] })
    expect(checkEvent(event, { ex: 'https://ns.example.com/' })).toMatchObject({ warnings: [] })
    const own = { ...event, '@context': ['https://x.example/c', { ex: { '@id': 'urn:x:' } }] }
    expect(checkEvent(own)).toMatchObject({ warnings: [] })
  })

  it('does not concern the prefixes of GS1 and names that are whole URIs', () => {
    const names = { 'cbvmda:lotNumber': 'L', 'https://ns.example.com/a': 1, 'urn:x:a': 1 }
    expect(checkEvent({ ...objectEvent, ...names })).toMatchObject({ warnings: [] })
  })
})
