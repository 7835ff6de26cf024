/**
 * EPC URNs <-> canonical keys: `urn:epc:id:`, `urn:epc:class:lgtin:`, and `urn:epc:idpat:` with `*`
 * in place of the serial. A URN shows how long its company prefix is and has no check digit; a key
 * has the check digit and has forgotten that length. Schemes that are no GS1 keys are in
 * plain-urn.ts, why a text is no URN in malformed-urn.ts. [EPC TDS 6.3, 7, 8]
 */
import {
  checkDigit,
  composeKey,
  escapeCharacter,
  type GS1Key,
  hasCheckDigit,
  isFiner,
  type KeyType,
  keyType,
  type Qualified,
  unescapeValue,
} from './gs1-key.ts'
import { beginsAsPlainUrn, readPlainUrn } from './plain-urn.ts'
import { MAX_URI_LENGTH } from './uri.ts'

export interface UrnScheme {
  readonly name: string
  readonly type: KeyType
  /** Digits of company prefix and reference together; 0 where the reference may hold letters. */
  readonly digits: number
  /** What the key has before its company prefix: the reference's first digit, a zero, nothing. */
  readonly lead: 'reference' | 'zero' | 'none'
  /** Where the key has the serial: behind a qualifier, directly behind the check digit, nowhere. */
  readonly serial: Qualified['qualifier'] | 'inside' | 'none'
}

const SCHEMES: readonly UrnScheme[] = [
  scheme('sgtin', '01', 13, 'reference', '21'),
  scheme('lgtin', '01', 13, 'reference', '10'),
  scheme('upui', '01', 13, 'reference', '235'),
  scheme('itip', '8006', 13, 'reference', '21'),
  scheme('sscc', '00', 17, 'reference', 'none'),
  scheme('sgln', '414', 12, 'none', '254'),
  scheme('pgln', '417', 12, 'none', 'none'),
  scheme('grai', '8003', 12, 'zero', 'inside'),
  scheme('gdti', '253', 12, 'none', 'inside'),
  scheme('sgcn', '255', 12, 'none', 'inside'),
  scheme('gsrn', '8018', 17, 'none', 'none'),
  scheme('gsrnp', '8017', 17, 'none', 'none'),
  scheme('gsin', '402', 16, 'none', 'none'),
  scheme('giai', '8004', 0, 'none', 'none'),
  scheme('ginc', '401', 0, 'none', 'none'),
  scheme('cpi', '8010', 0, 'none', '8011'),
]

function scheme(
  name: string,
  ai: string,
  digits: number,
  lead: UrnScheme['lead'],
  serial: string,
): UrnScheme {
  const type = keyType(ai)
  const qualifier = type?.qualifiers.find((each) => each.ai === serial)
  const place = qualifier ?? (serial === 'inside' ? 'inside' : 'none')
  if (!type || (place === 'none' && serial !== 'none')) throw new Error(`no ${ai} with ${serial}`)
  return { name, type, digits, lead, serial: place }
}

const BY_NAME = new Map(SCHEMES.map((each) => [each.name, each]))

/** The scheme of a name (`sgtin`), where it is one of a GS1 key. */
export function urnScheme(name: string): UrnScheme | undefined {
  return BY_NAME.get(name)
}

/** The parts of a URN without escapes: what a key knows and how long its company prefix is. */
export interface UrnParts {
  readonly scheme: UrnScheme
  readonly companyPrefix: string
  readonly reference: string
  /** Number of the piece and of all pieces, two digits each; '' where there are none. */
  readonly pieces: string
  /** Undefined where the scheme has none, and of a class. */
  readonly serial: string | undefined
}

const URN = /^urn:epc:(id|class|idpat):([a-z]+):(\d{6,12})\.(.*)$/
const BEGINNING = /^urn:epc:(?:id|class):([a-z]+):/
const DIGITS = /^\d*$/
// Piece and total of an ITIP, and its serial.
const PIECES = /^(\d\d)\.(\d\d)\.(.*)$/

/** Whether a text begins as a URN that readEpcUrn ought to be able to read. */
export function beginsAsEpcUrn(text: string): boolean {
  return BY_NAME.has(BEGINNING.exec(text)?.[1] ?? '') || beginsAsPlainUrn(text)
}

/** The canonical key of an EPC URN; undefined for every other text and for wider patterns. */
export function readEpcUrn(text: string): GS1Key | undefined {
  if (text.length > MAX_URI_LENGTH) return undefined
  const parts = readUrnParts(text)
  const of = parts && checkedKeyParts(parts)
  return of ? composeKey(of.type, of.value, of.finest) : readPlainUrn(text)
}

/** The parts of a URN of a GS1 key, where their form allows it; their lengths are not checked. */
export function readUrnParts(text: string): UrnParts | undefined {
  const parts = URN.exec(text)
  const its = parts?.[2] === undefined ? undefined : BY_NAME.get(parts[2])
  if (!parts || !its || !hasForm(its, parts[1])) return undefined
  const rest = splitRest(its, parts[4] ?? '')
  if (!rest || rest.serial === '') return undefined
  const reference = its.digits === 0 ? unescapeValue(rest.reference) : rest.reference
  const serial = rest.serial === undefined ? undefined : unescapeValue(rest.serial)
  if (reference === undefined || (serial === undefined && rest.serial !== undefined)) {
    return undefined
  }
  const ofClass = parts[1] === 'idpat' && serial === '*'
  return {
    scheme: its,
    companyPrefix: parts[3] ?? '',
    reference,
    pieces: rest.pieces,
    serial: ofClass ? undefined : serial,
  }
}

function hasForm(its: UrnScheme, form: string | undefined): boolean {
  if (form === 'class' || its.name === 'lgtin') return form === 'class' && its.name === 'lgtin'
  return form === 'id' || its.serial !== 'none'
}

interface Rest {
  readonly reference: string
  readonly pieces: string
  readonly serial: string | undefined
}

/** What follows the company prefix, taken apart; undefined where it has another form. */
function splitRest(its: UrnScheme, rest: string): Rest | undefined {
  if (its.serial === 'none') return { reference: rest, pieces: '', serial: undefined }
  const end = rest.indexOf('.')
  if (end < 0) return undefined
  const reference = rest.slice(0, end)
  const serial = rest.slice(end + 1)
  if (its.name !== 'itip') return { reference, pieces: '', serial }
  const parts = PIECES.exec(serial)
  return parts ? { reference, pieces: `${parts[1]}${parts[2]}`, serial: parts[3] } : undefined
}

/** What a key is composed of. */
export interface KeyParts {
  readonly type: KeyType
  readonly value: string
  /** The serial, where it names something finer and stands beside the value. */
  readonly finest: Qualified | undefined
}

/** The value and the qualifier that a URN says; undefined where a part has another form. */
function checkedKeyParts(parts: UrnParts): KeyParts | undefined {
  const { scheme: its, companyPrefix, reference, serial } = parts
  if (its.digits === 0) {
    if (reference === '') return undefined
  } else if (companyPrefix.length + reference.length !== its.digits || !DIGITS.test(reference)) {
    return undefined
  }
  if (serial !== undefined && typeof its.serial === 'object') {
    if (!its.serial.form.test(serial) || (its.name === 'cpi' && isPadded(serial))) return undefined
  }
  return keyParts(parts)
}

/** The serial of a part is a number in a URN, which does not begin with zeros [EPC TDS 6.3.9]. */
function isPadded(serial: string): boolean {
  return serial.length > 1 && serial.startsWith('0')
}

/** The value and the qualifier of parts that are known to have the form of their scheme. */
export function keyParts(parts: UrnParts): KeyParts {
  const { scheme: its, serial } = parts
  const number = joinNumber(its, parts.companyPrefix, parts.reference) + parts.pieces
  if (serial === undefined) return { type: its.type, value: number, finest: undefined }
  if (typeof its.serial === 'string') {
    return { type: its.type, value: number + serial, finest: undefined }
  }
  const qualified = { qualifier: its.serial, value: serial }
  return { type: its.type, value: number, finest: isFiner(qualified) ? qualified : undefined }
}

/** Company prefix and reference in the key's order, with the check digit where it has one. */
function joinNumber(its: UrnScheme, prefix: string, reference: string): string {
  if (its.digits === 0) return prefix + reference
  const digits =
    its.lead === 'reference'
      ? reference.slice(0, 1) + prefix + reference.slice(1)
      : (its.lead === 'zero' ? '0' : '') + prefix + reference
  return digits + checkDigit(digits)
}

const KEY = /^https:\/\/id\.gs1\.org\/(\d+)\/([^/]+)(?:\/(\d+)\/([^/]+))?$/
const NOT_IN_URN = /[^A-Za-z0-9!'()*+,.:;=_-]/g

/** The decoded parts of a canonical key; undefined for every other text. */
export function splitKey(
  key: string,
): { ai: string; value: string; qualifier: string; serial: string | undefined } | undefined {
  const [, ai, raw = '', qualifier = '', rawSerial] = KEY.exec(key) ?? []
  const value = unescapeValue(raw)
  const serial = rawSerial === undefined ? undefined : unescapeValue(rawSerial)
  if (ai === undefined || value === undefined) return undefined
  return { ai, value, qualifier, serial }
}

/**
 * The EPC URN of a canonical key whose company prefix has so many digits (6 to 12). A class gives
 * an `idpat` URN, a key that is a URN itself. Undefined where no URN says it: no GS1 key, a broken
 * check digit, a lot of ITIPs, a serial of parts that begins with zeros.
 */
export function toUrn(key: string, companyPrefixLength: number): string | undefined {
  if (key.length > MAX_URI_LENGTH) return undefined
  if (beginsAsPlainUrn(key)) return readPlainUrn(key)?.key
  const parts = partsOfKey(key, companyPrefixLength)
  return parts && spell(parts)
}

/** The parts that a URN of a canonical key has. */
export function partsOfKey(key: string, companyPrefixLength: number): UrnParts | undefined {
  const split = splitKey(key)
  const its = split && SCHEMES.find((each) => isOf(each, split.ai, split.qualifier))
  const length = companyPrefixLength
  if (!split || !its || !(length >= 6 && length <= 12)) return undefined
  const { value, serial } = split
  if (!DIGITS.test(value.slice(0, length))) return undefined
  if (its.name === 'cpi' && serial && isPadded(serial)) return undefined
  if (its.digits === 0) {
    const [companyPrefix, reference] = [value.slice(0, length), value.slice(length)]
    return { scheme: its, companyPrefix, reference, pieces: '', serial }
  }
  const end = its.digits + (its.lead === 'zero' ? 1 : 0)
  if (value.length <= end || !hasCheckDigit(value.slice(0, end + 1))) return undefined
  const from = its.lead === 'none' ? 0 : 1
  const behind = value.slice(end + 1)
  return {
    scheme: its,
    companyPrefix: value.slice(from, from + length),
    reference:
      (its.lead === 'reference' ? value.slice(0, 1) : '') + value.slice(from + length, end),
    pieces: its.name === 'itip' ? behind : '',
    serial: its.serial === 'inside' ? behind || undefined : serial,
  }
}

function isOf(its: UrnScheme, ai: string, qualifier: string): boolean {
  if (its.type.ai !== ai) return false
  return qualifier === '' || (typeof its.serial === 'object' && its.serial.ai === qualifier)
}

/** The URN of its parts; without a serial one of a class, or of a location itself. */
export function spell(parts: UrnParts): string {
  const { scheme: its } = parts
  const serial = parts.serial ?? (its.name === 'sgln' ? '0' : undefined)
  const form = its.name === 'lgtin' ? 'class' : serial || its.serial === 'none' ? 'id' : 'idpat'
  return `urn:epc:${form}:${its.name}:${urnBody({ ...parts, serial: serial ?? '*' })}`
}

/** Company prefix, reference, pieces and serial as a URN has them. */
export function urnBody(parts: UrnParts): string {
  const { scheme: its, companyPrefix, pieces, serial = '' } = parts
  const reference = its.digits === 0 ? escapeForUrn(parts.reference) : parts.reference
  const start = `${companyPrefix}.${reference}`
  if (its.serial === 'none') return start
  if (its.name !== 'itip') return `${start}.${escapeForUrn(serial)}`
  return `${start}.${pieces.slice(0, 2)}.${pieces.slice(2)}.${escapeForUrn(serial)}`
}

const SPELT: readonly string[] = Array.from({ length: 256 }, (_, code) =>
  String.fromCharCode(code).replace(NOT_IN_URN, escapeCharacter),
)

/** Nearly no value has anything to escape: that is found out without a copy. */
function escapeForUrn(value: string): string {
  for (let at = 0; at < value.length; at++) {
    if (SPELT[value.charCodeAt(at)]?.length !== 1) return spellCharacters(value)
  }
  return value
}

function spellCharacters(value: string): string {
  let spelt = ''
  for (const character of value) {
    spelt += SPELT[character.charCodeAt(0)] ?? escapeCharacter(character)
  }
  return spelt
}

/**
 * The GTIN of 8, 12 or 13 digits that stands in the 14 of a key, which are filled up with zeros;
 * undefined where it has more digits than that. [GS1 General Specifications 3.2]
 */
export function shortGtin(gtin: string, digits: 8 | 12 | 13): string | undefined {
  const zeros = 14 - digits
  if (gtin.length !== 14 || gtin.slice(0, zeros) !== '0'.repeat(zeros)) return undefined
  return gtin.slice(zeros)
}
