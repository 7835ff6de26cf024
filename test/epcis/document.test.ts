import { describe, expect, it } from 'vitest'
import { readDocument } from '#epcis/document.ts'
import type { FailureCode } from '#epcis/failure.ts'
import { aggregationEvent, objectEvent, without } from './fixtures.ts'

const context = ['https://ref.gs1.org/standards/epcis/epcis-context.jsonld', { ex: 'urn:x:' }]

const document = {
  '@context': context,
  type: 'EPCISDocument',
  schemaVersion: '2.0',
  creationDate: '2026-03-01T00:00:00Z',
  epcisBody: { eventList: [objectEvent, aggregationEvent] },
}

const queryDocument = {
  '@context': context,
  type: 'EPCISQueryDocument',
  epcisBody: {
    queryResults: { queryName: 'q', resultsBody: { eventList: [objectEvent] } },
  },
}

describe('A payload', () => {
  it('may be one bare event', () => {
    expect(readDocument(objectEvent)).toEqual({
      ok: true,
      events: [{ event: objectEvent, context: undefined }],
    })
  })

  it('may be a list of events', () => {
    expect(readDocument([objectEvent, 7])).toEqual({
      ok: true,
      events: [
        { event: objectEvent, context: undefined },
        { event: 7, context: undefined },
      ],
    })
  })

  it('may be an EPCISDocument, whose context goes with every event', () => {
    expect(readDocument(document)).toEqual({
      ok: true,
      events: [
        { event: objectEvent, context },
        { event: aggregationEvent, context },
      ],
    })
  })

  it('may be an EPCISQueryDocument', () => {
    expect(readDocument(queryDocument)).toEqual({
      ok: true,
      events: [{ event: objectEvent, context }],
    })
  })

  it('may carry headers, master data and extensions', () => {
    const full = {
      ...document,
      id: 'https://x.example/1',
      sender: 'a',
      receiver: 'b',
      instanceIdentifier: 'c',
      'ex:note': { any: 'thing' },
      epcisHeader: { epcisMasterData: { vocabularyList: [] }, 'ex:h': 1 },
    }
    expect(readDocument(full)).toMatchObject({ ok: true })
  })
})

describe('A bad document', () => {
  const deep = JSON.parse(`${'['.repeat(1000)}${']'.repeat(1000)}`)
  const results = queryDocument.epcisBody.queryResults

  it.each<[FailureCode, string, unknown]>([
    ['type_wrong', '', 'hello'],
    ['type_wrong', '', null],
    ['field_missing', '/@context', without(document, '@context')],
    ['context_malformed', '/@context', { ...document, '@context': true }],
    ['nested_too_deep', '/@context', { ...document, '@context': { deep } }],
    ['field_missing', '/schemaVersion', without(document, 'schemaVersion')],
    ['value_malformed', '/schemaVersion', { ...document, schemaVersion: 'two' }],
    ['field_missing', '/creationDate', without(document, 'creationDate')],
    ['time_invalid', '/creationDate', { ...document, creationDate: 'yesterday' }],
    ['uri_malformed', '/id', { ...document, id: '1' }],
    ['field_missing', '/epcisBody', without(document, 'epcisBody')],
    ['field_missing', '/epcisBody/eventList', { ...document, epcisBody: {} }],
    ['type_wrong', '/epcisBody/eventList', { ...document, epcisBody: { eventList: {} } }],
    ['field_unknown', '/colour', { ...document, colour: 'red' }],
    ['field_unknown', '/epcisHeader/note', { ...document, epcisHeader: { note: 1 } }],
    ['field_missing', '/epcisBody/queryResults', { ...queryDocument, epcisBody: {} }],
    ['field_unknown', '/sender', { ...queryDocument, sender: 'a' }],
    [
      'field_unknown',
      '/epcisBody/eventList',
      { ...queryDocument, epcisBody: { queryResults: results, eventList: [] } },
    ],
    [
      'field_unknown',
      '/epcisBody/queryResults/page',
      { ...queryDocument, epcisBody: { queryResults: { ...results, page: 1 } } },
    ],
    [
      'field_unknown',
      '/epcisBody/queryResults/resultsBody/more',
      {
        ...queryDocument,
        epcisBody: { queryResults: { ...results, resultsBody: { eventList: [], more: 1 } } },
      },
    ],
  ])('is refused: %s at "%s"', (code, path, json) => {
    expect(readDocument(json)).toMatchObject({ ok: false, code, path })
  })
})
