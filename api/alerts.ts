/** Alerts: lists, one of them with all that speaks for it, and what people do about it. */
import { z } from 'zod'
import type { AlertDesk } from '#ingest/watch/desk.ts'
import { DOMAINS, SEVERITIES } from '#risk/rule.ts'
import { RULE_IDS } from '#risk/table.ts'
import { ACTIONS, ALERT_STATES, type Alert, CAUSE_CODES } from '#store/alerts/alert.ts'
import type { AlertReader } from '#store/alerts/reader.ts'
import { slugSchema } from '#store/registry/schema.ts'
import type { Registry } from '#store/registry.ts'
import type { AlertFeed } from './alert-feed.ts'
import { alertSchema, alertSummarySchema, alertView, summaryView } from './alert-view.ts'
import { type Caller, confinedTo } from './caller.ts'
import { refusal } from './item.ts'
import { keysMeant } from './meant.ts'
import { answerPage, lastNumberOf, pageOf, pageParameters } from './paging.ts'
import { count, moment, oneOf } from './parameters.ts'
import { Problem } from './problem.ts'
import type { ReadIdentifier } from './reading.ts'
import type { Router } from './route.ts'

export interface AlertsParts {
  readonly alerts: AlertReader
  readonly desk: AlertDesk
  readonly feed: AlertFeed
  readonly registry: Pick<Registry, 'parties' | 'aliases'>
  readonly read: ReadIdentifier
}

const MOST_STEPS = 1000

/** What whoever is concerned may do; the rest is the authorities'. */
const ANSWERS: ReadonlySet<string> = new Set(['acknowledge', 'comment'])

const noticeSchema = z.strictObject({
  zh: z.string().trim().min(1).max(1000),
  en: z.string().trim().min(1).max(1000),
})

const stepRequestSchema = z
  .strictObject({
    action: z.enum(ACTIONS),
    reason: z.string().trim().min(1).max(2000).describe('Why: each step has a reason'),
    causeCode: z.enum(CAUSE_CODES).optional().describe('What it was: with resolve'),
    to: slugSchema.optional().describe('Which party it is forwarded to: with forward'),
    exercise: z.boolean().optional().describe('It is a drill, and told as one: with publish'),
    notice: noticeSchema.optional().describe('What the public is told to do: with publish'),
  })
  .refine(({ action, causeCode }) => (action === 'resolve') === (causeCode !== undefined), {
    path: ['causeCode'],
    message: 'comes with resolve, and with nothing else',
  })
  .refine(({ action, to }) => (action === 'forward') === (to !== undefined), {
    path: ['to'],
    message: 'comes with forward, and with nothing else',
  })
  .refine(({ action, exercise }) => action === 'publish' || exercise === undefined, {
    path: ['exercise'],
    message: 'comes with publish, and with nothing else',
  })
  .refine(({ action, notice }) => (action === 'publish') === (notice !== undefined), {
    path: ['notice'],
    message: 'comes with publish, and with nothing else',
  })
  .meta({ id: 'AlertStepRequest' })

export function serveAlerts(router: Router, parts: AlertsParts) {
  return [serveList(router, parts), serveOne(router, parts), serveSteps(router, parts)]
}

function serveList(router: Router, { alerts, read, registry }: AlertsParts) {
  return router.serve(
    {
      method: 'get',
      path: '/v1/alerts',
      may: 'read alerts',
      tag: 'Alerts',
      summary: 'List alerts, the newest first',
      query: {
        state: oneOf(ALERT_STATES).meta({ description: 'All but superseded and withdrawn else' }),
        severity: oneOf(SEVERITIES),
        rule: oneOf(RULE_IDS),
        domain: oneOf(DOMAINS),
        product: z.string().optional().meta({ description: 'Any spelling' }),
        item: z.string().optional().meta({ description: 'Any spelling' }),
        party: slugSchema.optional(),
        case: count.optional(),
        since: moment.optional().meta({ description: 'Raised or changed then or later' }),
        ...pageParameters,
      },
      answers: { 200: { description: 'A page', schema: pageOf(alertSummarySchema) } },
    },
    (c, { caller, query }) => {
      const { perPage, item, product, party, severity, rule, domain } = query
      const states = query.state ?? STANDING
      if (party !== undefined) checkParty(party, 'party', 'invalid_query', registry)
      const found = alerts.alerts(
        {
          states: ALERT_STATES.filter((state) => states.includes(state)),
          severities: severity,
          rules: rule,
          domains: domain,
          products: product === undefined ? undefined : keysOf(product, read, registry),
          items: item === undefined ? undefined : keysOf(item, read, registry),
          parties: party === undefined ? undefined : [party],
          confinedTo: confinedTo(caller),
          caseId: query.case,
          sinceUs: query.since,
        },
        { limit: perPage + 1, after: lastNumberOf(query.nextPageToken) },
      )
      const page = found.slice(0, perPage)
      const last = found.length > perPage ? page.at(-1)?.seq : undefined
      const items = page.map((alert) => summaryView(alert, caller))
      return answerPage(c, items, last === undefined ? undefined : String(last))
    },
  )
}

const STANDING = ALERT_STATES.filter((state) => state !== 'superseded' && state !== 'withdrawn')

/** All keys that a text can mean, and those that go with them. */
function keysOf(
  text: string,
  read: ReadIdentifier,
  { aliases }: Pick<Registry, 'aliases'>,
): string[] {
  const reading = read(text)
  if (!reading.ok && !text.includes(':')) throw refusal(reading)
  return keysMeant(text, read, aliases)
}

function serveOne(router: Router, { alerts }: AlertsParts) {
  return router.serve(
    {
      method: 'get',
      path: '/v1/alerts/{id}',
      may: 'read alerts',
      tag: 'Alerts',
      summary: 'An alert: why it was raised, whom it concerns, what was done',
      answers: { 200: { description: 'It', schema: alertSchema } },
    },
    (c, { caller, params: { id = '' } }) => {
      const alert = alertFor(alerts, caller, id)
      return c.json(alertView(alert, alerts.stepsOf(id, MOST_STEPS), caller))
    },
  )
}

/** An alert as far as a caller may know of it. */
function alertFor(alerts: AlertReader, caller: Caller, id: string): Alert {
  const alert = alerts.alert(id)
  const party = confinedTo(caller)
  if (alert && (party === undefined || alerts.concerns(alert.seq, party))) return alert
  throw new Problem('not_found', {
    code: 'unknown_alert',
    detail: `there is no alert ${id.slice(0, 100)} that you may see`,
  })
}

function serveSteps(router: Router, { alerts, desk, registry }: AlertsParts) {
  return router.serve(
    {
      method: 'post',
      path: '/v1/alerts/{id}/steps',
      may: 'act on alerts',
      tag: 'Alerts',
      summary: 'Take a step on an alert',
      description:
        'Whoever it concerns may acknowledge it and comment; all else is for authorities. ' +
        'A step that does not go with the state of the alert is refused with it.',
      body: stepRequestSchema,
      answers: { 201: { description: 'The alert afterwards', schema: alertSchema } },
    },
    async (c, { caller, params: { id = '' }, body }) => {
      alertFor(alerts, caller, id)
      const { action, reason, causeCode, to, exercise, notice } = body
      if (caller.reach !== 'all' && !ANSWERS.has(action)) {
        const detail = `${action} is for authorities; whom it concerns may acknowledge or comment`
        throw new Problem('forbidden', { detail })
      }
      if (to !== undefined) checkParty(to, '/to', 'invalid_input', registry)
      const acted = await desk.act({
        ...{ alert: id, action, reason, by: nameOf(caller), isAuthority: caller.reach === 'all' },
        ...(caller.party !== undefined && { party: caller.party }),
        ...(causeCode !== undefined && { causeCode }),
        ...(to !== undefined && { to }),
        ...(exercise !== undefined && { exercise }),
        ...(notice !== undefined && { notice }),
      })
      if (!acted.ok) {
        const isOther = acted.code === 'published_otherwise'
        const detail = isOther
          ? 'the public was told of it otherwise, as a drill or as none: unpublish it first'
          : `${action} does not go with an alert that is ${acted.state ?? 'unknown'}`
        const path = isOther ? '/exercise' : '/action'
        throw new Problem('conflict', { code: acted.code, path, detail })
      }
      const alert = alertFor(alerts, caller, id)
      return c.json(alertView(alert, alerts.stepsOf(id, MOST_STEPS), caller), 201)
    },
  )
}

function checkParty(
  slug: string,
  path: string,
  kind: 'invalid_input' | 'invalid_query',
  { parties }: Pick<Registry, 'parties'>,
): void {
  if (parties.get(slug) !== undefined) return
  throw new Problem(kind, { code: 'unknown_party', path, detail: `there is no party ${slug}` })
}

/** Who acts, for the record: the role and the key, whose holder the registry knows. */
export function nameOf({ role, keyId = '' }: Caller): string {
  return `${role}:${keyId}`
}
