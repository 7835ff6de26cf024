/**
 * The one connection that writes the trail store: events, their members and trails, telemetry and
 * the cursor of whoever brings them, a batch in one transaction.
 */
import type { Applied, TrailBatch, TrailWriter, Underway } from '#store/trail.ts'
import type { WritableBodies } from './bodies.ts'
import { packEvent, packEventID, packMembers, packPart } from './codes.ts'
import { type Statement, transaction } from './database.ts'
import { hashesOf, type WritableEventIndex } from './event-index.ts'
import type { WritableItems } from './items.ts'
import { NoteWriter } from './notes.ts'
import { type Placed, place } from './placement.ts'
import { SqliteTrailReader, type TrailParts } from './reader.ts'
import { prepareArrays, RowsStatement, type Value } from './rows.ts'
import type { TelemetryWriter } from './telemetry.ts'
import type { WritableWords } from './words.ts'

export interface WritableParts extends TrailParts {
  readonly words: WritableWords
  readonly items: WritableItems
  readonly index: WritableEventIndex
  readonly bodies: WritableBodies
  readonly telemetry: TelemetryWriter
}

type TrailRow = readonly [item: number, eventTimeUs: number, seq: number, part: number]
type LastRow = [seq: number, recordTimeUs: number]

export class SqliteTrailWriter extends SqliteTrailReader implements TrailWriter {
  readonly #parts: WritableParts
  readonly #last: Statement
  readonly #voidedAt: Statement
  readonly #insertEvents: RowsStatement
  readonly #insertTrail: RowsStatement
  readonly #insertVoided: RowsStatement
  readonly #notes: NoteWriter
  readonly #countRows: Statement
  readonly #setCursor: Statement

  constructor(parts: WritableParts) {
    super(parts)
    const { database } = parts
    this.#parts = parts
    this.#last = prepareArrays(
      database,
      'SELECT seq, recordTimeUs FROM event ORDER BY seq DESC LIMIT 1',
    )
    this.#voidedAt = prepareArrays(database, 'SELECT voidedAtUs FROM voided WHERE seq = ?')
    const into = (table: string, columns: number) =>
      new RowsStatement(database, columns, (values) => `INSERT INTO ${table} VALUES ${values}`)
    this.#insertEvents = into('event', 13)
    this.#insertTrail = into('trail', 4)
    this.#insertVoided = into('voided', 2)
    this.#notes = new NoteWriter(database)
    this.#countRows = database.prepare('UPDATE tally SET trailRows = trailRows + ?')
    this.#setCursor = database.prepare('INSERT OR REPLACE INTO cursor VALUES (?, ?)')
  }

  async apply(batch: TrailBatch): Promise<Applied> {
    try {
      // A crash before the commit in here loses the batch and its cursor, so that the follower
      // brings it again; after it, nothing.
      return transaction(this.#parts.database, () => this.#write(batch))
    } catch (error) {
      this.#parts.words.forget()
      this.#parts.items.forget()
      this.#parts.telemetry.forget()
      throw error
    }
  }

  async begin(batch: TrailBatch): Promise<Underway> {
    const applied = await this.apply(batch)
    return { applied: Promise.resolve(applied) }
  }

  #write({ events, readings, minutes = [], notes = [], follower, to }: TrailBatch): Applied {
    const [last, lastRecordTimeUs]: LastRow = this.#last.get() ?? [0, 0]
    const hashes = hashesOf(events.map(({ eventID }) => eventID))
    const stored = this.#parts.index.find(hashes)
    const { outcomes, fresh, voided } = place(
      events,
      stored,
      last + 1,
      (seq) => this.#voidedAt.get(seq)[0],
    )
    if (fresh.length > 0) {
      this.#writeEvents(fresh, lastRecordTimeUs)
      const eventIDs = fresh.map(({ event }) => event.eventID)
      this.#parts.index.add(last + 1, eventIDs, hashes)
      const bodies = fresh.map(({ event }) => event.body)
      this.#parts.bodies.add(last + 1, bodies)
    }
    this.#insertVoided.run(voided.flatMap(({ seq, voidedAtUs }) => [seq, voidedAtUs]))
    const { telemetry } = this.#parts
    const refusedMinutes = minutes.length > 0 ? telemetry.addMinutes(minutes) : []
    const refusedReadings = readings.length > 0 ? telemetry.add(readings) : []
    this.#notes.write(notes)
    this.#setCursor.run(follower, to)
    return {
      outcomes,
      ...(refusedReadings.length > 0 && { refusedReadings }),
      ...(refusedMinutes.length > 0 && { refusedMinutes }),
    }
  }

  #writeEvents(fresh: readonly Placed[], lastRecordTimeUs: number): void {
    const { words, items } = this.#parts
    const ids = items.intern(fresh.flatMap(({ event }) => event.members))
    const eventRows: Value[] = []
    const trailRows: TrailRow[] = []
    let recordTimeUs = lastRecordTimeUs
    let at = 0
    for (const { event, seq } of fresh) {
      const { eventTimeUs } = event
      // Never falling, as the search for a record time relies on it.
      recordTimeUs = Math.max(recordTimeUs, event.recordTimeUs)
      const bizStep = words.intern(event.bizStep)
      const members = event.members.map((member) => ({
        item: ids[at++] ?? 0,
        role: member.role,
        quantity: member.quantity,
        uom: words.intern(member.uom),
      }))
      for (const { item, role } of members) {
        trailRows.push([item, eventTimeUs, seq, packPart(event, bizStep, role)])
      }
      const { declaredAtUs, context, warnings } = event
      eventRows.push(
        seq,
        eventTimeUs,
        recordTimeUs,
        packEvent(event, declaredAtUs !== undefined),
        bizStep,
        words.intern(event.disposition),
        words.intern(event.readPoint),
        words.intern(event.bizLocation),
        words.intern(event.party),
        words.intern(context),
        words.intern(warnings.length === 0 ? undefined : JSON.stringify(warnings)),
        packEventID(event.eventID),
        packMembers(members),
      )
    }
    this.#insertEvents.run(eventRows)
    this.#writeTrail(trailRows)
  }

  /** In the order of the table, so that neighbours land on one page at once. */
  #writeTrail(rows: TrailRow[]): void {
    rows.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3])
    const values: number[] = []
    let before: TrailRow = [0, 0, 0, 0]
    for (const row of rows) {
      // An event may name an item twice in one role, by quantity and unit: one row of its trail.
      if (row.some((value, at) => value !== before[at])) values.push(...row)
      before = row
    }
    this.#insertTrail.run(values)
    this.#countRows.run(values.length / 4)
  }
}
