/**
 * What is heard of goods of a scope after it was traced: a lot in its range that came in late, and
 * what was made of recalled things since. It is blocked with the scope, until a version that has it
 * comes into force. All here is to be called in a transaction, by the one connection that writes.
 */
import { type Neighbour, TIERS, type Tier } from '#risk/recall-scope.ts'
import { lotIn, type Suspect } from '#risk/suspect.ts'
import type { Database, Statement } from '../sqlite/database.ts'
import { tierCode, tierOf } from './codes.ts'

/** One thing that belongs to a scope, and was not known when that was traced. */
export interface LateGoods {
  readonly scope: number
  readonly key: string
  /** `inferred` or `possible`: no person has looked at it yet. */
  readonly tier: Exclude<Tier, 'proven'>
  /** Of what may be as bad though no event says so, why; undefined of all else. */
  readonly assumption: Neighbour['reason'] | undefined
  /** Keys from what is in the scope to the thing. */
  readonly path: readonly string[]
  /** The event that told of it. */
  readonly eventID: string
}

/** Something that a scope has, known from its tracing or since. */
export interface InScope {
  readonly key: string
  readonly scope: number
  readonly tier: Tier
}

/** A scope that assumes what was made beside suspected lots, and the products of those. */
export interface Assuming {
  readonly scope: number
  readonly products: readonly string[]
}

/** How far events were looked at: for all scopes, or for one that was traced a while before. */
export interface FollowedTo {
  readonly eventRef: number
  readonly scope?: number
  /** Of one scope: the last event that was looked at for the others. */
  readonly upTo?: number
}

/** Scopes that are followed: those in force, and those that may come into force. */
const FOLLOWED = `scope_version.state = 'known' AND recall.state <> 'cancelled'
  AND scope_version.version >= recall.version`

const inScope = (table: 'scope_item' | 'scope_late') => `
  SELECT goods.key, goods.scope, goods.tier FROM json_each(?1) AS wanted
  CROSS JOIN ${table} AS goods ON goods.key = wanted.value
  CROSS JOIN scope_version ON scope_version.scope = goods.scope
  CROSS JOIN recall ON recall.seq = scope_version.recall
  WHERE ${FOLLOWED}`

export class LateGoodsWriter {
  readonly #known: Statement
  readonly #suspects: Statement
  readonly #suspected: Statement
  readonly #assuming: Statement
  readonly #add: Statement
  readonly #better: Statement
  readonly #count: Statement
  readonly #note: Statement
  readonly #behind: Statement
  readonly #isBehind: Statement
  readonly #caughtUp: Statement
  readonly #moveBehind: Statement
  readonly #forgetLeft: Statement
  readonly #any: Statement
  readonly #to: Statement
  readonly #move: Statement

  constructor(database: Database) {
    this.#known = database.prepare(`${inScope('scope_item')} UNION ALL ${inScope('scope_late')}`)
    this.#suspects = database.prepare(
      `SELECT scope_version.scope, scope_suspect.suspect FROM json_each(?) AS wanted
       CROSS JOIN scope_suspect ON scope_suspect.product = wanted.value
       CROSS JOIN scope_version ON scope_version.recall = scope_suspect.recall
         AND scope_version.version = scope_suspect.version
       CROSS JOIN recall ON recall.seq = scope_version.recall WHERE ${FOLLOWED}`,
    )
    // What is suspected itself is the whole of its way.
    this.#suspected = database.prepare(
      `${inScope('scope_item')} AND goods.way = 0 AND goods."by" = 0 AND goods.isWhole = 1
       UNION ALL ${inScope('scope_late')} AND json_array_length(goods.path) = 1`,
    )
    this.#assuming = database.prepare(
      `SELECT scope_version.scope, scope_version.suspects FROM scope_version
       JOIN recall ON recall.seq = scope_version.recall
       WHERE ${FOLLOWED} AND json_extract(scope_version.assume, '$.sameLineAndDay')`,
    )
    this.#add = database.prepare(
      `INSERT OR IGNORE INTO scope_late (scope, key, tier, path, eventID, atUs, assumption)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#better = database.prepare(
      'UPDATE scope_late SET tier = ?3 WHERE scope = ?1 AND key = ?2 AND tier > ?3',
    )
    this.#count = database.prepare('SELECT count(*) AS count FROM scope_late WHERE scope = ?')
    this.#note = database.prepare(
      `INSERT INTO scope_change (first, count, scope, late)
       SELECT coalesce((SELECT first + count FROM scope_change ORDER BY first DESC LIMIT 1), 1),
         ?2, ?1, ?3`,
    )
    this.#behind = database.prepare('INSERT OR REPLACE INTO scope_behind VALUES (?, ?)')
    this.#isBehind = database.prepare(
      `SELECT scope_behind.scope, scope_behind.eventRef FROM scope_behind
         JOIN scope_version ON scope_version.scope = scope_behind.scope
       WHERE scope_version.state = 'known' LIMIT 1`,
    )
    this.#caughtUp = database.prepare('DELETE FROM scope_behind WHERE scope = ?')
    this.#moveBehind = database.prepare('UPDATE scope_behind SET eventRef = ?2 WHERE scope = ?1')
    this.#forgetLeft = database.prepare(
      'DELETE FROM scope_behind WHERE scope IN (SELECT scope FROM scope_left)',
    )
    this.#any = database.prepare(
      `SELECT 1 FROM scope_version JOIN recall ON recall.seq = scope_version.recall
       WHERE ${FOLLOWED} LIMIT 1`,
    )
    this.#to = database.prepare('SELECT eventRef FROM scope_followed')
    this.#move = database.prepare('UPDATE scope_followed SET eventRef = ?')
  }

  /** What scopes that are followed have of some keys. */
  known(keys: readonly string[]): InScope[] {
    return inScopeOf(this.#known, keys)
  }

  /** Of some keys what is suspected itself, by scopes that are followed. */
  suspected(keys: readonly string[]): InScope[] {
    return inScopeOf(this.#suspected, keys)
  }

  /** Those that are followed. One suspected serial has nothing beside it. */
  assuming(): Assuming[] {
    const rows: { scope: number; suspects: string }[] = this.#assuming.all()
    return rows.map((row) => {
      const suspects: Suspect[] = JSON.parse(row.suspects)
      const products = suspects.flatMap((suspect) => {
        return suspect.kind === 'key' ? (lotIn(suspect.key)?.product ?? []) : suspect.product
      })
      return { scope: row.scope, products: [...new Set(products)] }
    })
  }

  /** Ranges of lots and times of making that are suspected of some products. */
  suspects(products: readonly string[]): { readonly scope: number; readonly suspect: Suspect }[] {
    const rows: { scope: number; suspect: string }[] = this.#suspects.all(JSON.stringify(products))
    return rows.map(({ scope, suspect }) => ({ scope, suspect: JSON.parse(suspect) }))
  }

  /** Adds goods; gives of each scope with new ones the number of its first, and how many. */
  add(
    goods: readonly LateGoods[],
    nowUs: number,
  ): Map<number, { readonly first: number; readonly count: number }> {
    const added = new Map<number, { first: number; count: number }>()
    for (const { scope, key, tier, path, eventID, assumption } of goods) {
      const code = tierCode(tier)
      const way = JSON.stringify(path)
      const done = this.#add.run(scope, key, code, way, eventID, nowUs, assumption ?? null)
      if (done.changes === 0) {
        this.#better.run(scope, key, code)
        continue
      }
      const its = added.get(scope) ?? { first: Number(done.lastInsertRowid), count: 0 }
      added.set(scope, { ...its, count: its.count + 1 })
    }
    return added
  }

  count(scope: number): number {
    return this.#count.get(scope).count
  }

  /** Notes that so many late goods are blocked now, or are not any more: those from one on. */
  note(scope: number, first = 0, count = this.count(scope)): void {
    if (count > 0) this.#note.run(scope, count, first)
  }

  /** A scope begins to be traced, and events behind this one may not be in it. */
  begin(scope: number, eventRef: number): void {
    this.#behind.run(scope, eventRef)
    // What nobody followed in the meantime need not be gone through.
    if (this.#any.get() === undefined) this.#move.run(eventRef)
  }

  /** What was begun and left is not followed. */
  forgetLeft(): void {
    this.#forgetLeft.run()
  }

  /** Where to go on; undefined where nothing is followed. */
  followedTo(): FollowedTo | undefined {
    if (this.#any.get() === undefined) return undefined
    const { eventRef: upTo } = this.#to.get()
    const behind: { scope: number; eventRef: number } | undefined = this.#isBehind.get()
    return behind ? { ...behind, upTo } : { eventRef: upTo }
  }

  /** Events up to one were looked at; `isEnd`: nothing is behind it. */
  followed({ scope, upTo = 0 }: FollowedTo, eventRef: number, isEnd: boolean): void {
    if (scope === undefined) this.#move.run(eventRef)
    else if (isEnd || eventRef >= upTo) this.#caughtUp.run(scope)
    else this.#moveBehind.run(scope, eventRef)
  }
}

function inScopeOf(statement: Statement, keys: readonly string[]): InScope[] {
  if (keys.length === 0) return []
  const rows: { key: string; scope: number; tier: number }[] = statement.all(JSON.stringify(keys))
  return rows.map((row) => ({ ...row, tier: tierOf(row.tier) }))
}

/** The graver of two tiers of late goods. */
export function atMostInferred(...tiers: readonly Tier[]): LateGoods['tier'] {
  const worst = Math.max(...tiers.map((tier) => TIERS.indexOf(tier)))
  return worst > TIERS.indexOf('inferred') ? 'possible' : 'inferred'
}
