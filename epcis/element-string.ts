/**
 * Texts of GS1 barcodes -> their elements, in order: what a scanner sends, with a symbology
 * identifier before it or not, or what people write in brackets.
 *
 * Unbracketed: FNC1 is the character GS (0x1D), before the first element or not. Scanners that
 * cannot send it send a stand-in; those are taken for it that no value can contain, and `<GS>` and
 * `<FNC1>`, which one could, where there is no GS itself. A value of variable length ends at GS, at
 * its greatest length or at the end of the text; where that may be wrong there are more readings.
 *
 * Bracketed: a known application identifier in brackets always begins an element, so that a broken
 * date cannot hide in the lot before it. Any other bracket belongs to the value that it stands in,
 * since brackets are characters of set 82. A backslash takes a bracket, or the `<` of a stand-in,
 * into the value. A GTIN of 8, 12 or 13 digits, as people copy it from a pack, is filled up with
 * zeros. [GS1 General Specifications 5.10, 7.8, 7.11]
 */
import {
  type ApplicationIdentifier,
  applicationIdentifier,
  identifierAt,
} from './application-identifiers.ts'
import { ElementList, wrongValue } from './element-list.ts'
import { hasCheckDigit } from './gs1-key.ts'
import { type Reading, thingsNamedBy, understood } from './named-things.ts'
import { readingsWithoutSeparator, SEPARATOR } from './separator-missing.ts'
import {
  type Candidate,
  type Form,
  type NoteCode,
  type Refused,
  refuse,
  type Understood,
} from './understood.ts'

/**
 * The reading that the standard prescribes comes first, at most eight in all; `separator_missing`
 * is said of those in which a value ends at no separator and not at the end.
 */
export type Readings =
  | { readonly ok: true; readonly form: Form; readonly readings: readonly Reading[] }
  | Refused

// No symbol holds more than 7,089 digits.
const MAX_LENGTH = 8192
const MOST_READINGS = 8

/** Carriers of element strings: GS1-128, DataMatrix, DataBar, composite, QR, DotCode. */
const ELEMENT_CARRIERS = new Set([']C1', ']d2', ']e0', ']e1', ']e2', ']Q3', ']J1'])
/** Carriers of a bare number, with the counts of its digits: EAN and UPC, EAN-8, ITF-14. */
const NUMBER_CARRIERS: Readonly<Record<string, readonly number[]>> = {
  ']E0': [12, 13],
  ']E4': [8],
  ']I1': [14],
}
const STAND_IN =
  /\u241d|\^\]|\||\\x1d|\\u001d|\\035|&#29;|&#x1d;|[[{](?:GS|FNC1)[\]}]|(?<!\\)<(?:GS|FNC1)>/gi

const NO_NOTES: readonly NoteCode[] = []
const SEPARATOR_MISSING: readonly NoteCode[] = ['separator_missing']

/** The elements of a barcode text. Never throws; bounded in time for any text. */
export function readElementString(text: string): Readings {
  if (text.length > MAX_LENGTH) return refuse('element-string', 'too_long')
  const symbology = text.startsWith(']') ? text.slice(0, 3) : ''
  const digits = NUMBER_CARRIERS[symbology]
  if (digits) return readNumber(text.slice(symbology.length), symbology, digits)
  if (symbology && !ELEMENT_CARRIERS.has(symbology)) {
    return refuse('element-string', 'symbology_unknown', `${symbology}, which carries plain data`)
  }
  const rest = symbology ? text.slice(symbology.length) : text
  const clean = rest.includes(SEPARATOR) ? rest : rest.replace(STAND_IN, SEPARATOR)
  let from = 0
  while (clean.charAt(from) === SEPARATOR) from++
  if (from === clean.length) return refuse('element-string', 'empty')
  return clean.charAt(from) === '(' ? readBracketed(clean, from) : readPlain(clean, from)
}

/** What a barcode text names, with every reading's candidates; dates are read around a year. */
export function understandElementString(text: string, year: number): Understood {
  const read = readElementString(text)
  if (!read.ok) return read
  const candidates: Candidate[] = []
  let refused: Refused | undefined
  for (const reading of read.readings) {
    const named = thingsNamedBy(reading, read.form, year)
    if (read.readings.length === 1) return named
    if (!named.ok) refused ??= named
    for (const each of named.ok ? named.candidates : []) {
      if (!candidates.some(({ key }) => key === each.key)) candidates.push(each)
    }
  }
  return understood(candidates) ?? refused ?? refuse(read.form, 'empty')
}

function readNumber(number: string, symbology: string, lengths: readonly number[]): Readings {
  if (!lengths.includes(number.length) || !/^\d+$/.test(number)) {
    return refuse('plain-number', number === '' ? 'empty' : 'ai_value', `${symbology} ${number}`)
  }
  const told = new ElementList('element-string')
  const gtin = applicationIdentifier('01')
  if (gtin) told.add(gtin, number.padStart(14, '0'))
  return { ok: true, form: 'plain-number', readings: [readingOf(told, NO_NOTES)] }
}

function readingOf(
  { elements, identifiers }: Pick<Reading, 'elements' | 'identifiers'>,
  notes: readonly NoteCode[],
): Reading {
  return { elements, identifiers, notes }
}

function readPlain(text: string, from: number): Readings {
  const walk = new Walk(text, from)
  const refused = walk.refused
  const standard = readingOf(walk.told, walk.cut ? SEPARATOR_MISSING : NO_NOTES)
  if (refused === undefined && (walk.hasSeparator || !walk.hasVariable)) {
    return { ok: true, form: 'element-string', readings: [standard] }
  }
  const others = readingsWithoutSeparator(text, from, refused ? MOST_READINGS : MOST_READINGS - 1)
  if (refused && others.length === 0) return refused
  const readings: Reading[] = refused ? [] : [standard]
  for (const each of others) readings.push(readingOf(each, SEPARATOR_MISSING))
  return { ok: true, form: 'element-string', readings }
}

/** The reading of an unbracketed text that the standard prescribes. */
class Walk {
  readonly told = new ElementList('element-string')
  readonly refused: Refused | undefined
  /** A value that could be shorter was read; a separator was met; a value ended at its greatest. */
  hasVariable = false
  hasSeparator = false
  cut = false

  constructor(text: string, from: number) {
    this.refused = this.walk(text, from)
  }

  private walk(text: string, from: number): Refused | undefined {
    let at = from
    let separator = text.indexOf(SEPARATOR, from)
    this.hasSeparator = separator >= 0
    while (at < text.length) {
      if (at === separator) {
        at++
        separator = text.indexOf(SEPARATOR, at)
        continue
      }
      const its = identifierAt(text, at)
      if (its === undefined) return refuse('element-string', 'ai_unknown', text.slice(at, at + 4))
      at += its.ai.length
      const limit = separator < 0 ? text.length : separator
      const end = Math.min(at + its.format.most, limit)
      if (!its.format.fits(text, at, end))
        return wrongValue('element-string', its, text.slice(at, end))
      if (its.format.least < its.format.most) {
        this.hasVariable = true
        if (end < limit) this.cut = true
      }
      const repeated = this.told.add(its, text.slice(at, end))
      if (repeated) return repeated
      at = end
    }
    return undefined
  }
}

const OPENER = /\((\d{2,4})\)/y

function readBracketed(text: string, from: number): Readings {
  const told = new ElementList('element-string')
  let at = from
  while (at < text.length) {
    const ai = openerAt(text, at)
    if (ai === undefined) return refuse('element-string', 'ai_bracket', text.slice(at, at + 12))
    const its = applicationIdentifier(ai)
    if (its === undefined) return refuse('element-string', 'ai_unknown', `(${ai})`)
    at += ai.length + 2
    const end = endOfValue(text, at)
    const value = wholeGtin(ai, bare(text.slice(at, end)))
    if (!its.format.fits(value, 0, value.length)) return wrongBracketed(its, value)
    const repeated = told.add(its, value)
    if (repeated) return repeated
    at = end
  }
  return { ok: true, form: 'element-string', readings: [readingOf(told, NO_NOTES)] }
}

const GTINS = new Set(['01', '02', '03'])
const SHORT_GTIN = /^(?:\d{8}|\d{12,13})$/

/** A shorter GTIN in 14 digits, where its check digit says that it is one and lacks none. */
function wholeGtin(ai: string, value: string): string {
  const isShort = GTINS.has(ai) && SHORT_GTIN.test(value) && hasCheckDigit(value)
  return isShort ? value.padStart(14, '0') : value
}

const UNKNOWN = /\(\d{2,4}\)/

/** Brackets behind a whole value are meant to begin an element, though none is known by them. */
function wrongBracketed(its: ApplicationIdentifier, value: string): Refused {
  const unknown = UNKNOWN.exec(value)
  if (unknown && its.format.fits(value, 0, unknown.index)) {
    return refuse('element-string', 'ai_unknown', unknown[0])
  }
  return wrongValue('element-string', its, value)
}

/** Two to four digits in brackets at a place in a text. */
function openerAt(text: string, at: number): string | undefined {
  OPENER.lastIndex = at
  return OPENER.exec(text)?.[1]
}

/** Where the next known application identifier stands in brackets, or the text ends. */
function endOfValue(text: string, from: number): number {
  for (let at = text.indexOf('(', from); at >= 0; at = text.indexOf('(', at + 1)) {
    if (text.charAt(at - 1) === '\\') continue
    const ai = openerAt(text, at)
    if (ai !== undefined && applicationIdentifier(ai) !== undefined) return at
  }
  return text.length
}

/** A value without its escapes and without separators behind it, which end nothing here. */
function bare(value: string): string {
  let end = value.length
  while (value.charAt(end - 1) === SEPARATOR) end--
  const kept = value.slice(0, end)
  return kept.includes('\\') ? kept.replace(/\\([(<])/g, '$1') : kept
}
