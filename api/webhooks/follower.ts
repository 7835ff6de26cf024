/**
 * Follows ledgers, and makes deliveries of what they tell. What entries come to and the cursor are
 * one transaction: whatever crashes in between, each entry is told once in effect.
 */
import type { Bulletin } from '#store/webhooks/bulletin.ts'
import { audienceOf } from '#store/webhooks/subscription.ts'
import type { WebhookWriter } from '#store/webhooks/writer.ts'
import type { EventSource, OutboxView } from './source.ts'

export interface FollowerParts {
  readonly writer: WebhookWriter
  readonly sources: readonly EventSource[]
  readonly nowUs: () => number
  /** There is more to deliver to these. */
  readonly onDeliveries: (subscriptions: ReadonlySet<string>) => void
}

/** One commit: bounds memory, and how long a delivery waits for it. */
const ENTRIES_AT_ONCE = 100

export class OutboxFollower {
  readonly #parts: FollowerParts

  constructor(parts: FollowerParts) {
    this.#parts = parts
    for (const source of parts.sources) this.#checkCursor(source)
  }

  /** Whatever there is to tell, once; false where there was nothing. */
  advance(): boolean {
    return this.#parts.sources.map((source) => this.#follow(source)).includes(true)
  }

  /** A ledger that ends before the cursor is another one, made anew: it is told from its start. */
  #checkCursor(source: EventSource): void {
    const { writer } = this.#parts
    if (writer.cursor(source.name) > source.last()) writer.setCursor(source.name, 0)
  }

  #follow(source: EventSource): boolean {
    const { writer, nowUs, onDeliveries } = this.#parts
    const from = writer.cursor(source.name)
    const made: Bulletin[] = []
    const view: OutboxView = {
      audiences: [...new Set([...writer.subscriptions()].map(audienceOf))],
      told: (thread) => [
        ...writer.bulletins.ofThread(thread),
        ...made.filter((each) => each.thread === thread),
      ],
    }
    const events = []
    let to = from
    for (const entry of source.after(from, ENTRIES_AT_ONCE, view)) {
      made.push(...entry.bulletins)
      events.push(...entry.events)
      to = entry.seq
    }
    if (to === from) return false
    const told = { source: source.name, from, to, events, bulletins: made }
    const subscriptions = writer.tell(told, nowUs())
    if (subscriptions.size > 0) onDeliveries(subscriptions)
    return true
  }
}
