/**
 * What the store made of the events it was given: new, a repeat of what is there, or in conflict
 * with it.
 */
import { fail } from '#epcis/failure.ts'
import type { Applied, TrailReader } from '#store/trail.ts'
import { conflict, isSameContent } from './conflicts.ts'
import { type DecodedEvent, partFailure } from './decoded.ts'
import type { Message } from './messages.ts'

/** One event of a batch and the message it came in. */
export interface Entry extends DecodedEvent {
  readonly message: Message
}

/** What became of the events of one message. */
export interface Tally {
  stored: number
  repeats: number
  readonly eventIDs: string[]
}

/** How many stored bodies are held at once for comparing. */
const COMPARED_AT_ONCE = 500

/**
 * Counts the events of each message that has any, and adds the conflicts that the store found, and
 * what it refuses, to the failures of their messages. `applied` is the store's answer for
 * `entries`, in their order.
 */
export async function tally(
  entries: readonly Entry[],
  applied: Applied,
  reader: Pick<TrailReader, 'events' | 'summaries'>,
): Promise<Map<Message, Tally>> {
  const tallies = new Map<Message, Tally>()
  const counted = new Set<number>()
  const repeats: { entry: Entry; eventRef: number }[] = []
  for (const [at, { eventRef, repeat, refused }] of applied.outcomes.entries()) {
    const entry = entries[at]
    if (entry === undefined) throw new Error('the store answered for an event it was not given')
    if (refused !== undefined) {
      entry.message.failures.push(partFailure(fail('store_refused', '', refused), entry.index))
      continue
    }
    if (repeat) repeats.push({ entry, eventRef })
    else count(tallies, entry, 'stored')
    if (!repeat) counted.add(eventRef)
  }
  for (let at = 0; at < repeats.length; at += COMPARED_AT_ONCE) {
    const some = repeats.slice(at, at + COMPARED_AT_ONCE)
    const others: typeof repeats = []
    const summaries = await reader.summaries(some.map(({ eventRef }) => eventRef))
    for (const [place, { entry, eventRef }] of some.entries()) {
      // The very event of this record, stored before what became of it was: see settle.ts.
      const isOwn = summaries[place]?.recordTimeUs === entry.event.recordTimeUs
      if (isOwn && !counted.has(eventRef)) count(tallies, entry, 'stored')
      else others.push({ entry, eventRef })
      counted.add(eventRef)
    }
    const stored = await reader.events(others.map(({ eventRef }) => eventRef))
    for (const [place, { entry, eventRef }] of others.entries()) {
      const first = stored[place]
      if (first === undefined) throw new Error(`the store has no event ${eventRef}`)
      if (isSameContent(first, entry.event)) count(tallies, entry, 'repeats')
      else entry.message.failures.push(conflict(entry.index, entry.event))
    }
  }
  return tallies
}

function count(tallies: Map<Message, Tally>, entry: Entry, as: 'stored' | 'repeats'): void {
  const tally = tallies.get(entry.message) ?? { stored: 0, repeats: 0, eventIDs: [] }
  tally[as] += 1
  tally.eventIDs.push(entry.event.eventID)
  tallies.set(entry.message, tally)
}
