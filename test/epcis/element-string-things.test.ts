import { describe, expect, it } from 'vitest'
import { understandElementString } from '#epcis/element-string.ts'
import { candidatesOf } from '#epcis/named-things.ts'
import type { Candidate, Element } from '#epcis/understood.ts'

const YEAR = 2026
const GTIN = '06901234567892'

const elements = (...pairs: readonly (readonly [ai: string, value: string])[]): Element[] =>
  pairs.map(([ai, value]) => ({ ai, value }))

function understood(text: string): readonly Candidate[] {
  const found = understandElementString(text, YEAR)
  return found.ok ? found.candidates : expect.fail(found.message)
}

const keysOf = (text: string) =>
  understood(text).map(({ key }) => key.slice('https://id.gs1.org/'.length))

describe('What elements name', () => {
  it.each([
    [`(01)${GTIN}(21)A1`, `01/${GTIN}/21/A1`, 'instance'],
    [`(01)${GTIN}(235)TP`, `01/${GTIN}/235/TP`, 'instance'],
    [`(01)${GTIN}(10)L7(17)261231`, `01/${GTIN}/10/L7`, 'lot'],
    [`(01)${GTIN}(22)v2`, `01/${GTIN}`, 'class'],
    ['(00)169012342345678902', '00/169012342345678902', 'logistic-unit'],
    ['(401)6901234ship/1', '401/6901234ship%2F1', 'logistic-unit'],
    ['(402)69012340000000016', '402/69012340000000016', 'logistic-unit'],
    ['(414)6901234000016(254)dock', '414/6901234000016/254/dock', 'place'],
    ['(414)6901234000016(254)0', '414/6901234000016', 'place'],
    ['(417)6901234000016', '417/6901234000016', 'party'],
    ['(8003)0690123400001677', '8003/0690123400001677', 'asset'],
    ['(8003)06901234000016', '8003/06901234000016', 'class'],
    ['(8004)6901234crate', '8004/6901234crate', 'asset'],
    ['(8006)069012345678920102(21)S', '8006/069012345678920102/21/S', 'instance'],
    ['(8006)069012345678920102(10)L', '8006/069012345678920102/10/L', 'lot'],
    ['(8010)6901234A-1(8011)33', '8010/6901234A-1/8011/33', 'instance'],
    ['(8010)6901234A-1', '8010/6901234A-1', 'class'],
    ['(8017)690123400000000018(8019)7', '8017/690123400000000018', 'party'],
    ['(8018)690123400000000018', '8018/690123400000000018', 'party'],
    ['(253)6901234000016PO-1', '253/6901234000016PO-1', 'document'],
    ['(255)6901234000016044', '255/6901234000016044', 'document'],
    ['(415)6901234000016(8020)X1', '415/6901234000016/8020/X1', 'document'],
    ['(8013)1987654Ad4X4bL5ttr2310c2K', '8013/1987654Ad4X4bL5ttr2310c2K', 'class'],
  ])('%s is %s, of kind %s', (text, path, kind) => {
    expect(understood(text)).toMatchObject([
      { key: `https://id.gs1.org/${path}`, kind, form: 'element-string', notes: [] },
    ])
  })

  it('tells a serial and its lot, and the parts of both', () => {
    expect(understood(`(01)16901234567899(17)261231(11)260102(10)L7(21)A1`)).toEqual([
      {
        key: 'https://id.gs1.org/01/16901234567899/21/A1',
        kind: 'instance',
        form: 'element-string',
        lot: 'https://id.gs1.org/01/16901234567899/10/L7',
        parts: {
          gtin: '16901234567899',
          indicator: 1,
          lot: 'L7',
          serial: 'A1',
          expiry: '2026-12-31',
          production: '2026-01-02',
          elements: elements(
            ['01', '16901234567899'],
            ['17', '261231'],
            ['11', '260102'],
            ['10', 'L7'],
            ['21', 'A1'],
          ),
        },
        notes: [],
      },
    ])
  })

  it('puts a unit before its content, which is a lot of its own', () => {
    const found = understood(`(00)169012342345678902(02)${GTIN}(37)12(10)L7(17)261231`)
    expect(found).toMatchObject([
      { kind: 'logistic-unit', notes: [], parts: { sscc: '169012342345678902' } },
      {
        key: `https://id.gs1.org/01/${GTIN}/10/L7`,
        kind: 'lot',
        notes: ['names_content'],
        parts: { gtin: GTIN, lot: 'L7', expiry: '2026-12-31' },
      },
    ])
    expect(found[0]?.parts.gtin).toBeUndefined()
    expect(understood(`(02)${GTIN}(37)12`)).toMatchObject([
      { kind: 'class', notes: ['ai_pair_missing', 'names_content'] },
    ])
    expect(understood('(00)169012342345678902(8026)069012345678920102(37)1')).toMatchObject([
      { kind: 'logistic-unit' },
      { key: 'https://id.gs1.org/8006/069012345678920102', notes: ['names_content'] },
    ])
  })

  it('takes places and parties beside goods for what is told of them', () => {
    expect(keysOf(`(01)${GTIN}(21)A1(414)6901234000016(410)6901234000016`)).toEqual([
      `01/${GTIN}/21/A1`,
    ])
    expect(keysOf(`(410)6901234000016(00)169012342345678902`)).toEqual(['00/169012342345678902'])
  })

  it('names an item, a unit, an asset, a document, a place, a party in this order', () => {
    const all =
      '(417)6901234000016(253)6901234000016PO(8004)6901234crate(00)169012342345678902' +
      `(01)${GTIN}`
    expect(keysOf(all).map((path) => path.split('/')[0])).toEqual([
      '01',
      '00',
      '8004',
      '253',
      '417',
    ])
    expect(keysOf('(417)6901234000016(414)6901234000016')).toEqual([
      '414/6901234000016',
      '417/6901234000016',
    ])
  })

  it('flags an item that is made to order', () => {
    expect(understood(`(03)${GTIN}(21)A1`)).toMatchObject([
      { key: `https://id.gs1.org/01/${GTIN}/21/A1`, notes: ['made_to_order'] },
    ])
  })

  it.each([`(01)${GTIN}(21)S(235)T`, `(01)${GTIN}(235)T(21)S`])(
    '%s tells the serial that is in the key',
    (text) => {
      expect(understood(text)).toMatchObject([
        { key: `https://id.gs1.org/01/${GTIN}/235/T`, parts: { serial: 'T' } },
      ])
    },
  )

  it.each([
    ['(8004)950crate', '(8004) 950crate 4 digits of a company prefix come first.'],
    ['(8010)AB-1', '(8010) AB-1 4 digits of a company prefix come first.'],
    ['(401)abc', '(401) abc 4 digits of a company prefix come first.'],
    ['(8013)ab', '(8013) ab 4 digits of a company prefix come first.'],
    ['(8004)9506', '(8004) 9506 More has to follow.'],
  ])('%s has not the digits that its key begins with: %s', (text, message) => {
    const found = understandElementString(text, YEAR)
    expect(found).toMatchObject({ ok: false, code: 'ai_value' })
    expect(found.ok || found.message).toContain(message)
  })

  it('names nothing by the party to be paid alone', () => {
    const found = understandElementString('(415)6901234000016', YEAR)
    expect(found).toMatchObject({ ok: false, code: 'ai_no_key' })
  })

  it('tells a serial that is part of the key', () => {
    expect(understood('(8003)0690123400001677')[0]?.parts.serial).toBe('77')
    expect(understood('(253)6901234000016PO-1')[0]?.parts.serial).toBe('PO-1')
    expect(understood('(414)6901234000016')[0]?.parts).toMatchObject({ gln: '6901234000016' })
  })

  it('of a form that no value has is refused, whoever asks', () => {
    expect(candidatesOf([{ ai: '1', value: '1' }], 'epc-binary', YEAR)).toMatchObject({
      code: 'ai_unknown',
      form: 'epc-binary',
    })
    expect(candidatesOf([{ ai: '17', value: 'x' }], 'epc-binary', YEAR)).toMatchObject({
      code: 'ai_value',
    })
    expect(candidatesOf([], 'epc-binary', YEAR)).toMatchObject({ code: 'ai_no_key' })
  })
})

describe('What is odd is flagged and kept', () => {
  it.each([
    ['(01)06901234567893', ['check_digit']],
    ['(8013)1987654Ad4X4bL5ttr2310cXK', ['check_digit']],
    [`(01)${GTIN}(17)261331`, ['ai_date']],
    [`(01)${GTIN}(11)260230`, ['ai_date']],
    [`(01)${GTIN}(7003)2612002359`, ['ai_date']],
    [`(01)${GTIN}(7003)2612312460`, ['ai_content']],
    [`(01)${GTIN}(422)999`, ['ai_content']],
    [`(01)${GTIN}(250)X`, ['ai_pair_missing']],
    [`(01)${GTIN}(37)5`, ['ai_pair_excluded', 'ai_pair_missing']],
    [`(01)${GTIN}(21)A(235)B`, ['ai_pair_excluded']],
    [`(01)${GTIN}(3103)000500(3102)000500`, ['ai_pair_excluded']],
    [`(01)${GTIN}(99)X`, ['internal']],
    [`(01)${GTIN}(90)X`, []],
    [`(01)${GTIN}(3920)100(3103)000500`, []],
    [`(01)${GTIN}(3920)100`, ['ai_pair_missing']],
    [`(01)${GTIN}(21)A(8030)abc`, []],
    [`(01)${GTIN}(8030)abc`, ['ai_pair_missing']],
    [`(01)${GTIN}(21)A(8030)a=bc`, ['ai_content']],
  ])('%s has the notes %j', (text, notes) => {
    expect([...(understood(text)[0]?.notes ?? [])].sort()).toEqual(notes)
  })
})

describe('A date', () => {
  const expiryOf = (date: string, year: number) => {
    const found = understandElementString(`(01)${GTIN}(17)${date}`, year)
    return found.ok ? found.candidates[0].parts.expiry : undefined
  }

  it('is of the century that is nearest: 49 years before to 50 years after', () => {
    expect(expiryOf('760101', 2026)).toBe('2076-01-01')
    expect(expiryOf('770101', 2026)).toBe('1977-01-01')
    expect(expiryOf('260101', 2026)).toBe('2026-01-01')
    expect(expiryOf('000101', 2026)).toBe('2000-01-01')
    expect(expiryOf('100101', 2060)).toBe('2110-01-01')
    expect(expiryOf('110101', 2060)).toBe('2011-01-01')
    expect(expiryOf('990101', 2000)).toBe('1999-01-01')
    expect(expiryOf('500101', 2000)).toBe('2050-01-01')
  })

  it('of day 00 is the last day of its month', () => {
    expect(expiryOf('270200', 2026)).toBe('2027-02-28')
    expect(expiryOf('280200', 2026)).toBe('2028-02-29')
    expect(expiryOf('261100', 2026)).toBe('2026-11-30')
  })

  it('that is none is not told', () => {
    for (const none of ['261301', '260001', '260230', '270229', '261132']) {
      expect(expiryOf(none, 2026)).toBeUndefined()
    }
  })

  it('with a time of day is told without it', () => {
    expect(understood(`(01)${GTIN}(7003)2612312359`)[0]?.parts.expiry).toBe('2026-12-31')
    expect(understood(`(01)${GTIN}(8008)26123123`)[0]?.parts.production).toBe('2026-12-31')
  })
})
