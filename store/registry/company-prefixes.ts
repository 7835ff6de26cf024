/**
 * How long company prefixes are: the table that GS1 publishes, which tells it by the digits that
 * they begin with. A key has forgotten it, and an EPC URN needs it. [EPC TDS 7]
 *
 * A table replaces the one before as a whole or not at all. It is looked up in memory, and read
 * again only when it has changed, by whatever connection.
 */
import type { Database } from '../sqlite/database.ts'
import type { Commit } from './collection.ts'
import type { PrefixTable } from './prefix-table.ts'

export interface CompanyPrefixes {
  /** Replaces the table. Durable on return. */
  load(table: PrefixTable, nowUs: number): void
  /** What is loaded; undefined before the first. */
  loaded(): LoadedPrefixes | undefined
  /**
   * How many of some digits are the company prefix that they begin with: 4 to 12. Undefined where
   * the table has none there, or one of more digits than these.
   */
  lengthOf(digits: string): number | undefined
}

export interface LoadedPrefixes {
  /** When the table was published, as it says itself. */
  readonly date: string
  readonly entries: number
  readonly loadedAtUs: number
}

// The text comes last: what stands before it is read without it.
export const companyPrefixTable = `
  CREATE TABLE company_prefixes (
    one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL, date TEXT NOT NULL,
    entries INTEGER NOT NULL, loadedAtUs INTEGER NOT NULL, lengths TEXT NOT NULL
  );
`

const LONGEST_PREFIX = 12
const NONE: ReadonlyMap<string, number> = new Map()

export function openCompanyPrefixes(database: Database, commit: Commit): CompanyPrefixes {
  const readVersion = database.prepare('SELECT version FROM company_prefixes')
  const select = database.prepare('SELECT date, entries, loadedAtUs FROM company_prefixes')
  const readLengths = database.prepare('SELECT version, lengths FROM company_prefixes')
  const replace = database.prepare(
    `INSERT INTO company_prefixes VALUES (1, 1, ?1, ?2, ?3, ?4)
     ON CONFLICT (one) DO UPDATE
     SET version = version + 1, date = ?1, entries = ?2, loadedAtUs = ?3, lengths = ?4`,
  )
  let version: number | undefined
  let lengths = NONE

  function current(): ReadonlyMap<string, number> {
    const now: number | undefined = readVersion.get()?.version
    if (now === version) return lengths
    const row: { version: number; lengths: string } | undefined = readLengths.get()
    version = row?.version
    lengths = row === undefined ? NONE : lengthsOf(row.lengths)
    return lengths
  }

  return {
    load({ date, entries }, nowUs) {
      const text = entries.map(({ prefix, length }) => `${prefix} ${length}`).join('\n')
      commit(() => replace.run(date, entries.length, nowUs, text))
    },
    loaded: () => select.get(),
    lengthOf(digits) {
      const known = current()
      for (let end = Math.min(LONGEST_PREFIX, digits.length); end > 0; end--) {
        const length = known.get(digits.slice(0, end))
        if (length === undefined) continue
        return length > 0 && length <= digits.length ? length : undefined
      }
      return undefined
    },
  }
}

/** From lines of a prefix and its length. */
function lengthsOf(text: string): Map<string, number> {
  const lengths = new Map<string, number>()
  if (text === '') return lengths
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ')
    lengths.set(line.slice(0, space), Number(line.slice(space + 1)))
  }
  return lengths
}
