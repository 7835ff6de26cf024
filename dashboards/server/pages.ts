/** Lists that come page by page. */
import { useInfiniteQuery } from '@tanstack/react-query'

/** Of the page that is asked for; nothing of the first. */
export interface After {
  readonly nextPageToken?: string
}

interface Page {
  readonly nextPageToken?: string | undefined
}

interface Freshness {
  readonly refetchInterval?: number
  readonly staleTime?: number
}

/** The pages that were asked for so far. `ask` gives one of them. */
export function usePages<One extends Page>(
  queryKey: readonly unknown[],
  ask: (after: After) => Promise<One>,
  freshness: Freshness = {},
) {
  return useInfiniteQuery({
    ...freshness,
    queryKey,
    initialPageParam: '',
    queryFn: ({ pageParam }) => ask(pageParam === '' ? {} : { nextPageToken: pageParam }),
    getNextPageParam: ({ nextPageToken }) => nextPageToken,
  })
}
