/**
 * Why a text that begins as an EPC URN is none: which of its parts is wrong, and what belongs
 * there. Asked only where readEpcUrn has found nothing. [EPC TDS 6.3, 6.4]
 */
import { type UrnScheme, urnScheme } from './epc-urn.ts'
import { unescapeValue } from './gs1-key.ts'
import { beginsAsPlainUrn } from './plain-urn.ts'
import { type Refused, refuse } from './understood.ts'
import { MAX_URI_LENGTH } from './uri.ts'

const START = /^urn:epc:([a-z]+):([a-z]+):(.*)$/

/** The refusal of a text that readEpcUrn does not read. */
export function whyNoEpcUrn(text: string): Refused {
  if (text.length > MAX_URI_LENGTH) return refuse('epc-urn', 'too_long')
  return refuse('epc-urn', 'urn_malformed', findFault(text))
}

function findFault(text: string): string {
  const [, form, name = '', body = ''] = START.exec(text) ?? []
  if (text.startsWith('urn:epc:pat:')) return 'A pattern of tags names no thing.'
  if (form === undefined) return 'It is not urn:epc:, a form, a scheme and its parts.'
  if (beginsAsPlainUrn(text)) return PLAIN_FAULTS[name]?.(body.split('.', 5)) ?? NO_FORM
  const its = urnScheme(name)
  if (!its) return `There is no scheme ${name}.`
  const wanted = name === 'lgtin' ? ['class'] : its.serial === 'none' ? ['id'] : ['id', 'idpat']
  if (!wanted.includes(form)) return `The form of ${name} is ${wanted.join(' or ')}, not ${form}.`
  return gs1Fault(its, body) ?? NO_FORM
}

const NO_FORM = 'Its parts have not the form of their scheme.'

function gs1Fault(its: UrnScheme, body: string): string | undefined {
  const [prefix = '', ...behind] = body.split('.')
  if (!/^\d{6,12}$/.test(prefix)) {
    const found = /^\d*$/.test(prefix) ? `${prefix.length} digits` : prefix
    return `The company prefix has 6 to 12 digits, not ${found}.`
  }
  if (behind.length === 0) return 'There is no reference.'
  if (its.digits === 0 && its.serial === 'none') return valueFault(its, prefix, behind.join('.'))
  const [reference = '', ...rest] = behind
  const wrong =
    its.digits === 0
      ? valueFault(its, prefix, reference)
      : referenceFault(reference, its.digits - prefix.length)
  if (wrong) return wrong
  if (its.serial === 'none') return rest.length > 0 ? `${its.name} has no serial.` : undefined
  if (its.name !== 'itip') return serialFault(its, prefix, rest)
  const pieces = rest.splice(0, 2)
  if (pieces.length === 2 && pieces.every((each) => /^\d\d$/.test(each))) {
    return serialFault(its, prefix, rest)
  }
  return `The piece and the total have 2 digits each, not ${pieces.join(' and ')}.`
}

function referenceFault(reference: string, digits: number): string | undefined {
  if (!/^\d*$/.test(reference)) return `The reference has digits only, not ${reference}.`
  if (reference.length === digits) return undefined
  const wanted = digits === 1 ? '1 digit' : `${digits} digits`
  return `The reference has ${wanted} here, not ${reference.length}.`
}

/** Of a reference that may hold letters. */
function valueFault(its: UrnScheme, prefix: string, reference: string): string | undefined {
  if (reference === '') return 'There is no reference.'
  return textFault('reference', reference, 30 - prefix.length, (text) =>
    its.type.form.test(`${prefix}${text}`),
  )
}

/** Characters that a serial behind the check digit may have. */
const INSIDE: Readonly<Record<string, number>> = { grai: 16, gdti: 17, sgcn: 12 }
const BESIDE: Readonly<Record<string, number>> = { upui: 28, cpi: 12 }

function serialFault(its: UrnScheme, prefix: string, rest: readonly string[]): string | undefined {
  const serial = rest.join('.')
  const word = its.name === 'lgtin' ? 'lot' : its.name === 'sgln' ? 'extension' : 'serial'
  if (serial === '') return `There is no ${word}.`
  if (its.name === 'cpi' && /^0\d/.test(serial)) return 'The serial begins with a zero.'
  const { serial: place } = its
  const number = prefix.padEnd(its.lead === 'zero' ? 13 : 12, '0').padStart(13, '0')
  const most = INSIDE[its.name] ?? BESIDE[its.name] ?? 20
  return textFault(word, serial, most, (text) =>
    typeof place === 'object'
      ? place.form.test(text)
      : its.type.form.test(its.lead === 'zero' ? `0${number}${text}` : `${number}${text}`),
  )
}

/** The first character that a form refuses, or that there are too many. */
function textFault(
  word: string,
  escaped: string,
  most: number,
  allows: (text: string) => boolean,
): string | undefined {
  const text = unescapeValue(escaped)
  if (text === undefined) return `An escape in the ${word} is broken.`
  const stranger = [...text].find((character) => !allows(character))
  if (stranger !== undefined) {
    const capital = stranger.toUpperCase()
    const isSmall = capital !== stranger && allows(capital)
    return `${stranger} may not stand in the ${word}${isSmall ? ', only capital letters' : ''}.`
  }
  if (text.length > most) return `The ${word} has up to ${most} characters, not ${text.length}.`
  return undefined
}

type Faults = (parts: readonly string[]) => string | undefined

const CODE = 'The code has 5 or 6 digits and capital letters without I and O.'

const PLAIN_FAULTS: Readonly<Record<string, Faults>> = {
  gid: (parts) =>
    partsFault(parts, 3) ??
    numberFault('manager', parts[0], 2 ** 28) ??
    numberFault('object class', parts[1], 2 ** 24) ??
    numberFault('serial', parts[2], 2 ** 36),
  usdod: (parts) =>
    partsFault(parts, 2) ?? codeFault(parts[0]) ?? numberFault('serial', parts[1], 2 ** 36),
  adi: (parts) =>
    partsFault(parts, 3) ??
    codeFault(parts[0]) ??
    adiFault('part number', parts[1], /^[A-Z0-9/-]{0,32}$/, 'up to 32') ??
    adiFault('serial', parts[2], /^(?=.{1,30}$)#?[A-Z0-9/-]+$/, '1 to 30'),
  bic: ([code = '']) =>
    /^[A-Z]{3}[^JUZ]\d{7}$/.test(code)
      ? `The category is J, U or Z, not ${code.charAt(3)}.`
      : 'It has 3 capital letters of an owner, J, U or Z, 6 digits and a check digit.',
  imovn: ([number = '']) => `It has 7 digits, not ${number}.`,
}

function partsFault(parts: readonly string[], count: number): string | undefined {
  return parts.length === count ? undefined : `It has ${count} parts, not ${parts.length}.`
}

function numberFault(word: string, digits = '', limit = 0): string | undefined {
  if (digits === '') return `There is no ${word}.`
  if (!/^\d+$/.test(digits)) return `The ${word} is a number, not ${digits}.`
  if (/^0\d/.test(digits)) return `The ${word} begins with a zero.`
  return Number(digits) < limit ? undefined : `The ${word} has to be less than ${limit}.`
}

function codeFault(code = ''): string | undefined {
  return /^[A-HJ-NP-Z0-9]{5,6}$/.test(code) ? undefined : CODE
}

function adiFault(word: string, escaped = '', form = /^/, count = ''): string | undefined {
  const text = unescapeValue(escaped)
  if (text !== undefined && form.test(text)) return undefined
  return `The ${word} has ${count} capital letters, digits, hyphens and strokes.`
}
