/**
 * Settles a run of journal records: what holds goes into the trail store, what became of each
 * message into the intake file, in this order. What a crash means at each point:
 *
 * 1. Decoding and comparing write nothing. After a crash here neither cursor has moved: the same
 *    records are read again and decided the same.
 * 2. `writer.apply` makes events, readings and the store's cursor durable at once. After a crash
 *    before it returns all of it is there or nothing.
 * 3. `intake.record` makes rejections, capture jobs and the intake's cursor durable at once. After
 *    a crash between 2 and 3 the store is ahead of the intake. The follower begins at the lower of
 *    both cursors, so these records are settled again: their events are found stored under their
 *    own recordTime, which no other message has, and so count as stored by them and not as repeats;
 *    rejections and jobs come out as they would have. The store's cursor never moves back. What is
 *    made of raw reads and of what was remembered (derive.ts) is stored with the notes of it and
 *    is not made again: records before the store's cursor bring none.
 * 4. The news for the main thread come last and are not durable. After a crash between 3 and 4 a
 *    device is not told of a rejection on its topic, and a waiting HTTP request ended with its
 *    connection. The intake tells both to who asks, and what is sent again is a repeat.
 *
 * Nothing before both cursors is read again, so the journal may be trimmed up to the lower one.
 */
import { fail } from '#epcis/failure.ts'
import type { Heard } from '#store/heard.ts'
import { type CaptureJob, captureIDOf, type Intake, type Rejection } from '#store/intake.ts'
import type { JournalRecord } from '#store/journal/record.ts'
import type { Registry } from '#store/registry.ts'
import type { Applied, JournalPosition, Reading, TrailBatch, TrailWriter } from '#store/trail.ts'
import { refuseConflicts } from './conflicts.ts'
import { MAX_PARTS, partFailure } from './decoded.ts'
import { derive } from './derive.ts'
import type { Memory } from './memory.ts'
import { isStored, type Message, readMessage } from './messages.ts'
import { type CaptureOutcome, type IngestNews, MAX_NOTICES, type RejectionNotice } from './news.ts'
import { type Entry, type Tally, tally } from './tally.ts'

/** The name of this follower's cursor in the trail store. */
export const FOLLOWER = 'ingest'

/** A job tells its first errors; all of them are among the rejections. */
const MAX_JOB_ERRORS = 100

export interface SettleStores {
  readonly writer: TrailWriter
  readonly intake: Intake
  readonly registry: Pick<Registry, 'device'>
  /** Of this writer, and of nobody else. */
  readonly memory: Memory
  /** What the store has followed is brought to be stored once more, should any of it be missing. */
  readonly isReplay?: true
}

/** Messages whose events and readings the store has taken on, and what is to be told of them. */
export interface Begun {
  readonly messages: readonly Message[]
  readonly entries: readonly Entry[]
  readonly sources: readonly Source[]
  readonly applied: Promise<Applied>
  /** Behind the last of the messages. */
  readonly cursor: JournalPosition
}

/**
 * Begins to settle the first of `records`, as many as make one commit of bounded size, at least
 * one: 1. and 2. above. The records behind them may be begun before it is concluded. Throws what a
 * store throws; doing it again then is always right.
 */
export async function begin(
  records: readonly JournalRecord[],
  stores: SettleStores,
): Promise<Begun> {
  return remembering(stores.memory, async () => {
    const { messages, entries, sources, batch } = await decode(records, stores)
    const { applied } = await stores.writer.begin(batch)
    return { messages, entries, sources, applied, cursor: cursorOf(messages) }
  })
}

/**
 * Lets readers see what the first of `records` bring though the store cannot take it yet; gives
 * where to go on, undefined where there is no room. They are settled later, and find then what was
 * decided now. What is refused now might hold by then, as when its device has been registered: so
 * that it is refused becomes durable here, and nothing is decided twice.
 */
export async function spool(
  records: readonly JournalRecord[],
  stores: SettleStores,
): Promise<JournalPosition | undefined> {
  return remembering(stores.memory, async () => {
    const { messages, batch } = await decode(records, stores)
    const spooled = await stores.writer.spool?.(batch)
    if (spooled === undefined) {
      stores.memory.forget()
      return undefined
    }
    const rejections = messages.flatMap(rejectionsOf)
    if (rejections.length > 0) stores.intake.record({ rejections, jobs: [], to: 0 })
    return cursorOf(messages)
  })
}

/** What is noted by `work` is durable if it resolves, and forgotten if it does not. */
async function remembering<Result>(memory: Memory, work: () => Promise<Result>): Promise<Result> {
  try {
    const result = await work()
    memory.keep()
    return result
  } catch (error) {
    memory.forget()
    throw error
  }
}

function cursorOf(messages: readonly Message[]): JournalPosition {
  return messages.at(-1)?.record.next ?? 0
}

async function decode(records: readonly JournalRecord[], stores: SettleStores) {
  const { writer, registry, memory, isReplay = false } = stores
  const stored = await writer.cursor(FOLLOWER)
  // Either all of a batch was decided before or nothing.
  const before = records.filter(({ next }) => next <= stored)
  const found = readMessages(before.length > 0 ? before : records, registry)
  const messages = await derive(found, stored, memory)
  await refuseConflicts(messages, writer)
  const { entries, readings, sources } = partsToStore(messages)
  const cursor = cursorOf(messages)
  const batch: TrailBatch = {
    events: entries.map(({ event }) => event),
    readings,
    notes: memory.changes(),
    follower: FOLLOWER,
    to: Math.max(cursor, stored),
    ...(before.length > 0 && !isReplay && { again: cursor }),
  }
  return { messages, entries, sources, batch }
}

/** Once the store has applied it, 3. and 4. above; `cursor` of the news is where to go on. */
export async function conclude(
  { messages, entries, sources, applied: applying, cursor }: Begun,
  { writer, intake }: SettleStores,
  nowUs: () => number,
): Promise<IngestNews> {
  const applied = await applying
  // From here the events are durable, and what became of their messages is not: see 3. above.
  const tallies = await tally(entries, applied, writer)
  for (const { at, refused } of applied.refusedReadings ?? []) sources[at]?.refuse(refused)
  const rejections = messages.flatMap(rejectionsOf)
  const finishedAtUs = nowUs()
  const jobs = messages.flatMap((message) => jobsOf(message, tallies, finishedAtUs))
  intake.record({ rejections, jobs, heard: messages.map(heardOf), to: cursor })
  const sum = [...tallies.values()]
  return {
    kind: 'news',
    cursor,
    settledToUs: messages.at(-1)?.record.recordTimeUs ?? 0,
    messages: messages.length,
    stored: sum.reduce((total, { stored }) => total + stored, 0),
    repeats: sum.reduce((total, { repeats }) => total + repeats, 0),
    readings: sources.length,
    rejected: rejections.length,
    statuses: messages.filter(({ isStatus }) => isStatus).length,
    notices: rejections.slice(0, MAX_NOTICES).map(noticeOf),
    commands: messages.flatMap(({ command }) => command ?? []).slice(0, MAX_NOTICES),
    captures: messages.flatMap((message) => capturesOf(message, tallies)),
  }
}

/** The first records, until their parts are as many as one commit may hold. */
function readMessages(
  records: readonly JournalRecord[],
  registry: Pick<Registry, 'device'>,
): Message[] {
  const messages: Message[] = []
  let parts = 0
  for (const record of records) {
    const message = readMessage(record, registry)
    messages.push(message)
    const { events, readings, reads = [], failures } = message.decoded
    parts += events.length + readings.length + reads.length + failures.length
    if (parts >= MAX_PARTS) break
  }
  return messages
}

/**
 * What is to be stored, in the order of messages: of two readings of one moment the last counts.
 */
function partsToStore(messages: readonly Message[]): {
  entries: Entry[]
  readings: Reading[]
  /** Of each reading, what it came in. */
  sources: Source[]
} {
  const entries: Entry[] = []
  const readings: Reading[] = []
  const sources: Source[] = []
  const add = (some: readonly Reading[], source: Source) => {
    for (const reading of some) {
      readings.push(reading)
      sources.push(source)
    }
  }
  for (const message of messages.filter(isStored)) {
    const refused = new Set(message.failures.map(({ index }) => index))
    add(message.decoded.readings, new Source(message, -1))
    for (const decoded of message.decoded.events) {
      if (refused.has(decoded.index)) continue
      entries.push({ message, ...decoded })
      if (decoded.readings.length > 0) add(decoded.readings, new Source(message, decoded.index))
    }
  }
  return { entries, readings, sources }
}

/** A message, or one event of it, whose readings may be refused: it is told once. */
class Source {
  readonly #message: Message
  readonly #index: number

  constructor(message: Message, index: number) {
    this.#message = message
    this.#index = index
  }

  refuse(words: string): void {
    const { failures } = this.#message
    if (failures.some(({ index }) => index === this.#index)) return
    failures.push(partFailure(fail('store_refused', '', words), this.#index))
  }
}

function heardOf({ record, decoded, failures }: Message): Heard {
  const { position, party, device, receivedAtUs } = record
  const { numbers = [] } = decoded
  return { position, party, device, receivedAtUs, isRefused: failures.length > 0, numbers }
}

function rejectionsOf({ record, failures }: Message): Rejection[] {
  const { position, party, device, topic, receivedAtUs, recordTimeUs, payload } = record
  const of = { position, party, device, topic, receivedAtUs, recordTimeUs, payload }
  return failures.map(({ index, code, path, message }) => ({ index, code, path, message, ...of }))
}

function jobsOf(
  message: Message,
  tallies: ReadonlyMap<Message, Tally>,
  finishedAtUs: number,
): CaptureJob[] {
  const { record, policy, failures } = message
  if (!record.topic.startsWith('http/capture/')) return []
  const { stored, repeats } = tallies.get(message) ?? nothing
  return [
    {
      captureID: captureIDOf(record.position),
      position: record.position,
      party: record.party,
      createdAtUs: record.receivedAtUs,
      finishedAtUs,
      success: failures.length === 0,
      errorBehaviour: policy === 'all' ? 'rollback' : 'proceed',
      stored,
      repeats,
      errors: errorsOf(message),
      errorCount: failures.length,
    },
  ]
}

function capturesOf(message: Message, tallies: ReadonlyMap<Message, Tally>): CaptureOutcome[] {
  const { record, policy, failures } = message
  if (record.kind !== 'http') return []
  const { stored, repeats, eventIDs } = tallies.get(message) ?? nothing
  return [
    {
      position: record.position,
      success: failures.length === 0,
      stored,
      repeats,
      eventIDs: policy === 'one' ? eventIDs : [],
      errors: errorsOf(message),
    },
  ]
}

const nothing: Tally = { stored: 0, repeats: 0, eventIDs: [] }

function errorsOf({ failures }: Message): CaptureOutcome['errors'] {
  return failures
    .slice(0, MAX_JOB_ERRORS)
    .map(({ index, code, path, message }) => ({ index, code, path, message }))
}

function noticeOf({ payload, recordTimeUs, ...notice }: Rejection): RejectionNotice {
  return notice
}
