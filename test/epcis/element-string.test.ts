import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { elementsOfKey, printBracketed } from '#epcis/element-print.ts'
import { readElementString, understandElementString } from '#epcis/element-string.ts'
import { identify } from '#epcis/identifier.ts'
import type { Candidate, Element } from '#epcis/understood.ts'
import { sharedData } from '../shared-data.ts'

const YEAR = 2026
const GS = '\u001d'
const GTIN = '06901234567892'

const elements = (...pairs: readonly (readonly [ai: string, value: string])[]): Element[] =>
  pairs.map(([ai, value]) => ({ ai, value }))

/** The elements of every reading, each as it is written in brackets; or the code of a refusal. */
function read(text: string): readonly string[] | string {
  const found = readElementString(text)
  return found.ok ? found.readings.map((each) => printBracketed(each.elements)) : found.code
}

function understood(text: string): readonly Candidate[] {
  const found = understandElementString(text, YEAR)
  return found.ok ? found.candidates : expect.fail(found.message)
}

const keysOf = (text: string) =>
  understood(text).map(({ key }) => key.slice('https://id.gs1.org/'.length))

describe('Published vectors', () => {
  const tags = ['tds/tds1x-annex-e3.json', 'tds/tds23-annex-e3.json'].map(sharedData)
  test.skipIf(tags.includes(undefined))(
    'an element string names what the URN and the link of the tag name, and is printed again',
    () => {
      const vectors: { elementString?: string; pureIdentityUri?: string; digitalLink?: string }[] =
        tags.flatMap((file) => JSON.parse(readFileSync(file ?? '', 'utf8')).vectors)
      const tried = vectors.flatMap(({ elementString, pureIdentityUri, digitalLink }) => {
        if (!elementString) return []
        const [named] = understood(elementString)
        if (pureIdentityUri) expect(named?.key).toBe(identify(pureIdentityUri).key)
        if (digitalLink) expect(named?.key).toBe(digitalLink)
        expect(printBracketed(elementsOfKey(named?.key ?? '') ?? [])).toBe(elementString)
        return [elementString]
      })
      expect(tried.length).toBeGreaterThan(35)
    },
  )

  const epcs = sharedData('tds/epcpy-vectors.json')
  test.skipIf(!epcs)(
    'an element string and its URN have one key, and the key gives it again',
    () => {
      const vectors: { uri: string; gs1_element_string?: string }[] = JSON.parse(
        readFileSync(epcs ?? '', 'utf8'),
      ).vectors
      const tried = vectors.flatMap(({ uri, gs1_element_string: text }) => {
        if (!text) return []
        const [named] = understood(text)
        expect(named?.key, text).toBe(identify(uri).key)
        // A place without an extension is what extension 0 stands for.
        const printed = printBracketed(elementsOfKey(identify(uri).key) ?? [])
        expect(printed).toBe(text.endsWith('(254)0') ? text.slice(0, -'(254)0'.length) : text)
        return [text]
      })
      expect(tried.length).toBeGreaterThan(45)
    },
  )
})

describe('A text without brackets', () => {
  it.each([
    [`]d201${GTIN}1726123110L7${GS}21A1`],
    [`]C101${GTIN}1726123110L7${GS}21A1`],
    [`]e001${GTIN}1726123110L7${GS}21A1`],
    [`]Q301${GTIN}1726123110L7${GS}21A1`],
    [`]J101${GTIN}1726123110L7${GS}21A1`],
    [`01${GTIN}1726123110L7${GS}21A1`],
    [`${GS}01${GTIN}1726123110L7${GS}21A1${GS}`],
    [`${GS}01${GTIN}${GS}17261231${GS}${GS}10L7${GS}21A1`],
  ])('%j is read element by element', (text) => {
    expect(read(text)).toEqual([`(01)${GTIN}(17)261231(10)L7(21)A1`])
  })

  it.each([
    '<GS>',
    '<gs>',
    '{GS}',
    '[GS]',
    '<FNC1>',
    '{FNC1}',
    '^]',
    '|',
    '␝',
    '\\x1d',
    '\\x1D',
    '\\u001D',
    '\\035',
    '&#29;',
    '&#x1D;',
  ])('takes %j for the separator', (standIn) => {
    expect(read(`01${GTIN}10L7${standIn}21A1`)).toEqual([`(01)${GTIN}(10)L7(21)A1`])
    expect(read(`${standIn}01${GTIN}10L7${standIn}21A1`)).toEqual([`(01)${GTIN}(10)L7(21)A1`])
  })

  it('with a separator of its own has no stand-ins', () => {
    expect(readElementString(`01${GTIN}10A<GS>B${GS}21A1`)).toMatchObject({
      readings: [{ elements: elements(['01', GTIN], ['10', 'A<GS>B'], ['21', 'A1']) }],
    })
  })

  it.each([
    [']E06901234567892', '(01)06901234567892'],
    [']E0614141999996', '(01)00614141999996'],
    [']E495010939', '(01)00000095010939'],
    [']I116901234567899', '(01)16901234567899'],
  ])('%s carries a number alone', (text, bracketed) => {
    expect(read(text)).toEqual([bracketed])
    expect(understood(text)).toMatchObject([{ form: 'plain-number', kind: 'class' }])
  })

  it.each([[']d1', ']Q1', ']C0', ']E3', ']A0', ']', ']d', ']D2']].flat())(
    '%s is no carrier of elements, and is refused with its name',
    (symbology) => {
      const found = readElementString(`${symbology}01${GTIN}`)
      expect(found).toMatchObject({ ok: false, code: 'symbology_unknown' })
      expect(found.ok || found.message).toContain(symbology)
    },
  )
})

describe('A text whose separators are lost', () => {
  it('is read as the standard says first, then as it may have been meant', () => {
    const found = readElementString(`01${GTIN}21ABC1231726123110L77`)
    expect(found).toMatchObject({
      ok: true,
      readings: [
        { elements: elements(['01', GTIN], ['21', 'ABC1231726123110L77']), notes: [] },
        {
          elements: elements(['01', GTIN], ['21', 'ABC123'], ['17', '261231'], ['10', 'L77']),
          notes: ['separator_missing'],
        },
        { notes: ['separator_missing'] },
      ],
    })
    expect(keysOf(`01${GTIN}21ABC1231726123110L77`)).toEqual([
      `01/${GTIN}/21/ABC1231726123110L77`,
      `01/${GTIN}/21/ABC123`,
      `01/${GTIN}/21/ABC12317261231`,
    ])
  })

  it('is read in another way alone where the standard gives none', () => {
    const lot = 'L7A8B9C0D1E2F3'
    expect(read(`01${GTIN}10${lot}17261231 21A`)).toBe('ai_unknown')
    expect(read(`01${GTIN}10${lot}1726123121ABC`)).toContain(
      `(01)${GTIN}(10)${lot}(17)261231(21)ABC`,
    )
    expect(readElementString(`01${GTIN}10${lot}1726123121ABC`)).toMatchObject({
      readings: [{ notes: ['separator_missing'] }],
    })
  })

  it.each([
    ['a date that is none', '21ABC17261331'],
    ['what was told before', '21AB21CD'],
    ['a company-internal value', '21ABC99XYZ'],
    ['what lacks its pair', '21ABC8011123'],
    ['what excludes another', '21ABC235XYZ'],
    ['an unknown one', '21ABC04123'],
  ])('is not supposed to hold %s', (_, rest) => {
    expect(read(`01${GTIN}${rest}`)).toEqual([`(01)${GTIN}(21)${rest.slice(2)}`])
  })

  it('that has one somewhere has lost none', () => {
    expect(read(`01${GTIN}10L7${GS}21ABC17261231`)).toEqual([`(01)${GTIN}(10)L7(21)ABC17261231`])
  })

  it('has at most eight readings', () => {
    const found = readElementString(`01${GTIN}21${'1011'.repeat(5)}`)
    const many = readElementString(`01${GTIN}2110A1120B1730C1526`)
    for (const each of [found, many]) {
      if (!each.ok) expect.fail(each.message)
      expect(each.readings.length).toBeLessThanOrEqual(8)
    }
  })

  it('flags a value that was cut at its greatest length', () => {
    const found = readElementString(`01${GTIN}3012345678${'3103000500'}`)
    expect(found).toMatchObject({
      readings: [
        {
          elements: elements(['01', GTIN], ['30', '12345678'], ['3103', '000500']),
          notes: ['separator_missing'],
        },
      ],
    })
  })
})

describe('A text in brackets', () => {
  it('has brackets of its own in a value, unless a known identifier stands in them', () => {
    expect(read(`(01)${GTIN}(21)A(1)B(2024)C(D(17)261231`)).toEqual([
      `(01)${GTIN}(21)A(1)B\\(2024)C(D(17)261231`,
    ])
    expect(readElementString(`(01)${GTIN}(21)A(1)B(05)`)).toMatchObject({
      readings: [{ elements: elements(['01', GTIN], ['21', 'A(1)B(05)']) }],
    })
  })

  it('has any bracket in a value behind a backslash', () => {
    expect(readElementString(`(01)${GTIN}(21)A\\(10)B\\(17)`)).toMatchObject({
      readings: [{ elements: elements(['01', GTIN], ['21', 'A(10)B(17)']) }],
    })
  })

  it.each([
    ['(01)6901234567892(21)A1', '(01)06901234567892(21)A1'],
    ['(01)614141999996', '(01)00614141999996'],
    ['(01)95010939(10)L7', '(01)00000095010939(10)L7'],
    ['(00)169012342345678902(02)6901234567892(37)24', `(00)169012342345678902(02)${GTIN}(37)24`],
  ])('%s has a GTIN of fewer digits, which is filled up', (text, whole) => {
    expect(read(text)).toEqual([whole])
  })

  it.each(['6901234567893', '690123456789', '95010930', '5', '0000000', '690123456789A'])(
    'has no GTIN in %s, whose check digit is wrong or whose digits are too few',
    (value) => {
      expect(read(`(01)${value}(21)A1`)).toBe('ai_value')
    },
  )

  it('may have separators and a symbology identifier as well', () => {
    expect(read(`]d2${GS}(01)${GTIN}(10)L7${GS}(21)A1`)).toEqual([`(01)${GTIN}(10)L7(21)A1`])
    expect(read(`(01)${GTIN}(10)L7<GS>(21)A1`)).toEqual([`(01)${GTIN}(10)L7(21)A1`])
  })

  it('cannot hide a broken date in the lot before it', () => {
    expect(read(`(01)${GTIN}(10)L7(17)26123`)).toBe('ai_value')
  })

  it.each(['(01', '(01)06901234567892 (21', '()', '(1)2', '(x1)2', '(12345)1'])(
    '%s has no element where one must stand',
    (text) => {
      expect(['ai_bracket', 'ai_value']).toContain(read(text))
    },
  )
})

describe('What is refused', () => {
  it.each([
    ['', 'empty', ''],
    [GS, 'empty', ''],
    [']d2', 'empty', ''],
    [']E0', 'empty', ''],
    [']E069012345678', 'ai_value', ']E0 69012345678'],
    [']E4A5010939', 'ai_value', ']E4'],
    ['hello', 'ai_unknown', 'hell'],
    [`01${GTIN}0512`, 'ai_unknown', '0512'],
    [`(01)${GTIN}(05)12`, 'ai_unknown', '(05)'],
    ['(01)0690123456789', 'ai_value', '(01) 0690123456789'],
    [`(01)${GTIN}1`, 'ai_value', '(01)'],
    [`(01)${GTIN}(17)26123A`, 'ai_value', '(17)'],
    [`(01)${GTIN}(21)A B`, 'ai_value', '(21) A B'],
    [`(01)${GTIN}(21)${'A'.repeat(21)}`, 'ai_value', '(21)'],
    [`(01)${GTIN}(21)溯源`, 'ai_value', '(21) 溯源'],
    [`(01)${GTIN}(7007)2612312`, 'ai_value', '(7007)'],
    [`01${GTIN}21A B`, 'ai_value', '(21)'],
    [`(01)${GTIN}(21)`, 'ai_empty', '(21)'],
    [`01${GTIN}10${GS}21A`, 'ai_empty', '(10)'],
    [`(01)${GTIN}(21)A\u0000B`, 'control_character', '(21) U+0000'],
    [`(01)${GTIN}(21)A\tB`, 'control_character', 'U+0009'],
    [`(01)${GTIN}(21)A(21)B`, 'ai_repeated', '(21) A and B'],
    [`01${GTIN}21A${GS}21B`, 'ai_repeated', '(21)'],
    [`(10)L7(17)261231`, 'ai_no_key', '(10)(17)'],
    ['(99)A', 'ai_no_key', '(99)'],
    ['(8004)AB12', 'ai_value', '(8004)'],
    ['(415)6901234000016', 'ai_no_key', '(415)'],
    ['1'.repeat(8193), 'too_long', ''],
  ])('%j is refused as %s, and what is wrong is named', (text, code, detail) => {
    const found = understandElementString(text, YEAR)
    expect(found).toMatchObject({ ok: false, code })
    expect(found.ok || found.message).toContain(detail)
  })

  it('is not an element told twice in the same way', () => {
    expect(read(`(01)${GTIN}(10)L7(10)L7`)).toEqual([`(01)${GTIN}(10)L7`])
  })
})
