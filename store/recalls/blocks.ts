/**
 * Whether items are recalled. Asked at every scan: one step down a tree by key, and what an
 * approval or a cancellation has changed is seen by the next look.
 */
import { isLotBetween, lotIn, type Suspect } from '#risk/suspect.ts'
import type { Database } from '../sqlite/database.ts'
import { tierCode, tierOf } from './codes.ts'
import { type Block, type Verdict, verdictOf } from './recall.ts'
import type { BlockRow, RecallBody } from './rows.ts'

/** Recalls of one item that are told. */
const MOST_A_KEY = 20

type Table = 'scope_item' | 'scope_late'

/** When the first version with a key in it was approved, of what was traced or heard of late. */
const since = (table: Table, of: Table) => `coalesce(
  (SELECT min(first.approvedUs) FROM ${of} AS earlier
     CROSS JOIN scope_version AS first ON first.scope = earlier.scope
   WHERE earlier.key = ${table}.key AND first.recall = recall.seq), ${Number.MAX_SAFE_INTEGER})`

const COLUMNS = `recall.id, recall.class, recall.state, recall.isDrill, recall.body,
  (SELECT min(approvedUs) FROM scope_version WHERE recall = recall.seq) AS firstUs,
  CASE recall.state WHEN 'closed' THEN
    (SELECT max(atUs) FROM step WHERE step.recall = recall.seq AND step.step = 'close')
  END AS closedUs`

const blocksIn = (table: Table, path: string) => `
  SELECT ${COLUMNS}, ${table}.key, ${table}.tier, ${path} AS path,
    min(${since(table, 'scope_item')}, ${since(table, 'scope_late')}) AS sinceUs
  FROM json_each(?) AS wanted
  CROSS JOIN ${table} ON ${table}.key = wanted.value
  CROSS JOIN recall ON recall.scope = ${table}.scope
  WHERE recall.state <> 'cancelled'
  ORDER BY ${table}.tier, recall.seq LIMIT ?`

// Nearly all that is asked for is in no scope: a look at one tree says so in a tenth of the time.
const among = (table: Table) => `
  SELECT value AS key FROM json_each(?)
  WHERE EXISTS (SELECT 1 FROM ${table} WHERE ${table}.key = value)`

/** Gives all approved recalls, drills among them, whose scope in force holds one of some keys. */
export function blockReader(database: Database): (keys: readonly string[]) => Block[] {
  const traced = lookUp(database, 'scope_item', 'NULL')
  const late = lookUp(database, 'scope_late', 'scope_late.path')
  const ranges = rangeReader(database)
  return (keys) => {
    const found = [...traced(keys), ...late(keys)]
    const known = new Set(found.map(({ recall, key }) => `${recall} ${key}`))
    const inRange = ranges(keys).filter(({ recall, key }) => !known.has(`${recall} ${key}`))
    return [...found, ...inRange].sort((one, other) => tierCode(one.tier) - tierCode(other.tier))
  }
}

function lookUp(database: Database, table: Table, path: string) {
  const select = database.prepare(blocksIn(table, path))
  const inAny = database.prepare(among(table))
  return (keys: readonly string[]): Block[] => {
    const rowsIn: { key: string }[] = inAny.all(JSON.stringify(keys))
    if (rowsIn.length === 0) return []
    const found = JSON.stringify(rowsIn.map(({ key }) => key))
    const rows: BlockRow[] = select.all(found, rowsIn.length * MOST_A_KEY)
    return rows.map(blockOf)
  }
}

/**
 * Lots in a range that a recall in force names, whether anything was ever told of them: a range is
 * of what is printed on the goods, and no event has to say so.
 */
function rangeReader(database: Database): (keys: readonly string[]) => Block[] {
  const select = database.prepare(
    `SELECT ${COLUMNS}, scope_suspect.suspect, scope_version.approvedUs AS sinceUs,
       scope_version.scope = recall.scope AS isInForce
     FROM scope_suspect CROSS JOIN recall ON recall.seq = scope_suspect.recall
     CROSS JOIN scope_version ON scope_version.recall = scope_suspect.recall
       AND scope_version.version = scope_suspect.version
     WHERE scope_suspect.product = ? AND scope_version.approvedUs IS NOT NULL
       AND recall.state <> 'cancelled'
     ORDER BY recall.seq, scope_version.approvedUs`,
  )
  return (keys) =>
    keys.flatMap((key): Block[] => {
      const its = lotIn(key)
      if (!its) return []
      const rows: RangeRow[] = select.all(its.product)
      const first = new Map<string, RangeRow>()
      const holding = new Set<string>()
      for (const row of rows) {
        const suspect: Suspect = JSON.parse(row.suspect)
        if (suspect.kind !== 'lot-range') continue
        if (!isLotBetween(its.lot, suspect.from, suspect.to)) continue
        if (!first.has(row.id)) first.set(row.id, row)
        if (row.isInForce === 1) holding.add(row.id)
      }
      const held = [...first.values()].filter(({ id }) => holding.has(id)).slice(0, MOST_A_KEY)
      return held.map((row) => blockOf({ ...row, key, tier: tierCode('inferred'), path: null }))
    })
}

interface RangeRow extends Omit<BlockRow, 'key' | 'tier' | 'path'> {
  suspect: string
  isInForce: number
}

function blockOf(row: BlockRow): Block {
  const { title, instructions, orderedUs }: RecallBody = JSON.parse(row.body)
  // What a later version adds was not part of what had been ordered.
  const latePath: readonly string[] | undefined =
    row.path === null ? undefined : JSON.parse(row.path)
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
    ...(row.closedUs !== null && { closedUs: row.closedUs }),
    ...(latePath && { latePath }),
  }
}

/** The gravest of what some blocks say. */
export function gravestOf(blocks: readonly Block[]): Verdict {
  const verdicts = blocks.map(verdictOf)
  if (verdicts.includes('do_not_sell')) return 'do_not_sell'
  return verdicts.includes('check') ? 'check' : 'none'
}
