/**
 * Tags written field by field in zeros and ones, with nothing of the codec: what a test expects is
 * spelt out here, not asked of the code that it tests.
 */
const BASE_64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const CODE_40 = '\0ABCDEFGHIJKLMNOPQRSTUVWXYZ-.:0123456789'

export function number(value: number | bigint | string, width: number): string {
  return BigInt(value).toString(2).padStart(width, '0')
}

export function nibbles(hexadecimal: string): string {
  return [...hexadecimal].map((digit) => number(Number.parseInt(digit, 16), 4)).join('')
}

export function sevenBits(text: string): string {
  return [...text].map((character) => number(character.charCodeAt(0), 7)).join('')
}

export function sixBits(text: string): string {
  return [...text].map((character) => number(character.charCodeAt(0) % 64, 6)).join('')
}

export function base64(text: string): string {
  return [...text].map((character) => number(BASE_64.indexOf(character), 6)).join('')
}

export function code40(text: string): string {
  const groups = text.match(/.{1,3}/g) ?? []
  return groups
    .map((group) => [...group.padEnd(3, '\0')].map((each) => CODE_40.indexOf(each)))
    .map(([a = 0, b = 0, c = 0]) => number(a * 1600 + b * 40 + c + 1, 16))
    .join('')
}

/** The bytes of fields, filled up with zeros to whole bytes. */
export function tagOf(...fields: readonly string[]): Uint8Array {
  const bits = fields.join('').replaceAll(' ', '')
  if (!/^[01]*$/.test(bits)) throw new Error('fields are zeros and ones')
  const bytes = bits.match(/.{1,8}/g) ?? []
  return Uint8Array.from(bytes, (byte) => Number.parseInt(byte.padEnd(8, '0'), 2))
}

/** Hexadecimal digits of bytes or of a text, without the zeros that fill them up. */
export function unpadded(tag: Uint8Array | string): string {
  const hex = typeof tag === 'string' ? tag : [...tag].map(hexOf).join('')
  return hex.toUpperCase().replace(/0+$/, '')
}

function hexOf(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}
