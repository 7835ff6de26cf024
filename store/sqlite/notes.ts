/** What followers remember from one message to the next: texts by key. */
import type { Note } from '#store/trail.ts'
import type { Database, Statement } from './database.ts'
import { RowsStatement } from './rows.ts'

export class Notes {
  readonly #select: Statement
  readonly #selectAll: Statement

  constructor(database: Database) {
    this.#selectAll = database.prepare('SELECT key, text FROM note ORDER BY key')
    // `!` follows the blank, so these are all keys that begin so.
    this.#select = database.prepare(
      'SELECT key, text FROM note WHERE key >= ?1 AND key < ?2 ORDER BY key',
    )
  }

  /** `beginning` ends with a blank or is ''. */
  read(beginning: string): { key: string; text: string }[] {
    if (beginning === '') return this.#selectAll.all()
    return this.#select.all(beginning, `${beginning.slice(0, -1)}!`)
  }
}

/** To be called in a transaction. */
export class NoteWriter {
  readonly #insert: RowsStatement
  readonly #delete: Statement

  constructor(database: Database) {
    this.#insert = new RowsStatement(
      database,
      2,
      (values) => `INSERT OR REPLACE INTO note VALUES ${values}`,
    )
    this.#delete = database.prepare('DELETE FROM note WHERE key = ?')
  }

  write(notes: readonly Note[]): void {
    const kept: string[] = []
    for (const { key, text } of notes) {
      if (text === undefined) this.#delete.run(key)
      else kept.push(key, text)
    }
    this.#insert.run(kept)
  }
}
