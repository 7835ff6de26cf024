/**
 * Tells where traced items were: what they were in and on, and how that moved. Carriers are shown for
 * the time they carried something that is followed, and never opened: what else they carried is no
 * part of the chain.
 */
import { type Carriers, covers, overlap, type Placed, type Stretch } from './carriers.ts'
import type { Stay } from './containment.ts'
import type { Expansion } from './frontier.ts'
import { type HalfMove, type Journey, journeyOf, type Move } from './journey.ts'
import { CERTAINTIES, type ChainGap, type ChainLink, type Unnamed } from './parts.ts'
import { type Tier, tierAt, tierOf, UNREACHED } from './reach.ts'
import type { ItemRef, TrailRow } from './source.ts'
import { reachedStretch, type Step } from './step.ts'

/** What has been told of carriers, in both directions of a walk. */
export class ToldCarriers {
  /** Per certainty, by reference: the stretches told with it or with a better one. */
  readonly #stretches = CERTAINTIES.map(() => new Map<number, readonly Stretch[]>())
  /** Of carriers in hand. Weak, as carriers are forgotten and read again. */
  readonly #journeys = new WeakMap<Placed, Journey>()

  /** Adds a stretch. What was told before, and what in one piece is told now; nothing if no more. */
  add(
    { item }: Placed,
    during: Stretch,
    tier: Tier,
  ): { before: readonly Stretch[]; now: Stretch } | undefined {
    const ofTier = this.#stretches[tier]?.get(item.ref) ?? []
    if (ofTier.some((stretch) => covers(stretch, during))) return undefined
    const before = this.#stretches.at(-1)?.get(item.ref) ?? []
    let now = during
    for (const stretches of this.#stretches.slice(tier)) {
      const told = stretches.get(item.ref) ?? []
      now = union(during, told)
      stretches.set(item.ref, [...told.filter((each) => !touches(each, now)), now])
    }
    return { before, now }
  }

  journeyOf(carriers: Carriers, carrier: Placed): Journey {
    const known = this.#journeys.get(carrier) ?? journeyOf(carriers, carrier)
    this.#journeys.set(carrier, known)
    return known
  }
}

/** A stretch together with those that touch it. */
function union(during: Stretch, others: readonly Stretch[]): Stretch {
  const together = others.filter((other) => touches(other, during))
  return {
    fromUs: Math.min(during.fromUs, ...together.map((other) => other.fromUs)),
    toUs: Math.max(during.toUs, ...together.map((other) => other.toUs)),
  }
}

function touches(one: Stretch, other: Stretch): boolean {
  return one.fromUs <= other.toUs && other.fromUs <= one.toUs
}

/** Tells the stays, carriers, moves and gaps of an item, as far as it is newly reached. */
export function tellWhereabouts(step: Step, told: ToldCarriers, expansion: Expansion): void {
  const { placed, bounds } = expansion
  const isNew = (eventTimeUs: number) => {
    const signedUs = step.sign * eventTimeUs
    return tierAt(expansion.shown, signedUs) === UNREACHED && tierAt(bounds, signedUs) < UNREACHED
  }
  const reached = reachedStretch(step, bounds)
  for (const stay of placed.stays) {
    const during = overlap(stay, reached)
    if (!during) continue
    const touchUs = step.direction === 'forward' ? stay.toUs - 1 : stay.fromUs
    const tier = Math.max(tierAt(bounds, step.sign * touchUs), tierOf(stay.certainty))
    if (!tellCarrier(step, told, step.carriers.get(stay), during, tier, 1)) continue
    if (isNew(touchUs)) step.tell(stayLink(stay, placed.item))
  }
  const { moves, gaps } = journeyOf(step.carriers, placed)
  for (const move of moves) {
    if (isNew(move.received.eventTimeUs)) tellMove(step, move)
  }
  for (const gap of gaps) if (isNew(gap.row.eventTimeUs)) step.tell(halfMoveGap(gap))
  tellUnseen(step, placed, isNew)
}

/** Tells a carrier for a stretch of time, and what carried it; false where the limit bars it. */
function tellCarrier(
  step: Step,
  told: ToldCarriers,
  carrier: Placed,
  during: Stretch,
  tier: Tier,
  away: number,
): boolean {
  if (!step.tellNode(carrier.item, 'carrier', tier, away)) return false
  const added = told.add(carrier, during, tier)
  if (!added) return true
  const { before, now } = added
  for (const stay of carrier.stays) {
    const inside = overlap(stay, during)
    if (!inside) continue
    const outer = step.carriers.get(stay)
    const its = Math.max(tier, tierOf(stay.certainty))
    if (!tellCarrier(step, told, outer, inside, its, away + 1)) continue
    if (!before.some((stretch) => overlap(stay, stretch))) step.tell(stayLink(stay, carrier.item))
  }
  const isNew = (...timesUs: number[]) =>
    timesUs.every((timeUs) => isIn(timeUs, now)) &&
    !before.some((stretch) => timesUs.every((timeUs) => isIn(timeUs, stretch)))
  const { moves, gaps } = told.journeyOf(step.carriers, carrier)
  for (const move of moves) {
    if (isNew(move.shipped.eventTimeUs, move.received.eventTimeUs)) tellMove(step, move)
  }
  for (const gap of gaps) if (isNew(gap.row.eventTimeUs)) step.tell(halfMoveGap(gap))
  tellUnseen(step, carrier, isNew)
  tellEvents(
    step,
    carrier.item,
    carrier.rows.filter((row) => isNew(row.eventTimeUs)),
  )
  return true
}

function isIn(timeUs: number, { fromUs, toUs }: Stretch): boolean {
  return fromUs <= timeUs && timeUs < toUs
}

/** The events of an item that are of concern, for who collects them. */
export function tellEvents(step: Step, { key }: ItemRef, events: readonly TrailRow[]): void {
  if (events.length > 0) step.tell({ part: 'seen', key, events })
}

/** An item whose first event is that it goes into something, or is packed. */
function tellUnseen(step: Step, { item, rows }: Placed, isNew: (timeUs: number) => boolean): void {
  const first = rows[0]
  if (!first || !isNew(first.eventTimeUs)) return
  if (first.role !== 'input' && first.role !== 'child' && first.role !== 'parent') return
  step.tell({
    part: 'gap',
    kind: 'never-seen-before',
    key: item.key,
    timeUs: first.eventTimeUs,
    open: false,
    eventRefs: [first.eventRef],
  })
}

export function stayLink(stay: Stay, child: ItemRef): Unnamed<ChainLink> {
  return {
    part: 'link',
    kind: stay.kind,
    from: stay.parent.key,
    to: child.key,
    certainty: stay.certainty,
    fromUs: Number.isFinite(stay.fromUs) ? stay.fromUs : undefined,
    toUs: Number.isFinite(stay.toUs) ? stay.toUs : undefined,
    eventRefs: stay.eventRefs,
  }
}

function tellMove(step: Step, { from, to, shipped, received, certainty }: Move): void {
  if (!step.isTold(from) || !step.isTold(to)) return
  step.tell({
    part: 'link',
    kind: 'moves',
    from: from.key,
    to: to.key,
    certainty,
    fromUs: shipped.eventTimeUs,
    toUs: received.eventTimeUs,
    eventRefs: [shipped.eventRef, received.eventRef],
  })
}

function halfMoveGap({ kind, row, open }: HalfMove): Unnamed<ChainGap> {
  return {
    part: 'gap',
    kind,
    key: row.item.key,
    timeUs: row.eventTimeUs,
    open,
    eventRefs: [row.eventRef],
  }
}
