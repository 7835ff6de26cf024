/**
 * G4: what a recall has to reach. From items, lots, a range of lots or a time of making, forward
 * over all that came of them, each item with how it comes to be in it and in one of three tiers:
 * proven (events state every step), inferred (it follows from them) and possible (nothing speaks
 * against it). It streams, and holds no more of a million items than of a thousand.
 */
import type { Kind } from '#epcis/identifier.ts'
import type { Certainty, ChainNode, LinkKind } from '#trace/parts.ts'
import type { TrailSource } from '#trace/source.ts'
import { walkBatches } from '#trace/walk.ts'
import { type Assumption, assumptionOf } from './assumption.ts'
import { RecentPaths } from './recent-paths.ts'
import { checkSuspect, type Suspect, type SuspectRefusal } from './suspect.ts'

export const TIERS = ['proven', 'inferred', 'possible'] as const
export type Tier = (typeof TIERS)[number]

/** Something that may be as bad as what is suspected, though no event says so. */
export interface Neighbour {
  readonly key: string
  readonly reason: 'same-line-and-day' | 'carry-over' | 'missing-data'
}

/** That there are more neighbours than are looked at. */
export interface MoreNeighbours {
  readonly reason: 'more'
}

/** What a scope needs to read. Keys that come out of it are canonical. */
export interface ScopeSource {
  readonly trail: TrailSource
  /** Lots of a product from one lot number to another, both included. */
  lotsBetween(product: string, from: string, to: string): AsyncIterable<string>
  /** Lots, and serials without a lot, of a product made from one time up to another. */
  madeBetween(product: string, fromUs: number, toUs: number, site?: string): AsyncIterable<string>
  neighbours(key: string): AsyncIterable<Neighbour | MoreNeighbours>
}

/** One step on the way to an item. */
export interface PathStep {
  readonly key: string
  /** How it was reached from the step before; undefined for what is suspected itself. */
  readonly by: LinkKind | Neighbour['reason'] | undefined
  readonly certainty: Certainty
  readonly eventIDs: readonly string[]
}

/**
 * An item in the scope. It may come again, reached from another suspect or told better: the best
 * tier stands, as it does in whatever table they are kept in.
 */
export interface ScopeItem {
  readonly part: 'item'
  readonly key: string
  readonly kind: Kind
  readonly tier: Tier
  /** From what is suspected to the item. */
  readonly path: readonly PathStep[]
  /** Whether the path is told from its beginning. */
  readonly pathIsWhole: boolean
  /** What has to be assumed for it to be in; undefined where nothing has to be. */
  readonly assumption?: Assumption
}

/** Something that ends the scope before its end. */
export interface ScopeCut {
  readonly part: 'cut'
  readonly reason: 'suspects' | 'neighbours' | 'rows' | 'depth' | 'limit'
  readonly count: number
  readonly keys: readonly string[]
}

export interface ScopeSummary {
  readonly part: 'summary'
  readonly suspects: number
  /** How many items in each tier, those that came again counted in their better one. */
  readonly tiers: Readonly<Record<Tier, number>>
  /** How many items are in because of an assumption, and would not be without it. */
  readonly added: Readonly<Partial<Record<Assumption, number>>>
}

export interface ScopeRefused {
  readonly part: 'refused'
  readonly code: SuspectRefusal
  readonly message: string
}

export type ScopePart = ScopeItem | ScopeCut | ScopeSummary | ScopeRefused

export interface ScopeOptions {
  /** As it was known at that time. */
  readonly atUs?: number
  /** Also what is only beside it: neighbours, as possible. Default true. */
  readonly neighbours?: boolean
  /** Suspects at most; what is beyond is told as cut. */
  readonly mostSuspects?: number
}

export const MOST_SUSPECTS = 10_000

/** The scope of some suspects, part by part; the summary is last. */
export async function* recallScope(
  source: ScopeSource,
  suspects: readonly Suspect[],
  options: ScopeOptions = {},
): AsyncGenerator<ScopePart> {
  for (const suspect of suspects) {
    const refused = checkSuspect(suspect)
    if (refused) {
      yield { part: 'refused', ...refused }
      return
    }
  }
  const tally = new Tally()
  const most = options.mostSuspects ?? MOST_SUSPECTS
  let beyond = 0
  const firstBeyond: string[] = []
  for (const suspect of suspects) {
    for await (const key of keysOf(source, suspect)) {
      if (tally.suspects >= most) {
        beyond++
        if (firstBeyond.length < 10) firstBeyond.push(key)
        continue
      }
      tally.suspects++
      yield* scopeOfOne(source, key, undefined, options, tally)
      if (options.neighbours === false) continue
      for await (const neighbour of source.neighbours(key)) {
        if (neighbour.reason === 'more') {
          yield { part: 'cut', reason: 'neighbours', count: 1, keys: [key] }
          continue
        }
        yield* scopeOfOne(source, neighbour.key, { of: key, neighbour }, options, tally)
      }
    }
  }
  if (beyond > 0) yield { part: 'cut', reason: 'suspects', count: beyond, keys: firstBeyond }
  yield tally.summary()
}

async function* keysOf(source: ScopeSource, suspect: Suspect): AsyncIterable<string> {
  switch (suspect.kind) {
    case 'key':
      yield suspect.key
      break
    case 'lot-range':
      yield* source.lotsBetween(suspect.product, suspect.from, suspect.to)
      break
    case 'made-between':
      yield* source.madeBetween(suspect.product, suspect.fromUs, suspect.toUs, suspect.site)
  }
}

interface Beside {
  readonly of: string
  readonly neighbour: Neighbour
}

async function* scopeOfOne(
  source: ScopeSource,
  start: string,
  beside: Beside | undefined,
  options: ScopeOptions,
  tally: Tally,
): AsyncGenerator<ScopePart> {
  const paths = new RecentPaths(start, beside)
  const walk = { direction: 'forward', atUs: options.atUs } as const
  for await (const batch of walkBatches(source.trail, start, walk)) {
    for (const part of batch) if (part.part === 'link') paths.learn(part)
    for (const part of batch) {
      if (part.part === 'node' && part.standing === 'traced') {
        const item = itemOf(part, paths, beside)
        tally.count(item, paths.tierBefore(item.key))
        paths.enter(item.key, item)
        yield item
      } else if (part.part === 'node' && part.standing === 'lot') {
        paths.enter(part.key)
      } else if (part.part === 'cut') {
        yield { part: 'cut', reason: part.reason, count: part.count, keys: part.keys }
      }
    }
  }
}

const TIER_OF: Readonly<Record<Certainty, Tier>> = {
  observed: 'proven',
  inferred: 'inferred',
  possible: 'possible',
}

function itemOf(
  { key, kind, certainty }: ChainNode,
  paths: RecentPaths,
  beside: Beside | undefined,
): ScopeItem {
  const { path, isWhole } = paths.pathTo(key)
  const tier = beside ? 'possible' : TIER_OF[certainty]
  const item = { part: 'item', key, kind, tier, path, pathIsWhole: isWhole } as const
  return tier === 'proven' ? item : { ...item, assumption: assumptionOf(path) }
}

class Tally {
  suspects = 0
  readonly #tiers: Record<Tier, number> = { proven: 0, inferred: 0, possible: 0 }
  readonly #added: Partial<Record<Assumption, number>> = {}

  count(item: ScopeItem, before: ScopeItem | undefined): void {
    if (before) this.#add(before, -1)
    this.#add(item, 1)
  }

  #add({ tier, assumption }: ScopeItem, by: number): void {
    this.#tiers[tier] += by
    if (assumption !== undefined) this.#added[assumption] = (this.#added[assumption] ?? 0) + by
  }

  summary(): ScopeSummary {
    return { part: 'summary', suspects: this.suspects, tiers: this.#tiers, added: this.#added }
  }
}
