/** What the scope of a recall lacks, as it was heard of after that was traced. */
import type { Assumption } from '#risk/assumption.ts'
import type { Database } from '../sqlite/database.ts'
import { tierOf } from './codes.ts'
import type { Outdated } from './recall.ts'

interface LateRow {
  key: string
  tier: number
  assumption: Assumption | null
  path: string
  eventID: string
  atUs: number
}

/** Things that are told by name. */
const NAMED = 20

/** Gives what belongs to the scope in force of a recall beside what it has. */
export function outdatedReader(database: Database): (id: string) => Outdated | undefined {
  const count = database.prepare(
    `SELECT count(*) AS items, min(atUs) AS sinceUs FROM scope_late
     WHERE scope = (SELECT scope FROM recall WHERE id = ?)`,
  )
  const first = database.prepare(
    `SELECT key, tier, assumption, path, eventID, atUs FROM scope_late
     WHERE scope = (SELECT scope FROM recall WHERE id = ?) ORDER BY seq LIMIT ${NAMED}`,
  )
  return (id) => {
    const { items, sinceUs }: { items: number; sinceUs: number | null } = count.get(id)
    if (sinceUs === null) return undefined
    const rows: LateRow[] = first.all(id)
    const named = rows.map((row) => ({
      ...row,
      assumption: row.assumption ?? undefined,
      tier: tierOf(row.tier),
      path: JSON.parse(row.path),
    }))
    return { items, sinceUs, first: named }
  }
}
