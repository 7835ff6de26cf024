/** Facts that one event tells beside the states of its items, and whose findings they concern. */

import { productKeyOf } from '#epcis/product-key.ts'
import type { Reason } from '#risk/difference.ts'
import type { EventFacts, ItemHappening } from '#risk/facts.ts'
import { endOf, isArrival, isSale, objectsOf } from '#risk/item-state.ts'
import { reportsOf, samplingsOf } from '#risk/lab-report.ts'
import { runOf } from '#risk/mass-balance.ts'
import { movementsOf, packingsOf, type Seen, stockedBy } from '#risk/movement.ts'
import { type Reference, siteOf } from '#risk/reference.ts'
import type { FactReader } from '#store/alerts/facts.ts'
import type { DraftFacts } from './draft-facts.ts'
import { askForPicks, collectPicks } from './picks.ts'

export interface CollectParts {
  readonly facts: DraftFacts
  readonly known: FactReader
  readonly reference: Reference
}

/** `event`: its number. `isLate`: something later of its items was looked at before. */
export function collect(
  about: EventFacts,
  event: number,
  seen: readonly Seen[],
  parts: CollectParts,
  isLate: boolean,
): void {
  const { facts, reference } = parts
  const reason: Reason = isLate ? 'late' : 'newer'
  const site = about.place === undefined ? '' : siteOf(reference, about.place)
  const stocks = new Set<string>()
  for (const each of movementsOf(about, seen, site)) {
    facts.movements.push({ event, ...each })
    facts.ask(`lot ${each.thing}`, reason)
    stocks.add(productKeyOf(each.thing) ?? '')
  }
  for (const each of packingsOf(about, seen, site)) {
    facts.packings.push({ event, ...each })
    // What was in it when it moved is another thing now.
    if (isLate) facts.ask(`moving ${each.parent}`, reason)
    stocks.add(productKeyOf(each.child) ?? '')
  }
  for (const each of stockedBy(about, seen, site)) {
    facts.stocked.push(each)
    stocks.add(each.product)
  }
  askForPicks(stocks, site, about, facts, 'late')
  collectPicks(about, event, seen, facts, site)
  collectTests(about, event, site, parts, reason)
  collectRun(about, event, parts, reason)
  collectShipment(about, event, seen, facts, reason)
  collectHeld(about, seen, parts, reason)
  const isMoved = isArrival(about) || (isLate && about.type === 'AggregationEvent')
  // What was sold or came to its end before is not what was out of its limits.
  const gone = isMoved ? seen : seen.filter(({ happening }) => isGone(happening))
  if (gone.length > 0) askForExposed(gone, parts, reason)
}

function isGone(happening: ItemHappening): boolean {
  return endOf(happening) !== undefined || isSale(happening.facts)
}

function collectTests(
  about: EventFacts,
  event: number,
  site: string,
  { facts }: CollectParts,
  reason: Reason,
): void {
  for (const each of samplingsOf(about, site)) {
    facts.sampled.push({ event, ...each })
    facts.ask(`tests ${each.lot}`, reason)
  }
  for (const each of reportsOf(about, site)) {
    facts.reports.push({ event, ...each })
    facts.ask(`tests ${each.thing}`, reason)
  }
}

function collectRun(
  about: EventFacts,
  event: number,
  { facts, reference }: CollectParts,
  reason: Reason,
): void {
  const found = runOf(about, reference)
  if (!found) return
  const { process, run } = found
  facts.runs.push({ process, timeUs: run.timeUs, event, body: JSON.stringify(run) })
  facts.ask(process, reason)
}

/** What comes of something that is held is held as well, and where it is built in is told. */
function collectHeld(
  { bizStep }: EventFacts,
  seen: readonly Seen[],
  { facts, known }: CollectParts,
  reason: Reason,
): void {
  if (!facts.hasAny('held')) return
  for (const { item, happening, before, after } of seen) {
    const isChange = happening.role === 'input' || bizStep === 'installing' || !before?.born
    if (!isChange) continue
    for (const key of new Set([item, ...after.lots])) {
      for (const origin of known.heldFor(key)) facts.ask(`tests ${origin}`, reason)
    }
  }
}

/** Papers that both sides of a transport name. */
const PAPERS = /^(desadv|bol) /

/** By what the two sides of a transport find each other: a paper, or the departure itself. */
function collectShipment(
  about: EventFacts,
  event: number,
  seen: readonly Seen[],
  facts: DraftFacts,
  reason: Reason,
): void {
  const { bizStep, transactions } = about
  if (bizStep !== 'shipping' && bizStep !== 'receiving') return
  const side = bizStep === 'shipping' ? 'shipped' : 'received'
  const papers = transactions.filter((each) => PAPERS.test(each))
  const ids = papers.length > 0 ? papers : side === 'received' ? departuresOf(about, seen) : []
  for (const id of ids) {
    facts.shipments.push({ id, event, side })
    facts.ask(`shipment ${id}`, reason)
  }
}

/** The departures that things arrive from; none where all of one came, as nothing is amiss. */
function departuresOf(about: EventFacts, seen: readonly Seen[]): string[] {
  const counts = new Map<string, { readonly all: number; count: number }>()
  for (const { before, happening } of seen) {
    const { away } = before ?? {}
    if (happening.role !== 'object' || away === undefined || away.step !== 'shipping') continue
    const known = counts.get(away.eventID) ?? { all: away.count, count: 0 }
    known.count += 1
    counts.set(away.eventID, known)
  }
  const [only] = counts.values()
  const isWhole = counts.size === 1 && only?.count === only?.all && only?.all === objectsOf(about)
  return isWhole ? [] : [...counts.keys()].map((eventID) => `event ${eventID}`)
}

/**
 * What was out of its limits on the way is judged once it has arrived, and again when it turns out
 * to have been elsewhere, or sold by then.
 */
export function askForExposed(
  seen: readonly Pick<Seen, 'item'>[],
  { facts, known }: Pick<CollectParts, 'facts' | 'known'>,
  reason: Reason,
): void {
  if (!facts.hasAny('exposed')) return
  for (const { item } of seen) {
    if (known.exposedIn(item, '', 1).length > 0) facts.ask(`arrival ${item}`, reason)
  }
}
