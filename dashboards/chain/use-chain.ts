/** A chain with what speaks against its items, as the server tells it. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api, inPath, told } from '../server/api.ts'

/** Nodes in each direction that are asked for at first, and what the server gives at most. */
const FIRST_LIMIT = 1000
const MOST = 10_000

/** What of an item is asked for. */
export interface Asked {
  readonly id: string
  /** Steps from the start; '' for all. */
  readonly depth: string
  /** As it was known at that time, RFC 3339; '' for now. */
  readonly at: string
}

export function useChain({ id, depth, at }: Asked, isAll: boolean) {
  const limit = String(isAll ? MOST : FIRST_LIMIT)
  return useQuery({
    queryKey: ['trace', id, limit, depth, at],
    enabled: id !== '',
    placeholderData: (before, query) =>
      query?.queryKey[1] === id ? keepPreviousData(before) : undefined,
    queryFn: () =>
      told(
        api.v1.trace[':id'].$get({
          param: { id: inPath(id) },
          query: {
            ...{ direction: 'both', limit },
            ...(depth !== '' && { depth }),
            ...(at !== '' && { at }),
          },
        }),
      ),
  })
}
