/**
 * What the digits and characters of an application identifier's value have to be beyond their
 * number and kind: check digits, dates, codes of a list, parts of a whole. A value that fails is
 * flagged and kept. [GS1 General Specifications 3; GS1 Barcode Syntax Tests]
 */
import { COUNTRY_LETTERS, COUNTRY_NUMBERS, CURRENCIES, PACKAGE_TYPES } from './ai-codes.ts'
import { hasCheckPair } from './check-pair.ts'
import { isDay, twoDigits } from './gs1-date.ts'
import { hasCheckDigit } from './gs1-key.ts'

type Holds = (value: string) => boolean

const matches =
  (pattern: RegExp): Holds =>
  (value) =>
    pattern.test(value)

const upTo =
  (most: string): Holds =>
  (value) =>
    value <= most

// Codes whose first digit says how many digits follow it, `more` of them always.
const sized = (from: number, to: number, more: number) => {
  const sizes = Array.from({ length: to - from + 1 }, (_, index) => from + index)
  return `(?:${sizes.map((size) => `${size}\\d{${size + more}}`).join('|')})`
}
const LATER_PREFIX = `(?:9|${sized(0, 6, 6)})`
const PURCHASE = `${sized(1, 5, 0)}[0-49]\\d{3}`
const DAY = '\\d\\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])'

/** Coupon of North America: company, offer, saving, purchase, then what is optional, in order. */
const COUPON = new RegExp(
  `^${sized(0, 6, 6)}\\d{6}${sized(1, 5, 0)}${PURCHASE}` +
    `(?:1[0-3]${PURCHASE}${LATER_PREFIX})?(?:2${PURCHASE}${LATER_PREFIX})?` +
    `(?:3${DAY})?(?:4${DAY})?(?:5${sized(0, 9, 6)})?(?:6${sized(1, 7, 6)})?` +
    '(?:9[01256][0-2]\\d[01])?$',
)
const OFFER = new RegExp(`^[01]${sized(0, 6, 6)}\\d{6}${sized(0, 9, 6)}$`)

const hour: Holds = (value) => twoDigits(value, 0) < 24
const minute: Holds = (value) => twoDigits(value, 0) < 60

/** Every check by name. */
export const CHECKS = {
  checkDigit: hasCheckDigit,
  checkPair: hasCheckPair,
  date: (value) => isShortDay(value, twoDigits(value, 4)),
  dateOrMonth: (value) => isShortDay(value, twoDigits(value, 4) || 1),
  fullDate: (value) => isDay(Number(value.slice(0, 4)), twoDigits(value, 4), twoDigits(value, 6)),
  hour,
  minute,
  second: minute,
  hourMinute: (value) => hour(value) && minute(value.slice(2)),
  companyPrefix: matches(/^\d{4}/),
  companyPrefixBehindDigit: matches(/^\d{5}/),
  countryNumber: (value) => COUNTRY_NUMBERS.has(value),
  countryNumberOrMany: (value) => value === '999' || COUNTRY_NUMBERS.has(value),
  countryLetters: (value) => COUNTRY_LETTERS.has(value),
  currency: (value) => CURRENCIES.has(value),
  packageType: (value) => PACKAGE_TYPES.has(value),
  mediaType: matches(/^(?:0[1-9]|10|[89]\d)$/),
  pieceOfTotal: (value) => value.slice(0, 2) > '00' && value.slice(0, 2) <= value.slice(2),
  birthOfBirths: (value) => /^[1-9]\/[1-9]$/.test(value) && value.charAt(0) <= value.charAt(2),
  noLeadingZero: matches(/^(?!0.)/),
  notZero: matches(/[^0]/),
  zero: matches(/^0+$/),
  minus: matches(/^-$/),
  notDigitsAlone: matches(/\D/),
  yesOrNo: matches(/^[01]$/),
  sex: matches(/^[0129]$/),
  winding: matches(/^[019]$/),
  importerIndex: matches(/^[-0-9A-Z_a-z]$/),
  latitude: upTo('1800000000'),
  longitude: upTo('3600000000'),
  padding: matches(/^[^=]+={0,2}$/),
  escapes: matches(/^(?:[^%]|%[0-9A-Fa-f]{2})*$/),
  bankAccount: isBankAccount,
  coupon: matches(COUPON),
  offer: matches(OFFER),
} as const satisfies Record<string, Holds>

export type Check = keyof typeof CHECKS

/** The note that tells of a check that failed. */
export function noteOf(check: Check): 'check_digit' | 'ai_date' | 'ai_content' {
  if (check === 'checkDigit' || check === 'checkPair') return 'check_digit'
  return check === 'date' || check === 'dateOrMonth' || check === 'fullDate'
    ? 'ai_date'
    : 'ai_content'
}

/** Which century it is does not matter here: of the years ending in 00 the nearest had a 02-29. */
function isShortDay(yymmdd: string, day: number): boolean {
  return isDay(2000 + twoDigits(yymmdd, 0), twoDigits(yymmdd, 2), day)
}

const ACCOUNT = /^[A-Z]{2}\d\d[0-9A-Z]{7,30}$/

/** An IBAN: its first four characters put last, letters read as 10 to 35, leave 1 over 97. */
function isBankAccount(value: string): boolean {
  if (!ACCOUNT.test(value) || !COUNTRY_LETTERS.has(value.slice(0, 2))) return false
  let rest = 0
  for (const character of value.slice(4) + value.slice(0, 4)) {
    const number = Number.parseInt(character, 36)
    rest = (rest * (number < 10 ? 10 : 100) + number) % 97
  }
  return rest === 1
}
