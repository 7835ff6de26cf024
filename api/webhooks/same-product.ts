/** The other keys that a product goes under: a filter on one of them is one on all. */
import type { Aliases } from '#trace/aliased.ts'

export function otherKeysOf(aliases: Aliases, product: string | undefined): readonly string[] {
  if (product === undefined || aliases.isEmpty()) return []
  const [primary = product] = aliases.resolve([product])
  const keys = aliases.members([primary]).get(primary) ?? []
  return keys.filter((key) => key !== product)
}
