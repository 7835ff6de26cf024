import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeTag } from '#epcis/tag/decode.ts'
import { encodeTag } from '#epcis/tag/encode.ts'
import { base64, code40, nibbles, number, sevenBits, tagOf, unpadded } from './fields.ts'

const ITEM = 'https://id.gs1.org/01/06901234567892/21/7'
const EPC = `${nibbles('06901234567892')} 000 00001 ${number(7, 4)}`
const OWN = [
  { ai: '01', value: '06901234567892' },
  { ai: '21', value: '7' },
]

const tagWith = (...data: readonly string[]) => tagOf(nibbles('F7'), '1 000', EPC, ...data)

const date = (year: number, month: number, day: number) =>
  `${number(year, 7)} ${number(month, 4)} ${number(day, 5)}`

describe('Data behind an EPC', () => {
  it.each([
    ['00', '169012345678900016', nibbles('169012345678900016')],
    ['02', '06901234567892', nibbles('06901234567892')],
    ['10', '0042', `000 00100 ${number(42, 14)}`],
    ['10', 'L-a', `011 00011 ${base64('L-a')}`],
    ['11', '270228', date(27, 2, 28)],
    ['13', '270200', date(27, 2, 0)],
    ['15', '280229', date(28, 2, 29)],
    ['16', '271231', date(27, 12, 31)],
    ['17', '000101', date(0, 1, 1)],
    ['20', '07', number(7, 7)],
    ['22', 'v/2', `100 00011 ${sevenBits('v/2')}`],
    ['235', 'TPX', `101 00011 ${code40('TPX')}`],
    ['242', '000042', `110 ${number(42, 20)}`],
    ['253', '6901234000016', `${nibbles('6901234000016')} 000 00000`],
    ['253', '690123400001600', `${nibbles('6901234000016')} 000 00010 ${number(0, 7)}`],
    ['255', '6901234000016', `${nibbles('6901234000016')} 0000`],
    ['30', '00000012', `1000 ${number(12, 27)}`],
    ['37', '5', `0001 ${number(5, 4)}`],
    ['3103', '001750', number(1750, 20)],
    ['3695', '999999', number(999999, 20)],
    ['3902', '000000000012345', `1111 ${number(12345, 50)}`],
    ['3932', '1560999', `${number(156, 10)} 0100 ${number(999, 14)}`],
    ['3943', '0050', number(50, 14)],
    ['3953', '000199', number(199, 20)],
    ['400', 'PO.1', `100 00100 ${sevenBits('PO.1')}`],
    ['402', '69012340000000016', number('69012340000000016', 57)],
    ['410', '6901234000016', nibbles('6901234000016')],
    ['417', '6901234000016', nibbles('6901234000016')],
    ['421', '156100000', `${number(156, 10)} 000 0110 ${number(100000, 20)}`],
    ['422', '156', number(156, 10)],
    ['427', 'BJ', `011 10 ${base64('BJ')}`],
    ['4307', 'CN', base64('CN')],
    ['4309', '00000000000000000042', number(42, 67)],
    ['4321', '1', '1'],
    ['4330', '001250-', `${number(1250, 20)} 1`],
    ['4333', '001250', `${number(1250, 20)} 0`],
    ['7003', '2702282400', `${date(27, 2, 28)} ${number(24, 5)} ${number(0, 6)}`],
    ['7007', '270228', `0 ${date(27, 2, 28)}`],
    ['7007', '270201270228', `1 ${date(27, 2, 1)} ${date(27, 2, 28)}`],
    ['7011', '270228', `11 ${date(27, 2, 28)}`],
    ['7023', '69012340042', `${nibbles('69012340042')} 1111`],
    ['7031', '156A1', `${number(156, 10)} 001 00010 ${nibbles('A1')}`],
    ['710', '1', `000 00001 ${number(1, 4)}`],
    ['7241', '05', nibbles('05')],
    ['7254', 'LI', `011 000010 ${base64('LI')}`],
    ['7258', '1/3', nibbles('13')],
    ['8003', '06901234000016', `${nibbles('06901234000016')} 000 00000`],
    ['8008', '27022807', `00 ${date(27, 2, 28)} ${number(7, 5)}`],
    ['8008', '2702280759', `01 ${date(27, 2, 28)} ${number(7, 5)} ${number(59, 6)}`],
    [
      '8008',
      '270228075930',
      `10 ${date(27, 2, 28)} ${number(7, 5)} ${number(59, 6)} ${number(30, 6)}`,
    ],
    ['8010', '69012345#6', `${nibbles('69012345')} 1110 100 00010 ${sevenBits('#6')}`],
    ['8019', '0000000001', `1010 ${number(1, 34)}`],
    ['99', '1', `000 0000001 ${number(1, 4)}`],
  ])('(%s)%s is read and written', (ai, value, bits) => {
    const tag = tagWith(nibbles(ai), bits)
    expect(decodeTag(tag)).toMatchObject({
      ok: true,
      key: ITEM,
      elements: [...OWN, { ai, value }],
      dataRefused: undefined,
    })
    const written = encodeTag({ id: ITEM, scheme: 'SGTIN+', data: [{ ai, value }] })
    expect(written).toMatchObject({ ok: true })
    if (written.ok) expect(unpadded(written.hex)).toBe(unpadded(tag))
  })

  it('are as many as there is room for, and the lot among them has its key', () => {
    const data = [
      { ai: '10', value: 'L/7' },
      { ai: '17', value: '270228' },
      { ai: '3103', value: '001750' },
    ]
    const id = ITEM
    const tag = encodeTag({ id, scheme: 'SGTIN++', filter: 1, hostname: 'b.cn', data })
    expect(tag).toMatchObject({ ok: true })
    if (!tag.ok) return
    expect(decodeTag(tag.bytes)).toMatchObject({
      key: ITEM,
      hostname: 'b.cn',
      lot: 'https://id.gs1.org/01/06901234567892/10/L%2F7',
      elements: [...OWN, ...data],
    })
  })

  it('end where zeros fill the tag up, unless these are an SSCC', () => {
    const lot = `${nibbles('10')} 000 00001 ${number(4, 4)}`
    const zeros = '0'.repeat(120)
    expect(decodeTag(tagWith(lot, zeros))).toMatchObject({
      elements: [...OWN, { ai: '10', value: '4' }],
      dataRefused: undefined,
    })
    expect(decodeTag(tagWith(lot, nibbles('00169012345678900016'), zeros))).toMatchObject({
      elements: [...OWN, { ai: '10', value: '4' }, { ai: '00', value: '169012345678900016' }],
    })
  })

  it.each([
    ['an application identifier of letters', nibbles('1A')],
    ['one that there is none of', nibbles('19')],
    ['one that no tag may have', nibbles('03')],
    ['a fourth digit that it has not', nibbles('3106')],
    ['a date that does not exist', nibbles('17') + date(27, 2, 30)],
    ['an hour that does not exist', nibbles('7003') + date(27, 2, 28) + number(25, 5)],
    [
      'minutes behind the last hour',
      `${nibbles('7003')}${date(27, 2, 28)}${number(24, 5)}${number(1, 6)}`,
    ],
    ['a number that is too large', nibbles('3103') + number(1_000_000, 20)],
    ['a country of other characters', nibbles('4307') + base64('C9')],
    ['a reserved encoding', `${nibbles('10')} 110 00001`],
    ['a lot without characters', `${nibbles('10')} 000 00000 1`],
    ['a child of none', nibbles('725801')],
    ['an end before its own', nibbles('00169')],
    ['bits behind the zeros that end them', `${nibbles('00')} 1`],
    ['an SSCC of zeros before others', `${'0'.repeat(80)}${nibbles('37')} 0001 0001`],
    ['nothing', ''],
  ])('with %s are refused, and the EPC stands', (_, bits) => {
    const read = decodeTag(tagWith(bits))
    expect(read).toMatchObject({ ok: true, key: ITEM, elements: OWN })
    expect(read).toMatchObject({ dataRefused: { ok: false, code: 'tag_data' } })
  })

  it('are told as far as they could be read', () => {
    const read = decodeTag(tagWith(nibbles('37'), '0001', number(5, 4), nibbles('19')))
    expect(read).toMatchObject({
      elements: [...OWN, { ai: '37', value: '5' }],
      dataRefused: { message: 'The data behind the EPC cannot be read. (19)' },
    })
  })

  it.each([
    ['03', '06901234567892'],
    ['999', '1'],
    ['', ''],
    ['10', ''],
    ['10', 'ä'],
    ['17', '270230'],
    ['20', '7'],
    ['30', '1x'],
    ['3103', '1000000'],
    ['421', '15'],
    ['4307', 'cn'],
    ['4321', '2'],
    ['4330', '001250+'],
    ['7007', '270228270230'],
    ['7011', '2702'],
    ['7258', '0/3'],
    ['8004', '690'],
  ])('are not written with (%s)%s', (ai, value) => {
    const tag = encodeTag({ id: ITEM, scheme: 'SGTIN+', data: [{ ai, value }] })
    expect(tag).toMatchObject({ ok: false })
  })

  it('of any serial, lot and quantity are read as they were written', () => {
    const text = fc.stringMatching(/^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}$/)
    const digits = fc.stringMatching(/^[0-9]{1,8}$/)
    fc.assert(
      fc.property(text, digits, (lot, count) => {
        const data = [
          { ai: '10', value: lot },
          { ai: '30', value: count },
        ]
        const tag = encodeTag({ id: ITEM, scheme: 'SGTIN+', data })
        expect(tag).toMatchObject({ ok: true })
        if (tag.ok) expect(decodeTag(tag.bytes)).toMatchObject({ elements: [...OWN, ...data] })
      }),
    )
  })
})
