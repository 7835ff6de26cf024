/** Reads events out of any trail store as they would be given to one. */
import type { NewEvent, NewMember, StoredEvent, TrailReader } from '#store/trail.ts'
import { type EventMember, ROLES } from '#trace/source.ts'

/** An event of a store, ready to be given to another. */
export interface WholeEvent {
  readonly eventRef: number
  readonly event: NewEvent
  /** Since when it does not stand, which the other store finds by itself. */
  readonly voidedAtUs: number | undefined
}

const eventsAtOnce = 200

/** All events behind one of them, in the order of recording, in parts of bounded number. */
export async function* eventsBehind(
  source: TrailReader,
  eventRef: number,
): AsyncIterable<readonly WholeEvent[]> {
  for (let after = eventRef; ; ) {
    const refs = await source.eventsAfter(after, eventsAtOnce)
    const last = refs.at(-1)
    if (last === undefined) return
    yield await wholeEvents(source, refs)
    after = last
  }
}

/** Some events, in the order asked for. */
export async function wholeEvents(
  source: TrailReader,
  eventRefs: readonly number[],
): Promise<WholeEvent[]> {
  const members = new Map<number, NewMember[]>(eventRefs.map((ref) => [ref, []]))
  for await (const some of source.members(eventRefs, ROLES)) {
    for (const member of some) members.get(member.eventRef)?.push(newMember(member))
  }
  const stored = await source.events(eventRefs)
  return stored.map((one) => ({
    eventRef: one.eventRef,
    event: newEvent(one, members.get(one.eventRef) ?? []),
    voidedAtUs: one.voidedAtUs,
  }))
}

function newMember({ item, role, quantity, uom }: EventMember): NewMember {
  return { key: item.key, kind: item.kind, role, quantity, uom }
}

function newEvent(stored: StoredEvent, members: readonly NewMember[]): NewEvent {
  const { eventRef, declaresError, voidedAtUs, ...said } = stored
  // A declaration does not stand since it was made: it is its own time that voids it.
  return { declaredAtUs: declaresError ? voidedAtUs : undefined, members, ...said }
}
