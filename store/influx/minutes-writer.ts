/** Takes over minutes of another store, whose readings it no longer kept. */
import type { SummedMinute } from '#store/trail.ts'
import { minuteUs, readingsOfMinute, seriesKey } from '#store/windows.ts'
import type { Connection } from './connection.ts'
import { deliverPhase } from './delivery.ts'
import type { WritableLedger } from './ledger-writer.ts'
import { Lines } from './lines.ts'
import { firstReadings } from './minutes.ts'
import type { WritePaths } from './paths.ts'
import { minuteLine } from './points.ts'

/** Minutes of one series, by their place in the batch. */
interface OfSeries {
  readonly first: SummedMinute
  readonly minutes: (readonly [at: number, minute: SummedMinute])[]
}

/**
 * Resolves when they are in InfluxDB and in the side file; gives those that are refused. To be
 * called while nothing else is written.
 * @throws StoreFault: some of them may be stored, and all are to be brought again.
 */
export async function writeMinutes(
  connection: Connection,
  paths: Pick<WritePaths, 'minutes'>,
  ledger: WritableLedger,
  minutes: readonly SummedMinute[],
): Promise<{ at: number; refused: string }[]> {
  const all = bySeries(minutes)
  const firstUs = await firstReadings(
    connection,
    all.map(({ first }) => first),
  )
  const refused: { at: number; refused: string }[] = []
  const lines = new Lines()
  const places = new Map<string, number>()
  for (const [number, of] of all.entries()) {
    const endUs = firstUs[number] ?? Number.MAX_SAFE_INTEGER
    for (const [at, minute] of of.minutes) {
      if (minute.timeUs + minuteUs > endUs) refused.push({ at, refused: readingsOfMinute })
      else {
        const line = minuteLine(minute, minute)
        lines.add(line)
        places.set(line, at)
      }
    }
  }
  const { readings: notTaken } = await deliverPhase(connection, paths.minutes, lines.parts())
  for (const [line, words] of notTaken) {
    refused.push({ at: places.get(line) ?? 0, refused: words })
  }
  const left = new Set(refused.map(({ at }) => at))
  ledger.transaction(() => {
    for (const of of all)
      cover(
        ledger,
        of.minutes.filter(([at]) => !left.has(at)),
      )
  })
  return refused
}

function bySeries(minutes: readonly SummedMinute[]): OfSeries[] {
  const all = new Map<string, OfSeries>()
  for (const [at, minute] of minutes.entries()) {
    const key = seriesKey(minute)
    const one = all.get(key) ?? { first: minute, minutes: [] }
    one.minutes.push([at, minute])
    all.set(key, one)
  }
  return [...all.values()]
}

function cover(ledger: WritableLedger, minutes: OfSeries['minutes']): void {
  const [, first] = minutes[0] ?? []
  if (first === undefined) return
  const times = minutes.map(([, { timeUs }]) => timeUs)
  const endUs = Math.max(...times) + minuteUs
  const id = ledger.coverSeries(first, Math.min(...times), endUs - 1, ledger.confirmedBatch())
  ledger.setSummedTo(id, endUs)
}
