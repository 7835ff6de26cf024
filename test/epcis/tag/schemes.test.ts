import { describe, expect, it } from 'vitest'
import { decodeTag } from '#epcis/tag/decode.ts'
import { encodeTag } from '#epcis/tag/encode.ts'
import { base64, code40, nibbles, number, sevenBits, sixBits, tagOf, unpadded } from './fields.ts'

const LINK = 'https://id.gs1.org/'

/** Encoding indicator, length of 5 bits, characters. */
const DIGITS_5 = (digits: string, width: number) =>
  `000 ${number(digits.length, 5)} ${number(digits, width)}`

// Header of + and of ++, path of the key, fields behind the filter, kind.
const MODERN = [
  [
    'SGTIN',
    'F7',
    'FD',
    '01/06901234567892/21/0071',
    nibbles('06901234567892') + DIGITS_5('0071', 14),
    'instance',
  ],
  ['SSCC', 'F9', 'EF', '00/169012345678900016', nibbles('169012345678900016'), 'logistic-unit'],
  [
    'SGLN',
    'F2',
    'E9',
    '414/6901234000016/254/dock_7',
    `${nibbles('6901234000016')}011 00110 ${base64('dock_7')}`,
    'place',
  ],
  [
    'GRAI',
    'F1',
    'EB',
    '8003/06901234000016A1F',
    `${nibbles('06901234000016')}001 00011 ${nibbles('A1F')}`,
    'asset',
  ],
  ['GIAI', 'FA', 'EE', '8004/69012340042', `${nibbles('69012340042')} 1111`, 'asset'],
  ['GSRN', 'F4', 'E7', '8018/690123400000000018', nibbles('690123400000000018'), 'party'],
  ['GSRNP', 'F5', 'E8', '8017/690123400000000018', nibbles('690123400000000018'), 'party'],
  [
    'GDTI',
    'F6',
    'EA',
    '253/6901234000016c0ffee',
    `${nibbles('6901234000016')}010 00110 ${nibbles('c0ffee')}`,
    'document',
  ],
  [
    'CPI',
    'F0',
    'E6',
    '8010/6901234PART-1/8011/007',
    `${nibbles('6901234')} 1110 101 00110 ${code40('PART-1')} 0011 ${number(7, 10)}`,
    'instance',
  ],
  [
    'SGCN',
    'F8',
    'EC',
    '255/6901234000016044',
    `${nibbles('6901234000016')} 0011 ${number(44, 10)}`,
    'document',
  ],
  [
    'ITIP',
    'F3',
    'ED',
    '8006/069012345678920102/21/AB%3ACD',
    `${nibbles('069012345678920102')}101 00101 ${code40('AB:CD')}`,
    'instance',
  ],
] as const

/** Two characters of 7 bits, an ending of 14: `b.cn` */
const HOST = `1 000011 ${sevenBits('b')} 0000000 0101110`

describe('A tag of a + scheme', () => {
  it.each(MODERN)('%s+ has its values as they are', (name, header, _, path, fields, kind) => {
    const tag = tagOf(nibbles(header), '0', number(5, 3), fields)
    const read = decodeTag(tag)
    expect(read).toMatchObject({ ok: true, scheme: `${name}+`, key: LINK + path, kind, filter: 5 })
    expect(read).toMatchObject({ checked: true, urn: undefined, hostname: undefined })
    const written = encodeTag({ id: LINK + path, scheme: `${name}+`, filter: 5 })
    expect(written).toMatchObject({ ok: true })
    if (written.ok) expect(unpadded(written.hex)).toBe(unpadded(tag))
  })

  it.each(MODERN)('%s++ has a host name behind them', (name, _, header, path, fields, kind) => {
    const tag = tagOf(nibbles(header), '0', number(2, 3), fields, HOST)
    const read = decodeTag(tag)
    expect(read).toMatchObject({ ok: true, scheme: `${name}++`, key: LINK + path, kind, filter: 2 })
    expect(read).toMatchObject({ checked: true, hostname: 'b.cn' })
    const id = LINK + path
    const written = encodeTag({ id, scheme: `${name}++`, filter: 2, hostname: 'b.cn' })
    expect(written).toMatchObject({ ok: true })
    if (written.ok) expect(unpadded(written.hex)).toBe(unpadded(tag))
  })

  it.each([
    ['DSGTIN+', 'FB', ''],
    ['DSGTIN++', 'FC', HOST],
  ])('%s has a date in front of them', (scheme, header, host) => {
    const date = `0100 ${number(27, 7)} ${number(2, 4)} ${number(28, 5)}`
    const fields = nibbles('06901234567892') + DIGITS_5('9', 4)
    const tag = tagOf(nibbles(header), '0 001', date, fields, host)
    const id = `${LINK}01/06901234567892/21/9`
    expect(decodeTag(tag)).toMatchObject({
      scheme,
      key: id,
      date: { ai: '17', value: '270228' },
      elements: [
        { ai: '01', value: '06901234567892' },
        { ai: '21', value: '9' },
        { ai: '17', value: '270228' },
      ],
    })
    const hostname = host === '' ? {} : { hostname: 'b.cn' }
    const written = encodeTag({
      id,
      scheme,
      filter: 1,
      date: { ai: '17', value: '270228' },
      ...hostname,
    })
    expect(written).toMatchObject({ ok: true })
    if (written.ok) expect(unpadded(written.hex)).toBe(unpadded(tag))
  })

  it.each([
    ['11', 0],
    ['13', 1],
    ['15', 2],
    ['16', 3],
    ['17', 4],
    ['7006', 5],
    ['7007', 6],
  ])('tells by 4 bits that its date is of (%s)', (ai, type) => {
    const id = `${LINK}01/06901234567892/21/9`
    const written = encodeTag({ id, scheme: 'DSGTIN+', date: { ai, value: '270200' } })
    expect(written).toMatchObject({ ok: true })
    if (!written.ok) return
    expect((written.bytes[1] ?? 0) & 15).toBe(type)
    expect(decodeTag(written.bytes)).toMatchObject({ date: { ai, value: '270200' } })
  })

  it('without an extension names the location itself', () => {
    const tag = tagOf(nibbles('F2'), '0 000', nibbles('6901234000016'), DIGITS_5('0', 4))
    const id = `${LINK}414/6901234000016`
    const elements = [{ ai: '414', value: '6901234000016' }]
    expect(decodeTag(tag)).toMatchObject({ key: id, kind: 'place', elements })
    const written = encodeTag({ id, scheme: 'SGLN+' })
    expect(written).toMatchObject({ ok: true })
    if (written.ok) expect(unpadded(written.hex)).toBe(unpadded(tag))
  })

  it('keeps a wrong check digit and says so', () => {
    const tag = tagOf(nibbles('F9'), '0 000', nibbles('169012345678900017'))
    const id = `${LINK}00/169012345678900017`
    expect(decodeTag(tag)).toMatchObject({ key: id, checked: false })
    expect(encodeTag({ id, scheme: 'SSCC+' })).toMatchObject({ ok: true })
  })

  it('is written from a URN as from the key, as it needs no company prefix', () => {
    const fromUrn = encodeTag({ id: 'urn:epc:id:sgtin:6901234.056789.007', scheme: 'SGTIN+' })
    const fromKey = encodeTag({ id: `${LINK}01/06901234567892/21/007`, scheme: 'SGTIN+' })
    expect(fromUrn).toMatchObject({ ok: true })
    expect(fromUrn).toEqual(fromKey)
  })
})

describe('A serial of a + scheme', () => {
  const read = (serial: string) =>
    decodeTag(tagOf(nibbles('F7'), '0 000', nibbles('06901234567892'), serial))

  it.each([
    ['0007', `000 00100 ${number(7, 14)}`],
    ['12345678901234567890', `000 10100 ${number('12345678901234567890', 67)}`],
    ['00000000000000000000', `000 10100 ${number(0, 67)}`],
    ['0A', `001 00010 ${nibbles('0A')}`],
    ['0a', `010 00010 ${nibbles('0a')}`],
    ['Aa', `011 00010 ${base64('Aa')}`],
    // 16 bits for three capitals against 18, 48 for eight against 48, 64 for twelve against 72.
    ['XYZ', `101 00011 ${code40('XYZ')}`],
    ['STUVWXYZ', `011 01000 ${base64('STUVWXYZ')}`],
    ['STUVWXYZ-007', `101 01100 ${code40('STUVWXYZ-007')}`],
    // A full stop has no place among 64 characters: 7 bits each where that is less than 16 for 3.
    ['X.', `100 00010 ${sevenBits('X.')}`],
    ['X.Y', `101 00011 ${code40('X.Y')}`],
    ['a.b', `100 00011 ${sevenBits('a.b')}`],
    ['%&/?<>"\'()*+,;=!_', `100 10001 ${sevenBits('%&/?<>"\'()*+,;=!_')}`],
  ])('%s is written with the fewest bits', (serial, bits) => {
    const tag = read(bits)
    expect(tag).toMatchObject({ ok: true, elements: [{ ai: '01' }, { ai: '21', value: serial }] })
    if (!tag.ok) return
    const written = encodeTag({ id: tag.key, scheme: 'SGTIN+' })
    const expected = tagOf(nibbles('F7'), '0 000', nibbles('06901234567892'), bits)
    expect(written).toMatchObject({ ok: true })
    if (written.ok) expect(unpadded(written.hex)).toBe(unpadded(expected))
  })

  it.each([
    ['digits in 7 bits', `100 00010 ${sevenBits('12')}`, '12'],
    ['digits as hexadecimal ones', `001 00010 ${nibbles('12')}`, '12'],
    ['capitals in 7 bits', `100 00011 ${sevenBits('XYZ')}`, 'XYZ'],
  ])('is read with more bits than it needs too: %s', (_, bits, serial) => {
    expect(read(bits)).toMatchObject({ key: `${LINK}01/06901234567892/21/${serial}` })
  })
})

describe('A host name of a ++ scheme', () => {
  const id = `${LINK}00/169012345678900016`
  const begin = [nibbles('EF'), '0 000', nibbles('169012345678900016')]

  it.each([
    ['example.com', `1 001000 ${sevenBits('example')} 1011011`],
    ['id.example.com', `1 001001 0100000 ${sevenBits('example')} 1011011`],
    ['www.example.org', `1 001001 0011111 ${sevenBits('example')} 1011100`],
    ['qr.b.gov.cn', `1 000100 0011110 ${sevenBits('b')} 0000010 0011111`],
    ['b.org.cn', `1 000011 ${sevenBits('b')} 0000010 0011101`],
    ['b.co.uk', `1 000011 ${sevenBits('b')} 0000010 0011001`],
    ['b.zw', `1 000011 ${sevenBits('b')} 0000001 1110100`],
    ['b.li', `1 000011 ${sevenBits('b')} 0000000 1111111`],
    ['b.tech', `1 000011 ${sevenBits('b')} 0000011 0000000`],
    // `id.` in the middle of a word would cost the ending: five steps against six.
    ['grid.com', `1 000101 ${sevenBits('grid')} 1011011`],
    ['HOST-1.EXAMPLE:80', `0 010001 ${code40('HOST-1.EXAMPLE:80')}`],
    ['localhost:8080', `1 001110 ${sevenBits('localhost:8080')}`],
  ])('%s is written in the fewest steps', (hostname, bits) => {
    const tag = tagOf(...begin, bits)
    expect(decodeTag(tag)).toMatchObject({ ok: true, key: id, hostname })
    const written = encodeTag({ id, scheme: 'SSCC++', hostname })
    expect(written).toMatchObject({ ok: true })
    if (written.ok) expect(unpadded(written.hex)).toBe(unpadded(tag))
  })

  it('is read without its shortest steps too', () => {
    const tag = tagOf(...begin, `1 001011 ${sevenBits('example.com')}`)
    expect(decodeTag(tag)).toMatchObject({ ok: true, hostname: 'example.com' })
  })

  it.each([
    ['nothing', '1 000000'],
    ['a reserved step', `1 000010 ${sevenBits('a')} 0000100`],
    ['a reserved ending', `1 000011 ${sevenBits('a')} 0000001 1110101`],
    ['half an ending', `1 000010 ${sevenBits('a')} 0000000 0101110`],
    ['a label of nothing', `1 000100 ${sevenBits('a..b')}`],
    ['a character of no host', `1 000011 ${sevenBits('a/b')}`],
    ['more than 63 characters', `1 100010 ${'0000010 0000000 '.repeat(17)}`],
  ])('that is %s is none', (_, bits) => {
    expect(decodeTag(tagOf(...begin, bits))).toMatchObject({ ok: false, code: 'tag_hostname' })
  })

  it.each(['', 'a..b', 'a/b', 'ä.de', 'a b.com', `${'a'.repeat(60)}.com`])(
    '%j is refused before it is written',
    (hostname) => {
      expect(encodeTag({ id, scheme: 'SSCC++', hostname })).toMatchObject({ code: 'tag_hostname' })
    },
  )
})

describe('A tag of TDS 1.x', () => {
  // Filter 3; partition 5 has a company prefix of 7 digits in 24 bits.
  const PREFIX = `011 101 ${number('6901234', 24)}`
  const GTIN = PREFIX + number('056789', 20)
  const GLN = PREFIX + number('00001', 17)

  it.each([
    ['SGTIN-96', '30', 'sgtin:6901234.056789.7', GTIN + number(7, 38)],
    ['SGTIN-198', '36', 'sgtin:6901234.056789.007%2F', GTIN + sevenBits('007/')],
    ['SSCC-96', '31', 'sscc:6901234.1234567890', PREFIX + number('1234567890', 34)],
    ['SGLN-96', '32', 'sgln:6901234.00001.0', GLN],
    ['SGLN-195', '39', 'sgln:6901234.00001.dock', GLN + sevenBits('dock')],
    ['GRAI-96', '33', 'grai:6901234.00001.9', PREFIX + number(1, 20) + number(9, 38)],
    ['GRAI-170', '37', 'grai:6901234.00001.09', PREFIX + number(1, 20) + sevenBits('09')],
    ['GIAI-96', '34', 'giai:6901234.4611686018427', PREFIX + number('4611686018427', 58)],
    ['GIAI-202', '38', 'giai:6901234.00x', PREFIX + sevenBits('00x')],
    ['GSRN-96', '2D', 'gsrn:6901234.0000000001', PREFIX + number(1, 34)],
    ['GSRNP-96', '2E', 'gsrnp:6901234.0000000001', PREFIX + number(1, 34)],
    ['GDTI-96', '2C', 'gdti:6901234.00001.0', GLN],
    [
      'GDTI-113',
      '3A',
      'gdti:6901234.00001.00000000000000007',
      GLN + number('100000000000000007', 58),
    ],
    ['GDTI-174', '3E', 'gdti:6901234.00001.PO-1', GLN + sevenBits('PO-1')],
    ['CPI-96', '3C', 'cpi:6901234.42.7', PREFIX + number(42, 27) + number(7, 31)],
    [
      'CPI-var',
      '3D',
      'cpi:6901234.A-1%2F%23.7',
      `${PREFIX}${sixBits('A-1/#')} 000000 ${number(7, 40)}`,
    ],
    ['SGCN-96', '3F', 'sgcn:6901234.00001.007', GLN + number(1007, 41)],
    [
      'ITIP-110',
      '40',
      'itip:6901234.056789.01.09.7',
      GTIN + number(1, 7) + number(9, 7) + number(7, 38),
    ],
    [
      'ITIP-212',
      '41',
      'itip:6901234.056789.01.09.x',
      GTIN + number(1, 7) + number(9, 7) + sevenBits('x'),
    ],
    ['GID-96', '35', 'gid:1.2.3', number(1, 28) + number(2, 24) + number(3, 36)],
    ['USDOD-96', '2F', 'usdod:2S194.7', `0011 00100000 ${nibbles('3253313934')} ${number(7, 36)}`],
    [
      'ADI-var',
      '3B',
      'adi:2S194..%237',
      `000011 100000 ${sixBits('2S194')} 000000 ${sixBits('#7')} 000000`,
    ],
    [
      'ADI-var',
      '3B',
      'adi:W81X9C.A-%2F.7',
      `000011 ${sixBits('W81X9C')} ${sixBits('A-/')} 000000 ${sixBits('7')} 000000`,
    ],
  ])('%s has header %s and says urn:epc:id:%s', (scheme, header, urn, fields) => {
    const bytes = new Uint8Array(28)
    bytes.set(tagOf(nibbles(header), fields))
    const id = `urn:epc:id:${urn}`
    const read = decodeTag(bytes)
    expect(read).toMatchObject({ ok: true, scheme, urn: id, checked: true })
    const filter = scheme === 'GID-96' ? undefined : 3
    expect(read).toMatchObject({ filter })
    const written = encodeTag({ id, scheme, ...(filter && { filter }) })
    expect(written).toMatchObject({ ok: true })
    if (written.ok) expect(unpadded(written.hex)).toBe(unpadded(bytes))
  })

  it('that is no GS1 key has its URN for a key', () => {
    for (const [scheme, id] of [
      ['GID-96', 'urn:epc:id:gid:1.2.3'],
      ['USDOD-96', 'urn:epc:id:usdod:2S194.7'],
      ['ADI-var', 'urn:epc:id:adi:2S194..%237'],
    ] as const) {
      const written = encodeTag({ id, scheme })
      const read = written.ok && decodeTag(written.bytes)
      expect(read).toMatchObject({ key: id, urn: id, kind: 'instance', elements: [] })
    }
  })

  it('is written from a key where the length of its company prefix is told', () => {
    const id = `${LINK}01/06901234567892/21/7`
    expect(encodeTag({ id, scheme: 'SGTIN-96' })).toMatchObject({ code: 'company_prefix_unknown' })
    const written = encodeTag({ id, scheme: 'sgtin-96', companyPrefixLength: 7, filter: 3 })
    expect(written).toMatchObject({ ok: true })
    if (written.ok)
      expect(unpadded(written.hex)).toBe(unpadded(tagOf(nibbles('30'), GTIN, number(7, 38))))
  })

  it('has a short company prefix as the block of six digits that it is in', () => {
    const id = `${LINK}01/06901234567892/21/7`
    const written = encodeTag({ id, scheme: 'SGTIN-96', companyPrefixLength: 4 })
    expect(written).toEqual(encodeTag({ id, scheme: 'SGTIN-96', companyPrefixLength: 6 }))
  })
})
