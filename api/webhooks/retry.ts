/** When a delivery is tried again, and when it is given up. */
import type { AttemptCode, Ready } from '#store/webhooks/delivery.ts'

const US_A_SECOND = 1_000_000
const US_A_MINUTE = 60 * US_A_SECOND
const US_AN_HOUR = 60 * US_A_MINUTE
const US_A_DAY = 24 * US_AN_HOUR

/** Between one attempt and the next. [Standard Webhooks 1.0.0] */
export const RETRIES_US: readonly number[] = [
  5 * US_A_SECOND,
  5 * US_A_MINUTE,
  30 * US_A_MINUTE,
  ...[2, 5, 10, 14, 20, 24].map((hours) => hours * US_AN_HOUR),
]

/** Up to so much of a pause is added by chance, so that not all come back at once. */
const JITTER = 0.2
/** However often it was tried, it is given up then. */
export const GIVE_UP_US = 4 * US_A_DAY
/** A webhook that nothing has arrived at for so long is disabled. */
export const DISABLE_US = 5 * US_A_DAY
const SHORTEST_REST_US = 5 * US_A_SECOND
const MOST_WAIT_US = US_A_DAY

export interface Trouble {
  readonly code: AttemptCode
  /** What Retry-After asked for. */
  readonly retryAfterUs: number | undefined
}

/** When to try again; undefined where it was tried often or long enough. `chance` from 0 to 1. */
export function nextTryUs(
  { attempts, createdUs }: Pick<Ready, 'attempts' | 'createdUs'>,
  { retryAfterUs = 0 }: Trouble,
  nowUs: number,
  chance: number,
): number | undefined {
  const pauseUs = RETRIES_US[attempts]
  if (pauseUs === undefined || nowUs - createdUs >= GIVE_UP_US) return undefined
  const jittered = Math.round(pauseUs * (1 + JITTER * chance))
  return nowUs + Math.max(jittered, Math.min(retryAfterUs, MOST_WAIT_US))
}

/** Until when a receiver is left alone that asked for it; 0 where it did not. */
export function restUntil({ code, retryAfterUs }: Trouble, nowUs: number): number {
  if (code !== 'throttled') return 0
  return nowUs + Math.min(retryAfterUs ?? SHORTEST_REST_US, MOST_WAIT_US)
}

/** Seconds or a date [RFC 9110 10.2.3]; undefined for what is neither. */
export function retryAfterOf(header: string | undefined, nowUs: number): number | undefined {
  if (header === undefined) return undefined
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header) * US_A_SECOND
  const atMs = Date.parse(header)
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs * 1000 - nowUs)
}
