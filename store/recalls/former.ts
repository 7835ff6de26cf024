/**
 * What a recall held once and does not hold any more, as a later version of its scope is narrower:
 * what moved while it was held had moved all the same, also once the recall is closed.
 */
import type { Database } from '../sqlite/database.ts'
import { tierOf } from './codes.ts'
import type { Block } from './recall.ts'
import type { RecallBody } from './rows.ts'

export interface FormerBlock extends Pick<Block, 'recall' | 'tier' | 'key' | 'sinceUs'> {
  /** When a version without it came into force, or one that has it for itself. */
  readonly untilUs: number
}

interface FormerRow {
  id: string
  body: string
  key: string
  tier: number
  fromUs: number
  firstUs: number
  untilUs: number
}

/** Gives what earlier versions in force had of some keys: of open and closed recalls, no drills. */
export function formerReader(database: Database): (keys: readonly string[]) => FormerBlock[] {
  const select = database.prepare(
    `SELECT recall.id, recall.body, scope_item.key, scope_item.tier, its.approvedUs AS fromUs,
       (SELECT min(one.approvedUs) FROM scope_version AS one
          WHERE one.recall = its.recall) AS firstUs,
       (SELECT min(next.approvedUs) FROM scope_version AS next
          WHERE next.recall = its.recall AND next.version > its.version) AS untilUs
     FROM json_each(?) AS wanted
     CROSS JOIN scope_item ON scope_item.key = wanted.value
     CROSS JOIN scope_version AS its ON its.scope = scope_item.scope
     CROSS JOIN recall ON recall.seq = its.recall
     WHERE its.approvedUs IS NOT NULL AND its.scope <> recall.scope AND recall.isDrill = 0
       AND recall.state IN ('approved', 'notified', 'sealed', 'recovered', 'closed')
     ORDER BY recall.seq, its.version`,
  )
  return (keys) => {
    const rows: FormerRow[] = select.all(JSON.stringify(keys))
    return rows.map(({ id, body, key, tier, fromUs, firstUs, untilUs }) => {
      const { orderedUs = fromUs }: RecallBody = JSON.parse(body)
      const sinceUs = fromUs === firstUs ? orderedUs : fromUs
      return { recall: id, key, tier: tierOf(tier), sinceUs, untilUs }
    })
  }
}
