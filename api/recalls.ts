/** Recalls: the list, as a page or as a table of all, and making one. */
import { z } from 'zod'
import type { RecallDesk } from '#ingest/recalls/desk.ts'
import { CLOCKS, RECALL_CLASSES } from '#risk/recall-clock.ts'
import { EFFECTIVENESS_LEVELS, type EffectivenessLevel } from '#risk/recall-follow.ts'
import { DOMAINS, type Domain } from '#risk/rule.ts'
import type { RecallQuery, RecallReader } from '#store/recalls/reader.ts'
import { DEPTHS, RECALL_STATES, type Recall, type RecallText } from '#store/recalls/recall.ts'
import { nameOf } from './alerts.ts'
import type { Caller } from './caller.ts'
import { answerPage, lastNumberOf, pageOf, pageParameters } from './paging.ts'
import { moment, valueList } from './parameters.ts'
import { Problem } from './problem.ts'
import type { ReadIdentifier } from './reading.ts'
import { doneOf, PUBLIC_STATES, unknownRecall } from './recall-access.ts'
import { balanceOf } from './recall-progress.ts'
import { assumeSchema, type SuspectParts, suspectsOf, suspectsSchema } from './recall-suspects.ts'
import {
  noticeView,
  recallNoticeSchema,
  recallSummarySchema,
  recallSummaryView,
} from './recall-view.ts'
import type { Router } from './route.ts'
import { formatParameter, streamTable, tableAnswer } from './table.ts'

export interface RecallsParts extends SuspectParts {
  readonly recalls: RecallReader
  readonly recallDesk: RecallDesk
  readonly nowUs: () => number
}

const sentence = (most: number) => z.string().trim().max(most)
const levels = Object.keys(EFFECTIVENESS_LEVELS) as EffectivenessLevel[]
const laws = [...new Set(CLOCKS.map(({ law }) => law))]

/** What a draft says, and may be changed. */
export const recallTextShape = {
  title: sentence(200).min(1),
  reason: sentence(2000).min(1).describe('Why: what is wrong with the goods'),
  instructions: sentence(4000).min(1).describe('What holders and buyers are to do'),
  depth: z.enum(DEPTHS).describe('How far down it goes'),
  level: z.enum(levels).describe('Which part of the consignees is checked: A all, E none'),
  levelPercent: z.number().gt(10).lt(100).optional().describe('With level B'),
}

const newRecallSchema = z
  .strictObject({
    ...recallTextShape,
    depth: recallTextShape.depth.default('retail'),
    level: recallTextShape.level.default('A'),
    class: z.enum(RECALL_CLASSES),
    from: suspectsSchema,
    assume: assumeSchema,
    domain: z.enum(DOMAINS).optional().describe('That of the product without it'),
    law: z
      .string()
      .refine((law) => laws.includes(law), `must be one of ${laws.join(', ')}`)
      .optional(),
    decided: moment.optional().meta({ description: 'When it was found that it has to be' }),
    ordered: moment.optional().meta({
      description:
        'When it was ordered that none of it may move, where that was before it is entered here; ' +
        'without it, when it is approved. What moved since is told by rule G1.',
    }),
    drill: z.boolean().default(false),
  })
  .refine(({ level, levelPercent }) => levelPercent === undefined || level === 'B', {
    path: ['levelPercent'],
    message: 'comes with level B, and with no other',
  })
  .meta({ id: 'NewRecall' })

/** Whose clock a recall runs by where it does not say. */
export const LAWS: Readonly<Record<Domain, string | undefined>> = {
  food: 'food-cn',
  drugs: 'drugs-cn',
  building_materials: undefined,
}

/** Whose clocks a recall may run by. */
const LAWS_FOR: Readonly<Record<Domain, readonly string[]>> = {
  food: ['food-cn'],
  drugs: ['drugs-cn', 'drugs-us'],
  building_materials: [],
}

/** Clocks of servers and of people differ so much. */
const FUTURE_US = 5 * 60 * 1_000_000

export function serveRecalls(router: Router, parts: RecallsParts) {
  return [serveList(router, parts), serveMaking(router, parts)]
}

const oneOf = (names: readonly string[]) =>
  valueList
    .refine((values) => values.every((value) => names.includes(value)), {
      error: `must be among ${names.join(', ')}`,
    })
    .optional()

function serveList(router: Router, { recalls, read }: RecallsParts) {
  return router.serve(
    {
      method: 'get',
      path: '/v1/recalls',
      may: 'read recalls',
      tag: 'Recalls',
      summary: 'List recalls, the newest first',
      description:
        'The public sees notices of recalls that holders have been told of; an enterprise what ' +
        'it is a consignee of.',
      query: {
        state: oneOf(RECALL_STATES),
        class: oneOf(RECALL_CLASSES),
        domain: oneOf(DOMAINS),
        product: z.string().optional().meta({ description: 'Any spelling' }),
        drill: z.enum(['true', 'false']).optional(),
        alert: z.string().optional().meta({ description: 'Those that began from this alert' }),
        ...formatParameter,
        ...pageParameters,
      },
      answers: {
        200: { ...tableAnswer, schema: pageOf(z.union([recallSummarySchema, recallNoticeSchema])) },
      },
    },
    (c, { caller, query }) => {
      const { perPage, nextPageToken, format, drill, product, alert } = query
      const states = query.state ?? RECALL_STATES
      const asked: RecallQuery = {
        ...confined(caller),
        states: statesFor(caller).filter((state) => states.includes(state)),
        classes: query.class,
        domains: query.domain,
        alert,
        products: product === undefined ? undefined : productsOf(product, read),
        ...(drill !== undefined && { isDrill: drill === 'true' }),
        ...(caller.reach === 'consumer' && { isDrill: false }),
      }
      if (format !== 'json') return table(recalls, caller, asked, format)
      const after = lastNumberOf(nextPageToken)
      const found = recalls.recalls(asked, { limit: perPage + 1, after })
      const page = found.slice(0, perPage)
      const last = found.length > perPage ? page.at(-1)?.seq : undefined
      const view = caller.reach === 'all' ? recallSummaryView : noticeView
      return answerPage(c, page.map(view), last === undefined ? undefined : String(last))
    },
  )
}

function statesFor({ reach }: Caller): readonly Recall['state'][] {
  return reach === 'consumer' ? PUBLIC_STATES : RECALL_STATES
}

function confined({ reach, party = '' }: Caller): RecallQuery {
  return reach === 'own' ? { consignee: party } : {}
}

function productsOf(text: string, read: ReadIdentifier): string[] {
  const reading = read(text)
  return reading.ok ? reading.candidates.map(({ key }) => key) : [text]
}

const NOTICE_COLUMNS = ['id', 'drill', 'state', 'class', 'domain', 'product', 'title', 'reason']
const COLUMNS = [
  ...NOTICE_COLUMNS,
  ...['decided', 'created', 'author', 'version', 'proven', 'inferred', 'possible'],
  ...['consignees', 'acknowledged', 'answered', 'percent accounted'],
]
const ROWS_AT_ONCE = 100

function table(
  recalls: RecallReader,
  caller: Caller,
  query: RecallQuery,
  format: 'csv' | 'xlsx',
): Response {
  const isWhole = caller.reach === 'all'
  async function* rows() {
    let after: number | undefined
    for (;;) {
      const page = recalls.recalls(query, { limit: ROWS_AT_ONCE, after })
      for (const recall of page) yield isWhole ? wholeRow(recalls, recall) : noticeRow(recall)
      after = page.at(-1)?.seq
      if (after === undefined) return
      // Between two pages others get a turn.
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return streamTable(format, 'recalls', isWhole ? COLUMNS : NOTICE_COLUMNS, rows())
}

function noticeRow(recall: Recall) {
  const { id, drill, state, class: its, domain, product, title, reason } = noticeView(recall)
  return [id, drill, state, its, domain, product, title, reason]
}

function wholeRow(recalls: RecallReader, recall: Recall) {
  const { id, author, version } = recall
  const { decided, created } = recallSummaryView(recall)
  const counts = recalls.versions(id).findLast((each) => each.counts !== undefined)?.counts
  const { proven, inferred, possible } = counts?.tiers ?? {}
  const consignees = recalls.consignees(id)
  const told = (has: (each: (typeof consignees)[number]) => unknown) =>
    consignees.filter((each) => has(each) !== undefined).length
  return [
    ...noticeRow(recall),
    ...[decided, created, author, version, proven, inferred, possible, consignees.length],
    told(({ acknowledgedUs }) => acknowledgedUs),
    told(({ answeredUs }) => answeredUs),
    balanceOf(consignees)[0]?.percent,
  ]
}

function serveMaking(router: Router, parts: RecallsParts) {
  const { recalls, recallDesk } = parts
  return router.serve(
    {
      method: 'post',
      path: '/v1/recalls',
      may: 'write recalls',
      tag: 'Recalls',
      summary: 'Make a recall',
      description:
        'It is a draft; its scope is found out at once, and told as version 1. Nothing is ' +
        'blocked before another person approves that version. With drill nothing is at all.',
      body: newRecallSchema,
      answers: { 201: { description: 'The draft', schema: recallSummarySchema } },
    },
    async (c, { caller, body }) => {
      const { from, assume, drill, class: recallClass, law, domain: its, ...more } = body
      const { decided: decidedUs, ordered: orderedUs, ...text } = more
      if (orderedUs !== undefined && orderedUs > parts.nowUs()) {
        const detail = 'what is ordered for later is ordered by approving it then'
        throw new Problem('invalid_input', { code: 'ordered_later', path: '/ordered', detail })
      }
      if (decidedUs !== undefined && decidedUs > parts.nowUs() + FUTURE_US) {
        const detail = 'it cannot have been found later than now: the clock runs from then'
        throw new Problem('invalid_input', { code: 'decided_later', path: '/decided', detail })
      }
      const { suspects, alerts, product, domain = its } = await suspectsOf(parts, from)
      const domainOf = its ?? domain
      if (domainOf === undefined) {
        const detail = 'nothing says which domain the goods are of: give it'
        throw new Problem('invalid_input', { code: 'domain_unknown', path: '/domain', detail })
      }
      if (law !== undefined && !LAWS_FOR[domainOf].includes(law)) {
        const detail = `${law} is no law for recalls of ${domainOf.replace('_', ' ')}`
        throw new Problem('invalid_input', { code: 'law_of_other_domain', path: '/law', detail })
      }
      const done = await recallDesk.create({
        ...{ suspects, alerts, product, assume, recallClass, isDrill: drill },
        returnsTo: ownersOf(parts, product),
        ...{ domain: domainOf, law: law ?? LAWS[domainOf], decidedUs, orderedUs },
        text: textOf(text),
        by: nameOf(caller),
      })
      const recall = recalls.recall(doneOf(done))
      if (!recall) throw unknownRecall(doneOf(done))
      c.header('Location', `${c.get('baseUrl')}/v1/recalls/${recall.id}`)
      return c.json(recallSummaryView(recall), 201)
    },
  )
}

/** To whom goods go back: whoever registered the product. */
function ownersOf({ registry }: RecallsParts, product: string | undefined): string[] {
  const owner = product === undefined ? undefined : registry.products.get(product)?.party
  return owner === undefined ? [] : [`party:${owner}`]
}

type GivenText = Omit<RecallText, 'levelPercent'> & { levelPercent?: number | undefined }

/** The text of a recall as it is kept. */
export function textOf({ levelPercent, ...text }: GivenText): RecallText {
  return { ...text, levelPercent }
}
