/**
 * Events on their way into deliveries. All here is to be called in a transaction, by the one
 * connection that writes: an event, its deliveries and the cursor of the ledger that it came from
 * become durable together.
 */
import type { Database, Statement } from '../sqlite/database.ts'
import { type Facets, isWanted, type OutboxEvent } from './event.ts'
import type { DeliveryQueue } from './queue.ts'
import { audienceOf, type Subscription, statusOf } from './subscription.ts'
import type { Subscriptions } from './subscriptions.ts'

interface EventRow {
  readonly seq: number
  readonly subject: string
  readonly facets: string
}

export interface Span {
  readonly fromUs: number
  /** Not included. */
  readonly toUs: number
  /** Goes on behind this one, as the answer before has it. */
  readonly after?: number | undefined
}

export interface Replayed {
  /** Deliveries that were made. */
  readonly deliveries: number
  /** Behind which to go on; undefined once the span is through. */
  readonly next: number | undefined
}

const REPLAYED_AT_ONCE = 1000
const PRUNED_AT_ONCE = 500

export class Outbox {
  readonly #queue: DeliveryQueue
  readonly #subscriptions: Subscriptions
  readonly #cursor: Statement
  readonly #move: Statement
  readonly #event: Statement
  readonly #known: Statement
  readonly #span: Statement
  readonly #ofDelivery: Statement
  readonly #database: Database

  constructor(database: Database, queue: DeliveryQueue, subscriptions: Subscriptions) {
    this.#database = database
    this.#queue = queue
    this.#subscriptions = subscriptions
    this.#cursor = database.prepare('SELECT seq FROM cursor WHERE source = ?')
    this.#move = database.prepare(
      'INSERT INTO cursor VALUES (?1, ?2) ON CONFLICT (source) DO UPDATE SET seq = ?2',
    )
    this.#event = database.prepare(
      `INSERT OR IGNORE INTO event (id, audience, subject, atUs, facets, body)
       VALUES (?, ?, ?, ?, ?, ?) RETURNING seq`,
    )
    this.#known = database.prepare('SELECT seq FROM event WHERE id = ? AND audience = ?')
    this.#span = database.prepare(
      `SELECT seq, subject, facets FROM event
       WHERE audience = ? AND atUs >= ? AND atUs < ? AND seq > ? ORDER BY seq LIMIT ?`,
    )
    this.#ofDelivery = database.prepare(
      `SELECT event.seq, event.subject FROM delivery JOIN event ON event.seq = delivery.event
       WHERE delivery.seq = ? AND delivery.subscription = ?`,
    )
  }

  /** How far a ledger has been told; 0 at first. */
  cursor(source: string): number {
    return this.#cursor.get(source)?.seq ?? 0
  }

  moveTo(source: string, seq: number): void {
    this.#move.run(source, seq)
  }

  /**
   * Puts an event into the outbox: keeps it where a subscription wants it, and makes a delivery of
   * it to each that is at work. One that is there already makes none. Gives whom it is for.
   */
  put(event: OutboxEvent, nowUs: number): string[] {
    const wanting = [...this.#subscriptions.all()].filter(
      (each) =>
        audienceOf(each) === event.audience && isWanted(each.settings.filters, event.facets),
    )
    if (wanting.length === 0 || this.#known.get(event.id, event.audience)) return []
    const { id, audience, subject, atUs, facets, body } = event
    const { seq } = this.#event.get(id, audience, subject, atUs, JSON.stringify(facets), body)
    const told = wanting.filter(isAtWork)
    for (const subscription of told) this.#queue.add(subscription.id, seq, subject, nowUs)
    return told.map((subscription) => subscription.id)
  }

  /** The same for one subscription alone, whatever it filters; gives the delivery. */
  putFor(subscription: Subscription, event: OutboxEvent, nowUs: number): number {
    const { id, audience, subject, atUs, facets, body } = event
    const { seq } = this.#event.get(id, audience, subject, atUs, JSON.stringify(facets), body)
    return this.#queue.add(subscription.id, seq, subject, nowUs)
  }

  /** Delivers again what a delivery held, under the same webhook-id; undefined without such one. */
  replayOne(subscription: Subscription, delivery: number, nowUs: number): number | undefined {
    const row: EventRow | undefined = this.#ofDelivery.get(delivery, subscription.id)
    return row && this.#queue.add(subscription.id, row.seq, row.subject, nowUs)
  }

  /**
   * Delivers again what a subscription wants of a span, or delivers it at last, in the order in
   * which it was told; what is on its way is left so. Some at a time: call again behind `next`.
   */
  replaySpan(
    subscription: Subscription,
    { fromUs, toUs, after = 0 }: Span,
    nowUs: number,
  ): Replayed {
    const audience = audienceOf(subscription)
    const rows: EventRow[] = this.#span.all(audience, fromUs, toUs, after, REPLAYED_AT_ONCE)
    let deliveries = 0
    for (const { seq, subject, facets } of rows) {
      const isOther = !isWanted(subscription.settings.filters, JSON.parse(facets) as Facets)
      if (isOther || this.#queue.isPending(subscription.id, seq)) continue
      this.#queue.add(subscription.id, seq, subject, nowUs)
      deliveries += 1
    }
    return { deliveries, next: rows.length < REPLAYED_AT_ONCE ? undefined : rows.at(-1)?.seq }
  }

  /**
   * Lets go of some of what is done and older than a time, and of what belongs to subscriptions
   * that are gone; false where there was nothing.
   */
  prune(beforeUs: number): boolean {
    const doomed = `SELECT seq FROM delivery WHERE doneUs < ?1
      UNION ALL SELECT seq FROM delivery WHERE subscription IN (SELECT subscription FROM removed)
      LIMIT ${PRUNED_AT_ONCE}`
    this.#database.prepare(`DELETE FROM attempt WHERE delivery IN (${doomed})`).run(beforeUs)
    const { changes } = this.#database
      .prepare(`DELETE FROM delivery WHERE seq IN (${doomed})`)
      .run(beforeUs)
    const events = this.#database
      .prepare(
        `DELETE FROM event WHERE seq IN (
           SELECT seq FROM event WHERE atUs < ?1
             AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.event = event.seq)
           ORDER BY seq LIMIT ${PRUNED_AT_ONCE})`,
      )
      .run(beforeUs)
    if (changes === 0) this.#database.exec('DELETE FROM removed')
    return changes > 0 || events.changes > 0
  }
}

const isAtWork = (subscription: Subscription) =>
  ['active', 'paused'].includes(statusOf(subscription))
