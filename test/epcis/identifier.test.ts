import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { toUrn } from '#epcis/epc-urn.ts'
import { canonicalUri, gtinOf, identify } from '#epcis/identifier.ts'
import { sharedData } from '../shared-data.ts'

interface Vector {
  readonly input: string
  readonly expected: string | null
}

describe('Published vectors', () => {
  const normaliser = sharedData('tds/dl-normaliser-vectors.json')
  test.skipIf(!normaliser)('every spelling of the normaliser has the canonical key', () => {
    const vectors: Vector[] = JSON.parse(readFileSync(normaliser ?? '', 'utf8')).vectors
    expect(vectors.length).toBeGreaterThan(30)
    for (const { input, expected } of vectors) {
      expect(identify(input).key, input).toBe(expected ?? input)
    }
  })

  const examples = ['tds/tds1x-annex-e3.json', 'tds/tds23-annex-e3.json'].map(sharedData)
  test.skipIf(examples.includes(undefined))(
    'the URN and the Digital Link of a tag have one key, and the key gives the URN again',
    () => {
      const tags: { pureIdentityUri?: string; digitalLink?: string }[] = examples.flatMap(
        (file) => JSON.parse(readFileSync(file ?? '', 'utf8')).vectors,
      )
      const keys = tags.flatMap(({ pureIdentityUri: urn, digitalLink: link }) => {
        if (!urn || identify(urn).kind === 'other') return []
        const { key } = identify(urn)
        if (link) expect(identify(link).key).toBe(key)
        const prefix = urn.split(':')[4]?.split('.')[0] ?? ''
        expect(toUrn(key, prefix.length)).toBe(urn)
        return [key]
      })
      expect(keys.length).toBeGreaterThan(20)
    },
  )
})

describe('Every GS1 key', () => {
  it.each([
    ['urn:epc:id:sgtin:6901234.056789.A1', '01/06901234567892/21/A1', 'instance'],
    ['urn:epc:class:lgtin:6901234.056789.L-7', '01/06901234567892/10/L-7', 'lot'],
    ['urn:epc:idpat:sgtin:6901234.056789.*', '01/06901234567892', 'class'],
    ['urn:epc:id:upui:6901234.056789.TP', '01/06901234567892/235/TP', 'instance'],
    ['urn:epc:id:sscc:6901234.1234567890', '00/169012342345678902', 'logistic-unit'],
    ['urn:epc:id:sgln:6901234.00001.0', '414/6901234000016', 'place'],
    ['urn:epc:id:sgln:6901234.00001.dock', '414/6901234000016/254/dock', 'place'],
    ['urn:epc:idpat:sgln:6901234.00001.*', '414/6901234000016', 'place'],
    ['urn:epc:id:pgln:6901234.00001', '417/6901234000016', 'party'],
    ['urn:epc:id:grai:6901234.00001.77', '8003/0690123400001677', 'asset'],
    ['urn:epc:idpat:grai:6901234.00001.*', '8003/06901234000016', 'class'],
    ['urn:epc:id:giai:6901234.crate.9', '8004/6901234crate.9', 'asset'],
    ['urn:epc:id:gdti:6901234.00001.PO-1', '253/6901234000016PO-1', 'document'],
    ['urn:epc:idpat:gdti:6901234.00001.*', '253/6901234000016', 'class'],
    ['urn:epc:id:gsrn:6901234.0000000001', '8018/690123400000000018', 'party'],
    ['urn:epc:id:gsrnp:6901234.0000000001', '8017/690123400000000018', 'party'],
    ['urn:epc:id:sgcn:6901234.00001.044', '255/6901234000016044', 'document'],
    ['urn:epc:id:cpi:6901234.A-1%2F2.33', '8010/6901234A-1%2F2/8011/33', 'instance'],
    ['urn:epc:idpat:cpi:6901234.A-1.*', '8010/6901234A-1', 'class'],
    ['urn:epc:id:itip:6901234.056789.01.02.S', '8006/069012345678920102/21/S', 'instance'],
    ['urn:epc:idpat:itip:6901234.056789.01.02.*', '8006/069012345678920102', 'class'],
    ['urn:epc:id:ginc:6901234.ship%2F1', '401/6901234ship%2F1', 'logistic-unit'],
    ['urn:epc:id:gsin:6901234.000000001', '402/69012340000000016', 'logistic-unit'],
  ])('%s is %s, of kind %s', (urn, path, kind) => {
    const key = `https://id.gs1.org/${path}`
    expect(identify(urn)).toMatchObject({ key, kind, warnings: [] })
    expect(identify(key)).toMatchObject({ key, kind, warnings: [] })
    const spelling = urn.replace('idpat:sgln', 'id:sgln').replace(/(sgln:.*)\*$/, '$10')
    expect(toUrn(key, 7)).toBe(spelling)
  })

  it('keeps a company prefix of any length apart from its reference', () => {
    expect(toUrn('https://id.gs1.org/01/06901234567892/21/A1', 9)).toBe(
      'urn:epc:id:sgtin:690123456.0789.A1',
    )
    expect(identify('urn:epc:id:pgln:999999999999.').key).toBe(
      'https://id.gs1.org/417/9999999999994',
    )
  })
})

describe('A Digital Link', () => {
  const item = 'https://id.gs1.org/01/06901234567892/21/A1'

  it.each([
    'http://shop.example/01/06901234567892/21/A1',
    'https://shop.example/de/gtin/06901234567892/ser/A1',
    'HTTPS://shop.example:8443/01/06901234567892/21/A1/',
    'https://shop.example/01/6901234567892/21/A1?17=270101#top',
    'https://shop.example/01/06901234567892/22/v2/21/A1',
    'https://id.gs1.org/01/06901234567892/21/%41%31',
  ])('%s names the same item as the canonical one', (link) => {
    expect(identify(link)).toMatchObject({ key: item, kind: 'instance', lot: undefined })
  })

  it('with a lot and a serial names the item, and tells the lot beside it', () => {
    expect(identify('https://shop.example/01/06901234567892/10/L7/21/A1')).toEqual({
      key: item,
      kind: 'instance',
      lot: 'https://id.gs1.org/01/06901234567892/10/L7',
      warnings: [],
    })
  })

  it('with extension 0 names the location itself', () => {
    expect(identify('https://id.gs1.org/414/6901234000016/254/0').key).toBe(
      'https://id.gs1.org/414/6901234000016',
    )
  })

  it('writes every character of a serial in one way', () => {
    const urn = identify("urn:epc:id:sgtin:6901234.056789.a%2fb!(c)*+,:%22'")
    const link = identify('https://x.example/01/06901234567892/21/a%2Fb!(c)*+,:%22%27')
    expect(urn.key).toBe("https://id.gs1.org/01/06901234567892/21/a%2Fb%21%28c%29%2A%2B%2C%3A%22'")
    expect(link.key).toBe(urn.key)
  })

  it('that breaks its check digit is kept and flagged', () => {
    const link = 'https://id.gs1.org/01/06901234567893/21/A1'
    expect(identify(link)).toMatchObject({ key: link, kind: 'instance', warnings: ['check_digit'] })
    expect(identify('https://x.example/sscc/169012342345678905')).toMatchObject({
      key: 'https://id.gs1.org/00/169012342345678905',
      warnings: ['check_digit'],
    })
    expect(toUrn(link, 7)).toBeUndefined()
  })
})

describe('A spelling that only people use', () => {
  it.each([
    ['URN:EPC:ID:SGTIN:6901234.056789.A77', 'https://id.gs1.org/01/06901234567892/21/A77'],
    [
      'https://x.example/GTIN/06901234567892/SER/A77',
      'https://id.gs1.org/01/06901234567892/21/A77',
    ],
    ['https://hdl.handle.net/88.118.8/b-9', 'hdl:88.118.8/b-9'],
    ['handle:88.118.8/b-9', 'hdl:88.118.8/b-9'],
    ['Ecode:100010010000123', 'ecode:100010010000123'],
    ['USCC:91350100M000100Y43', 'uscc:91350100M000100Y43'],
    ['DRUGCODE:81234560000000000017', 'drugcode:81234560000000000017'],
  ])('%s in an event is the same thing, and stays itself in the event hash', (uri, key) => {
    expect(identify(uri)).toMatchObject({ key, warnings: [] })
    expect(canonicalUri(uri)).toBe(uri)
  })
})

describe('A tag or raw URI', () => {
  it.each([
    'urn:epc:tag:sgtin-96:1.6901234.056789.1234567',
    'urn:epc:raw:96.x3035A537C83775400012D687',
  ])('%s names what the tag is on, and stays itself in the event hash', (uri) => {
    expect(identify(uri)).toMatchObject({
      key: 'https://id.gs1.org/01/06901234567892/21/1234567',
      kind: 'instance',
    })
    expect(canonicalUri(uri)).toBe(uri)
  })

  it('of a tag without an EPC stays what it is', () => {
    const uri = 'urn:epc:raw:96.xE2801191A5030062FA3C1B22'
    expect(identify(uri)).toMatchObject({ key: uri, kind: 'other', warnings: [] })
  })
})

describe('Any other text', () => {
  it.each([
    'urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8',
    'urn:epc:idpat:sgtin:6901234.*.*',
    'https://shop.example/orders/12345678',
    'https://shop.example/01/97803',
    'http://shop.example/01/6901234567892/99/x',
    'geo:50.9,6.9',
    '',
  ])('%s comes back as it is', (text) => {
    expect(identify(text)).toEqual({ key: text, kind: 'other', lot: undefined, warnings: [] })
  })

  it.each([
    'urn:epc:id:sgtin:690123.056789.A1',
    'urn:epc:id:sgtin:6901234.056789.',
    'urn:epc:id:sgtin:6901234.056789.123456789012345678901',
    'urn:epc:id:sscc:6901234.12345',
    'urn:epc:id:lgtin:6901234.056789.L7',
    'urn:epc:class:sgtin:6901234.056789.A1',
    'urn:epc:id:itip:6901234.056789.1.2.S',
    'urn:epc:id:sgcn:6901234.00001.AB',
    'https://id.gs1.org/01/123',
    'https://id.gs1.org/414/6901234000016/21/x',
  ])('%s looks like a GS1 key, is none, and is flagged', (text) => {
    expect(identify(text)).toMatchObject({
      key: text,
      kind: 'other',
      warnings: ['identifier_malformed'],
    })
  })

  it('of any length and content is never an error', () => {
    const nearly = fc
      .tuple(
        fc.constantFrom('urn:epc:id:sgtin:', 'https://id.gs1.org/01/', 'https://a/gtin/', ''),
        fc.string({ unit: 'binary', maxLength: 60 }),
      )
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(nearly, (text) => {
        const found = identify(text)
        if (found.kind === 'other') expect(found.key).toBe(text)
        else expect(identify(found.key)).toMatchObject({ key: found.key, kind: found.kind })
      }),
    )
    const long = `https://id.gs1.org/01/${'9'.repeat(1_000_000)}`
    expect(identify(long).key).toBe(long)
  })
})

describe('A key and its URN', () => {
  const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`))
  const serial = fc.stringMatching(/^[A-Za-z0-9!'()*+,.:;=_-]{1,16}$/)
  const prefix = fc.integer({ min: 6, max: 12 }).chain((length) => digits(length))
  const withReference = (name: string, total: number, tail: string) =>
    fc.tuple(prefix, serial, digits(12)).chain(([gcp, its, number]) =>
      digits(total - gcp.length).map((reference) => {
        const end = tail.replace('serial', its).replace('number', number)
        return { urn: `urn:epc:${name}:${gcp}.${reference}${end}`, length: gcp.length }
      }),
    )
  const urns = fc.oneof(
    withReference('id:sgtin', 13, '.serial'),
    withReference('class:lgtin', 13, '.serial'),
    withReference('idpat:sgtin', 13, '.*'),
    withReference('id:upui', 13, '.serial'),
    withReference('id:itip', 13, '.01.03.serial'),
    withReference('id:sscc', 17, ''),
    withReference('id:sgln', 12, '.serial'),
    withReference('id:pgln', 12, ''),
    withReference('id:grai', 12, '.serial'),
    withReference('id:gdti', 12, '.serial'),
    withReference('id:sgcn', 12, '.number'),
    withReference('id:gsrn', 17, ''),
    withReference('id:gsin', 16, ''),
  )

  it('are the same thing in two spellings, whatever the company prefix', () => {
    fc.assert(
      fc.property(urns, ({ urn, length }) => {
        const { key, warnings } = identify(urn)
        expect(warnings).toEqual([])
        expect(toUrn(key, length)).toBe(urn)
        expect(identify(key)).toMatchObject({ key, warnings: [] })
      }),
    )
  })
})

describe('The trade item of a key', () => {
  it('is the GTIN of an item, a lot, a class and a piece', () => {
    for (const path of [
      '01/06901234567892/21/A1',
      '01/06901234567892',
      '8006/069012345678920102',
    ]) {
      expect(gtinOf(`https://id.gs1.org/${path}`)).toBe('06901234567892')
    }
    expect(gtinOf('https://id.gs1.org/00/169012342345678902')).toBeUndefined()
  })
})
