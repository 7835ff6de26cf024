/**
 * Where the company prefix of a key begins. A key has forgotten how long it is; a table tells, as
 * GS1 publishes it, and no trail depends on that. [EPC TDS 7; GS1 General Specifications 1.4]
 */

/** Digits -> how many of them are a company prefix; undefined where no table says. */
export type CompanyPrefixLength = (digits: string) => number | undefined

const KEY = /^https:\/\/id\.gs1\.org\/(\d{2,4})\/(\d+)/
/** A GTIN, an SSCC and a GRAI begin with a digit that is not the company's. */
const WITH_LEAD = new Set(['00', '01', '8003', '8006'])

/** The company prefix of a canonical key; undefined where the table has none for it. */
export function companyPrefixOf(key: string, lengthOf: CompanyPrefixLength): string | undefined {
  const [, ai = '', value = ''] = KEY.exec(key) ?? []
  const digits = WITH_LEAD.has(ai) ? value.slice(1) : value
  const length = digits === '' ? undefined : lengthOf(digits)
  if (length === undefined || length < 4 || digits.length < length) return undefined
  return digits.slice(0, length)
}
