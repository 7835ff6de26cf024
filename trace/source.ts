/**
 * What a walk needs to read, and nothing else. A store implements it; the walk never knows which.
 * Times are microseconds since 1970-01-01T00:00:00Z as integers (exact in a double until 2255).
 */
import type { Action, EventType } from '#epcis/event.ts'
import type { Kind } from '#epcis/identifier.ts'

/**
 * The part an identifier plays in one event. `object` is a member of epcList or quantityList,
 * `lot` a lot that the event says its objects or outputs belong to (ilmd, or a Digital Link that
 * carries both lot and serial), `transformation` the transformationID, `device` a sensor that
 * reported.
 */
export const ROLES = [
  'object',
  'parent',
  'child',
  'input',
  'output',
  'lot',
  'transformation',
  'device',
] as const
export type Role = (typeof ROLES)[number]

/**
 * An identifier as the store knows it: `key` is the canonical key, `ref` a number unique in this
 * store and stable while it is open, dense enough for a bitmap of what was seen.
 */
export interface ItemRef {
  readonly key: string
  readonly kind: Kind
  readonly ref: number
}

/** One line of an identifier's trail: that it took part in an event, how, and in which step. */
export interface TrailRow {
  readonly item: ItemRef
  /** The event's number in this store: rises strictly with recordTime. */
  readonly eventRef: number
  readonly eventTimeUs: number
  readonly type: EventType
  readonly action: Action | undefined
  readonly role: Role
  /** CBV bare word, or the URI as given. */
  readonly bizStep: string | undefined
  /**
   * declarationTime of the errorDeclaration that voided the event; undefined while it stands. An
   * event that carries a declaration only repeats the one it voids: it does not stand either.
   */
  readonly voidedAtUs: number | undefined
  /** The keys by which the event names an item that has aliases; absent where it has none. */
  readonly namedBy?: readonly string[]
}

/**
 * One identifier in one event. A quantity without uom is a count; no quantity is an unknown
 * amount.
 */
export interface EventMember {
  readonly eventRef: number
  readonly item: ItemRef
  readonly role: Role
  readonly quantity: number | undefined
  readonly uom: string | undefined
  /** As in TrailRow. */
  readonly namedBy?: readonly string[]
}

/** What, when, where, why and who of an event, without its body. */
export interface EventSummary {
  readonly eventRef: number
  readonly eventID: string
  readonly type: EventType
  readonly action: Action | undefined
  readonly eventTimeUs: number
  readonly recordTimeUs: number
  readonly bizStep: string | undefined
  readonly disposition: string | undefined
  /** Canonical keys. */
  readonly readPoint: string | undefined
  readonly bizLocation: string | undefined
  /** The party that captured it: its slug. */
  readonly party: string
  readonly declaresError: boolean
  readonly voidedAtUs: number | undefined
}

/** Both ends included; undefined is open. */
export interface TimeWindow {
  readonly fromUs?: number | undefined
  readonly toUs?: number | undefined
}

export interface TrailSource {
  /** The items of canonical keys, in their order; undefined where no event has named the key. */
  find(keys: readonly string[]): Promise<(ItemRef | undefined)[]>

  /**
   * All trail rows of some items, in chunks of bounded size. The rows of one item come together,
   * in the order of (eventTimeUs, eventRef); the items in any order. Voided events are included.
   * An item may span chunks: a lot can have a million rows.
   */
  trail(items: readonly ItemRef[], window?: TimeWindow): AsyncIterable<readonly TrailRow[]>

  /** Members of some events that play one of some roles, events in the order asked for. */
  members(
    eventRefs: readonly number[],
    roles: readonly Role[],
  ): AsyncIterable<readonly EventMember[]>

  /** Summaries, in the order asked for. An unknown reference is a bug and throws. */
  summaries(eventRefs: readonly number[]): Promise<EventSummary[]>
}
