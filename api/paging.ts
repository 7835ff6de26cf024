/**
 * Paging as the EPCIS REST binding has it: `perPage` is a maximum, `nextPageToken` is opaque, and a
 * page without a `Link` to the next is the last. Tokens name the last thing shown, not a count of
 * what came before, so nothing is shown twice or left out while more is written. They do not
 * expire.
 */
import type { Context } from 'hono'
import { z } from 'zod'
import { count } from './parameters.ts'
import { Problem } from './problem.ts'
import type { Env } from './route.ts'

const mostPerPage = 1000

export const pageParameters = {
  perPage: count
    .default(30)
    .transform((asked) => Math.min(asked, mostPerPage))
    .meta({ description: `How many at most; never more than ${mostPerPage}`, type: 'integer' }),
  nextPageToken: z
    .string()
    .optional()
    .meta({ description: 'As the Link header of the page before gave it' }),
}

/** An opaque token of what a page ended with. */
export function tokenOf(last: string | number): string {
  return Buffer.from(String(last)).toString('base64url')
}

/** What a page ended with; undefined for the first page. */
export function lastOf(token: string | undefined): string | undefined {
  if (token === undefined) return undefined
  const last = Buffer.from(token, 'base64url').toString()
  if (last === '' || tokenOf(last) !== token) throw badToken()
  return last
}

/** The same where it is a number. */
export function lastNumberOf(token: string | undefined): number | undefined {
  const last = lastOf(token)
  if (last === undefined) return undefined
  if (!/^\d{1,15}$/.test(last)) throw badToken()
  return Number(last)
}

/** The refusal of a token that names nothing here. */
export function badToken(): Problem {
  const detail = 'nextPageToken is none that this server gave'
  return new Problem('invalid_query', { path: 'nextPageToken', detail })
}

/** Sets the Link header to the next page: the same query with its token. */
export function linkNext(c: Context<Env>, last: string | number | undefined): void {
  if (last === undefined) return
  const url = new URL(c.req.url)
  url.searchParams.set('nextPageToken', tokenOf(last))
  c.header('Link', `<${c.get('baseUrl')}${url.pathname}${url.search}>; rel="next"`)
}

/** The schema of a page outside /epcis. */
export function pageOf<Item extends z.ZodType>(schema: Item) {
  return z.object({ items: z.array(schema), nextPageToken: z.string().optional() })
}

/** Answers a page; `last` where there are more. */
export function answerPage(
  c: Context<Env>,
  items: readonly object[],
  last: string | undefined,
): Response {
  linkNext(c, last)
  return c.json({ items, nextPageToken: last === undefined ? undefined : tokenOf(last) })
}
