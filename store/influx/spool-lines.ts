/**
 * Reads back what the lines of a batch say, for the spool: what is told of a batch that InfluxDB
 * has not confirmed is what InfluxDB will be given, and nothing else.
 */
import { later, nanoseconds, readingOf, type SeriesName, unquoted } from './points.ts'
import { allRoles, type FirstPiece, splitText, splitTrailRow, unpackMembers } from './records.ts'
import { type BatchParts, linesOf } from './redo.ts'

/** Rows of the spool's tables. */
export interface Spooled {
  readonly trail: readonly (readonly [
    item: number,
    eventTimeUs: number,
    seq: number,
    part: string,
  ])[]
  readonly events: readonly (readonly [seq: number, members: string, body: string])[]
  /** Of one series and time the last one stands. */
  readonly readings: readonly (readonly [series: number, timeUs: number, value: number])[]
}

/** `seriesOf` gives the number of a series. */
export function spooledOf(parts: BatchParts, seriesOf: (series: SeriesName) => number): Spooled {
  const lines = parts.rows.flatMap(linesOf)
  const rest = new Map<string, string>()
  const events: [number, string, string][] = []
  const items = new Map<string, number>()
  // What belongs to an event stands before it.
  for (const line of lines) {
    if (line.startsWith('rest,')) rest.set(timeOf(line), stringsOf(line, ['x'])[0] ?? '')
    else if (line.startsWith('event,')) {
      const us = timeOf(line).slice(0, -3)
      const [members, body] = stringsOf(line, ['r', 'm', 'body']).slice(1).map(splitText)
      if (members === undefined || body === undefined) continue
      const text = wholeText(members, us, rest)
      events.push([members.seq, text, wholeText(body, us, rest)])
      for (const { item } of unpackMembers(members.seq, text, allRoles)) {
        items.set(item.key, item.ref)
      }
      rest.clear()
    }
  }
  const trail = lines
    .filter((line) => line.startsWith('trail,'))
    .map((line) => {
      const packed = unquoted(line, line.indexOf('"') + 1).text
      const { seq, key, part } = splitTrailRow(packed)
      return [items.get(key) ?? 0, Number(timeOf(line).slice(0, -3)), seq, part] as const
    })
  const readings = parts.readings.flatMap(linesOf).map((line) => {
    const { timeUs, value, ...series } = readingOf(line)
    return [seriesOf(series), timeUs, value] as const
  })
  return { trail, events, readings }
}

/** The nanosecond of a line. */
function timeOf(line: string): string {
  return line.slice(line.lastIndexOf(' ') + 1)
}

/** The values of fields of a line that has these alone, in this order. */
function stringsOf(line: string, fields: readonly string[]): string[] {
  let at = line.indexOf(' ')
  return fields.map((field) => {
    const { text, end } = unquoted(line, at + field.length + 3)
    at = end + 1
    return text
  })
}

function wholeText(
  { text, restNs, rest: count }: FirstPiece,
  us: string,
  rest: ReadonlyMap<string, string>,
): string {
  const point = { us: Number(us), ns: 0 }
  const pieces = Array.from(
    { length: count },
    (_, at) => rest.get(nanoseconds(later(point, restNs + at))) ?? '',
  )
  return text + pieces.join('')
}
