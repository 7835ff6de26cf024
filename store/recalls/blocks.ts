/**
 * Whether items are recalled. Asked at every scan: one step down a tree by key, and what an
 * approval or a cancellation has changed is seen by the next look.
 */
import type { Database } from '../sqlite/database.ts'
import { tierOf } from './codes.ts'
import { type Block, type Verdict, verdictOf } from './recall.ts'
import type { BlockRow, RecallBody } from './rows.ts'

/** Recalls of one item that are told. */
const MOST_A_KEY = 20

/** Gives all approved recalls, drills among them, whose scope in force holds one of some keys. */
export function blockReader(database: Database): (keys: readonly string[]) => Block[] {
  const select = database.prepare(
    `SELECT recall.id, recall.class, recall.state, recall.isDrill, recall.body,
       scope_item.key, scope_item.tier,
       (SELECT min(first.approvedUs) FROM scope_item AS earlier
          CROSS JOIN scope_version AS first ON first.scope = earlier.scope
        WHERE earlier.key = scope_item.key AND first.recall = recall.seq) AS sinceUs,
       (SELECT min(approvedUs) FROM scope_version WHERE recall = recall.seq) AS firstUs
     FROM json_each(?) AS wanted
     CROSS JOIN scope_item ON scope_item.key = wanted.value
     CROSS JOIN recall ON recall.scope = scope_item.scope
     WHERE recall.state <> 'cancelled'
     ORDER BY scope_item.tier, recall.seq LIMIT ?`,
  )
  // Nearly all that is asked for is in no scope: a look at one tree says so in a tenth of the time.
  const inAny = database.prepare(
    `SELECT value AS key FROM json_each(?)
     WHERE EXISTS (SELECT 1 FROM scope_item WHERE scope_item.key = value)`,
  )
  return (keys) => {
    const rowsIn: { key: string }[] = inAny.all(JSON.stringify(keys))
    const found = rowsIn.map(({ key }) => key)
    if (found.length === 0) return []
    const rows: BlockRow[] = select.all(JSON.stringify(found), found.length * MOST_A_KEY)
    return rows.map(blockOf)
  }
}

function blockOf(row: BlockRow): Block {
  const { title, instructions, orderedUs }: RecallBody = JSON.parse(row.body)
  // What a later version adds was not part of what had been ordered.
  const isOrdered = orderedUs !== undefined && row.sinceUs === row.firstUs
  return {
    recall: row.id,
    title,
    instructions,
    recallClass: row.class,
    state: row.state,
    isDrill: row.isDrill === 1,
    tier: tierOf(row.tier),
    key: row.key,
    sinceUs: isOrdered ? orderedUs : (row.sinceUs ?? 0),
  }
}

/** The gravest of what some blocks say. */
export function gravestOf(blocks: readonly Block[]): Verdict {
  const verdicts = blocks.map(verdictOf)
  if (verdicts.includes('do_not_sell')) return 'do_not_sell'
  return verdicts.includes('check') ? 'check' : 'none'
}
