/**
 * Finds events by their eventID. Its key is 48 bits of a hash: what is found is compared with the
 * event itself, so equal hashes cost a look and never an error.
 *
 * Hashes come in no order, and in one large tree nearly every new one would change a page of its
 * own. So new ones go into a small table, and when it is full all of it moves on in sorted order.
 */
import { hash } from 'node:crypto'
import type { EventIdentity } from '#store/trail.ts'
import { eventIDText, unpackEvent } from './codes.ts'
import type { Database, Statement } from './database.ts'
import { inParts, prepareArrays, RowsStatement } from './rows.ts'
import type { Words } from './words.ts'

const lookedUpAtOnce = 512

/** How full the small table gets; in a large store a share of it, so that moves stay rare. */
const recentRows = 65_536
const recentShare = 1 / 32

/** An event found by its eventID. */
export interface Found extends EventIdentity {
  readonly seq: number
}

/** Some eventIDs, each with its hash. */
export type Hashes = ReadonlyMap<string, number>

type FoundRow = [wanted: number, seq: number, eventID: string, party: number, code: number]

const findIn = (table: string): string => `
  SELECT wanted.key, event.seq, ${eventIDText}, event.party, event.code
  FROM json_each(?1) AS wanted
  CROSS JOIN ${table} AS known ON known.hash = wanted.value
  CROSS JOIN event ON event.seq = known.seq`

export class EventIndex {
  readonly #words: Words
  readonly #find: Statement

  constructor(database: Database, words: Words) {
    this.#words = words
    this.#find = prepareArrays(
      database,
      `${findIn('event_id_recent')} UNION ALL ${findIn('event_id_main')}`,
    )
  }

  /** All events that have one of some eventIDs, of any party, with and without a declaration. */
  find(hashes: Hashes): Found[] {
    const parts = [...inParts([...hashes], lookedUpAtOnce)]
    return parts.flatMap((some) => this.#findSome(some))
  }

  #findSome(hashes: readonly (readonly [eventID: string, hash: number])[]): Found[] {
    const rows: FoundRow[] = this.#find.all(JSON.stringify(hashes.map(([, hash]) => hash)))
    const found: Found[] = []
    for (const [wanted, seq, eventID, party, code] of rows) {
      if (eventID !== hashes[wanted]?.[0]) continue
      const { declaresError } = unpackEvent(code)
      found.push({ seq, eventID, party: this.#words.text(party) ?? '', declaresError })
    }
    return found
  }
}

/** The index of the one connection that writes. */
export class WritableEventIndex extends EventIndex {
  readonly #recentRows: number
  readonly #insert: RowsStatement
  readonly #countMoved: Statement
  readonly #move: Statement
  readonly #empty: Statement
  readonly #setMoved: Statement

  constructor(database: Database, words: Words, rows = recentRows) {
    super(database, words)
    this.#recentRows = rows
    this.#insert = new RowsStatement(
      database,
      2,
      (values) => `INSERT INTO event_id_recent (hash, seq) VALUES ${values}`,
    )
    this.#countMoved = prepareArrays(database, 'SELECT eventsMoved FROM tally')
    this.#move = database.prepare(
      'INSERT INTO event_id_main SELECT hash, seq FROM event_id_recent ORDER BY hash, seq',
    )
    this.#empty = database.prepare('DELETE FROM event_id_recent')
    this.#setMoved = database.prepare('UPDATE tally SET eventsMoved = ?')
  }

  /**
   * Adds the events from number `first` on, which is the one behind the last that was added. To be
   * called in a transaction.
   */
  add(first: number, eventIDs: readonly string[], hashes: Hashes): void {
    const rows = eventIDs.map((eventID, at) => [hashes.get(eventID) ?? 0, first + at] as const)
    this.#insert.run(rows.sort((a, b) => a[0] - b[0]).flat())
    this.moveIfFull(first + eventIDs.length - 1)
  }

  /** `last`: the number of the last event. To be called in a transaction. */
  moveIfFull(last: number): void {
    const recent = last - this.#countMoved.get()[0]
    if (recent < Math.max(this.#recentRows, last * recentShare)) return
    this.#move.run()
    this.#empty.run()
    this.#setMoved.run(last)
  }
}

/** Text that is equal for equal identities alone: a slug has no blank. */
export function identityKey({ eventID, party, declaresError }: EventIdentity): string {
  return `${party} ${declaresError ? 1 : 0} ${eventID}`
}

export function hashesOf(eventIDs: readonly string[]): Hashes {
  const hashes = new Map<string, number>()
  for (const eventID of new Set(eventIDs)) {
    hashes.set(eventID, hash('sha256', eventID, 'buffer').readIntBE(0, 6))
  }
  return hashes
}
