import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ALL_IDENTIFIERS } from '#epcis/application-identifiers.ts'
import { understandDigitalLink } from '#epcis/digital-link.ts'
import { elementsOfKey, keyOn, printBracketed, printFnc1 } from '#epcis/element-print.ts'
import { readElementString, understandElementString } from '#epcis/element-string.ts'
import type { Element } from '#epcis/understood.ts'
import { elementOf, elementsOf } from './element-values.ts'

function standardReading(text: string): readonly Element[] {
  const found = readElementString(text)
  return found.ok ? (found.readings[0]?.elements ?? []) : expect.fail(found.message)
}

describe('What is printed is read again', () => {
  it('of every application identifier by itself, in brackets and with FNC1', () => {
    for (const its of ALL_IDENTIFIERS) {
      fc.assert(
        fc.property(elementOf(its), (element) => {
          expect(standardReading(printBracketed([element]))).toEqual([element])
          expect(standardReading(printFnc1([element]))).toEqual([element])
        }),
        { numRuns: 4 },
      )
    }
  })

  it('of several in any order', () => {
    fc.assert(
      fc.property(elementsOf(ALL_IDENTIFIERS), (elements) => {
        expect(standardReading(printBracketed(elements))).toEqual(elements)
        expect(standardReading(printFnc1(elements))).toEqual(elements)
        expect(standardReading(`]d2${printFnc1(elements)}`)).toEqual(elements)
      }),
      { numRuns: 1000 },
    )
  })

  it('as scanners send it, with FNC1 only where one is needed', () => {
    const elements = [
      { ai: '01', value: '06901234567892' },
      { ai: '10', value: 'L7' },
      { ai: '21', value: 'A1' },
    ]
    expect(printFnc1(elements)).toBe('\u001d010690123456789210L7\u001d21A1')
    expect(printBracketed([{ ai: '21', value: 'A(10)<GS>(1)' }])).toBe('(21)A\\(10)\\<GS>(1)')
  })
})

describe('A key', () => {
  it.each([
    'https://id.gs1.org/01/06901234567892/21/A%2F%281%29',
    'https://id.gs1.org/01/06901234567892/10/L7',
    'https://id.gs1.org/8006/069012345678920102',
    'https://id.gs1.org/253/6901234000016PO-1',
    'https://id.gs1.org/415/6901234000016/8020/X1',
    'https://id.gs1.org/8013/1987654Ad4X4bL5ttr2310c2K',
  ])('%s is printed as an element string and as a link on any domain', (key) => {
    const elements = elementsOfKey(key) ?? []
    expect(understandElementString(printBracketed(elements), 2026)).toMatchObject({
      candidates: [{ key }],
    })
    const link = keyOn('https://shop.example:8443/de/', key) ?? ''
    expect(link.startsWith('https://shop.example:8443/de/')).toBe(true)
    expect(understandDigitalLink(link, 2026)).toMatchObject({ candidates: [{ key }] })
    expect(keyOn('https://id.gs1.org', key)).toBe(key)
  })

  it('that is none is printed as nothing', () => {
    for (const none of ['urn:epc:id:gid:1.2.3', 'https://id.gs1.org/', 'https://x.example/01/1']) {
      expect(elementsOfKey(none)).toBeUndefined()
      expect(keyOn('https://x.example', none)).toBeUndefined()
    }
    expect(elementsOfKey('https://id.gs1.org/01/06901234567892/21/%zz')).toBeUndefined()
  })
})

describe('Any text', () => {
  const pieces = fc.constantFrom(
    ']d2',
    ']E0',
    '(',
    ')',
    '(01)',
    '(21)',
    '\\',
    '\u001d',
    '<GS>',
    '|',
    '\u0000',
    '%',
    '%1D',
    '01',
    '06901234567892',
    '10',
    '17261231',
    '3103000500',
    '99',
    'A',
    '溯',
    '\ud800',
  )
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join('')),
  )

  it('is read or refused, and what is read says the same when it is printed', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const found = readElementString(text)
        if (!found.ok) {
          expect(found.message).not.toBe('')
          return
        }
        expect(found.readings.length).toBeLessThanOrEqual(8)
        for (const { elements } of found.readings) {
          expect(standardReading(printBracketed(elements))).toEqual(elements)
          expect(standardReading(printFnc1(elements))).toEqual(elements)
        }
        understandElementString(text, 2026)
      }),
      { numRuns: 3000 },
    )
  })

  it.each([
    ['without end', '1'],
    ['of brackets', '('],
    ['of separators', '\u001d'],
    ['of stand-ins', '<GS>'],
    ['of escapes', '\\('],
    ['of elements', '(10)A'],
    ['of values that may end anywhere', '0106901234567892211011172130'],
    ['of nothing', '\0'],
  ])('of a megabyte %s is answered', (_, piece) => {
    for (const size of [1_000_000, 8_000, 200]) {
      const text = piece.repeat(Math.ceil(size / piece.length)).slice(0, size)
      for (const each of [text, `0106901234567892${text}`, `]d2${text}`, `(01)${text}`]) {
        const found = understandElementString(each, 2026)
        if (size === 1_000_000) expect(found).toMatchObject({ ok: false, code: 'too_long' })
        else if (found.ok) expect(found.candidates[0].kind).not.toBe('other')
        else expect(found.message.length).toBeLessThan(250)
      }
    }
  })
})
