/**
 * An event as it is sent: CloudEvents 1.0 in JSON, in the headers of Standard Webhooks. The bytes
 * are made once and kept, as they are what is signed.
 */
import { createHash } from 'node:crypto'
import { formatTimeUs } from '#epcis/time.ts'
import type { Facets, OutboxEvent } from '#store/webhooks/event.ts'

/** Receivers take 20 kB [Standard Webhooks 1.0.0]; what is longer is told in short. */
const MOST_BYTES = 20_000

export interface Happening {
  /** Where it stands in its ledger; receivers can put events in order by it. */
  readonly seq: number
  readonly atUs: number
  readonly subject: string
  readonly facets: Facets
}

/**
 * Safe in a header, without a dot. It follows from what happened and not only from its number: a
 * ledger that was taken back to a copy counts the same numbers again, for other things.
 */
export function eventId(what: readonly (string | number)[]): string {
  const digest = createHash('sha256').update(JSON.stringify(what)).digest('base64url')
  return `evt_${digest.slice(0, 27)}`
}

export function cloudEvent(
  source: string,
  id: string,
  audience: string,
  { seq, atUs, subject, facets }: Happening,
  data: { readonly whole: object; readonly short: object },
): OutboxEvent {
  const { type, severity, domain } = facets
  const envelope = {
    ...{ specversion: '1.0', id, source, type, subject, time: formatTimeUs(atUs) },
    datacontenttype: 'application/json',
    sequence: String(seq).padStart(12, '0'),
    ...(severity !== undefined && { severity }),
    ...(domain !== undefined && { domain }),
  }
  const whole = JSON.stringify({ ...envelope, data: data.whole })
  const isTooLong = Buffer.byteLength(whole) > MOST_BYTES
  const body = isTooLong ? JSON.stringify({ ...envelope, data: data.short }) : whole
  return { id, audience, subject, atUs, facets, body }
}
