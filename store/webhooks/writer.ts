/**
 * The one writer of webhooks.db. What a ledger tells, the deliveries that come of it and how far it
 * has been told become durable together or not at all; so do the outcomes of attempts.
 */
import { type Database, openDatabase, transaction } from '../sqlite/database.ts'
import type { Bulletin } from './bulletin.ts'
import { Bulletins } from './bulletins.ts'
import type { Outcome, Ready } from './delivery.ts'
import type { OutboxEvent } from './event.ts'
import { Outbox, type Replayed, type Span } from './outbox.ts'
import { DeliveryQueue } from './queue.ts'
import { type WebhookReader, webhookReader } from './reader.ts'
import { migrations } from './schema.ts'
import type { DisabledFor, KeyKind, SigningKey, Subscription } from './subscription.ts'
import { Subscriptions } from './subscriptions.ts'

/** What some entries of a ledger come to. */
export interface Told {
  readonly source: string
  /** The cursor that it was made as of, and the one behind it. */
  readonly from: number
  readonly to: number
  readonly events: readonly OutboxEvent[]
  readonly bulletins: readonly Bulletin[]
}

/** Another writer has moved the cursor meanwhile: there may be one only. */
export class CursorMoved extends Error {
  override readonly name = 'CursorMoved'
}

/** What attempts say of a receiver. */
export type Lesson = Partial<Pick<Subscription, 'failingSinceUs' | 'notBeforeUs' | 'disabledFor'>>

type State = Pick<
  Subscription,
  'isVerified' | 'allowedRate' | 'disabledFor' | 'failingSinceUs' | 'notBeforeUs'
>

export class WebhookWriter {
  readonly reader: WebhookReader
  readonly bulletins: Bulletins
  readonly #database: Database
  readonly #subscriptions: Subscriptions
  readonly #queue: DeliveryQueue
  readonly #outbox: Outbox

  /** Opens the file, making it where it is missing; `name` names the server from then on. */
  constructor(file: string, name: () => string) {
    this.#database = openDatabase(file, { migrations, cacheMiB: 32, checkpointMiB: 16 })
    this.#database.prepare('INSERT OR IGNORE INTO server VALUES (1, ?)').run(name())
    this.#subscriptions = new Subscriptions(this.#database)
    this.#queue = new DeliveryQueue(this.#database)
    this.#outbox = new Outbox(this.#database, this.#queue, this.#subscriptions)
    this.bulletins = new Bulletins(this.#database)
    this.reader = webhookReader(this.#database)
  }

  /** What names this server among others, where no public URL does. */
  serverName(): string {
    return this.#database.prepare('SELECT name FROM server').get().name
  }

  subscriptions(): Iterable<Subscription> {
    return this.#subscriptions.all()
  }

  subscription(id: string): Subscription | undefined {
    return this.#subscriptions.get(id)
  }

  keys(id: string, nowUs: number): SigningKey[] {
    return this.#subscriptions.keys(id, nowUs)
  }

  cursor(source: string): number {
    return this.#outbox.cursor(source)
  }

  /** Sets back the cursor of a ledger that was made anew. */
  setCursor(source: string, seq: number): void {
    this.#transaction(() => this.#outbox.moveTo(source, seq))
  }

  /**
   * Writes what some entries of a ledger come to. Gives the subscriptions that there is more to
   * deliver to.
   * @throws CursorMoved
   */
  tell({ source, from, to, events, bulletins }: Told, nowUs: number): Set<string> {
    return this.#transaction(() => {
      if (this.#outbox.cursor(source) !== from) throw new CursorMoved(`${source} is told elsewhere`)
      for (const bulletin of bulletins) this.bulletins.put(bulletin)
      const told = events.flatMap((event) => this.#outbox.put(event, nowUs))
      this.#outbox.moveTo(source, to)
      return new Set(told)
    })
  }

  /** Makes a subscription with the keys that sign for it. */
  create(subscription: Subscription, keys: ReadonlyMap<KeyKind, Uint8Array>, nowUs: number): void {
    this.#transaction(() => {
      this.#subscriptions.put(subscription)
      for (const [kind, key] of keys) {
        this.#subscriptions.addKey(subscription.id, kind, key, nowUs, nowUs)
      }
    })
  }

  /** Another URL has to be asked first whether it wants this. */
  update(id: string, settings: Subscription['settings'], nowUs: number): void {
    this.#change(id, (before) => {
      const isOther = before.settings.url !== settings.url
      const state = isOther ? { isVerified: false, allowedRate: undefined } : {}
      return { ...before, ...state, settings, changedUs: nowUs }
    })
  }

  setState(id: string, state: Partial<State>): void {
    this.#change(id, (before) => ({ ...before, ...state }))
  }

  /** Sends it nothing more, and gives up what it was to be sent. */
  disable(id: string, disabledFor: DisabledFor, nowUs: number): void {
    this.#transaction(() => {
      const before = this.#subscriptions.get(id)
      if (!before) return
      this.#subscriptions.put({ ...before, disabledFor })
      this.#queue.giveUp(id, 'disabled', nowUs)
    })
  }

  remove(id: string): boolean {
    return this.#transaction(() => this.#subscriptions.remove(id))
  }

  /** Puts a key in the place of another, which signs beside it until `endsUs`. */
  rotate(id: string, kind: KeyKind, key: Uint8Array, nowUs: number, endsUs: number): void {
    this.#transaction(() => this.#subscriptions.addKey(id, kind, key, nowUs, endsUs))
  }

  /** Delivers an event to one subscription alone; gives the number of the delivery. */
  tellOne(subscription: Subscription, event: OutboxEvent, nowUs: number): number {
    return this.#transaction(() => this.#outbox.putFor(subscription, event, nowUs))
  }

  replayOne(subscription: Subscription, delivery: number, nowUs: number): number | undefined {
    return this.#transaction(() => this.#outbox.replayOne(subscription, delivery, nowUs))
  }

  replaySpan(subscription: Subscription, span: Span, nowUs: number): Replayed {
    return this.#transaction(() => this.#outbox.replaySpan(subscription, span, nowUs))
  }

  ready(subscription: string, nowUs: number, limit: number): Ready[] {
    return this.#queue.ready(subscription, nowUs, limit)
  }

  nextDueUs(subscription: string, afterUs: number): number | undefined {
    return this.#queue.nextDueUs(subscription, afterUs)
  }

  /** Writes what attempts came to, and what they say of their receivers, as one. */
  settle(outcomes: readonly Outcome[], lessons: ReadonlyMap<string, Lesson>, nowUs: number): void {
    this.#transaction(() => {
      for (const outcome of outcomes) this.#queue.settle(outcome)
      for (const [id, lesson] of lessons) {
        const before = this.#subscriptions.get(id)
        if (before) this.#subscriptions.put({ ...before, ...lesson })
        if (lesson.disabledFor) this.#queue.giveUp(id, 'disabled', nowUs)
      }
    })
  }

  /** Gives up what a subscription could not be sent since a time. */
  expire(subscription: string, beforeUs: number, nowUs: number): void {
    this.#transaction(() => this.#queue.expire(subscription, beforeUs, nowUs))
  }

  /** Lets go of some of what is older than a time; false where there was nothing. */
  prune(beforeUs: number): boolean {
    return this.#transaction(() => this.#outbox.prune(beforeUs))
  }

  close(): void {
    this.#database.close()
  }

  #change(id: string, change: (before: Subscription) => Subscription): void {
    this.#transaction(() => {
      const before = this.#subscriptions.get(id)
      if (before) this.#subscriptions.put(change(before))
    })
  }

  #transaction<T>(work: () => T): T {
    try {
      return transaction(this.#database, work)
    } catch (error) {
      this.#subscriptions.forget()
      throw error
    }
  }
}
