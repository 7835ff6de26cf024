/**
 * Tells where traced items were: what they were in and on, and how that moved. Carriers are shown
 * for the time they carried something that is followed, and never opened: what else they carried
 * is no part of the chain.
 */
import { type Carriers, covers, overlap, type Stretch } from './carriers.ts'
import type { Stay } from './containment.ts'
import type { Expansion } from './frontier.ts'
import { type HalfMove, type Journey, journeyOf, type Move } from './journey.ts'
import { CERTAINTIES, type ChainGap, type ChainLink, type Unnamed } from './parts.ts'
import { type Tier, tierAt, tierOf, UNREACHED } from './reach.ts'
import type { ItemRef, TrailRow } from './source.ts'
import { reachedStretch, type Step } from './step.ts'
import type { ItemTrail } from './view.ts'

/** Carriers remembered. A walk over more of them may tell the link of one again. */
const REMEMBERED = 20_000

/** What has been told of carriers, in both directions of a walk. */
export class ToldCarriers {
  /** Per certainty, by reference: the stretches told with it or with a better one. */
  readonly #stretches = CERTAINTIES.map(() => new Map<number, readonly Stretch[]>())
  /** Of carriers in hand. Weak, as carriers are forgotten and read again. */
  readonly #journeys = new WeakMap<ItemTrail, Journey>()

  has({ ref }: ItemRef, during: Stretch, tier: Tier): boolean {
    const told = this.#stretches[tier]?.get(ref)
    return told?.some((stretch) => covers(stretch, during)) ?? false
  }

  /** Adds a stretch: what was told before, and what is told now, in one piece. */
  add({ ref }: ItemRef, during: Stretch, tier: Tier): Telling {
    let telling: Telling | undefined
    let list: readonly Stretch[] = NOTHING
    for (const stretches of this.#stretches.slice(tier)) {
      if (stretches.size > REMEMBERED) stretches.clear()
      const before = stretches.get(ref) ?? NOTHING
      // Mostly the same with every certainty, and kept once then.
      if (!telling || telling.before !== before) {
        const now = union(during, before)
        telling = { before, now }
        list = [...before.filter((each) => !touches(each, now)), now]
      }
      stretches.set(ref, list)
    }
    return telling ?? { before: NOTHING, now: during }
  }

  journeyOf(carriers: Carriers, carrier: ItemTrail): Journey {
    const known = this.#journeys.get(carrier) ?? journeyOf(carriers, carrier)
    this.#journeys.set(carrier, known)
    return known
  }
}

const NOTHING: readonly Stretch[] = []

interface Telling {
  readonly before: readonly Stretch[]
  readonly now: Stretch
}

/** Whether something between two times is told now, and was not before. */
function isToldNow({ before, now }: Telling, fromUs: number, toUs: number): boolean {
  const span = { fromUs, toUs: toUs + 1 }
  return covers(now, span) && !before.some((stretch) => covers(stretch, span))
}

/** A stretch together with those that touch it. */
function union(during: Stretch, others: readonly Stretch[]): Stretch {
  const together = others.filter((other) => touches(other, during))
  if (together.length === 0) return during
  return {
    fromUs: Math.min(during.fromUs, ...together.map((other) => other.fromUs)),
    toUs: Math.max(during.toUs, ...together.map((other) => other.toUs)),
  }
}

function touches(one: Stretch, other: Stretch): boolean {
  return one.fromUs <= other.toUs && other.fromUs <= one.toUs
}

/** Whether an item is reached at a time, and its whereabouts have not been told for it. */
export function isNewlyReached(step: Step, { bounds, shown }: Expansion, timeUs: number): boolean {
  const signedUs = step.sign * timeUs
  return tierAt(bounds, signedUs) < UNREACHED && tierAt(shown, signedUs) === UNREACHED
}

/** Tells the stays, carriers, moves and gaps of an item, as far as it is newly reached. */
export function tellWhereabouts(step: Step, told: ToldCarriers, expansion: Expansion): void {
  const { trail, bounds } = expansion
  const reached = reachedStretch(step, bounds)
  const least: Tier = isPartOfLot(step, expansion) ? 2 : 0
  for (const stay of trail.stays) {
    const during = overlap(stay, reached)
    if (!during) continue
    const touchUs = step.direction === 'forward' ? stay.toUs - 1 : stay.fromUs
    const reachedBy = Math.max(tierAt(bounds, step.sign * touchUs), least)
    const tier = Math.max(reachedBy, tierOf(stay.certainty))
    if (!tellCarrier(step, told, step.carriers.get(stay), during, tier, 1)) continue
    if (isNewlyReached(step, expansion, touchUs)) step.tell(stayLink(stay, trail.item))
  }
  const { moves, gaps } = journeyOf(step.carriers, trail)
  for (const move of moves) {
    if (isNewlyReached(step, expansion, move.received.eventTimeUs)) tellMove(step, move)
  }
  for (const gap of gaps) {
    if (isNewlyReached(step, expansion, gap.row.eventTimeUs)) step.tell(halfMoveGap(gap))
  }
  const first = trail.rows[0]
  if (first && isNewlyReached(step, expansion, first.eventTimeUs)) tellUnseen(step, first)
}

/** Of a lot that went into something, nobody knows which containers that part of it had been in. */
function isPartOfLot({ direction }: Step, { trail, bounds }: Expansion): boolean {
  const { kind } = trail.item
  const isAmount = kind === 'lot' || kind === 'class'
  return isAmount && direction === 'back' && bounds[0] !== Number.POSITIVE_INFINITY
}

/** Tells a carrier for a stretch of time, and what carried it; false where the limit bars it. */
function tellCarrier(
  step: Step,
  told: ToldCarriers,
  carrier: ItemTrail,
  during: Stretch,
  tier: Tier,
  away: number,
): boolean {
  const { item, rows, stays } = carrier
  if (!step.tellNode(item, 'carrier', tier, away)) return false
  if (told.has(item, during, tier)) return true
  const telling = told.add(item, during, tier)
  for (const stay of stays) {
    const inside = overlap(stay, during)
    if (!inside) continue
    const outer = step.carriers.get(stay)
    const its = Math.max(tier, tierOf(stay.certainty))
    if (!tellCarrier(step, told, outer, inside, its, away + 1)) continue
    if (!telling.before.some((stretch) => overlap(stay, stretch))) step.tell(stayLink(stay, item))
  }
  const { moves, gaps } = told.journeyOf(step.carriers, carrier)
  for (const move of moves) {
    const { shipped, received } = move
    if (isToldNow(telling, shipped.eventTimeUs, received.eventTimeUs)) tellMove(step, move)
  }
  for (const gap of gaps) {
    if (isToldNow(telling, gap.row.eventTimeUs, gap.row.eventTimeUs)) step.tell(halfMoveGap(gap))
  }
  const first = rows[0]
  if (first && isToldNow(telling, first.eventTimeUs, first.eventTimeUs)) tellUnseen(step, first)
  if (step.wantsEvents) {
    const events = rows.filter((row) => isToldNow(telling, row.eventTimeUs, row.eventTimeUs))
    step.tell({ part: 'seen', key: item.key, events })
  }
  return true
}

/** An item whose first event is that it goes into something, or is packed. */
function tellUnseen(step: Step, { item, role, eventTimeUs, eventRef }: TrailRow): void {
  if (role !== 'input' && role !== 'child' && role !== 'parent') return
  step.tell({
    part: 'gap',
    kind: 'never-seen-before',
    key: item.key,
    timeUs: eventTimeUs,
    open: false,
    eventRefs: [eventRef],
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
