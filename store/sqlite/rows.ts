/**
 * Statements for many rows at once. A call of a prepared statement costs some 2.5 us before it does
 * anything, and each value that crosses into JavaScript 0.2: what comes in bulk goes through here.
 */
import type { Database, Statement } from './database.ts'

/** What SQLite takes as a parameter. */
export type Value = number | string | Uint8Array

const sizes = [128, 16, 1]

/** A statement with a VALUES list, prepared for some lengths of it. */
export class RowsStatement {
  readonly #statements: { readonly rows: number; readonly statement: Statement }[]
  readonly #columns: number

  /** `sql` gets the list, such as `(?, ?), (?, ?)`. Rows are read as arrays. */
  constructor(database: Database, columns: number, sql: (values: string) => string) {
    this.#columns = columns
    const row = `(${Array(columns).fill('?').join(', ')})`
    this.#statements = sizes.map((rows) => {
      const statement = database.prepare(sql(Array(rows).fill(row).join(', ')))
      statement.setReturnArrays(true)
      return { rows, statement }
    })
  }

  /** Runs it for rows given flat, one after the other; says how many rows changed. */
  run(values: readonly Value[]): number {
    let changes = 0
    this.#each(values, (statement, some) => {
      changes += statement.run(...some).changes
    })
    return changes
  }

  /** All result rows for the rows given flat. */
  all<Row>(values: readonly Value[]): Row[] {
    const found: Row[] = []
    this.#each(values, (statement, some) => {
      for (const row of statement.all(...some)) found.push(row)
    })
    return found
  }

  #each(
    values: readonly Value[],
    run: (statement: Statement, some: readonly Value[]) => void,
  ): void {
    let start = 0
    for (const { rows, statement } of this.#statements) {
      const length = rows * this.#columns
      for (; start + length <= values.length; start += length) {
        run(statement, values.slice(start, start + length))
      }
    }
  }
}

/** A statement whose rows come as arrays, which are cheaper than objects. */
export function prepareArrays(database: Database, sql: string): Statement {
  const statement = database.prepare(sql)
  statement.setReturnArrays(true)
  return statement
}

/**
 * A query for many rows. They cross as one JSON text a column, at half the cost of rows. Not for
 * REAL, of which JSON keeps 15 digits, nor for BLOB. `from` is the SELECT from its FROM on.
 */
export function prepareBulk<Row extends readonly unknown[]>(
  database: Database,
  columns: readonly string[],
  from: string,
): (...values: readonly Value[]) => Row[] {
  const named = columns.map((column, at) => `${column} AS c${at}`)
  const grouped = columns.map((_, at) => `json_group_array(c${at})`)
  const statement = prepareArrays(database, `SELECT ${grouped} FROM (SELECT ${named} ${from})`)
  return (...values) => {
    const texts: string[] = statement.get(...values)
    const all: unknown[][] = texts.map((text) => JSON.parse(text))
    const rows: unknown[][] = all[0]?.map(() => new Array(all.length)) ?? []
    for (const [place, column] of all.entries()) {
      rows.forEach((row, at) => {
        row[place] = column[at]
      })
    }
    return rows as unknown as Row[]
  }
}

/** Parts of at most `size`. */
export function* inParts<T>(all: readonly T[], size: number): Iterable<readonly T[]> {
  for (let start = 0; start < all.length; start += size) yield all.slice(start, start + size)
}
