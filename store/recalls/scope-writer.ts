/**
 * Writes the scope of one version as it is found, a batch at a time: items with the way to each,
 * then who has them. All here is to be called in a transaction, by the one connection that writes.
 *
 * What many items have in common on their ways is written once; what is remembered of that is
 * bounded, and writing something again does no harm.
 */
import { assumptionsOf } from '#risk/assumption.ts'
import { type PathStep, type ScopeItem, TIERS } from '#risk/recall-scope.ts'
import { kindCode } from '../sqlite/codes.ts'
import type { Database, Statement } from '../sqlite/database.ts'
import { RowsStatement, type Value } from '../sqlite/rows.ts'
import {
  assumptionsCode,
  assumptionsOf as assumptionsIn,
  certaintyCode,
  tierCode,
  wayCode,
} from './codes.ts'
import type { Holding, ScopeCounts } from './recall.ts'

const KEPT_EVENTS = 20_000

export class ScopeWriter {
  readonly #database: Database
  readonly #items: RowsStatement
  readonly #holdings: RowsStatement
  readonly #way: Statement
  readonly #event: Statement
  readonly #findEvent: Statement
  readonly #tally: Statement
  readonly #counts: Statement
  /** By the step itself: ways that end alike share it. */
  #ways = new WeakMap<PathStep, number>()
  readonly #events = new Map<string, number>()

  constructor(database: Database) {
    this.#database = database
    this.#items = new RowsStatement(
      database,
      10,
      (values) =>
        `INSERT INTO scope_item (key, scope, kind, tier, assumptions, way, "by", certainty, events,
           isWhole) VALUES ${values}
         ON CONFLICT (key, scope) DO UPDATE SET tier = excluded.tier,
           assumptions = excluded.assumptions, way = excluded.way, "by" = excluded."by",
           certainty = excluded.certainty, events = excluded.events, isWhole = excluded.isWhole
         WHERE excluded.tier < scope_item.tier`,
    )
    this.#holdings = new RowsStatement(
      database,
      8,
      (values) => `INSERT OR REPLACE INTO holding VALUES ${values}`,
    )
    this.#way = database.prepare(
      'INSERT INTO scope_way (parent, key, "by", certainty, events) VALUES (?, ?, ?, ?, ?)',
    )
    this.#event = database.prepare('INSERT INTO scope_event (eventID) VALUES (?)')
    this.#findEvent = database.prepare('SELECT id FROM scope_event WHERE eventID = ?')
    this.#tally = database.prepare(
      `INSERT INTO scope_holder VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET quantity = quantity + excluded.quantity`,
    )
    this.#counts = database.prepare(
      `SELECT tier, assumptions, count(*) AS items FROM scope_item WHERE scope = ?
       GROUP BY tier, assumptions`,
    )
  }

  /** What was rolled back has no number. */
  forget(): void {
    this.#ways = new WeakMap()
    this.#events.clear()
  }

  addItems(scope: number, items: readonly ScopeItem[]): void {
    // An item that comes twice in one statement is told as it came last.
    const last = new Map<string, ScopeItem>()
    for (const item of items) {
      const known = last.get(item.key)
      if (!known || tierCode(item.tier) <= tierCode(known.tier)) last.set(item.key, item)
    }
    const values: Value[] = []
    for (const { key, kind, tier, path, pathIsWhole } of last.values()) {
      const own = path.at(-1)
      const way = this.#wayOf(path.slice(0, -1), pathIsWhole)
      const assumed = tier === 'proven' ? 0 : assumptionsCode(assumptionsOf(path))
      values.push(key, scope, kindCode(kind), tierCode(tier), assumed, way)
      values.push(wayCode(own?.by), certaintyCode(own?.certainty ?? 'observed'))
      values.push(this.#eventsOf(own?.eventIDs ?? []), pathIsWhole ? 1 : 0)
    }
    this.#items.run(values)
  }

  /** The number of the last step of a way; 0 of none. What lacks its beginning is not shared. */
  #wayOf(steps: readonly PathStep[], isWhole: boolean): number {
    const last = steps.at(-1)
    if (!last) return 0
    const known = isWhole ? this.#ways.get(last) : undefined
    if (known !== undefined) return known
    const parent = this.#wayOf(steps.slice(0, -1), isWhole)
    const { key, by, certainty, eventIDs } = last
    const made = this.#way.run(
      ...[parent, key, wayCode(by), certaintyCode(certainty), this.#eventsOf(eventIDs)],
    )
    const id = Number(made.lastInsertRowid)
    if (isWhole) this.#ways.set(last, id)
    return id
  }

  #eventsOf(eventIDs: readonly string[]): string {
    return `[${eventIDs.map((each) => this.#eventOf(each)).join()}]`
  }

  #eventOf(eventID: string): number {
    const known = this.#events.get(eventID)
    if (known !== undefined) return known
    const found: { id: number } | undefined = this.#findEvent.get(eventID)
    const id = found?.id ?? Number(this.#event.run(eventID).lastInsertRowid)
    if (this.#events.size >= KEPT_EVENTS) this.#events.clear()
    this.#events.set(eventID, id)
    return id
  }

  addHoldings(scope: number, holdings: readonly Holding[]): void {
    const values: Value[] = []
    const sums = new Map<string, readonly [Holding, number]>()
    for (const holding of holdings) {
      const { party, key, state, uom, quantity, place, certainty } = holding
      values.push(scope, party, key, state, uom, quantity, place ?? '')
      values.push(certainty === 'inferred' ? 1 : 0)
      const name = `${party} ${uom} ${state}`
      sums.set(name, [holding, (sums.get(name)?.[1] ?? 0) + quantity])
    }
    this.#holdings.run(values)
    for (const [{ party, uom, state }, sum] of sums.values()) {
      this.#tally.run(scope, party, uom, state, sum)
    }
  }

  /** What a scope comes to, counted. */
  counts(scope: number): Pick<ScopeCounts, 'tiers' | 'assumptions'> {
    const rows: { tier: number; assumptions: number; items: number }[] = this.#counts.all(scope)
    const tiers = { proven: 0, inferred: 0, possible: 0 }
    const added = new Map<string, number>()
    let all = 0
    for (const { tier, assumptions, items } of rows) {
      tiers[TIERS[tier] ?? 'possible'] += items
      all += items
      for (const name of assumptionsIn(assumptions)) {
        added.set(name, (added.get(name) ?? 0) + items)
      }
    }
    const assumptions = assumptionsIn(-1).flatMap((assumption) => {
      const items = added.get(assumption)
      return items === undefined ? [] : [{ assumption, items, without: all - items }]
    })
    return { tiers, assumptions }
  }

  /** Removes some rows of a scope that was never finished; false where there are none left. */
  sweep(scope: number, limit: number): boolean {
    const swept = (sql: string) => this.#database.prepare(sql).run(scope, limit).changes
    const removed =
      Number(
        swept(
          `DELETE FROM scope_item WHERE (key, scope) IN (SELECT key, scope FROM scope_item
             INDEXED BY scope_item_page WHERE scope = ? LIMIT ?)`,
        ),
      ) +
      Number(
        swept(
          `DELETE FROM holding WHERE (scope, party, key, state, uom) IN (
             SELECT scope, party, key, state, uom FROM holding WHERE scope = ? LIMIT ?)`,
        ),
      )
    swept('DELETE FROM scope_holder WHERE scope = ?1 AND ?2 > 0')
    return removed > 0
  }
}
