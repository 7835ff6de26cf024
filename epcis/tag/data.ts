/**
 * The data behind the EPC of a + or ++ scheme: application identifiers, four bits a digit, each
 * with its value in the encoding of table F. [EPC TDS 15.3, tables F and K]
 */
import { type Element, type Refused, refuse } from '#epcis/understood.ts'
import type { TagReader, TagWriter } from './bits.ts'
import { SET_39 } from './characters.ts'
import { anyPrecision, dateOrRange, dateTime } from './dates.ts'
import {
  alphanumeric,
  delimited,
  fixedNumber,
  fixedNumeric,
  type Lengths,
  type Method,
  numeric,
  pair,
  upTo,
} from './methods.ts'

const DATE = dateTime(6)
const MINUTES = dateTime(10)
const ITEM = fixedNumeric(14)
const PLACE = fixedNumeric(13)
const UNIT = fixedNumeric(18)
const MEASURE = fixedNumber(6)
const CURRENCY = fixedNumber(3)
const AMOUNT = numeric(upTo(15))
/** Given names have more bits for their length than their most needs. */
const GIVEN_NAME: Lengths = { fewest: 1, most: 30, width: 6 }

/** One bit for a digit 0 or 1 [14.5.7]. */
const FLAG = choice(['0', '1'])
/** One bit for a minus sign behind the digits [14.5.14]. */
const SIGN = choice(['', '-'])

function choice(texts: readonly [string, string]): Method {
  return {
    length: texts[0].length,
    read: (bits) => texts[bits.read(1) === 0 ? 0 : 1],
    write: (bits, value) => {
      if (!texts.includes(value)) bits.fail('tag_character', value)
      bits.write(value === texts[1] ? 1 : 0, 1)
    },
  }
}

/** Two capital letters of 6 bits each [14.5.12]. */
const COUNTRY: Method = {
  length: 2,
  read: (bits) => readLetter(bits) + readLetter(bits),
  write: (bits, value) => {
    if (!/^[A-Z]{2}$/.test(value)) bits.fail('tag_character', value)
    bits.write(Math.max(0, value.charCodeAt(0) - LETTER_A) & 63, 6)
    bits.write(Math.max(0, value.charCodeAt(1) - LETTER_A) & 63, 6)
  },
}

const LETTER_A = 'A'.charCodeAt(0)

function readLetter(bits: TagReader): string {
  const index = bits.read(6)
  if (index > 25) bits.fail('tag_character')
  return String.fromCharCode(LETTER_A + index)
}

/** Which of how many, 1 to 9 each, with a stroke between them [14.5.15]. */
const SEQUENCE: Method = {
  length: 3,
  read: (bits) => {
    const [one, all] = [bits.read(4), bits.read(4)]
    for (const digit of [one, all]) if (digit < 1 || digit > 9) bits.fail('tag_digit')
    return `${one}/${all}`
  },
  write: (bits, value) => {
    if (!/^[1-9]\/[1-9]$/.test(value)) bits.fail('tag_digit', value)
    bits.write(Number(value.charAt(0)) || 0, 4)
    bits.write(Number(value.charAt(2)) || 0, 4)
  },
}

const text = (most: number) => alphanumeric(upTo(most))

/** Table F. `310-316:5` are 310 to 316 with a fourth digit of 0 to 5. */
const TABLE_F: readonly (readonly [ais: string, method: Method])[] = [
  ['00 8006 8017 8018 8026', UNIT],
  ['01 02', ITEM],
  ['10 21 22 243 254 420 4318 7020-7022 710-716 7240 8002 8012', text(20)],
  ['11-13 15-17 4326 7006', DATE],
  ['20', fixedNumber(2)],
  ['235', text(28)],
  ['240 241 250 251 400 401 403 4308 4319 7002 7230-7239 90', text(30)],
  ['242', numeric(upTo(6))],
  ['253', pair(PLACE, alphanumeric(upTo(17, 0)))],
  ['255', pair(PLACE, numeric(upTo(12, 0)))],
  ['30 37', numeric(upTo(8))],
  ['310-316:5 320-329:5 330-337:5 340-349:5 350-357:5 360-369:5 395:3 8005', MEASURE],
  ['390:9 392:9 423 425', AMOUNT],
  ['391:9 393:9', pair(CURRENCY, AMOUNT)],
  ['394:3 8111', fixedNumber(4)],
  ['402', fixedNumber(17)],
  ['410-417', PLACE],
  ['421', pair(CURRENCY, text(9))],
  ['422 424 426', CURRENCY],
  ['427 7008', text(3)],
  ['4300 4301 4310 4320', text(35)],
  ['4302-4306 4311 4312-4316 7257 8110 8112 8200', text(70)],
  ['4307 4317', COUNTRY],
  ['4309', fixedNumber(20)],
  ['4321-4323', FLAG],
  ['4324 4325 7003', MINUTES],
  ['4330-4333', pair(MEASURE, SIGN)],
  ['7001', fixedNumber(13)],
  ['7004', numeric(upTo(4))],
  ['7005', text(12)],
  ['7007', dateOrRange()],
  ['7009 7255', text(10)],
  ['7010', text(2)],
  ['7011 8008', anyPrecision()],
  ['7023 8004', delimited(30)],
  ['703:9', pair(CURRENCY, text(27))],
  ['7040 7041', text(4)],
  ['7241', fixedNumeric(2)],
  ['7242 8013 8020', text(25)],
  ['7250', fixedNumber(8)],
  ['7251', fixedNumber(12)],
  ['7252', fixedNumber(1)],
  ['7253 7259', text(40)],
  ['7254', alphanumeric(GIVEN_NAME)],
  ['7256 8030 91-99', text(90)],
  ['7258', SEQUENCE],
  ['8001', fixedNumber(14)],
  ['8003', pair(ITEM, alphanumeric(upTo(16, 0)))],
  ['8007', text(24)],
  ['8009', text(50)],
  ['8010', delimited(30, SET_39)],
  ['8011', numeric(upTo(12))],
  ['8019', numeric(upTo(10))],
]

const METHODS = new Map(
  TABLE_F.flatMap(([ais, method]) =>
    ais
      .split(' ')
      .flatMap(spread)
      .map((ai) => [ai, method] as const),
  ),
)

/** `15-17` are 15, 16 and 17; `395:3` are 3950 to 3953. */
function spread(range: string): readonly string[] {
  const [span = '', last] = range.split(':')
  const [from = '', to = from] = span.split('-')
  const count = Number(to) - Number(from) + 1
  const ais = Array.from({ length: count }, (_, at) =>
    String(Number(from) + at).padStart(from.length, '0'),
  )
  if (last === undefined) return ais
  const digits = Array.from({ length: Number(last) + 1 }, (_, digit) => digit)
  return ais.flatMap((ai) => digits.map((digit) => `${ai}${digit}`))
}

/** Digits of an application identifier by its first two [table K]; two where none are named. */
const LENGTHS: ReadonlyMap<string, number> = new Map([
  ...['23', '24', '25', '40', '41', '42', '71'].map((first) => [first, 3] as const),
  ...['31', '32', '33', '34', '35', '36', '39', '43'].map((first) => [first, 4] as const),
  ...['70', '72', '80', '81', '82'].map((first) => [first, 4] as const),
])

const SSCC_BITS = 8 + 72
const NO_SSCC = '0'.repeat(18)

/** What was read before anything could not be, and why it could not. */
export interface DataRead {
  readonly elements: readonly Element[]
  readonly refused: Refused | undefined
}

/** All elements up to the end of the tag or the zeros that fill it. */
export function readData(bits: TagReader): DataRead {
  const elements: Element[] = []
  // Zeros are an SSCC where one has room, and is not of zeros itself [15.3].
  while (!bits.onlyZeros()) {
    if (bits.end - bits.at < 8) {
      bits.fail('tag_data', 'There is no room for an application identifier.')
      break
    }
    const element = readElement(bits)
    if (bits.failure) break
    elements.push(element)
  }
  if (elements.length === 0) bits.fail('tag_data', 'There are none.')
  const refused = bits.refused()
  const wrapped = refused && refused.code !== 'tag_data'
  return {
    elements,
    refused: wrapped ? refuse('epc-binary', 'tag_data', refused.message) : refused,
  }
}

function readElement(bits: TagReader): Element {
  if (bits.end - bits.at < SSCC_BITS && isZeroByte(bits)) bits.fail('tag_data', BEHIND_ZEROS)
  let ai = readDigits(bits, 2)
  ai += readDigits(bits, (LENGTHS.get(ai) ?? 2) - 2)
  const method = METHODS.get(ai)
  if (!method) bits.fail('tag_data', `(${ai})`)
  const value = method?.read(bits) ?? ''
  if (ai === '00' && value === NO_SSCC) bits.fail('tag_data', BEHIND_ZEROS)
  return { ai, value }
}

const BEHIND_ZEROS = 'Bits stand behind the zeros that end them.'

function isZeroByte(bits: TagReader): boolean {
  return bits.onlyZeros(bits.at + 8)
}

/** Hexadecimal digits, as those above 9 tell which application identifier it is not. */
function readDigits(bits: TagReader, count: number): string {
  let digits = ''
  for (let at = 0; at < count; at++) digits += bits.read(4).toString(16).toUpperCase()
  return digits
}

/** Elements behind the EPC. What table F does not have, or cannot hold, fails in the writer. */
export function writeData(bits: TagWriter, elements: readonly Element[]): void {
  for (const { ai, value } of elements) {
    const method = METHODS.get(ai)
    if (!method) {
      bits.fail('tag_data', `(${ai})`)
      return
    }
    for (const digit of ai) bits.write(Number(digit), 4)
    method.write(bits, value)
  }
}
