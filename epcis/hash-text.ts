/**
 * Single values in the form that the event hash gives them: one text for all spellings of a value.
 * Each function gives '' for what is empty or of a type that the field cannot have.
 */
import { modernWord, spellOut, type Vocabulary } from './cbv.ts'
import { canonicalUri } from './identifier.ts'
import { expand, type Namespaces } from './namespaces.ts'
import { parseTimeUs } from './time.ts'

export type Render = (value: unknown, namespaces: Namespaces) => string

/** Codes that stay as they are: action, uom, an offset, hexadecimal digits. */
export function verbatim(value: unknown): string {
  return typeof value === 'string' ? value.trim() : ''
}

/** UTC with milliseconds, rounded half up on the fourth digit. */
export function instant(value: unknown): string {
  const text = verbatim(value)
  const us = parseTimeUs(text)
  return us === undefined ? text : new Date(Math.floor((us + 500) / 1000)).toISOString()
}

/** Any URI: compact ones in full, words of CBV 1.x as web URIs, GS1 keys as canonical links. */
export const identifier: Render = (value, namespaces) =>
  canonicalUri(expand(modernWord(verbatim(value)), namespaces))

/** A word of a vocabulary in full, or a URI. */
export function word(vocabulary: Vocabulary): Render {
  return (value, namespaces) => identifier(spellOut(verbatim(value), vocabulary), namespaces)
}

/** A value of an extension, or a free text: whatever it looks like. */
export const free: Render = (value, namespaces) => {
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return decimalOf(value)
  const text = verbatim(value)
  return DECIMAL.test(text) ? plainDecimal(text) : identifier(text, namespaces)
}

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/

/** A decimal text without `+`, without leading zeros, without zeros behind its fraction. */
function plainDecimal(text: string): string {
  const digits = text.replace(/^[+-]/, '').replace(/^0+(?=\d)/, '')
  const point = digits.indexOf('.')
  let end = digits.length
  while (point >= 0 && end > point && (digits[end - 1] === '0' || end - 1 === point)) end--
  const plain = digits.slice(0, end).replace(/^(?=\.|$)/, '0')
  return text.startsWith('-') && plain !== '0' ? `-${plain}` : plain
}

/** A number in digits, also where JavaScript would write an exponent (1e21, 1e-7). */
function decimalOf(value: number): string {
  const [mantissa = '', exponent] = String(Math.abs(value)).split('e')
  const shift = Number(exponent ?? 0)
  const digits = mantissa.replace('.', '')
  const plain =
    shift === 0
      ? mantissa
      : shift > 0
        ? digits.padEnd(shift + 1, '0')
        : `0.${'0'.repeat(-shift - 1)}${digits}`
  return value < 0 ? `-${plain}` : plain
}
