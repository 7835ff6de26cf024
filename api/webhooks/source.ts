/**
 * Where events come from: a ledger whose entries are numbered and never change. Whatever else is to
 * be told by webhooks, recalls for one, is one more source beside that of alerts, with a cursor of
 * its own; an entry is told in the order of its number, and once in effect.
 */
import type { Bulletin, Published } from '#store/webhooks/bulletin.ts'
import type { OutboxEvent } from '#store/webhooks/event.ts'

/** What one entry comes to. */
export interface Entry {
  readonly seq: number
  /** One for each audience that it concerns. */
  readonly events: readonly OutboxEvent[]
  /** What the public is told. */
  readonly bulletins: readonly Bulletin[]
}

/** What is known of the outbox while entries are looked at. */
export interface OutboxView {
  /** `all`, or `party:` and a slug: those that somebody has subscribed as. */
  readonly audiences: readonly string[]
  /** What the public was told of a matter so far, these entries included. */
  told(thread: string): readonly (Bulletin | Published)[]
}

export interface EventSource {
  /** Names its cursor: never to be changed. */
  readonly name: string
  /** The number of its last entry; 0 before the first. */
  last(): number
  /** Entries behind a number, in their order. */
  after(seq: number, limit: number, view: OutboxView): readonly Entry[]
}
