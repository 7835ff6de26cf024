/** All registered parties, as far as the reader may know of them. */
import { api, told } from './api.ts'
import type { After } from './pages.ts'

async function allParties() {
  const items = []
  for (let after: After | undefined = {}; after !== undefined; ) {
    const query: After & { perPage: string } = { perPage: '1000', ...after }
    const page = await told(api.v1.parties.$get({ query }))
    items.push(...page.items)
    const { nextPageToken } = page
    after = nextPageToken === undefined ? undefined : { nextPageToken }
  }
  return items
}

/** For useQuery: whoever asks shares one answer. */
export const partiesQuery = { queryKey: ['parties'], queryFn: allParties }
