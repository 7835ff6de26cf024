/**
 * The trail store in InfluxDB, with its side file. One process writes; any number of readers read
 * beside it, in other threads, each with a connection of its own to both.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { StoreFault } from '#store/fault.ts'
import type { TrailReader, TrailWriter } from '#store/trail.ts'
import { bindStore } from './binding.ts'
import { Connection } from './connection.ts'
import type { Seen } from './ledger.ts'
import { openLedger, openLedgerToRead } from './ledger-file.ts'
import type { WritePaths } from './paths.ts'
import { InfluxProbe } from './probe.ts'
import { InfluxTrailReader } from './reader.ts'
import type { Say } from './server.ts'
import { type InfluxSettings, InfluxSetupError } from './settings.ts'
import { InfluxTrailWriter } from './writer.ts'

const patienceMs = 5_000
const defaultSpoolBytes = 256 * 1024 * 1024

/**
 * Opens the store for reading; whether InfluxDB answers shows with the first read. `seen`: what is
 * told of batches that it has not confirmed.
 */
export function readInfluxTrail(
  file: string,
  settings: InfluxSettings,
  seen: Exclude<Seen, 'decided'> = 'spooled',
): TrailReader {
  const probe = new InfluxProbe(file, settings, () => performance.now())
  return new InfluxTrailReader(new Connection(settings, probe), openLedgerToRead(file, seen))
}

/**
 * Opens the store for writing, making both of its parts where they are missing. A server that
 * cannot be reached is told to `say` and no failure: it is tried again with each batch.
 * @throws InfluxSetupError, SchemaVersionError
 */
export async function writeInfluxTrail(
  file: string,
  settings: InfluxSettings,
  say: Say,
): Promise<TrailWriter> {
  const ledger = openLedger(file)
  const connection = new Connection(settings)
  let bound: Promise<WritePaths> | undefined
  let said = say
  let isStart = true
  const bind = () => {
    // One at a time, also when somebody has stopped waiting for it.
    bound ??= bindStore(connection, ledger, said).catch((error: unknown) => {
      bound = undefined
      // Once we are at work devices go on being acknowledged, whatever has become of the server.
      if (isStart || !(error instanceof InfluxSetupError)) throw error
      throw new StoreFault(error.message, { cause: error })
    })
    return bound
  }
  const onFault = () => {
    // What answers after a failure may be another server.
    bound = undefined
    said = () => undefined
  }
  const { spoolBytes = defaultSpoolBytes } = settings
  const writer = new InfluxTrailWriter(connection, ledger, bind, onFault, spoolBytes)
  try {
    await inTime(bind())
  } catch (error) {
    if (!(error instanceof StoreFault)) {
      await writer.close()
      throw error
    }
    say(`${error.message} (INFLUX_URL is ${settings.url})`, 'warn')
  }
  isStart = false
  return writer
}

/** A server that does not answer must not hold up those who can be served without it. */
async function inTime(binding: Promise<unknown>): Promise<void> {
  const patience = new AbortController()
  const tooLong = pause(patienceMs, undefined, { signal: patience.signal }).then(() => {
    throw new StoreFault('InfluxDB has not answered yet')
  })
  try {
    await Promise.race([binding, tooLong])
  } finally {
    patience.abort()
    for (const late of [binding, tooLong]) late.catch(() => undefined)
  }
}
