/** Reads trail rows: what an item took part in, in the order of event times. */
import type { ItemRef, TimeWindow, TrailRow } from '#trace/source.ts'
import { Cache } from './cache.ts'
import { type TypeAndAction, unpackPart } from './codes.ts'
import type { Database } from './database.ts'
import { type Pace, sliceRows } from './pace.ts'
import { inParts, prepareBulk } from './rows.ts'
import type { Words } from './words.ts'

const itemsAtOnce = 512
const cachedParts = 4_096

/** A trail row as it is stored. */
export type PackedRow = [
  item: number,
  eventTimeUs: number,
  seq: number,
  part: number,
  voidedAtUs: number | null,
]
type Part = TypeAndAction & Pick<TrailRow, 'role' | 'bizStep'>

const columns = ['trail.item', 'trail.eventTimeUs', 'trail.seq', 'trail.part', 'voided.voidedAtUs']
// CROSS JOIN keeps the order: items one after the other, the rows of each in that of the key.
const fromItems = `
  FROM json_each(?1) AS wanted
  CROSS JOIN trail ON trail.item = wanted.value AND trail.eventTimeUs BETWEEN ?2 AND ?3
  LEFT JOIN voided ON voided.seq = trail.seq
  LIMIT ${sliceRows}`
const fromRest = `
  FROM trail LEFT JOIN voided ON voided.seq = trail.seq
  WHERE trail.item = ?1 AND (trail.eventTimeUs, trail.seq, trail.part) > (?2, ?3, ?4)
    AND trail.eventTimeUs <= ?5
  ORDER BY trail.eventTimeUs, trail.seq, trail.part LIMIT ${sliceRows}`

type ReadItems = (items: string, fromUs: number, toUs: number) => PackedRow[]
type ReadRest = (
  item: number,
  eventTimeUs: number,
  seq: number,
  part: number,
  toUs: number,
) => PackedRow[]

export class Trails {
  readonly #items: ReadItems
  readonly #rest: ReadRest
  readonly #words: Words
  readonly #pace: Pace
  /** What the packed number of a row says: there are few different ones. */
  readonly #parts = new Cache<number, Part>(cachedParts)

  constructor(database: Database, words: Words, pace: Pace) {
    this.#items = prepareBulk<PackedRow>(database, columns, fromItems)
    this.#rest = prepareBulk<PackedRow>(database, columns, fromRest)
    this.#words = words
    this.#pace = pace
  }

  async *read(items: readonly ItemRef[], window: TimeWindow): AsyncIterable<readonly TrailRow[]> {
    const byRef = new Map(items.map((item) => [item.ref, item]))
    for await (const rows of this.readPacked([...byRef.keys()], window)) {
      yield rows.map((row) => this.#trailRow(row, byRef))
    }
  }

  /** The rows of items by their numbers, each of which is given once. */
  async *readPacked(
    refs: readonly number[],
    window: TimeWindow,
  ): AsyncIterable<readonly PackedRow[]> {
    // In their order in the file: neighbours are read from the same page.
    const sorted = [...refs].sort((a, b) => a - b)
    for (const some of inParts(sorted, itemsAtOnce)) yield* this.#readSome(some, window)
  }

  /** Slice by slice; each is a statement of its own, so that no read holds up a checkpoint. */
  async *#readSome(
    refs: readonly number[],
    window: TimeWindow,
  ): AsyncIterable<readonly PackedRow[]> {
    const { fromUs = 0, toUs = Number.MAX_SAFE_INTEGER } = window
    let left = refs
    while (left.length > 0) {
      let rows = this.#items(JSON.stringify(left), fromUs, toUs)
      if (rows.length > 0) yield rows
      await this.#pace.after(rows.length)
      let last = rows.at(-1)
      if (last === undefined || rows.length < sliceRows) return
      const [item] = last
      while (last !== undefined && rows.length === sliceRows) {
        rows = this.#rest(item, last[1], last[2], last[3], toUs)
        if (rows.length > 0) yield rows
        await this.#pace.after(rows.length)
        last = rows.at(-1)
      }
      left = left.slice(left.indexOf(item) + 1)
    }
  }

  #trailRow(row: PackedRow, items: ReadonlyMap<number, ItemRef>): TrailRow {
    const [ref, eventTimeUs, eventRef, packed, voidedAtUs] = row
    const item = items.get(ref)
    if (item === undefined) throw new RangeError(`item ${ref} was not asked for`)
    const { type, action, role, bizStep } = this.#part(packed)
    return {
      item,
      eventRef,
      eventTimeUs,
      type,
      action,
      role,
      bizStep,
      voidedAtUs: voidedAtUs ?? undefined,
    }
  }

  #part(packed: number): Part {
    const known = this.#parts.get(packed)
    if (known !== undefined) return known
    const { bizStep, ...rest } = unpackPart(packed)
    const part = { ...rest, bizStep: this.#words.text(bizStep) }
    this.#parts.set(packed, part)
    return part
  }
}
