/**
 * Reads members and bodies of events, by the numbers of these: from the spool, and what is not
 * there from InfluxDB. Neighbours stand next to each other in one series there, so they are read as
 * one run, and several runs in one request.
 */
import { StoreFault } from '#store/fault.ts'
import { Cache } from '#store/sqlite/cache.ts'
import type { Pace } from '#store/sqlite/pace.ts'
import { inParts } from '#store/sqlite/rows.ts'
import type { EventMember } from '#trace/source.ts'
import type { Connection } from './connection.ts'
import type { Ledger, State } from './ledger.ts'
import { eventBucket, later, type Moment, nanoseconds } from './points.ts'
import { type FirstPiece, splitText, unpackMembers } from './records.ts'
import type { Spool } from './spool.ts'

/** Events between two wanted ones that are read along rather than asked around. */
const widestGap = 16
const runsAtOnce = 24
/** Requests under way at a time for one read. */
const requestsAtOnce = 2
/** Of members, which a walk asks for again and again by other roles. */
const cachedMembers = 8_192
const longestKept = 1_000
/** What an event costs to read, in trail rows. */
const rowsOfEvent = 2
const bytesOfRow = 200

type Field = 'm' | 'body'

export interface Run {
  readonly first: number
  last: number
}

export class Events {
  readonly #connection: Connection
  readonly #ledger: Ledger
  readonly #spool: Spool
  readonly #pace: Pace
  /** An event that is seen never changes. */
  readonly #members = new Cache<number, string>(cachedMembers)

  constructor(connection: Connection, ledger: Ledger, spool: Spool, pace: Pace) {
    this.#connection = connection
    this.#ledger = ledger
    this.#spool = spool
    this.#pace = pace
  }

  /** The bodies of events, by number. An unknown number is a bug and throws. */
  bodies(seqs: readonly number[], state: State): Promise<Map<number, string>> {
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
      if (text !== undefined) members.set(seq, unpackMembers(seq, text, mask))
      return text === undefined
    })
    if (missing.length === 0) return members
    for (const [seq, text] of await this.#read(missing, 'm', state)) {
      members.set(seq, unpackMembers(seq, text, mask))
      if (text.length < longestKept) this.#members.set(seq, text)
    }
    return members
  }

  async #read(seqs: readonly number[], field: Field, state: State): Promise<Map<number, string>> {
    if (seqs.some((seq) => seq > state.events)) throw new RangeError('there is no such event')
    const found = this.#spool.texts(seqs, field, state)
    const wanted = new Set(seqs.filter((seq) => !found.has(seq)))
    const sorted = [...wanted].sort((a, b) => a - b)
    const runs = runsOf(sorted, state.eventBuckets)
    const places = this.#ledger.places([
      ...new Set(runs.flatMap(({ first, last }) => [first, last])),
    ])
    for (const some of inParts(runs, runsAtOnce * requestsAtOnce)) {
      const requests = [...inParts(some, runsAtOnce)].map((few) =>
        this.#connection.query(few.map((run) => selectRun(field, run, places, state))),
      )
      for (const series of (await Promise.all(requests)).flat(2)) {
        for (const [timeUs, said] of series.rows) {
          const piece = splitText(String(said))
          const { seq, era } = piece
          if (!wanted.has(seq) || !this.#ledger.isSeen(seq, era, state)) continue
          const { eventBuckets } = state
          found.set(seq, await wholeText(this.#connection, piece, Number(timeUs), eventBuckets))
          await this.#pace.after(rowsOfEvent + piece.text.length / bytesOfRow)
        }
      }
    }
    const lost = sorted.find((seq) => !found.has(seq))
    if (lost !== undefined) throw new StoreFault(`InfluxDB no longer has the event ${lost}`)
    return found
  }
}

/** A text of an event with its further pieces, which stand behind the event's own point. */
async function wholeText(...asked: Parameters<typeof maybeWholeText>): Promise<string> {
  const text = await maybeWholeText(...asked)
  if (text === undefined) throw new StoreFault('InfluxDB has lost a part of an event')
  return text
}

/** The same; undefined where a piece is lost. */
export async function maybeWholeText(
  connection: Connection,
  { seq, restNs, rest, text }: FirstPiece,
  timeUs: number,
  eventBuckets: number,
): Promise<string | undefined> {
  if (rest === 0) return text
  const point = { us: timeUs, ns: 0 }
  const from = nanoseconds(later(point, restNs))
  const to = nanoseconds(later(point, restNs + rest - 1))
  const bucket = eventBucket(seq, eventBuckets)
  const where = `b = '${bucket}' AND time >= ${from} AND time <= ${to}`
  const [series = []] = await connection.query([`SELECT x FROM rest WHERE ${where}`])
  const rows = series.flatMap((one) => one.rows)
  if (rows.length !== rest) return undefined
  return text + rows.map(([, piece]) => String(piece)).join('')
}

/** Runs of numbers close to each other, none of which leaves its bucket. */
export function runsOf(sorted: readonly number[], buckets: number): Run[] {
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

export function selectRun(
  fields: string,
  { first, last }: Run,
  places: ReadonlyMap<number, Moment>,
  { eventBuckets }: State,
): string {
  const moment = (seq: number): string => nanoseconds(places.get(seq) ?? { us: 0, ns: 0 })
  const where = `b = '${eventBucket(first, eventBuckets)}'`
  const time = first === last ? `time = ${moment(first)}` : undefined
  const window = time ?? `time >= ${moment(first)} AND time <= ${moment(last)}`
  return `SELECT ${fields} FROM event WHERE ${where} AND ${window}`
}
