/**
 * What a rule finds: whose, what, since when, how certain, on which events and readings it rests,
 * and the same in words.
 *
 * Its identity is derived from rule, subject and the beginning of the incident alone, so that a
 * replay finds it again instead of finding another one.
 */
import { createHash } from 'node:crypto'
import type { Certainty } from '#trace/parts.ts'
import type { Severity } from './rule.ts'
import type { InForce } from './rule-set.ts'
import { type RuleId, ruleOf, type VariantOf } from './table.ts'
import { fill, type Measure, type Text } from './words.ts'

/** One value of one sensor that a finding rests on. */
export interface ReadingRef {
  readonly device: string
  readonly type: string
  readonly timeUs: number
  readonly value: number
  readonly uom: string
}

/** An item that is concerned, and the way to it: keys, the item's own excepted. */
export interface AffectedItem {
  readonly key: string
  readonly certainty: Certainty
  readonly path: readonly string[]
}

/** What people in practice find it to be: for whoever closes it, never a reason not to raise it. */
export const HINTS = ['scanner', 'late_upload', 'data_entry', 'door', 'gap'] as const
export type Hint = (typeof HINTS)[number]

export interface Finding {
  readonly rule: RuleId
  readonly ruleVersion: number
  /** Which set of changes the parameters come from; `default` is the table. */
  readonly revision: string
  readonly identity: string
  readonly variant: string
  /** A canonical key, or `party:slug`, `process:…`, `recall:…`. */
  readonly subject: string
  readonly severity: Severity
  readonly certainty: Certainty
  /** The incident itself. No `toUs` while it lasts; equal to `fromUs` where it is a moment. */
  readonly fromUs: number
  readonly toUs?: number
  /** When it could first be known, given what it rests on. In the future: not yet. */
  readonly knowableUs: number
  readonly measures: readonly Measure[]
  readonly words: Readonly<Record<string, string>>
  readonly eventIDs: readonly string[]
  readonly readings: readonly ReadingRef[]
  readonly affected: readonly AffectedItem[]
  readonly hint?: Hint
  /** Findings of the same rule and cause share it: one case for all of them. */
  readonly cause: string
  readonly text: Text
}

export interface Found {
  readonly subject: string
  readonly fromUs: number
  readonly toUs?: number | undefined
  readonly knowableUs: number
  /** Default observed. */
  readonly certainty?: Certainty
  /** Default that of the rule in force. */
  readonly severity?: Severity
  /** What tells incidents apart that begin at one time. Default the variant. */
  readonly incident?: string
  readonly measures?: readonly Measure[]
  readonly words?: Readonly<Record<string, string>>
  readonly eventIDs?: readonly string[]
  readonly readings?: readonly ReadingRef[]
  readonly affected?: readonly AffectedItem[]
  readonly hint?: Hint | undefined
  /** Default the subject. */
  readonly cause?: string
}

/** A finding of a rule that is in force, in one of its variants. */
export function finding<Id extends RuleId>(
  inForce: InForce<Id>,
  variant: VariantOf<Id>,
  found: Found,
): Finding {
  const { rule, version, revision } = inForce
  const { subject, fromUs, toUs, knowableUs, hint, measures = [], words = {} } = found
  const template = ruleOf(rule).texts[variant] ?? { zh: variant, en: variant }
  return {
    rule,
    ruleVersion: version,
    revision,
    identity: identityOf(rule, subject, fromUs, found.incident ?? variant),
    variant,
    subject,
    severity: found.severity ?? inForce.severity,
    certainty: found.certainty ?? 'observed',
    fromUs,
    ...(toUs === undefined ? {} : { toUs }),
    knowableUs,
    measures,
    words,
    eventIDs: found.eventIDs ?? [],
    readings: found.readings ?? [],
    affected: found.affected ?? [],
    ...(hint === undefined ? {} : { hint }),
    cause: `${rule} ${found.cause ?? subject}`,
    text: fill(template, measures, words),
  }
}

/** `A1-` and 22 characters of base64url: safe in a path, the same for ever. */
export function identityOf(
  rule: RuleId,
  subject: string,
  fromUs: number,
  incident: string,
): string {
  const text = JSON.stringify([rule, subject, fromUs, incident])
  return `${rule}-${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`
}

/**
 * Findings of one identity told by several events, as one: with all their evidence, as of the
 * first of them. In whatever order they come the result is the same.
 */
export function merged(findings: readonly Finding[]): Finding[] {
  const byIdentity = new Map<string, Finding>()
  for (const each of findings) {
    const known = byIdentity.get(each.identity)
    byIdentity.set(each.identity, known ? together(known, each) : each)
  }
  return [...byIdentity.values()].sort((a, b) => (a.identity < b.identity ? -1 : 1))
}

function together(one: Finding, other: Finding): Finding {
  const [first, second] = isBefore(one, other) ? [one, other] : [other, one]
  const affected = new Map([...second.affected, ...first.affected].map((each) => [each.key, each]))
  return {
    ...first,
    eventIDs: [...new Set([...first.eventIDs, ...second.eventIDs])].sort(),
    affected: [...affected.values()].sort((a, b) => (a.key < b.key ? -1 : 1)),
  }
}

function isBefore(one: Finding, other: Finding): boolean {
  if (one.knowableUs !== other.knowableUs) return one.knowableUs < other.knowableUs
  return JSON.stringify(one) <= JSON.stringify(other)
}

/** Those that can be known by a time: what is due later is no finding yet. */
export function knownBy(findings: readonly Finding[], nowUs: number): Finding[] {
  return findings.filter(({ knowableUs }) => knowableUs <= nowUs)
}

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, critical: 2 }

export function isGraver(one: Severity, than: Severity): boolean {
  return RANK[one] > RANK[than]
}
