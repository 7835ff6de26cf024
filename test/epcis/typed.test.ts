import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { caseVariants, tidied } from '#epcis/typed.ts'

const last = (text: string) => [...tidied(text)].at(-1)

describe('A typed text', () => {
  it.each([
    ['（０１）０６９０１２３４５６７８９２', '(01)06901234567892', ['fullwidth_folded']],
    ['  06901234567892\r\n', '06901234567892', ['blanks_removed']],
    ['“06901234567892”', '06901234567892', ['quotes_removed']],
    ['\u300c06901234567892\u300d', '06901234567892', ['quotes_removed']],
    [' "690 1234 567892" ', '6901234567892', ['blanks_removed', 'quotes_removed']],
    ['978-7-111-12345-6', '9787111123456', ['hyphens_removed']],
    ['978－7－111', '9787111', ['fullwidth_folded', 'hyphens_removed']],
    ['30:74:25:7b', '3074257b', ['hyphens_removed']],
    ['URN:EPC:ID:SGTIN:1.2.Ab', 'urn:epc:id:sgtin:1.2.Ab', ['case_changed']],
    ['urn:epc:id:cpi:6901234.a-1.33', 'urn:epc:id:cpi:6901234.A-1.33', ['case_changed']],
    ['HTTPS://Shop.Example/GTIN/1/SER/Ab', 'https://shop.example/gtin/1/ser/Ab', ['case_changed']],
    [']D2011', ']d2011', ['case_changed']],
    [']c1011', ']C1011', ['case_changed']],
    ['91350100m000100y43', '91350100M000100Y43', ['case_changed']],
    ['\ufeff690\u200b1', '6901', ['blanks_removed']],
  ])('%j is read as %j', (typed, text, notes) => {
    expect(last(typed)).toEqual({ text, notes })
  })

  it.each([
    '06901234567892',
    '3066c440-9047-4140-8000-75bcd15e0000',
    'A-1/2',
    ']E0690',
    ']e0690',
    "it's",
    '(01)1(21)a-b',
    '',
  ])('%j has nothing to forgive', (text) => {
    expect([...tidied(text)]).toEqual([])
  })

  it('is forgiven one thing after the other, each told', () => {
    expect([...tidied(' “97８-7” ')].map(({ text }) => text)).toEqual([
      ' “978-7” ',
      '“978-7”',
      '978-7',
      '9787',
    ])
  })

  it('of any content ends in few steps', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const steps = [...tidied(text)]
        expect(steps.length).toBeLessThanOrEqual(6)
        for (const step of steps) expect(step.notes.length).toBeGreaterThan(0)
      }),
    )
  })
})

describe('The case of a serial', () => {
  const item = (serial: string) => `https://id.gs1.org/01/06901234567892/21/${serial}`
  const named = (key: string) => ({
    key,
    kind: 'instance' as const,
    form: 'element-string' as const,
    parts: {},
    notes: [],
  })
  it('is also tried in capitals, in small letters and exchanged, escapes left alone', () => {
    expect(caseVariants(named(item('aB%2Fc9'))).map(({ key }) => key)).toEqual([
      item('AB%2FC9'),
      item('ab%2Fc9'),
      item('Ab%2FC9'),
    ])
    expect(caseVariants(named(item('abc'))).map(({ key }) => key)).toEqual([item('ABC')])
    expect(caseVariants(named(item('abc')))[0]?.notes).toEqual(['case_changed'])
  })

  it('is nothing to try where there are no letters or no serial', () => {
    expect(caseVariants(named(item('123')))).toEqual([])
    expect(caseVariants({ ...named('urn:x:Ab'), kind: 'other' })).toEqual([])
  })
})
