/** The rows of recalls that change, and the steps by which they do. In a transaction, all of it. */
import type { Database, Statement } from '../sqlite/database.ts'
import type { Recall, RecallStep } from './recall.ts'
import type { RecallRow } from './rows.ts'

type StepMore = Omit<RecallStep, 'seq' | 'recall' | 'isDrill' | 'atUs' | 'step' | 'state' | 'by'>

export class RecallHistory {
  readonly #select: Statement
  readonly #insert: Statement
  readonly #name: Statement
  readonly #update: Statement
  readonly #step: Statement

  constructor(database: Database) {
    this.#select = database.prepare('SELECT * FROM recall WHERE id = ?')
    this.#insert = database.prepare(
      `INSERT INTO recall (id, state, isDrill, class, law, domain, product, author, seed, decidedUs,
         createdUs, changedUs, version, body)
       VALUES (?1, 'draft', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, 0, ?11)`,
    )
    this.#name = database.prepare('UPDATE recall SET id = ?2 WHERE seq = ?1 RETURNING *')
    this.#update = database.prepare(
      `UPDATE recall SET state = ?2, class = ?3, version = ?4, scope = ?5, body = ?6, changedUs = ?7
       WHERE seq = ?1`,
    )
    this.#step = database.prepare(
      'INSERT INTO step (recall, atUs, step, state, "by", more) VALUES (?, ?, ?, ?, ?, ?)',
    )
  }

  get(id: string): RecallRow | undefined {
    return this.#select.get(id)
  }

  /** Makes a recall; its id says its number, and whether it is a drill. */
  make(
    made: Pick<Recall, 'isDrill' | 'recallClass' | 'law' | 'domain' | 'product' | 'author'> &
      Pick<Recall, 'seed' | 'decidedUs' | 'createdUs'>,
    body: string,
  ): RecallRow {
    const { isDrill, recallClass, law, domain, product, author, seed, decidedUs, createdUs } = made
    const flags = [isDrill ? 1 : 0, recallClass, law ?? null, domain, product ?? null]
    const inserted = this.#insert.run(
      ...[`new ${createdUs}`, ...flags, author, seed, decidedUs, createdUs, body],
    )
    const seq = Number(inserted.lastInsertRowid)
    const id = `${isDrill ? 'D' : 'R'}-${String(seq).padStart(6, '0')}`
    return this.#name.get(seq, id)
  }

  /** Writes what has changed of a recall. */
  change(row: RecallRow, nowUs: number): void {
    const { seq, state, version, scope, body } = row
    this.#update.run(seq, state, row.class, version, scope, body, nowUs)
  }

  /** Adds a step; gives its number. */
  tell(
    { seq, state }: RecallRow,
    step: RecallStep['step'],
    nowUs: number,
    by: string,
    more: StepMore = {},
  ): number {
    return Number(this.#step.run(seq, nowUs, step, state, by, JSON.stringify(more)).lastInsertRowid)
  }
}
