/** A chain with what speaks against its items, as the server tells it. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api, inPath, told } from '../server/api.ts'

/** Nodes in each direction that the server gives at most. */
const MOST = 10_000
/**
 * A phone asks for fewer at first, which it can hold and draw. Elsewhere all are asked for at once:
 * the walk is what takes the time, and whoever wants the rest would have it walked again.
 */
const FIRST = matchMedia('(max-width: 40rem)').matches ? 1000 : MOST

/** What of an item is asked for. */
export interface Asked {
  readonly id: string
  /** Steps from the start; '' for all. */
  readonly depth: string
  /** As it was known at that time, RFC 3339; '' for now. */
  readonly at: string
}

export function useChain({ id, depth, at }: Asked, isAll: boolean) {
  const limit = isAll ? MOST : FIRST
  const chain = useQuery({
    queryKey: ['trace', id, limit, depth, at],
    enabled: id !== '',
    placeholderData: (before, query) =>
      query?.queryKey[1] === id ? keepPreviousData(before) : undefined,
    queryFn: () =>
      told(
        api.v1.trace[':id'].$get({
          param: { id: inPath(id) },
          query: {
            ...{ direction: 'both', limit: String(limit) },
            ...(depth !== '' && { depth }),
            ...(at !== '' && { at }),
          },
        }),
      ),
  })
  return { chain, mayHaveMore: limit < MOST }
}
