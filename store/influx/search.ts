/**
 * Finds the events a query asks for, newest recorded first. Three ways, the narrowest there is:
 * along the trails of the identifiers asked for; along the event times, where their window is
 * small; else back from the newest event. Each goes in slices, however rare what is asked for is.
 */
import { roleMask } from '#store/sqlite/codes.ts'
import type { Pace } from '#store/sqlite/pace.ts'
import type { EventQuery } from '#store/trail.ts'
import type { EventSummary } from '#trace/source.ts'
import type { Events } from './events.ts'
import type { Ledger, State, TimeRow } from './ledger.ts'
import type { Trails } from './trails.ts'

/** Up to so many events in a window of event times it is read whole and sorted. */
const narrowEvents = 20_000
/** Events that are looked at in one go. */
const scannedEvents = 512

type Match = NonNullable<EventQuery['match']>[number]

/** Numbers of events: `from` included, `to` not. */
interface Range {
  readonly from: number
  readonly to: number
}

export class Search {
  readonly #events: Events
  readonly #trails: Trails
  readonly #ledger: Ledger
  readonly #pace: Pace

  constructor(events: Events, trails: Trails, ledger: Ledger, pace: Pace) {
    this.#events = events
    this.#trails = trails
    this.#ledger = ledger
    this.#pace = pace
  }

  /** The numbers of the newest events that meet the conditions, of those before number `after`. */
  async find(
    query: EventQuery,
    limit: number,
    after: number | undefined,
    state: State,
  ): Promise<number[]> {
    const range = this.#range(query, after, state)
    const matches = query.match ?? []
    const narrowest = this.#narrowest(matches, state)
    const others = matches.filter((match) => match !== narrowest)
    const meeting = (seqs: readonly number[]) => this.#meeting(seqs, query, others, state)
    if (narrowest === undefined && !this.#isNarrow(query)) {
      return this.#scan(range, meeting, limit, state)
    }
    const candidates = narrowest ? this.#along(narrowest, query, state) : this.#during(query)
    return this.#newest(candidates, range, meeting, limit, state)
  }

  /** Where several are asked for, the one with the fewest identifiers that are known. */
  #narrowest(matches: readonly Match[], state: State): Match | undefined {
    if (matches.length < 2) return matches[0]
    const known = ({ keys }: Match): number =>
      this.#ledger.find(keys, state).filter((item) => item !== undefined).length
    const counted = matches.map((match) => ({ match, items: known(match) }))
    return counted.reduce((least, other) => (other.items < least.items ? other : least)).match
  }

  #isNarrow(query: EventQuery): boolean {
    if (query.geEventTimeUs === undefined && query.ltEventTimeUs === undefined) return false
    const { fromUs, beforeUs } = windowOf(query)
    return this.#ledger.countTimes(fromUs, beforeUs, narrowEvents) < narrowEvents
  }

  #range(
    { geRecordTimeUs, ltRecordTimeUs }: EventQuery,
    after = Number.MAX_SAFE_INTEGER,
    { events: last }: State,
  ): Range {
    const recorded = (timeUs: number) => this.#ledger.firstRecorded(timeUs, last)
    const from = geRecordTimeUs === undefined ? 1 : recorded(geRecordTimeUs)
    const to = ltRecordTimeUs === undefined ? last + 1 : recorded(ltRecordTimeUs)
    return { from, to: Math.min(to, after) }
  }

  /** Those of some events that meet the conditions, newest first. */
  async #meeting(
    seqs: readonly number[],
    query: EventQuery,
    matches: readonly Match[],
    state: State,
  ): Promise<number[]> {
    let met = this.#ledger
      .records(seqs, state)
      .filter(({ summary }) => meets(summary, query))
      .map(({ summary }) => summary.eventRef)
    await this.#pace.after(seqs.length)
    for (const { keys, roles } of matches) {
      if (met.length === 0) return []
      const wanted = new Set(keys)
      const members = await this.#events.members(met, roleMask(roles), state)
      met = met.filter((seq) => members.get(seq)?.some(({ item }) => wanted.has(item.key)))
    }
    return met.sort((a, b) => b - a)
  }

  async #scan(
    { from, to }: Range,
    meeting: (seqs: readonly number[]) => Promise<number[]>,
    limit: number,
    state: State,
  ): Promise<number[]> {
    const refused = this.#ledger.refused(state)
    const found: number[] = []
    for (let end = to; end > from && found.length < limit; end -= scannedEvents) {
      const start = Math.max(from, end - scannedEvents)
      const seqs = Array.from({ length: end - start }, (_, at) => start + at)
      found.push(...(await meeting(seqs.filter((seq) => !refused.has(seq)))))
    }
    return found.slice(0, limit)
  }

  /** The newest of some candidates, which come in any order and any number of times. */
  async #newest(
    candidates: AsyncIterable<readonly number[]>,
    { from, to }: Range,
    meeting: (seqs: readonly number[]) => Promise<number[]>,
    limit: number,
    state: State,
  ): Promise<number[]> {
    const refused = this.#ledger.refused(state)
    let found: number[] = []
    for await (const seqs of candidates) {
      const least = found.length < limit ? from - 1 : (found.at(-1) ?? 0)
      const worth = seqs.filter((seq) => seq > least && seq < to && !refused.has(seq))
      const met = worth.length === 0 ? [] : await meeting([...new Set(worth)])
      found = [...new Set([...found, ...met])].sort((a, b) => b - a).slice(0, limit)
    }
    return found
  }

  async *#along(
    { keys, roles }: Match,
    query: EventQuery,
    state: State,
  ): AsyncIterable<readonly number[]> {
    const { fromUs, beforeUs } = windowOf(query)
    const items = this.#ledger.find([...new Set(keys)], state).flatMap((item) => item ?? [])
    const wanted = new Set(roles)
    for await (const rows of this.#trails.read(items, { fromUs, toUs: beforeUs - 1 }, state)) {
      yield rows.filter(({ role }) => wanted.has(role)).map(({ eventRef }) => eventRef)
    }
  }

  async *#during(query: EventQuery): AsyncIterable<readonly number[]> {
    const { fromUs, beforeUs } = windowOf(query)
    let last: TimeRow | undefined = [fromUs - 1, Number.MAX_SAFE_INTEGER]
    while (last !== undefined) {
      const rows: TimeRow[] = this.#ledger.times(last, beforeUs)
      yield rows.map(([, seq]) => seq)
      last = rows.at(-1)
    }
  }
}

function windowOf(query: EventQuery): { fromUs: number; beforeUs: number } {
  const { geEventTimeUs = 0, ltEventTimeUs = Number.MAX_SAFE_INTEGER } = query
  return { fromUs: geEventTimeUs, beforeUs: ltEventTimeUs }
}

function meets(summary: EventSummary, query: EventQuery): boolean {
  const { fromUs, beforeUs } = windowOf(query)
  return (
    summary.eventTimeUs >= fromUs &&
    summary.eventTimeUs < beforeUs &&
    isOne(summary.type, query.eventTypes) &&
    isOne(summary.bizStep, query.bizSteps) &&
    isOne(summary.disposition, query.dispositions) &&
    isOne(summary.readPoint, query.readPoints) &&
    isOne(summary.bizLocation, query.bizLocations) &&
    isOne(summary.party, query.parties)
  )
}

function isOne<T>(value: T | undefined, of: readonly T[] | undefined): boolean {
  return of === undefined || (value !== undefined && of.includes(value))
}
