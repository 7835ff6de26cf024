/**
 * Bytes of a device to a JSON value, for every decoder. Nesting is bounded before anything is built
 * from it: a megabyte of brackets would become a hundred of memory and end every recursion.
 */
import { isUtf8 } from 'node:buffer'
import { MAX_DEPTH } from '#epcis/bounds.ts'
import { type Failure, fail } from '#epcis/failure.ts'

const QUOTE = 0x22
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/** The JSON value of a message, and its text. UTF-8 without a byte order mark [RFC 8259 8.1]. */
export function parseJson(
  payload: Uint8Array,
): { readonly ok: true; readonly text: string; readonly value: unknown } | Failure {
  if (!isUtf8(payload)) return fail('json_malformed', '', 'These bytes are not UTF-8.')
  if (payload[0] === 0xef && payload[1] === 0xbb && payload[2] === 0xbf) {
    return fail('json_malformed', '', 'It begins with a byte order mark.')
  }
  if (nestsTooDeep(payload)) return fail('nested_too_deep', '')
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString()
  try {
    return { ok: true, text, value: JSON.parse(text) }
  } catch (error) {
    if (error instanceof SyntaxError) return fail('json_malformed', '', error.message)
    throw error
  }
}

function nestsTooDeep(payload: Uint8Array): boolean {
  const openings = countUpTo(MAX_DEPTH + 1, payload, OPEN_BRACE, OPEN_BRACKET)
  // Most messages open fewer than may nest, which is seen in a third of the time.
  return openings > MAX_DEPTH && deepest(payload) > MAX_DEPTH
}

function countUpTo(most: number, payload: Uint8Array, ...bytes: readonly number[]): number {
  let count = 0
  for (const byte of bytes) {
    for (let at = payload.indexOf(byte); at >= 0 && count < most; count += 1) {
      at = payload.indexOf(byte, at + 1)
    }
  }
  return count
}

/** How deep objects and lists nest; brackets inside texts do not count. */
function deepest(payload: Uint8Array): number {
  let depth = 0
  let most = 0
  let inString = false
  for (let at = 0; at < payload.length; at += 1) {
    const byte = payload[at]
    if (inString) {
      if (byte === BACKSLASH) at += 1
      else if (byte === QUOTE) inString = false
    } else if (byte === QUOTE) inString = true
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth += 1
      most = Math.max(most, depth)
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1
  }
  return most
}
