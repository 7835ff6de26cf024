/**
 * A source that reads what, when and where of an event once for all items that share it, as those
 * that were carried together do: of one look, and not to be kept, as an event may be declared
 * wrong.
 */
import type { EventSummary, TrailSource } from './source.ts'

/** Some 300 bytes each. Beyond it all are forgotten, and read again where needed. */
const MOST_KEPT = 20_000

export function sharedEvents(source: TrailSource, most = MOST_KEPT): TrailSource {
  const known = new Map<number, EventSummary>()
  return {
    find: (keys) => source.find(keys),
    trail: (items, window) => source.trail(items, window),
    members: (eventRefs, roles) => source.members(eventRefs, roles),
    async summaries(eventRefs) {
      // Of its own, as another question may make all be forgotten while this one waits.
      const found = new Map<number, EventSummary>()
      const unknown = new Set<number>()
      for (const ref of eventRefs) {
        const its = known.get(ref)
        if (its) found.set(ref, its)
        else unknown.add(ref)
      }
      const read = unknown.size === 0 ? [] : await source.summaries([...unknown])
      if (known.size + read.length > most) known.clear()
      for (const each of read) {
        known.set(each.eventRef, each)
        found.set(each.eventRef, each)
      }
      return eventRefs.flatMap((ref) => found.get(ref) ?? [])
    },
  }
}
