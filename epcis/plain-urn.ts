/**
 * The EPC URNs of schemes that are no GS1 key and so have no Digital Link: their canonical key is
 * the URN itself, its escapes in upper case. Limits of numbers are those of the tag that holds
 * them. [EPC TDS 6.3.16 to 6.3.20, 14.6.12 to 14.6.14; ISO 6346]
 */
import { escapeCharacter, type GS1Key, type Kind, unescapeValue } from './gs1-key.ts'

export type PlainName = 'gid' | 'usdod' | 'adi' | 'bic' | 'imovn'

interface PlainScheme {
  readonly name: PlainName
  readonly kind: Kind
  /** Of the decoded parts, one of them each. */
  readonly forms: readonly RegExp[]
  /** The largest number that a part may be; a part that is no number has none. */
  readonly largest: readonly (number | undefined)[]
}

const NUMBER = /^(?:0|[1-9]\d{0,11})$/
// Codes of companies and of departments leave out the letters that look like digits.
const CAGE = /^[A-HJ-NP-Z0-9]{5,6}$/

const SCHEMES: readonly PlainScheme[] = [
  plain('gid', 'instance', [NUMBER, NUMBER, NUMBER], [2 ** 28 - 1, 2 ** 24 - 1, 2 ** 36 - 1]),
  plain('usdod', 'instance', [CAGE, NUMBER], [undefined, 2 ** 36 - 1]),
  plain('adi', 'instance', [CAGE, /^[A-Z0-9/-]{0,32}$/, /^(?=.{1,30}$)#?[A-Z0-9/-]+$/]),
  // Owner, category, number and check digit. Owners with I and O exist, whatever the grammar says.
  plain('bic', 'asset', [/^[A-Z]{3}[JUZ]\d{7}$/]),
  plain('imovn', 'asset', [/^\d{7}$/]),
]

function plain(
  name: PlainName,
  kind: Kind,
  forms: readonly RegExp[],
  largest: readonly (number | undefined)[] = [],
): PlainScheme {
  return { name, kind, forms, largest }
}

const BEGINNING = /^urn:epc:id:(gid|usdod|adi|bic|imovn):/

/** Whether a text begins as a URN that readPlainUrn ought to be able to read. */
export function beginsAsPlainUrn(text: string): boolean {
  return BEGINNING.test(text)
}

/** A URN taken apart, its parts without escapes. */
export interface PlainUrn {
  readonly name: PlainName
  readonly parts: readonly string[]
}

/** The parts of a URN of one of these schemes; undefined for every other text. */
export function readPlainParts(text: string): PlainUrn | undefined {
  const begun = BEGINNING.exec(text)
  const its = begun && SCHEMES.find((each) => each.name === begun[1])
  if (!its) return undefined
  const parts = text.slice(begun[0].length).split('.', its.forms.length + 1)
  if (parts.length !== its.forms.length) return undefined
  const decoded = parts.map((part) => unescapeValue(part) ?? '\0')
  const wrong = decoded.findIndex((_, at) => !hasForm(its, decoded, at))
  return wrong < 0 ? { name: its.name, parts: decoded } : undefined
}

function hasForm(its: PlainScheme, parts: readonly string[], at: number): boolean {
  const part = parts[at] ?? ''
  return its.forms[at]?.test(part) === true && !(Number(part) > (its.largest[at] ?? Infinity))
}

/** Key, kind and check digit of a URN of one of these schemes; undefined for every other text. */
export function readPlainUrn(text: string): GS1Key | undefined {
  const urn = readPlainParts(text)
  const kind = urn && SCHEMES.find((each) => each.name === urn.name)?.kind
  if (!urn || !kind) return undefined
  return { key: spellPlain(urn), kind, checked: isChecked(urn), lot: undefined }
}

/** The URN of decoded parts. */
export function spellPlain({ name, parts }: PlainUrn): string {
  const spelt = parts.map((part) => part.replace(/[^A-Z0-9-]/g, escapeCharacter))
  return `urn:epc:id:${name}:${spelt.join('.')}`
}

function isChecked({ name, parts }: PlainUrn): boolean {
  const [number = ''] = parts
  const last = Number(number.slice(-1))
  if (name === 'bic') return containerCheckDigit(number) === last
  return name !== 'imovn' || vesselCheckDigit(number) === last
}

/** Letters count from 10 on without the multiples of 11, places by powers of 2 [ISO 6346 A]. */
function containerCheckDigit(code: string): number {
  let sum = 0
  for (let at = 0; at < 10; at++) {
    const value = Number.parseInt(code.charAt(at), 36)
    sum += (value + (value > 10 ? Math.floor((value - 1) / 10) : 0)) * 2 ** at
  }
  return (sum % 11) % 10
}

/** Six digits by 7 down to 2, of which the last digit counts. */
function vesselCheckDigit(number: string): number {
  let sum = 0
  for (let at = 0; at < 6; at++) sum += Number(number.charAt(at)) * (7 - at)
  return sum % 10
}
