import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readEpcUrn } from '#epcis/epc-urn.ts'
import { decodeTag } from '#epcis/tag/decode.ts'
import { encodeTag, type TagContents } from '#epcis/tag/encode.ts'
import type { TagRead } from '#epcis/tag/read.ts'
import { TAG_SCHEMES } from '#epcis/tag/schemes.ts'
import { readTagUri } from '#epcis/tag/tag-uri.ts'
import { REFUSALS } from '#epcis/understood.ts'
import { unpadded } from './fields.ts'

const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`))
const number = (largest: bigint) => fc.bigInt({ min: 0n, max: largest }).map(String)
/** Characters of 82 that a URN writes as they are, and one that it escapes. */
const text = (most: number) =>
  fc.stringMatching(new RegExp(`^[A-Za-z0-9!'()*+,.:;=_/-]{1,${most}}$`))
const padded = (most: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${most}}$`))
const part = (most: number) => fc.stringMatching(new RegExp(`^[A-Z0-9#/-]{1,${most}}$`))
const cage = fc.stringMatching(/^[A-HJ-NP-Z0-9]{5,6}$/)
const escapes = (value: string) => value.replaceAll('/', '%2F').replaceAll('#', '%23')
const below = (bits: number) => 2n ** BigInt(bits) - 1n

/** Company prefixes of 6 to 12 digits, each with what may follow one of its length. */
const withPrefix = (behind: (length: number) => fc.Arbitrary<string>) =>
  fc
    .integer({ min: 6, max: 12 })
    .chain((length) => fc.tuple(digits(length), behind(length)))
    .map((parts) => parts.join('.'))

/** A reference that fills company prefix and itself up to so many digits, and a serial. */
const withReference = (total: number, serial?: fc.Arbitrary<string>, pieces = '') =>
  withPrefix((length) =>
    serial
      ? fc.tuple(digits(total - length), serial).map(([a, b]) => `${a}${pieces}.${escapes(b)}`)
      : digits(total - length),
  )

/** Bodies of URNs that the scheme has room for. */
const BODIES: readonly (readonly [scheme: string, urn: string, fc.Arbitrary<string>])[] = [
  ['SGTIN-96', 'sgtin', withReference(13, number(below(38)))],
  ['SGTIN-198', 'sgtin', withReference(13, text(20))],
  ['SSCC-96', 'sscc', withReference(17)],
  ['SGLN-96', 'sgln', withReference(12, number(below(41)))],
  ['SGLN-195', 'sgln', withReference(12, text(20))],
  ['GRAI-96', 'grai', withReference(12, number(below(38)))],
  ['GRAI-170', 'grai', withReference(12, text(16))],
  [
    'GIAI-96',
    'giai',
    withPrefix((length) => number(below([62, 58, 55, 52, 48, 45, 42][length - 6] ?? 0))),
  ],
  ['GIAI-202', 'giai', withPrefix((length) => text(30 - length).map(escapes))],
  ['GSRN-96', 'gsrn', withReference(17)],
  ['GSRNP-96', 'gsrnp', withReference(17)],
  ['GDTI-96', 'gdti', withReference(12, number(below(41)))],
  ['GDTI-113', 'gdti', withReference(12, padded(17))],
  ['GDTI-174', 'gdti', withReference(12, text(17))],
  [
    'CPI-96',
    'cpi',
    withPrefix((length) =>
      fc
        .tuple(number(10n ** BigInt(15 - length) - 1n), number(below(31)))
        .map((each) => each.join('.')),
    ),
  ],
  [
    'CPI-var',
    'cpi',
    withPrefix((length) =>
      fc
        .tuple(part(30 - length).map(escapes), number(10n ** 12n - 1n))
        .map((each) => each.join('.')),
    ),
  ],
  ['SGCN-96', 'sgcn', withReference(12, padded(12))],
  ['ITIP-110', 'itip', withReference(13, number(below(38)), '.01.99')],
  ['ITIP-212', 'itip', withReference(13, text(20), '.00.07')],
  [
    'GID-96',
    'gid',
    fc.tuple(number(below(28)), number(below(24)), number(below(36))).map((each) => each.join('.')),
  ],
  ['USDOD-96', 'usdod', fc.tuple(cage, number(below(36))).map((each) => each.join('.'))],
  [
    'ADI-var',
    'adi',
    fc
      .tuple(
        cage,
        fc.stringMatching(/^[A-Z0-9/-]{0,32}$/),
        fc.stringMatching(/^#?[A-Z0-9/-]{1,29}$/),
      )
      .map((each) => each.map(escapes).join('.')),
  ],
]

const MOST_FILTERS: Readonly<Record<string, number>> = {
  'GID-96': 0,
  'USDOD-96': 15,
  'ADI-var': 63,
}

describe('What a scheme of TDS 1.x has room for', () => {
  it('is tried for each of them', () => {
    const older = TAG_SCHEMES.filter((scheme) => scheme.layout !== 'plus')
    expect(BODIES.map(([scheme]) => scheme).sort()).toEqual(older.map(({ name }) => name).sort())
  })

  it.each(BODIES)(
    '%s is read as it was written, from its URN, its key and its tag URI',
    (scheme, name, bodies) => {
      const filters = fc.integer({ min: 0, max: MOST_FILTERS[scheme] ?? 7 })
      fc.assert(
        fc.property(bodies, filters, (body, filter) => {
          const id = `urn:epc:id:${name}:${body}`
          const key = readEpcUrn(id)
          expect(key?.key, id).toBeDefined()
          const tag = encodeTag({ id, scheme, filter })
          expect(tag, id).toMatchObject({ ok: true })
          if (!tag.ok || !key) return
          const read = decodeTag(tag.bytes)
          expect(read).toMatchObject({ scheme, urn: id, key: key.key, kind: key.kind })
          if (!read.ok) return
          expect(read.filter).toBe(scheme === 'GID-96' ? undefined : filter)
          expect(readTagUri(read.tagUri ?? '')).toEqual(read)
          expect(encodeTag(contentsOf(read, read.key))).toEqual(tag)
        }),
      )
    },
  )
})

function contentsOf(read: TagRead, id = read.urn ?? read.key): TagContents {
  const { scheme, filter, hostname, date, companyPrefix } = read
  const own = date ? read.elements.indexOf(date) : -1
  const ofEpc = own >= 0 ? own + 1 : epcElements(read)
  const data = read.elements.slice(ofEpc)
  return {
    id,
    scheme,
    ...(filter !== undefined && { filter }),
    ...(hostname !== undefined && { hostname }),
    ...(date && { date }),
    ...(companyPrefix !== undefined && { companyPrefixLength: companyPrefix.length }),
    ...(scheme.endsWith('+') && { data }),
  }
}

/** How many elements the EPC itself has: its key, and what qualifies it. */
function epcElements({ key }: TagRead): number {
  return key.split('/').length > 5 ? 2 : 1
}

const LINK = 'https://id.gs1.org/'
const escaped = (value: string) =>
  value.replace(
    /[^A-Za-z0-9\-._';=]/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  )
const serial = (most: number) =>
  fc.oneof(
    padded(most),
    fc.stringMatching(new RegExp(`^[0-9A-F]{1,${most}}$`)),
    fc.stringMatching(new RegExp(`^[0-9a-f]{1,${most}}$`)),
    fc.stringMatching(new RegExp(`^[0-9A-Za-z_-]{1,${most}}$`)),
    fc.stringMatching(new RegExp(`^[0-9A-Z.:-]{1,${most}}$`)),
    fc.stringMatching(new RegExp(`^[!"%&'()*+,\\-./0-9:;<=>?A-Z_a-z]{1,${most}}$`)),
  )
const inside = (ai: string, form: fc.Arbitrary<string>, tail: fc.Arbitrary<string>) =>
  fc.tuple(form, tail).map(([a, b]) => `${LINK}${ai}/${escaped(a + b)}`)
const beside = (ai: string, form: fc.Arbitrary<string>, by: string, tail: fc.Arbitrary<string>) =>
  fc.tuple(form, tail).map(([a, b]) => `${LINK}${ai}/${escaped(a)}/${by}/${escaped(b)}`)

const KEYS: readonly (readonly [name: string, keys: fc.Arbitrary<string>])[] = [
  ['SGTIN', beside('01', digits(14), '21', serial(20))],
  ['DSGTIN', beside('01', digits(14), '21', serial(20))],
  ['SSCC', digits(18).map((sscc) => `${LINK}00/${sscc}`)],
  [
    'SGLN',
    beside(
      '414',
      digits(13),
      '254',
      serial(20).filter((each) => each !== '0'),
    ),
  ],
  [
    'GRAI',
    inside(
      '8003',
      digits(13).map((each) => `0${each}`),
      serial(16),
    ),
  ],
  ['GIAI', inside('8004', digits(4), serial(26))],
  ['GSRN', digits(18).map((gsrn) => `${LINK}8018/${gsrn}`)],
  ['GSRNP', digits(18).map((gsrn) => `${LINK}8017/${gsrn}`)],
  ['GDTI', inside('253', digits(13), serial(17))],
  [
    'CPI',
    beside(
      '8010',
      fc.tuple(digits(4), part(26)).map((each) => each.join('')),
      '8011',
      padded(12),
    ),
  ],
  ['SGCN', inside('255', digits(13), padded(12))],
  ['ITIP', beside('8006', digits(18), '21', serial(20))],
]

const hosts = fc.oneof(
  fc.stringMatching(/^[a-z0-9-]{1,20}(\.[a-z]{2,5}){1,3}$/),
  fc.stringMatching(/^[A-Z0-9-]{1,20}(\.[A-Z]{2,5}){1,3}(:[1-9]\d{1,3})?$/),
  fc.constantFrom('id.example.com', 'www.qr.id.com.cn', 'a.com.com', 'x.co.uk.com.au', 'id.id'),
)

describe('What a + or ++ scheme has room for', () => {
  it.each(KEYS)('%s is read as it was written, with a host name and without', (name, keys) => {
    const filters = fc.integer({ min: 0, max: 7 })
    const date = name === 'DSGTIN' ? { date: { ai: '17', value: '290228' } } : {}
    fc.assert(
      fc.property(keys, filters, hosts, (id, filter, hostname) => {
        for (const host of [{}, { hostname }]) {
          const scheme = `${name}${'hostname' in host ? '++' : '+'}`
          const tag = encodeTag({ id, scheme, filter, ...date, ...host })
          // A long serial and a long host name together are more than a tag holds.
          if (!tag.ok) expect(['tag_no_room', '++']).toEqual([tag.code, scheme.slice(-2)])
          if (!tag.ok) continue
          const read = decodeTag(tag.bytes)
          expect(read).toMatchObject({ ok: true, scheme, key: id, filter, ...date, ...host })
          if (read.ok) expect(encodeTag(contentsOf(read))).toEqual(tag)
        }
      }),
    )
  })
})

/** Tags of every scheme, short and long. */
const tags = fc.oneof(
  ...BODIES.map(([scheme, name, bodies]) =>
    bodies.map((body) => encodeTag({ id: `urn:epc:id:${name}:${body}`, scheme })),
  ),
  ...KEYS.flatMap(([name, keys]) => {
    const date = name === 'DSGTIN' ? { date: { ai: '11', value: '240229' } } : {}
    const data = [{ ai: '10', value: 'L7' }]
    return [
      keys.map((id) => encodeTag({ id, scheme: `${name}+`, ...date })),
      keys.map((id) => encodeTag({ id, scheme: `${name}+`, ...date, data })),
      keys.map((id) => encodeTag({ id, scheme: `${name}++`, hostname: 'id.example.com', ...date })),
    ]
  }),
)

/** Whatever the bytes: refused with a code, or written again as they are but for zeros. */
function expectStrict(bytes: Uint8Array): void {
  const read = decodeTag(bytes)
  if (!read.ok) {
    expect(Object.keys(REFUSALS)).toContain(read.code)
    return
  }
  const again = encodeTag(contentsOf(read))
  expect(again, unpadded(bytes)).toMatchObject({ ok: true })
  if (!again.ok) return
  if (read.scheme.endsWith('+')) {
    // An encoding that needs more bits than another is allowed, and written as that other.
    expect(again.bytes.length).toBeLessThanOrEqual(Math.ceil(bytes.length / 2) * 2)
    expect(decodeTag(again.bytes)).toEqual({ ...read, dataRefused: undefined })
  } else expect(unpadded(again.hex)).toBe(unpadded(bytes))
}

describe('Bytes of any kind', () => {
  const headers = TAG_SCHEMES.map((scheme) => scheme.header)

  it('behind the header of a scheme are refused, or written again as they are', () => {
    const bodies = fc.uint8Array({ minLength: 0, maxLength: 40 })
    fc.assert(
      fc.property(fc.constantFrom(...headers), bodies, (header, body) => {
        expectStrict(Uint8Array.of(header, ...body))
      }),
      { numRuns: 3000 },
    )
  })

  it('that are mostly zeros too', () => {
    const sparse = fc.array(fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat(255)), {
      minLength: 11,
      maxLength: 61,
    })
    fc.assert(
      fc.property(fc.constantFrom(...headers), sparse, (header, body) => {
        expectStrict(Uint8Array.of(header, ...body))
      }),
      { numRuns: 3000 },
    )
  })

  it('of a tag with any one bit changed too', () => {
    fc.assert(
      fc.property(tags, (tag) => {
        for (let bit = 0; tag.ok && bit < tag.bytes.length * 8; bit++) {
          const bytes = tag.bytes.slice()
          bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (128 >> (bit & 7))
          expectStrict(bytes)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('of a tag that is cut off anywhere are never another tag', () => {
    fc.assert(
      fc.property(tags, (tag) => {
        const whole = tag.ok ? decodeTag(tag.bytes) : tag
        for (let length = 0; tag.ok && length < tag.bytes.length; length++) {
          const bytes = tag.bytes.subarray(0, length)
          expectStrict(bytes)
          const read = decodeTag(bytes)
          // Only zeros may be missing, and data behind the EPC.
          if (read.ok && whole?.ok) expect(read.key).toBe(whole.key)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('of a tag may be followed by zeros, and by nothing else', () => {
    fc.assert(
      fc.property(tags, fc.integer({ min: 1, max: 255 }), (tag, more) => {
        const whole = tag.ok ? decodeTag(tag.bytes) : tag
        if (!tag.ok || !whole.ok) return
        const hasData = whole.elements.some(({ ai }) => ai === '10')
        for (let length = tag.bytes.length + 1; length <= 62; length += 7) {
          const longer = new Uint8Array(length)
          longer.set(tag.bytes)
          expect(decodeTag(longer)).toEqual(whole)
          longer[length - 1] = more
          const read = decodeTag(longer)
          if (hasData) expectStrict(longer)
          else expect(read).toMatchObject({ ok: false })
        }
      }),
      { numRuns: 150 },
    )
  })
})
