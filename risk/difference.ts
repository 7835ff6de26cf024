/**
 * What changed between two sets of findings of the same subjects: what is raised, what goes on,
 * what is superseded by a better told one, what is withdrawn, and why. Nothing is ever deleted:
 * whoever keeps findings keeps the old one with what became of it.
 */
import { type Finding, isGraver } from './finding.ts'
import type { Text } from './words.ts'

/** Why findings are told otherwise: each only where that is so. */
export const REASONS = {
  newer: { zh: '有新的事件或读数。', en: 'Newer events or readings came.' },
  late: { zh: '迟到的数据已补入。', en: 'Data that was late has come.' },
  corrected: { zh: '事件被声明有误或更正。', en: 'An event was declared wrong or corrected.' },
  rules: { zh: '规则或限值已变更。', en: 'Rules or limits have changed.' },
  recall: {
    zh: '召回的范围或状态已变更。',
    en: 'The scope or the state of a recall has changed.',
  },
  reference: { zh: '主数据已变更。', en: 'Master data has changed.' },
  time: { zh: '时限已到。', en: 'A time limit was reached.' },
  again: { zh: '历史数据已重新核算。', en: 'History was gone through again.' },
} as const satisfies Record<string, Text>

export type Reason = keyof typeof REASONS

/** A reason in both languages by its English, which is what is kept of it. */
export function reasonIn(english: string): Text | undefined {
  return Object.values(REASONS).find(({ en }) => en === english)
}

/**
 * `raised`: it is new. `continued`: the same incident, told further by what came after it.
 * `superseded`: the same incident, told otherwise; its identity may have changed, as its beginning
 * did. `withdrawn`: there is no such incident.
 */
export type FindingChange =
  | { readonly change: 'raised'; readonly now: Finding; readonly reason: Reason }
  | {
      readonly change: 'continued' | 'superseded'
      readonly before: Finding
      readonly now: Finding
      readonly reason: Reason
    }
  | { readonly change: 'withdrawn'; readonly before: Finding; readonly reason: Reason }

/**
 * From `before` to `now`, in the order of `now` and then of what is gone. `reason`: why it was
 * looked at again; with `newer` and `time`, an incident that only went on has continued.
 */
export function difference(
  before: readonly Finding[],
  now: readonly Finding[],
  reason: Reason,
): FindingChange[] {
  const known = new Map(before.map((each) => [each.identity, each]))
  const gone = new Map(known)
  for (const { identity } of now) gone.delete(identity)
  const changes: FindingChange[] = []
  for (const each of now) {
    const same = known.get(each.identity)
    if (same) {
      if (isSame(same, each)) continue
      const isOn = reason === 'newer' || reason === 'time'
      const change = isOn && isContinued(same, each) ? 'continued' : 'superseded'
      changes.push({ change, before: same, now: each, reason })
      continue
    }
    const moved = [...gone.values()].find((other) => isSameIncident(other, each))
    if (moved) {
      gone.delete(moved.identity)
      changes.push({ change: 'superseded', before: moved, now: each, reason })
    } else {
      changes.push({ change: 'raised', now: each, reason })
    }
  }
  for (const each of gone.values()) changes.push({ change: 'withdrawn', before: each, reason })
  return changes
}

/** Whether it has gone on a little, and not become clearly worse: that is told with it, no news. */
export function hasOnlyGoneOn(before: Finding, now: Finding): boolean {
  if (before.words['mode'] === undefined || before.toUs !== now.toUs) return false
  return isContinued(before, now) && risesOf(before) === risesOf(now)
}

/** When it could be known is no part of what it says: late data beside it moves that. */
function isSame(one: Finding, other: Finding): boolean {
  return JSON.stringify({ ...one, knowableUs: 0 }) === JSON.stringify({ ...other, knowableUs: 0 })
}

/** How often an incident had become clearly worse, as far as its rule counts that. */
function risesOf({ words }: Finding): number {
  return Number(words['rises'] ?? 1)
}

/** Whether an incident has become clearly worse than it was told: then it is news. */
export function isClearlyWorse(before: Finding, now: Finding): boolean {
  return isGraver(now.severity, before.severity) || risesOf(now) > risesOf(before)
}

/** Told by the same rule and limits, and no less grave than it was. */
function isContinued(before: Finding, now: Finding): boolean {
  const goesOn = now.toUs === undefined || now.toUs > (before.toUs ?? 0)
  return (
    before.ruleVersion === now.ruleVersion &&
    before.revision === now.revision &&
    before.severity === now.severity &&
    before.certainty === now.certainty &&
    (before.toUs === undefined || (goesOn && risesOf(now) > risesOf(before)))
  )
}

/** Of the same rule and subject, at a time that they share. */
function isSameIncident(one: Finding, other: Finding): boolean {
  if (one.rule !== other.rule || one.subject !== other.subject) return false
  if (one.variant !== other.variant) return false
  const { fromUs, toUs = Number.POSITIVE_INFINITY } = one
  return fromUs <= (other.toUs ?? Number.POSITIVE_INFINITY) && other.fromUs <= toUs
}

/** A change of rules tried on what is stored: how many findings it would add, and spare. */
export interface DryRun {
  readonly raised: number
  readonly spared: number
  readonly changed: number
  /** Per rule, what it would have raised more (or, below 0, less). */
  readonly byRule: Readonly<Record<string, number>>
}

export function dryRun(before: readonly Finding[], now: readonly Finding[]): DryRun {
  const changes = difference(before, now, 'rules')
  const count = (kind: FindingChange['change']) =>
    changes.filter(({ change }) => change === kind).length
  const byRule: Record<string, number> = {}
  for (const each of changes) {
    if (each.change === 'raised') byRule[each.now.rule] = (byRule[each.now.rule] ?? 0) + 1
    if (each.change === 'withdrawn') byRule[each.before.rule] = (byRule[each.before.rule] ?? 0) - 1
  }
  return {
    raised: count('raised'),
    spared: count('withdrawn'),
    changed: count('superseded'),
    byRule,
  }
}
