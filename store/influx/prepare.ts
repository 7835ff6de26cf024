/**
 * Makes the lines of a batch: which of its events are new, under which numbers, and where each of
 * their points stands. To be called in a transaction of the side file, which keeps the result.
 */
import { hashesOf } from '#store/sqlite/event-index.ts'
import { type Placed, place } from '#store/sqlite/placement.ts'
import type { Applied, Reading, TrailBatch } from '#store/trail.ts'
import type { Role } from '#trace/source.ts'
import type { State } from './ledger.ts'
import type { EventEntry, WritableLedger } from './ledger-writer.ts'
import type { Lines } from './lines.ts'
import {
  type BatchFigures,
  batchLine,
  bucketOf,
  eventBucket,
  eventLines,
  later,
  type Moment,
  telemetryLine,
  trailLine,
  voidedLine,
} from './points.ts'
import { packMembers, packRecord, packTrailRow, piecesOf, type Rests, withHead } from './records.ts'
import { type Phases, partOf } from './redo.ts'
import { Slots } from './slots.ts'

export interface Prepared {
  readonly outcomes: Applied['outcomes']
  readonly figures: BatchFigures
  readonly phases: Phases
}

/** Where the lines of a batch are gathered: what belongs to its events, and these. */
export interface Gathered {
  readonly first: Lines
  readonly second: Lines
}

/**
 * `readings` are those to be written, of which `added` are new. The phases hold until the same
 * `gathered` are used again.
 */
export function prepareBatch(
  batch: TrailBatch,
  readings: readonly Reading[],
  added: number,
  ledger: WritableLedger,
  state: State,
  gathered: Gathered,
): Prepared {
  const hashes = hashesOf(batch.events.map(({ eventID }) => eventID))
  const known = ledger.known(hashes)
  const { outcomes, fresh, voided } = place(batch.events, known, state.events + 1, (seq) =>
    ledger.declaredAtUs(seq),
  )
  const { first, second } = gathered
  first.clear()
  second.clear()
  const { entries, trailRows, last } = layOut(fresh, ledger, state, gathered)
  ledger.addEvents(entries, hashes)
  const lastSeq = state.events + fresh.length
  ledger.addVoided(voided.map((one) => ({ ...one, bySeq: Math.max(one.seq, state.events + 1) })))
  const places = ledger.places([...new Set(voided.map(({ seq }) => seq))])
  for (const { seq, voidedAtUs } of voided) {
    first.add(voidedLine(seq, voidedAtUs, places.get(seq) ?? last))
  }
  for (const reading of readings) first.add(telemetryLine(reading))
  const end = later(last, 1)
  ledger.setPlace(end)
  const figures: BatchFigures = {
    follower: batch.follower,
    position: batch.to,
    events: lastSeq,
    items: ledger.lastItem(),
    trailRows: state.trailRows + trailRows,
    readings: state.readings + added,
  }
  // An event is written after everything that belongs to it, and what tells of the batch last, so
  // that what is found without the side file is whole.
  const phases = [first.parts(), second.parts(), [partOf([batchLine(figures, end)])]]
  return { outcomes, figures, phases }
}

interface LaidOut {
  readonly entries: EventEntry[]
  readonly trailRows: number
  /** The last nanosecond that is taken. */
  readonly last: Moment
}

function layOut(
  fresh: readonly Placed[],
  ledger: WritableLedger,
  state: State,
  { first, second }: Gathered,
): LaidOut {
  const refs = ledger.internItems(fresh.flatMap(({ event }) => event.members))
  const slots = new Slots(
    ledger,
    fresh.map(({ event }) => event.eventTimeUs),
  )
  const entries: EventEntry[] = []
  let trailRows = 0
  let last = lastPlace(state)
  let recordTimeUs = ledger.lastRecordTimeUs()
  let at = 0
  for (const { event, seq } of fresh) {
    // Never falling, as the search for a record time relies on it.
    recordTimeUs = Math.max(recordTimeUs, event.recordTimeUs)
    const eventPlace = recordTimeUs > last.us ? { us: recordTimeUs, ns: 0 } : later(last, 1)
    const own = refs.slice(at, at + event.members.length)
    at += event.members.length
    const { rows, ...taken } = trailLines(seq, event, own, state, slots, first)
    trailRows += rows
    const placed = { ...taken, place: eventPlace, era: state.era }
    const packed = packRecord(seq, event, recordTimeUs, placed)
    const record = piecesOf(packed.core + packed.more)
    const members = piecesOf(packMembers(seq, event.members, own))
    const body = piecesOf(event.body)
    const rests: Rests = [record.length - 1, members.length - 1, body.length - 1]
    const lines = eventLines(eventBucket(seq, state.eventBuckets), eventPlace, {
      record: withHead(rests, packed, record),
      members,
      body,
    })
    for (const line of lines.slice(0, -1)) first.add(line)
    second.add(lines.at(-1) ?? '')
    entries.push({ event, seq, recordTimeUs, place: eventPlace, ...taken })
    last = later(eventPlace, lines.length)
  }
  ledger.setBeyond(slots.beyond())
  return { entries, trailRows, last }
}

function lastPlace({ lastPlaceUs, lastPlaceNs }: State): Moment {
  return { us: lastPlaceUs, ns: lastPlaceNs }
}

function trailLines(
  seq: number,
  event: Placed['event'],
  refs: readonly number[],
  { trailBuckets, era }: State,
  slots: Slots,
  lines: Lines,
): { rows: number; slot: number; width: number } {
  // An event may name an item twice in one role, by quantity and unit: one row of its trail.
  const items = new Map<Role, { packed: string; refs: Set<number> }>()
  const rows: { key: string; packed: string; bucket: number }[] = []
  for (const [at, { key, role }] of event.members.entries()) {
    let inRole = items.get(role)
    if (inRole === undefined) {
      inRole = { packed: packTrailRow(seq, event, role, era), refs: new Set() }
      items.set(role, inRole)
    }
    const ref = refs[at] ?? 0
    if (inRole.refs.has(ref)) continue
    inRole.refs.add(ref)
    rows.push({ key, packed: inRole.packed, bucket: bucketOf(key, trailBuckets) })
  }
  const placed = slots.place(
    event.eventTimeUs,
    rows.map(({ bucket }) => bucket),
  )
  const { slot, width } = placed
  for (const [at, { key, packed, bucket }] of rows.entries()) {
    const { overflow, slot: ns } = placed.rows[at] ?? { overflow: 0, slot: 0 }
    lines.add(trailLine(bucket, overflow, key, packed, { us: event.eventTimeUs, ns }))
  }
  return { rows: rows.length, slot, width }
}
