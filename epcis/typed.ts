/**
 * What people and keyboards do to a code: full-width characters, blanks, hyphens, quotation marks
 * that were copied along, the wrong case. Each is undone in a step of its own, so that what was
 * forgiven can be said, and a step is only taken where the text as it stands is understood as
 * nothing.
 */
import type { Candidate, NoteCode } from './understood.ts'

/** A text with what was forgiven to come to it. */
export interface Tidied {
  readonly text: string
  readonly notes: readonly NoteCode[]
}

type Step = readonly [note: NoteCode, undo: (text: string) => string]

// In this order: what stands around the code first, what stands in it last.
const STEPS: readonly Step[] = [
  ['fullwidth_folded', narrow],
  ['blanks_removed', (text) => text.replace(EDGES, '')],
  ['quotes_removed', unquote],
  ['blanks_removed', (text) => text.replace(BLANKS, '')],
  ['case_changed', fixCase],
  ['hyphens_removed', joinGroups],
]

/** The readings of a typed text that forgive more and more; the text itself is not among them. */
export function* tidied(text: string): Generator<Tidied> {
  let current = text
  const notes: NoteCode[] = []
  for (const [note, undo] of STEPS) {
    const next = undo(current)
    if (next === current) continue
    current = next
    if (!notes.includes(note)) notes.push(note)
    yield { text: current, notes: [...notes] }
  }
}

// Blanks of every kind, line ends of a scanner, marks of no width.
const BLANK = '\\s\\u00ad\\u200b-\\u200f\\u2060\\ufeff'
const BLANKS = new RegExp(`[${BLANK}]+`, 'g')
const EDGES = new RegExp(`^[${BLANK}\\0]+|[${BLANK}\\0]+$`, 'g')
const FULL_WIDTH = /[\uff01-\uff5e\u3000\u2010-\u2015\u2212]/g

/** Full-width forms and dashes of every length -> ASCII. */
function narrow(text: string): string {
  return text.replace(FULL_WIDTH, (character) => {
    const code = character.charCodeAt(0)
    if (code >= 0xff01) return String.fromCharCode(code - 0xfee0)
    return code === 0x3000 ? ' ' : '-'
  })
}

const PAIRS: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '`': '`',
  '“': '”',
  '”': '”',
  '„': '“',
  '‘': '’',
  '’': '’',
  '「': '」',
  '『': '』',
  '《': '》',
  '«': '»',
  '<': '>',
}

/** Takes quotation marks off that stand around the whole. */
function unquote(text: string): string {
  let inner = text
  // More than three pairs around a code are no copying fault.
  for (let pairs = 0; pairs < 3 && inner.length > 2; pairs++) {
    const close = PAIRS[inner.charAt(0)]
    if (close === undefined || !inner.endsWith(close)) break
    inner = inner.slice(1, -1)
  }
  return inner
}

const URN_BEGINNING = /^urn:epc:[a-z]+:[a-z0-9+-]+:/i
/** Schemes whose alphabets have no small letters. */
const CAPITALS_ONLY = /:(?:cpi|usdod|adi|bic)(?:-[a-z0-9]+)?:$/
const SCHEME = /^(?:https?|urn|hdl|uscc|ecode|drugcode):/i
const WEB_PATH =
  /(?<=^https?:\/\/)[^/?#]+|\/(?:gtin|cpv|lot|ser|tpx|sscc|gln|glnx|party|itip)(?=\/)/gi
const SYMBOLOGY = /^\][cqijd]\d/i
const SOCIAL_CREDIT = /^(?=.*[a-z])[0-9a-z]{18}$/i

/**
 * The case that fixed words have: `URN:EPC:ID:SGTIN:`, `HTTPS:`, `/GTIN/`, `]D2`, and a social
 * credit code in small letters. Serials and lots are left as they are.
 */
export function fixCase(text: string): string {
  // EAN and DataBar differ in the case of one letter, so that one is left alone.
  if (SYMBOLOGY.test(text)) {
    const letter = text.charAt(1).toLowerCase()
    return `]${letter === 'd' ? letter : letter.toUpperCase()}${text.slice(2)}`
  }
  if (SOCIAL_CREDIT.test(text)) return text.toUpperCase()
  const urn = URN_BEGINNING.exec(text)?.[0].toLowerCase()
  if (urn !== undefined) {
    const rest = text.slice(urn.length)
    return urn + (CAPITALS_ONLY.test(urn) ? rest.toUpperCase() : rest)
  }
  const scheme = SCHEME.exec(text)?.[0]
  if (scheme === undefined) return text
  const fixed = scheme.toLowerCase() + text.slice(scheme.length)
  return fixed.replace(WEB_PATH, (part) => part.toLowerCase())
}

const SOCIAL_CREDIT_LENGTH = /^[0-9A-Z]{18}$/
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const NUMBER_GROUPS = /^\d+(?:-\d+)+$/
const BYTE_GROUPS = /^(?:[0-9A-Fa-f]{2}[-:])+[0-9A-Fa-f]{2}$|^(?:[0-9A-Fa-f]{4}-)+[0-9A-Fa-f]{4}$/
const CODE_GROUPS = /^[0-9A-Za-z]{2,12}(?:-[0-9A-Za-z]{1,12}){1,4}$/

/**
 * Numbers, tags and credit codes that were written in groups: `978-7-111-…`, `30:74:25:…`. A UUID
 * is none, and an address of the internet neither.
 */
function joinGroups(text: string): string {
  if (UUID.test(text)) return text
  const joined = text.replace(/[-:]/g, '')
  const isCode = CODE_GROUPS.test(text) && SOCIAL_CREDIT_LENGTH.test(joined)
  return NUMBER_GROUPS.test(text) || BYTE_GROUPS.test(text) || isCode ? joined : text
}

const LAST_VALUE = /(?<=^https:\/\/id\.gs1\.org\/.*\/)[^/]+$/
const ESCAPE_OR_LETTER = /%[0-9A-F]{2}|[A-Za-z]/g

/**
 * The same thing with its serial or lot in capitals, in small letters, and with both exchanged, as
 * a keyboard with Caps Lock on writes it. To be tried where nothing is known as it was typed.
 */
export function caseVariants(candidate: Candidate): Candidate[] {
  const { key, kind, notes } = candidate
  if (kind !== 'instance' && kind !== 'lot') return []
  const spelt = (change: (letter: string) => string): Candidate => {
    const inCase = (value: string) =>
      value.replace(ESCAPE_OR_LETTER, (match) => (match.length === 1 ? change(match) : match))
    const { serial, lot } = candidate.parts
    const parts =
      kind === 'lot'
        ? { ...candidate.parts, ...(lot !== undefined && { lot: inCase(lot) }) }
        : { ...candidate.parts, ...(serial !== undefined && { serial: inCase(serial) }) }
    const { elements: _, ...told } = parts
    return {
      ...candidate,
      key: key.replace(LAST_VALUE, inCase),
      parts: told,
      notes: [...notes, 'case_changed'],
    }
  }
  const variants = [
    spelt((letter) => letter.toUpperCase()),
    spelt((letter) => letter.toLowerCase()),
    spelt(exchangeCase),
  ]
  const keys = variants.map((each) => each.key)
  return variants.filter((each, at) => each.key !== key && keys.indexOf(each.key) === at)
}

function exchangeCase(letter: string): string {
  const upper = letter.toUpperCase()
  return letter === upper ? letter.toLowerCase() : upper
}
