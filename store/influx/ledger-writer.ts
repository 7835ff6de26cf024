/**
 * The side file of the one process that writes. A batch passes through it twice: before its first
 * point is written, all that was decided of it becomes durable, down to the very lines; after the
 * last point is confirmed, readers are let see it and its lines are forgotten.
 */
import { packEvent, packEventID } from '#store/sqlite/codes.ts'
import { type Statement, transaction } from '#store/sqlite/database.ts'
import type { Found, Hashes, WritableEventIndex } from '#store/sqlite/event-index.ts'
import type { WritableItems } from '#store/sqlite/items.ts'
import { NoteWriter } from '#store/sqlite/notes.ts'
import { prepareArrays, RowsStatement, type Value } from '#store/sqlite/rows.ts'
import type { WritableWords } from '#store/sqlite/words.ts'
import type { NewEvent, Note } from '#store/trail.ts'
import { minuteUs } from '#store/windows.ts'
import type { ItemRef } from '#trace/source.ts'
import { cursorSQL, Ledger, type LedgerParts, type State, stateSQL } from './ledger.ts'
import { type PendingBatch, PendingBatches } from './pending.ts'
import type { BatchFigures, Moment, SeriesName, StoreName } from './points.ts'
import type { BatchParts, Redo } from './redo.ts'
import type { Beyond } from './slots.ts'
import type { SensorSite } from './summary-lines.ts'

export interface WritableLedgerParts extends LedgerParts {
  readonly words: WritableWords
  readonly items: WritableItems
  readonly index: WritableEventIndex
  readonly redo: Redo
}

/** An event as the side file keeps it. */
export interface EventEntry {
  readonly event: Omit<NewEvent, 'recordTimeUs' | 'members' | 'body'>
  readonly seq: number
  readonly recordTimeUs: number
  readonly place: Moment
  readonly slot: number
  readonly width: number
}

type SlotRow = [eventTimeUs: number, free: number | null]
/** A minute of a series that has got readings. */
export interface DueMinute extends SeriesName {
  readonly minuteUs: number
  readonly series: number
  readonly mark: number
}

export class WritableLedger extends Ledger {
  readonly #parts: WritableLedgerParts
  readonly #slots: Statement
  readonly #insertEvents: RowsStatement
  readonly #insertVoided: RowsStatement
  readonly #setBeyond: RowsStatement
  readonly #lastRecordTime: Statement
  readonly #declaredAt: Statement
  readonly #setPlace: Statement
  readonly #setSeries: Statement
  readonly #endsOfSeries: Statement
  readonly #pending: PendingBatches
  readonly #decided: Statement
  readonly #decidedCursor: Statement
  readonly #confirmed: Statement
  readonly #seriesID: Statement
  readonly #setCursor: Statement
  readonly #notes: NoteWriter
  readonly #setSite: Statement
  readonly #setStale: RowsStatement
  readonly #due: Statement
  readonly #unmark: Statement

  constructor(parts: WritableLedgerParts) {
    super(parts)
    const { database } = parts
    this.#parts = parts
    this.#slots = prepareArrays(
      database,
      `SELECT wanted.value, (SELECT slot + width FROM event WHERE eventTimeUs = wanted.value
         ORDER BY seq DESC LIMIT 1) FROM json_each(?) AS wanted`,
    )
    const into = (table: string, columns: number) =>
      new RowsStatement(
        database,
        columns,
        (values) => `INSERT OR REPLACE INTO ${table} VALUES ${values}`,
      )
    this.#insertEvents = into('event', 16)
    this.#insertVoided = into('voided', 3)
    this.#setBeyond = into('hot', 3)
    this.#lastRecordTime = prepareArrays(
      database,
      'SELECT recordTimeUs FROM event ORDER BY seq DESC LIMIT 1',
    )
    this.#declaredAt = prepareArrays(database, 'SELECT voidedAtUs FROM voided WHERE seq = ?')
    this.#setPlace = database.prepare('UPDATE state SET lastPlaceUs = ?, lastPlaceNs = ?')
    this.#setSeries = prepareArrays(
      database,
      `INSERT INTO series (device, type, component, uom, party, firstUs, lastUs, batch)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET firstUs = min(firstUs, excluded.firstUs),
         lastUs = max(lastUs, excluded.lastUs)
       RETURNING id`,
    )
    this.#endsOfSeries = prepareArrays(
      database,
      `SELECT lastUs, summedToUs FROM series
       WHERE (device, type, component, uom, party) = (?, ?, ?, ?, ?)`,
    )
    this.#setSite = database.prepare('INSERT OR IGNORE INTO sensor_site VALUES (?, ?)')
    this.#setStale = into('stale', 3)
    this.#due = database.prepare(
      `SELECT minuteUs, stale.series, mark, device, type, component, uom, party
       FROM stale JOIN series ON series.id = stale.series
       WHERE (minuteUs + ${minuteUs} <= lastUs OR minuteUs < ?)
         AND mark <= (SELECT batch FROM state)
       ORDER BY minuteUs, stale.series LIMIT ?`,
    )
    this.#unmark = database.prepare(
      'DELETE FROM stale WHERE minuteUs = ? AND series = ? AND mark = ?',
    )
    this.#pending = new PendingBatches(database, parts.redo)
    this.#decided = database.prepare(stateSQL('decided'))
    this.#decidedCursor = prepareArrays(database, cursorSQL('decided'))
    this.#confirmed = database.prepare('SELECT batch FROM state')
    this.#seriesID = prepareArrays(
      database,
      'SELECT id FROM series WHERE (device, type, component, uom, party) = (?, ?, ?, ?, ?)',
    )
    this.#notes = new NoteWriter(database)
    this.#setCursor = database.prepare('INSERT OR REPLACE INTO cursor VALUES (?, ?)')
  }

  /** Runs `work` in one transaction. After a failure nothing of it is remembered. */
  transaction<T>(work: () => T): T {
    try {
      return transaction(this.#parts.database, work)
    } catch (error) {
      this.#parts.words.forget()
      this.#parts.items.forget()
      throw error
    }
  }

  /** Makes the file that of a store. */
  found({ id, trailBuckets, eventBuckets }: StoreName): void {
    this.#parts.database
      .prepare('INSERT INTO state VALUES (?, ?, ?, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)')
      .run(id, trailBuckets, eventBuckets)
  }

  /** All events that have one of some eventIDs, refused ones as well. */
  known(hashes: Hashes): Found[] {
    return this.#parts.index.find(hashes)
  }

  declaredAtUs(seq: number): number {
    return this.#declaredAt.get(seq)[0]
  }

  lastRecordTimeUs(): number {
    return this.#lastRecordTime.get()?.[0] ?? 0
  }

  slots(eventTimesUs: readonly number[]): Map<number, number> {
    const rows: SlotRow[] = this.#slots.all(JSON.stringify(eventTimesUs))
    return new Map(rows.map(([eventTimeUs, free]) => [eventTimeUs, free ?? 0]))
  }

  /** The numbers of the items of events, member by member. To be called in a transaction. */
  internItems(members: NewEvent['members']): number[] {
    return this.#parts.items.intern(members)
  }

  /** The number of the last item. */
  lastItem(): number {
    return this.#parts.items.last()
  }

  /** To be called in a transaction; the entries follow those that are there. */
  addEvents(entries: readonly EventEntry[], hashes: Hashes): void {
    const [first] = entries
    if (first === undefined) return
    const { words } = this.#parts
    const rows: Value[] = []
    for (const { event, seq, recordTimeUs, place, slot, width } of entries) {
      const { warnings } = event
      rows.push(
        seq,
        event.eventTimeUs,
        recordTimeUs,
        packEvent(event, event.declaredAtUs !== undefined),
        words.intern(event.bizStep),
        words.intern(event.disposition),
        words.intern(event.readPoint),
        words.intern(event.bizLocation),
        words.intern(event.party),
        words.intern(event.context),
        words.intern(warnings.length === 0 ? undefined : JSON.stringify(warnings)),
        packEventID(event.eventID),
        place.us - recordTimeUs,
        place.ns,
        slot,
        width,
      )
    }
    this.#insertEvents.run(rows)
    const eventIDs = entries.map(({ event }) => event.eventID)
    this.#parts.index.add(first.seq, eventIDs, hashes)
  }

  addVoided(voided: readonly { seq: number; voidedAtUs: number; bySeq: number }[]): void {
    this.#insertVoided.run(voided.flatMap(({ seq, voidedAtUs, bySeq }) => [seq, voidedAtUs, bySeq]))
  }

  setBeyond(beyond: readonly Beyond[]): void {
    this.#setBeyond.run(beyond.flat())
  }

  setPlace({ us, ns }: Moment): void {
    this.#setPlace.run(us, ns)
  }

  /** Time of the last point of a series, and where minutes that stand alone end; -1 and 0. */
  endsOfSeries({
    device,
    type,
    component,
    uom,
    party,
  }: SeriesName): [lastUs: number, summedToUs: number] {
    return this.#endsOfSeries.get(device, type, component, uom, party) ?? [-1, 0]
  }

  /** Of a series that is covered: it has minutes alone before this. */
  setSummedTo(series: number, summedToUs: number): void {
    this.#parts.database
      .prepare('UPDATE series SET summedToUs = max(summedToUs, ?) WHERE id = ?')
      .run(summedToUs, series)
  }

  /** The number of a series that there is. */
  seriesOf({ device, type, component, uom, party }: SeriesName): number {
    return this.#seriesID.get(device, type, component, uom, party)[0]
  }

  /** `batch` brings readings of it. Gives the number of the series. */
  coverSeries(series: SeriesName, firstUs: number, lastUs: number, batch: number): number {
    const { device, type, component, uom, party } = series
    return this.#setSeries.get(device, type, component, uom, party, firstUs, lastUs, batch)[0]
  }

  /** Gives those that were not known. To be called in the transaction of their batch. */
  addSites(sites: readonly SensorSite[]): SensorSite[] {
    return sites.filter(({ device, site }) => this.#setSite.run(device, site).changes > 0)
  }

  /** Marks minutes of series that a batch brings readings of. To be called in its transaction. */
  markStale(
    touched: readonly { readonly series: number; readonly minutesUs: Iterable<number> }[],
    batch: number,
  ): void {
    this.#setStale.run(
      touched.flatMap(({ series, minutesUs }) =>
        [...minutesUs].flatMap((minute) => [minute, series, batch]),
      ),
    )
  }

  /**
   * Marked minutes, the earliest first, that are over: their series has gone on behind them, or
   * they are before `overUs`. Not those that a batch touches which is not confirmed.
   */
  dueMinutes(overUs: number, most: number): DueMinute[] {
    return this.#due.all(overUs, most)
  }

  /** Forgets marks, but those of minutes that have got readings again meanwhile. */
  unmark(done: readonly DueMinute[]): void {
    this.transaction(() => {
      for (const due of done) this.#unmark.run(due.minuteUs, due.series, due.mark)
    })
  }

  setReadingsKept(keptUs: number): void {
    this.#parts.database.prepare('UPDATE state SET readingsKeptUs = ?').run(keptUs)
  }

  /** The state as it becomes with the last batch that is decided. */
  decided(): State | undefined {
    return this.#decided.get()
  }

  decidedCursor(follower: string): number {
    return this.#decidedCursor.get(follower)[0]
  }

  /** The number of the next batch. */
  nextBatch(): number {
    return (this.#pending.last()?.batch ?? this.confirmedBatch()) + 1
  }

  /** The last batch that InfluxDB has confirmed. */
  confirmedBatch(): number {
    return this.#confirmed.get()?.batch ?? 0
  }

  get pending(): PendingBatches {
    return this.#pending
  }

  /**
   * Keeps a batch until it is confirmed; what its follower noted stands from now on, as the next
   * batch is decided with it. To be called in a transaction.
   */
  addPending(pending: Omit<PendingBatch, 'kept'>, parts: BatchParts, notes: readonly Note[]): void {
    this.#pending.add(pending, parts)
    this.#notes.write(notes)
  }

  /** Events that InfluxDB does not take: durable on return, so that none of them is seen. */
  refuse(refused: ReadonlyMap<number, string>): void {
    this.transaction(() => this.addRefused(refused))
  }

  /** To be called in a transaction. */
  addRefused(refused: ReadonlyMap<number, string>): void {
    const insert = this.#parts.database.prepare('INSERT OR REPLACE INTO refused VALUES (?, ?)')
    for (const [seq, words] of refused) insert.run(seq, words)
    this.#parts.database.exec('UPDATE state SET refused = (SELECT count(*) FROM refused)')
  }

  /** A number that no event has. To be called in a transaction. */
  addHole(seq: number, recordTimeUs: number): void {
    this.#insertEvents.run([seq, 0, recordTimeUs, 0, 0, 0, 0, 0, 0, 0, 0, '', 0, 0, 0, 0])
  }

  /** Items with the numbers that InfluxDB tells. To be called in a transaction. */
  restoreItems(items: readonly ItemRef[]): void {
    this.#parts.items.restore(items)
  }

  /** The last event of each era that is over. To be called in a transaction. */
  endEras(ends: readonly number[]): void {
    const insert = this.#parts.database.prepare('INSERT INTO era VALUES (?, ?)')
    for (const [era, events] of ends.entries()) insert.run(era, events)
    this.#parts.database.prepare('UPDATE state SET era = ?').run(ends.length)
  }

  /** Why an event was refused; undefined where it was not. */
  refusalOf(seq: number, state: State): string | undefined {
    if (!this.refused(state).has(seq)) return undefined
    return this.#parts.database.prepare('SELECT words FROM refused WHERE seq = ?').get(seq)?.words
  }

  override close(): void {
    super.close()
    this.#pending.close()
  }

  /** What a rebuild has found to be confirmed. */
  restoreFigures(figures: BatchFigures): void {
    this.transaction(() => this.#setFigures(figures, 0))
  }

  /** A batch is in InfluxDB: readers see it there from now on, and nothing of it is kept here. */
  confirm(batch: number, figures: BatchFigures, refused: ReadonlyMap<string, string>): void {
    this.transaction(() => {
      this.#setFigures(figures, batch)
      this.#pending.remove(batch, figures.events)
      this.#pending.addRefusedReadings(refused)
    })
  }

  #setFigures(figures: BatchFigures, batch: number): void {
    const { follower, position, events, items, trailRows, readings } = figures
    this.#parts.database
      .prepare('UPDATE state SET events = ?, items = ?, trailRows = ?, readings = ?, batch = ?')
      .run(events, items, trailRows, readings, batch)
    this.#setCursor.run(follower, position)
  }
}
