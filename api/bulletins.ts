/**
 * What the public is told: a feed and the documents in it, open to everybody. Whoever has them
 * already is told so by their validators, at the price of a few bytes. [RFC 9110 13]
 */
import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import { z } from 'zod'
import type { Published } from '#store/webhooks/bulletin.ts'
import type { WebhookReader } from '#store/webhooks/reader.ts'
import { lastNumberOf, tokenOf } from './paging.ts'
import { Problem } from './problem.ts'
import { atomFeed } from './public/atom.ts'
import type { Env, Router } from './route.ts'

const PER_PAGE = 50
const tag = 'Bulletins'
const TITLES = { zh: '溯源警示', en: 'Suyuan alerts' } as const

export interface BulletinsParts {
  readonly webhooks: Pick<WebhookReader, 'bulletins'>
}

export function serveBulletins(router: Router, { webhooks }: BulletinsParts): void {
  const { bulletins } = webhooks
  router.serve(
    {
      method: 'get',
      path: '/v1/bulletins',
      may: 'read bulletins',
      tag,
      summary: 'The feed of public alerts, the newest first',
      description: 'Atom; each entry is one message, with a link to its CAP 1.2 document.',
      query: {
        language: z.enum(['zh', 'en']).default('zh'),
        nextPageToken: z.string().optional(),
      },
      answers: {
        200: { description: 'A page', type: 'application/atom+xml', schema: z.string() },
        304: { description: 'It is as it was' },
      },
    },
    (c, { query: { language, nextPageToken } }) => {
      const found = bulletins.page(lastNumberOf(nextPageToken), PER_PAGE + 1)
      const page = found.slice(0, PER_PAGE)
      const base = c.get('baseUrl')
      const url = (token?: string | number) =>
        `${base}/v1/bulletins?language=${language}${token ? `&nextPageToken=${token}` : ''}`
      const last = found.length > PER_PAGE ? page.at(-1)?.seq : undefined
      const body = atomFeed({
        ...{ id: `${base}/v1/bulletins`, title: TITLES[language], language },
        ...{ self: url(nextPageToken), first: url(), bulletins: page },
        next: last === undefined ? undefined : url(tokenOf(last)),
        documentOf: (id) => `${base}/v1/bulletins/${id}`,
      })
      return answer(c, body, 'application/atom+xml', page[0])
    },
  )
  router.serve(
    {
      method: 'get',
      path: '/v1/bulletins/{id}',
      may: 'read bulletins',
      tag,
      summary: 'A message as a CAP 1.2 document',
      answers: {
        200: { description: 'It', type: 'application/cap+xml', schema: z.string() },
        304: { description: 'It never changes' },
      },
    },
    (c, { params: { id = '' } }) => {
      const bulletin = bulletins.get(id)
      if (!bulletin) {
        const detail = `there is no bulletin ${id.slice(0, 100)}`
        throw new Problem('not_found', { code: 'unknown_bulletin', detail })
      }
      return answer(c, bulletin.document, 'application/cap+xml', bulletin)
    },
  )
}

function answer(
  c: Context<Env>,
  body: string,
  type: string,
  newest: Published | undefined,
): Response {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  const modifiedMs = Math.floor((newest?.sentUs ?? 0) / 1e6) * 1000
  const headers = {
    ETag: etag,
    'Cache-Control': 'public, max-age=30',
    ...(newest && { 'Last-Modified': new Date(modifiedMs).toUTCString() }),
  }
  if (isKnown(c, etag, newest && modifiedMs)) return c.body(null, 304, headers)
  return c.body(body, 200, { ...headers, 'Content-Type': `${type}; charset=utf-8` })
}

/** If-Modified-Since counts only without If-None-Match. [RFC 9110 13.2.2] */
function isKnown(c: Context<Env>, etag: string, modifiedMs: number | undefined): boolean {
  const tags = c.req.header('If-None-Match')
  if (tags !== undefined) {
    const given = tags.split(',').map((each) => each.trim().replace(/^W\//, ''))
    return given.includes('*') || given.includes(etag)
  }
  const sinceMs = Date.parse(c.req.header('If-Modified-Since') ?? '')
  return modifiedMs !== undefined && !Number.isNaN(sinceMs) && modifiedMs <= sinceMs
}
