import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { identify } from '#epcis/identifier.ts'
import { MAX_LENGTH, understand } from '#epcis/understand.ts'
import type { Candidate } from '#epcis/understood.ts'
import { FORMS } from './forms.ts'

function likeliest(input: string | Uint8Array): Candidate {
  const reading = understand(input, { year: 2026 })
  if (!reading.ok) throw new Error(`${reading.code}: ${reading.message}`)
  return reading.candidates[0]
}

function all(text: string): string[] {
  const reading = understand(text, { year: 2026 })
  return reading.ok ? reading.candidates.map(({ key, kind }) => `${kind} ${key}`) : [reading.code]
}

describe('Every form', () => {
  it.each(FORMS)('$form, $name', ({ text, form, key, kind }) => {
    const candidate = likeliest(text)
    expect(candidate).toMatchObject({ key, kind })
    // A raw URI or a tag URI is a URN of what the tag says.
    expect(candidate.form).toBe(text.startsWith('urn:epc:') ? 'epc-urn' : form)
  })

  it('gives a key that is understood as itself, in events too', () => {
    for (const { key, kind, form } of FORMS) {
      if (form === 'text') continue
      expect(likeliest(key).key, key).toBe(key)
      expect(identify(key), key).toMatchObject({ key, kind })
    }
  })
})

describe('Parts', () => {
  it('of a pack are told beside its key', () => {
    expect(likeliest(']d201069012345678921727123110L-7\x1d21A1').parts).toMatchObject({
      gtin: '06901234567892',
      expiry: '2027-12-31',
    })
    expect(likeliest('(01)16901234567899(17)271231(11)260101(10)L-7(21)A1')).toMatchObject({
      key: 'https://id.gs1.org/01/16901234567899/21/A1',
      lot: 'https://id.gs1.org/01/16901234567899/10/L-7',
      parts: {
        gtin: '16901234567899',
        indicator: 1,
        lot: 'L-7',
        serial: 'A1',
        expiry: '2027-12-31',
        production: '2026-01-01',
      },
    })
  })

  it('of a tag are its scheme, filter, company prefix and host name', () => {
    expect(likeliest('3035A537C83775400012D687').parts).toMatchObject({
      scheme: 'SGTIN-96',
      filter: 1,
      companyPrefix: '6901234',
      gtin: '06901234567892',
      serial: '1234567',
    })
    expect(likeliest('EF116901234000000001392832F8C3B786CCB6C0').parts).toMatchObject({
      scheme: 'SSCC++',
      hostname: 'id.example.com',
      sscc: '169012340000000013',
    })
    expect(likeliest('FB14379F069012345678928582B58AF6E000').parts.expiry).toBe('2027-12-31')
  })

  it('of a URN tell the company prefix, those of a key only where a table does', () => {
    const urn = 'urn:epc:id:sgtin:6901234.056789.A1'
    expect(likeliest(urn).parts).toMatchObject({ companyPrefix: '6901234', serial: 'A1' })
    const link = 'https://id.gs1.org/01/06901234567892/21/A1'
    expect(likeliest(link).parts.companyPrefix).toBeUndefined()
    const asked: string[] = []
    const companyPrefixLength = (digits: string) => {
      asked.push(digits)
      return 9
    }
    const reading = understand(link, { companyPrefixLength })
    expect(reading).toMatchObject({ candidates: [{ parts: { companyPrefix: '690123456' } }] })
    expect(asked).toEqual(['6901234567892'])
    expect(understand(urn, { companyPrefixLength })).toMatchObject({
      candidates: [{ parts: { companyPrefix: '6901234' } }],
    })
  })

  it('of a key that is no GS1 key have no company prefix', () => {
    for (const urn of ['urn:epc:id:gid:952056.2718.1414', 'urn:epc:id:usdod:123456.77']) {
      expect(likeliest(urn).parts.companyPrefix, urn).toBeUndefined()
    }
  })

  it('of a drug code tell the level of packing where its product is known', () => {
    const levels: Record<string, number> = { 'drugcode:8123456': 2 }
    const reading = understand('81234560000000000017', { packLevel: (key) => levels[key] })
    expect(reading).toMatchObject({ candidates: [{ parts: { packLevel: 2 } }] })
  })
})

describe('What can be several things', () => {
  it.each([
    [
      '6901234000016',
      [
        'class https://id.gs1.org/01/06901234000016',
        'place https://id.gs1.org/414/6901234000016',
        'party https://id.gs1.org/417/6901234000016',
      ],
    ],
    [
      '169012340000000013',
      [
        'logistic-unit https://id.gs1.org/00/169012340000000013',
        'party https://id.gs1.org/8018/169012340000000013',
        'party https://id.gs1.org/8017/169012340000000013',
      ],
    ],
    [
      '00169012340000000013',
      [
        'logistic-unit https://id.gs1.org/00/169012340000000013',
        'instance drugcode:00169012340000000013',
      ],
    ],
    [
      '00169012340000000014',
      [
        'logistic-unit https://id.gs1.org/00/169012340000000014',
        'instance drugcode:00169012340000000014',
        'other 00169012340000000014',
      ],
    ],
    ['0106901234567893', ['class https://id.gs1.org/01/06901234567893', 'other 0106901234567893']],
    ['69012342', ['other 69012342']],
    ['8123456', ['other 8123456', 'class drugcode:8123456']],
    ['123456789012345678901', ['other 123456789012345678901']],
    [
      'NZ20250101000001',
      ['other NZ20250101000001', 'instance urn:epc:id:gid:165367225.13851957.56720837941'],
    ],
    [
      'MDWlN8g3dUAAEtaH',
      ['instance https://id.gs1.org/01/06901234567892/21/1234567', 'other MDWlN8g3dUAAEtaH'],
    ],
    [
      'E2801191A5030062FA3C1B22',
      ['other urn:epc:raw:96.xE2801191A5030062FA3C1B22', 'other E2801191A5030062FA3C1B22'],
    ],
  ])('%s comes in the order of likelihood', (text, candidates) => {
    expect(all(text)).toEqual(candidates)
  })

  it('a text without separators is read as the standard says first', () => {
    const candidates = all('010690123456789210ABC17271231')
    expect(candidates[0]).toBe('lot https://id.gs1.org/01/06901234567892/10/ABC17271231')
    expect(candidates).toContain('lot https://id.gs1.org/01/06901234567892/10/ABC')
  })
})

describe('What typing does to a code', () => {
  const item = 'https://id.gs1.org/01/06901234567892/21/A1'
  it.each([
    ['（０１）０６９０１２３４５６７８９２（２１）Ａ１', item, ['fullwidth_folded']],
    [' (01) 06901234567892 (21) A1 ', item, ['blanks_removed']],
    ['“(01)06901234567892(21)A1”', item, ['quotes_removed']],
    ['URN:EPC:ID:SGTIN:6901234.056789.A1', item, ['case_changed']],
    ['HTTPS://Shop.Example/01/06901234567892/21/A1', item, []],
    [']D201069012345678922'.concat('1A1'), item, ['case_changed']],
    ['690-1234-567892', 'https://id.gs1.org/01/06901234567892', ['hyphens_removed']],
    ['30:35:A5:37:C8:37:75:40:00:12:D6:87', `${item.slice(0, -2)}1234567`, ['hyphens_removed']],
    ['3035a537c83775400012d687', `${item.slice(0, -2)}1234567`, []],
    ['0x3035A537C83775400012D687', `${item.slice(0, -2)}1234567`, []],
    [']Q1https://shop.example/01/06901234567892/21/A1', item, []],
    [']d106901234567892', item.slice(0, -6), []],
    [']C081234560000000000017', 'drugcode:81234560000000000017', []],
    ['91350100-M000100Y4-3', 'uscc:91350100M000100Y43', ['hyphens_removed']],
    ['uscc:91350100m000100y43', 'uscc:91350100M000100Y43', []],
    ['{GS}010690123456789221A1', item, []],
    ['<FNC1>010690123456789221A1<GS>17271231', item, []],
    ['F41690123400000000018', 'https://id.gs1.org/8018/690123400000000018', []],
    ['91350100m000100y43', 'uscc:91350100M000100Y43', ['case_changed']],
  ])('%j is forgiven, and said', (text, key, notes) => {
    expect(likeliest(text)).toMatchObject({ key, notes })
  })
})

describe('What is no identifier', () => {
  it.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['abc\0def', 'control_character'],
    ['303DA537C83775400012D687', 'tag_partition'],
    ['3035A537C83775400012D6', 'tag_truncated'],
    ['3035A537C83775400012D68', 'tag_hex_odd'],
    ['3035A537C83775400012D68700000001', 'tag_too_long'],
    ['(01)0690123456789', 'ai_value'],
    ['(01)06901234567892(21)', 'ai_empty'],
    ['(09)123', 'ai_unknown'],
    ['(10)L-7', 'ai_no_key'],
    ['urn:epc:id:sgtin:690123.056789.A1', 'urn_malformed'],
    ['urn:epc:id:sgtin:6901234.056789.A%ZZ', 'urn_malformed'],
    ['urn:epc:tag:sgtin-96:8.6901234.056789.1', 'tag_no_room'],
    ['https://id.gs1.org/01/06901234567892/21/A%2', 'escape_broken'],
  ])('%j is refused: %s', (text, code) => {
    const reading = understand(text)
    expect(reading).toMatchObject({ ok: false, code })
    if (!reading.ok) expect(reading.message.length).toBeLessThan(400)
  })

  it('is what is longer than any code, whatever it begins with', () => {
    for (const start of ['', '(01)', ']d2', 'urn:epc:id:', 'https://id.gs1.org/01/', '3035', ' ']) {
      for (const filler of ['9', '(', 'A%2F', '\x1d21']) {
        const text = start + filler.repeat(1_000_000 / filler.length)
        expect(understand(text)).toMatchObject({ ok: false, code: 'too_long' })
        // As long as anything that is read: every step of it is bounded too.
        expect(understand(text.slice(0, MAX_LENGTH))).toHaveProperty('ok')
      }
    }
  })

  it.each([
    'PAL-0042',
    'order 77',
    '12345678',
    '3066c440-9047-4140-8000-75bcd15e0000',
    'urn:uuid:3066c440-9047-4140-8000-75bcd15e0000',
    'https://shop.example/orders/12345678',
    'd41d8cd98f00b204',
    'F41690123400000',
    '192.168.100.200',
    '30a1d8cd98f00b204e9800998ecf8427',
    '00:1B:44:11:3A:B7',
    '苹果',
  ])('%s stays what it is', (text) => {
    expect(likeliest(text)).toMatchObject({ key: text, kind: 'other', notes: [] })
  })

  it('with a wrong check digit is understood and flagged', () => {
    for (const text of [
      '6901234567893',
      '(01)06901234567893',
      'https://x.example/01/06901234567893',
    ]) {
      expect(likeliest(text)).toMatchObject({
        key: 'https://id.gs1.org/01/06901234567893',
        notes: ['check_digit'],
      })
    }
  })

  it('of any content never throws, and what is understood has a key', () => {
    const nearly = fc
      .tuple(
        fc.constantFrom(
          '',
          '(01)',
          ']d2',
          'urn:epc:id:',
          'urn:epc:tag:',
          'https://id.gs1.org/',
          '30',
          '\x1d01',
        ),
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 80 }),
          fc.stringMatching(/^[0-9A-F]{0,60}$/),
          fc.stringMatching(/^[0-9()./%:A-Za-z+-]{0,60}$/),
        ),
      )
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(nearly, (text) => {
        const reading = understand(text)
        if (reading.ok) for (const { key } of reading.candidates) expect(key).not.toBe('')
        else expect(reading.message).not.toBe('')
      }),
      { numRuns: 2000 },
    )
  })

  it('of bytes never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(understand(bytes)).toHaveProperty('ok')
      }),
      { numRuns: 2000 },
    )
  })
})
