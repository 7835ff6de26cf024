/**
 * Where the parts of a JSON text stand in it, so that an event of a document can be kept as the
 * very text its sender wrote: parsing and printing would turn 26.0 into 26 and lose digits of a big
 * number.
 *
 * Promises nothing for text that JSON.parse has not accepted: every function here expects it has.
 * Where a key stands twice in an object the last one counts, as for JSON.parse.
 */

/** A part of a text: `text.slice(start, end)`. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** `key` unescaped; `start` where the quoted key begins, `value` the value alone. */
interface Member {
  readonly key: string
  readonly start: number
  readonly value: Span
}

const QUOTE = 0x22
const COMMA = 0x2c
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const SPACE = 0x20

/** The whole value of a text. */
export function wholeSpan(text: string): Span {
  return { start: skipSpace(text, 0), end: text.trimEnd().length }
}

/** The value of `text` under a path of keys; undefined where there is none. */
export function spanAt(text: string, path: readonly string[]): Span | undefined {
  let at: Span | undefined = wholeSpan(text)
  for (const key of path) {
    if (at === undefined || text.charCodeAt(at.start) !== OPEN_BRACE) return undefined
    at = members(text, at.start).findLast((member) => member.key === key)?.value
  }
  return at
}

/** The items of the array that begins at `open`. */
export function itemSpans(text: string, open: number): Span[] {
  const spans: Span[] = []
  let start = skipSpace(text, open + 1)
  while (text.charCodeAt(start) !== CLOSE_BRACKET) {
    const end = valueEnd(text, start)
    spans.push({ start, end })
    start = skipSpace(text, end)
    if (text.charCodeAt(start) === COMMA) start = skipSpace(text, start + 1)
  }
  return spans
}

/** The text of the object at `span` with some members first and without others. */
export function editObject(
  text: string,
  span: Span,
  edit: { readonly add: Readonly<Record<string, string>>; readonly drop: readonly string[] },
): string {
  const added = Object.entries(edit.add).map(
    ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
  )
  const kept = members(text, span.start)
    .filter((member) => !edit.drop.includes(member.key))
    .map((member) => text.slice(member.start, member.value.end))
  return `{${[...added, ...kept].join(',')}}`
}

function members(text: string, open: number): Member[] {
  const found: Member[] = []
  let start = skipSpace(text, open + 1)
  while (text.charCodeAt(start) !== CLOSE_BRACE) {
    const keyEnd = stringEnd(text, start)
    const colon = skipSpace(text, keyEnd)
    const valueStart = skipSpace(text, colon + 1)
    const value = { start: valueStart, end: valueEnd(text, valueStart) }
    found.push({ key: JSON.parse(text.slice(start, keyEnd)) as string, start, value })
    start = skipSpace(text, value.end)
    if (text.charCodeAt(start) === COMMA) start = skipSpace(text, start + 1)
  }
  return found
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) <= SPACE) at += 1
  return at
}

function valueEnd(text: string, start: number): number {
  const first = text.charCodeAt(start)
  if (first === QUOTE) return stringEnd(text, start)
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return nestedEnd(text, start)
  let at = start
  // A number, true, false or null ends at the first character that none of them holds.
  while (at < text.length && !endsWord(text.charCodeAt(at))) at += 1
  return at
}

function endsWord(code: number): boolean {
  return code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || code <= SPACE
}

function nestedEnd(text: string, start: number): number {
  let depth = 0
  for (let at = start; ; at += 1) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = stringEnd(text, at) - 1
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth -= 1
      if (depth === 0) return at + 1
    }
  }
}

function stringEnd(text: string, open: number): number {
  for (let quote = text.indexOf('"', open + 1); ; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0
    while (text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes += 1
    if (backslashes % 2 === 0) return quote + 1
  }
}
