/**
 * Tables: a line of column names and a line a read or a reading, divided by commas, semicolons or
 * tabs, with quotes as in RFC 4180. With a column `epc` they are reads; with `type` and `value`
 * readings, one a line; else every column whose name is a measure is one (`temperature`,
 * `humidity`, or any other with a unit behind it: `probe 2 [°C]`). Other columns are passed over.
 */
import { isUtf8 } from 'node:buffer'
import { fail } from '#epcis/failure.ts'
import {
  type Decoded,
  MAX_PARTS,
  type Origin,
  type PartFailure,
  partFailure,
  type RawRead,
  wholly,
} from '#ingest/decoded.ts'
import type { FormatInput } from './format-input.ts'
import { measureOf } from './measure.ts'
import { numberOf, rawRead, textOf } from './raw-read.ts'
import { readingsOf, sensorBehind, type Value } from './sensor-readings.ts'

const MAX_COLUMNS = 100
const columnsOfReads = ['epc', 'time', 'antenna', 'antennaname', 'rssi', 'count', 'tid', 'eventnum']
const columnsOfTime: readonly string[] = ['time', 'timestamp', 'date', 'datetime']
const WITH_UNIT = /^(.{1,100}?) ?[[(](.{1,20})[\])]$/

type Row = readonly string[]

export function decodeCsv({ payload, origin, device }: FormatInput): Decoded {
  if (!isUtf8(payload)) return wholly(fail('csv_malformed', ''))
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString()
  const rows = rowsOf(text)
  const [head, ...lines] = rows ?? []
  if (head === undefined || head.length > MAX_COLUMNS) return wholly(fail('csv_malformed', ''))
  if (lines.length > MAX_PARTS) return wholly(fail('too_many_parts', ''))
  const names = head.map((name) => name.trim().toLowerCase())
  const failures: PartFailure[] = []
  const whole: [index: number, row: Row][] = []
  for (const [index, row] of lines.entries()) {
    if (row.length === head.length) whole.push([index, row])
    else failures.push(partFailure(fail('csv_malformed', '', `Line ${index + 2}.`), index))
  }
  if (names.includes('epc')) return reads(names, whole, failures, origin)
  const values = valuesOf(head, names, whole)
  if (values === undefined) return wholly(fail('csv_malformed', '', head.join(',').slice(0, 100)))
  const found = readingsOf(values, undefined, sensorBehind(device, undefined), origin)
  // Values are numbered through; a line that is refused has a number of its own behind them.
  const behind = failures.map((failure) => ({ ...failure, index: values.length + failure.index }))
  return { ...found, failures: [...found.failures, ...behind] }
}

function reads(
  names: readonly string[],
  rows: readonly (readonly [number, Row])[],
  failures: PartFailure[],
  origin: Origin,
): Decoded {
  const places = columnsOfReads.map((name) => names.indexOf(name))
  const found: RawRead[] = []
  for (const [index, row] of rows) {
    const [hex, time, antenna, antennaName, rssiDbm, count, tid, eventNum] = places.map(
      (place) => row[place]?.trim() || undefined,
    )
    const parts = { hex, time, antenna, antennaName, rssiDbm, count, tid, eventNum }
    const read = rawRead(parts, index, origin)
    if ('ok' in read) failures.push(partFailure(read, index))
    else found.push(read)
  }
  return { events: [], readings: [], reads: found, failures }
}

function valuesOf(
  head: Row,
  names: readonly string[],
  rows: readonly (readonly [number, Row])[],
): Value[] | undefined {
  const timeAt = names.findIndex((name) => columnsOfTime.includes(name))
  const timeOf = (row: Row) => row[timeAt]?.trim()
  if (names.includes('type') && names.includes('value')) {
    const [typeAt, valueAt] = [names.indexOf('type'), names.indexOf('value')]
    const [unitAt, componentAt] = [names.indexOf('uom'), names.indexOf('component')]
    return rows.map(([, row]) => ({
      component: textOf(row[componentAt]?.trim()) ?? '',
      name: textOf(row[typeAt]?.trim()) ?? 'value',
      unit: row[unitAt]?.trim(),
      value: numberOf(row[valueAt]?.trim()),
      time: timeOf(row),
    }))
  }
  const columns = head.flatMap((title, place) => measuredColumn(title.trim(), place))
  if (columns.length === 0) return undefined
  return rows.flatMap(([, row]) =>
    columns.map(({ place, name, unit, component }) => {
      const value = numberOf(row[place]?.trim())
      return { component, name, unit, value, time: timeOf(row) }
    }),
  )
}

function measuredColumn(title: string, place: number) {
  const [, name = title, unit] = WITH_UNIT.exec(title) ?? []
  const { type } = measureOf(name, unit)
  if (unit === undefined && type === name) return []
  // Two columns of one type are told apart by what they are called.
  const component = type.toLowerCase() === name.toLowerCase() || unit === undefined ? '' : name
  return [{ place, name, unit, component }]
}

/** The fields of every line that is not empty; undefined where a quote is not closed. */
function rowsOf(text: string): string[][] | undefined {
  const end = text.search(/[\r\n]/)
  const firstLine = end < 0 ? text : text.slice(0, end)
  const divider = [';', '\t', ','].find((mark) => firstLine.includes(mark)) ?? ','
  const rows: string[][] = []
  let row: string[] = []
  for (let at = text.startsWith('\ufeff') ? 1 : 0; at <= text.length; at += 1) {
    const field = text[at] === '"' ? quoted(text, at) : bare(text, at, divider)
    if (field === undefined) return undefined
    row.push(field.text)
    at = field.end
    if (at < text.length && !`${divider}\r\n`.includes(text[at] ?? '')) return undefined
    if (text[at] === divider) continue
    if (row.length > 1 || row[0] !== '') rows.push(row)
    row = []
    if (rows.length > MAX_PARTS + 1) return rows
    if (text[at] === '\r' && text[at + 1] === '\n') at += 1
  }
  return rows
}

function bare(text: string, from: number, divider: string): { text: string; end: number } {
  let end = from
  while (end < text.length && text[end] !== divider && text[end] !== '\n' && text[end] !== '\r') {
    end += 1
  }
  return { text: text.slice(from, end), end }
}

function quoted(text: string, from: number): { text: string; end: number } | undefined {
  let at = from + 1
  for (;;) {
    const quote = text.indexOf('"', at)
    if (quote < 0) return undefined
    if (text[quote + 1] !== '"') {
      return { text: text.slice(from + 1, quote).replaceAll('""', '"'), end: quote + 1 }
    }
    at = quote + 2
  }
}
