/**
 * The reading half of the trail store in InfluxDB. Every call sees the last batch before it that
 * was confirmed or is in the spool, whole, and nothing of a later one that is being written, but
 * its telemetry: that is decided by then, and a point says nothing of the others.
 */
import { StoreFault } from '#store/fault.ts'
import { roleMask } from '#store/sqlite/codes.ts'
import { Pace, sliceRows } from '#store/sqlite/pace.ts'
import { inParts } from '#store/sqlite/rows.ts'
import type {
  EventIdentity,
  EventPage,
  EventQuery,
  JournalPosition,
  StoredEvent,
  SummedMinute,
  TelemetryPoint,
  TelemetryQuery,
  TrailCounts,
  TrailReader,
} from '#store/trail.ts'
import type {
  EventMember,
  EventSummary,
  ItemRef,
  Role,
  TimeWindow,
  TrailRow,
} from '#trace/source.ts'
import type { Connection } from './connection.ts'
import { Events } from './events.ts'
import type { Ledger, State } from './ledger.ts'
import { Search } from './search.ts'
import type { Spool } from './spool.ts'
import { readMinutes, readTelemetry } from './telemetry.ts'
import { Trails } from './trails.ts'

const keysAtOnce = 512
const summariesAtOnce = 512
const membersAtOnce = 64
const bodiesAtOnce = 32

export class InfluxTrailReader implements TrailReader {
  readonly #connection: Connection
  readonly #ledger: Ledger
  readonly #spool: Spool
  readonly #pace = new Pace()
  readonly #events: Events
  readonly #trails: Trails
  readonly #search: Search

  constructor(connection: Connection, ledger: Ledger) {
    this.#connection = connection
    this.#ledger = ledger
    this.#spool = ledger.spool()
    this.#events = new Events(connection, ledger, this.#spool, this.#pace)
    this.#trails = new Trails(connection, ledger, this.#spool, this.#pace)
    this.#search = new Search(this.#events, this.#trails, ledger, this.#pace)
  }

  async find(keys: readonly string[]): Promise<(ItemRef | undefined)[]> {
    const state = this.#state()
    const found: (ItemRef | undefined)[] = []
    for (const some of inParts(keys, keysAtOnce)) {
      for (const item of this.#ledger.find(some, state)) found.push(item)
      await this.#pace.after(some.length)
    }
    return found
  }

  trail(items: readonly ItemRef[], window: TimeWindow = {}): AsyncIterable<readonly TrailRow[]> {
    return this.#trails.read(items, window, this.#state())
  }

  async *members(
    eventRefs: readonly number[],
    roles: readonly Role[],
  ): AsyncIterable<readonly EventMember[]> {
    const state = this.#state()
    const mask = roleMask(roles)
    if (mask === 0) return
    let held: EventMember[] = []
    for (const some of inParts(eventRefs, membersAtOnce)) {
      const members = await this.#events.members(some, mask, state)
      for (const ref of some) {
        for (const member of members.get(ref) ?? []) held.push(member)
        if (held.length < sliceRows) continue
        for (const slice of inParts(held, sliceRows)) {
          yield slice
          await this.#pace.after(slice.length)
        }
        held = []
      }
    }
    if (held.length > 0) yield held
  }

  async summaries(eventRefs: readonly number[]): Promise<EventSummary[]> {
    const state = this.#state()
    const summaries: EventSummary[] = []
    for (const some of inParts(eventRefs, summariesAtOnce)) {
      for (const { summary } of this.#ledger.records(some, state)) summaries.push(summary)
      await this.#pace.after(some.length)
    }
    return summaries
  }

  async events(eventRefs: readonly number[]): Promise<StoredEvent[]> {
    const state = this.#state()
    const events: StoredEvent[] = []
    for (const some of inParts(eventRefs, bodiesAtOnce)) {
      const bodies = await this.#events.bodies(some, state)
      for (const { summary, context, warnings } of this.#ledger.records(some, state)) {
        const list = this.#ledger.word(warnings)
        events.push({
          body: bodies.get(summary.eventRef) ?? '',
          context: this.#ledger.word(context),
          warnings: list === undefined ? [] : JSON.parse(list),
          ...summary,
        })
      }
    }
    return events
  }

  async byEventID(eventID: string): Promise<number[]> {
    return this.#ledger.byEventID(eventID, this.#state())
  }

  async byIdentity(identities: readonly EventIdentity[]): Promise<(number | undefined)[]> {
    const state = this.#state()
    const refs: (number | undefined)[] = []
    for (const some of inParts(identities, keysAtOnce)) {
      for (const ref of this.#ledger.byIdentity(some, state)) refs.push(ref)
      await this.#pace.after(some.length)
    }
    return refs
  }

  async query(query: EventQuery, page: { limit: number; after?: number }): Promise<EventPage> {
    // One more than the page holds tells whether there is another page.
    const found = await this.#search.find(query, page.limit + 1, page.after, this.#state())
    const events = await this.events(found.slice(0, page.limit))
    return { events, after: found.length > page.limit ? events.at(-1)?.eventRef : undefined }
  }

  async eventsAfter(eventRef: number, limit: number): Promise<number[]> {
    const state = this.#state()
    const refused = this.#ledger.refused(state)
    const refs: number[] = []
    for (let seq = eventRef + 1; seq <= state.events && refs.length < limit; seq += 1) {
      if (!refused.has(seq)) refs.push(seq)
    }
    return refs
  }

  async keysUnder(beginning: string, after: string, limit: number): Promise<string[]> {
    await this.#pace.after(limit)
    return this.#ledger.under(beginning, after, limit, this.#state())
  }

  async sensors(): Promise<string[]> {
    return this.#ledger.sensors()
  }

  telemetry(query: TelemetryQuery): AsyncIterable<readonly TelemetryPoint[]> {
    const nowUs = Date.now() * 1000
    const sources = { connection: this.#connection, ledger: this.#ledger, spool: this.#spool }
    return readTelemetry(sources, query, this.#state(), nowUs)
  }

  minutes(device: string): AsyncIterable<readonly SummedMinute[]> {
    return readMinutes({ connection: this.#connection, ledger: this.#ledger }, device)
  }

  async notes(beginning: string): Promise<{ key: string; text: string }[]> {
    return this.#ledger.notes(beginning)
  }

  async cursor(follower: string): Promise<JournalPosition> {
    return this.#ledger.cursor(follower)
  }

  async spooledAfter(): Promise<number | undefined> {
    const { events, confirmedEvents } = this.#state()
    return events > confirmedEvents ? confirmedEvents : undefined
  }

  async counts(): Promise<TrailCounts> {
    const { events, refused, items, trailRows, readings } = this.#state()
    return { events: events - refused, items, trailRows, readings, bytes: this.#ledger.bytes() }
  }

  async close(): Promise<void> {
    this.#connection.close()
    this.#ledger.close()
  }

  #state(): State {
    const state = this.#ledger.state()
    if (state === undefined) throw new StoreFault('InfluxDB has not been reached yet')
    return state
  }
}
