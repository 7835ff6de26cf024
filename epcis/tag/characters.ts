/**
 * The characters of a tag: 7 bits are those of ASCII, 6 bits the same without their highest
 * [EPC TDS A, G]. Which of them a value may have is its alphabet: one lookup a character.
 */
import type { TagReader, TagWriter } from './bits.ts'

/** The characters by their 7 bits; '' where the alphabet has none. */
export type Alphabet = readonly string[]

const DIGITS = '0123456789'
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const LOWER = 'abcdefghijklmnopqrstuvwxyz'

/** Serials and lots: character set 82 [GS1 General Specifications 7.11]. */
export const SET_82 = alphabet(`!"%&'()*+,-./:;<=>?_${DIGITS}${UPPER}${LOWER}`)
/** References of parts: character set 39. */
export const SET_39 = alphabet(`#-/${DIGITS}${UPPER}`)
/** Part numbers and serials of aerospace and defence [EPC TDS 6.3.18]. */
export const ADI_CHARACTERS = alphabet(`-/${DIGITS}${UPPER}`)
/** Codes of entities: without the letters that look like digits [EPC TDS 6.3.17]. */
export const CAGE_CHARACTERS = alphabet(`${DIGITS}ABCDEFGHJKLMNPQRSTUVWXYZ`)

function alphabet(characters: string): Alphabet {
  const all = Array.from({ length: 128 }, () => '')
  for (const character of characters) all[character.charCodeAt(0)] = character
  return all
}

/** The first character of a text that an alphabet has not; undefined where it has them all. */
export function strangerIn(text: string, allowed: Alphabet): string | undefined {
  for (let at = 0; at < text.length; at++) {
    if (!allowed[text.charCodeAt(at)]) return text[at]
  }
  return undefined
}

/** So many characters of 7 bits each. */
export function readAscii(bits: TagReader, length: number, allowed: Alphabet): string {
  let text = ''
  for (let count = 0; count < length; count++) {
    const character = allowed[bits.read(7)]
    if (!character) bits.fail('tag_character')
    text += character
  }
  return text
}

/** Characters of 7 bits up to the first of zeros; all behind it has to be zero [14.4.2, 14.4.5]. */
export function readText(bits: TagReader, width: number, most: number): string {
  const end = bits.at + width
  let text = ''
  while (text.length < most) {
    const code = bits.read(7)
    if (code === 0) break
    const character = SET_82[code]
    if (!character) {
      bits.fail('tag_character', `0x${code.toString(16)}`)
      return text
    }
    text += character
  }
  if (text === '') bits.fail('tag_length', 'There is no character.')
  if (!bits.onlyZeros(end)) bits.fail('tag_character', 'One stands behind the end.')
  bits.at = end
  return text
}

/** Characters of 7 bits, and zeros up to a width. */
export function writeText(bits: TagWriter, text: string, width: number, most: number): void {
  const start = bits.at
  if (text === '' || text.length > most) bits.fail('tag_no_room', text)
  else writeAscii(bits, text, SET_82)
  bits.fill(start, width)
}

/** Characters of 7 bits each; one that the alphabet has not fails. */
export function writeAscii(bits: TagWriter, text: string, allowed: Alphabet): void {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (!allowed[code]) bits.fail('tag_character', text[at])
    bits.write(code & 127, 7)
  }
}

/** A character of 6 bits; '' where the alphabet has none such. */
export function sixBits(code: number, allowed: Alphabet): string {
  return allowed[code < 32 ? code + 64 : code] ?? ''
}

/** Characters of 6 bits up to one of zeros [14.4.8, 14.4.9]. */
export function readTerminated(bits: TagReader, most: number, allowed: Alphabet): string {
  let text = ''
  for (let code = bits.read(6); code !== 0; code = bits.read(6)) {
    const character = sixBits(code, allowed)
    if (!character) bits.fail('tag_character', `0x${code.toString(16)}`)
    else if (text.length === most) bits.fail('tag_length', `More than ${most} characters.`)
    if (bits.failure) return text
    text += character
  }
  return text
}

/** Characters of 6 bits and a terminator. */
export function writeTerminated(
  bits: TagWriter,
  text: string,
  most: number,
  allowed: Alphabet,
): void {
  if (text.length > most) bits.fail('tag_no_room', text)
  const stranger = strangerIn(text, allowed)
  if (stranger) bits.fail('tag_character', stranger)
  for (let at = 0; at < text.length; at++) bits.write(text.charCodeAt(at) & 63, 6)
  bits.write(0, 6)
}
