/** The steps of a recall: its history, and how it goes on. */
import { z } from 'zod'
import { RECALL_CLASSES } from '#risk/recall-clock.ts'
import { RECALL_ACTIONS } from '#store/recalls/recall.ts'
import { nameOf } from './alerts.ts'
import { answerPage, lastNumberOf, pageOf, pageParameters } from './paging.ts'
import { count } from './parameters.ts'
import { doneOf, recallFor } from './recall-access.ts'
import {
  recallStepSchema,
  recallStepView,
  recallSummarySchema,
  recallSummaryView,
} from './recall-view.ts'
import type { RecallsParts } from './recalls.ts'
import type { Router } from './route.ts'

const isWith =
  (action: string, name: string) =>
  (given: { action: string; [name: string]: unknown }): boolean =>
    (given.action === action) === (given[name] !== undefined)

const stepRequestSchema = z
  .strictObject({
    action: z.enum(RECALL_ACTIONS),
    reason: z.string().trim().min(1).max(2000).describe('Why: each step has a reason'),
    version: z.int().min(1).optional().describe('Of the scope, which is approved'),
    class: z.enum(RECALL_CLASSES).optional().describe('With classify'),
    report: z.enum(['plan', 'progress']).optional().describe('With report'),
  })
  .refine(isWith('approve', 'version'), {
    path: ['version'],
    message: 'comes with approve, and with nothing else',
  })
  .refine(isWith('classify', 'class'), {
    path: ['class'],
    message: 'comes with classify, and with nothing else',
  })
  .refine(isWith('report', 'report'), {
    path: ['report'],
    message: 'comes with report, and with nothing else',
  })
  .meta({ id: 'RecallStepRequest' })

export function serveRecallSteps(router: Router, parts: RecallsParts) {
  return [serveHistory(router, parts), serveStep(router, parts)]
}

function serveHistory(router: Router, { recalls }: RecallsParts) {
  return router.serve(
    {
      method: 'get',
      path: '/v1/recalls/{id}/steps',
      may: 'read recall steps',
      tag: 'Recalls',
      summary: 'Every step of a recall, the first first',
      query: { after: count.optional(), ...pageParameters },
      answers: { 200: { description: 'A page', schema: pageOf(recallStepSchema) } },
    },
    (c, { caller, params: { id = '' }, query: { perPage, nextPageToken, after } }) => {
      recallFor(recalls, caller, id)
      const behind = lastNumberOf(nextPageToken) ?? after
      const found = recalls.stepsOf(id, { limit: perPage + 1, after: behind })
      const page = found.slice(0, perPage)
      const last = found.length > perPage ? page.at(-1)?.seq : undefined
      return answerPage(c, page.map(recallStepView), last === undefined ? undefined : String(last))
    },
  )
}

function serveStep(router: Router, { recalls, recallDesk }: RecallsParts) {
  return router.serve(
    {
      method: 'post',
      path: '/v1/recalls/{id}/steps',
      may: 'write recalls',
      tag: 'Recalls',
      summary: 'Take a step on a recall',
      description:
        'A version of the scope is approved by another key than asked for it; closing and ' +
        'cancelling take another key than made the recall. What is not ready is refused with ' +
        'what is `missing`.',
      body: stepRequestSchema,
      answers: { 201: { description: 'The recall afterwards', schema: recallSummarySchema } },
    },
    async (c, { caller, params: { id = '' }, body }) => {
      recallFor(recalls, caller, id)
      const { action, reason, version, class: recallClass, report } = body
      const done = await recallDesk.act({
        ...{ recall: id, action, reason, by: nameOf(caller) },
        ...(version !== undefined && { version }),
        ...(recallClass !== undefined && { recallClass }),
        ...(report !== undefined && { report }),
      })
      doneOf(done)
      return c.json(recallSummaryView(recallFor(recalls, caller, id).recall), 201)
    },
  )
}
