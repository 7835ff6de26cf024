/**
 * F1: a failed test holds what came of the lot: every item reached forward, each with the way to
 * it and how certain that is; and, as possible, what shared inputs, line or day with it. For
 * building materials the ways end at the places where it was built in.
 */
import type { Certainty } from '#trace/parts.ts'
import { type Finding, type Found, finding } from './finding.ts'
import { recallScope, type ScopeItem, type ScopeSource, type Tier } from './recall-scope.ts'
import type { InForce } from './rule-set.ts'
import { ruleOf } from './table.ts'
import { fill } from './words.ts'

/** A test that was not passed. */
export interface Failure {
  /** Canonical key of the lot, or of the one thing that was tested. */
  readonly key: string
  readonly test: string
  readonly result: string
  readonly reportedUs: number
  readonly recordedUs: number
  readonly eventID: string
  /** When the test was passed after all: what was held is free again. */
  readonly clearedUs?: number | undefined
}

/** What is known of items that are held. */
export interface HeldItems extends ScopeSource {
  /** Where an item was built in. */
  installedAt(key: string): string | undefined
  /** Whether it was drawn for a test: nobody has to be told to hold it. */
  isSample(key: string): boolean
}

const CERTAINTY: Readonly<Record<Tier, Certainty>> = {
  proven: 'observed',
  inferred: 'inferred',
  possible: 'possible',
}

/** A finding, or that there may be more than is looked at. */
export type Held = Finding | 'cut'

/**
 * First the failure itself, then a finding for each item, as they are reached; an item that is
 * reached again more certainly comes again under the same identity.
 */
export async function* holdsOf(
  rule: InForce<'F1'>,
  failure: Failure,
  source: HeldItems,
): AsyncGenerator<Held> {
  const { key, test, result, reportedUs, recordedUs, eventID, clearedUs } = failure
  const common = {
    fromUs: reportedUs,
    toUs: clearedUs,
    knowableUs: Math.max(reportedUs, recordedUs),
    incident: `${key} ${test} ${eventID}`,
    cause: `${key} ${test}`,
  }
  const affected = [{ key, certainty: 'observed' as const, path: [key] }]
  const words = { test, result, lot: key }
  const own = { ...common, subject: key, words, eventIDs: [eventID], affected }
  yield finding(rule, 'failed', own)
  for await (const part of recallScope(source, [{ kind: 'key', key }])) {
    if (part.part === 'cut') yield 'cut'
    if (part.part !== 'item' || part.key === key || source.isSample(part.key)) continue
    yield hold(rule, part, common, failure, source.installedAt(part.key))
  }
}

/** How many things a failed test has reached. */
export interface Reach {
  /** Held by a finding of their own. */
  readonly named: number
  /** Beside them, counted only. */
  readonly more: number
  /** Whether there may be still more than that. */
  readonly isCut: boolean
}

/** The failure itself with how many things it has reached, and how many of them are not named. */
export function withReach(
  rule: InForce<'F1'>,
  failure: Finding,
  { named, more, isCut }: Reach,
): Finding {
  const affected = {
    name: 'affected',
    value: named + more,
    limit: undefined,
    unit: 'count',
  } as const
  if (more === 0 && !isCut) return { ...failure, measures: [affected] }
  const measures = [affected, { name: 'more', value: more, limit: named, unit: 'count' } as const]
  const variant = isCut ? 'failedMost' : 'failedMany'
  const template = ruleOf(rule.rule).texts[variant] ?? failure.text
  return { ...failure, variant, measures, text: fill(template, measures, failure.words) }
}

/** Ways that no event states. */
const BESIDE: ReadonlySet<string> = new Set(['same-line-and-day', 'carry-over', 'missing-data'])

type Common = Pick<Found, 'fromUs' | 'toUs' | 'knowableUs' | 'cause'> & {
  readonly incident: string
}

function hold(
  rule: InForce<'F1'>,
  { key, tier, path, assumption }: ScopeItem,
  common: Common,
  { key: lot, test, eventID }: Failure,
  place: string | undefined,
): Finding {
  const isBeside = path.some(({ by }) => by !== undefined && BESIDE.has(by))
  const certainty = CERTAINTY[tier]
  const contained = place === undefined ? 'contains' : 'installed'
  return finding(rule, isBeside ? 'sibling' : contained, {
    ...common,
    subject: key,
    certainty,
    // What is merely possible is looked at, not thrown away.
    severity: tier === 'possible' ? 'warning' : rule.severity,
    words: {
      ...{ lot, test },
      ...(assumption === undefined ? {} : { assumption }),
      ...(place === undefined ? {} : { place }),
    },
    eventIDs: [...new Set([eventID, ...path.flatMap((step) => step.eventIDs)])],
    affected: [{ key, certainty, path: path.map((step) => step.key) }],
  })
}

/** Whether samples were taken as they should: F6 of one place over one year. */
export interface SamplingProgress {
  /** Canonical key, or the name of a district. */
  readonly place: string
  readonly residents: number
  readonly batches: number
  readonly failed: number
  /** The year, and the time it is as of. */
  readonly fromUs: number
  readonly toUs: number
  readonly atUs: number
}

export function samplingFallsShort(rule: InForce<'F6'>, progress: SamplingProgress): Finding[] {
  const { place, residents, batches, failed, fromUs, toUs, atUs } = progress
  const { perThousand, passPercent } = rule.parameters
  const part = Math.min(Math.max((atUs - fromUs) / (toUs - fromUs), 0), 1)
  const due = Math.floor((residents / 1_000) * perThousand * part)
  const common = { subject: place, fromUs, knowableUs: atUs }
  const findings: Finding[] = []
  if (batches < due) {
    const measure = { name: 'batches', value: batches, limit: due, unit: 'count' } as const
    findings.push(finding(rule, 'few', { ...common, measures: [measure] }))
  }
  const rate = batches === 0 ? 100 : ((batches - failed) / batches) * 100
  if (rate < passPercent) {
    const measure = { name: 'rate', value: rate, limit: passPercent, unit: 'percent' } as const
    findings.push(finding(rule, 'passRate', { ...common, measures: [measure] }))
  }
  return findings
}
