/**
 * Facts of stored events, as rules read them. The last ones are kept, those of a round at least:
 * items share their events. No more of them, as what is kept so long has to be copied on and on by
 * the garbage collector.
 */
import type { EpcisEvent } from '#epcis/event.ts'
import type { JsonContext } from '#epcis/fields.ts'
import { type EventFacts, factsOf } from '#risk/facts.ts'
import { Cache } from '#store/sqlite/cache.ts'
import type { StoredEvent, TrailReader } from '#store/trail.ts'

/** At least half of them stay until as many others were read. */
const KEPT = 1_000

export class EventFactsReader {
  readonly #trail: Pick<TrailReader, 'events'>
  readonly #known = new Cache<number, EventFacts>(KEPT)

  constructor(trail: Pick<TrailReader, 'events'>) {
    this.#trail = trail
  }

  /** Facts of an event that has been read already. */
  of(stored: StoredEvent): EventFacts | undefined {
    const { eventRef, eventID, party, recordTimeUs, body, context } = stored
    const known = this.#known.get(eventRef)
    if (known) return known
    // It was checked when it was stored.
    const event: EpcisEvent = JSON.parse(body)
    const its: { context?: JsonContext } =
      context === undefined ? {} : { context: JSON.parse(context) }
    const facts = factsOf(event, { eventID, party, recordTimeUs, already: stored, ...its })
    if (facts) this.#known.set(eventRef, facts)
    return facts
  }

  /** By number; those whose time is none are left out. */
  async read(eventRefs: readonly number[]): Promise<Map<number, EventFacts>> {
    const found = new Map<number, EventFacts>()
    const unknown: number[] = []
    for (const ref of eventRefs) {
      const facts = this.#known.get(ref)
      if (facts) found.set(ref, facts)
      else unknown.push(ref)
    }
    if (unknown.length === 0) return found
    for (const stored of await this.#trail.events(unknown)) {
      const facts = this.of(stored)
      if (facts) found.set(stored.eventRef, facts)
    }
    return found
  }
}
