/**
 * The contract of a trail store: events, trails, links and telemetry. Two implementations keep it,
 * SQLite (sqlite/) and InfluxDB (influx/); test/store/trail-contract.ts is what they both pass.
 *
 * Promises of every implementation:
 * - an event is unique by (eventID; whether it carries an errorDeclaration; the capturing party):
 *   applying it again changes nothing and is told as a repeat;
 * - a batch and the follower's cursor become durable together or not at all;
 * - once `apply` has resolved, a crash loses nothing of it, and every later read sees it.
 */
import type { Action, EventType } from '#epcis/event.ts'
import type { Kind } from '#epcis/identifier.ts'
import type { EventSummary, Role, TimeWindow, TrailSource } from '#trace/source.ts'

/** A place in the journal: a byte offset that only grows. 0 is its beginning. */
export type JournalPosition = number

/** An identifier as one event names it: `key` canonical (the store keeps one item a key). */
export interface NewMember {
  readonly key: string
  readonly kind: Kind
  readonly role: Role
  readonly quantity?: number | undefined
  readonly uom?: string | undefined
}

/**
 * A validated event to store. `body` is its JSON text, eventID included, recordTime not. All text
 * is well-formed Unicode without U+0000.
 */
export interface NewEvent {
  readonly eventID: string
  /** The slug of the party that captured it. */
  readonly party: string
  /** Not before that of an event stored earlier; where it is, the event gets that one's. */
  readonly recordTimeUs: number
  readonly eventTimeUs: number
  readonly type: EventType
  readonly action: Action | undefined
  readonly bizStep: string | undefined
  readonly disposition: string | undefined
  /** Canonical keys. */
  readonly readPoint: string | undefined
  readonly bizLocation: string | undefined
  /**
   * declarationTime when the event carries an errorDeclaration. It voids the party's event of the
   * same eventID, whichever of both comes first.
   */
  readonly declaredAtUs: number | undefined
  readonly members: readonly NewMember[]
  readonly body: string
  /** JSON text of the @context that the prefixes in the body need; undefined for GS1's own. */
  readonly context: string | undefined
  /** Codes of what is odd but kept, such as a failed check digit. */
  readonly warnings: readonly string[]
}

/**
 * One value of one sensor. Points are unique by (device, type, component, uom, party, timeUs): the
 * last one wins, and no party's points touch another's.
 */
export interface Reading {
  /** Canonical key of the sensor: its EPC, or `urn:suyuan:device:{party}:{device}`. */
  readonly device: string
  /** Measurement type as EPCIS names it, such as `Temperature`. */
  readonly type: string
  /** '' where there is none. */
  readonly component: string
  /** UN/ECE Rec. 20 code such as `CEL`; '' where there is none. */
  readonly uom: string
  readonly timeUs: number
  readonly value: number
  readonly party: string
  /** Where it was measured: a place's key, or party/site of the device. No part of its identity. */
  readonly site?: string
}

/**
 * What the readings of one minute of a series came to, where they are no longer kept. It comes
 * before all readings of its series that are.
 */
export interface SummedMinute extends Omit<Reading, 'value' | 'site'> {
  readonly total: number
  readonly least: number
  readonly most: number
  readonly n: number
}

/** What a follower remembers from one message to the next. No text at all forgets it. */
export interface Note {
  readonly key: string
  readonly text: string | undefined
}

export interface TrailBatch {
  readonly events: readonly NewEvent[]
  readonly readings: readonly Reading[]
  /**
   * Of one store for another. One that does not come before all readings of its series is refused,
   * as is from then on a reading that comes before its end.
   */
  readonly minutes?: readonly SummedMinute[]
  /** Become durable with the cursor: what the follower knew when it stood there. */
  readonly notes?: readonly Note[]
  /** The follower whose cursor moves to `to` in the same commit. */
  readonly follower: string
  readonly to: JournalPosition
  /**
   * Where what is brought ends, if the cursor stands behind all of it already: its readings are
   * stored, and only what became of it is asked for.
   */
  readonly again?: JournalPosition
}

/** A batch that is decided: what follows it may be brought, and finds its events known. */
export interface Underway {
  /** As apply() gives it. */
  readonly applied: Promise<Applied>
}

/** What became of each event of a batch, in its order. */
export interface Applied {
  readonly outcomes: readonly {
    readonly eventRef: number
    readonly repeat: boolean
    /** Why a server will never take the event, in its words: it is not stored. */
    readonly refused?: string
  }[]
  /** Readings by their place in the batch that will never be taken, and why. */
  readonly refusedReadings?: readonly { readonly at: number; readonly refused: string }[]
  /** The same of minutes. */
  readonly refusedMinutes?: readonly { readonly at: number; readonly refused: string }[]
}

/** An event as it came. `body` is JSON text without recordTime. */
export interface StoredEvent extends EventSummary {
  readonly body: string
  readonly context: string | undefined
  readonly warnings: readonly string[]
}

/** Conditions are ANDed; the values of one are ORed. Times: `ge` inclusive, `lt` exclusive. */
export interface EventQuery {
  readonly eventTypes?: readonly EventType[]
  readonly geEventTimeUs?: number
  readonly ltEventTimeUs?: number
  readonly geRecordTimeUs?: number
  readonly ltRecordTimeUs?: number
  readonly bizSteps?: readonly string[]
  readonly dispositions?: readonly string[]
  /** Canonical keys. */
  readonly readPoints?: readonly string[]
  readonly bizLocations?: readonly string[]
  /** One of these keys takes part in one of these roles. */
  readonly match?: readonly { readonly keys: readonly string[]; readonly roles: readonly Role[] }[]
  /** Only events captured by one of these parties. */
  readonly parties?: readonly string[]
}

/** Newest recorded first. */
export interface EventPage {
  readonly events: readonly StoredEvent[]
  /** The last eventRef of this page, to be given for the next one; undefined when there is none. */
  readonly after: number | undefined
}

export interface TelemetryQuery extends TimeWindow {
  readonly devices: readonly string[]
  readonly types?: readonly string[]
  /** Width of an averaging window aligned to 1970-01-01; undefined gives every point. */
  readonly everyUs?: number
  /** Readings alone, also where only what was made of them is left. */
  readonly keptOnly?: boolean
}

/** One point, or one window of points (then min, max and count over it, value its mean). */
export interface TelemetryPoint {
  readonly device: string
  readonly type: string
  readonly component: string
  readonly uom: string
  readonly party: string
  /** Of a window: its beginning. */
  readonly timeUs: number
  readonly value: number
  readonly min: number
  readonly max: number
  readonly count: number
  /**
   * Where the readings themselves are no longer kept, and this is coarser than what was asked for:
   * the width of what it tells of.
   */
  readonly resolutionUs?: number
}

/** Reads only: what the API, the followers behind ingest and the walk hold. */
export interface TrailReader extends TrailSource {
  /** Bodies and summaries, in the order asked for. */
  events(eventRefs: readonly number[]): Promise<StoredEvent[]>
  /** All events with this eventID: of any party, with and without errorDeclaration. */
  byEventID(eventID: string): Promise<number[]>
  /** The stored event of each identity, in their order; undefined where there is none. */
  byIdentity(identities: readonly EventIdentity[]): Promise<(number | undefined)[]>
  query(query: EventQuery, page: { limit: number; after?: number }): Promise<EventPage>
  /**
   * The events behind one of them, 0 for all, in the order of recording, at most `limit`: what
   * follows the store asks for these. Numbers rise and may have gaps.
   */
  eventsAfter(eventRef: number, limit: number): Promise<number[]>
  /**
   * Keys that events have named, of those that begin so up to and with their last `/`, in the order
   * of what comes behind it: those behind `after`, at most `limit`. Such as all lots of a product.
   */
  keysUnder(beginning: string, after: string, limit: number): Promise<string[]>
  /** Every device that has readings, in the order of telemetry(). */
  sensors(): Promise<string[]>
  /** In the order of (device, type, component, uom, party, timeUs), in chunks of bounded size. */
  telemetry(query: TelemetryQuery): AsyncIterable<readonly TelemetryPoint[]>
  /** What is left of a device where its readings are not, in the same order. */
  minutes(device: string): AsyncIterable<readonly SummedMinute[]>
  /** The notes whose keys begin so, in the order of keys: with a blank at its end, or ''. */
  notes(beginning: string): Promise<{ readonly key: string; readonly text: string }[]>
  /** Where a follower stands; 0 for one that never committed. */
  cursor(follower: string): Promise<JournalPosition>
  /**
   * Events behind this number are decided, under the numbers that they keep, and wait in a spool
   * for the server of the store; undefined where none does.
   */
  spooledAfter(): Promise<number | undefined>
  counts(): Promise<TrailCounts>
  close(): Promise<void>
}

export interface EventIdentity {
  readonly eventID: string
  readonly party: string
  readonly declaresError: boolean
}

export interface TrailCounts {
  readonly events: number
  readonly items: number
  readonly trailRows: number
  readonly readings: number
  readonly bytes: number
}

/** The only type that can write. One exists per store, in the ingest worker. */
export interface TrailWriter extends TrailReader {
  apply(batch: TrailBatch): Promise<Applied>
  /**
   * Begins to apply a batch and resolves once it is decided, so that the next one can be prepared
   * while a server writes this one. What was begun first is applied first; where that fails, so
   * does all that was begun behind it.
   */
  begin(batch: TrailBatch): Promise<Underway>
  /**
   * Of a store on a server that is slow or away: lets readers see what was begun before, and
   * decides a further batch that they see at once, where one is given. The server is given it
   * later, and what it refuses is told when the batch is brought `again`. Undefined where there is
   * no room for it: then nothing was done.
   */
  spool?(batch?: TrailBatch): Promise<Applied | undefined>
}
