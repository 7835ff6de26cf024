/**
 * A trail source in which everything that goes under several keys is one item: whoever walks it
 * finds one trail, whichever of the keys the events name. Where nothing has an alias it is the
 * source itself.
 *
 * It keeps the contract of source.ts. The trails of a group are merged as they come: what is held
 * at a time is bounded by the size of a group, not by the length of its trails.
 */
import { identify } from '#epcis/identifier.ts'
import { sum } from './members.ts'
import { mergeTrails, rowAs } from './merge.ts'
import type { EventMember, ItemRef, Role, TimeWindow, TrailRow, TrailSource } from './source.ts'

/** Which keys are one thing. All keys are canonical. */
export interface Aliases {
  /** Whether there are none at all: then nothing else is asked. */
  isEmpty(): boolean
  /** What each key resolves to, in their order: itself where it is no alias. */
  resolve(keys: readonly string[]): readonly string[]
  /** All that resolves to some primaries, the primary first; those without aliases are absent. */
  members(primaries: readonly string[]): ReadonlyMap<string, readonly string[]>
}

/** `source` with each group of keys as one item, which goes by its primary. */
export function aliased(source: TrailSource, aliases: Aliases): TrailSource {
  return aliases.isEmpty() ? source : new AliasedSource(source, aliases)
}

/** A thing with several keys. */
interface Unit {
  /** Undefined where no event has named any of them. */
  readonly item: ItemRef | undefined
  /** Those that events have named, as the source knows them. */
  readonly known: readonly ItemRef[]
}

const KEYS_AT_ONCE = 256
/** Items of the source whose trails are read together to be merged. */
const MERGED_AT_ONCE = 512
/** Rows held of them. Where there are more, each group is merged by itself, as it comes. */
const HELD_ROWS = 20_000
const CHUNK = 2_048

class AliasedSource implements TrailSource {
  readonly #source: TrailSource
  readonly #aliases: Aliases

  constructor(source: TrailSource, aliases: Aliases) {
    this.#source = source
    this.#aliases = aliases
  }

  async find(keys: readonly string[]): Promise<(ItemRef | undefined)[]> {
    const found: (ItemRef | undefined)[] = []
    for (const some of inParts(keys, KEYS_AT_ONCE)) {
      const units = await this.#unitsOf(some)
      const alone = await this.#source.find(some.filter((key) => !units.has(key)))
      let next = 0
      for (const key of some) {
        const unit = units.get(key)
        found.push(unit ? unit.item : alone[next++])
      }
    }
    return found
  }

  async *trail(items: readonly ItemRef[], window: TimeWindow = {}) {
    const distinct = [...new Map(items.map((item) => [item.ref, item])).values()]
    for (const some of inParts(distinct, KEYS_AT_ONCE)) {
      const units = await this.#unitsOf(some.map(({ key }) => key))
      const read: ItemRef[] = []
      const renamed = new Map<number, ItemRef>()
      const several: Merging[] = []
      for (const item of some) {
        const { known = [item] } = units.get(item.key) ?? {}
        const [only] = known
        if (known.length > 1) several.push({ item, known })
        else if (only) {
          read.push(only)
          if (only.key !== item.key) renamed.set(only.ref, item)
        }
      }
      if (read.length > 0) yield* this.#trailOf(read, renamed, window)
      for (const part of together(several)) yield* this.#merged(part, window)
    }
  }

  async *members(eventRefs: readonly number[], roles: readonly Role[]) {
    const event = new JoinedMembers()
    for await (const chunk of this.#source.members([...new Set(eventRefs)], roles)) {
      const keys = [...new Set(chunk.map(({ item }) => item.key))]
      const units = new Map<string, Unit>()
      for (const some of inParts(keys, KEYS_AT_ONCE)) {
        for (const [key, unit] of await this.#unitsOf(some)) units.set(key, unit)
      }
      const told: EventMember[] = []
      for (const member of chunk) {
        for (const each of event.before(member.eventRef)) told.push(each)
        const item = units.get(member.item.key)?.item
        if (item) event.add(member, item)
        else told.push(member)
      }
      yield* inParts(told, CHUNK)
    }
    yield* inParts(event.end(), CHUNK)
  }

  summaries(eventRefs: readonly number[]) {
    return this.#source.summaries(eventRefs)
  }

  /** The things with several keys that some keys name, by key. */
  async #unitsOf(keys: readonly string[]): Promise<ReadonlyMap<string, Unit>> {
    const primaries = this.#aliases.resolve(keys)
    const groups = this.#aliases.members([...new Set(primaries)])
    const units = new Map<string, Unit>()
    if (groups.size === 0) return units
    const found = await this.#source.find([...groups.values()].flat())
    const byPrimary = new Map<string, Unit>()
    let start = 0
    for (const [primary, { length }] of groups) {
      const known = found.slice(start, start + length).filter((item) => item !== undefined)
      byPrimary.set(primary, { item: itemOf(primary, known), known })
      start += length
    }
    for (const [at, key] of keys.entries()) {
      const unit = byPrimary.get(primaries[at] ?? key)
      if (unit) units.set(key, unit)
    }
    return units
  }

  /** The trails of items of the source; `renamed`: what some of them are shown as. */
  async *#trailOf(
    items: readonly ItemRef[],
    renamed: ReadonlyMap<number, ItemRef>,
    window: TimeWindow,
  ): AsyncGenerator<readonly TrailRow[]> {
    for await (const rows of this.#source.trail(items, window)) {
      if (renamed.size === 0) yield rows
      else {
        yield rows.map((row) => {
          const item = renamed.get(row.item.ref)
          return item ? rowAs(row, item) : row
        })
      }
    }
  }

  async *#merged(
    part: readonly Merging[],
    window: TimeWindow,
  ): AsyncGenerator<readonly TrailRow[]> {
    const held = await this.#held(part, window)
    for (const { item, known } of part) {
      const trails = known.map((each) => {
        return held ? [held.get(each.ref) ?? []] : this.#source.trail([each], window)
      })
      yield* mergeTrails(item, trails, CHUNK)
    }
  }

  /** All rows of some groups by item of the source; undefined where they are too many to hold. */
  async #held(
    part: readonly Merging[],
    window: TimeWindow,
  ): Promise<ReadonlyMap<number, readonly TrailRow[]> | undefined> {
    const held = new Map<number, TrailRow[]>()
    let count = 0
    const items = part.flatMap(({ known }) => known)
    for await (const rows of this.#source.trail(items, window)) {
      count += rows.length
      if (count > HELD_ROWS) return undefined
      for (const row of rows) {
        const known = held.get(row.item.ref)
        if (known) known.push(row)
        else held.set(row.item.ref, [row])
      }
    }
    return held
  }
}

/**
 * The item that a group is shown as. Of the numbers of its members it has the least: items are
 * numbered as they are first named, so it stays the same whichever of the keys is named later.
 */
function itemOf(primary: string, known: readonly ItemRef[]): ItemRef | undefined {
  if (known.length === 0) return undefined
  const { kind } = identify(primary)
  const finer = kind === 'other' ? known.find((each) => each.kind !== 'other')?.kind : kind
  const ref = known.reduce((least, each) => Math.min(least, each.ref), Number.POSITIVE_INFINITY)
  return { key: primary, kind: finer ?? kind, ref }
}

/** A group to be told as one item. */
interface Merging {
  readonly item: ItemRef
  readonly known: readonly ItemRef[]
}

/** Groups in parts that are read together. */
function* together(all: readonly Merging[]): Iterable<readonly Merging[]> {
  let part: Merging[] = []
  let size = 0
  for (const each of all) {
    if (part.length > 0 && size + each.known.length > MERGED_AT_ONCE) {
      yield part
      part = []
      size = 0
    }
    part.push(each)
    size += each.known.length
  }
  if (part.length > 0) yield part
}

/** The members of one event that have several keys: each comes once a role. */
class JoinedMembers {
  #eventRef: number | undefined
  readonly #byRole = new Map<string, EventMember>()

  /** Those of the event before, where another one begins. */
  before(eventRef: number): readonly EventMember[] {
    if (eventRef === this.#eventRef) return []
    this.#eventRef = eventRef
    return this.end()
  }

  add(member: EventMember, item: ItemRef): void {
    const name = `${member.role} ${item.ref}`
    const known = this.#byRole.get(name)
    const named = { namedBy: [member.item.key], ...member, item }
    this.#byRole.set(name, known ? joined(known, named) : named)
  }

  end(): readonly EventMember[] {
    const all = [...this.#byRole.values()]
    this.#byRole.clear()
    return all
  }
}

function joined(known: EventMember, other: EventMember): EventMember {
  const namedBy = [...(known.namedBy ?? []), ...(other.namedBy ?? [])]
  const { quantity, uom, role } = other
  // How many of the serials are of a lot: given wherever it is not all, so it must not be lost.
  const isPart = role === 'lot' && known.quantity !== undefined && quantity !== undefined
  const part = isPart ? known.quantity + quantity : (known.quantity ?? quantity)
  return { ...known, namedBy, quantity: role === 'lot' ? part : sum(known, quantity, uom) }
}

/** Parts of at most `size`. */
function* inParts<T>(all: readonly T[], size: number): Iterable<readonly T[]> {
  for (let start = 0; start < all.length; start += size) yield all.slice(start, start + size)
}
