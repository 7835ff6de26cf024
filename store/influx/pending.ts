/**
 * The batches that are decided and that InfluxDB has not confirmed, in the order in which they are
 * written: several where InfluxDB is slower than the follower, or away.
 */
import { type Database, type Statement, transaction } from '#store/sqlite/database.ts'
import { RowsStatement } from '#store/sqlite/rows.ts'
import type { Reading } from '#store/trail.ts'
import type { BatchFigures, Moment } from './points.ts'
import { type BatchParts, bytesOf, type Kept, type Redo } from './redo.ts'
import type { Spooled } from './spool-lines.ts'

/** A reading that may be there already. */
export type LateReading = Omit<Reading, 'value'>

/** The figures are those of the store after it, but for the readings. */
export interface PendingBatch extends Omit<BatchFigures, 'readings'> {
  readonly batch: number
  /** How many readings it adds, as far as that is known without asking InfluxDB. */
  readonly added: number
  /** Readings that are new only if InfluxDB does not have them. */
  readonly late: readonly LateReading[]
  /** Where what tells of its end stands. */
  readonly end: Moment
  readonly kept: Kept
}

interface PendingRow extends Omit<PendingBatch, 'late' | 'end' | 'kept'> {
  readonly late: string
  readonly endUs: number
  readonly endNs: number
  readonly kept: string
}

export class PendingBatches {
  readonly #database: Database
  readonly #redo: Redo
  readonly #insert: Statement
  readonly #behind: Statement
  readonly #last: Statement
  readonly #removals: readonly Statement[]
  readonly #removeReadings: Statement
  readonly #remove: Statement
  readonly #trail: RowsStatement
  readonly #events: RowsStatement
  readonly #readings: RowsStatement

  constructor(database: Database, redo: Redo) {
    this.#database = database
    this.#redo = redo
    this.#insert = database.prepare(
      'INSERT INTO pending VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)',
    )
    this.#behind = database.prepare('SELECT * FROM pending WHERE batch > ? ORDER BY batch LIMIT 1')
    this.#last = database.prepare('SELECT * FROM pending ORDER BY batch DESC LIMIT 1')
    this.#removals = ['spool_trail', 'spool_event'].map((table) =>
      database.prepare(`DELETE FROM ${table} WHERE seq <= ?`),
    )
    this.#removeReadings = database.prepare('DELETE FROM spool_reading WHERE batch <= ?')
    this.#remove = database.prepare('DELETE FROM pending WHERE batch <= ?')
    const into = (table: string, columns: number) =>
      new RowsStatement(
        database,
        columns,
        (values) => `INSERT OR REPLACE INTO ${table} VALUES ${values}`,
      )
    this.#trail = into('spool_trail', 4)
    this.#events = into('spool_event', 3)
    this.#readings = into('spool_reading', 4)
  }

  /** How much of lines is kept. */
  get bytes(): number {
    return this.#kept().reduce((sum, kept) => sum + bytesOf(kept), 0)
  }

  /** The first one behind a batch. */
  behind(batch: number): PendingBatch | undefined {
    return unpacked(this.#behind.get(batch))
  }

  last(): PendingBatch | undefined {
    return unpacked(this.#last.get())
  }

  /** The batch with which a follower's cursor stands at a place or behind it; 0 for none. */
  upTo(follower: string, position: number): number {
    const columns = 'SELECT batch FROM pending WHERE follower = ? AND position >= ?'
    return (
      this.#database.prepare(`${columns} ORDER BY batch LIMIT 1`).get(follower, position)?.batch ??
      0
    )
  }

  /** Those that readers do not see. */
  unseen(): PendingBatch[] {
    const rows: PendingRow[] = this.#database
      .prepare('SELECT * FROM pending WHERE NOT isSpooled ORDER BY batch')
      .all()
    return rows.flatMap((row) => unpacked(row) ?? [])
  }

  /** The lines are durable on return. To be called in a transaction. */
  add(pending: Omit<PendingBatch, 'kept'>, parts: BatchParts): void {
    const kept = this.#redo.keep(parts, this.#kept())
    const { batch, follower, position, events, items, trailRows, added, late, end } = pending
    const numbers = [position, events, items, trailRows, added] as const
    const lines = [end.us, end.ns, JSON.stringify(kept), JSON.stringify(late)] as const
    this.#insert.run(batch, follower, ...numbers, ...lines)
  }

  /** @throws StoreFault where its lines are no longer there. */
  parts({ kept }: Pick<PendingBatch, 'kept'>): BatchParts {
    return this.#redo.read(kept)
  }

  /** Lets readers see a batch; those before it are seen. */
  spool(batch: number, { trail, events, readings }: Spooled): void {
    transaction(this.#database, () => {
      this.#trail.run(trail.flat())
      this.#events.run(events.flat())
      this.#readings.run(readings.flatMap((reading) => [...reading, batch]))
      this.#database.prepare('UPDATE pending SET isSpooled = 1 WHERE batch = ?').run(batch)
    })
  }

  /** What InfluxDB has said of its late readings, before any of them is written. */
  setAdded(batch: number, added: number): void {
    const weighed = "UPDATE pending SET added = ?, late = '[]' WHERE batch = ?"
    this.#database.prepare(weighed).run(added, batch)
  }

  /** `events`: the last event of it. To be called in a transaction. */
  remove(batch: number, events: number): void {
    this.#remove.run(batch)
    for (const removal of this.#removals) removal.run(events)
    this.#removeReadings.run(batch)
  }

  /** To be called in a transaction. */
  addRefusedReadings(refused: ReadonlyMap<string, string>): void {
    if (refused.size === 0) return
    const insert = this.#database.prepare('INSERT OR REPLACE INTO refused_reading VALUES (?, ?)')
    for (const [line, words] of refused) insert.run(line, words)
  }

  /** Lines of readings that were refused since the last call of forgetRefused(). */
  refusedReadings(): Map<string, string> {
    const rows: { line: string; words: string }[] = this.#database
      .prepare('SELECT line, words FROM refused_reading')
      .all()
    return new Map(rows.map(({ line, words }) => [line, words]))
  }

  /** To be called in a transaction. */
  forgetRefused(): void {
    this.#database.exec('DELETE FROM refused_reading')
  }

  close(): void {
    this.#redo.close()
  }

  #kept(): Kept[] {
    const rows: { kept: string }[] = this.#database.prepare('SELECT kept FROM pending').all()
    return rows.map(({ kept }) => JSON.parse(kept))
  }
}

function unpacked(row: PendingRow | undefined): PendingBatch | undefined {
  if (row === undefined) return undefined
  const { late, endUs, endNs, kept, ...figures } = row
  return {
    ...figures,
    late: JSON.parse(late),
    end: { us: endUs, ns: endNs },
    kept: JSON.parse(kept),
  }
}
