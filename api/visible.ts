/** What of the trails a caller may see. */
import type { EventQuery, StoredEvent, TrailReader } from '#store/trail.ts'
import type { TrailRow, TrailSource } from '#trace/source.ts'
import { type Caller, isForeign } from './caller.ts'

/** The trails as this caller may see them, to be walked like any others. */
export function trailFor(trail: TrailReader, caller: Caller): TrailSource {
  if (caller.reach === 'all') return trail
  return {
    find: (keys) => trail.find(keys),
    members: (eventRefs, roles) => trail.members(eventRefs, roles),
    summaries: (eventRefs) => trail.summaries(eventRefs),
    async *trail(items, window) {
      for await (const rows of trail.trail(items, window)) {
        const visible = await visibleRows(trail, caller, rows)
        if (visible.length > 0) yield visible
      }
    },
  }
}

async function visibleRows(
  trail: TrailSource,
  caller: Caller,
  rows: readonly TrailRow[],
): Promise<readonly TrailRow[]> {
  const summaries = await trail.summaries(rows.map(({ eventRef }) => eventRef))
  return rows.filter((_, at) => !isForeign(caller, summaries[at]?.party))
}

/** A query that finds only what this caller may see. */
export function queryFor(query: EventQuery, caller: Caller): EventQuery {
  return caller.reach === 'all' ? query : { ...query, parties: [caller.party ?? ''] }
}

export function visibleEvents(events: readonly StoredEvent[], caller: Caller): StoredEvent[] {
  return events.filter(({ party }) => !isForeign(caller, party))
}
