/**
 * What the scope of a recall is told from: trails, the lots of a product, what was made when, and
 * what may be as bad though no event says so. Each look is bounded by the product or the day that
 * is asked for, and goes in slices.
 */
import { beginningUnder } from '#epcis/product-key.ts'
import type { MoreNeighbours, Neighbour, ScopeSource } from '#risk/recall-scope.ts'
import { isLotBetween, lotIn } from '#risk/suspect.ts'
import { US_AN_HOUR } from '#risk/words.ts'
import type { Assume } from '#store/recalls/recall.ts'
import type { EventQuery, TrailReader } from '#store/trail.ts'
import type { EventSummary, ItemRef, TrailRow } from '#trace/source.ts'
import { neighboursOf } from '../watch/neighbours.ts'

export interface ScopeSourceParts {
  /** With everything that has several keys as one item. */
  readonly trail: TrailReader
  readonly assume: Assume
  /** What counts as one place. */
  readonly siteOf: (place: string) => string
  /** All keys that a product goes under. */
  readonly productsOf: (product: string) => readonly string[]
}

const KEYS_AT_ONCE = 500
const EVENTS_AT_ONCE = 200
/** Neighbours of one suspect, and events of its line and day; beyond them the scope is cut. */
export const MOST_NEIGHBOURS = 20_000
export const MOST_EVENTS = 100_000
/** Neighbours remembered: one that was told is not told again. */
const MOST_TOLD = 100_000
/** Uses of a suspected lot that are looked at for what was left in a tank. */
const MOST_USES = 100

export function scopeSource(
  parts: ScopeSourceParts,
  mostNeighbours = MOST_NEIGHBOURS,
): ScopeSource {
  const { trail } = parts
  const neighbours = new Neighbours(parts, mostNeighbours)
  return {
    trail,
    async *lotsBetween(product, from, to) {
      const told = new Set<string>()
      for await (const keys of keysOf(parts, product, 'lots')) {
        const within = keys.filter((key) => {
          const lot = lotIn(key)?.lot
          return lot !== undefined && isLotBetween(lot, from, to)
        })
        for (const item of await trail.find(within)) {
          if (item && !told.has(item.key)) yield item.key
          // One that goes under several keys comes by each of them.
          if (item) told.add(item.key)
        }
      }
    },
    madeBetween: (product, fromUs, toUs, site) =>
      madeBetween(parts, product, { fromUs, toUs, site }),
    neighbours: (key) => neighbours.of(key),
  }
}

/** Keys of a product's lots or serials, some at a time. */
async function* keysOf(
  { trail, productsOf }: ScopeSourceParts,
  product: string,
  what: 'lots' | 'serials',
): AsyncGenerator<readonly string[]> {
  for (const each of productsOf(product)) yield* keysUnder(trail, beginningUnder(each, what))
}

async function* keysUnder(
  trail: TrailReader,
  beginning: string | undefined,
): AsyncGenerator<readonly string[]> {
  if (beginning === undefined) return
  let after = ''
  for (;;) {
    const keys = await trail.keysUnder(beginning, after, KEYS_AT_ONCE)
    if (keys.length > 0) yield keys
    if (keys.length < KEYS_AT_ONCE) return
    after = keys.at(-1)?.slice(beginning.length) ?? ''
  }
}

interface Making {
  readonly fromUs: number
  readonly toUs: number
  readonly site: string | undefined
}

async function* madeBetween(
  parts: ScopeSourceParts,
  product: string,
  making: Making,
): AsyncGenerator<string> {
  for await (const keys of keysOf(parts, product, 'lots')) {
    for (const { item } of await madeAmong(parts, keys, making)) yield item.key
  }
  // Serials whose making names their lot come with it.
  for await (const keys of keysOf(parts, product, 'serials')) {
    const made = await madeAmong(parts, keys, making)
    const withLot = await namingLots(
      parts.trail,
      made.map(({ row }) => row.eventRef),
    )
    for (const { item, row } of made) if (!withLot.has(row.eventRef)) yield item.key
  }
}

/** Which of some keys were made in a time, at a site, and the row that says so. */
async function madeAmong(
  { trail, siteOf }: ScopeSourceParts,
  keys: readonly string[],
  { fromUs, toUs, site }: Making,
): Promise<{ item: ItemRef; row: TrailRow }[]> {
  const items = (await trail.find(keys)).filter((item) => item !== undefined)
  const made = new Map<number, { item: ItemRef; row: TrailRow }>()
  for await (const rows of trail.trail(items, { fromUs, toUs: toUs - 1 })) {
    for (const row of rows) {
      if (isMaking(row) && !made.has(row.item.ref)) made.set(row.item.ref, { item: row.item, row })
    }
  }
  const found = [...made.values()]
  if (site === undefined || found.length === 0) return found
  const wanted = siteOf(site)
  const summaries = await trail.summaries(found.map(({ row }) => row.eventRef))
  return found.filter((_, at) => placesOf(summaries[at]).some((place) => siteOf(place) === wanted))
}

/** Where an event was. */
export function placesOf(event: EventSummary | undefined): string[] {
  return [event?.readPoint, event?.bizLocation].filter((place) => place !== undefined)
}

/** Whether a row of a thing tells that it was made. */
export function isMaking({
  voidedAtUs,
  role,
  type,
  action,
}: Pick<TrailRow, 'voidedAtUs' | 'role' | 'type' | 'action'>): boolean {
  if (voidedAtUs !== undefined) return false
  if (role === 'output') return true
  // Of a transformation whose outputs are serials, their lot is made as well.
  if (role === 'lot' && type === 'TransformationEvent') return true
  return type === 'ObjectEvent' && action === 'ADD' && (role === 'object' || role === 'lot')
}

/** Of some events those that say of which lot their serials are. */
async function namingLots(
  trail: TrailReader,
  eventRefs: readonly number[],
): Promise<ReadonlySet<number>> {
  const naming = new Set<number>()
  for await (const members of trail.members([...new Set(eventRefs)], ['lot'])) {
    for (const { eventRef } of members) naming.add(eventRef)
  }
  return naming
}

/** What may be as bad as a suspected lot, as far as it is to be assumed. */
class Neighbours {
  readonly #parts: ScopeSourceParts
  readonly #most: number
  readonly #told = new Set<string>()

  constructor(parts: ScopeSourceParts, most: number) {
    this.#parts = parts
    this.#most = most
  }

  async *of(key: string): AsyncGenerator<Neighbour | MoreNeighbours> {
    this.#tell(key)
    const [item] = await this.#parts.trail.find([key])
    // One bad serial speaks against no other.
    if (item?.kind !== 'lot') return
    let left = this.#most
    for await (const neighbour of this.#beside(item)) {
      if (neighbour.reason === 'more') yield neighbour
      else if (this.#tell(neighbour.key)) {
        if (left === 0) {
          yield { reason: 'more' }
          return
        }
        left -= 1
        yield neighbour
      }
    }
  }

  async *#beside(item: ItemRef): AsyncGenerator<Neighbour | MoreNeighbours> {
    const { trail, assume } = this.#parts
    if (assume.sameLineAndDay) yield* neighboursOf(trail, item.key, MOST_EVENTS)
    if (assume.carryOverHours > 0) yield* this.#ofTank(item)
  }

  /** Whether it is told for the first time. */
  #tell(key: string): boolean {
    if (this.#told.has(key)) return false
    if (this.#told.size < MOST_TOLD) this.#told.add(key)
    return true
  }

  /** Lots that were made where this one was used, so soon after it that some may have been left. */
  async *#ofTank(item: ItemRef): AsyncGenerator<Neighbour | MoreNeighbours> {
    const { trail, assume } = this.#parts
    const { rows, isWhole } = await rowsOf(trail, item)
    const uses = rows.filter(({ role, voidedAtUs }) => role === 'input' && voidedAtUs === undefined)
    for (const use of await summariesOf(trail, uses.slice(0, MOST_USES))) {
      if (use.readPoint === undefined) continue
      const lots = lotsMadeBy(trail, {
        eventTypes: ['TransformationEvent'],
        readPoints: [use.readPoint],
        geEventTimeUs: use.eventTimeUs + 1,
        ltEventTimeUs: use.eventTimeUs + assume.carryOverHours * US_AN_HOUR,
      })
      for await (const key of lots) yield { key, reason: 'carry-over' }
    }
    if (!isWhole || uses.length > MOST_USES) yield { reason: 'more' }
  }
}

const MOST_ROWS = 10_000

async function rowsOf(
  trail: TrailReader,
  item: ItemRef,
): Promise<{ readonly rows: readonly TrailRow[]; readonly isWhole: boolean }> {
  const found: TrailRow[] = []
  for await (const rows of trail.trail([item])) {
    for (const row of rows) found.push(row)
    if (found.length > MOST_ROWS) return { rows: found, isWhole: false }
  }
  return { rows: found, isWhole: true }
}

function summariesOf(trail: TrailReader, rows: readonly TrailRow[]): Promise<EventSummary[]> {
  return trail.summaries([...new Set(rows.map(({ eventRef }) => eventRef))])
}

/** Lots that some events make. */
async function* lotsMadeBy(trail: TrailReader, query: EventQuery): AsyncGenerator<string> {
  let after: number | undefined
  do {
    const page = await trail.query(query, {
      limit: EVENTS_AT_ONCE,
      ...(after !== undefined && { after }),
    })
    const making = page.events.filter(
      ({ type, action, voidedAtUs }) =>
        voidedAtUs === undefined && (type === 'TransformationEvent' || action === 'ADD'),
    )
    const refs = making.filter(
      ({ type }) => type !== 'AggregationEvent' && type !== 'AssociationEvent',
    )
    const roles = ['object', 'output', 'lot'] as const
    for await (const members of trail.members(
      refs.map(({ eventRef }) => eventRef),
      roles,
    )) {
      for (const { item } of members) if (item.kind === 'lot') yield item.key
    }
    after = page.after
  } while (after !== undefined)
}
