import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import {
  drugProductOf,
  readOpaqueCode,
  readSchemeCode,
  readSocialCreditCode,
  socialCreditCheck,
} from '#epcis/scheme-code.ts'
import { sharedData } from '../shared-data.ts'

describe('A social credit code', () => {
  const vectors = sharedData('golden_vectors.json')
  test.skipIf(!vectors)('has the check character of the published cases', () => {
    const { uscc } = JSON.parse(readFileSync(vectors ?? '', 'utf8'))
    expect(uscc.cases.length).toBeGreaterThan(2)
    for (const { body, check } of uscc.cases) {
      expect(socialCreditCheck(body)).toBe(check)
      expect(readSocialCreditCode(body + check)).toMatchObject({ kind: 'party', notes: [] })
    }
    for (const { code, expected, got } of uscc.real_codes_that_fail) {
      expect(socialCreditCheck(code)).toBe(expected)
      const notes = expected === got ? [] : ['social_credit_check']
      expect(readSocialCreditCode(code)).toMatchObject({ key: `uscc:${code}`, notes })
    }
  })

  it.each([
    '91350100M000100Y4',
    '91350100M000100Y433',
    '91350100I000100Y43',
    '91990100M000100Y43',
    '913501A0M000100Y43',
    'Z1350100M000100Y43',
    '',
  ])('%s is none', (text) => {
    expect(readSocialCreditCode(text)).toBeUndefined()
  })
})

describe('A drug code', () => {
  it('names a pack, and by its first seven digits the product at that level of packing', () => {
    const code = readSchemeCode('drugcode:81234560000000000017')
    expect(code).toMatchObject({ kind: 'instance', form: 'drug-code', notes: [] })
    expect(code?.parts).toEqual({ product: '8123456', serial: '0000000000017' })
    expect(drugProductOf(code?.key ?? '')).toBe('drugcode:8123456')
    expect(readSchemeCode('drugcode:8123456')).toMatchObject({ kind: 'class' })
    expect(drugProductOf('https://id.gs1.org/01/06901234567892')).toBeUndefined()
  })

  it('names a lot by its product and the lot number, as a Digital Link escapes it', () => {
    const lot = readSchemeCode('drugcode:8123456/10/a%2fB')
    expect(lot).toEqual({
      ...{ key: 'drugcode:8123456/10/a%2FB', kind: 'lot', form: 'drug-code', notes: [] },
      parts: { product: '8123456', lot: 'a/B' },
    })
    expect(drugProductOf(lot?.key ?? '')).toBe('drugcode:8123456')
    for (const none of ['', 'x'.repeat(21), '批号', 'a%']) {
      expect(readSchemeCode(`drugcode:8123456/10/${none}`), none).toBeUndefined()
    }
    expect(readSchemeCode('drugcode:81234560000000000017/10/A')).toBeUndefined()
  })

  it('that does not begin with 8 is flagged, one of another length is none', () => {
    expect(readSchemeCode('drugcode:71234560000000000017')?.notes).toEqual(['drug_code_unusual'])
    expect(readSchemeCode('drugcode:812345600000000000')).toBeUndefined()
    expect(readSchemeCode('drugcode:8123456000000000001A')).toBeUndefined()
  })
})

describe('An Ecode or a Handle', () => {
  it.each([
    ['Ecode: 100010010000123', 'ecode:100010010000123', 'ecode'],
    ['ecode=2.2000.A-77', 'ecode:2.2000.A-77', 'ecode'],
    ['88.118.8/batch-7', 'hdl:88.118.8/batch-7', 'handle'],
    ['hdl:86.1000.9/a/b', 'hdl:86.1000.9/a/b', 'handle'],
    ['HANDLE:10.1000/182', 'hdl:10.1000/182', 'handle'],
    ['https://hdl.handle.net/88.118.8/batch-7?noredirect', 'hdl:88.118.8/batch-7', 'handle'],
    ['https://hdl.handle.net/88.118.8/a%2Fb', 'hdl:88.118.8/a/b', 'handle'],
  ])('%s is kept as %s', (text, key, form) => {
    expect(readOpaqueCode(text)).toEqual({ key, kind: 'other', form, parts: {}, notes: [] })
    expect(readSchemeCode(key)).toEqual({ key, kind: 'other', form, parts: {}, notes: [] })
  })

  it.each(['10.5/7', '88/x', 'ecode', 'Ecode: ', 'hdl:x/1', 'https://x.example/88.1/2'])(
    '%s is none',
    (text) => {
      expect(readOpaqueCode(text)).toBeUndefined()
    },
  )
})
