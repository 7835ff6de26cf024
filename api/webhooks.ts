/** Webhooks: who is to be told, where, of what. A secret is shown once, when it is made. */
import { z } from 'zod'
import type { WebhookReader } from '#store/webhooks/reader.ts'
import { type Subscription, webhookSettingsSchema } from '#store/webhooks/subscription.ts'
import { nameOf } from './alerts.ts'
import { type Caller, isForeign } from './caller.ts'
import { answerPage, lastOf, pageOf, pageParameters } from './paging.ts'
import { Problem, type ProblemKind } from './problem.ts'
import type { Router } from './route.ts'
import { checkFilters, type FilterParts } from './webhook-filters.ts'
import { newWebhookSchema, webhookSchema, webhookView } from './webhook-view.ts'
import type { Refused, WebhookDesk } from './webhooks/desk.ts'

export interface WebhooksParts {
  readonly webhooks: WebhookReader
  readonly webhookDesk: WebhookDesk
  readonly registry: FilterParts['registry']
  readonly read: FilterParts['read']
  readonly nowUs: () => number
}

const tag = 'Webhooks'
const US_AN_HOUR = 3_600_000_000

const kindSchema = z.enum(['v1', 'v1a']).describe('v1 is HMAC-SHA256, v1a ed25519')
const requestSchema = webhookSettingsSchema
  .extend({
    signatures: z
      .array(kindSchema)
      .min(1)
      .max(2)
      .default(['v1'])
      .refine((kinds) => new Set(kinds).size === kinds.length, 'names one twice'),
  })
  .meta({ id: 'WebhookRequest' })
const settingsSchema = webhookSettingsSchema
  .extend({ id: z.string().optional().describe('As in the path') })
  .meta({ id: 'WebhookSettings' })
const rotateSchema = z
  .strictObject({
    signature: kindSchema.default('v1'),
    overlapHours: z
      .number()
      .min(0)
      .max(168)
      .default(24)
      .describe('So long the old one signs beside the new one; 0 ends it now'),
  })
  .meta({ id: 'WebhookRotation' })
const keySchema = z
  .object({
    secret: z.string().optional().meta({ description: 'Of v1: shown here and never again' }),
    publicKey: z.string().optional().meta({ description: 'Of v1a' }),
  })
  .meta({ id: 'WebhookKey' })

export function serveWebhooks(router: Router, parts: WebhooksParts) {
  return [
    ...serveReading(router, parts),
    ...serveMaking(router, parts),
    ...serveChanging(router, parts),
    ...serveAsking(router, parts),
  ]
}

function serveReading(router: Router, { webhooks, nowUs }: WebhooksParts) {
  const list = router.serve(
    {
      method: 'get',
      path: '/v1/webhooks',
      may: 'read webhooks',
      tag,
      summary: 'List webhooks',
      query: pageParameters,
      answers: { 200: { description: 'A page', schema: pageOf(webhookSchema) } },
    },
    (c, { caller, query: { perPage, nextPageToken } }) => {
      const party = caller.reach === 'all' ? undefined : (caller.party ?? '')
      const found = webhooks.subscriptions(party, {
        after: lastOf(nextPageToken),
        limit: perPage + 1,
      })
      const page = found.slice(0, perPage)
      const items = page.map((each) => webhookView(each, webhooks, nowUs()))
      return answerPage(c, items, found.length > perPage ? page.at(-1)?.id : undefined)
    },
  )
  const one = router.serve(
    {
      method: 'get',
      path: '/v1/webhooks/{id}',
      may: 'read webhooks',
      tag,
      summary: 'Get a webhook, without its secrets',
      answers: { 200: { description: 'It', schema: webhookSchema } },
    },
    (c, { caller, params: { id = '' } }) =>
      c.json(webhookView(webhookFor(webhooks, caller, id), webhooks, nowUs())),
  )
  return [list, one]
}

function serveMaking(router: Router, parts: WebhooksParts) {
  const { webhooks, webhookDesk, nowUs } = parts
  const made = router.serve(
    {
      method: 'post',
      path: '/v1/webhooks',
      may: 'write webhooks',
      tag,
      summary: 'Make a webhook',
      description:
        'Its receiver is asked by OPTIONS whether it wants this; until it has agreed nothing is ' +
        'sent. An enterprise is told what concerns its party. The answer holds the secret, once.',
      body: requestSchema,
      answers: { 201: { description: 'It', schema: newWebhookSchema } },
    },
    async (c, { caller, body: { signatures, ...settings } }) => {
      checkFilters(settings.filters, caller, parts)
      const made = await webhookDesk.create({
        party: caller.reach === 'all' ? undefined : caller.party,
        createdBy: nameOf(caller),
        settings,
        kinds: signatures,
      })
      if (!made.ok) throw refused(made)
      const { id, secrets, handshake } = made
      const view = webhookView(webhookFor(webhooks, caller, id), webhooks, nowUs(), handshake)
      const { v1: secret } = secrets
      c.header('Location', `${c.get('baseUrl')}/v1/webhooks/${id}`)
      return c.json({ ...view, ...(secret !== undefined && { secret }) }, 201)
    },
  )
  return [made]
}

function serveChanging(router: Router, parts: WebhooksParts) {
  const { webhooks, webhookDesk, nowUs } = parts
  const changed = router.serve(
    {
      method: 'put',
      path: '/v1/webhooks/{id}',
      may: 'write webhooks',
      tag,
      summary: 'Change a webhook',
      description: 'Another URL has to agree first, as for a new webhook.',
      body: settingsSchema,
      answers: { 200: { description: 'It', schema: webhookSchema } },
    },
    async (c, { caller, params: { id = '' }, body: { id: _, ...settings } }) => {
      webhookFor(webhooks, caller, id)
      checkFilters(settings.filters, caller, parts)
      const updated = await webhookDesk.update(id, settings)
      if (!updated.ok) throw refused(updated)
      const after = webhookFor(webhooks, caller, id)
      return c.json(webhookView(after, webhooks, nowUs(), updated.handshake))
    },
  )
  const removed = router.serve(
    {
      method: 'delete',
      path: '/v1/webhooks/{id}',
      may: 'write webhooks',
      tag,
      summary: 'Remove a webhook, its deliveries and its secrets',
      answers: { 204: { description: 'Nothing is sent any more' } },
    },
    async (c, { caller, params: { id = '' } }) => {
      webhookFor(webhooks, caller, id)
      await webhookDesk.remove(id)
      return c.body(null, 204)
    },
  )
  return [changed, removed]
}

function serveAsking(router: Router, { webhooks, webhookDesk, nowUs }: WebhooksParts) {
  const verified = router.serve(
    {
      method: 'post',
      path: '/v1/webhooks/{id}/verify',
      may: 'write webhooks',
      tag,
      summary: 'Ask the receiver again; takes up a webhook that was disabled',
      answers: { 200: { description: 'The webhook and what it said', schema: webhookSchema } },
    },
    async (c, { caller, params: { id = '' } }) => {
      webhookFor(webhooks, caller, id)
      const asked = await webhookDesk.verify(id)
      if (!asked.ok) throw refused(asked)
      const after = webhookFor(webhooks, caller, id)
      return c.json(webhookView(after, webhooks, nowUs(), asked.handshake))
    },
  )
  const rotated = router.serve(
    {
      method: 'post',
      path: '/v1/webhooks/{id}/rotate',
      may: 'write webhooks',
      tag,
      summary: 'Put a new secret in the place of the old one, which goes on signing for a while',
      body: rotateSchema,
      answers: { 201: { description: 'The new one', schema: keySchema } },
    },
    async (c, { caller, params: { id = '' }, body: { signature, overlapHours } }) => {
      webhookFor(webhooks, caller, id)
      const rotated = await webhookDesk.rotate(id, signature, overlapHours * US_AN_HOUR)
      if (!rotated.ok) throw refused(rotated)
      const { key } = rotated
      return c.json(signature === 'v1' ? { secret: key } : { publicKey: key }, 201)
    },
  )
  const pinged = router.serve(
    {
      method: 'post',
      path: '/v1/webhooks/{id}/ping',
      may: 'write webhooks',
      tag,
      summary: 'Send a test event; Location is its delivery',
      answers: { 202: { description: 'It is on its way', schema: deliveryOfSchema } },
    },
    async (c, { caller, params: { id = '' } }) => {
      webhookFor(webhooks, caller, id)
      const pinged = await webhookDesk.ping(id)
      if (!pinged.ok) throw refused(pinged)
      const { delivery } = pinged
      c.header('Location', `${c.get('baseUrl')}/v1/webhooks/${id}/deliveries/${delivery}`)
      return c.json({ delivery }, 202)
    },
  )
  return [verified, rotated, pinged]
}

const deliveryOfSchema = z.object({ delivery: z.int() }).meta({ id: 'WebhookDeliveryNumber' })

/** A webhook as far as a caller may know of it. */
export function webhookFor(webhooks: WebhookReader, caller: Caller, id: string): Subscription {
  const found = webhooks.subscription(id)
  if (found && !isForeign(caller, found.party)) return found
  const detail = `there is no webhook ${id.slice(0, 100)} that you may see`
  throw new Problem('not_found', { code: 'unknown_webhook', detail })
}

const KINDS: Readonly<Partial<Record<Refused['code'], ProblemKind>>> = {
  unknown_webhook: 'not_found',
  unknown_delivery: 'not_found',
  not_active: 'in_use',
  too_many_webhooks: 'in_use',
  still_rotating: 'in_use',
}

/** The problem of what the desk does not do. */
export function refused({ code, message }: Refused): Problem {
  const isUrl = code.startsWith('url_')
  return new Problem(KINDS[code] ?? 'invalid_input', {
    code,
    detail: message,
    ...(isUrl && { path: '/url' }),
    ...(code === 'no_such_key' && { path: '/signature' }),
    ...(code === 'still_rotating' && { path: '/overlapHours' }),
  })
}
