import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { beginsAsEpcUrn, readEpcUrn, shortGtin, splitKey, toUrn } from '#epcis/epc-urn.ts'
import { identify } from '#epcis/identifier.ts'
import { whyNoEpcUrn } from '#epcis/malformed-urn.ts'
import { sharedData } from '../shared-data.ts'

interface Vector {
  readonly scheme: string
  readonly kind: string
  readonly valid: boolean
  readonly uri: string
  readonly gs1_key?: string
  readonly gs1_element_string?: string
  readonly company_prefix_length?: number
  readonly kwargs?: { readonly gtin_type?: 8 | 12 | 13 }
}

describe('The URNs of another library', () => {
  const file = sharedData('tds/epcpy-vectors.json')
  const all: readonly Vector[] = file ? JSON.parse(readFileSync(file, 'utf8')).vectors : []
  const urns = all.filter((each) => each.kind === 'EPCSchemeInit')
  const elements = all.filter((each) => each.kind === 'GS1Element')

  test.skipIf(!file)('are there', () => {
    expect(urns.length).toBeGreaterThan(120)
    expect(elements.length).toBeGreaterThan(40)
  })

  test.each(urns.filter((each) => each.valid).map(({ uri }) => uri))('%s is one', (uri) => {
    const read = readEpcUrn(uri)
    expect(read).toBeDefined()
    if (!read) return
    const prefix = uri.split(':')[4]?.split('.')[0] ?? ''
    expect(toUrn(read.key, prefix.length)).toBe(uri)
  })

  test.each(urns.filter((each) => !each.valid).map(({ uri }) => uri))('%s is none', (uri) => {
    expect(readEpcUrn(uri)).toBeUndefined()
    expect(whyNoEpcUrn(uri)).toMatchObject({ ok: false, code: 'urn_malformed', form: 'epc-urn' })
  })

  test.each(elements.filter((each) => each.valid).map((each) => [each.uri, each] as const))(
    '%s is its elements, and these are it',
    (uri, vector) => {
      const key = readEpcUrn(uri)?.key ?? ''
      const { ai, value, qualifier, serial } = splitKey(key) ?? { ai: '', value: '' }
      const beside = serial === undefined ? '' : `(${qualifier})${serial}`
      // Extension 0 says that there is none: the key leaves it out.
      expect(`(${ai})${value}${beside}`).toBe(vector.gs1_element_string?.replace(/\(254\)0$/, ''))
      expect(toUrn(key, vector.company_prefix_length ?? 0)).toBe(uri)
      const { gs1_key: number, kwargs } = vector
      if (kwargs?.gtin_type) expect(shortGtin(value, kwargs.gtin_type)).toBe(number)
      else if (number) expect(value.endsWith(number)).toBe(true)
    },
  )

  test.each(elements.filter((each) => !each.valid).map((each) => [each.uri, each] as const))(
    '%s has no GTIN that is as short',
    (uri, { kwargs }) => {
      const value = splitKey(readEpcUrn(uri)?.key ?? '')?.value ?? ''
      expect(value).toHaveLength(14)
      expect(shortGtin(value, kwargs?.gtin_type ?? 8)).toBeUndefined()
    },
  )
})

describe('A URN of a scheme that has no Digital Link', () => {
  it.each([
    ['urn:epc:id:gid:952056.2718.1414', 'instance', true],
    ['urn:epc:id:usdod:CAGEY.5678', 'instance', true],
    ['urn:epc:id:usdod:2S1941.68719476735', 'instance', true],
    ['urn:epc:id:adi:35962.PQ7VZ4.M37GXB92', 'instance', true],
    ['urn:epc:id:adi:W81X9C..%23A-%2F', 'instance', true],
    ['urn:epc:id:bic:CSQU3054383', 'asset', true],
    ['urn:epc:id:bic:OOLU1234564', 'asset', false],
    ['urn:epc:id:bic:CSQU3054384', 'asset', false],
    ['urn:epc:id:imovn:9176187', 'asset', true],
    ['urn:epc:id:imovn:9176188', 'asset', false],
  ])('%s is its own key, of kind %s', (urn, kind, checked) => {
    expect(readEpcUrn(urn)).toEqual({ key: urn, kind, checked, lot: undefined })
    expect(identify(urn)).toMatchObject({
      key: urn,
      kind,
      warnings: checked ? [] : ['check_digit'],
    })
    expect(toUrn(urn, 7)).toBe(urn)
    expect(beginsAsEpcUrn(urn)).toBe(true)
  })

  it('has one key whatever the case of its escapes', () => {
    expect(readEpcUrn('urn:epc:id:adi:W81X9C.A%2fB.%237')?.key).toBe(
      'urn:epc:id:adi:W81X9C.A%2FB.%237',
    )
  })

  it('has the check digit of a container where its sum is 10 past the elevens', () => {
    // 10 stands for 0: two containers in eleven would have no digit otherwise.
    const tens = ['CSQU3054383', 'MSKU0000000', 'TCLU1000004'].map((code) =>
      [...'0123456789'].filter(
        (digit) => readEpcUrn(`urn:epc:id:bic:${code.slice(0, 10)}${digit}`)?.checked,
      ),
    )
    for (const digits of tens) expect(digits).toHaveLength(1)
  })
})

describe('A URN that is none tells which of its parts is wrong', () => {
  it.each([
    ['urn:epc:id:sgtin:69012.3056789.1', 'The company prefix has 6 to 12 digits, not 5 digits.'],
    ['urn:epc:id:sgtin:69O1234.056789.1', 'The company prefix has 6 to 12 digits, not 69O1234.'],
    ['urn:epc:id:sgtin:6901234.05678.1', 'The reference has 6 digits here, not 5.'],
    ['urn:epc:id:sgtin:690123456789.05.1', 'The reference has 1 digit here, not 2.'],
    ['urn:epc:id:sgtin:6901234.05678x.1', 'The reference has digits only, not 05678x.'],
    ['urn:epc:id:sgtin:6901234.056789', 'There is no serial.'],
    ['urn:epc:id:sgtin:6901234', 'There is no reference.'],
    ['urn:epc:id:sgtin:6901234.056789.', 'There is no serial.'],
    ['urn:epc:class:lgtin:6901234.056789.', 'There is no lot.'],
    ['urn:epc:id:sgln:6901234.00001.', 'There is no extension.'],
    ['urn:epc:id:sgtin:6901234.056789.a#b', '# may not stand in the serial.'],
    ['urn:epc:id:sgtin:6901234.056789.a%20b', 'may not stand in the serial.'],
    ['urn:epc:id:sgtin:6901234.056789.a%2', 'An escape in the serial is broken.'],
    [
      'urn:epc:id:sgtin:6901234.056789.123456789012345678901',
      'The serial has up to 20 characters, not 21.',
    ],
    [
      'urn:epc:id:upui:6901234.056789.12345678901234567890123456789',
      'The serial has up to 28 characters, not 29.',
    ],
    [
      'urn:epc:id:grai:6901234.00001.12345678901234567',
      'The serial has up to 16 characters, not 17.',
    ],
    [
      'urn:epc:id:gdti:6901234.00001.123456789012345678',
      'The serial has up to 17 characters, not 18.',
    ],
    ['urn:epc:id:sgcn:6901234.00001.1234567890123', 'The serial has up to 12 characters, not 13.'],
    ['urn:epc:id:sgcn:6901234.00001.A', 'A may not stand in the serial.'],
    ['urn:epc:id:cpi:6901234.A.01', 'The serial begins with a zero.'],
    ['urn:epc:id:cpi:6901234.a.1', 'a may not stand in the reference, only capital letters.'],
    ['urn:epc:id:cpi:6901234.A*1.1', '* may not stand in the reference.'],
    ['urn:epc:id:cpi:6901234..1', 'There is no reference.'],
    ['urn:epc:id:giai:6901234.', 'There is no reference.'],
    [
      'urn:epc:id:giai:6901234.123456789012345678901234',
      'The reference has up to 23 characters, not 24.',
    ],
    [
      'urn:epc:id:itip:6901234.056789.1.2.S',
      'The piece and the total have 2 digits each, not 1 and 2.',
    ],
    ['urn:epc:id:sscc:6901234.1234567890.1', 'sscc has no serial.'],
    ['urn:epc:id:lgtin:6901234.056789.L', 'The form of lgtin is class, not id.'],
    ['urn:epc:idpat:sscc:6901234.1234567890', 'The form of sscc is id, not idpat.'],
    ['urn:epc:id:gln:6901234.00001.0', 'There is no scheme gln.'],
    ['urn:epc:sgtin:6901234.056789.1', 'It is not urn:epc:, a form, a scheme and its parts.'],
    ['urn:epc:id:gid:1.02.3', 'The object class begins with a zero.'],
    ['urn:epc:id:gid:1.2', 'It has 3 parts, not 2.'],
    ['urn:epc:id:gid:1.2.68719476736', 'The serial has to be less than 68719476736.'],
    ['urn:epc:id:gid:a.2.3', 'The manager is a number, not a.'],
    ['urn:epc:id:usdod:2S19I.1', 'The code has 5 or 6 digits and capital letters without I and O.'],
    ['urn:epc:id:adi:2S194.a.1', 'The part number has up to 32 capital letters'],
    ['urn:epc:id:adi:2S194.A.A%23', 'The serial has 1 to 30 capital letters'],
    ['urn:epc:id:bic:CSQA3054383', 'The category is J, U or Z, not A.'],
    ['urn:epc:id:bic:CSQU305438', 'It has 3 capital letters of an owner'],
    ['urn:epc:id:bic:csqu3054383', 'It has 3 capital letters of an owner, J, U or Z'],
    ['urn:epc:id:usdod:2s194.1', 'and capital letters'],
    ['urn:epc:pat:sgtin-96:3.6901234.056789.*', 'A pattern of tags names no thing.'],
    ['urn:epc:pat:', 'A pattern of tags names no thing.'],
    ['urn:epc:id:imovn:91761877', 'It has 7 digits, not 91761877.'],
  ])('%s: %s', (urn, message) => {
    expect(readEpcUrn(urn)).toBeUndefined()
    expect(whyNoEpcUrn(urn).message).toContain(message)
  })

  it('in a sentence of its own, however it is wrong', () => {
    const names =
      'sgtin lgtin sscc sgln grai giai gdti cpi sgcn itip upui gid usdod adi bic imovn x'
    const urn = fc
      .tuple(
        fc.constantFrom('id', 'class', 'idpat', 'x'),
        fc.constantFrom(...names.split(' ')),
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 40 }),
          fc.stringMatching(/^[0-9A-Za-z.%*#-]{0,40}$/),
          fc.stringMatching(/^\d{6,12}\.\d{0,11}\.[0-9A-Z%#.]{0,25}$/),
        ),
      )
      .map((parts) => `urn:epc:${parts.join(':')}`)
    fc.assert(
      fc.property(urn, (text) => {
        const read = readEpcUrn(text)
        if (read)
          expect(readEpcUrn(read.key) ?? identify(read.key)).toMatchObject({ key: read.key })
        else expect(whyNoEpcUrn(text)).toMatchObject({ ok: false, code: 'urn_malformed' })
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['urn:epc:id:sgtin:6901234.056789.A%1B%5B31mRED', 'U+001B may not stand in the serial.'],
    ['urn:epc:id:bic:CSQ\u00a0A3054383', 'It has 3'],
    ['urn:epc:id:imovn:917618\n7', 'It is not urn:epc:'],
    ['urn:epc:id:gid:\u202e1.2.3', 'The manager is a number, not U+202E1.'],
    ['urn:epc:id:gid:1\x7f.2.3', 'The manager is a number, not 1U+007F.'],
  ])('%j: %s, without a character that acts on a screen', (urn, message) => {
    const found = whyNoEpcUrn(urn).message
    expect(found).toContain(message)
    expect(found).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  })

  it('of any length', () => {
    const long = '9 . % A # %41 /'
      .split(' ')
      .flatMap((each) => [
        `urn:epc:id:giai:6901234.${each.repeat(1_000_000)}`,
        `urn:epc:id:sgtin:6901234.056789.${each.repeat(1_000_000)}`,
        `urn:epc:id:usdod:${each.repeat(1_000_000)}`,
      ])
    for (const urn of long) {
      expect(readEpcUrn(urn)).toBeUndefined()
      expect(whyNoEpcUrn(urn)).toMatchObject({ code: 'too_long' })
      expect(toUrn(`https://id.gs1.org/8004/${urn}`, 7)).toBeUndefined()
    }
  })
})

describe('A GTIN', () => {
  it('is as short as the zeros before it allow', () => {
    expect(shortGtin('06901234567892', 13)).toBe('6901234567892')
    expect(shortGtin('06901234567892', 12)).toBeUndefined()
    expect(shortGtin('00012345678905', 12)).toBe('012345678905')
    expect(shortGtin('00000095010939', 8)).toBe('95010939')
    expect(shortGtin('16901234567899', 13)).toBeUndefined()
    expect(shortGtin('6901234567892', 13)).toBeUndefined()
  })
})

describe('The serial of a part', () => {
  it('that begins with zeros has a key and no URN', () => {
    const key = 'https://id.gs1.org/8010/6901234A-1/8011/007'
    expect(identify(key)).toMatchObject({ key, kind: 'instance' })
    expect(toUrn(key, 7)).toBeUndefined()
    expect(readEpcUrn('urn:epc:id:cpi:6901234.A-1.007')).toBeUndefined()
  })
})
