/**
 * From a lot to its serials, from a serial to its lot, from a container to its contents. What
 * hangs on the trail of the item that is found is settled when that trail is read: see
 * frontier.ts.
 */
import { stayKindOf } from './containment.ts'
import type { Arrival, Contents, Expansion } from './frontier.ts'
import { type ItemLot, serialsOf } from './lots.ts'
import type { ChainLink, Unnamed } from './parts.ts'
import { type Bounds, bestTier, isWider, type Tier, tierOf, UNREACHED } from './reach.ts'
import type { ItemRef, TrailRow } from './source.ts'
import type { Step } from './step.ts'

/** The serials of a lot that is traced forward; `rows` are some of the lot's. */
export async function* serials(
  step: Step,
  { trail, bounds, before }: Expansion,
  rows: readonly TrailRow[],
): AsyncGenerator<void> {
  const eventRefs = rows.filter((row) => row.role === 'lot').map((row) => row.eventRef)
  if (eventRefs.length === 0 || !isWider(bounds, before)) return
  const tiers = tiersThatDiffer(bounds)
  for await (const found of serialsOf(step.view, trail.item, eventRefs)) {
    for (const { lot, serials } of found) {
      for (const tier of tiers) {
        const { eventRef } = lot
        const arrival = { bound: bounds[tier], tier, eventRef, contents: undefined, lot }
        for (const item of serials) step.discover(item, 'traced', arrival)
      }
    }
    yield
    if (step.isExhausted()) return
  }
}

/** The tiers whose bounds say more than those before them. */
function tiersThatDiffer(bounds: Bounds): readonly (0 | 1 | 2)[] {
  return ([0, 1, 2] as const).filter((tier) => {
    const better = tier === 0 ? Number.NaN : bounds[(tier - 1) as 0 | 1]
    return !Number.isNaN(bounds[tier]) && !(bounds[tier] <= better)
  })
}

/**
 * The lots of a serial: where its own origin is not stated it has that of its lot, and where a lot
 * went into something without serials, it may have been among them.
 */
export function lotsUpward(step: Step, expansion: Expansion): void {
  const { bounds, shown } = expansion
  const best = bestTier(bounds)
  const isShown = bestTier(shown) < UNREACHED
  for (const lot of lotsTold(expansion)) {
    // That the serial is of the lot is certain, whatever hangs on the lot is not.
    if (!step.tellNode(lot.lot, 'lot', Math.max(best, tierOf(lot.certainty)))) continue
    if (!isShown) step.tell(ofLot(expansion, lot))
    if (step.direction === 'forward') goForwardFromLot(step, expansion, lot)
    else goBackFromLot(step, expansion, lot)
  }
}

/** Those its own events name, and those it was found by. */
function lotsTold({ lots, arrivals }: Expansion): readonly ItemLot[] {
  let told = lots
  for (const { lot } of arrivals) {
    if (lot && !told.some((each) => each.lot.ref === lot.lot.ref)) told = [...told, lot]
  }
  return told
}

function goForwardFromLot(step: Step, { trail, bounds }: Expansion, lot: ItemLot): void {
  const bornUs = trail.rows[0]?.eventTimeUs ?? Number.POSITIVE_INFINITY
  goOnFromLot(step, lot, Math.min(bounds[2], -bornUs), 2)
}

function goBackFromLot(step: Step, { trail, bounds }: Expansion, lot: ItemLot): void {
  const bornUs = trail.rows[0]?.eventTimeUs ?? Number.POSITIVE_INFINITY
  const least: Tier = lot.certainty === 'observed' ? 1 : 2
  if (!trail.rows.some((row) => row.role === 'output')) {
    for (const tier of tiersThatDiffer(bounds)) {
      goOnFromLot(step, lot, Math.min(bounds[tier], bornUs), Math.max(tier, least))
    }
  }
  goOnFromLot(step, lot, bounds[2], 2)
}

function goOnFromLot(step: Step, { lot, eventRef }: ItemLot, bound: number, tier: Tier): void {
  if (!step.isKnown(lot, 'lot', bound, tier)) {
    step.discover(lot, 'lot', { bound, tier, eventRef, contents: undefined })
  }
}

function ofLot({ trail }: Expansion, { lot, certainty, eventRef }: ItemLot): Unnamed<ChainLink> {
  return {
    part: 'link',
    kind: 'of-lot',
    from: trail.item.key,
    to: lot.key,
    certainty,
    fromUs: undefined,
    toUs: undefined,
    eventRefs: [eventRef],
  }
}

/**
 * What was in a traced container while that was of concern, and what was attached to it. Contents
 * are traced with it; what is attached is shown and not followed.
 */
export async function* contents(step: Step, expansion: Expansion): AsyncGenerator<void> {
  for (const opening of expansion.openings) {
    const rows = expansion.trail.rows.filter((row) => mayTell(row, opening))
    if (rows.length > 0) yield* contentsBy(step, expansion, opening, rows)
  }
}

/** Whether a row may tell of contents: packed before the end, or unpacked after the beginning. */
export function mayTell(row: TrailRow, { during }: Contents): boolean {
  if (row.role !== 'parent' || !stayKindOf(row)) return false
  return row.action === 'ADD' ? row.eventTimeUs < during.toUs : row.eventTimeUs > during.fromUs
}

async function* contentsBy(
  step: Step,
  { trail }: Expansion,
  { during, tier }: Contents,
  rows: readonly TrailRow[],
): AsyncGenerator<void> {
  const parent = trail.item
  const kinds = new Map(rows.map((row) => [row.eventRef, stayKindOf(row)]))
  for await (const members of step.view.source.members([...kinds.keys()], ['child'])) {
    for (const { item, eventRef } of members) {
      const arrival: Arrival = {
        bound: Number.NaN,
        tier,
        eventRef,
        contents: undefined,
        inside: { parent, during },
      }
      const footing =
        kinds.get(eventRef) === 'associated' ? 'attached' : isPart(item) ? 'lot' : 'traced'
      step.discover(item, footing, arrival)
    }
    yield
    if (step.isExhausted()) return
  }
}

/** Of a lot that is inside, the rest is elsewhere. */
function isPart({ kind }: ItemRef): boolean {
  return kind === 'lot' || kind === 'class'
}
