/**
 * Decides what becomes of the events of a batch: which are new, under which number, which are
 * repeats, and which no longer stand.
 */
import type { Applied, NewEvent } from '#store/trail.ts'
import { type Found, identityKey } from './event-index.ts'

/** An event that is new, with the number it gets. */
export interface Placed {
  readonly event: NewEvent
  readonly seq: number
}

export interface Placement {
  readonly outcomes: Applied['outcomes']
  readonly fresh: readonly Placed[]
  /** Events, new or stored, that do not stand, and the time of the declaration. */
  readonly voided: readonly { readonly seq: number; readonly voidedAtUs: number }[]
}

/**
 * `stored`: all events of the eventIDs in the batch; `next`: the number after the last one stored;
 * `declaredAtUs`: when a stored error declaration, given by its number, was made.
 */
export function place(
  events: readonly NewEvent[],
  stored: readonly Found[],
  next: number,
  declaredAtUs: (seq: number) => number,
): Placement {
  const known = new Map(stored.map((event) => [identityKey(event), event.seq]))
  const fresh: Placed[] = []
  const outcomes = events.map((event) => {
    const key = keyOf(event, event.declaredAtUs !== undefined)
    const eventRef = known.get(key)
    if (eventRef !== undefined) return { eventRef, repeat: true }
    const seq = next + fresh.length
    known.set(key, seq)
    fresh.push({ event, seq })
    return { eventRef: seq, repeat: false }
  })
  const voided = fresh.flatMap(({ event, seq }) => {
    const twin = known.get(keyOf(event, event.declaredAtUs === undefined))
    if (event.declaredAtUs !== undefined) {
      const voidedAtUs = event.declaredAtUs
      const own = { seq, voidedAtUs }
      return twin === undefined ? [own] : [own, { seq: twin, voidedAtUs }]
    }
    // A declaration of this batch has voided it already: it knows its own time.
    if (twin === undefined || twin >= next) return []
    return [{ seq, voidedAtUs: declaredAtUs(twin) }]
  })
  return { outcomes, fresh, voided }
}

function keyOf({ eventID, party }: NewEvent, declaresError: boolean): string {
  return identityKey({ eventID, party, declaresError })
}
