/** A chain as an inspector reads it: who had it, one after the other, and where nobody says. */
import type { InferResponseType } from 'hono/client'
import type { api } from '../server/api.ts'

export type Chain = InferResponseType<(typeof api.v1.trace)[':id']['$get']>

/** What a stage needs of an event. */
export interface StageEvent {
  readonly eventID: string
  readonly party: string
  readonly eventTime: string
  readonly bizStep: string
  readonly place: string | undefined
  /** Keys of the nodes that it concerns. */
  readonly keys: readonly string[]
}

export interface Stage {
  readonly kind: 'stage'
  readonly parties: readonly string[]
  /** The steps taken, in their order. */
  readonly steps: readonly string[]
  readonly fromTime: string
  readonly toTime: string
  readonly keys: readonly string[]
  readonly events: readonly StageEvent[]
}

export interface Missing {
  readonly kind: 'gap'
  readonly gap: string
  readonly key: string
  readonly fromTime: string
}

/**
 * One stage for each party that had a hand in it; parties that did the same at about the same place
 * of the way, such as several farms, are one. Gaps stand between, by their time.
 */
export function stagesOf(chain: Chain): (Stage | Missing)[] {
  const events = eventsOf(chain)
  const byParty = grouped(events, ({ party }) => party)
  const stages = [...byParty.values()].map(stageOf)
  const gaps = chain.gaps.flatMap((gap): Missing[] => {
    const { kind, key, time } = gap
    return typeof time === 'string' ? [{ kind: 'gap', gap: kind, key, fromTime: time }] : []
  })
  return [...merged(stages), ...gaps].sort((one, other) => order(one.fromTime, other.fromTime))
}

function eventsOf({ nodes, events }: Chain): StageEvent[] {
  const keysOf = new Map<string, string[]>()
  for (const { key, eventIDs } of nodes) {
    for (const id of Array.isArray(eventIDs) ? eventIDs : []) {
      keysOf.set(id, [...(keysOf.get(id) ?? []), key])
    }
  }
  return events.map((event) => ({
    eventID: event.eventID,
    party: textOf(event['party']),
    eventTime: textOf(event['eventTime']),
    bizStep: textOf(event['bizStep']) || textOf(event['type']),
    place: textOf(event['bizLocation']) || textOf(event['readPoint']) || undefined,
    keys: keysOf.get(event.eventID) ?? [],
  }))
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function stageOf(events: readonly StageEvent[]): Stage {
  const sorted = [...events].sort((one, other) => order(one.eventTime, other.eventTime))
  return {
    kind: 'stage',
    parties: [...new Set(sorted.map(({ party }) => party))],
    steps: [...new Set(sorted.map(({ bizStep }) => bizStep))],
    fromTime: sorted[0]?.eventTime ?? '',
    toTime: sorted.at(-1)?.eventTime ?? '',
    keys: [...new Set(sorted.flatMap(({ keys }) => keys))],
    events: sorted,
  }
}

/** Parties that took the same steps stand side by side, not one after the other. */
function merged(stages: readonly Stage[]): Stage[] {
  const alike = grouped(stages, ({ steps }) => [...steps].sort().join(' '))
  return [...alike.values()].map((group) => stageOf(group.flatMap(({ events }) => events)))
}

function order(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

/** How many items lie before and behind the start. */
export function reachOf({ start, links }: Chain): { upstream: number; downstream: number } {
  return { upstream: walk(start, links, 'from'), downstream: walk(start, links, 'to') }
}

function walk(start: string, links: Chain['links'], towards: 'from' | 'to'): number {
  const from = towards === 'from' ? 'to' : 'from'
  const next = grouped(links, (link) => link[from])
  const seen = new Set([start])
  for (const key of seen) for (const link of next.get(key) ?? []) seen.add(link[towards])
  return seen.size - 1
}

function grouped<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const value of values) {
    const group = groups.get(keyOf(value))
    if (group) group.push(value)
    else groups.set(keyOf(value), [value])
  }
  return groups
}
