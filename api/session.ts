/** Who is logged in at a browser: a key shown once becomes a cookie that no script can read. */
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { z } from 'zod'
import type { Principal } from '#store/registry/schema.ts'
import { SESSION_SECONDS } from '#store/registry/sessions.ts'
import type { Registry } from '#store/registry.ts'
import type { AlertFeed } from './alert-feed.ts'
import { SESSION_COOKIE } from './caller.ts'
import { Problem } from './problem.ts'
import type { Router } from './route.ts'

const sessionSchema = z
  .object({
    role: z.enum(['public', 'device', 'enterprise', 'inspector', 'regulator', 'admin']),
    keyId: z.string().optional(),
    label: z.string().optional(),
    party: z.string().optional(),
    partyName: z.string().optional(),
  })
  .meta({ id: 'Session' })

const loginSchema = z.strictObject({ key: z.string().trim().min(1).max(200) }).meta({ id: 'Login' })

export interface SessionParts {
  readonly registry: Pick<Registry, 'sessions' | 'keys' | 'parties'>
  readonly nowUs: () => number
  /** Woken, so that streams of a session end with it. */
  readonly feed: Pick<AlertFeed, 'notify'>
}

export function serveSession(router: Router, { registry, nowUs, feed }: SessionParts) {
  const path = '/v1/session'
  const tag = 'Session'
  const who = router.serve(
    {
      method: 'get',
      path,
      may: 'use sessions',
      tag,
      summary: 'Who is logged in, or whose key this is',
      answers: { 200: { description: 'Who; role public where nobody is', schema: sessionSchema } },
    },
    (c) => c.json(told(registry, c.get('principal'))),
  )
  const begin = router.serve(
    {
      method: 'post',
      path,
      may: 'use sessions',
      tag,
      summary: 'Log in with a key',
      description:
        'Sets a cookie that stands for the key for a week. With it, requests that change ' +
        'something are taken only from pages of this server.',
      body: loginSchema,
      answers: { 201: { description: 'Who that is', schema: sessionSchema } },
    },
    (c, { body: { key } }) => {
      const begun = registry.sessions.begin(key, nowUs())
      if (begun === undefined) {
        const detail = 'this is no key of a person, or it has been revoked'
        throw new Problem('unauthenticated', { code: 'no_such_key', path: '/key', detail })
      }
      setCookie(c, SESSION_COOKIE, begun.session, {
        ...{ path: '/', httpOnly: true, sameSite: 'Lax', maxAge: SESSION_SECONDS },
        secure: c.get('baseUrl').startsWith('https:'),
      })
      return c.json(told(registry, begun.principal), 201)
    },
  )
  const end = router.serve(
    {
      method: 'delete',
      path,
      may: 'use sessions',
      tag,
      summary: 'Log out',
      answers: { 204: { description: 'The session is over' } },
    },
    (c) => {
      const session = getCookie(c, SESSION_COOKIE)
      if (session !== undefined) registry.sessions.end(session)
      feed.notify()
      deleteCookie(c, SESSION_COOKIE, { path: '/' })
      return c.body(null, 204)
    },
  )
  return [who, begin, end]
}

function told(
  { keys, parties }: SessionParts['registry'],
  principal: Principal | undefined,
): z.output<typeof sessionSchema> {
  if (principal === undefined) return { role: 'public' }
  const { role, keyId, party } = principal
  return {
    ...{ role, keyId, party },
    label: keys.get(keyId)?.grant.label,
    partyName: party === undefined ? undefined : parties.get(party)?.name,
  }
}
