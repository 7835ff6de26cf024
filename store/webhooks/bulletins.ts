/** The messages to the public, read and added to. */
import type { Database, Statement } from '../sqlite/database.ts'
import type { Bulletin, Published } from './bulletin.ts'

interface Row extends Omit<Published, 'about'> {
  readonly about: string
}

const publishedOf = (row: Row): Published => ({ ...row, about: JSON.parse(row.about) })

export class Bulletins {
  readonly #page: Statement
  readonly #one: Statement
  readonly #thread: Statement
  readonly #put: Statement

  constructor(database: Database) {
    this.#page = database.prepare('SELECT * FROM bulletin WHERE seq < ? ORDER BY seq DESC LIMIT ?')
    this.#one = database.prepare('SELECT * FROM bulletin WHERE id = ?')
    this.#thread = database.prepare('SELECT * FROM bulletin WHERE thread = ? ORDER BY seq')
    this.#put = database.prepare(
      `INSERT OR IGNORE INTO bulletin (id, thread, sentUs, about, document)
       VALUES (?, ?, ?, ?, ?)`,
    )
  }

  /** The newest first, below a number where one is given. */
  page(before: number | undefined, limit: number): Published[] {
    return this.#page.all(before ?? Number.MAX_SAFE_INTEGER, limit).map(publishedOf)
  }

  get(id: string): Published | undefined {
    const row: Row | undefined = this.#one.get(id)
    return row && publishedOf(row)
  }

  /** All messages of a matter, in their order. */
  ofThread(thread: string): Published[] {
    return this.#thread.all(thread).map(publishedOf)
  }

  /** Adds a message; one that is there already is left as it is. In a transaction. */
  put({ id, thread, sentUs, about, document }: Bulletin): void {
    this.#put.run(id, thread, sentUs, JSON.stringify(about), document)
  }
}
