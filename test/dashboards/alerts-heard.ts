/** How many alerts there are, and how many of them a page has heard of as they came. */
import type { Page } from '@playwright/test'
import { request, type Server } from '#simulators/server.ts'

const STATES = ['open', 'acknowledged', 'in_progress', 'resolved', 'superseded', 'withdrawn']

/** All that a server has ever raised: each is kept, and was raised once. */
export async function alertsKept(server: Server): Promise<number> {
  const state = encodeURIComponent(STATES.join('|'))
  let count = 0
  for (let token: string | undefined = ''; token !== undefined; ) {
    const after: string = token === '' ? '' : `&nextPageToken=${token}`
    const answer = await request(server, 'GET', `/v1/alerts?perPage=1000&state=${state}${after}`)
    const { items, nextPageToken } = answer as { items: object[]; nextPageToken?: string }
    count += items.length
    token = nextPageToken
  }
  return count
}

/** What the mark at the top of a page says, in any language. */
export async function heardBy(page: Page): Promise<number> {
  const text = (await page.locator('.top-actions .tag').first().textContent()) ?? ''
  return Number(/\d+/.exec(text)?.[0] ?? 0)
}
