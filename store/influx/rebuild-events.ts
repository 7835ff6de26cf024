/** Puts events as InfluxDB holds them into a new side file: see rebuild.ts. */
import { roleMask } from '#store/sqlite/codes.ts'
import { type Hashes, hashesOf, identityKey } from '#store/sqlite/event-index.ts'
import type { EventMember } from '#trace/source.ts'
import type { Connection } from './connection.ts'
import { readRest } from './events.ts'
import type { WritableLedger } from './ledger-writer.ts'
import { bucketOf, eventBucket, type StoreName, slotsPerMicrosecond } from './points.ts'
import { type EventRecord, splitHead, unpackMembers, unpackRecord } from './records.ts'
import { Slots } from './slots.ts'

const allRoles = roleMask([
  ...(['object', 'parent', 'child', 'input', 'output', 'lot'] as const),
  ...(['transformation', 'device'] as const),
])

interface Stored {
  readonly record: EventRecord
  readonly members: readonly EventMember[]
}

export class EventRebuild {
  readonly #ledger: WritableLedger
  readonly #store: StoreName
  readonly #ends: readonly number[]
  #last = 0

  /** `ends`: the last event of each era. */
  constructor(ledger: WritableLedger, store: StoreName, ends: readonly number[]) {
    this.#ledger = ledger
    this.#store = store
    this.#ends = ends
  }

  /** Adds some events, given by their fields r and m behind the time; they follow those before. */
  async add(rows: readonly (readonly unknown[])[], connection: Connection): Promise<void> {
    const stored: Stored[] = []
    for (const row of rows) {
      const one = await read(row, connection, this.#store.eventBuckets)
      const { summary, era } = one.record
      const isSeen = summary.eventRef <= (this.#ends[era] ?? 0)
      if (isSeen && summary.eventRef > this.#last + stored.length) stored.push(one)
    }
    this.#ledger.transaction(() => this.#write(stored))
  }

  /** How much is done, from 0 to 1. */
  share(): number {
    return this.#last / Math.max(1, this.#ends.at(-1) ?? 0)
  }

  /** Numbers that have no event up to the end belong to events that InfluxDB did not take. */
  end(): void {
    this.#ledger.transaction(() => this.#fillUpTo(this.#ends.at(-1) ?? 0))
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
    ledger.addEvents(
      [{ event: { ...summary, declaredAtUs }, ...summary, seq, place, slot, width }],
      hashes,
    )
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
      lost.set(this.#last, 'not in InfluxDB when the side file was made anew')
      this.#ledger.addHole(this.#last, recordTimeUs)
    }
    if (lost.size > 0) this.#ledger.addRefused(lost)
  }
}

async function read(
  [, r, m]: readonly unknown[],
  connection: Connection,
  eventBuckets: number,
): Promise<Stored> {
  const { rests, coreLength, record: piece } = splitHead(String(r))
  const [records, pieces] = rests
  const record = unpackRecord(piece.slice(0, coreLength), coreLength)
  const bucket = eventBucket(record.summary.eventRef, eventBuckets)
  const rest = pieces === 0 ? '' : await readRest(connection, bucket, record.place, records, pieces)
  return { record, members: unpackMembers(String(m) + rest, allRoles) }
}

/** The buckets of the rows that an event has: one an item and role. */
function bucketsOf(members: readonly EventMember[], trailBuckets: number): number[] {
  const rows = new Map(members.map(({ item, role }) => [`${item.ref} ${role}`, item.key]))
  return [...rows.values()].map((key) => bucketOf(key, trailBuckets))
}
