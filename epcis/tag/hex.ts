/** The bytes of a tag in text: hexadecimal as readers write it, or base64. */
import { type Refused, refuse } from '#epcis/understood.ts'
import { MAX_BITS } from './bits.ts'

// The bank with its checksum and control bits in front, twice over: more is no tag.
const MOST_BYTES = (MAX_BITS / 8) * 2

/** Bytes of hexadecimal digits in any case; nothing may stand between them. */
export function bytesOfHex(text: string): Uint8Array | Refused {
  if (text === '') return refuse('epc-binary', 'empty')
  if (text.length > MOST_BYTES * 2) return refuse('epc-binary', 'too_long')
  if (text.length % 2 === 1) return refuse('epc-binary', 'tag_hex_odd')
  const bytes = new Uint8Array(text.length / 2)
  for (let at = 0; at < bytes.length; at++) {
    const high = nibble(text.charCodeAt(at * 2))
    const low = nibble(text.charCodeAt(at * 2 + 1))
    if (high < 0 || low < 0) return refuse('epc-binary', 'tag_hex', text.slice(at * 2, at * 2 + 2))
    bytes[at] = high * 16 + low
  }
  return bytes
}

/** The value of a hexadecimal digit by its code; -1 where it is none. */
function nibble(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).toUpperCase().padStart(2, '0'),
)

/** Hexadecimal digits in upper case. */
export function hexOfBytes(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += HEX[byte]
  return text
}

const BASE_64 = /^[A-Za-z0-9+/_-]+={0,2}$/
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Bytes of base64 in either alphabet, with its padding or without [RFC 4648 4, 5]. */
export function bytesOfBase64(text: string): Uint8Array | Refused {
  if (text === '') return refuse('epc-binary', 'empty')
  if (text.length > MOST_BYTES * 2) return refuse('epc-binary', 'too_long')
  const digits = text.replace(/=+$/, '').replace(/-/g, '+').replace(/_/g, '/')
  const padding = text.length - digits.length
  const spare = (digits.length * 6) % 8
  const whole = padding === 0 || text.length % 4 === 0
  if (!BASE_64.test(text) || spare === 6 || !whole) return refuse('epc-binary', 'tag_base64')
  const bytes = new Uint8Array((digits.length * 6 - spare) / 8)
  let pending = 0
  let bits = 0
  let at = 0
  for (const digit of digits) {
    pending = ((pending << 6) | ALPHABET.indexOf(digit)) & 0xfff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = pending >> bits
  }
  const left = pending & ((1 << bits) - 1)
  return left === 0 ? bytes : refuse('epc-binary', 'tag_base64')
}
