/**
 * Reads trail rows. What is stored next to each other, in one field of one series, are the rows of
 * all keys that are hashed to it: few, so that all of them are read and those of other keys left
 * out here. InfluxDB would do that by a condition on a field, at many times the cost of a row, and
 * in one WHERE with the series it would go through every series there is.
 *
 * Items whose rows are in the same field share a statement, which is planned once for all of them;
 * what has more rows than such a statement may give is read on by itself, chunk by chunk.
 *
 * The rows of batches that InfluxDB has not confirmed come from the spool. What was first named by
 * such a batch has no others, and InfluxDB is not asked about it.
 *
 * Rows come by nanosecond, which within a microsecond is not yet the order of events: see
 * slots.ts. So a chunk is cut where a microsecond ends, and sorted.
 */
import { Cache } from '#store/sqlite/cache.ts'
import { type Pace, sliceRows } from '#store/sqlite/pace.ts'
import { inParts } from '#store/sqlite/rows.ts'
import type { ItemRef, TimeWindow, TrailRow } from '#trace/source.ts'
import type { Connection, Series } from './connection.ts'
import type { Ledger, State } from './ledger.ts'
import { nanoseconds, slotsPerMicrosecond, trailFields, trailSpotOf } from './points.ts'
import { splitTrailRow, unpackTrailPart } from './records.ts'
import type { Spool, SpooledRow } from './spool.ts'

const itemsAtOnce = 256
/** Requests under way at a time for one read, where each has at least so many items. */
const requestsAtOnce = 2
const itemsOfRequest = 32
/** Rows that a statement for several items is expected to give, and how many it may. */
const expectedRows = 1_024
const mostRows = 4 * expectedRows
/** Of a statement for one item; more than one microsecond can have without being full. */
const rowsAtOnce = 4 * slotsPerMicrosecond
const overflowsAtOnce = 16
const cachedParts = 4_096

type Part = ReturnType<typeof unpackTrailPart>
interface Row extends SpooledRow {
  readonly key: string
}
interface Bounds {
  readonly fromUs: number
  readonly toUs: number
}
/** Rows that are the item's own. */
interface ItemRows {
  readonly item: ItemRef
  readonly rows: readonly SpooledRow[]
}
/** Items that one statement asks for, and what it gave: undefined where that was too much. */
interface Asked {
  readonly items: readonly ItemRef[]
  readonly rows: readonly Row[] | undefined
}

export class Trails {
  readonly #connection: Connection
  readonly #ledger: Ledger
  readonly #spool: Spool
  readonly #pace: Pace
  /** What the rest of a row says: there are few different ones. */
  readonly #parts = new Cache<string, Part>(cachedParts)

  constructor(connection: Connection, ledger: Ledger, spool: Spool, pace: Pace) {
    this.#connection = connection
    this.#ledger = ledger
    this.#spool = spool
    this.#pace = pace
  }

  async *read(
    items: readonly ItemRef[],
    window: TimeWindow,
    state: State,
  ): AsyncIterable<readonly TrailRow[]> {
    const unique = [...new Map(items.map((item) => [item.ref, item])).values()]
    const { fromUs = 0, toUs = Number.MAX_SAFE_INTEGER } = window
    if (fromUs > toUs) return
    const bounds = { fromUs, toUs }
    for (const some of inParts(unique, itemsAtOnce)) {
      const refs = some.map(({ ref }) => ref)
      const spooled = this.#spool.rows(refs, bounds, state)
      const { confirmedItems } = this.#ledger.state() ?? state
      const [stored, isNew] = [[], []] as [ItemRef[], ItemRef[]]
      for (const item of some) (item.ref <= confirmedItems ? stored : isNew).push(item)
      const crowded: ItemRef[] = []
      let held: ItemRows[] = []
      let heldRows = 0
      const answers = await this.#ask(stored, bounds, state)
      for (const { items: asked, rows } of [{ items: isNew, rows: [] }, ...answers]) {
        if (rows === undefined) crowded.push(...asked)
        for (const each of rows === undefined ? [] : sorted(asked, rows, spooled)) {
          held.push(each)
          heldRows += each.rows.length
        }
        await this.#pace.after(asked.length + (rows?.length ?? 0))
        if (heldRows < sliceRows) continue
        yield* this.#told(held, state)
        held = []
        heldRows = 0
      }
      yield* this.#told(held, state)
      for (const item of crowded) {
        yield* this.#itemRows(item, spooled.get(item.ref) ?? [], bounds, state)
      }
    }
  }

  /** Asks for the first rows of some items, several of them in one statement. */
  async #ask(items: readonly ItemRef[], bounds: Bounds, state: State): Promise<Asked[]> {
    const groups = groupsOf(items, state)
    if (items.length === 0) return []
    const requestCount = Math.min(requestsAtOnce, Math.ceil(items.length / itemsOfRequest))
    const atOnce = Math.ceil(groups.length / requestCount)
    const requests = [...inParts(groups, atOnce)].map(async (some): Promise<Asked[]> => {
      const statements = some.map((group) => statement(group, bounds, { limit: mostRows }))
      const answers = await this.#connection.query(statements)
      return some.map((group, at) => {
        const rows = rowsOf(answers[at])
        return { items: group.items, rows: rows.length < mostRows ? rows : undefined }
      })
    })
    return (await Promise.all(requests)).flat()
  }

  /** The rows of one item by itself, in chunks of what stands beside each other. */
  async *#itemRows(
    item: ItemRef,
    spooled: readonly SpooledRow[],
    bounds: Bounds,
    state: State,
  ): AsyncIterable<readonly TrailRow[]> {
    const group = groupOf(item, state)
    const during = (from: number, to: number) =>
      new Map([
        [item.ref, spooled.filter(({ eventTimeUs: us }) => us >= from && us <= to)] as const,
      ])
    let { fromUs } = bounds
    for (;;) {
      const next = statement(group, { fromUs, toUs: bounds.toUs }, { limit: rowsAtOnce })
      const [answer] = await this.#connection.query([next])
      const rows = rowsOf(answer)
      await this.#pace.after(rows.length)
      if (rows.length < rowsAtOnce) {
        yield* this.#told(sorted([item], rows, during(fromUs, bounds.toUs)), state)
        return
      }
      const lastUs = rows.at(-1)?.eventTimeUs ?? 0
      const whole = rows.filter(({ eventTimeUs }) => eventTimeUs < lastUs)
      yield* this.#told(sorted([item], whole, during(fromUs, lastUs - 1)), state)
      fromUs = lastUs
      if (whole.length === 0) {
        yield* this.#fullMicrosecond(item, during(lastUs, lastUs), lastUs, state)
        fromUs = lastUs + 1
      }
      if (fromUs > bounds.toUs) return
    }
  }

  /** The rows of a microsecond that has too many for one chunk, series by series. */
  async *#fullMicrosecond(
    item: ItemRef,
    spooled: SpooledRows,
    timeUs: number,
    state: State,
  ): AsyncIterable<readonly TrailRow[]> {
    const group = groupOf(item, state)
    const { bucket } = trailSpotOf(item.key, state.trailBuckets)
    const beyond = this.#ledger.rowsBeyond(timeUs, bucket)
    const series = Array.from({ length: 1 + Math.ceil(beyond / slotsPerMicrosecond) }, (_, s) => s)
    const bounds = { fromUs: timeUs, toUs: timeUs }
    const end = spooled.get(item.ref)?.[0]?.seq ?? Number.POSITIVE_INFINITY
    for (const some of inParts(series, overflowsAtOnce)) {
      const statements = some.map((overflow) => statement(group, bounds, { overflow }))
      for (const answer of await this.#connection.query(statements)) {
        const rows = rowsOf(answer).filter(({ seq }) => seq < end)
        await this.#pace.after(rows.length)
        yield* this.#told(sorted([item], rows), state)
      }
    }
    yield* this.#told(sorted([item], [], spooled), state)
  }

  /** Rows as the contract has them, without those that are not confirmed. */
  async *#told(found: readonly ItemRows[], state: State): AsyncIterable<readonly TrailRow[]> {
    const refused = this.#ledger.refused(state)
    const isSeen = ({ seq, part }: SpooledRow) =>
      !refused.has(seq) && this.#ledger.isSeen(seq, this.#part(part).era, state)
    const seen = found.map(({ item, rows }) => ({ item, rows: rows.filter(isSeen) }))
    const seqs = seen.flatMap(({ rows }) => rows.map(({ seq }) => seq))
    if (seqs.length === 0) return
    const voided = this.#ledger.voided(seqs, state)
    yield seen.flatMap(({ item, rows }) =>
      rows.map(({ eventTimeUs, seq, part }): TrailRow => {
        const { type, action, role, bizStep } = this.#part(part)
        const voidedAtUs = voided.get(seq)
        return { item, eventRef: seq, eventTimeUs, type, action, role, bizStep, voidedAtUs }
      }),
    )
  }

  #part(text: string): Part {
    const known = this.#parts.get(text)
    if (known !== undefined) return known
    const part = unpackTrailPart(text)
    this.#parts.set(text, part)
    return part
  }
}

/** By the numbers of items. */
type SpooledRows = ReadonlyMap<number, readonly SpooledRow[]>

/**
 * Of some rows those of each item, in the order of events. From the first event of an item on that
 * is in the spool all of its later ones are, so InfluxDB's rows of these are left out.
 */
function sorted(
  items: readonly ItemRef[],
  rows: readonly Row[],
  spooled: SpooledRows = new Map(),
): ItemRows[] {
  const byKey = new Map(
    items.map((item) => {
      const own: SpooledRow[] = [...(spooled.get(item.ref) ?? [])]
      const end = own.reduce((least, { seq }) => Math.min(least, seq), Number.POSITIVE_INFINITY)
      return [item.key, { item, end, rows: own }]
    }),
  )
  for (const row of rows) {
    const found = byKey.get(row.key)
    if (found !== undefined && row.seq < found.end) found.rows.push(row)
  }
  const found = [...byKey.values()]
  for (const each of found) {
    each.rows.sort((a, b) => a.eventTimeUs - b.eventTimeUs || a.seq - b.seq)
  }
  return found
}

/** Items whose rows stand in the same field of one or several series. */
interface Group {
  readonly field: number
  readonly buckets: Set<number>
  readonly items: ItemRef[]
}

function groupOf(item: ItemRef, { trailBuckets }: State): Group {
  const { bucket, field } = trailSpotOf(item.key, trailBuckets)
  return { field, buckets: new Set([bucket]), items: [item] }
}

/** The fuller the store, the fewer items go into one statement. */
function groupsOf(items: readonly ItemRef[], state: State): Group[] {
  const rowsOfSpot = state.trailRows / (state.trailBuckets * trailFields)
  const most = Math.max(1, Math.floor(expectedRows / Math.max(1, rowsOfSpot)))
  const open = new Map<number, Group>()
  const groups: Group[] = []
  for (const item of items) {
    const { bucket, field } = trailSpotOf(item.key, state.trailBuckets)
    let group = open.get(field)
    if (group === undefined || group.buckets.size >= most) {
      group = { field, buckets: new Set(), items: [] }
      open.set(field, group)
      groups.push(group)
    }
    group.buckets.add(bucket)
    group.items.push(item)
  }
  return groups
}

function statement(
  { field, buckets }: Group,
  { fromUs, toUs }: Bounds,
  { limit, overflow }: { readonly limit?: number; readonly overflow?: number },
): string {
  const series = [...buckets].map((bucket) => `b = '${bucket}'`).join(' OR ')
  const conditions = [`(${series})`]
  if (overflow !== undefined) conditions.push(`s = '${overflow || ''}'`)
  if (fromUs > 0) conditions.push(`time >= ${nanoseconds({ us: fromUs, ns: 0 })}`)
  if (toUs < Number.MAX_SAFE_INTEGER) {
    conditions.push(`time <= ${nanoseconds({ us: toUs, ns: 999 })}`)
  }
  const most = limit === undefined ? '' : ` LIMIT ${limit}`
  return `SELECT p${field} FROM trail WHERE ${conditions.join(' AND ')}${most}`
}

function rowsOf(series: readonly Series[] | undefined): Row[] {
  return (series ?? []).flatMap(({ rows }) =>
    rows.map(([timeUs, packed]) => ({
      eventTimeUs: Number(timeUs),
      ...splitTrailRow(String(packed)),
    })),
  )
}
