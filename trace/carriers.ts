/**
 * What items were in and on: their stays, those of their containers, and so on to the outermost. An
 * item shares the whereabouts of its carriers while it is there, and nothing else.
 *
 * Carriers are read once for all that they carry, a batch of items at a time.
 */
import { type Placement, replayStays, type Stay, type StayKind, stayKindOf } from './containment.ts'
import type { EventMember, ItemRef, Role, TrailRow } from './source.ts'
import { type ItemTrail, isAfter, type Moment, trailsOf, type View } from './view.ts'

/** An item with its trail and its stays. */
export interface Placed extends ItemTrail {
  /** In the order in which they began; what contains before what is associated. */
  stays: readonly Stay[]
}

/** A row of an item, or of what carried it at that time. */
export interface EffectiveRow {
  readonly row: TrailRow
  /** The stays from the item outwards; none for its own rows. */
  readonly path: readonly Stay[]
}

interface Carrier extends Placed {
  readonly emptied: Record<StayKind, Moment[]>
}

/** Carriers kept between batches. Beyond it all are forgotten, and read again where needed. */
const KEPT_CARRIERS = 20_000

export class Carriers {
  readonly #view: View
  readonly #known = new Map<number, Carrier>()

  constructor(view: View) {
    this.#view = view
  }

  /** The stays of some items, and all their carriers with theirs. */
  async place(trails: readonly ItemTrail[]): Promise<Placed[]> {
    if (this.#known.size > KEPT_CARRIERS) this.#known.clear()
    const items = trails.map((trail): Placed => ({ ...trail, stays: [] }))
    const placements = new Map<Placed, Placement[]>()
    const found: Carrier[] = []
    for (let level: readonly Placed[] = items; level.length > 0; ) {
      const next = await this.#placementsOf(level, placements)
      const unknown = [...next.values()].filter((parent) => !this.#known.has(parent.ref))
      const carriers: Carrier[] = []
      for (const trail of (await trailsOf(this.#view, unknown)).values()) {
        const carrier = { ...trail, stays: [], emptied: { contains: [], associated: [] } }
        this.#known.set(trail.item.ref, carrier)
        carriers.push(carrier)
      }
      found.push(...carriers)
      level = carriers
    }
    await this.#findEmptied(found)
    for (const placed of [...found, ...items]) {
      const its = placements.get(placed)
      if (its) placed.stays = this.#staysOf(placed, its)
    }
    return items
  }

  /** A carrier that `place` has met. */
  get({ parent }: Stay): Placed {
    const carrier = this.#known.get(parent.ref)
    if (!carrier) throw new TypeError(`${parent.key} was not read as a carrier`)
    return carrier
  }

  /** Reads who the parents were in ADD and DELETE events; the parents, each once. */
  async #placementsOf(
    level: readonly Placed[],
    placements: Map<Placed, Placement[]>,
  ): Promise<Map<number, ItemRef>> {
    const single: number[] = []
    const amounts: number[] = []
    for (const { item, rows } of level) {
      for (const row of rows) {
        if (row.role !== 'child' || !stayKindOf(row)) continue
        ;(isAmount(item) ? amounts : single).push(row.eventRef)
      }
    }
    const parents = new Map<number, ItemRef>()
    const children = new Map<number, EventMember[]>()
    const read = async (refs: readonly number[], roles: readonly Role[]) => {
      if (refs.length === 0) return
      for await (const members of this.#view.source.members([...new Set(refs)], roles)) {
        for (const member of members) {
          if (member.role === 'parent') parents.set(member.eventRef, member.item)
          else pushTo(children, member.eventRef, member)
        }
      }
    }
    await read(single, ['parent'])
    await read(amounts, ['parent', 'child'])
    for (const placed of level) {
      for (const row of placed.rows) {
        if (row.role !== 'child' || !stayKindOf(row)) continue
        const parent = parents.get(row.eventRef)
        if (!parent || parent.ref === placed.item.ref) continue
        const own = children.get(row.eventRef)?.find(({ item }) => item.ref === placed.item.ref)
        const { quantity, uom } = own ?? {}
        pushTo(placements, placed, { row, parent, quantity, uom })
      }
    }
    return new Map([...parents.values()].map((parent) => [parent.ref, parent]))
  }

  /** DELETE with a parent and no children takes everything out. [EPCIS 7.4.3] */
  async #findEmptied(carriers: readonly Carrier[]): Promise<void> {
    const deletes = carriers.flatMap((carrier) =>
      carrier.rows
        .filter((row) => row.role === 'parent' && row.action === 'DELETE' && stayKindOf(row))
        .map((row) => ({ carrier, row })),
    )
    if (deletes.length === 0) return
    const listing = new Set<number>()
    const refs = new Set(deletes.map(({ row }) => row.eventRef))
    for await (const members of this.#view.source.members([...refs], ['child'])) {
      for (const { eventRef } of members) listing.add(eventRef)
    }
    for (const { carrier, row } of deletes) {
      const kind = stayKindOf(row)
      if (kind && !listing.has(row.eventRef)) carrier.emptied[kind].push(row)
    }
  }

  #staysOf({ item, rows }: Placed, placements: readonly Placement[]): Stay[] {
    const amount = placements.some(({ quantity }) => quantity !== undefined)
    const replay = (kind: StayKind) =>
      replayStays({
        kind,
        placements: placements.filter(({ row }) => stayKindOf(row) === kind),
        single: item.kind !== 'lot' && item.kind !== 'class' && !amount,
        emptied: (parent) => this.#known.get(parent.ref)?.emptied[kind] ?? [],
        bornUs: rows[0]?.eventTimeUs ?? Number.NEGATIVE_INFINITY,
      })
    return [...replay('contains'), ...replay('associated')]
  }
}

/** Whether an identifier may stand for an amount: a URI of no GS1 kind may be a lot of somebody's. */
function isAmount({ kind }: ItemRef): boolean {
  return kind === 'lot' || kind === 'class' || kind === 'other'
}

function pushTo<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}

/** A stretch of time, [fromUs, toUs). */
export interface Stretch {
  readonly fromUs: number
  readonly toUs: number
}

export const ALWAYS: Stretch = {
  fromUs: Number.NEGATIVE_INFINITY,
  toUs: Number.POSITIVE_INFINITY,
}

/** What two stretches have in common; undefined where that is nothing. */
export function overlap(one: Stretch, other: Stretch): Stretch | undefined {
  const fromUs = Math.max(one.fromUs, other.fromUs)
  const toUs = Math.min(one.toUs, other.toUs)
  return fromUs < toUs ? { fromUs, toUs } : undefined
}

/** Whether one stretch holds the other. */
export function covers(one: Stretch, other: Stretch): boolean {
  return one.fromUs <= other.fromUs && one.toUs >= other.toUs
}

/**
 * The rows of an item and, while it was carried, those of its carriers, in order; only rows that
 * `wanted` accepts, and only from `during`. With `evenBefore`, those of carriers from before they
 * carried it as well. What stands in itself is followed once.
 */
export function effectiveRows(
  carriers: Carriers,
  placed: Placed,
  wanted: (row: TrailRow) => boolean,
  during: Stretch = ALWAYS,
  evenBefore = false,
): EffectiveRow[] {
  const found: EffectiveRow[] = []
  const collect = ({ rows, stays, item }: Placed, within: Stretch, path: readonly Stay[]) => {
    for (let at = evenBefore ? 0 : firstFrom(rows, within.fromUs); at < rows.length; at++) {
      const row = rows[at]
      if (!row || row.eventTimeUs >= within.toUs) break
      if (wanted(row)) found.push({ row, path })
    }
    for (const stay of stays) {
      const inside = overlap(within, stay)
      const known = stay.parent.ref === placed.item.ref || stay.parent.ref === item.ref
      if (!inside || known || path.some(({ parent }) => parent.ref === stay.parent.ref)) continue
      collect(carriers.get(stay), inside, [...path, stay])
    }
  }
  collect(placed, during, [])
  if (placed.stays.length === 0) return found
  return found.sort((one, other) => (isAfter(one.row, other.row) ? 1 : -1))
}

function firstFrom(rows: readonly TrailRow[], fromUs: number): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((rows[middle]?.eventTimeUs ?? fromUs) >= fromUs) high = middle
    else low = middle + 1
  }
  return low
}
