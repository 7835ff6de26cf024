/**
 * Writes a trail store as lines: its events in the order of recording, then its readings,
 * of each device behind the minutes that are left of those before.
 */
import type { TrailReader } from '#store/trail.ts'
import { eventLine, minuteLine, readingLine } from './lines.ts'
import { eventsBehind } from './whole-events.ts'

export interface Exported {
  events: number
  readings: number
  minutes: number
}

/**
 * Hands the lines to `write`, some at a time, each with its line feed. What is stored meanwhile may
 * be in it or not.
 */
export async function exportLines(
  source: TrailReader,
  write: (lines: string) => Promise<void>,
  onProgress: (share: number) => void,
): Promise<Exported> {
  const { events, readings } = await source.counts()
  const all = Math.max(1, events + readings)
  const done: Exported = { events: 0, readings: 0, minutes: 0 }
  const tell = () => onProgress(Math.min(1, (done.events + done.readings) / all))
  for await (const some of eventsBehind(source, 0)) {
    await write(some.map(({ event }) => `${eventLine(event)}\n`).join(''))
    done.events += some.length
    tell()
  }
  for (const device of await source.sensors()) {
    for await (const minutes of source.minutes(device)) {
      await write(minutes.map((minute) => `${minuteLine(minute)}\n`).join(''))
      done.minutes += minutes.length
    }
    for await (const points of source.telemetry({ devices: [device], keptOnly: true })) {
      await write(points.map((point) => `${readingLine(point)}\n`).join(''))
      done.readings += points.length
      tell()
    }
  }
  return done
}
