/**
 * Units in which amounts of goods are told, as codes of UN/ECE Rec. 20, and what each is in the
 * unit that they are added up in: masses in kilograms, volumes in litres, lengths in metres, areas
 * in square metres. Pieces have no unit.
 */
import { KG } from './mass-balance.ts'

export interface GoodsUnit {
  readonly unit: string
  readonly factor: number
}

const inUnit = (unit: string, factors: Readonly<Record<string, number>>) =>
  Object.entries(factors).map(([uom, factor]): [string, GoodsUnit] => [uom, { unit, factor }])

// What a litre weighs is another matter: here nothing is weighed.
const { LTR: _, MLT: __, ...masses } = KG

const UNITS = new Map<string, GoodsUnit>([
  ...inUnit('', { '': 1, C62: 1, EA: 1, H87: 1, PR: 2, DZN: 12 }),
  ...inUnit('KGM', { ...masses, DTN: 100, HGM: 0.1, ONZ: 0.028349523125 }),
  ...inUnit('LTR', { LTR: 1, MLT: 1e-3, CLT: 1e-2, DLT: 0.1, HLT: 100, DMQ: 1, CMQ: 1e-3 }),
  ...inUnit('MTQ', { MTQ: 1 }),
  ...inUnit('MTR', { MTR: 1, MMT: 1e-3, CMT: 1e-2, DMT: 0.1, KMT: 1e3 }),
  ...inUnit('MTK', { MTK: 1, MMK: 1e-6, CMK: 1e-4, DMK: 1e-2 }),
])

/** A unit by its code; undefined of one that is not known here. */
export function goodsUnit(uom: string): GoodsUnit | undefined {
  return UNITS.get(uom)
}

/** The unit that amounts of one are added up in: itself, where it is not known. */
export function sumUnit(uom: string): GoodsUnit {
  return UNITS.get(uom) ?? { unit: uom, factor: 1 }
}
