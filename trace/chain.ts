/**
 * A whole walk as one document: nodes, links, gaps, what was cut, and the events all this rests
 * on.
 *
 * The same events give the same document to the byte, in whatever order they arrived (events of
 * one and the same time are told in the order in which they were recorded).
 */
import { formatTimeUs } from '#epcis/time.ts'
import { isAfter, type Moment } from './moment.ts'
import type {
  ChainCut,
  ChainGap,
  ChainLink,
  ChainNode,
  ChainPart,
  RawPart,
  Unnamed,
} from './parts.ts'
import type { EventSummary, TrailSource } from './source.ts'
import { rawBatches, type WalkOptions } from './walk.ts'

/** A part as it goes out: times as RFC 3339 text, absent where they are not known. */
export type PartJson<Part extends ChainPart = ChainPart> = Part extends ChainLink
  ? Omit<Part, 'fromUs' | 'toUs'> & { readonly fromTime?: string; readonly toTime?: string }
  : Part extends ChainGap
    ? Omit<Part, 'timeUs'> & { readonly time: string }
    : Part

/** What, when, where and who of an event; what it does not say is absent. */
export interface EventJson {
  readonly eventID: string
  readonly type: string
  readonly action?: string
  readonly eventTime: string
  readonly bizStep?: string
  readonly disposition?: string
  readonly readPoint?: string
  readonly bizLocation?: string
  readonly party: string
}

export interface NodeJson extends Omit<ChainNode, 'part'> {
  /** Of concern to the chain, in their order: the first of them; `eventCount` is how many. */
  readonly eventIDs: readonly string[]
  readonly eventCount: number
}

export interface Chain {
  /** The key of its first node: the primary, where the key that was asked for is an alias. */
  readonly start: string
  readonly direction: WalkOptions['direction']
  /** The time it is told as of; absent for now. */
  readonly at?: string
  readonly nodes: readonly NodeJson[]
  readonly links: readonly Omit<PartJson<ChainLink>, 'part'>[]
  readonly gaps: readonly Omit<PartJson<ChainGap>, 'part'>[]
  readonly cut: readonly Omit<ChainCut, 'part'>[]
  /** Every event that nodes, links and gaps speak of. */
  readonly events: readonly EventJson[]
}

/** Nodes in each direction where the caller does not say: what a page can show. */
export const DEFAULT_LIMIT = 1_000
const EVENTS_A_NODE = 100

/** Collects a walk; undefined where no event has named the key. */
export async function chain(
  source: TrailSource,
  start: string,
  options: WalkOptions,
): Promise<Chain | undefined> {
  const [item] = await source.find([start])
  if (!item) return undefined
  const limit = options.limit ?? DEFAULT_LIMIT
  const collected = new Collected()
  for await (const batch of rawBatches(source, start, { ...options, limit }, true)) {
    for (const part of batch) collected.add(part)
  }
  if (collected.isEmpty) return undefined
  const { direction, atUs } = options
  const events = new Events(await source.summaries(collected.eventRefs()))
  return {
    start: item.key,
    direction,
    ...(atUs === undefined ? {} : { at: formatTimeUs(atUs) }),
    ...collected.document(events),
  }
}

/**
 * Events in the order of their time; of what is simultaneous it does not matter what came first.
 */
class Events {
  readonly #inOrder: readonly EventSummary[]
  readonly #places = new Map<number, number>()

  constructor(summaries: readonly EventSummary[]) {
    this.#inOrder = inOrder(summaries, (event) => [
      pad(event.eventTimeUs),
      event.eventID,
      event.party,
    ])
    for (const [place, { eventRef }] of this.#inOrder.entries()) this.#places.set(eventRef, place)
  }

  /** Their eventIDs in order, each once: two parties may have captured the same event. */
  named(refs: readonly number[]): string[] {
    const places = refs.flatMap((ref) => this.#places.get(ref) ?? [])
    const ordered = places.sort((one, other) => one - other)
    return [...new Set(ordered.flatMap((place) => this.#inOrder[place]?.eventID ?? []))]
  }

  json(): EventJson[] {
    return this.#inOrder.map(eventToJson)
  }
}

/** The parts of a walk, each told once. */
class Collected {
  readonly #nodes = new Map<string, ChainNode>()
  readonly #links = new Map<string, Unnamed<ChainLink>>()
  readonly #gaps = new Map<string, Unnamed<ChainGap>>()
  readonly #cuts: ChainCut[] = []
  readonly #seen = new Map<string, Map<number, Moment>>()

  get isEmpty(): boolean {
    return this.#nodes.size === 0
  }

  add(part: RawPart): void {
    switch (part.part) {
      case 'node':
        this.#nodes.set(part.key, part)
        break
      case 'link':
        this.#links.set(JSON.stringify(part), part)
        break
      case 'gap':
        this.#gaps.set(JSON.stringify(part), part)
        break
      case 'cut':
        this.#cuts.push(part)
        break
      case 'seen': {
        const seen = this.#seen.get(part.key) ?? new Map()
        for (const event of part.events) seen.set(event.eventRef, event)
        this.#seen.set(part.key, seen)
      }
    }
  }

  /** The events that the document will speak of. */
  eventRefs(): number[] {
    const refs = new Set<number>()
    for (const { eventRefs } of this.#links.values()) for (const ref of eventRefs) refs.add(ref)
    for (const { eventRefs } of this.#gaps.values()) for (const ref of eventRefs) refs.add(ref)
    for (const key of this.#nodes.keys()) for (const ref of this.#eventsOf(key)) refs.add(ref)
    return [...refs]
  }

  document(events: Events): Omit<Chain, 'start' | 'direction' | 'at'> {
    const nodes = [...this.#nodes.values()].map(({ part: _, key, ...node }) => ({
      key,
      ...node,
      eventIDs: events.named(this.#eventsOf(key)),
      eventCount: this.#seen.get(key)?.size ?? 0,
    }))
    const links = [...this.#links.values()].map(({ eventRefs, part, ...link }) =>
      withoutPart(partToJson({ part, ...link, eventIDs: events.named(eventRefs) })),
    )
    const gaps = [...this.#gaps.values()].map(({ eventRefs, part, ...gap }) =>
      withoutPart(partToJson({ part, ...gap, eventIDs: events.named(eventRefs) })),
    )
    return {
      nodes: inOrder(nodes, (node) => [pad(node.depth), node.key]),
      links: inOrder(links, (link) => [link.kind, link.from, link.to, JSON.stringify(link)]),
      gaps: inOrder(gaps, (gap) => [gap.time, gap.key, JSON.stringify(gap)]),
      cut: this.#cuts.map(withoutPart),
      events: events.json(),
    }
  }

  #eventsOf(key: string): number[] {
    const seen = [...(this.#seen.get(key)?.values() ?? [])]
    const first = seen.sort((one, other) => (isAfter(one, other) ? 1 : -1)).slice(0, EVENTS_A_NODE)
    return first.map((event) => event.eventRef)
  }
}

/** Sorted by the texts that `by` gives, the first that differs decides. */
function inOrder<T>(all: readonly T[], by: (one: T) => readonly string[]): T[] {
  const keyed = all.map((one) => ({ one, key: by(one).join('\u0000') }))
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  return keyed.map(({ one }) => one)
}

/** Numbers as text of the same length, so that they sort as numbers. */
function pad(value: number): string {
  return String(value).padStart(17, '0')
}

function withoutPart<Part extends { readonly part: string }>({ part: _, ...rest }: Part) {
  return rest
}

/** A part of a walk as it goes out, in a chain or on its own line of a stream. */
export function partToJson(part: ChainLink): PartJson<ChainLink>
export function partToJson(part: ChainGap): PartJson<ChainGap>
export function partToJson(part: ChainPart): PartJson
export function partToJson(part: ChainPart): PartJson {
  switch (part.part) {
    case 'link': {
      const { part: name, fromUs, toUs, eventIDs, ...rest } = part
      const fromTime = fromUs === undefined ? {} : { fromTime: formatTimeUs(fromUs) }
      const toTime = toUs === undefined ? {} : { toTime: formatTimeUs(toUs) }
      return { part: name, ...rest, ...fromTime, ...toTime, eventIDs }
    }
    case 'gap': {
      const { part: name, timeUs, eventIDs, ...rest } = part
      return { part: name, ...rest, time: formatTimeUs(timeUs), eventIDs }
    }
    default:
      return part
  }
}

/** What can be shown of an event without its body. */
export function eventToJson(event: EventSummary): EventJson {
  const { eventID, type, action, bizStep, disposition, readPoint, bizLocation, party } = event
  return {
    eventID,
    type,
    ...(action && { action }),
    eventTime: formatTimeUs(event.eventTimeUs),
    ...(bizStep && { bizStep }),
    ...(disposition && { disposition }),
    ...(readPoint && { readPoint }),
    ...(bizLocation && { bizLocation }),
    party,
  }
}
