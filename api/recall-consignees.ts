/** Consignees of a recall: who has the goods, what each answers, and who is checked. */
import { z } from 'zod'
import { CHECK_RESULTS, type Consignee } from '#store/recalls/recall.ts'
import { nameOf } from './alerts.ts'
import type { Caller } from './caller.ts'
import { Problem } from './problem.ts'
import type { RecallParts } from './recall.ts'
import { doneOf, recallFor, unknownRecall } from './recall-access.ts'
import { answersSchema, consigneeSchema, consigneeView } from './recall-consignee-view.ts'
import type { Router } from './route.ts'
import { formatParameter, streamTable, tableAnswer } from './table.ts'

const MOST_UNITS = 20

const answerSchema = z
  .strictObject({
    reason: z.string().trim().min(1).max(2000).optional(),
    answers: z
      .array(z.strictObject({ uom: z.string().max(10).default(''), ...answersSchema.shape }))
      .min(1)
      .max(MOST_UNITS)
      .optional()
      .describe('What became of the goods, by unit; without it the notice is acknowledged'),
    subNotified: z.boolean().optional().describe('Those it supplied have been told'),
  })
  .meta({ id: 'RecallAnswer' })

const checkSchema = z
  .strictObject({
    result: z.enum(CHECK_RESULTS),
    reason: z.string().trim().min(1).max(2000).describe('How it was checked, and what was found'),
  })
  .meta({ id: 'RecallCheck' })

export function serveRecallConsignees(router: Router, parts: RecallParts) {
  return [serveList(router, parts), serveAnswers(router, parts), serveChecks(router, parts)]
}

function serveList(router: Router, { recalls, registry }: RecallParts) {
  return router.serve(
    {
      method: 'get',
      path: '/v1/recalls/{id}/consignees',
      may: 'read consignees',
      tag: 'Recalls',
      summary: 'Who had the goods last, what they got and what they answered',
      description: 'A consignee sees its own line.',
      query: formatParameter,
      answers: { 200: { ...tableAnswer, schema: z.array(consigneeSchema) } },
    },
    (c, { caller, params: { id = '' }, query: { format } }) => {
      const { telling } = recallFor(recalls, caller, id)
      if (telling === 'notice') throw unknownRecall(id)
      const all = recalls.consignees(id)
      const seen = telling === 'all' ? all : all.filter(({ party }) => party === caller.party)
      if (format === 'json') return c.json(seen.map((each) => consigneeView(each, registry)))
      return streamTable(format, `${id}-consignees`, COLUMNS, rowsOf(seen, parties(registry)))
    },
  )
}

type NameOf = (party: string) => string | undefined

function parties(registry: RecallParts['registry']): NameOf {
  return (party) => registry.parties.get(party)?.name
}

const COLUMNS = [
  ...['party', 'name', 'uom', 'held', 'in transit', 'sold', 'used', 'destroyed'],
  ...['on hand', 'returned', 'answered destroyed', 'answered used'],
  ...['noticed', 'delivered', 'acknowledged', 'answered', 'sub-notified', 'check'],
]

async function* rowsOf(consignees: readonly Consignee[], nameOfParty: NameOf) {
  const timeOf = (us: number | undefined) => us && new Date(us / 1000).toISOString()
  for (const consignee of consignees) {
    const { party, noticeUs, deliveredUs, acknowledgedUs, answeredUs, check } = consignee
    for (const { uom, expected, answered } of consignee.lines) {
      const { held, in_transit, sold, used, destroyed } = expected
      yield [
        ...[party, nameOfParty(party), uom, held, in_transit, sold, used, destroyed],
        ...[answered?.onHand, answered?.returned, answered?.destroyed, answered?.used],
        ...[timeOf(noticeUs), timeOf(deliveredUs), timeOf(acknowledgedUs), timeOf(answeredUs)],
        ...[consignee.subNotified, check?.result],
      ]
    }
  }
}

function serveAnswers(router: Router, { recalls, recallDesk, registry }: RecallParts) {
  return router.serve(
    {
      method: 'post',
      path: '/v1/recalls/{id}/consignees/{party}/answers',
      may: 'answer recalls',
      tag: 'Recalls',
      summary: 'Acknowledge the notice, or say what became of the goods',
      description: 'A consignee answers for itself; an authority may answer for it.',
      body: answerSchema,
      answers: { 201: { description: 'Its line afterwards', schema: consigneeSchema } },
    },
    async (c, { caller, params: { id = '', party = '' }, body }) => {
      recallFor(recalls, caller, id)
      checkOwn(caller, party)
      const { answers, reason, subNotified } = body
      const done = await recallDesk.answer({
        ...{ recall: id, consignee: party, by: nameOf(caller) },
        ...(reason !== undefined && { reason }),
        ...(subNotified !== undefined && { subNotified }),
        ...(answers && {
          answers: Object.fromEntries(answers.map(({ uom, ...line }) => [uom, line])),
        }),
      })
      doneOf(done)
      return c.json(lineOf(recalls.consignees(id), party, registry), 201)
    },
  )
}

function checkOwn({ reach, party }: Caller, consignee: string): void {
  if (reach === 'all' || party === consignee) return
  throw new Problem('forbidden', { detail: `this key answers for ${party} only` })
}

function lineOf(
  consignees: readonly Consignee[],
  party: string,
  registry: RecallParts['registry'],
) {
  const found = consignees.find((each) => each.party === party)
  if (!found) throw new Problem('not_found', { code: 'unknown_consignee', detail: party })
  return consigneeView(found, registry)
}

function serveChecks(router: Router, { recalls, recallDesk, registry }: RecallParts) {
  return router.serve(
    {
      method: 'post',
      path: '/v1/recalls/{id}/consignees/{party}/checks',
      may: 'write recalls',
      tag: 'Recalls',
      summary: 'Tell what a check of a consignee has found',
      description: 'Who is to be checked stands in `progress.checks` of the recall.',
      body: checkSchema,
      answers: { 201: { description: 'Its line afterwards', schema: consigneeSchema } },
    },
    async (c, { caller, params: { id = '', party = '' }, body }) => {
      recallFor(recalls, caller, id)
      const asked = { recall: id, consignee: party, by: nameOf(caller) }
      doneOf(await recallDesk.check({ ...asked, ...body }))
      return c.json(lineOf(recalls.consignees(id), party, registry), 201)
    },
  )
}
