/**
 * How a recall goes: G3 who has not answered, how much is accounted for, whom to check by level of
 * effectiveness, and G4 whether the scope is wider than what is proven.
 */
import { createHash } from 'node:crypto'
import { type Finding, finding } from './finding.ts'
import { type RecallClass, recallId } from './recall-clock.ts'
import type { ScopeSummary } from './recall-scope.ts'
import type { InForce } from './rule-set.ts'
import { US_AN_HOUR } from './words.ts'

/** One party that got some of it. Amounts in one unit for the whole recall. */
export interface Consignee {
  /** Canonical key or `party:slug`. */
  readonly key: string
  readonly shipped: number
  readonly onHand: number
  readonly returned: number
  readonly destroyed: number
  readonly used: number
  readonly notifiedUs?: number
  readonly acknowledgedUs?: number
}

/** G3 as of a time, the latest answers included; a party that was not told owes none. */
export function notAnswered(
  rule: InForce<'G3'>,
  recall: string,
  recallClass: RecallClass,
  consignees: readonly Consignee[],
  nowUs: number,
): Finding[] {
  const { firstHours, secondHours, thirdHours } = rule.parameters
  const limit = { I: firstHours, II: secondHours, III: thirdHours }[recallClass]
  return consignees.flatMap(({ key, notifiedUs, acknowledgedUs }) => {
    if (notifiedUs === undefined) return []
    const dueUs = notifiedUs + limit * US_AN_HOUR
    const untilUs = Math.min(acknowledgedUs ?? nowUs, nowUs)
    if (untilUs <= dueUs) return []
    // While it goes on it is told once, and not anew each hour.
    const value = acknowledgedUs === undefined ? limit : (untilUs - notifiedUs) / US_AN_HOUR
    return [
      finding(rule, acknowledgedUs === undefined ? 'silent' : 'answeredLate', {
        subject: key,
        incident: recall,
        fromUs: notifiedUs,
        toUs: acknowledgedUs,
        knowableUs: dueUs + 1,
        measures: [{ name: 'waited', value, limit, unit: 'hours' }],
        words: { recall: recallId(recall), party: key.replace(/^party:/, '') },
        cause: recall,
      }),
    ]
  })
}

export interface Accounted {
  readonly shipped: number
  /** No more of each consignee than it got, so that none hides what another lacks. */
  readonly accounted: number
  /** What consignees tell of beyond what they got. */
  readonly over: number
  /** 0 to 100. Undefined where nothing was shipped. */
  readonly percent: number | undefined
}

/** How much of what was shipped is on hand, returned, destroyed or used. */
export function accountedFor(consignees: readonly Consignee[]): Accounted {
  let shipped = 0
  let accounted = 0
  let over = 0
  for (const each of consignees) {
    const told = each.onHand + each.returned + each.destroyed + each.used
    shipped += each.shipped
    accounted += Math.min(told, each.shipped)
    over += Math.max(0, told - each.shipped)
  }
  const percent = shipped > 0 ? (accounted / shipped) * 100 : undefined
  return { shipped, accounted, over, percent }
}

/**
 * Part of the consignees that are checked, in percent. B is any between A and C: half where the
 * recall does not say. [FDA IOM 7.3.2.2; 21 CFR 7.42(b)(3)]
 */
export const EFFECTIVENESS_LEVELS = { A: 100, B: 50, C: 10, D: 2, E: 0 } as const

export type EffectivenessLevel = keyof typeof EFFECTIVENESS_LEVELS

/**
 * The consignees to check, sorted. Drawn by lot from the seed: the same seed and parties give the
 * same sample in whatever order they come, and nobody can choose whom it spares. At least one,
 * where any is to be checked.
 */
export function sampleOfConsignees(
  keys: readonly string[],
  level: EffectivenessLevel,
  seed: string,
  percent: number = EFFECTIVENESS_LEVELS[level],
): string[] {
  const distinct = [...new Set(keys)]
  const size = Math.ceil((distinct.length * Math.min(Math.max(percent, 0), 100)) / 100)
  const drawn = distinct.map((key) => ({ key, lot: lotOf(seed, key) }))
  drawn.sort((one, other) => (one.lot < other.lot ? -1 : 1))
  return drawn
    .slice(0, size)
    .map(({ key }) => key)
    .sort()
}

function lotOf(seed: string, key: string): string {
  return createHash('sha256')
    .update(JSON.stringify([seed, key]))
    .digest('hex')
}

/** G4: says when little of a scope is proven. */
export function scopeTooWide(
  rule: InForce<'G4'>,
  recall: string,
  { tiers }: ScopeSummary,
  decidedUs: number,
): Finding[] {
  const all = tiers.proven + tiers.inferred + tiers.possible
  const percent = all === 0 ? 100 : (tiers.proven / all) * 100
  const { leastPercent } = rule.parameters
  if (percent >= leastPercent) return []
  return [
    finding(rule, 'wide', {
      subject: recall,
      fromUs: decidedUs,
      knowableUs: decidedUs,
      measures: [
        { name: 'proven', value: percent, limit: leastPercent, unit: 'percent' },
        { name: 'affected', value: tiers.proven, limit: all, unit: 'count' },
      ],
    }),
  ]
}
