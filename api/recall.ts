/** One recall: as much of it as the caller has to do with, and what a draft says. */
import { z } from 'zod'
import type { Registry } from '#store/registry.ts'
import { nameOf } from './alerts.ts'
import { doneOf, recallFor, unknownRecall } from './recall-access.ts'
import { consigneeSchema, consigneeView } from './recall-consignee-view.ts'
import { progressSchema, progressView } from './recall-progress.ts'
import {
  noticeView,
  outdatedSchema,
  outdatedView,
  recallNoticeSchema,
  recallSummarySchema,
  recallSummaryView,
  versionSchema,
  versionView,
} from './recall-view.ts'
import { type RecallsParts, recallTextShape, textOf } from './recalls.ts'
import type { Router } from './route.ts'

/** Steps that the clock is told from. */
const MOST_STEPS = 10_000

const recallSchema = recallSummarySchema
  .extend({
    versions: z.array(versionSchema),
    progress: progressSchema,
    outOfDate: outdatedSchema.optional(),
  })
  .meta({ id: 'Recall' })

const consigneeRecallSchema = recallNoticeSchema
  .extend({ consignee: consigneeSchema })
  .meta({ id: 'RecallForConsignee' })

const amendSchema = z
  .strictObject({
    title: recallTextShape.title.optional(),
    reason: recallTextShape.reason.optional(),
    instructions: recallTextShape.instructions.optional(),
    depth: recallTextShape.depth.optional(),
    level: recallTextShape.level.optional(),
    levelPercent: recallTextShape.levelPercent,
    why: z.string().trim().min(1).max(2000).describe('Why it is changed'),
  })
  .meta({ id: 'RecallChange' })

export interface RecallParts extends RecallsParts {
  readonly registry: Registry
}

export function serveRecall(router: Router, parts: RecallParts) {
  return [serveOne(router, parts), serveAmending(router, parts)]
}

function serveOne(router: Router, { recalls, registry, nowUs }: RecallParts) {
  return router.serve(
    {
      method: 'get',
      path: '/v1/recalls/{id}',
      may: 'read recalls',
      tag: 'Recalls',
      summary: 'A recall: scope, clock, consignees, what is accounted for',
      answers: {
        200: {
          description: 'It; to a consignee its own line, to the public the notice',
          schema: z.union([recallSchema, consigneeRecallSchema, recallNoticeSchema]),
        },
      },
    },
    (c, { caller, params: { id = '' } }) => {
      const { recall, telling } = recallFor(recalls, caller, id)
      if (telling === 'notice') return c.json(noticeView(recall))
      const consignees = recalls.consignees(id)
      if (telling === 'consignee') {
        const own = consignees.find(({ party }) => party === caller.party)
        if (!own) throw unknownRecall(id)
        return c.json({ ...noticeView(recall), consignee: consigneeView(own, registry) })
      }
      const versions = recalls.versions(id)
      const steps = recalls.stepsOf(id, { limit: MOST_STEPS })
      const outdated = recalls.outdated(id)
      return c.json({
        ...recallSummaryView(recall),
        versions: versions.map(versionView),
        ...(outdated && { outOfDate: outdatedView(outdated) }),
        progress: progressView(
          { recall, versions, consignees, steps },
          nowUs(),
          registry.workCalendars.get(),
        ),
      })
    },
  )
}

function serveAmending(router: Router, { recalls, recallDesk }: RecallParts) {
  return router.serve(
    {
      method: 'patch',
      path: '/v1/recalls/{id}',
      may: 'write recalls',
      tag: 'Recalls',
      summary: 'Change what a draft says',
      body: amendSchema,
      answers: { 200: { description: 'The draft', schema: recallSummarySchema } },
    },
    async (c, { caller, params: { id = '' }, body: { why, ...given } }) => {
      const { recall } = recallFor(recalls, caller, id)
      const { title, reason, instructions, depth, level, levelPercent } = recall
      const levelNow = given.level ?? level
      const text = textOf({
        ...{ title, reason, instructions, depth },
        ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
        level: levelNow,
        levelPercent: levelNow === 'B' ? (given.levelPercent ?? levelPercent) : undefined,
      })
      doneOf(await recallDesk.amend({ recall: id, text, reason: why, by: nameOf(caller) }))
      return c.json(recallSummaryView(recallFor(recalls, caller, id).recall))
    },
  )
}
