/** How webhooks and their deliveries go out. Secrets do not: they were told when they were made. */
import { z } from 'zod'
import { formatTimeUs } from '#epcis/time.ts'
import {
  ATTEMPT_CODES,
  type Attempt,
  DEAD_CODES,
  DELIVERY_STATES,
  type Delivery,
} from '#store/webhooks/delivery.ts'
import type { WebhookReader } from '#store/webhooks/reader.ts'
import {
  DISABLED_FOR,
  STATUSES,
  type Subscription,
  statusOf,
  webhookSettingsSchema,
} from '#store/webhooks/subscription.ts'
import type { Handshake } from './webhooks/handshake.ts'
import { spelled } from './webhooks/sign.ts'

const time = z.iso.datetime()

const handshakeSchema = z
  .object({
    ok: z.boolean(),
    code: z
      .string()
      .optional()
      .meta({ description: 'not_allowed, asked_too_often, or as of an attempt' }),
    status: z.int().optional(),
    allowedRate: z.int().optional().meta({ description: 'Requests a minute' }),
  })
  .meta({ id: 'WebhookHandshake', description: 'What the receiver said to OPTIONS' })

export const webhookSchema = webhookSettingsSchema
  .extend({
    id: z.string(),
    party: z.string().optional().meta({ description: 'Told what concerns it; all else' }),
    createdBy: z.string(),
    created: time,
    changed: time,
    status: z.enum(STATUSES),
    disabledFor: z.enum(DISABLED_FOR).optional(),
    failingSince: time.optional(),
    allowedRate: z.int().optional(),
    keys: z.array(
      z.object({
        kind: z.enum(['v1', 'v1a']),
        created: time,
        ends: time.optional(),
        publicKey: z.string().optional(),
      }),
    ),
    pending: z.int(),
    pendingSince: time.optional(),
    dead: z.int().meta({ description: 'Given up, and kept to be replayed' }),
    handshake: handshakeSchema.optional(),
  })
  .meta({ id: 'Webhook' })

export const newWebhookSchema = webhookSchema
  .extend({
    secret: z.string().optional().meta({ description: 'Of v1: shown here and never again' }),
  })
  .meta({ id: 'NewWebhook' })

const attemptCode = z.enum(Object.keys(ATTEMPT_CODES) as [string])

export const deliverySchema = z
  .object({
    delivery: z.int(),
    id: z.string().meta({ description: 'The webhook-id' }),
    type: z.string(),
    subject: z.string(),
    state: z.enum(DELIVERY_STATES),
    attempts: z.int(),
    code: z
      .enum([...Object.keys(ATTEMPT_CODES), ...Object.keys(DEAD_CODES)] as [string])
      .optional()
      .meta({ description: 'Of the last attempt, or why it was given up' }),
    created: time,
    due: time.optional().meta({ description: 'When it may be tried next' }),
    done: time.optional(),
  })
  .meta({ id: 'WebhookDelivery' })

export const wholeDeliverySchema = deliverySchema
  .extend({
    tried: z.array(
      z.object({
        n: z.int(),
        time,
        ms: z.int(),
        code: attemptCode,
        status: z.int().optional(),
      }),
    ),
    body: z.string().meta({ description: 'The bytes that were signed' }),
  })
  .meta({ id: 'WholeWebhookDelivery' })

export function webhookView(
  subscription: Subscription,
  reader: WebhookReader,
  nowUs: number,
  handshake?: Handshake,
): z.output<typeof webhookSchema> {
  const { id, party, settings, createdBy, createdUs, changedUs, ...state } = subscription
  const { disabledFor, failingSinceUs, allowedRate } = state
  const { pending, oldestUs, dead } = reader.standing(id)
  return {
    ...{ id, ...settings, createdBy, status: statusOf(subscription), pending, dead },
    ...(party !== undefined && { party }),
    created: formatTimeUs(createdUs),
    changed: formatTimeUs(changedUs),
    ...(disabledFor !== undefined && { disabledFor }),
    ...(failingSinceUs !== undefined && { failingSince: formatTimeUs(failingSinceUs) }),
    ...(allowedRate !== undefined && { allowedRate }),
    ...(oldestUs !== undefined && { pendingSince: formatTimeUs(oldestUs) }),
    keys: reader.keys(id, nowUs).map((key) => ({
      kind: key.kind,
      created: formatTimeUs(key.createdUs),
      ...(key.endsUs !== undefined && { ends: formatTimeUs(key.endsUs) }),
      ...(key.kind === 'v1a' && { publicKey: spelled(key) }),
    })),
    ...(handshake && { handshake: handshakeView(handshake) }),
  }
}

function handshakeView(handshake: Handshake): z.output<typeof handshakeSchema> {
  if (!handshake.ok) {
    const { ok, code, status } = handshake
    return { ok, code, ...(status !== undefined && { status }) }
  }
  const { ok, allowedRate } = handshake
  return { ok, ...(allowedRate !== undefined && { allowedRate }) }
}

export function deliveryView(delivery: Delivery): z.output<typeof deliverySchema> {
  const { seq, id, type, subject, state, attempts, code, createdUs, dueUs, doneUs } = delivery
  return {
    ...{ delivery: seq, id, type, subject, state, attempts },
    ...(code !== undefined && { code }),
    created: formatTimeUs(createdUs),
    ...(doneUs === undefined ? { due: formatTimeUs(dueUs) } : { done: formatTimeUs(doneUs) }),
  }
}

export function attemptView({ atUs, status, ...attempt }: Attempt) {
  return { ...attempt, time: formatTimeUs(atUs), ...(status !== undefined && { status }) }
}
