/**
 * The reading half of the trail store. Each statement sees the last commit before it; a long read
 * goes in slices, between which the event loop turns and the writer commits.
 */
import { statSync } from 'node:fs'
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
import type { Bodies } from './bodies.ts'
import type { Database, Statement } from './database.ts'
import { type EventIndex, hashesOf, identityKey } from './event-index.ts'
import { EventRecords } from './event-records.ts'
import type { Items } from './items.ts'
import { Members } from './members.ts'
import { Notes } from './notes.ts'
import { Pace } from './pace.ts'
import { inParts, prepareArrays } from './rows.ts'
import { Search } from './search.ts'
import { Telemetry } from './telemetry.ts'
import { Trails } from './trails.ts'
import type { Words } from './words.ts'

const keysAtOnce = 512
const summariesAtOnce = 512
const bodiesAtOnce = 32
/** What a body costs, inflating its block included, in trail rows. */
const rowsOfBody = 128

/** What a connection that writes has instead, in forms that can write. */
export interface TrailParts {
  readonly database: Database
  readonly words: Words
  readonly items: Items
  readonly index: EventIndex
  readonly bodies: Bodies
}

export class SqliteTrailReader implements TrailReader {
  readonly #parts: TrailParts
  readonly #pace = new Pace()
  readonly #trails: Trails
  readonly #members: Members
  readonly #records: EventRecords
  readonly #telemetry: Telemetry
  readonly #search: Search
  readonly #notes: Notes
  readonly #cursor: Statement
  readonly #after: Statement
  readonly #counts: Statement

  constructor(parts: TrailParts) {
    const { database, words, items } = parts
    this.#parts = parts
    this.#trails = new Trails(database, words, this.#pace)
    this.#members = new Members(database, items, words, this.#pace)
    this.#records = new EventRecords(database, words)
    this.#telemetry = new Telemetry(database, this.#pace)
    this.#search = new Search(database, words, items, this.#trails, this.#pace)
    this.#notes = new Notes(database)
    this.#cursor = prepareArrays(database, 'SELECT position FROM cursor WHERE follower = ?')
    this.#after = prepareArrays(
      database,
      'SELECT seq FROM event WHERE seq > ? ORDER BY seq LIMIT ?',
    )
    this.#counts = database.prepare(
      `SELECT (SELECT coalesce(max(seq), 0) FROM event) AS events,
         (SELECT coalesce(max(id), 0) FROM item) AS items, trailRows, readings
       FROM tally`,
    )
  }

  async find(keys: readonly string[]): Promise<(ItemRef | undefined)[]> {
    const found: (ItemRef | undefined)[] = []
    for (const some of inParts(keys, keysAtOnce)) {
      for (const item of this.#parts.items.find(some)) found.push(item)
      await this.#pace.after(some.length)
    }
    return found
  }

  trail(items: readonly ItemRef[], window: TimeWindow = {}): AsyncIterable<readonly TrailRow[]> {
    return this.#trails.read(items, window)
  }

  members(
    eventRefs: readonly number[],
    roles: readonly Role[],
  ): AsyncIterable<readonly EventMember[]> {
    return this.#members.read(eventRefs, roles)
  }

  async summaries(eventRefs: readonly number[]): Promise<EventSummary[]> {
    const summaries: EventSummary[] = []
    for (const some of inParts(eventRefs, summariesAtOnce)) {
      for (const { summary } of this.#records.read(some)) summaries.push(summary)
      await this.#pace.after(some.length)
    }
    return summaries
  }

  async events(eventRefs: readonly number[]): Promise<StoredEvent[]> {
    const events: StoredEvent[] = []
    for (const some of inParts(eventRefs, bodiesAtOnce)) {
      const bodies = this.#parts.bodies.read(some)
      for (const [at, { summary, context, warnings }] of this.#records.read(some).entries()) {
        const list = this.#parts.words.text(warnings)
        events.push({
          body: bodies[at] ?? '',
          context: this.#parts.words.text(context),
          warnings: list === undefined ? [] : JSON.parse(list),
          ...summary,
        })
      }
      await this.#pace.after(some.length * rowsOfBody)
    }
    return events
  }

  async byEventID(eventID: string): Promise<number[]> {
    return this.#parts.index
      .find(hashesOf([eventID]))
      .map(({ seq }) => seq)
      .sort((a, b) => a - b)
  }

  async byIdentity(identities: readonly EventIdentity[]): Promise<(number | undefined)[]> {
    const refs: (number | undefined)[] = []
    for (const some of inParts(identities, keysAtOnce)) {
      const found = this.#parts.index.find(hashesOf(some.map(({ eventID }) => eventID)))
      const byKey = new Map(found.map((event) => [identityKey(event), event.seq]))
      for (const identity of some) refs.push(byKey.get(identityKey(identity)))
      await this.#pace.after(some.length)
    }
    return refs
  }

  async query(query: EventQuery, page: { limit: number; after?: number }): Promise<EventPage> {
    // One more than the page holds tells whether there is another page.
    const found = await this.#search.find(query, page.limit + 1, page.after)
    const events = await this.events(found.slice(0, page.limit))
    return { events, after: found.length > page.limit ? events.at(-1)?.eventRef : undefined }
  }

  async eventsAfter(eventRef: number, limit: number): Promise<number[]> {
    const rows: [seq: number][] = this.#after.all(eventRef, limit)
    return rows.map(([seq]) => seq)
  }

  async keysUnder(beginning: string, after: string, limit: number): Promise<string[]> {
    await this.#pace.after(limit)
    return this.#parts.items.under(beginning, after, limit)
  }

  async sensors(): Promise<string[]> {
    return this.#telemetry.sensors()
  }

  telemetry(query: TelemetryQuery): AsyncIterable<readonly TelemetryPoint[]> {
    return this.#telemetry.read(query)
  }

  minutes(device: string): AsyncIterable<readonly SummedMinute[]> {
    return this.#telemetry.minutes(device)
  }

  async notes(beginning: string): Promise<{ key: string; text: string }[]> {
    return this.#notes.read(beginning)
  }

  async cursor(follower: string): Promise<JournalPosition> {
    return this.#cursor.get(follower)?.[0] ?? 0
  }

  async spooledAfter(): Promise<undefined> {
    return undefined
  }

  async counts(): Promise<TrailCounts> {
    const file = this.#parts.database.location() ?? ''
    const log = statSync(`${file}-wal`, { throwIfNoEntry: false })
    return { ...this.#counts.get(), bytes: statSync(file).size + (log?.size ?? 0) }
  }

  async close(): Promise<void> {
    this.#parts.database.close()
  }
}
