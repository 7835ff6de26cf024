/**
 * The rules and their changes. A version is the whole set of changes in force; putting another one
 * makes a new version, and a dry run tells beforehand what it would have raised and spared.
 */
import { z } from 'zod'
import { formatTimeUs } from '#epcis/time.ts'
import type { AlertDesk } from '#ingest/watch/desk.ts'
import { type DryRunParts, dryRunOver } from '#ingest/watch/dry-run.ts'
import { DISPATCH } from '#risk/dispatch.ts'
import { DOMAINS, SEVERITIES } from '#risk/rule.ts'
import { type RuleChange, ruleChangeSchema } from '#risk/rule-set.ts'
import { SCOPES, SCOPES_OF } from '#risk/scopes.ts'
import { isRuleId, RULE_IDS, type RuleId, ruleOf } from '#risk/table.ts'
import type { AlertReader } from '#store/alerts/reader.ts'
import { NO_CHANGES, type RulesVersion } from '#store/alerts/rule-versions.ts'
import type { RecallReader } from '#store/recalls/reader.ts'
import { recallsAsWatched } from '#store/recalls/watched.ts'
import { nameOf } from './alerts.ts'
import { moment } from './parameters.ts'
import { Problem } from './problem.ts'
import type { Router } from './route.ts'
import { checkedChanges, type RuleChangesParts } from './rule-changes.ts'

export interface RulesParts extends Omit<DryRunParts, 'known' | 'recalls' | 'registry'> {
  readonly registry: DryRunParts['registry'] & RuleChangesParts['registry']
  readonly read: RuleChangesParts['read']
  readonly alerts: AlertReader
  readonly recalls: RecallReader
  readonly desk: AlertDesk
}

const textSchema = z.object({ zh: z.string(), en: z.string() })
const MOST_CHANGES = 1000

const ruleSchema = z
  .object({
    id: z.string(),
    version: z.int(),
    title: textSchema,
    action: textSchema,
    severity: z.enum(SEVERITIES),
    subject: z.string(),
    profiles: z.array(z.enum(DOMAINS)),
    scopes: z.array(z.enum(SCOPES)).meta({ description: 'What a change may be bound to' }),
    source: z.string(),
    triggers: z.array(z.string()),
    parameters: z.record(z.string(), z.looseObject({ kind: z.string() })),
    ofProfile: z
      .record(z.string(), z.record(z.string(), z.unknown()))
      .optional()
      .meta({ description: 'Defaults of single profiles that differ, by parameter' }),
    texts: z.record(z.string(), textSchema),
    changes: z.array(ruleChangeSchema),
  })
  .meta({ id: 'Rule' })

const rulesSchema = z
  .object({
    version: z.int().meta({ description: 'Of the changes; 0 is none' }),
    at: z.iso.datetime().optional(),
    by: z.string(),
    reason: z.string(),
    rules: z.array(ruleSchema),
  })
  .meta({ id: 'Rules' })

/** Each is checked by itself, so that a refusal says which it is. */
const changesSchema = z
  .array(z.unknown())
  .max(MOST_CHANGES)
  .describe('All that are to hold: RuleChange, or with from and to as RFC 3339 for its times')

const putSchema = z
  .strictObject({
    basedOn: z.int().nonnegative().describe('The version that was changed'),
    reason: z.string().trim().min(1).max(2000),
    changes: changesSchema,
  })
  .meta({ id: 'RulesRequest' })

const trySchema = z
  .strictObject({
    changes: changesSchema,
    from: moment.describe('Events recorded from then on'),
    to: moment.optional(),
  })
  .meta({ id: 'RulesTrial' })

const trialSchema = z
  .object({
    raised: z.int(),
    spared: z.int(),
    changed: z.int(),
    byRule: z.record(z.string(), z.int()),
    weeks: z.array(z.object({ week: z.string(), raised: z.int(), spared: z.int() })),
    events: z.int().meta({ description: 'Events of the span that were looked at' }),
    items: z.int(),
    readings: z
      .int()
      .meta({ description: 'Of sensors, those of the day before the span included' }),
    complete: z.boolean().meta({ description: 'False where the span held more than is tried' }),
  })
  .meta({ id: 'RulesTrialResult' })

export function serveRules(router: Router, parts: RulesParts) {
  const { alerts } = parts
  const all = router.serve(
    {
      method: 'get',
      path: '/v1/rules',
      may: 'read rules',
      tag: 'Rules',
      summary: 'All rules and the changes in force',
      answers: { 200: { description: 'They', schema: rulesSchema } },
    },
    (c) => c.json(rulesView(alerts.rules() ?? NO_CHANGES)),
  )
  const one = router.serve(
    {
      method: 'get',
      path: '/v1/rules/{id}',
      may: 'read rules',
      tag: 'Rules',
      summary: 'One rule',
      answers: { 200: { description: 'It', schema: ruleSchema } },
    },
    (c, { params: { id = '' } }) => {
      if (!isRuleId(id)) {
        throw new Problem('not_found', { detail: `there is no rule ${id.slice(0, 100)}` })
      }
      return c.json(ruleView(id, (alerts.rules() ?? NO_CHANGES).changes))
    },
  )
  return [all, one, servePut(router, parts), serveTrial(router, parts)]
}

function servePut(router: Router, parts: RulesParts) {
  const { alerts, desk } = parts
  return router.serve(
    {
      method: 'put',
      path: '/v1/rules',
      may: 'write rules',
      tag: 'Rules',
      summary: 'Put a set of changes in force',
      description:
        'Replaces all changes. One that begins in the past is applied to what is stored: alerts ' +
        'that it spares are withdrawn with the reason.',
      body: putSchema,
      answers: { 200: { description: 'The new version', schema: rulesSchema } },
    },
    async (c, { caller, body: { basedOn, reason, changes } }) => {
      const by = nameOf(caller)
      const known = alerts.rules()?.changes ?? []
      const checked = checkedChanges(changes, by, parts, known)
      const next = { by, reason, changes: checked }
      const changed = await desk.setRules({ basedOn, next })
      if (!changed.ok) {
        const detail = `version ${changed.version} is in force, not ${basedOn}`
        throw new Problem('conflict', { code: 'rules_changed', path: '/basedOn', detail })
      }
      return c.json(rulesView(alerts.rules(changed.version) ?? NO_CHANGES))
    },
  )
}

function serveTrial(router: Router, parts: RulesParts) {
  // One at a time: each holds what it has found, and takes its share of the thread.
  let isTrying = false
  return router.serve(
    {
      method: 'post',
      path: '/v1/rules/dry-run',
      may: 'try rules',
      tag: 'Rules',
      summary: 'What other changes would have raised and spared',
      body: trySchema,
      answers: { 200: { description: 'The difference', schema: trialSchema } },
    },
    async (c, { caller, body: { changes, from, to } }) => {
      const known = parts.alerts.rules()?.changes ?? []
      const tried = checkedChanges(changes, nameOf(caller), parts, known)
      const span = { fromUs: from, toUs: to ?? parts.nowUs() }
      if (span.fromUs >= span.toUs) {
        const detail = `the span ends at ${formatTimeUs(span.toUs)}, before it begins`
        throw new Problem('invalid_input', { code: 'span_empty', path: '/from', detail })
      }
      if (isTrying) {
        const detail = 'another dry run is under way'
        throw new Problem('unavailable', { code: 'dry_run_busy', detail })
      }
      isTrying = true
      try {
        const recalls = recallsAsWatched(parts.recalls)
        const its = { ...parts, recalls, known: parts.alerts.known }
        return c.json(await dryRunOver(its, known, tried, span))
      } finally {
        isTrying = false
      }
    },
  )
}

function rulesView({ version, atUs, by, reason, changes }: RulesVersion) {
  return {
    version,
    ...(version > 0 && { at: formatTimeUs(atUs) }),
    by,
    reason,
    rules: RULE_IDS.map((id) => ruleView(id, changes)),
  }
}

function ruleView(id: RuleId, changes: readonly RuleChange[]) {
  const { version, title, action, severity, subject, profiles, source, ...rest } = ruleOf(id)
  const { parameters, ofProfile, texts } = rest
  const { triggers } = DISPATCH[id]
  const its = changes.filter(({ rule }) => rule === id)
  return {
    ...{ id, version, title, action, severity, subject, profiles, source },
    ...{ scopes: SCOPES_OF[id], triggers, parameters, texts, changes: its },
    ...(ofProfile && { ofProfile }),
  }
}
