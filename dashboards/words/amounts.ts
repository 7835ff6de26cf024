/** Amounts of goods with their units, as people write them. */
import { numberText } from './format.ts'
import type { Language } from './language.ts'

/** By the code of UN/CEFACT. */
const UNITS: Readonly<Record<string, string>> = {
  KGM: 'kg',
  GRM: 'g',
  TNE: 't',
  LTR: 'L',
  MTR: 'm',
}

/** A unit as people write it; pieces where there is none. An unknown code is told as it is. */
export function uomText(uom: string | undefined, language: Language, quantity = 0): string {
  if (uom !== undefined && uom !== '') return UNITS[uom] ?? uom
  if (language === 'zh') return '件'
  return quantity === 1 ? 'piece' : 'pieces'
}

export function amountText(quantity: number, uom: string | undefined, language: Language): string {
  return `${numberText(quantity, language, 2)} ${uomText(uom, language, quantity)}`
}
