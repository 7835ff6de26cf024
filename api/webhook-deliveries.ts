/** What was sent to a webhook, each attempt, what was given up, and sending it again. */
import { z } from 'zod'
import { parseTimeUs } from '#epcis/time.ts'
import { DELIVERY_STATES } from '#store/webhooks/delivery.ts'
import { answerPage, lastNumberOf, pageOf, pageParameters } from './paging.ts'
import { moment, valueList } from './parameters.ts'
import { Problem } from './problem.ts'
import type { Router } from './route.ts'
import { attemptView, deliverySchema, deliveryView, wholeDeliverySchema } from './webhook-view.ts'
import { refused, type WebhooksParts, webhookFor } from './webhooks.ts'

const tag = 'Webhooks'

const replaySchema = z
  .union([
    z.strictObject({ delivery: z.int().min(1).describe('Sends again what it held') }),
    z.strictObject({
      from: z.iso.datetime({ offset: true }),
      to: z.iso.datetime({ offset: true }).describe('Not included'),
      after: z.int().min(0).optional().describe('`next` of the answer before'),
    }),
  ])
  .meta({ id: 'WebhookReplay' })

const replayedSchema = z
  .object({
    deliveries: z.int().meta({ description: 'How many were made' }),
    delivery: z.int().optional(),
    next: z.int().optional().meta({ description: 'There is more of the span: ask with it' }),
  })
  .meta({ id: 'WebhookReplayed' })

type DeliveriesParts = Pick<WebhooksParts, 'webhooks' | 'webhookDesk'>

export function serveWebhookDeliveries(router: Router, parts: DeliveriesParts) {
  return [...serveList(router, parts), ...serveReplay(router, parts)]
}

function serveList(router: Router, { webhooks }: DeliveriesParts) {
  const list = router.serve(
    {
      method: 'get',
      path: '/v1/webhooks/{id}/deliveries',
      may: 'read webhooks',
      tag,
      summary: 'List deliveries, the newest first; those that were given up are `dead`',
      query: {
        state: valueList
          .refine((values) => values.every((value) => isState(value)), {
            error: `must be among ${DELIVERY_STATES.join(', ')}`,
          })
          .optional(),
        from: moment.optional(),
        to: moment.optional(),
        ...pageParameters,
      },
      answers: { 200: { description: 'A page', schema: pageOf(deliverySchema) } },
    },
    (c, { caller, params: { id = '' }, query }) => {
      webhookFor(webhooks, caller, id)
      const { state, from, to, perPage, nextPageToken } = query
      const states = state && DELIVERY_STATES.filter((each) => state.includes(each))
      const found = webhooks.deliveries(
        id,
        { states, fromUs: from, toUs: to },
        { limit: perPage + 1, after: lastNumberOf(nextPageToken) },
      )
      const page = found.slice(0, perPage)
      const last = found.length > perPage ? String(page.at(-1)?.seq) : undefined
      return answerPage(c, page.map(deliveryView), last)
    },
  )
  const one = router.serve(
    {
      method: 'get',
      path: '/v1/webhooks/{id}/deliveries/{delivery}',
      may: 'read webhooks',
      tag,
      summary: 'Get a delivery: each attempt, and what is sent',
      answers: { 200: { description: 'It', schema: wholeDeliverySchema } },
    },
    (c, { caller, params: { id = '', delivery = '' } }) => {
      webhookFor(webhooks, caller, id)
      const seq = /^\d{1,15}$/.test(delivery) ? Number(delivery) : 0
      const found = webhooks.delivery(id, seq)
      if (!found) {
        const detail = `there is no delivery ${delivery.slice(0, 100)} that is still kept`
        throw new Problem('not_found', { code: 'unknown_delivery', detail })
      }
      const { tried, body } = found
      return c.json({ ...deliveryView(found), tried: tried.map(attemptView), body })
    },
  )
  return [list, one]
}

function isState(value: string): boolean {
  return (DELIVERY_STATES as readonly string[]).includes(value)
}

function serveReplay(router: Router, { webhooks, webhookDesk }: DeliveriesParts) {
  const again = router.serve(
    {
      method: 'post',
      path: '/v1/webhooks/{id}/replay',
      may: 'write webhooks',
      tag,
      summary: 'Send again: one delivery, or all events of a span',
      description:
        'Under the same webhook-id, so a receiver that has seen it knows. A span holds also what ' +
        'was not sent while the webhook was disabled; what is on its way is not sent twice.',
      body: replaySchema,
      answers: { 202: { description: 'What is on its way now', schema: replayedSchema } },
    },
    async (c, { caller, params: { id = '' }, body }) => {
      webhookFor(webhooks, caller, id)
      if ('delivery' in body) {
        const again = await webhookDesk.replayOne(id, body.delivery)
        if (!again.ok) throw refused(again)
        return c.json({ deliveries: 1, delivery: again.delivery }, 202)
      }
      const { from, to, after } = body
      const span = { fromUs: parseTimeUs(from) ?? 0, toUs: parseTimeUs(to) ?? 0, after }
      if (span.fromUs >= span.toUs) {
        const detail = 'the span ends before it begins'
        throw new Problem('invalid_input', { code: 'empty_span', path: '/to', detail })
      }
      const replayed = await webhookDesk.replaySpan(id, span)
      if (!replayed.ok) throw refused(replayed)
      const { deliveries, next } = replayed
      return c.json({ deliveries, ...(next !== undefined && { next }) }, 202)
    },
  )
  return [again]
}
