/**
 * What readers are told of batches that are decided and that InfluxDB has not confirmed: their
 * trail rows, members, bodies and readings. They stand in the side file until they are confirmed;
 * what else is asked of an event stands there anyway.
 *
 * Who reads both reads here first and from InfluxDB afterwards. A batch that is confirmed in
 * between has left the spool and is whole in InfluxDB by then; one that is not is whole in here.
 * What both have is told once: of an event that is in here, nothing is taken from InfluxDB.
 */
import type { Database, Statement } from '#store/sqlite/database.ts'
import { inParts, prepareArrays } from '#store/sqlite/rows.ts'
import type { Seen, State } from './ledger.ts'

const lookedUpAtOnce = 512

/** `part`: as in a trail row of InfluxDB. */
export interface SpooledRow {
  readonly eventTimeUs: number
  readonly seq: number
  readonly part: string
}

type Row = [item: number, eventTimeUs: number, seq: number, part: string]

export class Spool {
  readonly #rows: Statement
  readonly #texts: Readonly<Record<'m' | 'body', Statement>>
  readonly #readings: Statement
  readonly #seen: Seen

  constructor(database: Database, seen: Seen) {
    this.#seen = seen
    this.#rows = prepareArrays(
      database,
      `SELECT item, eventTimeUs, seq, part FROM json_each(?1) AS wanted
       CROSS JOIN spool_trail ON item = wanted.value AND eventTimeUs BETWEEN ?2 AND ?3
       WHERE seq <= ?4 ORDER BY item, eventTimeUs, seq, part`,
    )
    const text = (column: string) =>
      prepareArrays(
        database,
        `SELECT seq, ${column} FROM json_each(?) AS wanted
         CROSS JOIN spool_event ON seq = wanted.value`,
      )
    this.#texts = { m: text('m'), body: text('body') }
    this.#readings = prepareArrays(
      database,
      `SELECT timeUs, value FROM spool_reading
       WHERE series = ? AND timeUs BETWEEN ? AND ? ORDER BY timeUs`,
    )
  }

  /** The rows of items, by the numbers of these, in the order of events. */
  rows(
    items: readonly number[],
    { fromUs, toUs }: { readonly fromUs: number; readonly toUs: number },
    state: State,
  ): Map<number, SpooledRow[]> {
    const found = new Map<number, SpooledRow[]>()
    if (isEmpty(state)) return found
    const rows: Row[] = this.#rows.all(JSON.stringify(items), fromUs, toUs, state.events)
    for (const [item, eventTimeUs, seq, part] of rows) {
      const own = found.get(item) ?? []
      own.push({ eventTimeUs, seq, part })
      found.set(item, own)
    }
    return found
  }

  /** Members or bodies of events, by the numbers of these. */
  texts(seqs: readonly number[], field: 'm' | 'body', state: State): Map<number, string> {
    const found = new Map<number, string>()
    if (isEmpty(state)) return found
    for (const some of inParts(seqs, lookedUpAtOnce)) {
      const rows: [number, string][] = this.#texts[field].all(JSON.stringify(some))
      for (const [seq, text] of rows) found.set(seq, text)
    }
    return found
  }

  /** In the order of time. */
  readings(series: number, fromUs: number, toUs: number): [timeUs: number, value: number][] {
    return this.#seen === 'none' ? [] : this.#readings.all(series, fromUs, toUs)
  }
}

function isEmpty({ events, confirmedEvents }: State): boolean {
  return events === confirmedEvents
}
