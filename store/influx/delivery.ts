/**
 * Brings the lines of a batch into InfluxDB, phase by phase, and parts off what it will never take.
 * A line that was written before is written again without effect: it is the same point.
 */
import { StoreFault } from '#store/fault.ts'
import type { Connection } from './connection.ts'
import { linesOf, type Part, partOf } from './redo.ts'
import { PointsRefused } from './settings.ts'

/**
 * Requests under way at a time within a phase: all of an ordinary batch. With fewer, InfluxDB has
 * nothing to do while the next batch is decided, as the same thread would have to send the rest.
 */
export const requestsAtOnce = 8

/** What was refused for good, each with the words of the server. */
export interface Refused {
  /** Events by number, one of whose points was refused. */
  readonly events: Map<number, string>
  /** Lines of telemetry. */
  readonly readings: Map<string, string>
}

/**
 * Sends one phase; resolves when all of it is confirmed or refused for good.
 * @throws StoreFault: some of it may be stored, and all of it is to be sent again.
 */
export async function deliverPhase(
  connection: Connection,
  path: string,
  parts: readonly Part[],
): Promise<Refused> {
  const refused: Refused = { events: new Map(), readings: new Map() }
  const left = parts.values()
  const deliverNext = async (): Promise<void> => {
    for (const part of left) {
      for (const [line, words] of await deliver(connection, path, part)) {
        note(refused, line, words)
      }
    }
  }
  const results = await Promise.allSettled(Array.from({ length: requestsAtOnce }, deliverNext))
  // Not before each of them has ended: nothing of this attempt may arrive after the next one.
  for (const result of results) if (result.status === 'rejected') throw result.reason
  return refused
}

type RefusedLine = readonly [line: string, words: string]

/** Halves what is refused until single lines are left: a refusal does not say which it means. */
async function deliver(connection: Connection, path: string, part: Part): Promise<RefusedLine[]> {
  if (part.length === 0) return []
  try {
    await connection.write(part, path)
    return []
  } catch (error) {
    if (!(error instanceof PointsRefused)) throw error
    const lines = linesOf(part)
    const dropped = Number(/dropped=(\d+)/.exec(error.message)?.[1])
    if (lines.length === 1 || dropped === lines.length) {
      return lines.map((line) => [line, error.message])
    }
    const middle = Math.ceil(lines.length / 2)
    return [
      ...(await deliver(connection, path, partOf(lines.slice(0, middle)))),
      ...(await deliver(connection, path, partOf(lines.slice(middle)))),
    ]
  }
}

function note(refused: Refused, line: string, words: string): void {
  const event = eventOf(line)
  if (event !== undefined) refused.events.set(event, words)
  else if (line.startsWith('telemetry,')) refused.readings.set(line, words)
  else throw new StoreFault(`InfluxDB refuses what belongs to the store itself: ${words}`)
}

/** The number of the event that a line belongs to, where it says so. */
function eventOf(line: string): number | undefined {
  const row = /^trail,\S+ p\d="([0-9a-z]+) /.exec(line)?.[1]
  if (row !== undefined) return Number.parseInt(row, 36)
  const event = /^event,b=\d+ r="(\d+) /.exec(line)?.[1]
  return event === undefined ? undefined : Number(event)
}
