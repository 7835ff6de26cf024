/**
 * Tells in the header of each answer how fresh it is while ingest lags behind what has been
 * acknowledged, and nothing while it does not.
 */
import type { MiddlewareHandler } from 'hono'
import { formatTimeUs } from '#epcis/time.ts'
import type { Env } from './route.ts'

/** How far the store is behind what has been acknowledged. */
export interface Lag {
  readonly behindBytes: number
  /** The recordTime up to which everything is stored; undefined where nothing is known of it. */
  readonly freshAsOfUs: number | undefined
}

/** Answers that do not tell of what devices have sent. */
const untouched = new Set(['/healthz', '/readyz', '/metrics', '/docs', '/openapi.json'])

/** `lagOf` gives undefined where everything that was acknowledged is stored. */
export function tellFreshness(lagOf: () => Lag | undefined): MiddlewareHandler<Env> {
  return async (c, next) => {
    const isRead = c.req.method === 'GET' && !untouched.has(c.req.path)
    // Taken before anything is read: the answer may know more, never less.
    const lag = isRead ? lagOf() : undefined
    await next()
    if (lag === undefined) return
    c.header('Suyuan-Behind-Bytes', String(lag.behindBytes))
    if (lag.freshAsOfUs === undefined) return
    c.header('Suyuan-Fresh-As-Of', formatTimeUs(lag.freshAsOfUs))
  }
}
