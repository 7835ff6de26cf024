/**
 * What items were in and on: their stays, those of their containers, and so on to the outermost.
 * An item shares the whereabouts of its carriers while it is there, and nothing else.
 *
 * Carriers are read once for all that they carry, a batch of items at a time.
 */
import { type Placement, replayStays, type Stay, type StayKind, stayKindOf } from './containment.ts'
import { isAfter, type Moment } from './moment.ts'
import { placeOfFirst } from './ordered.ts'
import type { EventMember, ItemRef, Role, TrailRow } from './source.ts'
import { type ItemTrail, trailsOf, type View } from './view.ts'

/** Carriers kept between batches. Beyond it all are forgotten, and read again where needed. */
const KEPT_CARRIERS = 4_000

export class Carriers {
  readonly #view: View
  readonly #known = new Map<number, ItemTrail>()
  /** The events that emptied a carrier, by its reference, where there are any. */
  readonly #emptied: Record<StayKind, Map<number, Moment[]>> = {
    contains: new Map(),
    associated: new Map(),
  }

  constructor(view: View) {
    this.#view = view
  }

  /** Finds the stays of some items, and all their carriers with theirs. */
  async place(items: readonly ItemTrail[]): Promise<void> {
    if (this.#known.size > KEPT_CARRIERS) this.#forget()
    const placements = new Map<ItemTrail, Placement[]>()
    const found: ItemTrail[] = []
    for (let level = items; level.length > 0; ) {
      const parents = await this.#readPlacements(level, placements)
      const unknown = [...parents.values()].filter((parent) => !this.#known.has(parent.ref))
      const carriers = [...(await trailsOf(this.#view, unknown)).values()]
      for (const carrier of carriers) this.#known.set(carrier.item.ref, carrier)
      found.push(...carriers)
      level = carriers
    }
    await this.#readEmptied(found)
    for (const [trail, its] of placements) trail.stays = this.#staysOf(trail, its)
  }

  /** A carrier of what was placed last: `place` may forget those of what was placed before. */
  get({ parent }: Stay): ItemTrail {
    const carrier = this.#known.get(parent.ref)
    if (!carrier) throw new TypeError(`${parent.key} was not read as a carrier`)
    return carrier
  }

  #forget(): void {
    this.#known.clear()
    this.#emptied.contains.clear()
    this.#emptied.associated.clear()
  }

  /** Reads who the parents were in ADD and DELETE events; the parents, each once. */
  async #readPlacements(
    level: readonly ItemTrail[],
    placements: Map<ItemTrail, Placement[]>,
  ): Promise<Map<number, ItemRef>> {
    const single = new Set<number>()
    const amounts = new Set<number>()
    for (const { item, rows } of level) {
      for (const row of rows) {
        if (isPlacement(row)) (isAmount(item) ? amounts : single).add(row.eventRef)
      }
    }
    const parents = new Map<number, ItemRef>()
    const ownMembers = new Map<string, EventMember>()
    await this.#readMembers(single, ['parent'], parents, ownMembers)
    await this.#readMembers(amounts, ['parent', 'child'], parents, ownMembers)
    for (const trail of level) {
      for (const row of trail.rows) {
        const parent = isPlacement(row) ? parents.get(row.eventRef) : undefined
        if (!parent || parent.ref === trail.item.ref) continue
        const own = ownMembers.get(`${row.eventRef} ${trail.item.ref}`)
        pushTo(placements, trail, { row, parent, quantity: own?.quantity, uom: own?.uom })
      }
    }
    return new Map([...parents.values()].map((parent) => [parent.ref, parent]))
  }

  async #readMembers(
    eventRefs: ReadonlySet<number>,
    roles: readonly Role[],
    parents: Map<number, ItemRef>,
    amounts: Map<string, EventMember>,
  ): Promise<void> {
    if (eventRefs.size === 0) return
    for await (const members of this.#view.source.members([...eventRefs], roles)) {
      for (const member of members) {
        if (member.role === 'parent') parents.set(member.eventRef, member.item)
        else amounts.set(`${member.eventRef} ${member.item.ref}`, member)
      }
    }
  }

  /** DELETE with a parent and no children takes everything out. [EPCIS 7.4.3] */
  async #readEmptied(carriers: readonly ItemTrail[]): Promise<void> {
    const deletes = carriers.flatMap(({ rows }) => rows.filter(isUnpacking))
    if (deletes.length === 0) return
    const listing = new Set<number>()
    const refs = new Set(deletes.map((row) => row.eventRef))
    for await (const members of this.#view.source.members([...refs], ['child'])) {
      for (const { eventRef } of members) listing.add(eventRef)
    }
    for (const row of deletes) {
      const kind = stayKindOf(row)
      if (kind && !listing.has(row.eventRef)) pushTo(this.#emptied[kind], row.item.ref, row)
    }
  }

  /** Whether anything that carried an item took part in a transformation. */
  someTransform({ stays }: ItemTrail, depth = 0): boolean {
    for (const stay of stays) {
      const carrier = this.get(stay)
      // Deeper than this, containers contain each other.
      if (carrier.transforms || depth > DEEPEST || this.someTransform(carrier, depth + 1))
        return true
    }
    return false
  }

  #staysOf(trail: ItemTrail, placements: readonly Placement[]): readonly Stay[] {
    const attached = placements.filter(({ row }) => row.type === 'AssociationEvent')
    if (attached.length === 0) return this.#replay('contains', trail, placements)
    const packed = placements.filter(({ row }) => row.type === 'AggregationEvent')
    return [
      ...this.#replay('contains', trail, packed),
      ...this.#replay('associated', trail, attached),
    ]
  }

  #replay(kind: StayKind, { item, rows }: ItemTrail, placements: readonly Placement[]): Stay[] {
    const isAmount = placements.some(({ quantity }) => quantity !== undefined)
    return replayStays(kind, {
      placements,
      single: item.kind !== 'lot' && item.kind !== 'class' && !isAmount,
      emptied: this.#emptied[kind],
      bornUs: rows[0]?.eventTimeUs ?? Number.NEGATIVE_INFINITY,
    })
  }
}

const DEEPEST = 20

function isPlacement(row: TrailRow): boolean {
  return row.role === 'child' && stayKindOf(row) !== undefined
}

function isUnpacking(row: TrailRow): boolean {
  return row.role === 'parent' && row.action === 'DELETE' && stayKindOf(row) !== undefined
}

/**
 * Whether an identifier may stand for an amount: a URI of no GS1 kind may be a lot of somebody's.
 */
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

/** A row of an item, or of what carried it at that time. */
export interface EffectiveRow {
  readonly row: TrailRow
  /** The stays from the item outwards; none for its own rows. */
  readonly path: readonly Stay[]
}

export interface Wanted {
  readonly row: (row: TrailRow) => boolean
  /** Of the item's time. Default always. */
  readonly during?: Stretch
  /** Rows of carriers from before they carried the item as well. Default not. */
  readonly evenBefore?: boolean
}

/**
 * The wanted rows of an item and, while it was carried, of its carriers, in order. What stands in
 * itself is followed once.
 */
export function effectiveRows(
  carriers: Carriers,
  trail: ItemTrail,
  wanted: Wanted,
): EffectiveRow[] {
  const search: Search = { carriers, start: trail.item, found: [], ...wanted }
  collect(search, trail, wanted.during ?? ALWAYS, [])
  const { found } = search
  if (trail.stays.length === 0 || found.length < 2) return found
  return found.sort((one, other) => (isAfter(one.row, other.row) ? 1 : -1))
}

interface Search extends Wanted {
  readonly carriers: Carriers
  readonly start: ItemRef
  readonly found: EffectiveRow[]
}

function collect(
  search: Search,
  { rows, stays }: ItemTrail,
  during: Stretch,
  path: readonly Stay[],
): void {
  const isDuring = ({ eventTimeUs }: TrailRow) => eventTimeUs >= during.fromUs
  for (let at = search.evenBefore ? 0 : placeOfFirst(rows, isDuring); at < rows.length; at++) {
    const row = rows[at]
    if (!row || row.eventTimeUs >= during.toUs) break
    if (search.row(row)) search.found.push({ row, path })
  }
  for (const stay of stays) {
    const inside = overlap(during, stay)
    const { ref } = stay.parent
    if (!inside || ref === search.start.ref || path.some((each) => each.parent.ref === ref))
      continue
    collect(search, search.carriers.get(stay), inside, [...path, stay])
  }
}
