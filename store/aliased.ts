/**
 * A trail store in which everything that goes under several keys is one item: what reads it sees
 * one trail and finds its events by any of the keys, without knowing of aliases. A change of them
 * is seen by the next read. Sensors are found by the key under which they report.
 */
import type { RuleChange } from '#risk/rule-set.ts'
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
  const match = query.match.map(({ keys, roles }) => ({ keys: keysOfAll(keys, aliases), roles }))
  return { ...query, match }
}

/** Changes of rules for a product, for each key that it goes under. */
export function ofAllKeys(changes: readonly RuleChange[], aliases: Aliases): RuleChange[] {
  const groups = groupsOf(
    changes.flatMap(({ product }) => product ?? []),
    aliases,
  )
  return changes.flatMap((change) => {
    const { product } = change
    if (product === undefined) return [change]
    return (groups.get(product) ?? [product]).map((key) => ({ ...change, product: key }))
  })
}

/** Of some keys those that go under several, each with all of them. */
export function groupsOf(
  keys: readonly string[],
  aliases: Aliases,
): ReadonlyMap<string, readonly string[]> {
  if (aliases.isEmpty()) return new Map()
  const asked = [...new Set(keys)]
  const primaries = aliases.resolve(asked)
  const members = aliases.members([...new Set(primaries)])
  return new Map(
    asked.flatMap((key, at) => {
      const its = members.get(primaries[at] ?? key)
      return its ? [[key, its] as const] : []
    }),
  )
}

/** All keys of what some keys name, each thing's primary first. */
export function keysOfAll(keys: readonly string[], aliases: Aliases): readonly string[] {
  const primaries = [...new Set(aliases.resolve(keys))]
  const groups = aliases.members(primaries)
  return primaries.flatMap((primary) => groups.get(primary) ?? [primary])
}
