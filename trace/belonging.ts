/**
 * From a lot to its serials, from a serial to its lot, from a container to its contents. What hangs on
 * the trail of the item that is found is settled when that trail is read: see frontier.ts.
 */
import { stayKindOf } from './containment.ts'
import type { Arrival, Contents, Expansion } from './frontier.ts'
import { type ItemLot, serialsOf } from './lots.ts'
import type { ChainLink, Unnamed } from './parts.ts'
import { bestTier, isWider, type Tier, tierOf, UNREACHED } from './reach.ts'
import type { ItemRef, TrailRow } from './source.ts'
import type { Step } from './step.ts'

/** The serials of a lot that is traced forward; `rows` are some of the lot's. */
export async function* serials(
  step: Step,
  { placed, bounds, before }: Expansion,
  rows: readonly TrailRow[],
): AsyncGenerator<void> {
  const eventRefs = rows.filter((row) => row.role === 'lot').map((row) => row.eventRef)
  const wider = ([0, 1, 2] as const).filter((tier) => isFirstAt(bounds, tier))
  if (eventRefs.length === 0 || !isWider(bounds, before)) return
  for await (const found of serialsOf(step.view, placed.item, eventRefs)) {
    for (const { item, lot } of found) {
      for (const tier of wider) {
        const arrival: Arrival = {
          bound: bounds[tier],
          tier,
          eventRef: lot.eventRef,
          contents: undefined,
          lot,
        }
        step.discover({ item, footing: 'traced', arrival, link: undefined })
      }
    }
    yield
    if (step.isExhausted()) return
  }
}

/** Whether a bound says more than that of the tier before it. */
function isFirstAt(bounds: Expansion['bounds'], tier: 0 | 1 | 2): boolean {
  return !Number.isNaN(bounds[tier]) && !(bounds[tier] <= (bounds[tier - 1] ?? Number.NaN))
}

/**
 * The lots of a serial: where its own origin is not stated it has that of its lot, and where a lot
 * went into something without serials, it may have been among them.
 */
export function lotsUpward(step: Step, expansion: Expansion): void {
  const best = bestTier(expansion.bounds)
  for (const lot of lotsTold(expansion)) {
    // That the serial is of the lot is certain, whatever hangs on the lot is not.
    if (!step.tellNode(lot.lot, 'lot', Math.max(best, tierOf(lot.certainty)))) continue
    for (const arrival of lotArrivals(step, expansion, lot)) {
      const link = bestTier(expansion.shown) < UNREACHED ? undefined : ofLot(expansion, lot)
      step.discover({ item: lot.lot, footing: 'lot', arrival, link })
    }
  }
}

/** Those its own events name, and those it was found by. */
function lotsTold({ lots, arrivals }: Expansion): ItemLot[] {
  const foundBy = arrivals.flatMap(({ lot }) => (lot ? [lot] : []))
  return [...lots, ...foundBy].filter(({ lot }, at, all) => {
    return all.findIndex((other) => other.lot.ref === lot.ref) === at
  })
}

function lotArrivals(step: Step, { placed, bounds }: Expansion, lot: ItemLot): Arrival[] {
  const bornUs = placed.rows[0]?.eventTimeUs ?? Number.POSITIVE_INFINITY
  const to = (bound: number, tier: Tier): Arrival => {
    return { bound, tier, eventRef: lot.eventRef, contents: undefined }
  }
  const least: Tier = lot.certainty === 'observed' ? 1 : 2
  if (step.direction === 'forward') return [to(Math.min(bounds[2], -bornUs), 2)]
  const stated = placed.rows.some((row) => row.role === 'output')
  const inferred = ([0, 1, 2] as const)
    .filter((tier) => isFirstAt(bounds, tier))
    .map((tier) => to(Math.min(bounds[tier], bornUs), Math.max(tier, least)))
  return [...(stated ? [] : inferred), to(bounds[2], 2)]
}

function ofLot({ placed }: Expansion, { lot, certainty, eventRef }: ItemLot): Unnamed<ChainLink> {
  return {
    part: 'link',
    kind: 'of-lot',
    from: placed.item.key,
    to: lot.key,
    certainty,
    fromUs: undefined,
    toUs: undefined,
    eventRefs: [eventRef],
  }
}

/**
 * What was in a traced container while that was of concern, and what was attached to it. Contents are
 * traced with it; what is attached is shown and not followed.
 */
export async function* contents(step: Step, expansion: Expansion): AsyncGenerator<void> {
  for (const opening of expansion.openings) {
    const rows = expansion.placed.rows.filter((row) => mayTell(row, opening))
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
  { placed }: Expansion,
  { during, tier }: Contents,
  rows: readonly TrailRow[],
): AsyncGenerator<void> {
  const parent = placed.item
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
      step.discover({ item, footing, arrival, link: undefined })
    }
    yield
    if (step.isExhausted()) return
  }
}

/** Of a lot that is inside, the rest is elsewhere. */
function isPart({ kind }: ItemRef): boolean {
  return kind === 'lot' || kind === 'class'
}
