/** Puts events as InfluxDB holds them into a new side file: see rebuild.ts. */
import { type Hashes, hashesOf, identityKey } from '#store/sqlite/event-index.ts'
import type { EventMember } from '#trace/source.ts'
import type { Connection } from './connection.ts'
import { maybeWholeText } from './events.ts'
import type { WritableLedger } from './ledger-writer.ts'
import { type StoreName, slotsPerMicrosecond, trailSpotOf } from './points.ts'
import {
  allRoles,
  type EventRecord,
  type FirstPiece,
  splitText,
  unpackMembers,
  unpackRecord,
} from './records.ts'
import { Slots } from './slots.ts'

interface Stored {
  readonly record: EventRecord
  readonly members: readonly EventMember[]
}

export class EventRebuild {
  readonly #ledger: WritableLedger
  readonly #store: StoreName
  readonly #ends: readonly number[]
  readonly #refused: ReadonlyMap<number, string>
  #last = 0
  #missing = 0

  /** `ends`: the last event of each era; `refused`: events that InfluxDB did not take, and why. */
  constructor(
    ledger: WritableLedger,
    store: StoreName,
    ends: readonly number[],
    refused: ReadonlyMap<number, string>,
  ) {
    this.#ledger = ledger
    this.#store = store
    this.#ends = ends
    this.#refused = refused
  }

  /** Adds some events, given by their fields r and m behind the time; they follow those before. */
  async add(rows: readonly (readonly unknown[])[], connection: Connection): Promise<void> {
    const stored: Stored[] = []
    for (const row of rows) {
      const one = await read(row, connection, this.#store.eventBuckets)
      if (one === undefined) continue
      const { summary, era } = one.record
      const { eventRef } = summary
      const isSeen = eventRef <= (this.#ends[era] ?? 0) && !this.#refused.has(eventRef)
      const last = stored.at(-1)?.record.summary.eventRef ?? this.#last
      if (isSeen && eventRef > last) stored.push(one)
    }
    this.#ledger.transaction(() => this.#write(stored))
  }

  /** How much is done, from 0 to 1. */
  share(): number {
    return this.#last / Math.max(1, this.#ends.at(-1) ?? 0)
  }

  /**
   * Numbers that have no event up to the end belong to events that InfluxDB did not take, which it
   * tells of, or has lost.
   */
  end(): void {
    this.#ledger.transaction(() => this.#fillUpTo(this.#ends.at(-1) ?? 0))
  }

  /** Numbers that have no event though InfluxDB does not say that it was refused. */
  get missing(): number {
    return this.#missing
  }

  #write(stored: readonly Stored[]): void {
    const hashes = hashesOf(stored.map(({ record }) => record.summary.eventID))
    for (const one of stored) {
      this.#fillUpTo(one.record.summary.eventRef - 1)
      this.#addEvent(one, hashes)
    }
  }

  #addEvent({ record, members }: Stored, hashes: Hashes): void {
    const ledger = this.#ledger
    const { summary, place, slot, width, declaredAtUs } = record
    const { eventRef: seq, eventID, party, declaresError, eventTimeUs } = summary
    ledger.restoreItems(members.map(({ item }) => item))
    const known = ledger.known(new Map([[eventID, hashes.get(eventID) ?? 0]]))
    const twinKey = identityKey({ eventID, party, declaresError: !declaresError })
    const twin = known.find((found) => identityKey(found) === twinKey)
    const { recordTimeUs } = summary
    const event = { declaredAtUs, context: record.context, warnings: record.warnings, ...summary }
    ledger.addEvents([{ event, seq, recordTimeUs, place, slot, width }], hashes)
    this.#last = seq
    if (declaredAtUs !== undefined) {
      const own = { seq, voidedAtUs: declaredAtUs, bySeq: seq }
      ledger.addVoided(twin === undefined ? [own] : [own, { ...own, seq: twin.seq }])
    } else if (twin !== undefined) {
      ledger.addVoided([{ seq, voidedAtUs: ledger.declaredAtUs(twin.seq), bySeq: seq }])
    }
    if (slot < slotsPerMicrosecond) return
    // Beyond the slots of its microsecond: counted again as they were when it was written.
    const slots = new Slots(ledger, [eventTimeUs])
    slots.place(eventTimeUs, bucketsOf(members, this.#store.trailBuckets))
    ledger.setBeyond(slots.beyond())
  }

  /** Numbers without an event, so that there are no holes. */
  #fillUpTo(seq: number): void {
    const recordTimeUs = this.#ledger.lastRecordTimeUs()
    const lost = new Map<number, string>()
    while (this.#last < seq) {
      this.#last += 1
      const words = this.#refused.get(this.#last)
      if (words === undefined) this.#missing += 1
      lost.set(this.#last, words ?? 'not in InfluxDB when the side file was made anew')
      this.#ledger.addHole(this.#last, recordTimeUs)
    }
    if (lost.size > 0) this.#ledger.addRefused(lost)
  }
}

/** Undefined where InfluxDB has lost a part of it. */
async function read(
  [timeUs, r, m]: readonly unknown[],
  connection: Connection,
  eventBuckets: number,
): Promise<Stored | undefined> {
  const whole = (piece: FirstPiece) =>
    maybeWholeText(connection, piece, Number(timeUs), eventBuckets)
  const first = splitText(String(r))
  const [text, members] = [await whole(first), await whole(splitText(String(m)))]
  if (text === undefined || members === undefined) return undefined
  return {
    record: unpackRecord(first, text),
    members: unpackMembers(first.seq, members, allRoles),
  }
}

/** The buckets of the rows that an event has: one an item and role. */
function bucketsOf(members: readonly EventMember[], trailBuckets: number): number[] {
  const rows = new Map(members.map(({ item, role }) => [`${item.ref} ${role}`, item.key]))
  return [...rows.values()].map((key) => trailSpotOf(key, trailBuckets).bucket)
}
