/** Reads event rows: what, when, where, why and who, without bodies and members. */
import type { EventSummary } from '#trace/source.ts'
import { eventIDText, unpackEvent } from './codes.ts'
import type { Database } from './database.ts'
import { prepareBulk } from './rows.ts'
import type { Words } from './words.ts'

type EventRow = [
  seq: number,
  eventTimeUs: number,
  recordTimeUs: number,
  code: number,
  bizStep: number,
  disposition: number,
  readPoint: number,
  bizLocation: number,
  party: number,
  context: number,
  warnings: number,
  eventID: string,
  voidedAtUs: number | null,
]

/** A summary with the numbers of the words that only a whole event has. */
export interface EventRecord {
  readonly summary: EventSummary
  readonly context: number
  readonly warnings: number
}

const columns = [
  'event.seq',
  'event.eventTimeUs',
  'event.recordTimeUs',
  'event.code',
  'event.bizStep',
  'event.disposition',
  'event.readPoint',
  'event.bizLocation',
  'event.party',
  'event.context',
  'event.warnings',
  eventIDText,
  'voided.voidedAtUs',
]
const from = `
  FROM json_each(?) AS wanted CROSS JOIN event ON event.seq = wanted.value
  LEFT JOIN voided ON voided.seq = event.seq`

export class EventRecords {
  readonly #select: (seqs: string) => EventRow[]
  readonly #words: Words

  constructor(database: Database, words: Words) {
    this.#select = prepareBulk<EventRow>(database, columns, from)
    this.#words = words
  }

  /** The records of some events, in the order asked for. An unknown number is a bug and throws. */
  read(seqs: readonly number[]): EventRecord[] {
    const rows = this.#select(JSON.stringify(seqs))
    if (rows.length !== seqs.length) throw new RangeError('there is no such event')
    return rows.map((row) => this.#record(row))
  }

  #record(row: EventRow): EventRecord {
    const [eventRef, eventTimeUs, recordTimeUs, code, bizStep, disposition] = row
    const [, , , , , , readPoint, bizLocation, party, context, warnings, eventID, voidedAtUs] = row
    const { type, action, declaresError } = unpackEvent(code)
    const summary: EventSummary = {
      eventRef,
      eventID,
      type,
      action,
      eventTimeUs,
      recordTimeUs,
      bizStep: this.#words.text(bizStep),
      disposition: this.#words.text(disposition),
      readPoint: this.#words.text(readPoint),
      bizLocation: this.#words.text(bizLocation),
      party: this.#words.text(party) ?? '',
      declaresError,
      voidedAtUs: voidedAtUs ?? undefined,
    }
    return { summary, context, warnings }
  }
}
