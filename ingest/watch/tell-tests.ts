/**
 * F1 of a lot or thing that was tested, with all that came of it; and what its reports are as
 * results of a supplier and of a process, for F3 to F5.
 */

import { productKeyOf } from '#epcis/product-key.ts'
import { type Held, holdsOf, withReach } from '#risk/failed-test.ts'
import { type Finding, merged } from '#risk/finding.ts'
import type { Watch } from '#risk/item-machine.ts'
import type { LabReport } from '#risk/lab-report.ts'
import type { InForce } from '#risk/rule-set.ts'
import { worstOf } from '#risk/sample.ts'
import type { FactReader, Of, TestResult } from '#store/alerts/facts.ts'
import type { RegistryReference } from '#store/reference.ts'
import type { TrailReader } from '#store/trail.ts'
import type { LiveItems } from './items.ts'
import { neighboursOf } from './neighbours.ts'

/** Events of the line and day of a lot that are looked at; beyond it that is said. */
const MOST_EVENTS = 5_000
/** Items that are held by name; beyond it they are counted. */
export const MOST_HELD = 1_000
/** Beyond it they are not even counted. */
const MOST_COUNTED = 100_000

export interface TestParts {
  readonly known: FactReader
  readonly trail: TrailReader
  readonly items: LiveItems
  readonly watch: Watch & { readonly reference: RegistryReference }
}

/** Reports on a thing and on the samples drawn from it, in the order in which they were issued. */
export function reportsOn(known: FactReader, thing: string): Of<LabReport>[] {
  const things = new Set([thing, ...known.samplesOf(thing).map(({ sample }) => sample)])
  const all = [...things].flatMap((each) => known.reports(each))
  return all.sort((one, other) => one.reportedUs - other.reportedUs || one.event - other.event)
}

/** F1 of all tests of a thing that failed. */
export async function aboutTests(parts: TestParts, thing: string): Promise<Finding[]> {
  const { known, watch } = parts
  // Of a sample it is what it was drawn from that fails.
  if (isSample(known, thing)) return []
  const reports = reportsOn(known, thing)
  const domain = watch.reference.product(thing)?.domain
  const found: Finding[] = []
  for (const { test, passed, result, reportedUs, recordedUs, eventID } of reports) {
    const rule = watch.rules.get('F1', { domain, product: productKeyOf(thing) }, reportedUs)
    if (passed || !rule) continue
    const later = reports.find((each) => {
      return each.test === test && each.passed && each.reportedUs > reportedUs
    })
    const clearedUs = later?.reportedUs
    const failure = { key: thing, test, result, reportedUs, recordedUs, eventID, clearedUs }
    found.push(...(await held(rule, holdsOf(rule, failure, heldItems(parts)))))
  }
  // A batch and its sample that are named in one report fail once.
  return merged(found)
}

/** The failure with how many items it reached, and the first of those; each at its surest. */
async function held(rule: InForce<'F1'>, holds: AsyncGenerator<Held>): Promise<Finding[]> {
  const byItem = new Map<string, Finding>()
  const beyond = new Set<string>()
  let failure: Finding | undefined
  let isCut = false
  for await (const each of holds) {
    if (each === 'cut') {
      isCut = true
    } else if (each.variant === 'failed') {
      failure = each
    } else if (byItem.has(each.subject) || byItem.size < MOST_HELD) {
      const before = byItem.get(each.subject)?.certainty
      // As sure as before is told better.
      if (before === undefined || worstOf(each.certainty, before) === before) {
        byItem.set(each.subject, each)
      }
    } else {
      beyond.add(each.subject)
      isCut ||= beyond.size >= MOST_COUNTED
      if (beyond.size >= MOST_COUNTED) break
    }
  }
  if (!failure) return []
  const reach = { named: byItem.size, more: beyond.size, isCut }
  return [withReach(rule, failure, reach), ...byItem.values()]
}

function heldItems({ known, trail, items }: TestParts) {
  const none = async function* () {}
  return {
    trail,
    lotsBetween: none,
    madeBetween: none,
    neighbours: (key: string) => neighboursOf(trail, key, MOST_EVENTS),
    installedAt: (key: string) => items.get(key)?.state.installed?.place,
    isSample: (key: string) => isSample(known, key),
  }
}

function isSample(known: FactReader, key: string): boolean {
  return known.sampledFrom(key).some(({ lot }) => lot !== key)
}

/** Reports on a thing as results: of whoever made it, and of what they make. */
export function resultsOf(
  { known, watch }: Omit<TestParts, 'trail' | 'items'>,
  thing: string,
): Of<TestResult>[] {
  const origin = known.sampledFrom(thing)[0]?.lot ?? thing
  const maker = known.makerOf(origin)?.party ?? watch.reference.productParty(origin)
  if (maker === undefined) return []
  const product = productKeyOf(origin) ?? origin
  return known.reports(thing).map(({ event, test, passed, reportedUs, recordedUs, eventID }) => ({
    ...{ thing, event, test, passed, eventID, timeUs: reportedUs, recordUs: recordedUs },
    supplier: `party:${maker}`,
    process: `results of party:${maker} ${product} ${test}`,
  }))
}
