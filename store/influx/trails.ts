/**
 * Reads trail rows. Items are asked for by their buckets, many in one request, each up to a small
 * number of rows; what is longer is read on by itself in larger chunks.
 *
 * The condition on the key stands outside a subquery on the bucket: in the same WHERE the planner
 * would go through every series there is.
 *
 * Rows come by nanosecond, which within a microsecond is not yet the order of events: see
 * slots.ts. So a chunk is cut where a microsecond ends, and sorted.
 */
import { Cache } from '#store/sqlite/cache.ts'
import type { Pace } from '#store/sqlite/pace.ts'
import { inParts } from '#store/sqlite/rows.ts'
import type { ItemRef, TimeWindow, TrailRow } from '#trace/source.ts'
import type { Connection, Series } from './connection.ts'
import type { Ledger, State } from './ledger.ts'
import { bucketOf, nanoseconds, slotsPerMicrosecond } from './points.ts'
import { splitTrailRow, unpackTrailPart } from './records.ts'

const itemsAtOnce = 64
const requestsAtOnce = 2
/** Of each item in a request for many. */
const shortTrail = 128
/** More than one microsecond can have without being full. */
const rowsAtOnce = 2 * slotsPerMicrosecond
const overflowsAtOnce = 16
const cachedParts = 4_096
/** What a row costs to read, in those of the embedded store. */
const costOfRow = 2

type Part = ReturnType<typeof unpackTrailPart>
interface Row {
  readonly eventTimeUs: number
  readonly seq: number
  readonly part: string
}
interface Bounds {
  readonly fromUs: number
  readonly toUs: number
}

export class Trails {
  readonly #connection: Connection
  readonly #ledger: Ledger
  readonly #pace: Pace
  /** What the rest of a row says: there are few different ones. */
  readonly #parts = new Cache<string, Part>(cachedParts)

  constructor(connection: Connection, ledger: Ledger, pace: Pace) {
    this.#connection = connection
    this.#ledger = ledger
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
    for (const group of inParts(unique, itemsAtOnce * requestsAtOnce)) {
      const requests = [...inParts(group, itemsAtOnce)].map((some) =>
        this.#ask(some, bounds, state),
      )
      for (const [some, answers] of await Promise.all(requests)) {
        for (const [at, item] of some.entries()) {
          yield* this.#itemRows(item, rowsOf(answers[at]), bounds, state)
        }
      }
    }
  }

  async #ask(
    items: readonly ItemRef[],
    bounds: Bounds,
    state: State,
  ): Promise<[items: readonly ItemRef[], answers: Series[][]]> {
    const statements = items.map(({ key }, at) =>
      statement(key, bounds, state, { name: `k${at}`, limit: shortTrail }),
    )
    const values = Object.fromEntries(items.map(({ key }, at) => [`k${at}`, key]))
    return [items, await this.#connection.query(statements, values)]
  }

  async *#itemRows(
    item: ItemRef,
    first: Row[],
    bounds: Bounds,
    state: State,
  ): AsyncIterable<readonly TrailRow[]> {
    let rows = first
    let limit = shortTrail
    let { fromUs } = bounds
    while (rows.length >= limit) {
      const lastUs = rows.at(-1)?.eventTimeUs ?? 0
      const whole = rows.filter(({ eventTimeUs }) => eventTimeUs < lastUs)
      yield* this.#told(item, whole, state)
      fromUs = lastUs
      if (whole.length === 0 && limit === rowsAtOnce) {
        yield* this.#fullMicrosecond(item, lastUs, state)
        fromUs = lastUs + 1
      }
      if (fromUs > bounds.toUs) return
      limit = rowsAtOnce
      const next = statement(item.key, { fromUs, toUs: bounds.toUs }, state, { name: 'k', limit })
      const [answer] = await this.#connection.query([next], { k: item.key })
      rows = rowsOf(answer)
    }
    yield* this.#told(item, rows, state)
  }

  /** The rows of a microsecond that has too many for one chunk, series by series. */
  async *#fullMicrosecond(
    item: ItemRef,
    timeUs: number,
    state: State,
  ): AsyncIterable<readonly TrailRow[]> {
    const bucket = bucketOf(item.key, state.trailBuckets)
    const beyond = this.#ledger.rowsBeyond(timeUs, bucket)
    const series = Array.from({ length: 1 + Math.ceil(beyond / slotsPerMicrosecond) }, (_, s) => s)
    const bounds = { fromUs: timeUs, toUs: timeUs }
    for (const some of inParts(series, overflowsAtOnce)) {
      const statements = some.map((overflow) =>
        statement(item.key, bounds, state, { name: 'k', overflow }),
      )
      for (const answer of await this.#connection.query(statements, { k: item.key })) {
        yield* this.#told(item, rowsOf(answer), state)
      }
    }
  }

  /** Rows as the contract has them, sorted, without those that are not confirmed. */
  async *#told(
    item: ItemRef,
    rows: readonly Row[],
    state: State,
  ): AsyncIterable<readonly TrailRow[]> {
    const refused = this.#ledger.refused(state)
    const seen = rows.filter(
      ({ seq, part }) => !refused.has(seq) && this.#ledger.isSeen(seq, this.#part(part).era, state),
    )
    if (seen.length > 0) {
      seen.sort((a, b) => a.eventTimeUs - b.eventTimeUs || a.seq - b.seq)
      const voided = this.#ledger.voided(
        seen.map(({ seq }) => seq),
        state,
      )
      yield seen.map(({ eventTimeUs, seq, part }) => {
        const { type, action, role, bizStep } = this.#part(part)
        const voidedAtUs = voided.get(seq)
        return { item, eventRef: seq, eventTimeUs, type, action, role, bizStep, voidedAtUs }
      })
    }
    await this.#pace.after(1 + rows.length * costOfRow)
  }

  #part(text: string): Part {
    const known = this.#parts.get(text)
    if (known !== undefined) return known
    const part = unpackTrailPart(text)
    this.#parts.set(text, part)
    return part
  }
}

interface Asked {
  /** Of the bound value that is the key. */
  readonly name: string
  readonly limit?: number
  readonly overflow?: number
}

function statement(
  key: string,
  { fromUs, toUs }: Bounds,
  { trailBuckets }: State,
  { name, limit, overflow }: Asked,
): string {
  const bucket = `b = '${bucketOf(key, trailBuckets)}'`
  const series = overflow === undefined ? bucket : `${bucket} AND s = '${overflow || ''}'`
  const from = nanoseconds({ us: fromUs, ns: 0 })
  const to = nanoseconds({ us: toUs, ns: 999 })
  const rows = `SELECT k, p FROM trail WHERE ${series} AND time >= ${from} AND time <= ${to}`
  return `SELECT p FROM (${rows}) WHERE k = $${name}${limit === undefined ? '' : ` LIMIT ${limit}`}`
}

function rowsOf(series: readonly Series[] | undefined): Row[] {
  return (series ?? []).flatMap(({ rows }) =>
    rows.map(([timeUs, packed]) => ({
      eventTimeUs: Number(timeUs),
      ...splitTrailRow(String(packed)),
    })),
  )
}
