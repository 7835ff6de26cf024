import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { checkEvent } from '#epcis/check.ts'
import { readDocument } from '#epcis/document.ts'
import type { JsonContext } from '#epcis/fields.ts'
import { eventHash, preHash } from '#epcis/hash.ts'
import { identify } from '#epcis/identifier.ts'
import { sharedData } from '../shared-data.ts'
import { aggregationEvent, EVENTS, ITEM, objectEvent, SENSOR_ELEMENT } from './fixtures.ts'

function checked(json: unknown) {
  const result = checkEvent(json)
  if (!result.ok) throw new Error(`${result.code} at ${result.path}`)
  return result.event
}

const form = (json: unknown, context?: JsonContext) => preHash(checked(json), context)
const hash = (json: unknown, context?: JsonContext) => eventHash(checked(json), context)

interface Vector {
  readonly file: string
  readonly event: number
  readonly expectedHash: string
  readonly tableOrderHash: string
  readonly preHash: string
}

describe('Published vectors', () => {
  const manifest = sharedData('event-hash/manifest.json')
  const vectors: Vector[] = manifest
    ? JSON.parse(readFileSync(manifest, 'utf8')).vectors.filter(({ file }: Vector) =>
        file.endsWith('.jsonld'),
      )
    : []

  test.skipIf(!manifest)('have their hash and their canonical form, in both orders', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(20)
    for (const vector of vectors) {
      const json = JSON.parse(readFileSync(sharedData(`event-hash/${vector.file}`) ?? '', 'utf8'))
      const document = readDocument(json)
      const found = document.ok ? document.events[vector.event] : undefined
      const event = checked(found?.event)
      const ignore: string[] = json['repository-x:ignoreFields'] ?? []
      const name = `${vector.file} #${vector.event}`
      expect(preHash(event, found?.context, { ignore }), name).toBe(vector.preHash)
      expect(eventHash(event, found?.context, { ignore }), name).toBe(vector.expectedHash)
      const table = eventHash(event, found?.context, { ignore, order: 'table' })
      expect(table, name).toBe(vector.tableOrderHash)
    }
  })
})

describe('The canonical form', () => {
  it('leaves out what does not make another event of it', () => {
    const declared = {
      ...objectEvent,
      '@context': { rdf: 'http://www.w3.org/2000/01/rdf-schema#' },
      eventID: 'urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8',
      recordTime: '2026-03-01T00:00:01Z',
      errorDeclaration: { declarationTime: '2026-03-02T00:00:00Z' },
      'rdfs:comment': 'a',
      'rdf:comment': 'b',
      quantityList: [],
    }
    expect(form(declared)).toBe(form(objectEvent))
  })

  it.each([
    ['2026-03-01T08:00:00.1414+08:00', '2026-03-01T00:00:00.141Z'],
    ['2026-03-01T00:00:00.1415Z', '2026-03-01T00:00:00.142Z'],
    ['2026-03-01T00:00:59.9995Z', '2026-03-01T00:01:00.000Z'],
    ['2026-02-28T23:00:00-01:00', '2026-03-01T00:00:00.000Z'],
  ])('writes %s as %s', (eventTime, instant) => {
    expect(form({ ...objectEvent, eventTime })).toContain(`eventTime=${instant}`)
  })

  it.each([
    [200.0, '200'],
    [0.18, '0.18'],
    [1e21, '1000000000000000000000'],
    [1.5e-7, '0.00000015'],
    [-0, '0'],
    [-12.5, '-12.5'],
    ['007.50', '7.5'],
    ['+3.', '3'],
    ['-0.0', '0'],
    ['.5', '0.5'],
    ['111100001111000000000000', '111100001111000000000000'],
    ['1e5', '1e5'],
    ['1.2.3', '1.2.3'],
    [true, 'true'],
    [' padded ', 'padded'],
    ['urn:epc:id:sgtin:6901234.056789.A1', 'https://id.gs1.org/01/06901234567892/21/A1'],
    ['urn:epcglobal:cbv:disp:active', 'https://ref.gs1.org/cbv/Disp-active'],
    ['cbv:Comp-x', 'https://ref.gs1.org/cbv/Comp-x'],
  ])('writes the extension value %j as %s', (value, text) => {
    expect(form({ ...objectEvent, 'gs1:field': value })).toMatch(
      new RegExp(`\\{https://gs1\\.org/voc/\\}field=${text.replaceAll('.', '\\.')}$`),
    )
  })

  it('takes identifiers and codes for what they are, not for numbers', () => {
    const sensorReport = [{ type: 'Count', hexBinaryValue: '0010', uom: '05', stringValue: '0010' }]
    const text = form({ ...objectEvent, sensorElementList: [{ sensorReport }] })
    expect(text).toContain('stringValue=10hexBinaryValue=0010uom=05')
  })

  it('names extensions by their namespace, wherever its prefix is declared', () => {
    const spelled = (prefix: string) => ({
      ...objectEvent,
      [`${prefix}:a`]: { [`${prefix}:b`]: [2, 1] },
    })
    const ours = form(spelled('ex'), [{ ex: 'https://ns.example.com/' }])
    const namespace = '{https://ns.example.com/}'
    expect(ours.endsWith(`${namespace}a${namespace}b=1${namespace}b=2`)).toBe(true)
    expect(form(spelled('other'), { other: { '@id': 'https://ns.example.com/' } })).toBe(ours)
    const own = { ...spelled('mine'), '@context': [{ mine: 'https://ns.example.com/' }] }
    expect(form(own, { mine: 'https://overridden.example/' })).toBe(ours)
    expect(
      form(
        { ...objectEvent, 'ex:a': { b: [1, 2] } },
        { ex: 'https://ns.example.com/', '@vocab': 'https://ns.example.com/' },
      ),
    ).toBe(ours)
  })

  it('keeps a name whose prefix nobody declares', () => {
    expect(form({ ...objectEvent, 'ex:a': 'x' })).toMatch(/ex:a=x$/)
  })

  it('puts extensions inside what they extend, behind its own fields', () => {
    const text = form({
      ...objectEvent,
      readPoint: { 'ex:note': 'n', id: 'urn:epc:id:sgln:6901234.00001.0' },
      bizLocation: { id: 'urn:x:1' },
    })
    expect(text).toContain(
      'readPointid=https://id.gs1.org/414/6901234000016ex:note=nbizLocationid=urn:x:1',
    )
  })

  it('reads the text of an element that had attributes', () => {
    expect(form({ ...objectEvent, 'ex:a': { '#text': 'x', 'ex:b': 1 } })).toMatch(/ex:a=xex:b=1$/)
  })

  it('emits nothing for what is empty', () => {
    const empty = { 'ex:a': '', 'ex:b': null, 'ex:c': [], 'ex:d': {}, 'ex:e': [''] }
    expect(form({ ...objectEvent, ...empty })).toBe(form(objectEvent))
  })

  it('sorts by bytes, not by UTF-16', () => {
    expect(form({ ...objectEvent, 'ex:a': ['\u{1f34e}', '\uff21'] })).toMatch(
      /ex:a=\uff21ex:a=\u{1f34e}$/u,
    )
  })

  it('has an order of the reference and one of the table', () => {
    const event = checked({
      ...objectEvent,
      sensorElementList: [SENSOR_ELEMENT],
      bizTransactionList: [{ bizTransaction: 'urn:x:b', type: 'po' }],
      sourceList: [{ source: 'urn:x:s', type: 'location' }],
      destinationList: [{ destination: 'urn:x:d', type: 'location' }],
    })
    const order = (text: string) =>
      text.match(/(sensorElement|bizTransaction|source|destination)List/g)
    expect(order(preHash(event))).toEqual([
      'sensorElementList',
      'bizTransactionList',
      'destinationList',
      'sourceList',
    ])
    expect(order(preHash(event, undefined, { order: 'table' }))).toEqual([
      'bizTransactionList',
      'sourceList',
      'destinationList',
      'sensorElementList',
    ])
  })
})

describe('The hash', () => {
  it('is an RFC 6920 name with the version of the algorithm', () => {
    expect(hash(objectEvent)).toMatch(/^ni:\/\/\/sha-256;[0-9a-f]{64}\?ver=CBV2\.0$/)
  })

  it('differs between events that differ', () => {
    const changes = [
      { eventTimeZoneOffset: '+09:00' },
      { action: 'DELETE' },
      { epcList: [ITEM, 'urn:x:1'] },
      { certificationInfo: 'https://certifier.example/1' },
      { 'ex:a': 1 },
    ]
    const hashes = [...EVENTS, ...changes.map((change) => ({ ...objectEvent, ...change }))].map(
      (event) => hash(event),
    )
    expect(new Set(hashes).size).toBe(hashes.length)
  })

  const items = fc.uniqueArray(fc.stringMatching(/^[A-Za-z0-9!'()*+,.:;=_-]{1,20}$/), {
    minLength: 1,
    maxLength: 12,
  })

  it('does not depend on the order of lists and fields', () => {
    fc.assert(
      fc.property(
        items.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
        ),
        fc.shuffledSubarray(Object.entries(aggregationEvent), {
          minLength: Object.keys(aggregationEvent).length,
        }),
        ([serials, shuffled], fields) => {
          const childEPCs = (list: string[]) =>
            list.map((each) => `urn:epc:id:sgtin:6901234.056789.${each}`)
          const one = { ...aggregationEvent, childEPCs: childEPCs(serials) }
          const other = { ...Object.fromEntries(fields), childEPCs: childEPCs(shuffled) }
          expect(hash(other)).toBe(hash(one))
        },
      ),
    )
  })

  it('does not depend on the spelling of identifiers', () => {
    fc.assert(
      fc.property(
        items,
        fc.constantFrom('https://id.gs1.org', 'http://shop.example/x'),
        (serials, base) => {
          const urns = serials.map((serial) => `urn:epc:id:sgtin:6901234.056789.${serial}`)
          const links = urns.map((urn) => identify(urn).key.replace('https://id.gs1.org', base))
          expect(hash({ ...objectEvent, epcList: links })).toBe(
            hash({ ...objectEvent, epcList: urns }),
          )
        },
      ),
    )
  })
})
