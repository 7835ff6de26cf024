/**
 * Reads events by their numbers. Neighbours stand next to each other in one series, so they are
 * read as one run, and several runs in one request.
 */
import { StoreFault } from '#store/fault.ts'
import { Cache } from '#store/sqlite/cache.ts'
import type { Pace } from '#store/sqlite/pace.ts'
import { inParts } from '#store/sqlite/rows.ts'
import type { EventMember } from '#trace/source.ts'
import type { Connection } from './connection.ts'
import type { Ledger, State } from './ledger.ts'
import { eventBucket, later, type Moment, nanoseconds } from './points.ts'
import { type EventRecord, splitHead, unpackMembers, unpackRecord } from './records.ts'

/** Events between two wanted ones that are read along rather than asked around. */
const widestGap = 16
const runsAtOnce = 50
const cachedRecords = 8_192
/** Of members, which a walk asks for again and again by other roles. */
const cachedMembers = 8_192
const longestKept = 1_000
/** What a record costs to read, in trail rows. */
const rowsOfRecord = 4
const bytesOfRow = 200

type Field = 'm' | 'body'
/** How an event's texts come: those of one field, and the record, which tells of its pieces. */
interface Texts {
  readonly record: EventRecord
  readonly text: string
}

interface Run {
  readonly first: number
  last: number
}

export class Events {
  readonly #connection: Connection
  readonly #ledger: Ledger
  readonly #pace: Pace
  /** An event that is seen never changes, and who reads its members asks for its summary next. */
  readonly #records = new Cache<number, EventRecord>(cachedRecords)
  readonly #members = new Cache<number, string>(cachedMembers)

  constructor(connection: Connection, ledger: Ledger, pace: Pace) {
    this.#connection = connection
    this.#ledger = ledger
    this.#pace = pace
  }

  /** The records of events, by number. An unknown number is a bug and throws. */
  async records(seqs: readonly number[], state: State): Promise<Map<number, EventRecord>> {
    const known = new Map<number, EventRecord>()
    const missing = seqs.filter((seq) => {
      const record = seq <= state.events ? this.#records.get(seq) : undefined
      if (record !== undefined) known.set(seq, record)
      return record === undefined
    })
    const found = await this.#read(missing, undefined, state)
    for (const [seq, { record }] of found) known.set(seq, record)
    return known
  }

  async bodies(seqs: readonly number[], state: State): Promise<Map<number, Texts>> {
    return this.#read(seqs, 'body', state)
  }

  /** The members that play one of the roles of a mask, of each event. */
  async members(
    seqs: readonly number[],
    mask: number,
    state: State,
  ): Promise<Map<number, EventMember[]>> {
    const members = new Map<number, EventMember[]>()
    const missing = seqs.filter((seq) => {
      const text = seq <= state.events ? this.#members.get(seq) : undefined
      if (text !== undefined) members.set(seq, unpackMembers(text, mask))
      return text === undefined
    })
    if (missing.length === 0) return members
    for (const [seq, { text }] of await this.#read(missing, 'm', state)) {
      members.set(seq, unpackMembers(text, mask))
      if (text.length < longestKept) this.#members.set(seq, text)
    }
    return members
  }

  async #read(
    seqs: readonly number[],
    field: Field | undefined,
    state: State,
  ): Promise<Map<number, Texts>> {
    const wanted = new Set(seqs)
    const sorted = [...wanted].sort((a, b) => a - b)
    if ((sorted.at(-1) ?? 0) > state.events) throw new RangeError('there is no such event')
    const ends = runsOf(sorted, state.eventBuckets)
    const places = this.#ledger.places([
      ...new Set(ends.flatMap(({ first, last }) => [first, last])),
    ])
    const found = new Map<number, Texts>()
    for (const some of inParts(ends, runsAtOnce)) {
      const statements = some.map((run) => statementOf(run, field, places, state))
      for (const series of await this.#connection.query(statements)) {
        for (const row of series.flatMap(({ rows }) => rows)) {
          const texts = await this.#texts(row, field, wanted, state)
          if (texts !== undefined) {
            const { summary, era, context = '' } = texts.record
            if (!this.#ledger.isSeen(summary.eventRef, era, state)) continue
            found.set(summary.eventRef, texts)
            if (context.length < longestKept) this.#records.set(summary.eventRef, texts.record)
          }
          const length = String(row[1]).length + String(row[2] ?? '').length
          await this.#pace.after(rowsOfRecord + length / bytesOfRow)
        }
      }
    }
    const lost = sorted.find((seq) => !found.has(seq))
    if (lost !== undefined) throw new StoreFault(`InfluxDB no longer has the event ${lost}`)
    return found
  }

  /** One row of an answer with what did not fit into it. Undefined where it was not wanted. */
  async #texts(
    [, head, text = '']: readonly unknown[],
    field: Field | undefined,
    wanted: ReadonlySet<number>,
    state: State,
  ): Promise<Texts | undefined> {
    const { rests, coreLength, record } = splitHead(String(head))
    const [records, members, body] = rests
    const seq = Number.parseInt(record.slice(1), 10)
    if (!wanted.has(seq)) return undefined
    const bucket = eventBucket(seq, state.eventBuckets)
    const rest = async (skipped: number, count: number): Promise<string> => {
      const place = count === 0 ? undefined : this.#ledger.places([seq]).get(seq)
      return place === undefined ? '' : readRest(this.#connection, bucket, place, skipped, count)
    }
    const whole = unpackRecord(record + (await rest(0, records)), coreLength)
    if (field === undefined) return { record: whole, text: '' }
    const more = field === 'm' ? rest(records, members) : rest(records + members, body)
    return { record: whole, text: String(text) + (await more) }
  }
}

/** Pieces of an event that stand behind its own point. */
export async function readRest(
  connection: Connection,
  bucket: number,
  place: Moment,
  skipped: number,
  count: number,
): Promise<string> {
  const from = nanoseconds(later(place, 1 + skipped))
  const to = nanoseconds(later(place, skipped + count))
  const where = `b = '${bucket}' AND time >= ${from} AND time <= ${to}`
  const [series = []] = await connection.query([`SELECT x FROM rest WHERE ${where}`])
  const rows = series.flatMap((one) => one.rows)
  if (rows.length !== count) throw new StoreFault('InfluxDB has lost a part of an event')
  return rows.map(([, piece]) => String(piece)).join('')
}

/** Runs of numbers close to each other, none of which leaves its bucket. */
function runsOf(sorted: readonly number[], buckets: number): Run[] {
  const runs: Run[] = []
  for (const seq of sorted) {
    const run = runs.at(-1)
    const isNear =
      run !== undefined &&
      seq - run.last <= widestGap &&
      eventBucket(seq, buckets) === eventBucket(run.first, buckets)
    if (isNear) run.last = seq
    else runs.push({ first: seq, last: seq })
  }
  return runs
}

function statementOf(
  { first, last }: Run,
  field: Field | undefined,
  places: ReadonlyMap<number, Moment>,
  { eventBuckets }: State,
): string {
  const moment = (seq: number): string => nanoseconds(places.get(seq) ?? { us: 0, ns: 0 })
  const what = field === undefined ? 'r' : `r, ${field}`
  const where = `b = '${eventBucket(first, eventBuckets)}'`
  const time = first === last ? `time = ${moment(first)}` : undefined
  const window = time ?? `time >= ${moment(first)} AND time <= ${moment(last)}`
  return `SELECT ${what} FROM event WHERE ${where} AND ${window}`
}
