/**
 * What one trade's chain is made of, as data: what is supplied, mixed, made and packed, by whom,
 * how cold, and how it ends. Amounts are whole grams, or millilitres of what is sold by volume, so
 * that what goes in and comes out balances.
 */
import type { Domain, Names } from '#simulators/script.ts'

/** How an item ends at an outlet. */
export type Ending = 'sold' | 'dispensed' | 'installed' | 'poured'

/** A kind of outlet; outlets take turns. */
export interface OutletKind {
  readonly slug: string
  readonly names: Names
  readonly ending: Ending
}

/** One product that a plant makes, from its raw material to its pallet. */
export interface Product {
  readonly raw: Names
  /** One lot of raw material after its first step, by itself. */
  readonly prepared: Names
  /** What is mixed of two of these and of the shared ingredient. */
  readonly mixed: Names
  readonly item: Names
  /** Without a case, items stand on the pallet themselves. */
  readonly case?: Names
  readonly itemsPerCase: number
  /** Cases, or items where there are none, on a full pallet. */
  readonly unitsPerPallet: number
  /** Millilitres of what is sold by volume, here and wherever grams are spoken of. */
  readonly gramsPerItem: number
  /** Of the mixture, how many thousandths are ingredient. */
  readonly ingredientShare: number
  readonly shelfLifeDays: number
  /** Where it is not as its outlet ends things. */
  readonly ending?: Ending
  /** Items and cases carry 20-digit codes, whose first seven digits these are. */
  readonly drugCodes?: { readonly item: string; readonly case: string }
  /** Items carry SGTINs and bear a drug code beside, which some outlets read instead. */
  readonly alias?: { readonly code: string; readonly share: number }
}

/** Thousandths of the mass that each step leaves. */
export interface Yields {
  readonly preparing: number
  readonly mixing: number
  readonly packing: number
}

export interface Recipe {
  readonly name: string
  readonly domain: Domain
  /** How bulk is measured: kilograms or litres. */
  readonly uom: 'KGM' | 'LTR'
  /** Every fourth company prefix from here on is its own. */
  readonly firstPrefix: number
  readonly sources: readonly Names[]
  readonly sourceSlug: string
  readonly ingredientMaker: Names
  readonly ingredient: Names
  readonly plant: Names
  readonly hub: Names
  readonly laboratory: Names
  readonly outletKinds: readonly OutletKind[]
  /** Batches make these in turn. */
  readonly products: readonly Product[]
  readonly yields: Yields
  /** bizSteps of preparing and mixing; packing always commissions. */
  readonly steps: { readonly preparing: string; readonly mixing: string }
  /** Where goods must be kept cold. */
  readonly storageCelsius?: { readonly min: number; readonly max: number }
  /** Where the raw material is carried cold as well. */
  readonly rawCelsius?: { readonly min: number; readonly max: number }
  /** Share of what arrives at outlets that goes back to the hub. */
  readonly returnShare: number
  /** At each outlet a sample is drawn before witnesses and sent to the laboratory. */
  readonly samples: boolean
  readonly licenceScope: { readonly source: string; readonly plant: string; readonly trade: string }
}
