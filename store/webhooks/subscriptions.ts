/** The subscriptions and the keys that sign for them, on the one connection that writes. */
import type { Database, Statement } from '../sqlite/database.ts'
import { keyOfRow, type SubscriptionRow, subscriptionOf } from './rows.ts'
import type { KeyKind, SigningKey, Subscription } from './subscription.ts'

export class Subscriptions {
  readonly #database: Database
  readonly #all: Statement
  readonly #put: Statement
  readonly #keys: Statement
  readonly #addKey: Statement
  readonly #endKeys: Statement
  /** Read once, and again after each change: nobody else writes. */
  #known: ReadonlyMap<string, Subscription> | undefined

  constructor(database: Database) {
    this.#database = database
    this.#all = database.prepare('SELECT * FROM subscription ORDER BY createdUs, id')
    this.#put = database.prepare(
      `INSERT INTO subscription VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
       ON CONFLICT (id) DO UPDATE SET settings = ?3, changedUs = ?6, isVerified = ?7,
         allowedRate = ?8, disabledFor = ?9, failingSinceUs = ?10, notBeforeUs = ?11`,
    )
    this.#keys = database.prepare(
      `SELECT kind, secret, createdUs, endsUs FROM signing_key
       WHERE subscription = ? AND (endsUs IS NULL OR endsUs > ?)
       ORDER BY kind, createdUs DESC, rowid DESC`,
    )
    this.#addKey = database.prepare('INSERT INTO signing_key VALUES (?, ?, ?, NULL, ?)')
    this.#endKeys = database.prepare(
      `DELETE FROM signing_key
       WHERE subscription = ?1 AND kind = ?2 AND (endsUs IS NOT NULL OR ?3 <= ?4)`,
    )
  }

  /** In the order in which they were made. */
  all(): Iterable<Subscription> {
    return this.#map().values()
  }

  get(id: string): Subscription | undefined {
    return this.#map().get(id)
  }

  put(subscription: Subscription): void {
    const { id, party, settings, createdBy, createdUs, changedUs, ...state } = subscription
    this.#put.run(
      ...[id, party ?? null, JSON.stringify(settings), createdBy, createdUs, changedUs],
      ...[Number(state.isVerified), state.allowedRate ?? null, state.disabledFor ?? null],
      ...[state.failingSinceUs ?? null, state.notBeforeUs],
    )
    this.#known = undefined
  }

  /** Removes it with its keys; what was to be delivered goes later, some at a time. */
  remove(id: string): boolean {
    const { changes } = this.#database.prepare('DELETE FROM subscription WHERE id = ?').run(id)
    if (changes === 0) return false
    this.#database.prepare('DELETE FROM signing_key WHERE subscription = ?').run(id)
    this.#database.prepare('INSERT OR IGNORE INTO removed VALUES (?)').run(id)
    this.#known = undefined
    return true
  }

  /** Those that sign at a time: of each kind the newest first. */
  keys(id: string, nowUs: number): SigningKey[] {
    return this.#keys.all(id, nowUs).map(keyOfRow)
  }

  /**
   * Adds a key. The one before it goes on until `endsUs`, or ends at once where that is past; one
   * that was ending already ends now, so that there are two at most.
   */
  addKey(id: string, kind: KeyKind, secret: Uint8Array, nowUs: number, endsUs: number): void {
    this.#endKeys.run(id, kind, endsUs, nowUs)
    this.#database
      .prepare('UPDATE signing_key SET endsUs = ?3 WHERE subscription = ?1 AND kind = ?2')
      .run(id, kind, endsUs)
    this.#addKey.run(id, kind, nowUs, secret)
  }

  /** What is in memory may not be what is on disk: after a transaction that did not commit. */
  forget(): void {
    this.#known = undefined
  }

  #map(): ReadonlyMap<string, Subscription> {
    const rows = (): SubscriptionRow[] => this.#all.all()
    this.#known ??= new Map(rows().map((row) => [row.id, subscriptionOf(row)]))
    return this.#known
  }
}
