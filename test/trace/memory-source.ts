/**
 * A trail source over a list of events, in the order in which they arrived. It is the contract
 * written down a second time, kept so plain that it is right at a glance; chunks are small, so
 * that whoever reads it cannot rely on getting everything at once.
 */

import { bareWord } from '#epcis/cbv.ts'
import type { EpcisEvent } from '#epcis/event.ts'
import { identify } from '#epcis/identifier.ts'
import { parseTimeUs } from '#epcis/time.ts'
import { membersOf } from '#trace/members.ts'
import type {
  EventMember,
  EventSummary,
  ItemRef,
  Role,
  TimeWindow,
  TrailRow,
  TrailSource,
} from '#trace/source.ts'

/** An event that has an eventID, and who captured it. */
export interface Captured {
  readonly event: EpcisEvent
  readonly party: string
}

export class MemorySource implements TrailSource {
  readonly #items = new Map<string, ItemRef>()
  /** By event and by item. */
  readonly #members = new Map<number, EventMember[]>()
  readonly #rows = new Map<number, TrailRow[]>()
  readonly #summaries: EventSummary[] = []
  readonly #chunk: number
  /** How often it was asked anything. */
  calls = 0

  constructor(captured: readonly Captured[], chunk = 3) {
    this.#chunk = chunk
    const voidedAt = new Map<string, number>()
    for (const { event, party } of captured) {
      const declaredUs = declarationOf(event)
      if (declaredUs !== undefined) voidedAt.set(`${party} ${event.eventID}`, declaredUs)
    }
    for (const [at, { event, party }] of captured.entries()) {
      this.#add(at + 1, event, party, voidedAt.get(`${party} ${event.eventID}`))
    }
    for (const rows of this.#rows.values()) rows.sort(inOrder)
  }

  #add(eventRef: number, event: EpcisEvent, party: string, voidedAtUs: number | undefined): void {
    const summary: EventSummary = {
      eventRef,
      eventID: event.eventID ?? '',
      type: event.type,
      action: event.type === 'TransformationEvent' ? undefined : event.action,
      eventTimeUs: timeOf(event.eventTime),
      recordTimeUs: eventRef,
      bizStep: event.bizStep === undefined ? undefined : bareWord(event.bizStep),
      disposition: event.disposition === undefined ? undefined : bareWord(event.disposition),
      readPoint: event.readPoint && identify(event.readPoint.id).key,
      bizLocation: event.bizLocation && identify(event.bizLocation.id).key,
      party,
      declaresError: event.errorDeclaration !== undefined,
      voidedAtUs,
    }
    this.#summaries.push(summary)
    const members: EventMember[] = []
    for (const { key, kind, role, quantity, uom } of membersOf(event).members) {
      const item = this.#items.get(key) ?? { key, kind, ref: this.#items.size + 1 }
      this.#items.set(key, item)
      members.push({ eventRef, item, role, quantity, uom })
      const { type, action, bizStep, eventTimeUs } = summary
      const row = { item, eventRef, eventTimeUs, type, action, role, bizStep, voidedAtUs }
      const rows = this.#rows.get(item.ref)
      if (rows) rows.push(row)
      else this.#rows.set(item.ref, [row])
    }
    this.#members.set(eventRef, members)
  }

  async find(keys: readonly string[]) {
    this.calls++
    return keys.map((key) => this.#items.get(key))
  }

  async *trail(items: readonly ItemRef[], { fromUs = 0, toUs }: TimeWindow = {}) {
    this.calls++
    const rows = items.flatMap(({ ref }) =>
      (this.#rows.get(ref) ?? []).filter(({ eventTimeUs }) => {
        return eventTimeUs >= fromUs && (toUs === undefined || eventTimeUs <= toUs)
      }),
    )
    yield* chunks(rows, this.#chunk)
  }

  async *members(eventRefs: readonly number[], roles: readonly Role[]) {
    this.calls++
    const members = eventRefs.flatMap((ref) =>
      (this.#members.get(ref) ?? []).filter(({ role }) => roles.includes(role)),
    )
    yield* chunks(members, this.#chunk)
  }

  async summaries(eventRefs: readonly number[]) {
    this.calls++
    return eventRefs.map((ref) => {
      const summary = this.#summaries[ref - 1]
      if (!summary) throw new RangeError(`no event ${ref}`)
      return summary
    })
  }
}

function inOrder(one: TrailRow, other: TrailRow): number {
  return one.eventTimeUs - other.eventTimeUs || one.eventRef - other.eventRef
}

function declarationOf({ errorDeclaration }: EpcisEvent): number | undefined {
  return errorDeclaration && timeOf(errorDeclaration.declarationTime)
}

function timeOf(text: string): number {
  const us = parseTimeUs(text)
  if (us === undefined) throw new RangeError(`no time: ${text}`)
  return us
}

function* chunks<T>(all: readonly T[], size: number): Iterable<readonly T[]> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size)
}
