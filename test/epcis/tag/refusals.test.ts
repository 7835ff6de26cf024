import { describe, expect, it } from 'vitest'
import { decodeTag } from '#epcis/tag/decode.ts'
import { encodeTag } from '#epcis/tag/encode.ts'
import { nibbles, number, sevenBits, sixBits, tagOf } from './fields.ts'

const LINK = 'https://id.gs1.org/'
const PREFIX = `011 101 ${number('6901234', 24)}`
const GTIN = PREFIX + number('056789', 20)
const GLN = PREFIX + number('00001', 17)
const ITEM = nibbles('06901234567892')
const ADI_CODE = `000011 100000 ${sixBits('2S194')}`

/** Fields in a bank of 40 bytes, filled up with zeros. */
function bankOf(...fields: readonly string[]): Uint8Array {
  const bank = new Uint8Array(40)
  bank.set(tagOf(...fields))
  return bank
}

describe('A tag of TDS 1.x is refused', () => {
  it.each([
    ['where its header is of no scheme', 'tag_header_unknown', [nibbles('00')]],
    ['where its header is kept free', 'tag_header_unknown', [nibbles('E2')]],
    ['where its partition is 7', 'tag_partition', [nibbles('30'), '011 111']],
    [
      'where its company prefix has 13 digits',
      'tag_value_too_large',
      [nibbles('30'), '011 000', number(10n ** 12n, 40)],
    ],
    [
      'where its company prefix has 7 digits of 6',
      'tag_value_too_large',
      [nibbles('31'), '011 110', number(10 ** 6, 20)],
    ],
    [
      'where its item reference is too large',
      'tag_value_too_large',
      [nibbles('30'), PREFIX, number(10 ** 6, 20)],
    ],
    [
      'where its asset type should be nothing',
      'tag_value_too_large',
      [nibbles('33'), '011 000', number(1, 40), number(1, 4)],
    ],
    [
      'where its location reference should be nothing',
      'tag_value_too_large',
      [nibbles('32'), '011 000', number(1, 40), '1'],
    ],
    [
      'where its part has too many digits',
      'tag_value_too_large',
      [nibbles('3C'), PREFIX, number(10 ** 8, 27)],
    ],
    [
      'where the serial of a part has 13 digits',
      'tag_value_too_large',
      [nibbles('3D'), PREFIX, sixBits('A'), '000000', number(10 ** 12, 40)],
    ],
    ['where a piece has 3 digits', 'tag_value_too_large', [nibbles('40'), GTIN, number(100, 7)]],
    [
      'where the serial of a coupon does not begin with a 1',
      'tag_value_too_large',
      [nibbles('3F'), GLN, number(2007, 41)],
    ],
    ['where the serial of a coupon is empty', 'tag_length', [nibbles('3F'), GLN, number(1, 41)]],
    ['where the serial of a coupon is left out', 'tag_length', [nibbles('3F'), GLN]],
    [
      'where the serial of a document does not begin with a 1',
      'tag_value_too_large',
      [nibbles('3A'), GLN, number(2n * 10n ** 17n, 58)],
    ],
    [
      'where its reserved bits are not zero',
      'tag_reserved_bits',
      [nibbles('31'), PREFIX, number(1, 34), number(1, 24)],
    ],
    ['where it has no serial', 'tag_length', [nibbles('36'), GTIN]],
    [
      'where a character of 7 bits is none',
      'tag_character',
      [nibbles('36'), GTIN, sevenBits('a#')],
    ],
    [
      'where a character stands behind the end',
      'tag_character',
      [nibbles('36'), GTIN, sevenBits('a\0b')],
    ],
    [
      'where bits stand behind the last character',
      'tag_character',
      [nibbles('38'), `000 000 ${number(1, 40)}`, sevenBits('a'.repeat(18)), number(1, 22)],
    ],
    ['where it has no asset reference', 'tag_length', [nibbles('38'), PREFIX]],
    [
      'where a character of 6 bits is none',
      'tag_character',
      [nibbles('3D'), PREFIX, sixBits('A+')],
    ],
    ['where a part has no reference', 'tag_length', [nibbles('3D'), PREFIX, '000000']],
    [
      'where a part has too many characters',
      'tag_length',
      [nibbles('3D'), `000 000 ${number(1, 40)}`, sixBits('A'.repeat(19))],
    ],
    ['where a code has a letter I', 'tag_character', [nibbles('3B'), '000000', sixBits('W81I9C')]],
    [
      'where a blank stands in a code',
      'tag_character',
      [nibbles('3B'), '000000', sixBits('W8'), '100000'],
    ],
    [
      'where a part number has 33 characters',
      'tag_length',
      [nibbles('3B'), ADI_CODE, sixBits('A'.repeat(33))],
    ],
    ['where a part number has a #', 'tag_character', [nibbles('3B'), ADI_CODE, sixBits('A#')]],
    ['where a serial of a part is empty', 'tag_length', [nibbles('3B'), ADI_CODE, '000000 000000']],
    [
      'where a serial of a part is a # only',
      'tag_length',
      [nibbles('3B'), ADI_CODE, '000000', sixBits('#'), '000000'],
    ],
    [
      'where a # stands within a serial',
      'tag_character',
      [nibbles('3B'), ADI_CODE, '000000', sixBits('A#1'), '000000'],
    ],
    [
      'where a department has a lower case letter',
      'tag_character',
      [nibbles('2F'), '0000', ...[...'2s1941'].map((each) => number(each.charCodeAt(0), 8))],
    ],
    ['where there is more than its EPC', 'tag_too_long', [nibbles('30'), GTIN, number(1, 38), '1']],
    [
      'where there is more behind its padding',
      'tag_too_long',
      [nibbles('30'), GTIN, number(1, 38), '0'.repeat(80), '1'],
    ],
    [
      'where there is more than a general identifier',
      'tag_too_long',
      [nibbles('35'), number(1, 88), '00000001'],
    ],
    [
      'where there is more than a part',
      'tag_too_long',
      [nibbles('3D'), PREFIX, sixBits('A'), '000000', number(1, 40), '1'],
    ],
  ] as const)('%s: %s', (_, code, fields) => {
    expect(decodeTag(bankOf(...fields))).toMatchObject({ ok: false, code, form: 'epc-binary' })
  })

  it('where it ends before its EPC does', () => {
    const whole = tagOf(nibbles('30'), GTIN, number(1, 38))
    for (let length = 1; length < whole.length; length++) {
      expect(decodeTag(whole.subarray(0, length))).toMatchObject({ code: 'tag_truncated' })
    }
    expect(decodeTag(whole)).toMatchObject({ ok: true })
    expect(decodeTag(new Uint8Array())).toMatchObject({ ok: false, code: 'empty' })
    const part = tagOf(nibbles('3D'), PREFIX, sixBits('A'))
    expect(decodeTag(part)).toMatchObject({ code: 'tag_truncated' })
    expect(decodeTag(tagOf(nibbles('3B'), ADI_CODE, sixBits('A')))).toMatchObject({
      code: 'tag_truncated',
    })
  })

  it('where it is longer than the memory of a tag, whatever stands there', () => {
    const bank = new Uint8Array(62)
    bank.set(tagOf(nibbles('30'), GTIN, number(1, 38)))
    expect(decodeTag(bank)).toMatchObject({ ok: true })
    const longer = new Uint8Array(63)
    longer.set(bank)
    expect(decodeTag(longer)).toMatchObject({ code: 'tag_too_long' })
  })
})

describe('A tag with more than its EPC', () => {
  const epc = '3035A537C83775400012D687'

  it.each([
    ['30003035A537C83775400012D687', 2],
    ['303030003035A537C83775400012D687', 4],
    [`3000${epc}${'00'.repeat(48)}`, 2],
  ])('%s is told where its EPC begins', (hex, bytes) => {
    const found = decodeTag(Buffer.from(hex, 'hex'))
    expect(found).toMatchObject({ ok: false, code: 'tag_too_long' })
    expect(found.ok || found.message).toContain(
      `An EPC is read from bit 20h on: there is one behind the first ${bytes} bytes.`,
    )
  })

  it('is told nothing of the kind where no EPC stands there', () => {
    const found = decodeTag(Buffer.from(`${epc}00000001`, 'hex'))
    expect(found).toMatchObject({ ok: false, code: 'tag_too_long' })
    expect(found.ok || found.message).not.toContain('20h')
  })
})

describe('A tag of a + scheme is refused', () => {
  const sgtin = (serial: string) => bankOf(nibbles('F7'), '0 000', ITEM, serial)

  it.each([
    ['an encoding indicator of 6', 'tag_encoding', '110 00001'],
    ['an encoding indicator of 7', 'tag_encoding', '111 00001'],
    ['a length of 0', 'tag_length', '000 00000'],
    ['a length of 21', 'tag_length', '100 10101'],
    [
      'a number of more digits than its length',
      'tag_value_too_large',
      `000 00001 ${number(10, 4)}`,
    ],
    ['a character of 7 bits that is none', 'tag_character', `100 00001 ${sevenBits('#')}`],
    ['three characters in 16 zeros', 'tag_character', '101 00011'],
    ['three characters beyond the last', 'tag_character', `101 00011 ${number(64001, 16)}`],
    ['padding within three characters', 'tag_character', `101 00011 ${number(1601, 16)}`],
    ['a character in the place of padding', 'tag_character', `101 00001 ${number(1642, 16)}`],
    ['bits behind its end', 'tag_too_long', `000 00001 ${number(1, 4)} 1`],
  ])('with %s: %s', (_, code, serial) => {
    expect(decodeTag(sgtin(serial))).toMatchObject({ ok: false, code })
  })

  it.each([
    ['a digit of 10', 'tag_digit', [nibbles('F9'), '0 000', nibbles('16901234567890001A')]],
    [
      'another digit than 0 before an asset',
      'tag_reserved_bits',
      [nibbles('F1'), '0 000', nibbles('16901234000016'), `000 00001 ${number(1, 4)}`],
    ],
    [
      'a coupon of 13 digits',
      'tag_length',
      [nibbles('F8'), '0 000', nibbles('6901234000016'), '1101'],
    ],
    ['an asset of 4 digits only', 'tag_length', [nibbles('FA'), '0 000', nibbles('6901F')]],
    [
      'an asset that begins with 3 digits',
      'tag_length',
      [nibbles('FA'), '0 000', nibbles('690E'), '011 00010', '000000 000001'],
    ],
    [
      'an asset of 31 digits',
      'tag_length',
      [nibbles('FA'), '0 000', nibbles(`${'6'.repeat(31)}F`)],
    ],
    [
      'an asset of 31 characters',
      'tag_length',
      [nibbles('FA'), '0 000', nibbles(`${'6'.repeat(30)}E`), `100 00001 ${sevenBits('a')}`],
    ],
    [
      'a digit behind the delimiter of an asset',
      'tag_character',
      [nibbles('FA'), '0 000', nibbles('69012E'), `100 00001 ${sevenBits('7')}`],
    ],
    ['a digit of 10 in an asset', 'tag_digit', [nibbles('FA'), '0 000', nibbles('69012A')]],
    [
      'a lower case letter in a part',
      'tag_character',
      [nibbles('F0'), '0 000', nibbles('69012E'), `100 00001 ${sevenBits('a')}`],
    ],
    [
      'a colon in a part',
      'tag_character',
      [nibbles('F0'), '0 000', nibbles('69012E'), `101 00001 ${number(1600 * 29 + 1, 16)}`],
    ],
    [
      'a serial of a part without digits',
      'tag_length',
      [nibbles('F0'), '0 000', nibbles('690123F'), '0000'],
    ],
  ] as const)('with %s: %s', (_, code, fields) => {
    expect(decodeTag(bankOf(...fields))).toMatchObject({ ok: false, code })
  })

  it.each([
    ['of a reserved type', '0111', 27, 2, 28],
    ['of no month', '0100', 27, 0, 1],
    ['of month 13', '0100', 27, 13, 1],
    ['of 29 February in a year that has none', '0100', 27, 2, 29],
    ['of 31 April', '0100', 27, 4, 31],
    ['of year 100', '0100', 100, 1, 1],
  ])('with a date %s', (_, type, year, month, day) => {
    const date = `${type} ${number(year, 7)} ${number(month, 4)} ${number(day, 5)}`
    const tag = bankOf(nibbles('FB'), '0 000', date, ITEM, `000 00001 ${number(1, 4)}`)
    expect(decodeTag(tag)).toMatchObject({ ok: false, code: 'tag_date' })
  })

  it('where it ends before its EPC does', () => {
    const whole = tagOf(nibbles('F7'), '0 000', ITEM, `100 00011 ${sevenBits('a.b')}`)
    for (let length = 1; length < whole.length; length++) {
      expect(decodeTag(whole.subarray(0, length))).toMatchObject({ code: 'tag_truncated' })
    }
    expect(decodeTag(whole)).toMatchObject({ ok: true })
  })
})

describe('A tag is not written', () => {
  const serial = (text: string) => `urn:epc:id:sgtin:6901234.056789.${text}`

  it.each([
    ['a serial that begins with zeros as a number', serial('007'), 'SGTIN-96'],
    ['letters as a number', serial('A1'), 'SGTIN-96'],
    ['a serial of more bits than there are', serial('274877906944'), 'SGTIN-96'],
    ['an asset that begins with zeros as a number', 'urn:epc:id:giai:6901234.007', 'GIAI-96'],
    ['letters of an asset as a number', 'urn:epc:id:giai:6901234.A', 'GIAI-96'],
    ['letters of a part as a number', 'urn:epc:id:cpi:6901234.A.1', 'CPI-96'],
    [
      'a part of 9 digits where there is room for 8',
      'urn:epc:id:cpi:6901234.123456789.1',
      'CPI-96',
    ],
    ['letters of a document as digits', 'urn:epc:id:gdti:6901234.00001.A', 'GDTI-113'],
    [
      'a serial of a part of more bits than there are',
      'urn:epc:id:cpi:6901234.1.2147483648',
      'CPI-96',
    ],
  ])('with %s', (_, id, scheme) => {
    expect(encodeTag({ id, scheme })).toMatchObject({ ok: false, code: 'tag_no_room' })
  })

  it.each([
    ['of no such scheme', serial('7'), 'SGTIN-64'],
    ['of another key', serial('7'), 'SSCC-96'],
    ['of another key in a + scheme', `${LINK}01/06901234567892/21/7`, 'SSCC+'],
    ['of a lot', `${LINK}01/06901234567892/10/7`, 'SGTIN+'],
    ['of a lot that is a URN', 'urn:epc:class:lgtin:6901234.056789.7', 'SGTIN-96'],
    ['of a key that is not canonical', `${LINK}01/6901234567892/21/7`, 'SGTIN+'],
    ['of a key with a spelling of its own', `${LINK}01/06901234567892/21/%41`, 'SGTIN+'],
    ['of no key', 'https://shop.example/a', 'SGTIN+'],
    ['of a URN that is none', 'urn:epc:id:sgtin:6901234.056789.', 'SGTIN+'],
    ['of a class', 'urn:epc:idpat:sgtin:6901234.056789.*', 'SGTIN-96'],
    ['of a class of assets', 'urn:epc:idpat:grai:6901234.00001.*', 'GRAI-96'],
    ['of a class in a + scheme', `${LINK}01/06901234567892`, 'SGTIN+'],
    ['of a class of assets in a + scheme', `${LINK}8003/06901234000016`, 'GRAI+'],
    ['of a class of parts in a + scheme', `${LINK}8010/6901234A`, 'CPI+'],
    ['of a container', 'urn:epc:id:bic:CSQU3054383', 'GID-96'],
  ])('%s', (_, id, scheme) => {
    expect(encodeTag({ id, scheme })).toMatchObject({ ok: false, code: 'tag_scheme' })
  })

  it('with a filter that has more bits than the scheme gives it', () => {
    for (const [id, scheme, most] of [
      [serial('7'), 'SGTIN-96', 7],
      [serial('7'), 'SGTIN+', 7],
      ['urn:epc:id:usdod:2S194.7', 'USDOD-96', 15],
      ['urn:epc:id:adi:2S194..7', 'ADI-var', 63],
      ['urn:epc:id:gid:1.2.3', 'GID-96', 0],
    ] as const) {
      expect(encodeTag({ id, scheme, filter: most })).toMatchObject({ ok: true })
      for (const filter of [most + 1, -1, 0.5, Number.NaN]) {
        expect(encodeTag({ id, scheme, filter })).toMatchObject({ code: 'tag_no_room' })
      }
    }
  })

  it('with what its scheme has no place for, or without what it needs', () => {
    const id = serial('7')
    const date = { ai: '17', value: '270228' }
    const data = [{ ai: '10', value: 'L' }]
    for (const extra of [{ hostname: 'a.de' }, { date }, { data }]) {
      expect(encodeTag({ id, scheme: 'SGTIN-96', ...extra })).toMatchObject({ code: 'tag_no_room' })
    }
    expect(encodeTag({ id, scheme: 'SGTIN+', hostname: 'a.de' })).toMatchObject({ ok: false })
    expect(encodeTag({ id, scheme: 'SGTIN+', date })).toMatchObject({ code: 'tag_no_room' })
    expect(encodeTag({ id, scheme: 'SGTIN++' })).toMatchObject({ code: 'tag_hostname' })
    expect(encodeTag({ id, scheme: 'DSGTIN+' })).toMatchObject({ code: 'tag_date' })
    for (const value of ['270229', '2702', '27022x', '271301']) {
      const wrong = encodeTag({ id, scheme: 'DSGTIN+', date: { ai: '17', value } })
      expect(wrong).toMatchObject({ code: 'tag_date' })
    }
    const unknown = encodeTag({ id, scheme: 'DSGTIN+', date: { ai: '12', value: '270228' } })
    expect(unknown).toMatchObject({ code: 'tag_date' })
  })

  it('with more than the memory of a tag holds', () => {
    const id = `${LINK}01/06901234567892/21/${"'".repeat(20)}`
    const hostname = `${'a'.repeat(59)}.com`
    expect(encodeTag({ id, scheme: 'SGTIN+' })).toMatchObject({ ok: true })
    expect(encodeTag({ id, scheme: 'SGTIN++', hostname })).toMatchObject({ code: 'tag_no_room' })
  })

  it('of a text of any length', () => {
    const long = '9'.repeat(1_000_000)
    for (const id of [serial(long), `${LINK}01/${long}`, long]) {
      expect(encodeTag({ id, scheme: 'SGTIN+' })).toMatchObject({ code: 'too_long' })
    }
    const data = [{ ai: '30', value: long }]
    expect(encodeTag({ id: serial('7'), scheme: 'SGTIN+', data })).toMatchObject({ ok: false })
    expect(encodeTag({ id: serial('7'), scheme: long })).toMatchObject({ code: 'tag_scheme' })
  })
})
