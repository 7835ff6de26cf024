/** Aliases for tests of tracing, and what comes in chunks as a whole. */
import type { Aliases } from '#trace/aliased.ts'

/** Aliases as a map from alias to primary. */
export function aliasesOf(primaries: Readonly<Record<string, string>>): Aliases {
  const resolve = (key: string) => primaries[key] ?? key
  return {
    isEmpty: () => Object.keys(primaries).length === 0,
    resolve: (keys) => keys.map(resolve),
    members(asked) {
      const groups = asked.map((primary) => {
        const aliases = Object.keys(primaries).filter((key) => primaries[key] === primary)
        return [primary, [primary, ...aliases]] as const
      })
      return new Map(groups.filter(([, keys]) => keys.length > 1))
    },
  }
}

export async function gathered<T>(chunks: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = []
  for await (const chunk of chunks) all.push(...chunk)
  return all
}
