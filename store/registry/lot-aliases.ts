/**
 * Lots of a product that goes under several keys: what is declared of the product holds for its
 * lots, so that a lot named by a drug code and by the GTIN of the same drug is one lot. An alias of
 * a lot itself counts as well. A product that goes under a URI of another kind has no lots there.
 */
import { lotPartsOf, lotUnder, productKeyOf } from '#epcis/product-key.ts'

/** What keys come to, by aliases of their own and of the product that a lot is of. */
export function resolveWithLots(
  keys: readonly string[],
  resolve: (keys: readonly string[]) => readonly string[],
): readonly string[] {
  const itself = resolve(keys)
  const lots = itself.flatMap((key, at) => {
    const parts = lotPartsOf(key)
    return parts ? [{ at, parts }] : []
  })
  if (lots.length === 0) return itself
  const products = resolve(lots.map(({ parts }) => parts.product))
  const moved = lots.flatMap(({ at, parts }, nth) => {
    const product = products[nth] ?? parts.product
    if (product === parts.product || !isProduct(product)) return []
    return [{ at, key: lotUnder(parts, product) }]
  })
  if (moved.length === 0) return itself
  const found = [...itself]
  const primaries = resolve(moved.map(({ key }) => key))
  for (const [nth, { at, key }] of moved.entries()) found[at] = primaries[nth] ?? key
  return found
}

function isProduct(key: string): boolean {
  return productKeyOf(key) === key
}

/** All that comes to some primaries, those without anything left out; the primary first. */
export function membersWithLots(
  primaries: readonly string[],
  members: (primaries: readonly string[]) => ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly string[]> {
  const lots = new Map(
    primaries.flatMap((key) => {
      const parts = lotPartsOf(key)
      return parts ? [[key, parts] as const] : []
    }),
  )
  const itself = members(primaries)
  if (lots.size === 0) return itself
  const products = members([...new Set([...lots.values()].map(({ product }) => product))])
  if (products.size === 0) return itself
  const groups = new Map(itself)
  for (const [key, parts] of lots) {
    const others = (products.get(parts.product) ?? []).slice(1).filter(isProduct)
    if (others.length === 0) continue
    const spelled = others.map((product) => lotUnder(parts, product))
    const aliases = [...members(spelled).values()].flat()
    groups.set(key, [...new Set([...(itself.get(key) ?? [key]), ...spelled, ...aliases])])
  }
  return groups
}
