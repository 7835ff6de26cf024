/**
 * The JSON values of a message of a device: one value, an array of them, one a line, or one right
 * behind the other, as readers send when they have several reads at hand.
 */
import type { Failure } from '#epcis/failure.ts'
import { fail } from '#epcis/failure.ts'
import { MAX_PARTS, type PartFailure, partFailure } from '#ingest/decoded.ts'
import { parseJson } from '#ingest/json.ts'

export interface JsonValues {
  readonly ok: true
  /** Each with its place in the message; arrays at the top are taken apart. */
  readonly values: readonly { readonly index: number; readonly value: unknown }[]
  readonly failures: readonly PartFailure[]
}

/** The values of a message, those in arrays one by one. */
export function jsonValues(payload: Uint8Array): JsonValues | Failure {
  const texts = jsonTexts(payload)
  if (!texts.ok) return texts
  const values = texts.found.flatMap((value) => (Array.isArray(value) ? value : [value]))
  if (values.length > MAX_PARTS) return fail('too_many_parts', '')
  return {
    ok: true,
    values: values.map((value, index) => ({ index, value })),
    failures: texts.failure === undefined ? [] : [partFailure(texts.failure, values.length)],
  }
}

export interface JsonTexts {
  readonly ok: true
  /** At least one. */
  readonly found: readonly unknown[]
  /** Of what is behind them. */
  readonly failure?: Failure
}

/**
 * The values of a message, arrays as they are. What is whole stands, though something behind it be
 * cut off.
 */
export function jsonTexts(payload: Uint8Array): JsonTexts | Failure {
  const one = parseJson(payload)
  if (one.ok) return { ok: true, found: [one.value] }
  if (one.code !== 'json_malformed') return one
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString()
  const pieces = split(text)
  if (pieces === undefined || pieces.length < 2) return one
  const found: unknown[] = []
  for (const piece of pieces) {
    const parsed = parseJson(Buffer.from(piece))
    // What comes behind a broken piece may be inside of it.
    if (!parsed.ok) return found.length === 0 ? one : { ok: true, found, failure: parsed }
    found.push(parsed.value)
  }
  return { ok: true, found }
}

/** White space, a comma, and the separator of JSON text sequences [RFC 7464]. */
const BETWEEN = ' \t\r\n,\u001e'

/**
 * Where one object or list ends and the next begins; the last piece may be unfinished. Undefined
 * where something else stands between them, or where there are too many.
 */
function split(text: string): string[] | undefined {
  const pieces: string[] = []
  let start = -1
  let depth = 0
  let inString = false
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? ''
    if (inString) {
      if (char === '\\') at += 1
      else if (char === '"') inString = false
    } else if (char === '{' || char === '[') {
      if (depth === 0) start = at
      depth += 1
    } else if (depth === 0) {
      if (!BETWEEN.includes(char)) return undefined
    } else if (char === '"') inString = true
    else if (char === '}' || char === ']') {
      depth -= 1
      if (depth === 0) pieces.push(text.slice(start, at + 1))
      if (pieces.length > MAX_PARTS) return undefined
    }
  }
  if (depth > 0) pieces.push(text.slice(start))
  return pieces
}
