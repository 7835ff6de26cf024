/**
 * Makes GS1 keys in canonical form, with right check digits. Every company prefix of the simulators
 * begins with 952, which GS1 keeps for demonstrations: no real firm can own one of these keys.
 */

/** Company prefixes here are all this long, which is what a URN's first dot needs to know. */
export const companyPrefixLength = 7

const root = 'https://id.gs1.org'

/** The prefix of the n-th simulated firm, n from 0 to 9999. */
export function companyPrefix(n: number): string {
  return `952${padded(n, 4)}`
}

/** 14 digits; `indicator` 0 is the trade item, 1 to 8 its packages. */
export function gtin14(prefix: string, indicator: number, reference: number): string {
  return checked(`${indicator}${prefix}${padded(reference, 5)}`)
}

export function gtinKey(gtin: string): string {
  return `${root}/01/${gtin}`
}

export function lotKey(gtin: string, lot: string): string {
  return `${root}/01/${gtin}/10/${lot}`
}

export function itemKey(gtin: string, serial: string): string {
  return `${root}/01/${gtin}/21/${serial}`
}

/** A logistic unit: extension digit and serial together 0 to 9999999999. */
export function ssccKey(prefix: string, serial: number): string {
  const digits = padded(serial, 10)
  return `${root}/00/${checked(`${digits[0]}${prefix}${digits.slice(1)}`)}`
}

export function placeKey(prefix: string, reference: number): string {
  return `${root}/414/${checked(`${prefix}${padded(reference, 5)}`)}`
}

export function partyKey(prefix: string): string {
  return `${root}/417/${checked(`${prefix}00000`)}`
}

/**
 * A drug traceability code: 8, six digits of the product at one level of its packing, 13 of the
 * unit. [NMPAB/T 1002-2019]
 */
export function drugCodeKey(product: string, unit: string): string {
  return `drugcode:${product}${unit}`
}

const socialAlphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'

/**
 * A unified social credit code with its check character: an enterprise (91) of Shenzhen (440300)
 * with the number `n`. The nine characters of its organisation are digits only. [GB 32100-2015]
 */
export function socialCreditCode(n: number): string {
  const body = `91440300${organisationCode(n)}`
  const sum = [...body].reduce(
    (total, character, index) => total + socialAlphabet.indexOf(character) * (3 ** index % 31),
    0,
  )
  return `${body}${socialAlphabet.charAt((31 - (sum % 31)) % 31)}`
}

/** Eight digits and a check character that is a digit as well. [GB 11714-1997] */
function organisationCode(n: number): string {
  const weights = [3, 7, 9, 10, 5, 8, 4, 2]
  // Where the check character would be the letter X, the next number has another.
  for (let number = 10_000_000 + n * 16; ; number += 1) {
    const digits = String(number)
    const sum = weights.reduce((total, weight, at) => total + weight * Number(digits.charAt(at)), 0)
    const check = 11 - (sum % 11)
    if (check !== 10) return `${digits}${check % 11}`
  }
}

/** A returnable asset, such as a roll cage. */
export function returnableKey(prefix: string, type: number, serial: string): string {
  return `${root}/8003/0${checked(`${prefix}${padded(type, 5)}`)}${serial}`
}

/** An asset that stays with its owner, such as a truck or a thermometer. */
export function assetKey(prefix: string, reference: string): string {
  return `${root}/8004/${prefix}${reference}`
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

/**
 * Appends the check digit [GS1 General Specifications 7.9.1]: weights 3, 1, 3, … from the right.
 */
function checked(digits: string): string {
  const sum = [...digits]
    .reverse()
    .reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 3 : 1), 0)
  return `${digits}${(10 - (sum % 10)) % 10}`
}
