/**
 * A chain as it is drawn: an item is a box for each of its stays with a party, and lines lead from
 * what came first to what came of it. What no event states is marked as such here, once.
 */
import type { InferResponseType } from 'hono/client'
import type { api } from '../server/api.ts'

export type Chain = InferResponseType<(typeof api.v1.trace)[':id']['$get']>
export type ChainNode = Chain['nodes'][number]
export type ChainGap = Chain['gaps'][number]
export type ChainEvent = Chain['events'][number]
export type Certainty = ChainNode['certainty']
export type EdgeKind = Chain['links'][number]['kind']

/** An item for as long as one party had it. */
export interface Visit {
  readonly id: string
  readonly node: ChainNode
  /** Slug of who captured its events; empty where no event is shown. */
  readonly party: string
  /** Key of the place of its first event that has one. */
  readonly place: string
  readonly fromMs: number
  readonly toMs: number
  readonly events: readonly ChainEvent[]
  readonly gaps: readonly ChainGap[]
}

export interface Edge {
  /** Ids of visits. */
  readonly from: string
  readonly to: string
  readonly kind: EdgeKind
  readonly certainty: Certainty
}

export interface Graph {
  readonly start: string
  readonly visits: readonly Visit[]
  readonly edges: readonly Edge[]
  /** By the key of the item, in the order of time. */
  readonly visitsOf: ReadonlyMap<string, readonly Visit[]>
}

export function graphOf(chain: Chain): Graph {
  const events = new Map(chain.events.map((event) => [event.eventID, event]))
  const gaps = grouped(chain.gaps, ({ key }) => key)
  const linked = timesOfLinks(chain)
  const visitsOf = new Map<string, readonly Visit[]>()
  for (const node of chain.nodes) {
    const its = node.eventIDs.flatMap((id) => events.get(id) ?? [])
    const fallbackMs = linked.get(node.key) ?? 0
    visitsOf.set(node.key, visitsOfNode(node, its, gaps.get(node.key) ?? [], fallbackMs))
  }
  return {
    start: chain.start,
    visits: [...visitsOf.values()].flat(),
    edges: edgesOf(chain, visitsOf),
    visitsOf,
  }
}

export function grouped<T>(all: readonly T[], by: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const one of all) addTo(groups, by(one), one)
  return groups
}

function addTo<T>(groups: Map<string, T[]>, name: string, one: T): void {
  const group = groups.get(name)
  if (group) group.push(one)
  else groups.set(name, [one])
}

/** The first time that a link tells of an item: for those without events of their own. */
function timesOfLinks({ links }: Chain): Map<string, number> {
  const times = new Map<string, number>()
  for (const { from, to, fromTime, toTime } of links) {
    const ms = Date.parse(fromTime ?? toTime ?? '')
    if (Number.isNaN(ms)) continue
    for (const key of [from, to]) times.set(key, Math.min(ms, times.get(key) ?? ms))
  }
  return times
}

function visitsOfNode(
  node: ChainNode,
  events: readonly ChainEvent[],
  gaps: readonly ChainGap[],
  fallbackMs: number,
): Visit[] {
  const runs: ChainEvent[][] = []
  const inOrder = [...events].sort((one, other) => (one.eventTime < other.eventTime ? -1 : 1))
  for (const event of inOrder) {
    const run = runs.at(-1)
    if (run?.[0]?.party === event.party) run.push(event)
    else runs.push([event])
  }
  if (runs.length === 0) runs.push([])
  const begins = runs.map(([first]) => (first ? Date.parse(first.eventTime) : fallbackMs))
  const gapsAt = grouped(gaps, ({ time }) => String(placeAt(begins, Date.parse(time))))
  return runs.map((run, at) => ({
    id: `${node.key}#${at}`,
    node,
    party: run[0]?.party ?? '',
    place: run.flatMap(({ bizLocation, readPoint }) => bizLocation ?? readPoint ?? [])[0] ?? '',
    fromMs: begins[at] ?? fallbackMs,
    toMs: Date.parse(run.at(-1)?.eventTime ?? '') || fallbackMs,
    events: run,
    gaps: gapsAt.get(String(at)) ?? [],
  }))
}

/** The last that began by then; the first where all began later. */
function placeAt(begins: readonly number[], ms: number): number {
  const later = begins.findIndex((begin) => begin > ms)
  return later === -1 ? begins.length - 1 : Math.max(0, later - 1)
}

function edgesOf(chain: Chain, visitsOf: ReadonlyMap<string, readonly Visit[]>): Edge[] {
  const moves = grouped(
    chain.links.filter(({ kind, from, to }) => kind === 'moves' && from === to),
    ({ from }) => from,
  )
  const edges: Edge[] = []
  for (const [key, visits] of visitsOf) {
    for (const [at, to] of visits.entries()) {
      const from = visits[at - 1]
      if (!from) continue
      const names = new Set(to.events.map(({ eventID }) => eventID))
      const move = moves.get(key)?.find((link) => link.eventIDs.some((id) => names.has(id)))
      // That it is with another party now is known; how it came there only where it is stated.
      edges.push({
        from: from.id,
        to: to.id,
        kind: 'moves',
        certainty: move?.certainty ?? 'inferred',
      })
    }
  }
  for (const { kind, from, to, certainty, fromTime, toTime } of chain.links) {
    if (from === to) continue
    const ms = Date.parse(fromTime ?? toTime ?? '')
    // A serial stands as the first of its link to its lot; here it comes of it.
    const [first, second] = kind === 'of-lot' ? [to, from] : [from, to]
    const one = visitAt(visitsOf.get(first), ms)
    const other = visitAt(visitsOf.get(second), ms)
    if (one && other) edges.push({ from: one.id, to: other.id, kind, certainty })
  }
  return onceEach(edges)
}

/** Of several lines between the same two, the most certain. */
function onceEach(edges: readonly Edge[]): Edge[] {
  const unique = new Map<string, Edge>()
  for (const edge of edges) {
    const name = `${edge.from}\n${edge.to}\n${edge.kind}`
    if (!unique.has(name) || edge.certainty === 'observed') unique.set(name, edge)
  }
  return [...unique.values()]
}

function visitAt(visits: readonly Visit[] | undefined, ms: number): Visit | undefined {
  if (visits === undefined || Number.isNaN(ms)) return visits?.[0]
  const begins = visits.map(({ fromMs }) => fromMs)
  return visits[placeAt(begins, ms)]
}

export type Side = 'start' | 'up' | 'down' | 'other'

/**
 * Which items one came from and which came of it. A carrier is neither: it only carried.
 */
export function sidesOf(chain: Chain, start: string): Map<string, Side> {
  const standing = new Map(chain.nodes.map((node) => [node.key, node.standing]))
  const onwards = new Map<string, string[]>()
  const backwards = new Map<string, string[]>()
  const add = (from: string, to: string) => {
    addTo(onwards, from, to)
    addTo(backwards, to, from)
  }
  const isTraced = (key: string) => ['traced', 'lot'].includes(standing.get(key) ?? '')
  for (const { kind, from, to } of chain.links) {
    if (from === to || !isTraced(from) || !isTraced(to)) continue
    // A serial stands as the first of its link to the lot, of which it is a part.
    if (kind === 'of-lot') add(to, from)
    else if (kind !== 'associated') add(from, to)
  }
  const sides = new Map<string, Side>()
  for (const key of reached(start, backwards)) sides.set(key, 'up')
  for (const key of reached(start, onwards)) if (!sides.has(key)) sides.set(key, 'down')
  sides.set(start, 'start')
  return sides
}

function reached(start: string, next: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set([start])
  for (const key of found) for (const other of next.get(key) ?? []) found.add(other)
  return found
}
