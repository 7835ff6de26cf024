/**
 * Whether a database and a side file that belong to each other are of one moment. Each of them may
 * have been put back from a copy of its own, or from a snapshot of its disk: the database then
 * lacks what the side file says is stored, or has what the side file knows nothing of. Neither
 * shows by itself before somebody asks for an event that is not there.
 *
 * What is looked at does not grow with the store: the last batches, the number of eras, and some
 * events from the first to the last.
 */
import { eraEnds, lastBatches } from './batches.ts'
import type { Connection } from './connection.ts'
import type { Ledger, State } from './ledger.ts'
import type { WritableLedger } from './ledger-writer.ts'
import { missingEvents } from './presence.ts'
import { InfluxSetupError } from './settings.ts'

/** Spread over all events, and the last ones, which a copy lacks first. */
const spreadEvents = 48
const lastEvents = 16

const anew = 'make it anew with main.ts rebuild'

/**
 * `state`: that of the side file.
 * @throws InfluxSetupError where they are of two moments, StoreFault where it does not answer.
 */
export async function checkMoment(
  connection: Connection,
  ledger: WritableLedger,
  state: State,
): Promise<void> {
  const events = await checkNotBehind(connection, ledger, state)
  // Batches are written one after the other.
  const expected = Math.max(state.confirmedEvents, ledger.pending.behind(0)?.events ?? 0)
  if (events > expected) {
    throw new InfluxSetupError(
      `the database ${connection.settings.database} has ${events} events and the side file ` +
        `${expected}, so it is an older copy: ${anew}`,
    )
  }
  await checkSome(connection, ledger, state)
}

/**
 * The part of it that holds while a server writes, where `state` was read before. Gives how many
 * events the database says it has.
 * @throws the same.
 */
export async function checkNotBehind(
  connection: Connection,
  ledger: Ledger,
  { era, confirmedEvents, confirmedReadings }: State,
): Promise<number> {
  const { database } = connection.settings
  const cursors = ledger.cursors()
  const eras = (await eraEnds(connection)).length
  if (eras !== era) {
    throw new InfluxSetupError(
      `main.ts rebuild has read the database ${database} ${eras} times and the side file ` +
        `influx.db is from when it was ${era}, so one of them is an older copy: ${anew}`,
    )
  }
  const last = await lastBatches(connection)
  const events = Math.max(0, ...last.map((batch) => batch.events))
  const positions = new Map(last.map(({ follower, position }) => [follower, position]))
  const isBehind =
    events < confirmedEvents ||
    Math.max(0, ...last.map((batch) => batch.readings)) < confirmedReadings ||
    cursors.some(({ follower, position }) => (positions.get(follower) ?? 0) < position)
  if (isBehind) {
    throw new InfluxSetupError(
      `the database ${database} is older than the side file influx.db (it has ${events} events ` +
        `of ${confirmedEvents}), as after a restore: restore what it lacks, or have the side ` +
        'file made anew with main.ts rebuild; the journal then gives what it still has',
    )
  }
  return events
}

async function checkSome(connection: Connection, ledger: Ledger, state: State): Promise<void> {
  const asked = someEvents(state.confirmedEvents)
  const missing = await missingEvents(connection, ledger, asked, state)
  const [first] = missing
  if (first === undefined) return
  throw new InfluxSetupError(
    `of ${asked.length} events that were looked for InfluxDB lacks ${missing.length}, the event ` +
      `${first} first: main.ts verify names all; restore the database, or have the side file ` +
      'made anew without them with main.ts rebuild',
  )
}

/** Numbers from 1 to the last, rising. */
function someEvents(last: number): number[] {
  const spread = Array.from({ length: spreadEvents }, (_, at) =>
    Math.ceil(((at + 1) * last) / spreadEvents),
  )
  const ending = Array.from({ length: lastEvents }, (_, at) => last - at)
  return [...new Set([1, ...spread, ...ending])]
    .filter((seq) => seq > 0 && seq <= last)
    .sort((a, b) => a - b)
}
