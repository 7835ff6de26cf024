/**
 * Who asks: the bearer key of a request or the session of a browser, and how far the right of a
 * route reaches for it.
 *
 * A browser sends its cookie with whatever a foreign page makes it send, so a session changes
 * something only from our own pages: the browser says where a request comes from, and a page
 * cannot make it say otherwise.
 */
import type { Context, MiddlewareHandler } from 'hono'
import { getCookie } from 'hono/cookie'
import type { Principal } from '#store/registry/schema.ts'
import type { Registry } from '#store/registry.ts'
import { type Action, type CallerRole, type Reach, reachOf, rolesFor } from './access.ts'
import { Problem } from './problem.ts'
import type { Env } from './route.ts'

export interface Caller {
  readonly role: CallerRole
  readonly reach: Reach
  readonly keyId?: string
  readonly party?: string
  readonly device?: string
}

/** The cookie of a session; no script can read it. */
export const SESSION_COOKIE = 'suyuan_session'

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Finds whose key or session a request carries. A key that opens nothing is refused, also where
 * none is needed; a session that has ended is none.
 */
export function authenticate(
  registry: Pick<Registry, 'principal' | 'sessions'>,
  nowUs: () => number,
): MiddlewareHandler<Env> {
  return async (c, next) => {
    const header = c.req.header('Authorization')
    const session = header === undefined ? getCookie(c, SESSION_COOKIE) : undefined
    if (header !== undefined) {
      const key = /^Bearer +(\S+) *$/i.exec(header)?.[1]
      if (key === undefined) throw unauthenticated('Authorization is not of the form: Bearer <key>')
      const principal = registry.principal(key)
      if (principal === undefined) throw unauthenticated('this key opens nothing', 'invalid_token')
      c.set('principal', principal)
      c.set('stands', () => registry.principal(key) !== undefined)
    }
    const seated = session === undefined ? undefined : registry.sessions.principal(session, nowUs())
    if (seated === undefined) return next()
    if (!SAFE_METHODS.has(c.req.method) && !isFromOurPages(c)) {
      const detail = 'a session changes something only from the pages of this server'
      throw new Problem('forbidden', { code: 'cross_site', detail })
    }
    c.set('principal', seated)
    c.set('stands', () => isSeated(registry, session, nowUs))
    await next()
    // What a session saw is not for whoever uses the browser next.
    if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'private, no-store')
  }
}

function isSeated(
  { sessions }: Pick<Registry, 'sessions'>,
  session: string | undefined,
  nowUs: () => number,
): boolean {
  return session !== undefined && sessions.principal(session, nowUs()) !== undefined
}

/** Whether the browser says that a page of this server has sent it. */
function isFromOurPages(c: Context<Env>): boolean {
  if (c.req.header('Sec-Fetch-Site') === 'same-origin') return true
  const origin = c.req.header('Origin')
  return origin === new URL(c.req.url).origin || origin === new URL(c.get('baseUrl')).origin
}

/** Throws 401 without a key and 403 with one that may not do this. */
export function callerOf(principal: Principal | undefined, action: Action): Caller {
  const reach = reachOf(action, principal?.role ?? 'public')
  if (reach !== undefined) return { role: 'public', ...principal, reach }
  if (principal === undefined) throw unauthenticated('send Authorization: Bearer <key>')
  const roles = rolesFor(action).join(', ')
  throw new Problem('forbidden', {
    detail: `this is a key of role ${principal.role}; to ${action} takes one of: ${roles}`,
  })
}

/** The party to look at: the caller's where it is confined to one, else the one it asks for. */
export function partyFor(caller: Caller, asked?: string): string | undefined {
  if (caller.reach === 'all') return asked
  if (asked === undefined || asked === caller.party) return caller.party
  throw new Problem('forbidden', { detail: `this key sees what is of ${caller.party} only` })
}

/** The only party of which a caller may know; undefined where it is all of them. */
export function confinedTo({ reach, party = '' }: Caller): string | undefined {
  return reach === 'all' ? undefined : party
}

/** Whether something of a party is out of the caller's reach. */
export function isForeign(caller: Caller, party: string | undefined): boolean {
  return caller.reach !== 'all' && party !== caller.party
}

function unauthenticated(detail: string, error?: 'invalid_token'): Problem {
  const challenge = ['Bearer realm="suyuan"', ...(error ? [`error="${error}"`] : [])].join(', ')
  return new Problem('unauthenticated', { detail, headers: { 'WWW-Authenticate': challenge } })
}
