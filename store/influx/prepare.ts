/**
 * Makes the lines of a batch: which of its events are new, under which numbers, and where each of
 * their points stands. To be called in a transaction of the side file, which keeps the result.
 */
import { hashesOf } from '#store/sqlite/event-index.ts'
import { type Placed, place } from '#store/sqlite/placement.ts'
import type { Applied, TrailBatch } from '#store/trail.ts'
import type { Role } from '#trace/source.ts'
import type { State } from './ledger.ts'
import type { EventEntry, WritableLedger } from './ledger-writer.ts'
import type { Lines } from './lines.ts'
import type { PendingBatch } from './pending.ts'
import {
  eventBucket,
  eventLines,
  later,
  type Moment,
  type TrailSpot,
  telemetryLine,
  trailLine,
  trailSpotOf,
  voidedLine,
} from './points.ts'
import {
  packMembers,
  packRecord,
  packText,
  packTrailRow,
  type TrailRowEnds,
  trailRowEnds,
} from './records.ts'
import type { BatchParts } from './redo.ts'
import { Slots } from './slots.ts'
import { type StepCount, sensorSites, siteLines, stepTag, summaryLines } from './summary-lines.ts'
import type { WeighedReadings } from './telemetry-writer.ts'

export interface Prepared {
  readonly outcomes: Applied['outcomes']
  readonly pending: Omit<PendingBatch, 'kept'>
  readonly parts: BatchParts
}

/** Where the lines of a batch are gathered: of the store itself, and of readings. */
export interface Gathered {
  readonly rows: Lines
  readonly readings: Lines
}

/** What becomes of the events of a batch where none of them is new; undefined where one is. */
export function outcomesOfKnown(
  batch: TrailBatch,
  ledger: WritableLedger,
  state: State,
): Applied['outcomes'] | undefined {
  const { outcomes, fresh } = placed(batch, ledger, state).placement
  return fresh.length === 0 ? outcomes : undefined
}

/**
 * `number`: that of the batch; `state`: as it becomes with the batch before. The parts hold until
 * the lines are gathered anew.
 */
export function prepareBatch(
  batch: TrailBatch,
  number: number,
  { readings, added, late }: WeighedReadings,
  ledger: WritableLedger,
  state: State,
  { rows, readings: telemetry }: Gathered,
): Prepared {
  const { hashes, placement } = placed(batch, ledger, state)
  const { outcomes, fresh, voided } = placement
  rows.clear()
  telemetry.clear()
  const { entries, trailRows, steps, last } = layOut(fresh, ledger, state, rows)
  ledger.addEvents(entries, hashes)
  ledger.addVoided(voided.map((one) => ({ bySeq: Math.max(one.seq, state.events + 1), ...one })))
  const places = ledger.places([...new Set(voided.map(({ seq }) => seq))])
  for (const { seq, voidedAtUs } of voided) {
    rows.add(voidedLine(seq, voidedAtUs, places.get(seq) ?? last))
  }
  const end = later(last, 1)
  ledger.setPlace(end)
  const sensors = ledger.addSites(sensorSites(batch.readings))
  for (const line of summaryLines(steps, sensors, end)) rows.add(line)
  for (const line of siteLines(batch.readings, end)) rows.add(line)
  for (const { points } of readings) {
    for (const reading of points) telemetry.add(telemetryLine(reading))
  }
  const pending = {
    batch: number,
    follower: batch.follower,
    position: batch.to,
    events: state.events + fresh.length,
    items: ledger.lastItem(),
    trailRows: state.trailRows + trailRows,
    added,
    late,
    end,
  }
  return { outcomes, pending, parts: { rows: rows.parts(), readings: telemetry.parts() } }
}

function placed(batch: TrailBatch, ledger: WritableLedger, state: State) {
  const hashes = hashesOf(batch.events.map(({ eventID }) => eventID))
  const known = ledger.known(hashes)
  const placement = place(batch.events, known, state.events + 1, (seq) => ledger.declaredAtUs(seq))
  return { hashes, placement }
}

interface LaidOut {
  readonly entries: EventEntry[]
  readonly trailRows: number
  readonly steps: ReadonlyMap<string, StepCount>
  /** The last nanosecond that is taken. */
  readonly last: Moment
}

function layOut(
  fresh: readonly Placed[],
  ledger: WritableLedger,
  state: State,
  lines: Lines,
): LaidOut {
  const refs = ledger.internItems(fresh.flatMap(({ event }) => event.members))
  const slots = new Slots(
    ledger,
    fresh.map(({ event }) => event.eventTimeUs),
  )
  const entries: EventEntry[] = []
  const steps = new Map<string, StepCount>()
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
    const { rows, ...taken } = trailLines(seq, event, own, state, slots, lines)
    trailRows += rows
    const step = steps.get(stepTag(event)) ?? { events: 0, rows: 0 }
    steps.set(stepTag(event), { events: step.events + 1, rows: step.rows + rows })
    const placed = { place: eventPlace, ...taken }
    const { era } = state
    const restNs = eventPlace.ns + 1
    const record = packText(seq, era, restNs, packRecord(event, recordTimeUs, placed))
    const membersNs = restNs + record.length - 1
    const members = packText(seq, era, membersNs, packMembers(event.members, own))
    const body = packText(seq, era, membersNs + members.length - 1, event.body)
    const texts = { record, members, body }
    const eventOwn = eventLines(eventBucket(seq, state.eventBuckets), eventPlace, texts)
    for (const line of eventOwn) lines.add(line)
    entries.push({ event, seq, recordTimeUs, ...placed })
    last = later(eventPlace, eventOwn.length)
  }
  ledger.setBeyond(slots.beyond())
  return { entries, trailRows, steps, last }
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
  const seen = new Map<Role, { ends: TrailRowEnds; refs: Set<number> }>()
  const texts: string[] = []
  const spots: TrailSpot[] = []
  const { members, eventTimeUs } = event
  for (const [at, { key, role }] of members.entries()) {
    let inRole = seen.get(role)
    if (inRole === undefined) {
      inRole = { ends: trailRowEnds(seq, event, role, era), refs: new Set() }
      seen.set(role, inRole)
    }
    const ref = refs[at] ?? 0
    if (inRole.refs.has(ref)) continue
    inRole.refs.add(ref)
    texts.push(packTrailRow(inRole.ends, key))
    spots.push(trailSpotOf(key, trailBuckets))
  }
  const buckets = spots.map(({ bucket }) => bucket)
  const { slot, width, rows } = slots.place(eventTimeUs, buckets)
  for (const [at, spot] of spots.entries()) {
    lines.add(trailLine(spot, rows[at] ?? 0, texts[at] ?? '', eventTimeUs))
  }
  return { rows: rows.length, slot, width }
}
