/** How alerts and their steps go out. What others captured is counted for a party, not shown. */
import { z } from 'zod'
import { formatTimeUs } from '#epcis/time.ts'
import { reasonIn } from '#risk/difference.ts'
import { type Finding, HINTS } from '#risk/finding.ts'
import { DOMAINS, SEVERITIES } from '#risk/rule.ts'
import { ruleOf } from '#risk/table.ts'
import { UNIT_NAMES } from '#risk/words.ts'
import { ALERT_STATES, type Alert, CAUSE_CODES, type Step } from '#store/alerts/alert.ts'
import type { Caller } from './caller.ts'

const textSchema = z.object({ zh: z.string(), en: z.string() })
const time = z.iso.datetime()
const certainty = z.enum(['observed', 'inferred', 'possible'])

const summary = {
  id: z.string(),
  rule: z.string().meta({ example: 'A1' }),
  title: textSchema,
  severity: z.enum(SEVERITIES),
  state: z.enum(ALERT_STATES),
  blocked: z.boolean().meta({ description: 'The goods are not to move' }),
  public: z.boolean().meta({ description: 'The public is told of it' }),
  causeCode: z.enum(CAUSE_CODES).optional(),
  certainty,
  subject: z
    .string()
    .meta({ description: 'Key of an item or sensor, an event, party:… and so on' }),
  product: z.string().optional(),
  domain: z.enum(DOMAINS).optional(),
  parties: z.array(z.string()),
  text: textSchema,
  from: time,
  to: time.optional().meta({ description: 'Absent while it lasts' }),
  raised: time,
  changed: time,
  count: z.int().meta({ description: 'How many events told of it' }),
  escalation: z.int(),
  case: z
    .object({ id: z.int(), alerts: z.int(), unresolved: z.int() })
    .meta({ description: 'Alerts of the same rule and cause' }),
}

export const alertSummarySchema = z.object(summary).meta({ id: 'AlertSummary' })

export const stepSchema = z
  .object({
    seq: z.int(),
    time,
    step: z.string(),
    state: z.enum(ALERT_STATES),
    by: z.string(),
    party: z.string().optional(),
    reason: z.string().optional(),
    because: textSchema
      .optional()
      .meta({ description: 'The reason, where it is the system’s own' }),
    causeCode: z.enum(CAUSE_CODES).optional(),
    to: z.string().optional(),
    exercise: z.boolean().optional(),
    notice: textSchema.optional(),
    other: z.string().optional().meta({ description: 'The alert that took or lost its place' }),
    before: z.object({ severity: z.enum(SEVERITIES), text: textSchema }).optional(),
  })
  .meta({ id: 'AlertStep' })

export const alertSchema = z
  .object({
    ...summary,
    why: z.object({
      ruleVersion: z.int(),
      revision: z.string().meta({ description: 'The change that the limits come from' }),
      variant: z.string(),
      measures: z.array(
        z.object({
          name: z.string(),
          value: z.number(),
          limit: z.number().optional(),
          unit: z.enum(UNIT_NAMES),
        }),
      ),
      eventIDs: z.array(z.string()),
      eventsNotShown: z.int().meta({ description: 'Captured by others' }),
      readings: z.array(
        z.object({
          device: z.string(),
          type: z.string(),
          time,
          value: z.number(),
          uom: z.string(),
        }),
      ),
      knowable: time,
      hint: z.enum(HINTS).optional().meta({ description: 'What practice finds it to be' }),
    }),
    affected: z.array(z.object({ key: z.string(), certainty, path: z.array(z.string()) })),
    action: textSchema,
    steps: z.array(stepSchema),
  })
  .meta({ id: 'Alert' })

export function summaryView(alert: Alert, caller: Caller): z.output<typeof alertSummarySchema> {
  const { id, finding, state, isBlocked, isPublic, causeCode, product, domain, count, escalation } =
    alert
  const { rule, severity, subject, text, fromUs, toUs } = finding
  const isConfined = caller.reach !== 'all'
  return {
    ...{ id, rule, severity, state, subject, text, count, escalation },
    title: ruleOf(rule).title,
    certainty: finding.certainty,
    blocked: isBlocked,
    public: isPublic,
    ...(causeCode !== undefined && { causeCode }),
    ...(product !== undefined && { product }),
    ...(domain !== undefined && { domain }),
    parties: alert.parties.filter((party) => !isConfined || party === caller.party),
    from: formatTimeUs(fromUs),
    ...(toUs !== undefined && { to: formatTimeUs(toUs) }),
    raised: formatTimeUs(alert.raisedUs),
    changed: formatTimeUs(alert.changedUs),
    case: { id: alert.caseId, alerts: alert.caseAlerts, unresolved: alert.caseOpen },
  }
}

export function alertView(
  alert: Alert,
  steps: readonly Step[],
  caller: Caller,
): z.output<typeof alertSchema> {
  const { finding } = alert
  return {
    ...summaryView(alert, caller),
    why: whyView(alert, caller),
    affected: finding.affected.map(({ key, certainty, path }) => ({
      key,
      certainty,
      path: [...path],
    })),
    action: ruleOf(finding.rule).action,
    steps: steps.map(stepView),
  }
}

function whyView({ finding, evidence }: Alert, caller: Caller) {
  const { ruleVersion, revision, variant, measures, readings, eventIDs, hint } = finding
  const own = new Set(
    evidence.filter(({ party }) => party === caller.party).map(({ eventID }) => eventID),
  )
  const shown = caller.reach === 'all' ? eventIDs : eventIDs.filter((each) => own.has(each))
  return {
    ...{ ruleVersion, revision, variant },
    measures: measures.map(({ limit, ...measure }) => ({
      ...measure,
      ...(limit !== undefined && { limit }),
    })),
    eventIDs: [...shown],
    eventsNotShown: eventIDs.length - shown.length,
    readings: readings.map(({ timeUs, ...reading }) => ({
      ...reading,
      time: formatTimeUs(timeUs),
    })),
    knowable: formatTimeUs(finding.knowableUs),
    ...(hint !== undefined && { hint }),
  }
}

export function stepView({ alert: _, atUs, before, ...step }: Step): z.output<typeof stepSchema> {
  const because = step.reason === undefined ? undefined : reasonIn(step.reason)
  return {
    ...step,
    ...(because && { because }),
    time: formatTimeUs(atUs),
    ...(before && { before: shortly(before) }),
  }
}

function shortly({ severity, text }: Finding) {
  return { severity, text }
}
