/**
 * A trail store in which everything that goes under several keys is one item: what reads it sees
 * one trail and finds its events by any of the keys, without knowing of aliases. A change of them
 * is seen by the next read. Sensors are found by the key under which they report.
 */
import { type Aliases, aliased } from '#trace/aliased.ts'
import type { EventQuery, TrailReader } from './trail.ts'

/** `trail` with each group of keys as one item; closing it closes `trail`. */
export function aliasedTrail(trail: TrailReader, aliases: Aliases): TrailReader {
  const source = () => aliased(trail, aliases)
  return {
    find: (keys) => source().find(keys),
    trail: (items, window) => source().trail(items, window),
    members: (eventRefs, roles) => source().members(eventRefs, roles),
    summaries: (eventRefs) => trail.summaries(eventRefs),
    query: (query, page) => trail.query(widened(query, aliases), page),
    events: (eventRefs) => trail.events(eventRefs),
    byEventID: (eventID) => trail.byEventID(eventID),
    byIdentity: (identities) => trail.byIdentity(identities),
    eventsAfter: (eventRef, limit) => trail.eventsAfter(eventRef, limit),
    keysUnder: (beginning, after, limit) => trail.keysUnder(beginning, after, limit),
    sensors: () => trail.sensors(),
    telemetry: (query) => trail.telemetry(query),
    minutes: (device) => trail.minutes(device),
    notes: (beginning) => trail.notes(beginning),
    cursor: (follower) => trail.cursor(follower),
    spooledAfter: () => trail.spooledAfter(),
    counts: () => trail.counts(),
    close: () => trail.close(),
  }
}

/** A query that is met by an event which names what is asked for by another of its keys. */
function widened(query: EventQuery, aliases: Aliases): EventQuery {
  if (query.match === undefined || aliases.isEmpty()) return query
  const match = query.match.map(({ keys, roles }) => ({ keys: widenedKeys(keys, aliases), roles }))
  return { ...query, match }
}

function widenedKeys(keys: readonly string[], aliases: Aliases): readonly string[] {
  const primaries = [...new Set(aliases.resolve(keys))]
  const groups = aliases.members(primaries)
  return primaries.flatMap((primary) => groups.get(primary) ?? [primary])
}
