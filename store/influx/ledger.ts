/**
 * Reads the side file: which events and items there are, where they stand in InfluxDB, how far the
 * followers have come. Of batches that InfluxDB has not confirmed those are seen that are spooled.
 */
import { statSync } from 'node:fs'
import type { Database, Statement } from '#store/sqlite/database.ts'
import { type EventIndex, hashesOf, identityKey } from '#store/sqlite/event-index.ts'
import { type EventRecord, EventRecords } from '#store/sqlite/event-records.ts'
import { firstRecorded } from '#store/sqlite/halving.ts'
import type { Items } from '#store/sqlite/items.ts'
import { Notes } from '#store/sqlite/notes.ts'
import { sliceRows } from '#store/sqlite/pace.ts'
import { inParts, prepareArrays, prepareBulk } from '#store/sqlite/rows.ts'
import type { Words } from '#store/sqlite/words.ts'
import type { EventIdentity } from '#store/trail.ts'
import type { ItemRef } from '#trace/source.ts'
import type { Moment } from './points.ts'
import { Spool } from './spool.ts'

export interface State {
  readonly store: string
  readonly trailBuckets: number
  readonly eventBuckets: number
  /** The last event that is seen, and the last item. */
  readonly events: number
  readonly items: number
  /** Of these, the last that InfluxDB has confirmed; what is behind them is in the spool. */
  readonly confirmedEvents: number
  readonly confirmedItems: number
  /** The last batch that InfluxDB has confirmed. */
  readonly batch: number
  readonly trailRows: number
  readonly readings: number
  /** Of these, how many InfluxDB has confirmed. */
  readonly confirmedReadings: number
  /** How many of the events are refused. */
  readonly refused: number
  readonly lastPlaceUs: number
  readonly lastPlaceNs: number
  readonly era: number
  /** How long InfluxDB keeps readings; 0 is for ever. */
  readonly readingsKeptUs: number
}

/** A series of telemetry and the times of its first and last point. */
export interface KnownSeries {
  readonly id: number
  readonly type: string
  readonly component: string
  readonly uom: string
  readonly party: string
  readonly firstUs: number
  readonly lastUs: number
  /** The batch that brought the first of them. */
  readonly batch: number
  /** Before it there are minutes alone; 0 where nothing says so. */
  readonly summedToUs: number
}

/**
 * What of the batches that InfluxDB has not confirmed is seen: `none`; those that are `spooled`,
 * which is what readers are told; or all that are `decided`, which is what the next one follows.
 */
export type Seen = 'none' | 'spooled' | 'decided'

/** An event in the order of event times. */
export type TimeRow = [eventTimeUs: number, seq: number]

export interface LedgerParts {
  readonly database: Database
  readonly words: Words
  readonly items: Items
  readonly index: EventIndex
}

type PlaceRow = [seq: number, placeUs: number, placeNs: number]
type VoidedRow = [seq: number, voidedAtUs: number]

const lookedUpAtOnce = 512
const placeColumns = ['event.seq', 'event.recordTimeUs + event.lagUs', 'event.placeNs']

/** The state as it becomes with the last batch that is seen. */
export const stateSQL = (seen: Seen): string => {
  const which = { none: '0', spooled: 'isSpooled', decided: '1' }[seen]
  return `
    SELECT store, trailBuckets, eventBuckets, refused, lastPlaceUs, lastPlaceNs, era,
      readingsKeptUs, state.batch, state.events AS confirmedEvents, state.items AS confirmedItems,
      coalesce(last.events, state.events) AS events, coalesce(last.items, state.items) AS items,
      coalesce(last.trailRows, state.trailRows) AS trailRows, readings AS confirmedReadings,
      readings + (SELECT coalesce(sum(added), 0) FROM pending WHERE ${which}) AS readings
    FROM state LEFT JOIN (
      SELECT events, items, trailRows FROM pending WHERE ${which} ORDER BY batch DESC LIMIT 1
    ) AS last`
}

/** How far a follower has come with the last batch that is seen. */
export const cursorSQL = (seen: Seen): string => {
  const which = { none: '0', spooled: 'isSpooled', decided: '1' }[seen]
  return `
    SELECT coalesce(max(position), 0) FROM (
      SELECT position FROM cursor WHERE follower = ?1
      UNION ALL SELECT position FROM pending WHERE follower = ?1 AND ${which})`
}

export class Ledger {
  protected readonly parts: LedgerParts
  readonly #seen: Seen
  readonly #state: Statement
  readonly #records: EventRecords
  readonly #places: (seqs: string) => PlaceRow[]
  readonly #voided: (seqs: string, events: number) => VoidedRow[]
  readonly #refused: Statement
  readonly #cursor: Statement
  readonly #rowsBeyond: Statement
  readonly #sensors: Statement
  readonly #series: Statement
  readonly #recordTime: Statement
  readonly #countTimes: Statement
  readonly #times: Statement
  readonly #selectEras: Statement
  readonly #stale: Statement
  readonly #notes: Notes
  #refusedSeqs: ReadonlySet<number> = new Set()
  #eras: ReadonlyMap<number, number> | undefined

  /** `seen`: what is told of batches that InfluxDB has not confirmed. */
  constructor(parts: LedgerParts, seen: Seen = 'spooled') {
    const { database } = parts
    this.parts = parts
    this.#seen = seen
    this.#state = database.prepare(stateSQL(seen))
    this.#records = new EventRecords(database, parts.words)
    this.#places = prepareBulk<PlaceRow>(
      database,
      placeColumns,
      'FROM json_each(?) AS wanted CROSS JOIN event ON event.seq = wanted.value',
    )
    this.#voided = prepareBulk<VoidedRow>(
      database,
      ['voided.seq', 'voided.voidedAtUs'],
      `FROM json_each(?) AS wanted CROSS JOIN voided ON voided.seq = wanted.value
       WHERE voided.bySeq <= ?`,
    )
    this.#refused = prepareArrays(database, 'SELECT seq FROM refused')
    this.#selectEras = prepareArrays(database, 'SELECT era, events FROM era')
    this.#cursor = prepareArrays(database, cursorSQL(seen))
    this.#stale = prepareArrays(
      database,
      `SELECT minuteUs FROM stale WHERE series = ? AND minuteUs >= ? AND minuteUs < ?
       ORDER BY minuteUs LIMIT ?`,
    )
    this.#notes = new Notes(database)
    this.#rowsBeyond = prepareArrays(
      database,
      'SELECT rows FROM hot WHERE eventTimeUs = ? AND bucket = ?',
    )
    this.#sensors = prepareArrays(database, 'SELECT DISTINCT device FROM series')
    this.#series = database.prepare(
      `SELECT id, type, component, uom, party, firstUs, lastUs, batch, summedToUs FROM series
       WHERE device = ?
       ORDER BY type, component, uom, party`,
    )
    this.#recordTime = prepareArrays(database, 'SELECT recordTimeUs FROM event WHERE seq = ?')
    this.#countTimes = prepareArrays(
      database,
      `SELECT count(*) FROM (
         SELECT 1 FROM event WHERE eventTimeUs >= ? AND eventTimeUs < ? LIMIT ?)`,
    )
    this.#times = prepareArrays(
      database,
      `SELECT eventTimeUs, seq FROM event
       WHERE (eventTimeUs, seq) > (?, ?) AND eventTimeUs < ?
       ORDER BY eventTimeUs, seq LIMIT ${sliceRows}`,
    )
  }

  /** The notes whose keys begin so, in the order of keys. */
  notes(beginning: string): { key: string; text: string }[] {
    return this.#notes.read(beginning)
  }

  /** Undefined where the file belongs to no store yet. */
  state(): State | undefined {
    return this.#state.get()
  }

  /** The events that readers do not see though their number is low enough. */
  refused(state: State): ReadonlySet<number> {
    if (state.refused !== this.#refusedSeqs.size) {
      const rows: [seq: number][] = this.#refused.all()
      this.#refusedSeqs = new Set(rows.map(([seq]) => seq))
    }
    return this.#refusedSeqs
  }

  /**
   * Whether an event is seen that says it was written in an era: what a batch left that was never
   * confirmed has numbers behind the end of its era.
   */
  isSeen(seq: number, era: number, state: State): boolean {
    if (era === state.era) return seq <= state.events
    this.#eras ??= new Map(this.#selectEras.all())
    return seq <= (this.#eras.get(era) ?? 0)
  }

  /** The items of keys, in their order; undefined where no confirmed event has named the key. */
  find(keys: readonly string[], state: State): (ItemRef | undefined)[] {
    const found = this.parts.items.find(keys)
    return found.map((item) => (item !== undefined && item.ref <= state.items ? item : undefined))
  }

  /** Keys below a beginning, of items that a confirmed event has named. */
  under(beginning: string, after: string, limit: number, { items }: State): string[] {
    return this.parts.items.under(beginning, after, limit, items)
  }

  /**
   * What is known of some events, in the order asked for, with what only a whole event has.
   * An unknown number is a bug and throws.
   */
  records(seqs: readonly number[], state: State): EventRecord[] {
    if (seqs.some((seq) => seq > state.events)) throw new RangeError('there is no such event')
    const voided = this.voided(seqs, state)
    return this.#records.read(seqs).map((record) => {
      // What a batch that is not confirmed voids still stands.
      const voidedAtUs = voided.get(record.summary.eventRef)
      return { ...record, summary: { ...record.summary, voidedAtUs } }
    })
  }

  /** The text of a word by its number. */
  word(id: number): string | undefined {
    return this.parts.words.text(id)
  }

  /** Where some events stand. An unknown number is a bug and throws. */
  places(seqs: readonly number[]): Map<number, Moment> {
    const places = new Map<number, Moment>()
    for (const some of inParts(seqs, lookedUpAtOnce)) {
      const rows = this.#places(JSON.stringify(some))
      if (rows.length !== some.length) throw new RangeError('there is no such event')
      for (const [seq, us, ns] of rows) places.set(seq, { us, ns })
    }
    return places
  }

  /** Since when events do not stand; those that stand are not in it. */
  voided(seqs: readonly number[], { events }: State): Map<number, number> {
    const voided = new Map<number, number>()
    for (const some of inParts([...new Set(seqs)], lookedUpAtOnce)) {
      for (const [seq, timeUs] of this.#voided(JSON.stringify(some), events)) {
        voided.set(seq, timeUs)
      }
    }
    return voided
  }

  /** The event of each identity, in their order; undefined where there is none. */
  byIdentity(identities: readonly EventIdentity[], state: State): (number | undefined)[] {
    const found = this.parts.index.find(hashesOf(identities.map(({ eventID }) => eventID)))
    const refused = this.refused(state)
    const seen = found.filter(({ seq }) => seq <= state.events && !refused.has(seq))
    const byKey = new Map(seen.map((event) => [identityKey(event), event.seq]))
    return identities.map((identity) => byKey.get(identityKey(identity)))
  }

  byEventID(eventID: string, state: State): number[] {
    const refused = this.refused(state)
    return this.parts.index
      .find(hashesOf([eventID]))
      .map(({ seq }) => seq)
      .filter((seq) => seq <= state.events && !refused.has(seq))
      .sort((a, b) => a - b)
  }

  cursor(follower: string): number {
    return this.#cursor.get(follower)[0]
  }

  /** How far each follower has come with what InfluxDB has confirmed. */
  cursors(): { follower: string; position: number }[] {
    return this.parts.database.prepare('SELECT follower, position FROM cursor').all()
  }

  /** Rows of a bucket at a full microsecond beyond its slots: see slots.ts. */
  rowsBeyond(eventTimeUs: number, bucket: number): number {
    return this.#rowsBeyond.get(eventTimeUs, bucket)?.[0] ?? 0
  }

  sensors(): string[] {
    const rows: [device: string][] = this.#sensors.all()
    return rows.map(([device]) => device).sort()
  }

  /** What one device has measured, in the order in which it is told. */
  series(device: string): KnownSeries[] {
    return this.#series.all(device)
  }

  /** Of a window the minutes of a series that do not tell of all its readings, up to `most`. */
  staleMinutes(series: number, fromUs: number, beforeUs: number, most: number): number[] {
    const rows: [minuteUs: number][] = this.#stale.all(series, fromUs, beforeUs, most)
    return rows.map(([minuteUs]) => minuteUs)
  }

  /** The first event recorded at a time or later, else the one behind the last. */
  firstRecorded(timeUs: number, last: number): number {
    return firstRecorded(this.#recordTime, timeUs, last)
  }

  /** How many events have a time in a window, counted up to `most`. */
  countTimes(fromUs: number, beforeUs: number, most: number): number {
    return this.#countTimes.get(fromUs, beforeUs, most)[0]
  }

  /** A slice of the events behind one of them, by event time and number. */
  times(after: TimeRow, beforeUs: number): TimeRow[] {
    return this.#times.all(after[0], after[1], beforeUs)
  }

  /** What is seen of batches that InfluxDB has not confirmed. */
  spool(): Spool {
    return new Spool(this.parts.database, this.#seen)
  }

  bytes(): number {
    const file = this.parts.database.location() ?? ''
    const log = statSync(`${file}-wal`, { throwIfNoEntry: false })
    return statSync(file).size + (log?.size ?? 0)
  }

  close(): void {
    this.parts.database.close()
  }
}
