/**
 * What the follower knows, for whoever only reads it: a dry run tells findings from it that are
 * thrown away.
 */
import type { Database } from '../sqlite/database.ts'
import type { ItemMemory } from './alert.ts'
import { type FactReader, factReader } from './facts.ts'

export interface Known {
  readonly facts: FactReader
  /** All events up to it have been looked at; 0 while history is gone through again. */
  followed(): number
  item(key: string): ItemMemory | undefined
  /** Items that something is waited for by then, what is due first first. */
  waiting(untilUs: number, limit: number): string[]
  /** Whose findings of a rule hold; `limit` of them. */
  ownersOfRule(rule: string, limit: number): string[]
}

interface ItemRow extends Omit<ItemMemory, 'dueUs'> {
  readonly dueUs: number | null
}

export function knownOf(database: Database): Known {
  const followed = database.prepare(
    'SELECT CASE replayTo WHEN 0 THEN eventRef ELSE 0 END AS eventRef FROM follower',
  )
  const item = database.prepare('SELECT * FROM item WHERE key = ?')
  const waiting = database.prepare('SELECT key FROM item WHERE dueUs <= ? ORDER BY dueUs LIMIT ?')
  // An identity begins with its rule and a hyphen, and a full stop is what comes behind that.
  const owners = database.prepare(
    `SELECT DISTINCT owner FROM finding
     WHERE identity > ?1 || '-' AND identity < ?1 || '.' LIMIT ?2`,
  )
  return {
    facts: factReader(database),
    followed: () => followed.get().eventRef,
    item(key) {
      const row: ItemRow | undefined = item.get(key)
      return row && { ...row, dueUs: row.dueUs ?? undefined }
    },
    waiting: (untilUs, limit) => waiting.all(untilUs, limit).map(({ key }: { key: string }) => key),
    ownersOfRule: (rule, limit) =>
      owners.all(rule, limit).map(({ owner }: { owner: string }) => owner),
  }
}
