/**
 * Digits without anything that says what they are, as they stand under a barcode: a GTIN, the
 * number of a unit, a place, a party, a relation or a shipment, a drug code. What a length allows
 * comes in the order of how often it is met; a check digit decides what is not.
 * [GS1 General Specifications 3, 4.14; NMPAB/T 1002-2019 5.2]
 */
import { hasCheckDigit } from './gs1-key.ts'
import { candidatesOf } from './named-things.ts'
import { readDrugCode, readSocialCreditCode } from './scheme-code.ts'
import type { Candidate } from './understood.ts'

/** Lengths of numbers that end in a check digit -> the application identifiers they can be of. */
const IDENTIFIERS: Readonly<Record<number, readonly string[]>> = {
  8: ['01'],
  12: ['01'],
  13: ['01', '414', '417'],
  14: ['01'],
  17: ['402'],
  18: ['00', '8018', '8017'],
}

/** A number of 8 digits is a date or an order as often as a GTIN: with a wrong check it is none. */
const LEAST_WITH_WRONG_CHECK = 12
/** The product of a drug code, at one level of its packing. */
const DRUG_PRODUCT_LENGTH = 7

/** What some digits can be, the likeliest first; nothing where no code has their length. */
export function readPlainNumber(digits: string, year: number): Candidate[] {
  if (digits.length === DRUG_PRODUCT_LENGTH) return readDrugProduct(digits)
  const right = hasCheckDigit(digits)
  const isNumber = right || digits.length >= LEAST_WITH_WRONG_CHECK
  const names = isNumber ? (IDENTIFIERS[digits.length] ?? []) : []
  const numbers = names.flatMap((ai) => {
    const value = ai === '01' ? digits.padStart(14, '0') : digits
    const named = candidatesOf([{ ai, value }], 'plain-number', year)
    return named.ok ? [...named.candidates] : []
  })
  const likely = right ? numbers : numbers.slice(0, 1)
  const code = digits.length === 20 ? readDrugCode(digits) : readSocialCreditCode(digits)
  if (code === undefined) return likely
  // The check of a credit code is as good as a check digit, and both can hold by chance.
  return right || code.notes.length > 0 ? [...likely, code] : [code, ...likely]
}

/** Seven digits are any number first. */
function readDrugProduct(digits: string): Candidate[] {
  const code = digits.startsWith('8') ? readDrugCode(digits) : undefined
  const itself: Candidate = { key: digits, kind: 'other', form: 'text', parts: {}, notes: [] }
  return code ? [itself, code] : []
}
