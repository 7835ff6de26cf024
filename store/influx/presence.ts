/**
 * Looks whether InfluxDB has events: the point of each with its record and its members, and the
 * first row of its trail. All else of an event was written with these, to the same shards.
 */
import { inParts } from '#store/sqlite/rows.ts'
import { rowsOf } from './batches.ts'
import type { Connection } from './connection.ts'
import { maybeWholeText, runsOf, selectRun } from './events.ts'
import type { Ledger, State } from './ledger.ts'
import { nanoseconds, slotsPerMicrosecond, trailSpotOf } from './points.ts'
import { allRoles, splitText, unpackMembers, unpackRecord } from './records.ts'

const statementsAtOnce = 256

/** Where the first row of an event's trail has to be, and how it begins. */
interface FirstRow {
  readonly seq: number
  readonly statement: string
  readonly beginning: string
}

/**
 * Those of some events that InfluxDB does not have, or not whole. The numbers rise, and none is
 * behind the last event that is confirmed; those of events that were refused are passed over.
 * @throws StoreFault where it does not answer.
 */
export async function missingEvents(
  connection: Connection,
  ledger: Ledger,
  seqs: readonly number[],
  state: State,
): Promise<number[]> {
  const refused = ledger.refused(state)
  const wanted = seqs.filter((seq) => !refused.has(seq))
  const rows = await readPoints(connection, ledger, wanted, state)
  const beginnings = new Map(rows.map(({ seq, beginning }) => [seq, beginning]))
  const missing = new Set(wanted.filter((seq) => !beginnings.has(seq)))
  const asked = rows.filter(({ statement }) => statement !== '')
  const answers = await inRequests(
    connection,
    asked.map(({ statement }) => statement),
  )
  for (const [at, { seq, beginning }] of asked.entries()) {
    const found = answers[at]?.some((row) => String(row[1]).startsWith(beginning))
    if (found !== true) missing.add(seq)
  }
  return wanted.filter((seq) => missing.has(seq))
}

/** What the points say of the first rows; nothing of events whose point is not there or whole. */
async function readPoints(
  connection: Connection,
  ledger: Ledger,
  wanted: readonly number[],
  state: State,
): Promise<FirstRow[]> {
  const { eventBuckets } = state
  const runs = runsOf(wanted, eventBuckets)
  const places = ledger.places([...new Set(runs.flatMap(({ first, last }) => [first, last]))])
  const statements = runs.map((run) => selectRun('r, m', run, places, state))
  const due = new Set(wanted)
  const found: FirstRow[] = []
  for (const [timeUs, r, m] of (await inRequests(connection, statements)).flat()) {
    const record = splitText(String(r))
    const { seq, era } = record
    if (!due.has(seq) || !ledger.isSeen(seq, era, state)) continue
    const whole = (piece: typeof record) =>
      maybeWholeText(connection, piece, Number(timeUs), eventBuckets)
    const [text, members] = [await whole(record), await whole(splitText(String(m)))]
    if (text === undefined || members === undefined) continue
    const { slot, summary } = unpackRecord(record, text)
    const [first] = unpackMembers(seq, members, allRoles)
    const key = slot < slotsPerMicrosecond ? first?.item.key : undefined
    const statement = key === undefined ? '' : rowAt(key, summary.eventTimeUs, slot, state)
    found.push({ seq, statement, beginning: `${seq.toString(36)} ` })
  }
  return found
}

function rowAt(key: string, us: number, slot: number, { trailBuckets }: State): string {
  const { bucket, field } = trailSpotOf(key, trailBuckets)
  const at = nanoseconds({ us, ns: slot })
  return `SELECT p${field} FROM trail WHERE b = '${bucket}' AND s = '' AND time = ${at}`
}

/** The rows of each statement. */
async function inRequests(
  connection: Connection,
  statements: readonly string[],
): Promise<(readonly (readonly unknown[])[])[]> {
  const answers: (readonly (readonly unknown[])[])[] = []
  for (const some of inParts(statements, statementsAtOnce)) {
    for (const series of await connection.query(some)) answers.push(rowsOf(series))
  }
  return answers
}
