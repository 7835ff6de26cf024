/** Pages of a scope: its items in the order of their tiers, the way to one, and who has them. */
import type { PathStep } from '#risk/recall-scope.ts'
import { kindOf } from '../sqlite/codes.ts'
import type { Database } from '../sqlite/database.ts'
import { assumptionsOf, certaintyOf, tierCode, tierOf, wayOf } from './codes.ts'
import type {
  Holding,
  HoldingPlace,
  PagedEntry,
  ScopeEntry,
  ScopeEntryWithPath,
  ScopeQuery,
} from './recall.ts'

interface ItemRow {
  key: string
  kind: number
  tier: number
  assumptions: number
  isWhole: number
}

interface StepRow {
  key: string
  by: number
  certainty: number
  events: string
}

interface ItemWithWayRow extends ItemRow, StepRow {
  way: number
}

interface HoldingRow extends Omit<Holding, 'certainty' | 'place'> {
  place: string
  isInferred: number
}

const LONGEST_WAY = 200
const LAST_TIER = 9

export function scopePages(database: Database) {
  const page = database.prepare(
    `SELECT * FROM scope_item INDEXED BY scope_item_page
     WHERE scope = ?1 AND (tier, assumptions, key) > (?2, ?3, ?4) AND tier <= ?5
     ORDER BY tier, assumptions, key LIMIT ?6`,
  )
  const one = database.prepare(
    `SELECT scope_item.* FROM json_each(?1) AS wanted
     CROSS JOIN scope_item ON scope_item.key = wanted.value AND scope_item.scope = ?2
     ORDER BY tier LIMIT 1`,
  )
  const way = database.prepare(
    `WITH RECURSIVE step (id, depth) AS (
       SELECT ?1, 0 UNION ALL
       SELECT scope_way.parent, depth + 1 FROM scope_way JOIN step ON scope_way.id = step.id
       WHERE scope_way.parent > 0 AND depth < ${LONGEST_WAY})
     SELECT scope_way.key, scope_way."by", scope_way.certainty, scope_way.events
     FROM step JOIN scope_way ON scope_way.id = step.id ORDER BY step.depth DESC`,
  )
  const names = database.prepare(
    `SELECT eventID FROM json_each(?) AS wanted JOIN scope_event ON scope_event.id = wanted.value
     ORDER BY wanted.key`,
  )
  const held = database.prepare(
    `SELECT party, key, state, uom, quantity, place, isInferred FROM holding
     WHERE scope = ? AND party = ? AND (key, state, uom) > (?, ?, ?)
     ORDER BY key, state, uom LIMIT ?`,
  )
  const where = database.prepare(
    `SELECT holding.party, key, state, uom, quantity, place, isInferred FROM
       (SELECT DISTINCT party FROM scope_holder WHERE scope = ?1) AS holder
     CROSS JOIN holding ON holding.scope = ?1 AND holding.party = holder.party
       AND holding.key = ?2 ORDER BY holding.party`,
  )
  const stepOf = ({ key, by, certainty, events }: StepRow): PathStep => {
    const found: { eventID: string }[] = names.all(events)
    const eventIDs = found.map(({ eventID }) => eventID)
    return { key, by: wayOf(by), certainty: certaintyOf(certainty), eventIDs }
  }
  const wayTo = (last: number): PathStep[] => {
    const rows: StepRow[] = last === 0 ? [] : way.all(last)
    return rows.map(stepOf)
  }
  const rowsOf = (scope: number, { tier, after, limit }: ScopeQuery): ItemWithWayRow[] => {
    const [from, to] = tier === undefined ? [0, LAST_TIER] : [tierCode(tier), tierCode(tier)]
    const place = after ?? { tier: from, assumptions: -1, key: '' }
    return page.all(scope, place.tier, place.assumptions, place.key, to, limit)
  }
  return {
    items: (scope: number, query: ScopeQuery): PagedEntry[] => rowsOf(scope, query).map(pagedOf),
    itemsWithPaths(scope: number, query: ScopeQuery): (PagedEntry & ScopeEntryWithPath)[] {
      const rows = rowsOf(scope, query)
      const shared = new Map<number, PathStep[]>()
      return rows.map((row) => {
        const before = shared.get(row.way) ?? wayTo(row.way)
        shared.set(row.way, before)
        return { path: [...before, stepOf(row)], ...pagedOf(row) }
      })
    },
    item(scope: number, keys: readonly string[]): ScopeEntryWithPath | undefined {
      const row: ItemWithWayRow | undefined = one.get(JSON.stringify(keys), scope)
      if (!row) return undefined
      return { ...entryOf(row), path: [...wayTo(row.way), stepOf(row)] }
    },
    holdings(
      scope: number,
      party: string,
      { after, limit }: { limit: number; after?: HoldingPlace | undefined },
    ): Holding[] {
      const place = [after?.key ?? '', after?.state ?? '', after?.uom ?? '']
      const rows: HoldingRow[] = held.all(scope, party, ...place, limit)
      return rows.map(holdingOf)
    },
    holdingsOf(scope: number, key: string): Holding[] {
      const rows: HoldingRow[] = where.all(scope, key)
      return rows.map(holdingOf)
    },
  }
}

function pagedOf(row: ItemRow): PagedEntry {
  const { tier, assumptions, key } = row
  return { at: { tier, assumptions, key }, ...entryOf(row) }
}

function entryOf({ key, kind, tier, assumptions, isWhole }: ItemRow): ScopeEntry {
  return {
    key,
    kind: kindOf(kind),
    tier: tierOf(tier),
    assumptions: assumptionsOf(assumptions),
    pathIsWhole: isWhole === 1,
  }
}

function holdingOf({ isInferred, place, ...row }: HoldingRow): Holding {
  return {
    ...row,
    place: place === '' ? undefined : place,
    certainty: isInferred === 1 ? 'inferred' : 'observed',
  }
}
