/**
 * The walk over a chain: what an item came from, what it became, where it was on the way.
 *
 * It goes in time. Back from an item it looks only at what could have reached it by then, forward
 * only at what left after. Substance is followed (what went in, what came out, what was inside),
 * carriers are shown and never opened. Everything says how certain it is and on which events it
 * rests; limits say what they cut.
 */
import { Book } from './book.ts'
import type { ChainPart, RawPart } from './parts.ts'
import { Pass } from './pass.ts'
import type { Direction } from './reach.ts'
import type { TrailSource } from './source.ts'

export interface WalkOptions {
  readonly direction: Direction | 'both'
  /** The chain as it was at that time: nothing later, no error that was declared later. */
  readonly atUs?: number | undefined
  /** How many steps from the start: what is there is shown, not gone on from. Default all. */
  readonly depth?: number | undefined
  /** How many nodes in each direction. Default all. */
  readonly limit?: number | undefined
}

const UNLIMITED = Number.POSITIVE_INFINITY

/**
 * The parts of the chain of a canonical key; none where no event has named it. Links may come
 * before their nodes, nodes may come again better told, cuts come at the end of a direction. A
 * walk over more than 20,000 carriers may tell some of their links twice.
 */
export function walk(
  source: TrailSource,
  start: string,
  options: WalkOptions,
): AsyncIterableIterator<ChainPart> {
  return new OneByOne(walkBatches(source, start, options))
}

/** The same, as many at a time as are found together: for those who pass them on in bulk. */
export async function* walkBatches(
  source: TrailSource,
  start: string,
  options: WalkOptions,
): AsyncGenerator<readonly ChainPart[]> {
  const names = new EventNames(source)
  for await (const batch of rawBatches(source, start, options, false)) {
    await names.read(batch)
    yield batch.flatMap((part) => names.nameIn(part) ?? [])
  }
}

/** What comes in batches, one by one. An async generator would cost more than all the rest. */
class OneByOne<T> implements AsyncIterableIterator<T> {
  readonly #batches: AsyncGenerator<readonly T[]>
  #batch: readonly T[] = []
  #at = 0

  constructor(batches: AsyncGenerator<readonly T[]>) {
    this.#batches = batches
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const value = this.#batch[this.#at++]
    return value === undefined ? this.#nextBatch() : Promise.resolve({ done: false, value })
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#batch = []
    await this.#batches.return(undefined)
    return { done: true, value: undefined }
  }

  async #nextBatch(): Promise<IteratorResult<T, undefined>> {
    const next = await this.#batches.next()
    if (next.done) return { done: true, value: undefined }
    this.#batch = next.value
    this.#at = 0
    return this.next()
  }
}

/** The same with events by number; `wantsEvents`: also with those each item took part in. */
export async function* rawBatches(
  source: TrailSource,
  start: string,
  { direction, atUs, depth = UNLIMITED, limit = UNLIMITED }: WalkOptions,
  wantsEvents: boolean,
): AsyncGenerator<readonly RawPart[]> {
  const [item] = await source.find([start])
  if (!item) return
  const book = new Book(limit, wantsEvents)
  const directions: Direction[] = direction === 'both' ? ['back', 'forward'] : [direction]
  for (const [at, each] of directions.entries()) {
    const view = { source, atUs }
    const pass = new Pass({ view, direction: each, maxDepth: depth, isSecond: at > 0 }, book)
    yield* pass.run(item)
  }
}

/** Names kept; beyond it all are forgotten, and read again where needed. */
const KEPT_NAMES = 10_000

/** The eventIDs of events that a walk speaks of again and again. */
class EventNames {
  readonly #source: TrailSource
  readonly #names = new Map<number, string>()

  constructor(source: TrailSource) {
    this.#source = source
  }

  /** Reads those that some parts rest on. */
  async read(parts: readonly RawPart[]): Promise<void> {
    if (this.#names.size > KEPT_NAMES) this.#names.clear()
    const unknown = new Set<number>()
    for (const part of parts) {
      if (part.part !== 'link' && part.part !== 'gap') continue
      for (const ref of part.eventRefs) if (!this.#names.has(ref)) unknown.add(ref)
    }
    if (unknown.size === 0) return
    for (const { eventRef, eventID } of await this.#source.summaries([...unknown])) {
      this.#names.set(eventRef, eventID)
    }
  }

  /** A part with its events named; undefined for parts that are not told one by one. */
  nameIn(part: RawPart): ChainPart | undefined {
    if (part.part === 'link') {
      const { kind, from, to, certainty, fromUs, toUs, eventRefs } = part
      const eventIDs = this.#namesOf(eventRefs)
      return { part: 'link', kind, from, to, certainty, fromUs, toUs, eventIDs }
    }
    if (part.part === 'gap') {
      const { kind, key, timeUs, open, eventRefs } = part
      return { part: 'gap', kind, key, timeUs, open, eventIDs: this.#namesOf(eventRefs) }
    }
    return part.part === 'seen' ? undefined : part
  }

  #namesOf(eventRefs: readonly number[]): string[] {
    return eventRefs.map((ref) => this.#names.get(ref) ?? '')
  }
}
