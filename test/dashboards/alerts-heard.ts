/** How many alerts there are, and how many of them a page has heard of as they came. */
import type { Page } from '@playwright/test'
import { request, type Server } from '#simulators/server.ts'

/** All that a server keeps; each was raised once. */
export async function alertsKept(server: Server): Promise<number> {
  let count = 0
  for (let token: string | undefined = ''; token !== undefined; ) {
    const after: string = token === '' ? '' : `&nextPageToken=${token}`
    const answer = await request(server, 'GET', `/v1/alerts?perPage=1000${after}`)
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
