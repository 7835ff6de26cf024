/**
 * What a caller may see of the trails. An enterprise sees what its own party captured and, on the
 * trail of each item, what the parties directly before and after it did (trace/visibility.ts).
 */
import type { EventQuery, StoredEvent, TrailReader } from '#store/trail.ts'
import { ROLES, type TimeWindow, type TrailRow, type TrailSource } from '#trace/source.ts'
import { type Capture, visibleTo } from '#trace/visibility.ts'
import type { Caller } from './caller.ts'

/** The trails as this caller may see them, to be walked like any others. */
export function trailFor(trail: TrailReader, caller: Caller): TrailSource {
  const { reach, party = '' } = caller
  if (reach === 'all' || reach === 'consumer') return trail
  return {
    find: (keys) => trail.find(keys),
    members: (eventRefs, wanted) => trail.members(eventRefs, wanted),
    summaries: (eventRefs) => trail.summaries(eventRefs),
    async *trail(items, window = {}) {
      // Who is next to whom shows in the whole trail only, so the window is applied afterwards.
      for await (const { rows, captures } of trailsOf(trail, trail.trail(items))) {
        const visible = visibleTo(party, captures)
        const seen = rows.filter((row) => visible.has(row.eventRef) && isWithin(row, window))
        if (seen.length > 0) yield seen
      }
    },
  }
}

/** The events that a caller may see, of some that are known by name. */
export async function visibleEvents(
  trail: TrailReader,
  caller: Caller,
  events: readonly StoredEvent[],
): Promise<StoredEvent[]> {
  const visible: StoredEvent[] = []
  for (const event of events) if (await isVisible(trail, caller, event)) visible.push(event)
  return visible
}

/** A query narrowed to what a caller may see, and what to leave out of what it still finds. */
export async function narrowed(
  trail: TrailReader,
  caller: Caller,
  query: EventQuery,
): Promise<{ query: EventQuery; sees: (event: StoredEvent) => boolean }> {
  const { reach, party = '' } = caller
  if (reach === 'all') return { query, sees: () => true }
  const keys = query.match?.flatMap((condition) => condition.keys) ?? []
  if (keys.length === 0) return { query: { ...query, parties: [party] }, sees: () => true }
  const items = (await trail.find(keys)).filter((item) => item !== undefined)
  const visible = new Set<number>()
  for await (const rows of trailFor(trail, caller).trail(items)) {
    for (const { eventRef } of rows) visible.add(eventRef)
  }
  return { query, sees: ({ eventRef }) => visible.has(eventRef) }
}

async function isVisible(
  trail: TrailReader,
  caller: Caller,
  { eventRef, party }: StoredEvent,
): Promise<boolean> {
  if (caller.reach === 'all' || party === caller.party) return true
  const source = trailFor(trail, caller)
  for await (const members of trail.members([eventRef], ROLES)) {
    for await (const rows of source.trail(members.map(({ item }) => item))) {
      if (rows.some((row) => row.eventRef === eventRef)) return true
    }
  }
  return false
}

interface WholeTrail {
  readonly rows: TrailRow[]
  readonly captures: Capture[]
}

/** Joins the chunks of each item, with who captured what. One item is held at a time. */
async function* trailsOf(
  trail: TrailReader,
  chunks: AsyncIterable<readonly TrailRow[]>,
): AsyncGenerator<WholeTrail> {
  let whole: WholeTrail = { rows: [], captures: [] }
  for await (const chunk of chunks) {
    const summaries = await trail.summaries(chunk.map(({ eventRef }) => eventRef))
    for (const [at, row] of chunk.entries()) {
      if (whole.rows.length > 0 && whole.rows[0]?.item.ref !== row.item.ref) {
        yield whole
        whole = { rows: [], captures: [] }
      }
      whole.rows.push(row)
      whole.captures.push({ eventRef: row.eventRef, party: summaries[at]?.party ?? '' })
    }
  }
  if (whole.rows.length > 0) yield whole
}

function isWithin({ eventTimeUs }: TrailRow, { fromUs, toUs }: TimeWindow): boolean {
  return (fromUs ?? 0) <= eventTimeUs && eventTimeUs <= (toUs ?? Number.MAX_SAFE_INTEGER)
}
