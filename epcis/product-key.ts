/** The product that a key belongs to, by its GTIN or the 7 digits of a drug code, and its lots. */
import { CANONICAL_BASE } from './gs1-key.ts'
import { gtinOf, type Identifier, identify } from './identifier.ts'
import { drugProductOf } from './scheme-code.ts'

/** Key of the product of a serial, a lot or a class; undefined where it has none. */
export function productKeyOf(key: string): string | undefined {
  const gtin = gtinOf(key)
  return gtin === undefined ? drugProductOf(key) : `${CANONICAL_BASE}01/${gtin}`
}

/**
 * The lot of a product. A number that is none (over 20 characters, or of another alphabet) gives
 * something of another kind.
 */
export function lotOfProduct(product: string, lotNumber: string): Pick<Identifier, 'key' | 'kind'> {
  return identify(lotUri(product, encodeURIComponent(lotNumber)))
}

function lotUri(product: string, lot: string): string {
  return `${product}/10/${lot}`
}

/** How keys of a product's lots or serials begin; undefined for what is no product. */
export function beginningUnder(product: string, what: 'lots' | 'serials'): string | undefined {
  if (productKeyOf(product) !== product) return undefined
  if (what === 'lots') return lotUri(product, '')
  return drugProductOf(product) === product ? product : `${product}/21/`
}

/** A lot taken apart: key of its product, and its number as it stands in its key. */
export interface LotParts {
  readonly product: string
  readonly lot: string
}

/** Of the key of a lot; undefined for any other key. */
export function lotPartsOf(key: string): LotParts | undefined {
  const product = productKeyOf(key)
  if (product === undefined || !key.startsWith(`${product}/10/`)) return undefined
  return { product, lot: key.slice(product.length + '/10/'.length) }
}

/** The same lot of another key of the product. */
export function lotUnder({ lot }: LotParts, product: string): string {
  return lotUri(product, lot)
}
