/** Facts of stored events, as rules read them. The last ones are kept: items share their events. */
import type { EpcisEvent } from '#epcis/event.ts'
import type { JsonContext } from '#epcis/fields.ts'
import { type EventFacts, factsOf } from '#risk/facts.ts'
import type { StoredEvent, TrailReader } from '#store/trail.ts'

const KEPT = 4_000

export class EventFactsReader {
  readonly #trail: Pick<TrailReader, 'events'>
  readonly #known = new Map<number, EventFacts | undefined>()

  constructor(trail: Pick<TrailReader, 'events'>) {
    this.#trail = trail
  }

  /** Facts of an event that has been read already. */
  of(stored: StoredEvent): EventFacts | undefined {
    const { eventRef, eventID, party, recordTimeUs, body, context } = stored
    if (this.#known.has(eventRef)) return this.#known.get(eventRef)
    // It was checked when it was stored.
    const event: EpcisEvent = JSON.parse(body)
    const its: { context?: JsonContext } =
      context === undefined ? {} : { context: JSON.parse(context) }
    const facts = factsOf(event, { eventID, party, recordTimeUs, ...its })
    if (this.#known.size >= KEPT) this.#known.clear()
    this.#known.set(eventRef, facts)
    return facts
  }

  /** By number; those whose time is none are left out. */
  async read(eventRefs: readonly number[]): Promise<Map<number, EventFacts>> {
    const found = new Map<number, EventFacts>()
    const unknown = eventRefs.filter((ref) => !this.#known.has(ref))
    const enter = (ref: number, facts: EventFacts | undefined) => facts && found.set(ref, facts)
    for (const ref of eventRefs) enter(ref, this.#known.get(ref))
    for (const stored of await this.#trail.events(unknown)) enter(stored.eventRef, this.of(stored))
    return found
  }
}
