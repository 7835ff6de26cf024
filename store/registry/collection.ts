/**
 * One kind of thing in the registry: a table of JSON bodies by key, each owned by a party. Bodies
 * are checked by their schema on the way in and on the way out, so a file that another version
 * wrote fails by name instead of later.
 */
import type { z } from 'zod'
import type { Database } from '../sqlite/database.ts'

export type RefusalCode =
  | 'unknown_party'
  | 'unknown_device'
  | 'party_in_use'
  | 'admin_key_is_a_setting'
  | 'alias_same'
  | 'alias_clash'
  | 'alias_cycle'
  | 'alias_kind'
  | 'alias_too_deep'
  | 'alias_group_full'
  | 'prefix_table_malformed'
  | 'prefix_table_too_large'

/** A write the registry does not take, as a value. */
export interface Refusal {
  readonly ok: false
  readonly code: RefusalCode
  /** JSON Pointer into the value. */
  readonly path: string
  readonly message: string
}

export interface Page {
  /** Only what this party owns. */
  readonly party?: string | undefined
  /** The last key of the page before. */
  readonly after?: string | undefined
  readonly limit: number
}

export interface Listing<T> {
  readonly items: readonly T[]
  /** What to ask the next page with; undefined on the last one. */
  readonly after: string | undefined
}

export interface Collection<T> {
  readonly schema: z.ZodType<T>
  keyOf(value: T): string
  /** The slug of the party that owns it. */
  partyOf(value: T): string
  get(key: string): T | undefined
  /** In the order of keys. */
  list(page: Page): Listing<T>
  /** Makes or replaces it; durable on return. */
  put(value: T): { ok: true; created: boolean } | Refusal
  /** Durable on return. */
  remove(key: string): { ok: true; removed: boolean } | Refusal
}

export interface Shape<T> {
  readonly table: string
  readonly schema: z.ZodType<T>
  readonly keyOf: (value: T) => string
  readonly partyOf: (value: T) => string
  /** Asked inside the transaction, before the write. */
  readonly refusePut?: (value: T) => Refusal | undefined
  readonly refuseRemove?: (key: string) => Refusal | undefined
  /** What else goes with it, in the same transaction. */
  readonly onRemove?: (key: string) => void
}

/** Runs a write as one transaction that also moves the registry's version. */
export type Commit = <T>(write: () => T) => T

/** The schema of one collection's table. */
export function collectionTable(table: string): string {
  return `
    CREATE TABLE ${table} (
      key TEXT PRIMARY KEY, party TEXT NOT NULL, body TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX ${table}_party ON ${table} (party, key);
  `
}

export function openCollection<T>(
  database: Database,
  commit: Commit,
  shape: Shape<T>,
): Collection<T> {
  const { table } = shape
  const select = database.prepare(`SELECT body FROM ${table} WHERE key = ?`)
  const page = database.prepare(`SELECT body FROM ${table} WHERE key > ? ORDER BY key LIMIT ?`)
  const pageOfParty = database.prepare(
    `SELECT body FROM ${table} WHERE party = ? AND key > ? ORDER BY key LIMIT ?`,
  )
  const upsert = database.prepare(
    `INSERT INTO ${table} (key, party, body) VALUES (?1, ?2, ?3)
     ON CONFLICT (key) DO UPDATE SET party = ?2, body = ?3`,
  )
  const remove = database.prepare(`DELETE FROM ${table} WHERE key = ?`)
  const read = (row: { body: string }): T => shape.schema.parse(JSON.parse(row.body))

  return {
    schema: shape.schema,
    keyOf: shape.keyOf,
    partyOf: shape.partyOf,
    get(key) {
      const row = select.get(key)
      return row === undefined ? undefined : read(row)
    },
    list({ party, after = '', limit }) {
      const rows =
        party === undefined ? page.all(after, limit + 1) : pageOfParty.all(party, after, limit + 1)
      const items = rows.slice(0, limit).map(read)
      const last = items.at(-1)
      const more = rows.length > limit && last !== undefined
      return { items, after: more ? shape.keyOf(last) : undefined }
    },
    put(value) {
      return commit(() => {
        const refusal = shape.refusePut?.(value)
        if (refusal !== undefined) return refusal
        const key = shape.keyOf(value)
        const created = select.get(key) === undefined
        upsert.run(key, shape.partyOf(value), JSON.stringify(value))
        return { ok: true, created }
      })
    },
    remove(key) {
      return commit(() => {
        const refusal = shape.refuseRemove?.(key)
        if (refusal !== undefined) return refusal
        const removed = remove.run(key).changes > 0
        if (removed) shape.onRemove?.(key)
        return { ok: true, removed }
      })
    },
  }
}

export function refusal(code: RefusalCode, path: string, message: string): Refusal {
  return { ok: false, code, path, message }
}
