/**
 * The changes of rules that are in force, version by version. A version is the whole set of them;
 * none is ever changed or removed, so that it can be told what held when an alert was raised.
 */
import type { RuleChange } from '#risk/rule-set.ts'
import type { Database } from '../sqlite/database.ts'

export interface RulesVersion {
  /** 0 is the table without any change. */
  readonly version: number
  readonly atUs: number
  readonly by: string
  readonly reason: string
  readonly changes: readonly RuleChange[]
}

export const NO_CHANGES: RulesVersion = { version: 0, atUs: 0, by: '', reason: '', changes: [] }

interface Row extends Omit<RulesVersion, 'changes'> {
  readonly changes: string
}

/** The newest version, or one that is asked for; undefined where there is no such one. */
export function rulesVersionOf(database: Database, version?: number): RulesVersion | undefined {
  if (version === 0) return NO_CHANGES
  const row: Row | undefined =
    version === undefined
      ? database.prepare('SELECT * FROM rules ORDER BY version DESC LIMIT 1').get()
      : database.prepare('SELECT * FROM rules WHERE version = ?').get(version)
  if (row) return { ...row, changes: JSON.parse(row.changes) }
  return version === undefined ? NO_CHANGES : undefined
}

/** Adds a version; to be called in a transaction. */
export function addRulesVersion(database: Database, next: RulesVersion): void {
  const { version, atUs, by, reason, changes } = next
  database
    .prepare('INSERT INTO rules VALUES (?, ?, ?, ?, ?)')
    .run(version, atUs, by, reason, JSON.stringify(changes))
}
