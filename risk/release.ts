/**
 * What may not go on: G1 in the scope of an open recall, F2 not tested, not passed or not
 * witnessed. A transport back to whoever recalls is what a recall asks for, and a report that was
 * issued in time and came in late is one.
 */
import type { Finding } from './finding.ts'
import { isDeparture } from './item-state.ts'
import { recallId } from './recall-clock.ts'
import type { RecallMatch, TestReport } from './reference.ts'
import { found, isSamePlace, NOTHING, type Seen, stepOf } from './seen.ts'
import { US_AN_HOUR } from './words.ts'

export function recalledAndMoving(seen: Seen): readonly Finding[] {
  const rule = seen.rules.G1
  const { item, state, now, reference } = seen
  if (!rule) return NOTHING
  const { bizStep, eventTimeUs } = now.facts
  const isInput = now.role === 'input'
  const isStep = bizStep !== undefined && rule.parameters.steps.includes(bizStep)
  if (!isInput && !isStep) return NOTHING
  const lots = now.lots.length > 0 ? [...new Set([...state.lots, ...now.lots])] : state.lots
  return reference
    .recalls(item, lots)
    .filter((match) => isHeldAt(match, eventTimeUs) && !isGoingBack(seen, match))
    .map((match) => {
      const { certainty, path, recall } = match
      return found(seen, rule, 'moving', {
        certainty,
        incident: recall,
        words: { recall: recallId(recall), step: isInput ? 'transforming' : stepOf(now) },
        affected: [{ key: item, certainty, path }],
        cause: recall,
      })
    })
}

/** Whether a recall held something at a time. */
export function isHeldAt(
  { fromUs, untilUs = Number.POSITIVE_INFINITY }: RecallMatch,
  atUs: number,
): boolean {
  return fromUs <= atUs && atUs < untilUs
}

function isGoingBack({ now, reference }: Seen, { returnsTo }: RecallMatch): boolean {
  const { facts } = now
  if (!isDeparture(facts)) return false
  if (facts.disposition === 'returned') return true
  return facts.destinations.some((to) => {
    const owner = reference.party(to)?.key ?? reference.place(to)?.party
    return returnsTo.some((each) => each === owner || isSamePlace(reference, each, to))
  })
}

export function releasedUntested(seen: Seen): readonly Finding[] {
  const rule = seen.rules.F2
  const { item, now, state, reference } = seen
  const { bizStep, eventTimeUs } = now.facts
  if (!rule || bizStep === undefined || !rule.parameters.steps.includes(bizStep)) return NOTHING
  const product = reference.product(item)
  if (!product?.requiredTests) return NOTHING
  const keys = [item, ...state.lots, ...now.lots.filter((lot) => lot !== item)]
  const reports = [...new Set(keys)].flatMap((key) => reference.tests(key))
  const graceUs = rule.parameters.graceHours * US_AN_HOUR
  return product.requiredTests.flatMap((test) => {
    const its = reports.filter((each) => each.test === test)
    const variant = wrongWith(its, eventTimeUs, product.witnessed === true)
    if (!variant) return []
    const evidence = its.map(({ eventID, reportedUs }) => {
      return { eventID, timeUs: reportedUs, party: now.facts.party }
    })
    return [
      found(seen, rule, variant, {
        incident: test,
        with: evidence,
        words: { test, step: stepOf(now) },
        cause: `${state.lots[0] ?? item} ${test}`,
        // A failed test needs no waiting for better news.
        graceUs: variant === 'untested' ? graceUs : 0,
      }),
    ]
  })
}

/** The last report by then decides: a test may be repeated. */
function wrongWith(reports: readonly TestReport[], atUs: number, needsWitness: boolean) {
  const by = reports.filter(({ reportedUs }) => reportedUs <= atUs).sort(byTime)
  const last = by.at(-1)
  if (last) {
    if (!last.passed) return 'failed' as const
    return needsWitness && last.witnessed !== true ? ('unwitnessed' as const) : undefined
  }
  if (reports.some(({ passed }) => passed)) return 'later' as const
  return reports.length > 0 ? ('failed' as const) : ('untested' as const)
}

function byTime(one: TestReport, other: TestReport): number {
  return one.reportedUs - other.reportedUs || (one.eventID < other.eventID ? -1 : 1)
}
