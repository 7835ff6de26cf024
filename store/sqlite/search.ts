/**
 * Finds the events a query asks for, newest recorded first. Three ways, the narrowest there is:
 * along the trails of the identifiers asked for; along the event times, where their window is
 * small; else back from the newest event. Each goes in slices, however rare what is asked for is.
 */
import type { EventQuery } from '#store/trail.ts'
import { hasRole, roleBit, roleMask, typeCode, typeNumber } from './codes.ts'
import type { Database, Statement } from './database.ts'
import { firstRecorded } from './halving.ts'
import type { Items } from './items.ts'
import { type Pace, sliceRows } from './pace.ts'
import { prepareArrays } from './rows.ts'
import type { Trails } from './trails.ts'
import type { Words } from './words.ts'

/** Up to so many events in a window of event times it is read whole and sorted. */
const narrowEvents = 20_000
/** Where several identifiers are asked for, trails are counted so far to find the shortest. */
const countedRows = 10_000
/** Events that one statement goes through without giving them out: 1-3 ms. */
const scannedEvents = 4 * sliceRows

/** Items and roles, one of which an event has to name. */
interface Match {
  readonly items: readonly number[]
  readonly mask: number
}

/** Numbers of events: `from` included, `to` not. */
interface Range {
  readonly from: number
  readonly to: number
}

type SeqRow = [seq: number]
type TimeRow = [eventTimeUs: number, seq: number]

export class Search {
  readonly #database: Database
  readonly #words: Words
  readonly #items: Items
  readonly #trails: Trails
  readonly #pace: Pace
  readonly #last: Statement
  readonly #recordTime: Statement
  readonly #countTrail: Statement
  readonly #countTimes: Statement
  readonly #times: Statement

  constructor(database: Database, words: Words, items: Items, trails: Trails, pace: Pace) {
    this.#database = database
    this.#words = words
    this.#items = items
    this.#trails = trails
    this.#pace = pace
    this.#last = prepareArrays(database, 'SELECT coalesce(max(seq), 0) FROM event')
    this.#recordTime = prepareArrays(database, 'SELECT recordTimeUs FROM event WHERE seq = ?')
    this.#countTrail = prepareArrays(
      database,
      `SELECT count(*) FROM (
         SELECT 1 FROM json_each(?) AS wanted CROSS JOIN trail ON trail.item = wanted.value
         LIMIT ${countedRows})`,
    )
    this.#countTimes = prepareArrays(
      database,
      `SELECT count(*) FROM (
         SELECT 1 FROM event WHERE eventTimeUs >= ? AND eventTimeUs < ? LIMIT ${narrowEvents})`,
    )
    this.#times = prepareArrays(
      database,
      `SELECT eventTimeUs, seq FROM event
       WHERE (eventTimeUs, seq) > (?, ?) AND eventTimeUs < ?
       ORDER BY eventTimeUs, seq LIMIT ${sliceRows}`,
    )
  }

  /** The numbers of the newest events that meet the conditions, of those before number `after`. */
  async find(query: EventQuery, limit: number, after: number | undefined): Promise<number[]> {
    const matches = query.match?.map((match) => this.#match(match)) ?? []
    const range = this.#range(query, after)
    const narrowest = this.#narrowest(matches)
    const others = matches.filter((match) => match !== narrowest)
    const conditions = [...this.#conditions(query), ...others.map(matchCondition)].join(' AND ')
    if (narrowest === undefined && !this.#isNarrow(query)) {
      return this.#scan(range, conditions, limit)
    }
    const candidates = narrowest ? this.#along(narrowest, query) : this.#during(query)
    return this.#newest(candidates, range, conditions, limit)
  }

  #match({ keys, roles }: NonNullable<EventQuery['match']>[number]): Match {
    const items = this.#items.find([...new Set(keys)]).flatMap((item) => item?.ref ?? [])
    return { items, mask: roleMask(roles) }
  }

  #narrowest(matches: readonly Match[]): Match | undefined {
    if (matches.length < 2) return matches[0]
    const count = ({ items }: Match): number => this.#countTrail.get(JSON.stringify(items))[0]
    const counted = matches.map((match) => ({ match, rows: count(match) }))
    return counted.reduce((least, other) => (other.rows < least.rows ? other : least)).match
  }

  #isNarrow(query: EventQuery): boolean {
    if (query.geEventTimeUs === undefined && query.ltEventTimeUs === undefined) return false
    const { fromUs, beforeUs } = windowOf(query)
    return this.#countTimes.get(fromUs, beforeUs)[0] < narrowEvents
  }

  /** SQL that holds for an event; whatever stands in it is a number. */
  #conditions(query: EventQuery): string[] {
    const { geEventTimeUs, ltEventTimeUs } = query
    const words = (column: string, texts: readonly string[] | undefined): string[] =>
      texts === undefined
        ? []
        : [
            isIn(
              column,
              texts.flatMap((text) => this.#words.find(text) ?? []),
            ),
          ]
    return [
      ...(geEventTimeUs === undefined ? [] : [`event.eventTimeUs >= ${geEventTimeUs}`]),
      ...(ltEventTimeUs === undefined ? [] : [`event.eventTimeUs < ${ltEventTimeUs}`]),
      ...(query.eventTypes === undefined ? [] : [isIn(typeNumber, query.eventTypes.map(typeCode))]),
      ...words('event.bizStep', query.bizSteps),
      ...words('event.disposition', query.dispositions),
      ...words('event.readPoint', query.readPoints),
      ...words('event.bizLocation', query.bizLocations),
      ...words('event.party', query.parties),
    ]
  }

  #range({ geRecordTimeUs, ltRecordTimeUs }: EventQuery, after = Number.MAX_SAFE_INTEGER): Range {
    const last: number = this.#last.get()[0]
    const recorded = (timeUs: number) => firstRecorded(this.#recordTime, timeUs, last)
    const from = geRecordTimeUs === undefined ? 1 : recorded(geRecordTimeUs)
    const to = ltRecordTimeUs === undefined ? last + 1 : recorded(ltRecordTimeUs)
    return { from, to: Math.min(to, after) }
  }

  async #scan({ from, to }: Range, conditions: string, limit: number): Promise<number[]> {
    const slice = prepareArrays(
      this.#database,
      `SELECT seq FROM event WHERE seq >= ? AND seq < ? ${conditions && `AND ${conditions}`}
       ORDER BY seq DESC LIMIT ?`,
    )
    const found: number[] = []
    for (let end = to; end > from && found.length < limit; end -= scannedEvents) {
      const start = Math.max(from, end - scannedEvents)
      const rows: SeqRow[] = slice.all(start, end, limit - found.length)
      for (const [seq] of rows) found.push(seq)
      await this.#pace.after(sliceRows)
    }
    return found
  }

  /** The newest of some candidates, which come in any order and any number of times. */
  async #newest(
    candidates: AsyncIterable<readonly number[]>,
    { from, to }: Range,
    conditions: string,
    limit: number,
  ): Promise<number[]> {
    const filter = prepareArrays(
      this.#database,
      `SELECT event.seq FROM json_each(?) AS wanted CROSS JOIN event ON event.seq = wanted.value
       ${conditions && `WHERE ${conditions}`}`,
    )
    let found: number[] = []
    for await (const seqs of candidates) {
      const least = found.length < limit ? from - 1 : (found.at(-1) ?? 0)
      const worth = new Set(seqs.filter((seq) => seq > least && seq < to))
      const rows: SeqRow[] = filter.all(JSON.stringify([...worth]))
      const all = new Set([...found, ...rows.map(([seq]) => seq)])
      found = [...all].sort((a, b) => b - a).slice(0, limit)
      await this.#pace.after(worth.size)
    }
    return found
  }

  async *#along({ items, mask }: Match, query: EventQuery): AsyncIterable<readonly number[]> {
    const { fromUs, beforeUs } = windowOf(query)
    const rows = this.#trails.readPacked(items, { fromUs, toUs: beforeUs - 1 })
    for await (const slice of rows) {
      yield slice.filter(([, , , part]) => hasRole(part, mask)).map(([, , seq]) => seq)
    }
  }

  async *#during(query: EventQuery): AsyncIterable<readonly number[]> {
    const { fromUs, beforeUs } = windowOf(query)
    let last: TimeRow | undefined = [fromUs - 1, Number.MAX_SAFE_INTEGER]
    while (last !== undefined) {
      const rows: TimeRow[] = this.#times.all(last[0], last[1], beforeUs)
      yield rows.map(([, seq]) => seq)
      last = rows.length < sliceRows ? undefined : rows.at(-1)
    }
  }
}

function windowOf(query: EventQuery): { fromUs: number; beforeUs: number } {
  const { geEventTimeUs = 0, ltEventTimeUs = Number.MAX_SAFE_INTEGER } = query
  return { fromUs: geEventTimeUs, beforeUs: ltEventTimeUs }
}

/** None is no condition that is met: no value was known, or none was given. */
function isIn(column: string, numbers: readonly number[]): string {
  return `${column} IN (${numbers.join()})`
}

function matchCondition({ items, mask }: Match): string {
  return `EXISTS (
    SELECT 1 FROM trail WHERE ${isIn('trail.item', items)}
    AND trail.eventTimeUs = event.eventTimeUs AND trail.seq = event.seq
    AND (${roleBit} & ${mask}) != 0)`
}
