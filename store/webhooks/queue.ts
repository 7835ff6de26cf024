/**
 * The deliveries: which may be sent, what became of them, and which come next. The deliveries of
 * one subject to one subscription go one after the other, in the order in which they were made.
 * All here is to be called in a transaction, by the one connection that writes.
 */
import type { Database, Statement } from '../sqlite/database.ts'
import type { DeadCode, Outcome, Ready } from './delivery.ts'

export class DeliveryQueue {
  readonly #isTaken: Statement
  readonly #insert: Statement
  readonly #ready: Statement
  readonly #nextDue: Statement
  readonly #attempt: Statement
  readonly #done: Statement
  readonly #again: Statement
  readonly #promote: Statement
  readonly #kill: Statement
  readonly #isPending: Statement
  readonly #expired: Statement
  readonly #subjects: Statement

  constructor(database: Database) {
    const pending = "state IN ('ready', 'waiting')"
    this.#isTaken = database.prepare(
      `SELECT 1 FROM delivery WHERE subscription = ? AND subject = ? AND ${pending} LIMIT 1`,
    )
    this.#insert = database.prepare(
      `INSERT INTO delivery (subscription, event, subject, state, attempts, createdUs, dueUs)
       VALUES (?1, ?2, ?3, ?4, 0, ?5, ?5) RETURNING seq`,
    )
    this.#ready = database.prepare(
      `SELECT delivery.seq, event.id, delivery.attempts, delivery.createdUs, event.body
       FROM delivery JOIN event ON event.seq = delivery.event
       WHERE subscription = ? AND state = 'ready' AND dueUs <= ? ORDER BY dueUs, delivery.seq
       LIMIT ?`,
    )
    this.#nextDue = database.prepare(
      `SELECT min(dueUs) AS dueUs FROM delivery
       WHERE subscription = ? AND state = 'ready' AND dueUs > ?`,
    )
    this.#attempt = database.prepare(
      `INSERT OR REPLACE INTO attempt (delivery, n, atUs, ms, code, status)
       SELECT seq, attempts + 1, ?2, ?3, ?4, ?5 FROM delivery WHERE seq = ?1`,
    )
    this.#done = database.prepare(
      `UPDATE delivery SET state = ?2, code = ?3, doneUs = ?4, attempts = attempts + 1
       WHERE seq = ?1 AND state = 'ready' RETURNING subscription, subject`,
    )
    this.#again = database.prepare(
      `UPDATE delivery SET code = ?2, dueUs = ?3, attempts = attempts + 1
       WHERE seq = ?1 AND state = 'ready'`,
    )
    this.#promote = database.prepare(
      `UPDATE delivery SET state = 'ready', dueUs = ?3 WHERE seq = (
         SELECT seq FROM delivery WHERE subscription = ?1 AND subject = ?2
           AND state IN ('ready', 'waiting') ORDER BY seq LIMIT 1) AND state = 'waiting'`,
    )
    this.#kill = database.prepare(
      `UPDATE delivery SET state = 'dead', code = ?2, doneUs = ?3
       WHERE subscription = ?1 AND ${pending}`,
    )
    this.#isPending = database.prepare(
      `SELECT 1 FROM delivery WHERE subscription = ? AND event = ? AND ${pending} LIMIT 1`,
    )
    this.#expired = database.prepare(
      `UPDATE delivery SET state = 'dead', code = 'expired', doneUs = ?3
       WHERE subscription = ?1 AND ${pending} AND createdUs < ?2`,
    )
    this.#subjects = database.prepare(
      `SELECT DISTINCT subject FROM delivery WHERE subscription = ? AND state = 'waiting'`,
    )
  }

  /** Makes a delivery; gives its number. */
  add(subscription: string, event: number, subject: string, nowUs: number): number {
    const state = this.#isTaken.get(subscription, subject) ? 'waiting' : 'ready'
    return this.#insert.get(subscription, event, subject, state, nowUs).seq
  }

  isPending(subscription: string, event: number): boolean {
    return this.#isPending.get(subscription, event) !== undefined
  }

  /** Those whose time has come, the longest due first. */
  ready(subscription: string, nowUs: number, limit: number): Ready[] {
    return this.#ready.all(subscription, nowUs, limit)
  }

  /** When the next is due after a time; undefined where none is. */
  nextDueUs(subscription: string, afterUs: number): number | undefined {
    return this.#nextDue.get(subscription, afterUs).dueUs ?? undefined
  }

  settle({ delivery, attempt, verdict }: Outcome): void {
    const { seq } = delivery
    const { atUs, ms, code, status } = attempt
    this.#attempt.run(seq, atUs, ms, code, status ?? null)
    if (verdict.kind === 'again') {
      this.#again.run(seq, code, verdict.dueUs)
      return
    }
    const doneUs = atUs + ms * 1000
    const told = verdict.kind === 'dead' ? verdict.code : code
    const row = this.#done.get(seq, verdict.kind, told, doneUs)
    // Its webhook may have been disabled or removed while it was under way.
    if (row) this.#promote.run(row.subscription, row.subject, doneUs)
  }

  /** Gives up all that a subscription has yet to be sent. */
  giveUp(subscription: string, code: DeadCode, nowUs: number): void {
    this.#kill.run(subscription, code, nowUs)
  }

  /** Gives up what is older; what comes behind it of the same subject goes on. */
  expire(subscription: string, beforeUs: number, nowUs: number): void {
    const { changes } = this.#expired.run(subscription, beforeUs, nowUs)
    if (changes > 0) this.#promoteAll(subscription, nowUs)
  }

  #promoteAll(subscription: string, nowUs: number): void {
    for (const { subject } of this.#subjects.all(subscription)) {
      this.#promote.run(subscription, subject, nowUs)
    }
  }
}
