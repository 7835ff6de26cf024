/** How recalls go out: whole to authorities, and to others what concerns them. */
import { z } from 'zod'
import { formatTimeUs } from '#epcis/time.ts'
import { ASSUMPTIONS } from '#risk/assumption.ts'
import { RECALL_CLASSES } from '#risk/recall-clock.ts'
import { EFFECTIVENESS_LEVELS } from '#risk/recall-follow.ts'
import { TIERS } from '#risk/recall-scope.ts'
import { DOMAINS } from '#risk/rule.ts'
import type { Suspect } from '#risk/suspect.ts'
import {
  DEPTHS,
  type Outdated,
  RECALL_STATES,
  type Recall,
  type RecallStep,
  type ScopeVersion,
} from '#store/recalls/recall.ts'

const time = z.iso.datetime()
const levels = Object.keys(EFFECTIVENESS_LEVELS) as (keyof typeof EFFECTIVENESS_LEVELS)[]

const notice = {
  id: z.string().meta({ example: 'R-000012' }),
  drill: z.boolean().meta({ description: 'An exercise: nothing is sent or blocked' }),
  state: z.enum(RECALL_STATES),
  class: z.enum(RECALL_CLASSES),
  domain: z.enum(DOMAINS),
  product: z.string().optional(),
  title: z.string(),
  reason: z.string(),
  instructions: z.string(),
  depth: z.enum(DEPTHS),
  decided: time,
  ordered: time.optional(),
  changed: time,
}

export const recallNoticeSchema = z.object(notice).meta({ id: 'RecallNotice' })

export const recallSummarySchema = z
  .object({
    ...notice,
    law: z.string().optional(),
    level: z.enum(levels),
    levelPercent: z.number().optional(),
    alerts: z.array(z.string()),
    author: z.string(),
    created: time,
    version: z.int().meta({ description: 'Of the scope in force; 0 while none is' }),
  })
  .meta({ id: 'RecallSummary' })

const suspectSchema = z.looseObject({ kind: z.enum(['key', 'lot-range', 'made-between']) })

export const countsSchema = z.object({
  suspects: z.int(),
  tiers: z.object({ proven: z.int(), inferred: z.int(), possible: z.int() }),
  assumptions: z
    .array(
      z.object({
        assumption: z.string(),
        text: z.object({ zh: z.string(), en: z.string() }),
        items: z.int().meta({ description: 'Items that rest on it' }),
        without: z.int().meta({ description: 'Items there are without it' }),
      }),
    )
    .meta({ description: 'What each assumption adds' }),
  cuts: z.array(z.looseObject({ reason: z.string(), count: z.int() })),
})

export const versionSchema = z
  .object({
    version: z.int(),
    state: z.enum(['waiting', 'tracing', 'holders', 'known', 'failed']),
    time,
    by: z.string(),
    reason: z.string(),
    from: z.array(suspectSchema),
    assume: z.object({ sameLineAndDay: z.boolean(), carryOverHours: z.int() }),
    found: z.int().meta({ description: 'Items found so far' }),
    placed: z.int().meta({ description: 'Items whose holder has been looked for' }),
    started: time.optional(),
    known: time.optional(),
    secondsToTrace: z
      .number()
      .optional()
      .meta({ description: 'From asking for it to scope and holders known' }),
    approved: z.object({ time, by: z.string() }).optional(),
    counts: countsSchema.optional(),
    failure: z.object({ code: z.string(), message: z.string() }).optional(),
  })
  .meta({ id: 'RecallScopeVersion' })

export const recallStepSchema = z
  .object({
    seq: z.int(),
    recall: z.string(),
    drill: z.boolean(),
    time,
    step: z.string(),
    state: z.enum(RECALL_STATES),
    by: z.string(),
    party: z.string().optional(),
    reason: z.string().optional(),
    version: z.int().optional(),
    detail: z.looseObject({}).optional(),
  })
  .meta({ id: 'RecallStep' })

export const tierSchema = z.enum(TIERS)

export const outdatedSchema = z
  .object({
    items: z.int(),
    since: time,
    first: z.array(
      z.object({
        key: z.string(),
        tier: tierSchema,
        assumption: z
          .string()
          .optional()
          .meta({ description: 'Why it may be as bad, where no event says so' }),
        path: z.array(z.string()).meta({ description: 'Keys from what is recalled to it' }),
        eventID: z.string(),
        time,
      }),
    ),
  })
  .meta({
    id: 'RecallOutOfDate',
    description:
      'What belongs to the scope in force and was heard of after that was traced. It is blocked; ' +
      'a version that has it waits for approval',
  })

export function outdatedView(outdated: Outdated): z.output<typeof outdatedSchema> {
  const { items, sinceUs, first } = outdated
  return {
    items,
    since: formatTimeUs(sinceUs),
    first: first.map(({ atUs, path, assumption, ...rest }) => ({
      ...rest,
      ...(assumption && { assumption }),
      path: [...path],
      time: formatTimeUs(atUs),
    })),
  }
}

export function noticeView(recall: Recall): z.output<typeof recallNoticeSchema> {
  const { id, isDrill, state, recallClass, domain, product, title, reason } = recall
  const { instructions, depth, decidedUs, orderedUs, changedUs } = recall
  return {
    ...{ id, state, domain, title, reason, instructions, depth },
    drill: isDrill,
    class: recallClass,
    ...(product !== undefined && { product }),
    decided: formatTimeUs(decidedUs),
    ...(orderedUs !== undefined && { ordered: formatTimeUs(orderedUs) }),
    changed: formatTimeUs(changedUs),
  }
}

export function recallSummaryView(recall: Recall): z.output<typeof recallSummarySchema> {
  const { law, level, levelPercent, alerts, author, createdUs, version } = recall
  return {
    ...noticeView(recall),
    ...{ level, author, version, alerts: [...alerts] },
    ...(law !== undefined && { law }),
    ...(levelPercent !== undefined && { levelPercent }),
    created: formatTimeUs(createdUs),
  }
}

export function versionView(version: ScopeVersion): z.output<typeof versionSchema> {
  const { state, atUs, by, reason, suspects, assume, found, placed, failure, counts } = version
  const { startedUs, knownUs, approvedUs, approvedBy = '' } = version
  return {
    ...{ version: version.version, state, by, reason, assume, found, placed },
    time: formatTimeUs(atUs),
    from: suspects.map(suspectView),
    ...(startedUs !== undefined && { started: formatTimeUs(startedUs) }),
    ...(knownUs !== undefined && {
      known: formatTimeUs(knownUs),
      secondsToTrace: (knownUs - atUs) / 1e6,
    }),
    ...(approvedUs !== undefined && {
      approved: { time: formatTimeUs(approvedUs), by: approvedBy },
    }),
    ...(counts && { counts: countsView(counts) }),
    ...(failure && { failure }),
  }
}

function countsView(counts: NonNullable<ScopeVersion['counts']>) {
  return {
    suspects: counts.suspects,
    tiers: { ...counts.tiers },
    assumptions: counts.assumptions.map((each) => ({
      ...each,
      text: ASSUMPTIONS[each.assumption],
    })),
    cuts: counts.cuts.map((cut) => ({ ...cut })),
  }
}

function suspectView(suspect: Suspect) {
  if (suspect.kind !== 'made-between') return { ...suspect }
  const { fromUs, toUs, ...rest } = suspect
  return { ...rest, madeFrom: formatTimeUs(fromUs), madeTo: formatTimeUs(toUs) }
}

export function recallStepView(step: RecallStep): z.output<typeof recallStepSchema> {
  const { isDrill, atUs, ...rest } = step
  return {
    ...rest,
    detail: step.detail && { ...step.detail },
    drill: isDrill,
    time: formatTimeUs(atUs),
  }
}
