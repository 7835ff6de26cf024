/**
 * Asks a receiver whether it wants to be sent to, before anything is: nobody can have us send to
 * those who did not agree. [CloudEvents HTTP 1.1 Web Hooks, 4]
 */
import type { AttemptCode } from '#store/webhooks/delivery.ts'
import type { Answered, Receiver } from './request.ts'

export type Handshake =
  | {
      readonly ok: true
      /** Requests a minute; undefined without a limit. */
      readonly allowedRate: number | undefined
    }
  | {
      readonly ok: false
      readonly code: AttemptCode | 'not_allowed' | 'asked_too_often'
      readonly status: number | undefined
    }

/**
 * A host name that stands for who asks: of a server without a public URL one that leads nowhere.
 * [CloudEvents HTTP 1.1 Web Hooks, 4.1.1; RFC 6761 6.4]
 */
export function hostFor(origin: string): string {
  const { host } = new URL(origin)
  return host === '' ? `${origin.slice(origin.lastIndexOf(':') + 1)}.suyuan.invalid` : host
}

/** `origin` is who asks: a host name. */
export async function shakeHands(
  receiver: Receiver,
  url: URL,
  origin: string,
  ratePerMinute: number | undefined,
): Promise<Handshake> {
  const answered = await receiver.send(url, {
    method: 'OPTIONS',
    headers: {
      'webhook-request-origin': origin,
      ...(ratePerMinute !== undefined && { 'webhook-request-rate': String(ratePerMinute) }),
    },
  })
  return verdictOf(answered, origin)
}

function verdictOf(answered: Answered, origin: string): Handshake {
  if (!answered.ok) return { ok: false, code: answered.code, status: undefined }
  const { status, headers } = answered
  if (status >= 300 && status < 400) return { ok: false, code: 'redirected', status }
  const allowed = [headers['webhook-allowed-origin'] ?? []].flat().map((each) => each.trim())
  const isAllowed = allowed.some((each) => each === '*' || each.toLowerCase() === origin)
  if (status < 200 || status >= 300 || !isAllowed) {
    return { ok: false, code: 'not_allowed', status }
  }
  const rate = [headers['webhook-allowed-rate'] ?? []].flat()[0]?.trim() ?? '*'
  const isRate = /^[1-9]\d{0,8}$/.test(rate)
  return { ok: true, allowedRate: isRate ? Number(rate) : undefined }
}
