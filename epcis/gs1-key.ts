/**
 * The GS1 keys that EPCIS events name: their application identifiers, forms, qualifiers and kinds,
 * check digits, and the characters that a canonical key writes as they are.
 * [GS1 General Specifications 3; GS1 Digital Link: URI syntax 4; EPC TDS 6]
 */

import { hasCheckPair } from './check-pair.ts'

/**
 * What an identifier names. `class` has neither serial nor lot, a `logistic-unit` is what moves as
 * one (SSCC, consignment, shipment), `other` is any URI that is no GS1 key.
 */
export type Kind =
  | 'instance'
  | 'lot'
  | 'class'
  | 'logistic-unit'
  | 'party'
  | 'place'
  | 'asset'
  | 'document'
  | 'other'

export const CANONICAL_BASE = 'https://id.gs1.org/'

/** A canonical key; `checked` says whether its check digit holds, `lot` is the key of its lot. */
export interface GS1Key {
  readonly key: string
  readonly kind: Kind
  readonly checked: boolean
  readonly lot: string | undefined
}

/** What may qualify a key: `form` of its decoded value; `kind` where it names something finer. */
interface Qualifier {
  readonly ai: string
  readonly shortName: string
  readonly form: RegExp
  readonly kind?: Kind
}

export interface KeyType {
  readonly ai: string
  readonly shortName: string
  /** The decoded value: digits, then what may follow them. */
  readonly form: RegExp
  /** The first so many characters are digits of which the last is a check digit; 0 is none. */
  readonly checked: number
  /** It ends with a pair of check characters. */
  readonly checkPair: boolean
  /** Kind without a finer qualifier, and where a serial is part of the value. */
  readonly kind: Kind
  readonly kindWithSerial: Kind
  /** It names nothing without a qualifier that has a kind. */
  readonly incomplete: boolean
  /** The finest first. Those without a kind are recognised and dropped. */
  readonly qualifiers: readonly Qualifier[]
}

// Character set 82 [GS1 General Specifications 7.11], and 39 with `#` for parts.
const SET_82 = '[!"%&\'()*+,\\-./0-9:;<=>?A-Z_a-z]'
const SET_39 = '[#\\-/0-9A-Z]'

const form = (pattern: string) => new RegExp(`^${pattern}$`)
const text82 = form(`${SET_82}{1,20}`)

/** A lot number as a step of a path, escaped as in a canonical key; undefined for what is none. */
export function lotStep(text: string): string | undefined {
  const value = unescapeValue(text)
  return value !== undefined && text82.test(value) ? escapeValue(value) : undefined
}

const VARIANT: Qualifier = { ai: '22', shortName: 'cpv', form: text82 }
const LOT: Qualifier = { ai: '10', shortName: 'lot', form: text82, kind: 'lot' }
const SERIAL: Qualifier = { ai: '21', shortName: 'ser', form: text82, kind: 'instance' }
const THIRD_PARTY: Qualifier = {
  ai: '235',
  shortName: 'tpx',
  form: form(`${SET_82}{1,28}`),
  kind: 'instance',
}
const EXTENSION: Qualifier = { ai: '254', shortName: 'glnx', form: text82, kind: 'place' }
const PART_SERIAL: Qualifier = {
  ai: '8011',
  shortName: 'cpsn',
  form: /^\d{1,12}$/,
  kind: 'instance',
}
const SERVICE: Qualifier = { ai: '8019', shortName: 'srin', form: /^\d{1,10}$/ }
const FACILITY: Qualifier = { ai: '7040', shortName: 'uic-ext', form: form(`${SET_82}{1,4}`) }
const SLIP: Qualifier = {
  ai: '8020',
  shortName: 'refNo',
  form: form(`${SET_82}{1,25}`),
  kind: 'document',
}

const KEY_TYPES: readonly KeyType[] = [
  key('00', 'sscc', '\\d{18}', 18, 'logistic-unit'),
  key('01', 'gtin', '(?:\\d{8}|\\d{12,14})', 14, 'class', [THIRD_PARTY, SERIAL, LOT, VARIANT]),
  serialised('253', 'gdti', `\\d{13}${SET_82}{0,17}`, 13, 'document'),
  serialised('255', 'gcn', '\\d{13,25}', 13, 'document'),
  key('401', 'ginc', `\\d{4}${SET_82}{1,26}`, 0, 'logistic-unit'),
  key('402', 'gsin', '\\d{17}', 17, 'logistic-unit'),
  key('414', 'gln', '\\d{13}', 13, 'place', [EXTENSION, FACILITY]),
  { ...key('415', 'payTo', '\\d{13}', 13, 'party', [SLIP]), incomplete: true },
  key('417', 'party', '\\d{13}', 13, 'party', [FACILITY]),
  serialised('8003', 'grai', `0\\d{13}${SET_82}{0,16}`, 14, 'asset'),
  key('8004', 'giai', `\\d{4}${SET_82}{1,26}`, 0, 'asset', [FACILITY]),
  key('8006', 'itip', '\\d{18}', 14, 'class', [SERIAL, LOT, VARIANT]),
  key('8010', 'cpid', `\\d{4}${SET_39}{1,26}`, 0, 'class', [PART_SERIAL]),
  { ...key('8013', 'gmn', `\\d{4}${SET_82}{3,21}`, 0, 'class'), checkPair: true },
  key('8017', 'gsrnp', '\\d{18}', 18, 'party', [SERVICE]),
  key('8018', 'gsrn', '\\d{18}', 18, 'party', [SERVICE]),
]

function key(
  ai: string,
  shortName: string,
  pattern: string,
  checked: number,
  kind: Kind,
  qualifiers: readonly Qualifier[] = [],
): KeyType {
  return {
    ai,
    shortName,
    form: form(pattern),
    checked,
    checkPair: false,
    kind,
    kindWithSerial: kind,
    incomplete: false,
    qualifiers,
  }
}

/** A key whose serial follows its check digit: without one it names a class. */
function serialised(
  ai: string,
  shortName: string,
  pattern: string,
  checked: number,
  kindWithSerial: Kind,
): KeyType {
  return { ...key(ai, shortName, pattern, checked, 'class'), kindWithSerial }
}

const BY_NAME = new Map(
  KEY_TYPES.flatMap((type) => [
    [type.ai, type],
    [type.shortName, type],
  ]),
)

/** The first step of every Digital Link, by number and by short name, and what to call its key. */
export const KEY_PATHS: readonly { readonly path: string; readonly name: string }[] =
  KEY_TYPES.flatMap(({ ai, shortName }) =>
    [ai, shortName].map((path) => ({ path, name: shortName.toUpperCase() })),
  )

/** The key type of an application identifier or a short name (`01`, `gtin`). */
export function keyType(name: string): KeyType | undefined {
  return BY_NAME.get(name)
}

const QUALIFIER_NAMES = new Set(
  KEY_TYPES.flatMap(({ qualifiers }) => qualifiers.map(({ shortName }) => shortName)),
)

/** Whether a text is the short name of a qualifier of any key. */
export function isQualifierName(text: string): boolean {
  return QUALIFIER_NAMES.has(text)
}

/** A qualifier with its decoded value. */
export interface Qualified {
  readonly qualifier: Qualifier
  readonly value: string
}

/** A qualifier of the key by AI or short name; undefined where it has none such or another form. */
export function qualify(type: KeyType, name: string, text: string): Qualified | undefined {
  const qualifier = type.qualifiers.find((each) => each.ai === name || each.shortName === name)
  const value = unescapeValue(text)
  if (!qualifier || value === undefined || !qualifier.form.test(value)) return undefined
  return { qualifier, value }
}

/**
 * Whether it names something finer than the bare key. A variant does not; nor does extension 0,
 * with which an EPC says that a location has none [EPC TDS 6.3.3].
 */
export function isFiner({ qualifier, value }: Qualified): boolean {
  return qualifier.kind !== undefined && (qualifier.ai !== '254' || value !== '0')
}

/**
 * The key of a decoded value and of the finest that it came with; undefined where the value has
 * another form. `lot` is told beside the key where something finer stands in the key.
 */
export function composeKey(
  type: KeyType,
  value: string,
  finest?: Qualified,
  lot?: Qualified,
): GS1Key | undefined {
  if (!type.form.test(value) || (type.incomplete && !finest)) return undefined
  const whole = type.ai === '01' ? value.padStart(14, '0') : value
  const bare = `${CANONICAL_BASE}${type.ai}/${escapeValue(whole)}`
  const kind = whole.length > type.checked ? type.kindWithSerial : type.kind
  return {
    key: finest ? qualified(bare, finest) : bare,
    kind: finest?.qualifier.kind ?? kind,
    checked: isChecked(type, whole),
    lot: lot && lot !== finest ? qualified(bare, lot) : undefined,
  }
}

function isChecked(type: KeyType, value: string): boolean {
  if (type.checkPair) return hasCheckPair(value)
  return type.checked === 0 || hasCheckDigit(value.slice(0, type.checked))
}

function qualified(bare: string, { qualifier, value }: Qualified): string {
  return `${bare}/${qualifier.ai}/${escapeValue(value)}`
}

/** The check digit that belongs behind some digits [GS1 General Specifications 7.9.1]. */
export function checkDigit(digits: string): string {
  return String(digitBehind(digits, digits.length))
}

/** Whether the last of some digits is the check digit of those before it. */
export function hasCheckDigit(digits: string): boolean {
  const last = digits.length - 1
  return digits.charCodeAt(last) - ZERO === digitBehind(digits, last)
}

const ZERO = '0'.charCodeAt(0)

function digitBehind(digits: string, end: number): number {
  let sum = 0
  let weight = 3
  for (let at = end - 1; at >= 0; at--) {
    sum += (digits.charCodeAt(at) - ZERO) * weight
    weight = 4 - weight
  }
  return (10 - (sum % 10)) % 10
}

// The event hash fixes this set: its vectors escape `!()*+,:` and leave `'` as it is.
const WRITTEN_AS_IS = /^[A-Za-z0-9\-._';=]+$/
/** Of every ASCII character, what a canonical key writes for it. */
const ESCAPES = Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  return WRITTEN_AS_IS.test(character) ? character : escapeCharacter(character)
})
const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/
const ESCAPE = /%([0-9A-Fa-f]{2})/g

/** A percent-escaped value decoded, as single bytes; undefined where an escape is broken. */
export function unescapeValue(text: string): string | undefined {
  if (!text.includes('%')) return text
  if (BROKEN_ESCAPE.test(text)) return undefined
  return text.replace(ESCAPE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** A decoded value as canonical keys write it. */
export function escapeValue(value: string): string {
  if (WRITTEN_AS_IS.test(value)) return value
  let escaped = ''
  for (let at = 0; at < value.length; at++) {
    escaped += ESCAPES[value.charCodeAt(at)] ?? escapeCharacter(value.charAt(at))
  }
  return escaped
}

export function escapeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}
