/** Lists that come page by page. */
import { useInfiniteQuery } from '@tanstack/react-query'

/** Of the page that is asked for; nothing of the first. */
export interface After {
  readonly nextPageToken?: string
}

/** What the server gives at most. */
const MOST_A_PAGE = '1000'

interface Page {
  readonly nextPageToken?: string | undefined
}

interface Freshness {
  readonly refetchInterval?: number
  readonly staleTime?: number
}

/** Everything of a list, page after page; `ask` gives one of them. Throws Refused. */
export async function allPages<T>(
  ask: (
    after: After & { readonly perPage: string },
  ) => Promise<Page & { readonly items: readonly T[] }>,
): Promise<T[]> {
  const items: T[] = []
  for (let after: After | undefined = {}; after !== undefined; ) {
    const page = await ask({ perPage: MOST_A_PAGE, ...after })
    items.push(...page.items)
    const { nextPageToken } = page
    after = nextPageToken === undefined ? undefined : { nextPageToken }
  }
  return items
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
