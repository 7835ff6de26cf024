/**
 * A compressor of Digital Links, as little of it as tests need: identifiers in hexadecimal digits,
 * numbers in bits, texts as 7-bit ASCII. [GS1 Digital Link: Compression 5]
 */
import type { Element } from '#epcis/understood.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const ASCII = '100'

const bits = (value: bigint, count: number) => value.toString(2).padStart(count, '0')
const number = (digits: string) =>
  bits(BigInt(digits), Math.ceil(digits.length * Math.log2(10) + 0.01))
const text = (value: string, most: number) =>
  ASCII +
  bits(BigInt(value.length), Math.ceil(Math.log2(most) + 0.01)) +
  [...value].map((character) => bits(BigInt(character.charCodeAt(0)), 7)).join('')

/** By identifier: how many digits come first, and how long the text behind them may be. */
const FORMS: Readonly<Record<string, readonly [digits: number, most: number]>> = {
  '00': [18, 0],
  '01': [14, 0],
  '10': [0, 20],
  '17': [6, 0],
  '21': [0, 20],
  '253': [13, 17],
  '8004': [0, 30],
}

/** The step of a path that says these elements. */
export function compressed(elements: readonly Element[]): string {
  const all = elements
    .map(({ ai, value }) => {
      const [digits, most] = FORMS[ai] ?? [0, 0]
      const name = [...ai].map((digit) => bits(BigInt(digit), 4)).join('')
      const first = digits > 0 ? number(value.slice(0, digits)) : ''
      return name + first + (most > 0 ? text(value.slice(digits), most) : '')
    })
    .join('')
  const padded = all.padEnd(Math.ceil(all.length / 6) * 6, '0')
  return (padded.match(/.{6}/g) ?? [])
    .map((six) => ALPHABET.charAt(Number.parseInt(six, 2)))
    .join('')
}
