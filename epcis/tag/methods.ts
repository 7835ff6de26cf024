/**
 * The encoding methods that came with TDS 2.0, each in both directions [EPC TDS 14.5]. A method
 * reads a value as its application identifier has it, and writes it so that reading gives it again.
 */
import type { TagReader, TagWriter } from './bits.ts'
import { type Alphabet, readAscii, SET_82, strangerIn, writeAscii } from './characters.ts'

export interface Method {
  /** Characters of a value of fixed length; 0 where it varies. */
  readonly length: number
  readonly read: (bits: TagReader) => string
  readonly write: (bits: TagWriter, value: string) => void
}

const DIGITS = /^\d*$/

/** So many digits of 4 bits each [14.5.4]. */
export function fixedNumeric(length: number): Method {
  return {
    length,
    read: (bits) => readNibbles(bits, length),
    write: (bits, value) => {
      if (value.length !== length) bits.fail('tag_length', value)
      writeNibbles(bits, value)
    },
  }
}

function readNibbles(bits: TagReader, length: number): string {
  let digits = ''
  for (let count = 0; count < length; count++) {
    const digit = bits.read(4)
    if (digit > 9) bits.fail('tag_digit')
    digits += digit
  }
  return digits
}

function writeNibbles(bits: TagWriter, digits: string): void {
  if (!DIGITS.test(digits)) bits.fail('tag_digit', digits)
  else for (const digit of digits) bits.write(Number(digit), 4)
}

/** So many digits as one number [14.5.2]. */
export function fixedNumber(length: number): Method {
  const width = widthOfDigits(length)
  return {
    length,
    read: (bits) => bits.readDigits(width, length),
    write: (bits, value) => {
      if (value.length !== length) bits.fail('tag_length', value)
      bits.writeDecimal(value, width)
    },
  }
}

// Bits of a decimal digit: rounding up never meets a whole number but at 0 digits [table B].
function widthOfDigits(length: number): number {
  return Math.ceil(length * Math.log2(10))
}

/** How many characters a value has: the fewest and the most, and the bits that say it. */
export interface Lengths {
  readonly fewest: number
  readonly most: number
  readonly width: number
}

/** Lengths up to the most; the bits that say it are as many as the most needs [table F, g, n]. */
export function upTo(most: number, fewest = 1): Lengths {
  return { fewest, most, width: most.toString(2).length }
}

function readLength(bits: TagReader, lengths: Lengths): number {
  const length = bits.read(lengths.width)
  if (length >= lengths.fewest && length <= lengths.most) return length
  bits.fail('tag_length', `${length} of ${lengths.fewest} to ${lengths.most}`)
  return 0
}

function writeLength(bits: TagWriter, value: string, lengths: Lengths): void {
  const { length } = value
  if (length < lengths.fewest || length > lengths.most) bits.fail('tag_length', value)
  else bits.write(length, lengths.width)
}

/** Digits with their count, as one number; leading zeros are kept [14.5.13]. */
export function numeric(lengths: Lengths): Method {
  return {
    length: 0,
    read: (bits) => readNumeric(bits, readLength(bits, lengths)),
    write: (bits, value) => {
      writeLength(bits, value, lengths)
      writeNumeric(bits, value)
    },
  }
}

function readNumeric(bits: TagReader, length: number): string {
  return length === 0 ? '' : bits.readDigits(widthOfDigits(length), length)
}

function writeNumeric(bits: TagWriter, value: string): void {
  if (value !== '') bits.writeDecimal(value, widthOfDigits(value.length))
}

/** One way to write characters: what an encoding indicator stands for [14.5.6, table E]. */
interface Encoding {
  readonly form: RegExp
  readonly bits: (length: number) => number
  readonly read: (bits: TagReader, length: number, allowed: Alphabet) => string
  readonly write: (bits: TagWriter, text: string, allowed: Alphabet) => void
}

const BASE_64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const UPPER_HEX = '0123456789ABCDEF'
const LOWER_HEX = '0123456789abcdef'

/** By encoding indicator. */
const ENCODINGS: readonly Encoding[] = [
  { form: DIGITS, bits: widthOfDigits, read: readNumeric, write: writeNumeric },
  indexed(/^[0-9A-F]*$/, 4, UPPER_HEX),
  indexed(/^[0-9a-f]*$/, 4, LOWER_HEX),
  indexed(/^[0-9A-Za-z_-]*$/, 6, BASE_64),
  { form: /^/, bits: (length) => length * 7, read: readAscii, write: writeAscii },
  {
    form: /^[0-9A-Z.:-]*$/,
    bits: (length) => Math.ceil(length / 3) * 16,
    read: readCode40,
    write: writeCode40,
  },
]

/** Each character is written as its place in a row of them. */
function indexed(form: RegExp, width: number, characters: string): Encoding {
  return {
    form,
    bits: (length) => length * width,
    read: (bits, length) => {
      let text = ''
      while (text.length < length) text += characters.charAt(bits.read(width))
      return text
    },
    write: (bits, text) => {
      for (const character of text) bits.write(characters.indexOf(character), width)
    },
  }
}

/** Any characters of an alphabet, in whatever encoding the tag says it has them [14.5.6]. */
export function alphanumeric(lengths: Lengths, allowed: Alphabet = SET_82): Method {
  return {
    length: 0,
    read: (bits) => {
      const indicator = bits.read(3)
      const encoding = ENCODINGS[indicator]
      if (!encoding) bits.fail('tag_encoding', String(indicator))
      const length = readLength(bits, lengths)
      if (!encoding || bits.failure) return ''
      const text = encoding.read(bits, length, allowed)
      if (allowed !== SET_82) refuseStrangers(bits, text, allowed)
      return text
    },
    write: (bits, value) => {
      refuseStrangers(bits, value, allowed)
      const [indicator, encoding] = shortestFor(value)
      bits.write(indicator, 3)
      writeLength(bits, value, lengths)
      if (!bits.failure) encoding.write(bits, value, allowed)
    },
  }
}

function refuseStrangers(bits: TagReader | TagWriter, text: string, allowed: Alphabet): void {
  const stranger = strangerIn(text, allowed)
  if (stranger) bits.fail('tag_character', stranger)
}

/** The encoding of the fewest bits; of equal ones the first in the order of their indicators. */
function shortestFor(value: string): [number, Encoding] {
  let best: [number, Encoding] | undefined
  for (const [indicator, each] of ENCODINGS.entries()) {
    if (!each.form.test(value)) continue
    if (!best || each.bits(value.length) < best[1].bits(value.length)) best = [indicator, each]
  }
  if (!best) throw new Error('7-bit characters take every value')
  return best
}

const CODE_40 = '\0ABCDEFGHIJKLMNOPQRSTUVWXYZ-.:0123456789'

/** Three characters in 16 bits, the last filled up with padding [14.5.6.5]. */
export function readCode40(bits: TagReader, length: number): string {
  let text = ''
  while (text.length < length && !bits.failure) {
    const value = bits.read(16) - 1
    if (value < 0 || value >= 40 ** 3) bits.fail('tag_character')
    for (const index of [Math.floor(value / 1600), Math.floor(value / 40) % 40, value % 40]) {
      if (text.length === length ? index !== 0 : index === 0) bits.fail('tag_character')
      if (text.length < length) text += CODE_40.charAt(index)
    }
  }
  return text
}

export function writeCode40(bits: TagWriter, text: string): void {
  for (let at = 0; at < text.length; at += 3) {
    const indexes = [0, 1, 2].map((offset) =>
      Math.max(0, CODE_40.indexOf(text[at + offset] ?? '\0')),
    )
    bits.write(indexes.reduce((sum, index) => sum * 40 + index, 0) + 1, 16)
  }
}

const DELIMITER = 14
const TERMINATOR = 15
/** A company prefix begins it, and something follows. */
const FEWEST_DIGITS = 4
const FEWEST_CHARACTERS = 5

/** Digits of 4 bits up to a terminator, or a delimiter and what is no digit [14.5.5]. */
export function delimited(most: number, allowed: Alphabet = SET_82): Method {
  const rest = alphanumeric(upTo(most), allowed)
  const check = (bits: TagReader | TagWriter, value: string, digits: number) => {
    const right = value.length >= FEWEST_CHARACTERS && value.length <= most
    if (!right || digits < FEWEST_DIGITS) bits.fail('tag_length', value)
  }
  return {
    length: 0,
    read: (bits) => {
      let value = ''
      let nibble = bits.read(4)
      for (; nibble <= 9 && value.length <= most && !bits.failure; nibble = bits.read(4)) {
        value += nibble
      }
      const digits = value.length
      if (nibble === DELIMITER && !bits.failure) {
        value += rest.read(bits)
        if (DIGITS.test(value.charAt(digits))) bits.fail('tag_character', value.charAt(digits))
      } else if (nibble !== TERMINATOR) bits.fail('tag_digit')
      check(bits, value, digits)
      return value
    },
    write: (bits, value) => {
      const digits = /^\d*/.exec(value)?.[0] ?? ''
      check(bits, value, digits.length)
      writeNibbles(bits, digits)
      bits.write(digits === value ? TERMINATOR : DELIMITER, 4)
      if (digits !== value) rest.write(bits, value.slice(digits.length))
    },
  }
}

/** One value behind the other; the first is of fixed length. */
export function pair(first: Method, second: Method): Method {
  return {
    length: 0,
    read: (bits) => first.read(bits) + second.read(bits),
    write: (bits, value) => {
      first.write(bits, value.slice(0, first.length))
      second.write(bits, value.slice(first.length))
    },
  }
}
