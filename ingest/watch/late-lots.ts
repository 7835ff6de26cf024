/**
 * Serials whose lot is told after they moved, as where the reader that packs is heard before the
 * machine that makes: what they moved until then is added to the amounts of their lot.
 */
import { type EventFacts, orderOfHappenings } from '#risk/facts.ts'
import { advance, UNBORN } from '#risk/item-state.ts'
import { movementsOf, packingsOf, type Seen, stockedBy } from '#risk/movement.ts'
import { type Reference, siteOf } from '#risk/reference.ts'
import type { Draft } from './draft.ts'
import { happenedAs, type LifeParts } from './life.ts'
import { ownFacts } from './retell.ts'

export interface LateLotParts extends LifeParts {
  readonly draft: Pick<Draft, 'facts'>
  readonly reference: Reference
}

/** Of what an event saw, those whose lot is known by it and was not before. */
export function learnedLots(seen: readonly Seen[]): Seen[] {
  return seen.filter(({ kind, before, after }) => {
    return kind === 'instance' && before?.lots.length === 0 && after.lots.length > 0
  })
}

/** Adds what they moved in events before that one, which were looked at already. */
export async function addToLots(
  parts: LateLotParts,
  learned: readonly Seen[],
  eventRef: number,
): Promise<void> {
  const events = new Map<number, { readonly about: EventFacts; readonly seen: Seen[] }>()
  for (const { item, after } of learned) {
    const own = await ownFacts(parts, item, eventRef - 1)
    for (const [ref, about, each] of own === undefined ? [] : livedBy(parts, item, own)) {
      const known = events.get(ref) ?? { about, seen: [] }
      known.seen.push({ ...each, after: { ...each.after, lots: after.lots } })
      events.set(ref, known)
    }
  }
  for (const [event, { about, seen }] of events) addOf(parts, event, about, seen)
}

/** What an item went through, in the order of time, with what was known of it before and after. */
function livedBy(
  parts: LifeParts,
  item: string,
  own: ReadonlyMap<number, EventFacts>,
): (readonly [number, EventFacts, Seen])[] {
  const lived = [...own].flatMap(([ref, about]) =>
    happenedAs(parts, about, item).map((each) => [ref, about, each] as const),
  )
  lived.sort(([, , one], [, , other]) => orderOfHappenings(one.happening, other.happening))
  let state = UNBORN
  return lived.map(([ref, about, each]) => {
    const before = state
    state = advance(state, each.happening)
    return [ref, about, { before, after: state, ...each }] as const
  })
}

function addOf(
  { draft: { facts }, reference }: LateLotParts,
  event: number,
  about: EventFacts,
  seen: readonly Seen[],
): void {
  const site = about.place === undefined ? '' : siteOf(reference, about.place)
  for (const each of movementsOf(about, seen, site)) {
    facts.lateMovements.push({ event, ...each })
    facts.ask(`lot ${each.thing}`, 'late')
  }
  for (const each of packingsOf(about, seen, site)) {
    // That something was emptied was told when the event was looked at.
    if (each.child === '') continue
    facts.latePackings.push({ event, ...each })
    facts.ask(`lot ${each.child}`, 'late')
  }
  facts.stocked.push(...stockedBy(about, seen, site))
}
