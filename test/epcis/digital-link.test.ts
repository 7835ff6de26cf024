import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import {
  ALL_IDENTIFIERS,
  type ApplicationIdentifier,
  applicationIdentifier,
} from '#epcis/application-identifiers.ts'
import {
  readDigitalLink,
  readDigitalLinkFully,
  understandDigitalLink,
} from '#epcis/digital-link.ts'
import { printBracketed, printDigitalLink } from '#epcis/element-print.ts'
import { KEY_PATHS } from '#epcis/gs1-key.ts'
import type { Candidate } from '#epcis/understood.ts'
import { sharedData } from '../shared-data.ts'
import { compressed } from './compressing.ts'
import { elementOf, elementsOf } from './element-values.ts'

const YEAR = 2026
const GTIN = '06901234567892'
const item = `https://id.gs1.org/01/${GTIN}/21/A1`

/** The elements of a link in brackets; the code of a refusal; undefined for any other link. */
function read(link: string): string | undefined {
  const found = readDigitalLinkFully(link)
  return found?.ok ? printBracketed(found.elements) : found?.code
}

function understood(link: string): readonly Candidate[] {
  const found = understandDigitalLink(link, YEAR)
  return found?.ok ? found.candidates : expect.fail(found?.message ?? 'none')
}

describe('Published vectors', () => {
  const file = sharedData('tds/dl-normaliser-vectors.json')
  test.skipIf(!file)('every link of the normaliser names what its canonical link names', () => {
    const vectors: { input: string; expected: string | null }[] = JSON.parse(
      readFileSync(file ?? '', 'utf8'),
    ).vectors
    const links = vectors.filter(({ input }) => input.startsWith('http'))
    expect(links.length).toBeGreaterThan(15)
    for (const { input, expected } of links) {
      const found = understandDigitalLink(input, YEAR)
      if (expected === null) expect(found?.ok, input).not.toBe(true)
      else expect(found, input).toMatchObject({ candidates: [{ key: expected }] })
    }
  })
})

describe('A link', () => {
  it.each([
    [`https://id.gs1.org/01/${GTIN}/21/A1`, `(01)${GTIN}(21)A1`],
    [`HTTPS://shop.example:8443/de/a/gtin/${GTIN}/ser/A1/`, `(01)${GTIN}(21)A1`],
    [`http://u@shop.example/01/6901234567892/22/v/10/L/21/A1`, `(01)${GTIN}(22)v(10)L(21)A1`],
    ['https://x.example/01/95010939', '(01)00000095010939'],
    ['https://x.example/01/614141999996', '(01)00614141999996'],
    [`https://x.example/01/${GTIN}/235/TP`, `(01)${GTIN}(235)TP`],
    ['https://x.example/itip/069012345678920102/cpv/v', '(8006)069012345678920102(22)v'],
    ['https://x.example/sscc/169012342345678902', '(00)169012342345678902'],
    ['https://x.example/gln/6901234000016/glnx/dock', '(414)6901234000016(254)dock'],
    ['https://x.example/gln/6901234000016/uic-ext/1ABC', '(414)6901234000016(7040)1ABC'],
    ['https://x.example/party/6901234000016', '(417)6901234000016'],
    ['https://x.example/grai/0690123400001677', '(8003)0690123400001677'],
    ['https://x.example/giai/6901234crate', '(8004)6901234crate'],
    ['https://x.example/gdti/6901234000016PO-1', '(253)6901234000016PO-1'],
    ['https://x.example/gcn/6901234000016044', '(255)6901234000016044'],
    ['https://x.example/ginc/6901234ship%2F1', '(401)6901234ship/1'],
    ['https://x.example/gsin/69012340000000016', '(402)69012340000000016'],
    ['https://x.example/cpid/6901234A-1%2F2/cpsn/33', '(8010)6901234A-1/2(8011)33'],
    ['https://x.example/gsrn/690123400000000018/srin/7', '(8018)690123400000000018(8019)7'],
    ['https://x.example/gsrnp/690123400000000018', '(8017)690123400000000018'],
    ['https://x.example/gmn/1987654Ad4X4bL5ttr2310c2K', '(8013)1987654Ad4X4bL5ttr2310c2K'],
    ['https://x.example/payTo/6901234000016/refNo/X1', '(415)6901234000016(8020)X1'],
    [`]Q1https://x.example/01/${GTIN}/21/A1`, `(01)${GTIN}(21)A1`],
  ])('%s tells %s', (link, bracketed) => {
    expect(read(link)).toBe(bracketed)
    expect(readDigitalLinkFully(link)).toMatchObject({ notes: [] })
  })

  it('tells the attributes of its query, and nothing of what else stands there', () => {
    const query = '17=270131&3103=000500;utm_source=x&linkType=gs1:pip&9999=1&=2&10&15=270101'
    const [named] = understood(`${item}?${query}#top?11=260101`)
    expect(printBracketed(named?.parts.elements ?? [])).toBe(
      `(01)${GTIN}(21)A1(17)270131(3103)000500(15)270101`,
    )
    expect(named).toMatchObject({ key: item, notes: [], parts: { expiry: '2027-01-31' } })
  })

  it.each([
    `?x=${'y'.repeat(2100)}&17=270131`,
    `?${'utm=a&'.repeat(1200)}17=270131`,
    `?17=270131#${'z'.repeat(7000)}`,
  ])('is read however much its query says (%#)', (query) => {
    const link = `https://shop.example/01/${GTIN}/21/A1${query}`
    expect(understandDigitalLink(link, YEAR)).toMatchObject({
      candidates: [{ key: `https://id.gs1.org/01/${GTIN}/21/A1`, parts: { expiry: '2027-01-31' } }],
    })
  })

  it('has a path that is no longer than any URI, and no more than 8,192 characters', () => {
    const item = `/01/${GTIN}/21/A1`
    const long = `https://shop.example/${'a'.repeat(2048)}${item}`
    expect(readDigitalLinkFully(`${long}?x=1`)).toBeUndefined()
    expect(readDigitalLinkFully(long)).toBeUndefined()
    const whole = `https://shop.example${item}?x=`
    expect(readDigitalLinkFully(whole.padEnd(8192, 'y'))).toMatchObject({ ok: true })
    expect(readDigitalLinkFully(whole.padEnd(8193, 'y'))).toBeUndefined()
  })

  it('has its key from its path alone', () => {
    expect(understood(`https://x.example/01/${GTIN}?10=L7`)).toMatchObject([
      { key: `https://id.gs1.org/01/${GTIN}`, kind: 'class', parts: { lot: 'L7' } },
    ])
    expect(understood(`${item}?414=6901234000016`)).toMatchObject([{ key: item }])
    expect(understood(`${item}?10=L7`)).toMatchObject([
      { key: item, lot: `https://id.gs1.org/01/${GTIN}/10/L7` },
    ])
  })

  it('of a unit names the unit, then what is in it', () => {
    const unit = 'https://id.gs1.org/00/169012342345678902'
    expect(understood(`${unit}?02=${GTIN}&37=12&10=L7`)).toMatchObject([
      { key: unit, kind: 'logistic-unit', notes: [] },
      { key: `https://id.gs1.org/01/${GTIN}/10/L7`, notes: ['names_content'] },
    ])
  })

  it.each([`https://x.example/01/${GTIN}/21/A1/10/L7`, `https://x.example/01/${GTIN}/235/TP/22/v`])(
    '%s has its qualifiers in another order than the standard, and is flagged',
    (link) => {
      expect(readDigitalLinkFully(link)).toMatchObject({ ok: true, notes: ['link_order'] })
      expect(understood(link)[0]?.key).toBe(readDigitalLink(link)?.key)
    },
  )

  it.each(['17=2701', '17=27013X', '21=A2', '22=v', '17=%zz', '17=', '10=%00', '235=TP'])(
    'leaves out %s of its query, and says so',
    (attribute) => {
      expect(understood(`${item}?${attribute}`)).toMatchObject([
        { key: item, notes: ['link_attribute'], parts: { elements: [{}, {}] } },
      ])
    },
  )

  it('is flagged for what is odd in it', () => {
    expect(understood('https://x.example/01/06901234567893')[0]?.notes).toEqual(['check_digit'])
    expect(understood(`${item}?17=271331`)[0]?.notes).toEqual(['ai_date'])
    expect(understood(`${item}?37=5`)[0]?.notes).toEqual(['ai_pair_excluded', 'ai_pair_missing'])
  })

  it.each([
    ['%2F', '/'],
    ['%2f', '/'],
    ['%25', '%'],
    ['%28%29', '()'],
    ["!'()*+,:;=", "!'()*+,:;="],
  ])('writes %s for %s of a serial', (escaped, serial) => {
    const link = `https://x.example/01/${GTIN}/21/a${escaped}b`
    const [named] = understood(link)
    expect(named?.parts.serial).toBe(`a${serial}b`)
    expect(named?.key).toBe(readDigitalLink(link)?.key)
  })
})

describe('A link that begins as a Digital Link and is none', () => {
  it.each([
    [`https://x.example/01/${GTIN}/21/%`, 'escape_broken', '(21) %'],
    [`https://x.example/01/${GTIN}/21/%2`, 'escape_broken', '(21) %2'],
    [`https://x.example/01/${GTIN}/21/%zz`, 'escape_broken', '(21)'],
    ['https://x.example/01/0690123456789%', 'escape_broken', '(01)'],
    [`https://x.example/01/${GTIN}/21/%00`, 'control_character', 'U+0000'],
    [`https://x.example/01/${GTIN}/21/A%1DB`, 'control_character', 'U+001D'],
    [`https://x.example/01/${GTIN}/21/%E6%BA%90`, 'ai_value', '(21)'],
    [`https://x.example/01/${GTIN}/21/源`, 'ai_value', '(21) 源'],
    [`https://x.example/01/${GTIN}/21/A B`, 'ai_value', '(21) A B'],
    [`https://x.example/01/${GTIN}/21/${'A'.repeat(21)}`, 'ai_value', '(21)'],
    [`https://x.example/01/${GTIN}/21`, 'ai_empty', '(21)'],
    [`https://x.example/01/${GTIN}/21//10/L7`, 'ai_empty', '(21)'],
    [`https://x.example/01/${GTIN}/99/x`, 'digital_link_malformed', '99 does not qualify (01)'],
    [`https://x.example/01/${GTIN}/glnx/x`, 'digital_link_malformed', 'glnx'],
    [`https://x.example/sscc/169012342345678902/21/x`, 'digital_link_malformed', '21'],
    ['https://x.example/415/6901234000016', 'digital_link_malformed', '(415)'],
    [`https://x.example/01/${GTIN}/21/A/21/B`, 'ai_repeated', '(21) A and B'],
    [`${item}?01=16901234567899`, 'ai_repeated', '(01)'],
    ['https://id.gs1.org/01/123', 'digital_link_malformed', '/01/123'],
    ['HTTP://ID.GS1.ORG/hello', 'digital_link_malformed', '/hello'],
  ])('%s is refused as %s', (link, code, detail) => {
    const found = understandDigitalLink(link, YEAR)
    expect(found).toMatchObject({ ok: false, code, form: 'digital-link' })
    expect(found?.ok || found?.message).toContain(detail)
  })

  it('that is compressed is refused as such', () => {
    const whole = compressed([
      { ai: '01', value: GTIN },
      { ai: '21', value: 'A1-b' },
      { ai: '17', value: '270131' },
    ])
    const rest = compressed([{ ai: '10', value: 'L7' }])
    for (const link of [
      `https://x.example/${whole}`,
      `https://x.example/de/${whole}?linkType=all`,
      `https://x.example/${compressed([{ ai: '00', value: '169012342345678902' }])}`,
      `https://x.example/${compressed([{ ai: '253', value: '6901234000016PO-1' }])}`,
      `https://x.example/${compressed([{ ai: '8004', value: '6901234crate' }])}`,
      `https://x.example/01/${GTIN}/${rest}`,
    ]) {
      expect(read(link), link).toBe('digital_link_compressed')
    }
  })
})

describe('A compressed link that does not begin with its key', () => {
  it.each([
    'JUa0T-eifdtOO9UFEmlYwv3Q',
    'EEarwSMhC4an0V05E2gEsb6e897an8ewAMGAkftmjYEy',
    'cEB2CqjAAkuwatGLJm0as27JywgtGKaPI4cGbM',
    'QUSaVjC_dHBAVlCrg',
    'IQuGp9FdPAAwYCR-2aNgTI',
    '414/5060917510004/cEBWUKu',
  ])('is refused as such: %s', (path) => {
    for (const host of ['shop.example', 'id.gs1.org']) {
      expect(read(`https://${host}/${path}`)).toBe('digital_link_compressed')
    }
  })

  it('has what its identifiers need, and each of them once', () => {
    const [lot, item, content] = [
      { ai: '10', value: 'L7' },
      { ai: '01', value: GTIN },
      { ai: '00', value: '169012342345678902' },
    ]
    expect(read(`https://x.example/${compressed([lot, item])}`)).toBe('digital_link_compressed')
    expect(read(`https://x.example/${compressed([lot, content])}`)).toBeUndefined()
    expect(read(`https://x.example/${compressed([lot, item, lot])}`)).toBeUndefined()
  })
})

describe('Any other link', () => {
  it.each([
    'https://shop.example/',
    'https://shop.example',
    'https://shop.example/01/97803',
    'https://shop.example/orders/12345678',
    `https://shop.example/01/${GTIN}/reviews`,
    `https://shop.example/01/${GTIN}/reviews/latest`,
    'https://shop.example/watch',
    `https://shop.example/${compressed([{ ai: '01', value: '06901234567893' }])}`,
    `https://shop.example/${compressed([{ ai: '10', value: 'L7' }])}`,
    'https://shop.example/products/organic-milk_1l',
    'https://shop.example/dQw4w9WgXcQ',
    'https://shop.example/?01=06901234567892',
    'https://id.gs1.org/',
    'ftp://id.gs1.org/01/06901234567892',
    'urn:epc:id:sgtin:6901234.056789.A1',
    'https:///01/06901234567892',
    '',
  ])('%s is no Digital Link and no broken one', (link) => {
    expect(readDigitalLinkFully(link)).toBeUndefined()
    expect(understandDigitalLink(link, YEAR)).toBeUndefined()
  })

  it('is hardly ever called compressed, whatever letters it is made of', () => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const step = fc.string({ unit: fc.constantFrom(...letters), minLength: 6, maxLength: 24 })
    const called = fc
      .sample(step, { numRuns: 5000, seed: 7 })
      .filter((each) => read(`https://x.example/${each}`) !== undefined)
    expect(called.length).toBeLessThan(10)
  })
})

describe('Both readers', () => {
  const step = fc.oneof(
    fc.constantFrom(...KEY_PATHS.map(({ path }) => path), '21', 'ser', '10', 'lot', '22', '254'),
    fc.constantFrom(GTIN, '6901234567892', '6901234000016', '169012342345678902', 'A1', 'L7', '0'),
    fc.constantFrom('', '%', '%41', '%2F', '%00', 'é', '?', '#', '&17=270131', '?17=270131', 'x'),
  )
  const links = fc
    .tuple(fc.constantFrom('https://id.gs1.org', 'HTTP://x', 'https://x'), fc.array(step))
    .map(([host, steps]) => [host, ...steps].join('/'))

  it('give the same key for any link, and nothing throws', () => {
    fc.assert(
      fc.property(fc.oneof(links, fc.webUrl(), fc.string({ unit: 'binary' })), (link) => {
        const key = readDigitalLink(link)
        const full = readDigitalLinkFully(link)
        const understood = understandDigitalLink(link, YEAR)
        if (full?.ok) expect(full.key).toEqual(key)
        else if (key) expect(full?.code).toBe('ai_repeated')
        if (understood?.ok) expect(understood.candidates[0].key).toBe(key?.key)
      }),
      { numRuns: 1500 },
    )
  })

  it('answer a link of a megabyte', () => {
    for (const piece of ['/01', '/', '%', 'A', '?', '&17=270131', `/01/${GTIN}`]) {
      for (const size of [2000, 1_000_000]) {
        const link = `https://x.example/${piece.repeat(size / piece.length)}`
        const found = understandDigitalLink(link, YEAR)
        if (size === 1_000_000) expect(found).toBeUndefined()
        else if (found?.ok) expect(found.candidates[0].key).toBe(readDigitalLink(link)?.key)
      }
    }
  })
})

describe('What is printed as a link is read again', () => {
  const attributes = ALL_IDENTIFIERS.filter((its) => its.attribute)
  const keys = ALL_IDENTIFIERS.flatMap((its) =>
    (its.keyWith?.split('|') ?? []).map((order) => ({
      its,
      order: order.split(' ').flatMap((ai) => applicationIdentifier(ai) ?? []),
    })),
  )

  /** A key begins with digits of a company prefix; an asset's with a zero. */
  const keyElement = (its: ApplicationIdentifier) =>
    elementOf(its).map(({ ai, value }) => {
      if (ai === '8003') return { ai, value: `0${value.slice(1)}` }
      const isText = its.format.components[0]?.set !== 'digits'
      return { ai, value: isText ? `6901234A1${value}`.slice(0, its.format.most) : value }
    })

  it('for every key with its qualifiers and every attribute', () => {
    expect(keys.length).toBeGreaterThan(17)
    for (const { its, order } of keys) {
      // A payment slip is none without its reference.
      const qualifiers = its.ai === '415' ? fc.constant(order) : fc.subarray(order)
      const paths = qualifiers.chain((behind) =>
        fc.tuple(keyElement(its), ...behind.map(elementOf)),
      )
      const bases = fc.constantFrom('https://x.example', 'http://x.example:8080/a/b/')
      const qualifying = (its.keyWith ?? '').split(/[ |]/)
      fc.assert(
        fc.property(paths, elementsOf(attributes), bases, (path, others, base) => {
          const all = [
            ...path,
            ...others.filter(({ ai }) => path.every((each) => each.ai !== ai)),
          ].filter(({ ai }, index) => index < path.length || !qualifying.includes(ai))
          const link = printDigitalLink(all, base) ?? expect.fail('not printed')
          expect(readDigitalLinkFully(link), link).toMatchObject({ elements: all, notes: [] })
        }),
        { numRuns: 60 },
      )
    }
  })

  it('puts into the path what can stand nowhere else', () => {
    const elements = [
      { ai: '01', value: '06901234567892' },
      { ai: '10', value: 'L7' },
      { ai: '235', value: 'TP' },
    ]
    expect(printDigitalLink(elements, 'https://x.example')).toBe(
      'https://x.example/01/06901234567892/235/TP?10=L7',
    )
  })

  it('is nothing where there is no key, or no place for an element', () => {
    expect(printDigitalLink([{ ai: '10', value: 'L7' }], 'https://x')).toBeUndefined()
    expect(
      printDigitalLink(
        [
          { ai: '00', value: '169012342345678902' },
          { ai: '21', value: 'A1' },
        ],
        'https://x',
      ),
    ).toBeUndefined()
  })
})
