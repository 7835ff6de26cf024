/**
 * Looks for everything in InfluxDB that the side file says is stored, while a server may be at work
 * on both. Reads every event's record and members, so it takes as long as a rebuild.
 */
import { checkNotBehind } from './agreement.ts'
import { findStore } from './binding.ts'
import { Connection } from './connection.ts'
import { openLedgerToRead } from './ledger-file.ts'
import { missingEvents } from './presence.ts'
import { type InfluxSettings, InfluxSetupError } from './settings.ts'

const eventsAtOnce = 512

/** How far the look has come, and the eventIDs that it has missed since the last step. */
export interface InfluxStep {
  readonly looked: number
  readonly of: number
  readonly missing: readonly string[]
  /** What is wrong with the database as a whole; in the last step alone. */
  readonly fault?: string
}

/**
 * @throws InfluxSetupError where the database is not that of the side file, StoreFault where it
 * does not answer.
 */
export async function* verifyInflux(
  file: string,
  settings: InfluxSettings,
): AsyncGenerator<InfluxStep> {
  const connection = new Connection(settings)
  const ledger = openLedgerToRead(file, 'none')
  try {
    const state = ledger.state()
    const found = await findStore(connection)
    if (state === undefined || found?.id !== state.store) {
      throw new InfluxSetupError(
        `the side file influx.db does not belong to the database ${settings.database}`,
      )
    }
    const { events } = state
    for (let first = 1; first <= events; first += eventsAtOnce) {
      const last = Math.min(first + eventsAtOnce - 1, events)
      const seqs = Array.from({ length: last - first + 1 }, (_, at) => first + at)
      const missing = await missingEvents(connection, ledger, seqs, state)
      const names = ledger.records(missing, state).map(({ summary }) => summary.eventID)
      yield { looked: last, of: events, missing: names }
    }
    const whole = { looked: events, of: events, missing: [] }
    try {
      await checkNotBehind(connection, ledger, state)
      yield whole
    } catch (error) {
      if (!(error instanceof InfluxSetupError)) throw error
      yield { ...whole, fault: error.message }
    }
  } finally {
    connection.close()
    ledger.close()
  }
}
