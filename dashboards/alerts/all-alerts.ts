import type { InferRequestType } from 'hono/client'
import { api, told } from '../server/api.ts'
import type { AlertSummary } from './cases.ts'

type Query = NonNullable<InferRequestType<typeof api.v1.alerts.$get>['query']>

const MOST_PAGES = 10

export interface Alerts {
  readonly items: readonly AlertSummary[]
  /** False where there are more than a page of this program can hold. */
  readonly isWhole: boolean
}

/**
 * Alerts of a query, the newest first, ten thousand at most: one flood of a single cause must not
 * hide the cases before it. Throws Refused.
 */
export async function allAlerts(query: Query): Promise<Alerts> {
  const items: AlertSummary[] = []
  let after: string | undefined
  for (let page = 0; page < MOST_PAGES; page++) {
    const more = after === undefined ? {} : { nextPageToken: after }
    const found = await told(api.v1.alerts.$get({ query: { ...query, perPage: '1000', ...more } }))
    items.push(...found.items)
    after = found.nextPageToken
    if (after === undefined) return { items, isWhole: true }
  }
  return { items, isWhole: false }
}
