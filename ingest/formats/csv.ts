/**
 * Tables: a line of column names and a line a read or a reading, divided by commas, semicolons or
 * tabs, with quotes as in RFC 4180. With a column `epc` they are reads; with `type` and `value`
 * readings, one a line; else every column whose name is a measure is one: see csv-columns.ts.
 * Other columns are passed over. A value that is no number, or has no known unit or no time, is
 * refused by itself, and a table whose lines cannot be told apart by a time is refused whole.
 */
import { isUtf8 } from 'node:buffer'
import { type Failure, fail } from '#epcis/failure.ts'
import {
  type Decoded,
  MAX_PARTS,
  type Origin,
  type PartFailure,
  partFailure,
  type RawRead,
  wholly,
} from '#ingest/decoded.ts'
import { type Column, isLikeMeasure, measuredColumns } from './csv-columns.ts'
import { dividerOf, rowsOf } from './csv-rows.ts'
import { looksLikeTime, type TimeColumns, timeColumns, timeIn } from './csv-time.ts'
import type { FormatInput } from './format-input.ts'
import { isUnit, numericOf } from './measure.ts'
import { numberOf, rawRead, textOf } from './raw-read.ts'
import { readingsOf, sensorBehind, type Value } from './sensor-readings.ts'

const columnsOfReads = ['epc', 'antenna', 'antennaname', 'rssi', 'count', 'tid', 'eventnum']

type Row = readonly string[]

/** The lines that have all columns, each with its number among all of them. */
interface Table {
  readonly head: Row
  /** In lower case. */
  readonly names: readonly string[]
  readonly rows: readonly { readonly index: number; readonly row: Row }[]
  /** Lines in all, those that are broken included. */
  readonly lines: number
  /** Whether it is divided by something else than commas, which then divide the decimals. */
  readonly hasDecimalComma: boolean
  readonly time: TimeColumns | undefined
  /** Of times that have none: that of the binding. */
  readonly offset: string | undefined
}

export function decodeCsv({ payload, origin, device }: FormatInput): Decoded {
  if (!isUtf8(payload)) return wholly(fail('csv_malformed', ''))
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString()
  const divider = dividerOf(text)
  const [head, ...lines] = rowsOf(text, divider) ?? []
  if (head === undefined) return wholly(fail('csv_malformed', ''))
  if (lines.length > MAX_PARTS) return wholly(fail('too_many_parts', ''))
  const rows = lines.map((row, index) => ({ index, row }))
  const table: Table = {
    head,
    names: head.map((name) => name.trim().toLowerCase()),
    rows: rows.filter(({ row }) => row.length === head.length),
    lines: lines.length,
    hasDecimalComma: divider !== ',',
    time: timeColumns(head),
    offset: device.binding?.timeZoneOffset,
  }
  const broken = rows
    .filter(({ row }) => row.length !== head.length)
    .map(({ index }) => partFailure(fail('csv_malformed', '', `Line ${index + 2}.`), index))
  if (table.names.includes('epc')) return reads(table, broken, origin)
  const measured = measuredIn(table)
  if (measured.length === 0) return wholly(fail('csv_malformed', '', headings(table)))
  if (isUndated(table, measured)) return wholly(fail('csv_time_missing', '', headings(table)))
  const cells = cellsOf(table, measured)
  if (cells.length > MAX_PARTS) return wholly(fail('too_many_parts', ''))
  const wrong = cells.flatMap(({ fault = [] }) => fault)
  const found = readingsOf(cells, undefined, sensorBehind(device, undefined), origin)
  // Values are numbered through; what is refused beside them has numbers of its own behind them.
  const beside = [...broken, ...unknownColumns(table, measured)]
  const behind = beside.map((failure) => ({ ...failure, index: cells.length + failure.index }))
  return { ...found, failures: [...found.failures, ...wrong, ...behind] }
}

function headings({ head }: Table): string {
  return head.join(', ').slice(0, 300)
}

function reads(table: Table, broken: readonly PartFailure[], origin: Origin): Decoded {
  const others = table.names.filter((name) => !columnsOfReads.includes(name))
  // What was read just now needs no time, if nothing that is not understood may be one.
  if (table.time === undefined && others.length > 0 && table.lines > 1) {
    return wholly(fail('csv_time_missing', '', headings(table)))
  }
  const places = columnsOfReads.map((name) => table.names.indexOf(name))
  const failures = [...broken]
  const found: RawRead[] = []
  for (const { index, row } of table.rows) {
    const [hex, antenna, antennaName, rssi, count, tid, eventNum] = places.map(
      (place) => row[place]?.trim() || undefined,
    )
    const time = timeOf(row, index, table)
    const rssiDbm = rssi && plainNumber(rssi, table)
    const parts = { hex, antenna, antennaName, rssiDbm, count, tid, eventNum }
    const read = typeof time === 'object' ? time : rawRead({ ...parts, time }, index, origin)
    if ('ok' in read) failures.push(partFailure(read, index))
    else found.push(read)
  }
  return { events: [], readings: [], reads: found, failures }
}

/** A value of a table; one that is refused has no value, and its reason. */
interface Cell extends Value {
  readonly fault?: PartFailure
}

/** What is measured in a column, or in each line by itself. */
interface Measured {
  readonly place: number
  readonly of: (row: Row) => Pick<Column, 'name' | 'unit' | 'component'>
}

function measuredIn({ head, names }: Table): Measured[] {
  if (!names.includes('type') || !names.includes('value')) {
    return measuredColumns(head).map((column) => ({ place: column.place, of: () => column }))
  }
  const [typeAt, unitAt] = [names.indexOf('type'), names.indexOf('uom')]
  const componentAt = names.indexOf('component')
  const of = (row: Row) => ({
    name: textOf(row[typeAt]?.trim()) ?? 'value',
    unit: row[unitAt]?.trim(),
    component: textOf(row[componentAt]?.trim()) ?? '',
  })
  return [{ place: names.indexOf('value'), of }]
}

/** Whether nothing is known to tell the time, and the moment of arrival cannot be that of all. */
function isUndated({ time, lines, rows }: Table, measured: readonly Measured[]): boolean {
  if (time !== undefined) return false
  if (lines > 1) return true
  const places = new Set(measured.map(({ place }) => place))
  return rows.some(({ row }) =>
    row.some((text, place) => !places.has(place) && looksLikeTime(text)),
  )
}

/** One failure for each column that looks like a measurement and is not understood. */
function unknownColumns(table: Table, measured: readonly Measured[]): PartFailure[] {
  const { head, names, rows, lines } = table
  if (names.includes('value') && names.includes('type')) return []
  const places = new Set(measured.map(({ place }) => place))
  return head.flatMap((title, place) => {
    if (places.has(place) || !isLikeMeasure(title)) return []
    const hasNumber = rows.some(
      ({ row }) => plainNumber(row[place]?.trim() ?? '', table) !== undefined,
    )
    if (!hasNumber) return []
    return partFailure(fail('csv_column_unknown', '', title.trim()), lines + place)
  })
}

function cellsOf(table: Table, measured: readonly Measured[]): Cell[] {
  const cells: Cell[] = []
  for (const { index: line, row } of table.rows) {
    for (const { place, of } of measured) {
      const text = row[place]?.trim() ?? ''
      if (!isMissing(text)) cells.push(cellOf(text, of(row), row, table, cells.length, line))
    }
    if (cells.length > MAX_PARTS) break
  }
  return cells
}

function cellOf(
  text: string,
  measured: Pick<Column, 'name' | 'unit' | 'component'>,
  row: Row,
  table: Table,
  index: number,
  line: number,
): Cell {
  const value = numericOf(plainNumber(text, table) ?? text)
  const time = timeOf(row, line, table)
  const { name, unit = '' } = measured
  const told = `Line ${line + 2}: `
  const refused = (fault: Failure): Cell => {
    return { ...measured, value: undefined, fault: partFailure(fault, index) }
  }
  if (value === undefined) return refused(fail('value_malformed', '/value', told + text))
  if (unit !== '' && !isUnit(name, unit)) return refused(fail('unit_unknown', '/uom', told + unit))
  if (typeof time === 'object') return refused(time)
  if (time === undefined && table.lines > 1) return refused(fail('field_missing', '/time', told))
  return { ...measured, value, time }
}

/** What tables have where nothing was measured. */
const missing: readonly string[] = ['', '-', '--', '---', 'n/a', 'na', 'nan', 'null']

function isMissing(text: string): boolean {
  return missing.includes(text.toLowerCase())
}

const DECIMAL_COMMA = /^([+-]?\d{1,15}),(\d{1,15})$/

function plainNumber(text: string, { hasDecimalComma }: Table): number | undefined {
  return numberOf(hasDecimalComma ? text.replace(DECIMAL_COMMA, '$1.$2') : text)
}

/** When a line was measured; undefined where it says nothing of it. */
function timeOf(row: Row, line: number, { time, offset }: Table): string | undefined | Failure {
  if (time === undefined) return undefined
  const found = timeIn(row, time, offset)
  if (typeof found !== 'object') return found
  return fail('time_invalid', '/time', `Line ${line + 2}: ${found.why}`)
}
