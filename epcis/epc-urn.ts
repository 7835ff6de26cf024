/**
 * EPC URNs <-> canonical keys, for the schemes that are GS1 keys: `urn:epc:id:`,
 * `urn:epc:class:lgtin:`, and `urn:epc:idpat:` with `*` in place of the serial. A URN shows how
 * long its company prefix is and has no check digit; a key has the check digit and has forgotten
 * that length. [EPC TDS 6.3, 8]
 */
import {
  checkDigit,
  composeKey,
  escapeCharacter,
  type GS1Key,
  hasCheckDigit,
  isFiner,
  keyType,
  qualify,
  unescapeValue,
} from './gs1-key.ts'

interface Scheme {
  readonly name: string
  readonly ai: string
  /** Digits of company prefix and reference together; 0 where the reference may hold letters. */
  readonly digits: number
  /** What the key has before its company prefix: the reference's first digit, a zero, nothing. */
  readonly lead: 'reference' | 'zero' | 'none'
  /** Where the key has the serial: behind this AI, directly behind the check digit, or nowhere. */
  readonly serial: string
}

const SCHEMES: readonly Scheme[] = [
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
  lead: Scheme['lead'],
  serial: string,
): Scheme {
  return { name, ai, digits, lead, serial }
}

const BY_NAME = new Map(SCHEMES.map((each) => [each.name, each]))

const URN = /^urn:epc:(id|class|idpat):([a-z]+):(\d{6,12})\.(.*)$/
const BEGINNING = /^urn:epc:(?:id|class):([a-z]+):/
const DIGITS = /^\d*$/
// Piece and total of an ITIP, and its serial.
const PIECES = /^(\d\d)\.(\d\d)\.(.*)$/

/** Whether a text begins as a URN that readEpcUrn ought to be able to read. */
export function beginsAsEpcUrn(text: string): boolean {
  return BY_NAME.has(BEGINNING.exec(text)?.[1] ?? '')
}

/** The canonical key of an EPC URN; undefined for every other text and for wider patterns. */
export function readEpcUrn(text: string): GS1Key | undefined {
  const parts = URN.exec(text)
  const its = parts?.[2] === undefined ? undefined : BY_NAME.get(parts[2])
  const type = its && keyType(its.ai)
  if (!parts || !its || !type || !hasForm(its, parts[1])) return undefined
  const rest = splitRest(its, parts[4] ?? '')
  if (!rest || rest.serial === '') return undefined
  const { reference, pieces, serial } = rest
  const number = readNumber(its, parts[3] ?? '', reference)
  if (number === undefined) return undefined
  if (serial === undefined || (parts[1] === 'idpat' && serial === '*')) {
    return composeKey(type, number + pieces)
  }
  if (its.serial === 'inside') {
    const value = unescapeValue(serial)
    return value === undefined ? undefined : composeKey(type, number + value)
  }
  const qualified = qualify(type, its.serial, serial)
  return qualified && composeKey(type, number + pieces, isFiner(qualified) ? qualified : undefined)
}

function hasForm(its: Scheme, form: string | undefined): boolean {
  if (form === 'class' || its.name === 'lgtin') return form === 'class' && its.name === 'lgtin'
  return form === 'id' || its.serial !== 'none'
}

interface Rest {
  readonly reference: string
  readonly pieces: string
  readonly serial: string | undefined
}

/** What follows the company prefix, taken apart; undefined where it has another form. */
function splitRest(its: Scheme, rest: string): Rest | undefined {
  if (its.serial === 'none') return { reference: rest, pieces: '', serial: undefined }
  const end = rest.indexOf('.')
  if (end < 0) return undefined
  const reference = rest.slice(0, end)
  const serial = rest.slice(end + 1)
  if (its.name !== 'itip') return { reference, pieces: '', serial }
  const parts = PIECES.exec(serial)
  return parts ? { reference, pieces: `${parts[1]}${parts[2]}`, serial: parts[3] } : undefined
}

/** Company prefix and reference in the key's order, with the check digit where it has one. */
function readNumber(its: Scheme, prefix: string, reference: string): string | undefined {
  if (its.digits === 0) {
    const value = unescapeValue(reference)
    return value ? prefix + value : undefined
  }
  if (prefix.length + reference.length !== its.digits || !DIGITS.test(reference)) return undefined
  const digits =
    its.lead === 'reference'
      ? reference.slice(0, 1) + prefix + reference.slice(1)
      : (its.lead === 'zero' ? '0' : '') + prefix + reference
  return digits + checkDigit(digits)
}

const KEY = /^https:\/\/id\.gs1\.org\/(\d+)\/([^/]+)(?:\/(\d+)\/([^/]+))?$/
const NOT_IN_URN = /[^A-Za-z0-9!'()*+,.:;=_-]/g

/**
 * The EPC URN of a canonical key whose company prefix has so many digits (6 to 12). A class gives
 * an `idpat` URN. Undefined where no URN says it: no GS1 key, a broken check digit, a lot of ITIPs.
 */
export function toUrn(key: string, companyPrefixLength: number): string | undefined {
  const [, ai, raw = '', qualifier, rawSerial = ''] = KEY.exec(key) ?? []
  const its = SCHEMES.find((each) => each.ai === ai && (!qualifier || each.serial === qualifier))
  const value = unescapeValue(raw) ?? ''
  const length = companyPrefixLength
  if (!its || !(length >= 6 && length <= 12) || !DIGITS.test(value.slice(0, length))) {
    return undefined
  }
  const serial = unescapeValue(rawSerial)
  if (its.digits === 0) return spell(its, value.slice(0, length), value.slice(length), serial)
  const end = its.digits + (its.lead === 'zero' ? 1 : 0)
  if (value.length <= end || !hasCheckDigit(value.slice(0, end + 1))) return undefined
  const from = its.lead === 'none' ? 0 : 1
  const prefix = value.slice(from, from + length)
  const reference =
    (its.lead === 'reference' ? value.slice(0, 1) : '') + value.slice(from + length, end)
  const behind = value.slice(end + 1)
  if (its.name === 'itip') {
    return spell(its, prefix, `${reference}.${behind.slice(0, 2)}.${behind.slice(2)}`, serial)
  }
  return spell(its, prefix, reference, its.serial === 'inside' ? behind : serial)
}

function spell(its: Scheme, prefix: string, reference: string, serial = ''): string {
  const form = its.name === 'lgtin' ? 'class' : serial || its.ai === '414' ? 'id' : 'idpat'
  const start = `${its.name}:${prefix}.${escapeForUrn(reference)}`
  if (its.serial === 'none') return `urn:epc:id:${start}`
  return `urn:epc:${form}:${start}.${escapeForUrn(serial) || (its.ai === '414' ? '0' : '*')}`
}

function escapeForUrn(value: string): string {
  return value.replace(NOT_IN_URN, escapeCharacter)
}
