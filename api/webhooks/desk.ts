/**
 * Where webhooks are made, changed and asked for things. One connection writes, in the thread that
 * delivers; whoever asks hears once what was done is durable.
 */
import { formatTimeUs } from '#epcis/time.ts'
import type { Replayed, Span } from '#store/webhooks/outbox.ts'
import type { KeyKind, Subscription, WebhookSettings } from '#store/webhooks/subscription.ts'
import type { WebhookWriter } from '#store/webhooks/writer.ts'
import { AskBounds } from './ask-bounds.ts'
import { cloudEvent } from './cloud-event.ts'
import type { Deliverer } from './deliverer.ts'
import { type Handshake, hostFor, shakeHands } from './handshake.ts'
import { spelled } from './sign.ts'
import { checkUrl, type UrlRefusal } from './target.ts'

export interface NewWebhook {
  readonly party: string | undefined
  readonly createdBy: string
  readonly settings: WebhookSettings
  readonly kinds: readonly KeyKind[]
}

export type DeskRefusal =
  | 'too_many_webhooks'
  | 'unknown_webhook'
  | 'unknown_delivery'
  | 'no_such_key'
  | 'still_rotating'
  | 'not_active'

export interface Refused {
  readonly ok: false
  readonly code: UrlRefusal | DeskRefusal
  readonly message: string
}

/** What is told once, by kind: the shared secret of v1, the public key of v1a. */
export type Secrets = Partial<Record<KeyKind, string>>

export interface WebhookDesk {
  /** Makes it and asks its receiver. */
  create(
    wanted: NewWebhook,
  ): Promise<Refused | { ok: true; id: string; secrets: Secrets; handshake: Handshake }>
  /** Another URL is asked first; `handshake` is what came of that. */
  update(
    id: string,
    settings: WebhookSettings,
  ): Promise<Refused | { ok: true; handshake: Handshake | undefined }>
  remove(id: string): Promise<boolean>
  /** Asks the receiver again, and takes up a webhook that was disabled. */
  verify(id: string): Promise<Refused | { ok: true; handshake: Handshake }>
  /** Puts a new key in the place of one that goes on signing for so long beside it. */
  rotate(id: string, kind: KeyKind, overlapUs: number): Promise<Refused | { ok: true; key: string }>
  /** Sends a test event; gives its delivery. */
  ping(id: string): Promise<Refused | { ok: true; delivery: number }>
  replayOne(id: string, delivery: number): Promise<Refused | { ok: true; delivery: number }>
  replaySpan(id: string, span: Span): Promise<Refused | ({ ok: true } & Replayed)>
}

export interface DeskParts {
  readonly writer: WebhookWriter
  readonly deliverer: Deliverer
  readonly allowPrivate: boolean
  /** `source` of events, and who asks receivers. */
  readonly origin: string
  readonly nowUs: () => number
  readonly randomBytes: (size: number) => Uint8Array
}

interface AskParts extends DeskParts {
  readonly bounds: AskBounds
}

export const PING = 'suyuan.webhook.ping'
const KEY_BYTES = 32
const MOST_OF_A_PARTY = 20
const MOST_OF_AUTHORITIES = 200

const unknown = (id: string): Refused => ({
  ok: false,
  code: 'unknown_webhook',
  message: `there is no webhook ${id.slice(0, 100)}`,
})

export function webhookDesk(of: DeskParts): WebhookDesk {
  const parts = { ...of, bounds: new AskBounds() }
  return {
    create: (wanted) => create(parts, wanted),
    update: (id, settings) => update(parts, id, settings),
    async remove(id) {
      const isRemoved = parts.writer.remove(id)
      parts.deliverer.drop(id)
      return isRemoved
    },
    async verify(id) {
      const subscription = parts.writer.subscription(id)
      if (!subscription) return unknown(id)
      return { ok: true, handshake: await verify(parts, subscription) }
    },
    rotate: async (id, kind, overlapUs) => rotate(parts, id, kind, overlapUs),
    ping: async (id) => ping(parts, id),
    replayOne: async (id, delivery) =>
      replaying(parts, id, (subscription, nowUs) => {
        const again = parts.writer.replayOne(subscription, delivery, nowUs)
        if (again !== undefined) return { ok: true as const, delivery: again }
        const message = `there is no delivery ${delivery} that is still kept`
        return { ok: false, code: 'unknown_delivery' as const, message }
      }),
    replaySpan: async (id, span) =>
      replaying(parts, id, (subscription, nowUs) => ({
        ok: true as const,
        ...parts.writer.replaySpan(subscription, span, nowUs),
      })),
  }
}

async function create(
  parts: AskParts,
  { party, createdBy, settings, kinds }: NewWebhook,
): ReturnType<WebhookDesk['create']> {
  const { writer, nowUs, randomBytes } = parts
  const checked = checkUrl(settings.url, parts)
  if (!checked.ok) return checked
  const most = party === undefined ? MOST_OF_AUTHORITIES : MOST_OF_A_PARTY
  if (writer.reader.countOf(party) >= most) {
    const message = `there are ${most} webhooks already, which is the most`
    return { ok: false, code: 'too_many_webhooks', message }
  }
  const now = nowUs()
  const id = `wh_${Buffer.from(randomBytes(12)).toString('base64url')}`
  const subscription: Subscription = {
    ...{ id, party, settings, createdBy, createdUs: now, changedUs: now, isVerified: false },
    ...{ allowedRate: undefined, disabledFor: undefined, failingSinceUs: undefined },
    notBeforeUs: 0,
  }
  const keys = new Map(kinds.map((kind) => [kind, randomBytes(KEY_BYTES)]))
  writer.create(subscription, keys, now)
  const secrets = Object.fromEntries(
    [...keys].map(([kind, secret]) => [kind, spelled({ kind, secret })]),
  )
  return { ok: true, id, secrets, handshake: await verify(parts, subscription) }
}

async function update(
  parts: AskParts,
  id: string,
  settings: WebhookSettings,
): ReturnType<WebhookDesk['update']> {
  const { writer, deliverer, nowUs } = parts
  const before = writer.subscription(id)
  if (!before) return unknown(id)
  const checked = checkUrl(settings.url, parts)
  if (!checked.ok) return checked
  writer.update(id, settings, nowUs())
  if (settings.url === before.settings.url) {
    deliverer.pump([id])
    return { ok: true, handshake: undefined }
  }
  deliverer.drop(id)
  const after = writer.subscription(id)
  return { ok: true, handshake: after && (await verify(parts, after)) }
}

/** Asks a receiver; sends to it from then on where it agrees. */
async function verify(
  { writer, deliverer, origin, bounds, nowUs }: AskParts,
  { id, party, settings }: Subscription,
): Promise<Handshake> {
  const url = new URL(settings.url)
  if (!bounds.take(url.host, party, nowUs())) {
    return { ok: false, code: 'asked_too_often', status: undefined }
  }
  const receiver = deliverer.receiverOf(id)
  const handshake = await shakeHands(receiver, url, hostFor(origin), settings.ratePerMinute)
  // It may have been changed or removed while its receiver was asked.
  if (!handshake.ok || writer.subscription(id)?.settings.url !== settings.url) return handshake
  const { allowedRate } = handshake
  writer.setState(id, { isVerified: true, allowedRate, disabledFor: undefined })
  deliverer.forgive(id)
  deliverer.pump([id])
  return handshake
}

function rotate(
  { writer, nowUs, randomBytes }: DeskParts,
  id: string,
  kind: KeyKind,
  overlapUs: number,
): Refused | { ok: true; key: string } {
  if (!writer.subscription(id)) return unknown(id)
  const now = nowUs()
  const keys = writer.keys(id, now).filter((key) => key.kind === kind)
  if (keys.length === 0) {
    return { ok: false, code: 'no_such_key', message: `it does not sign with ${kind}` }
  }
  // Its receivers were promised so long a time; only what ends all of them now may cut it short.
  const promised = keys.find(({ endsUs }) => endsUs !== undefined)?.endsUs
  if (promised !== undefined && overlapUs > 0) {
    const message =
      `the one before still signs: possible from ${formatTimeUs(promised)} on, or now with ` +
      'overlapHours 0, which ends it and the present one at once'
    return { ok: false, code: 'still_rotating', message }
  }
  const secret = randomBytes(KEY_BYTES)
  writer.rotate(id, kind, secret, now, now + overlapUs)
  return { ok: true, key: spelled({ kind, secret }) }
}

function ping(parts: DeskParts, id: string): Refused | { ok: true; delivery: number } {
  const { writer, origin, randomBytes } = parts
  return replaying(parts, id, (subscription, nowUs) => {
    const eventId = `evt_${Buffer.from(randomBytes(20)).toString('base64url')}`
    const happening = { seq: 0, atUs: nowUs, subject: id, facets: { type: PING } }
    const data = { webhook: id }
    // For this webhook alone: no replay of a span brings it to another one.
    const event = cloudEvent(origin, eventId, `webhook:${id}`, happening, {
      whole: data,
      short: data,
    })
    return { ok: true, delivery: writer.tellOne(subscription, event, nowUs) }
  })
}

/** Puts something into the outbox of a webhook that takes it. */
function replaying<T>(
  { writer, deliverer, nowUs }: DeskParts,
  id: string,
  put: (subscription: Subscription, nowUs: number) => T,
): T | Refused {
  const subscription = writer.subscription(id)
  if (!subscription) return unknown(id)
  if (!subscription.isVerified || subscription.disabledFor !== undefined) {
    const message = 'its receiver has to be asked first: verify it'
    return { ok: false, code: 'not_active', message }
  }
  const done = put(subscription, nowUs())
  deliverer.pump([id])
  return done
}
