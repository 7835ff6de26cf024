/**
 * Tables: a line of column names and a line a read or a reading, divided by commas, semicolons or
 * tabs, with quotes as in RFC 4180. With a column `epc` they are reads; with `type` and `value`
 * readings, one a line; else every column whose name is a measure is one (`temperature`,
 * `humidity`, or any other with a unit behind it: `probe 2 [°C]`). Other columns are passed over.
 * A value that is no number or has no known unit is refused by itself, and not lost silently.
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
import type { FormatInput } from './format-input.ts'
import { isMeasure, isUnit, measureOf, numericOf } from './measure.ts'
import { numberOf, rawRead, textOf } from './raw-read.ts'
import { readingsOf, sensorBehind, type Value } from './sensor-readings.ts'

const MAX_COLUMNS = 100
const columnsOfReads = ['epc', 'time', 'antenna', 'antennaname', 'rssi', 'count', 'tid', 'eventnum']
const columnsOfTime: readonly string[] = ['time', 'timestamp', 'date', 'datetime']
const WITH_UNIT = /^(.{1,100}?) ?[[(](.{1,20})[\])]$/

type Row = readonly string[]

/** The lines that have all columns, each with its number among all of them. */
interface Table {
  readonly head: Row
  /** In lower case. */
  readonly names: readonly string[]
  readonly rows: readonly { readonly index: number; readonly row: Row }[]
  /** Whether it is divided by something else than commas, which then divide the decimals. */
  readonly hasDecimalComma: boolean
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
    hasDecimalComma: divider !== ',',
    offset: device.binding?.timeZoneOffset,
  }
  const broken = rows
    .filter(({ row }) => row.length !== head.length)
    .map(({ index }) => partFailure(fail('csv_malformed', '', `Line ${index + 2}.`), index))
  if (table.names.includes('epc')) return reads(table, broken, origin)
  const cells = cellsOf(table)
  if (cells === undefined) return wholly(fail('csv_malformed', '', head.join(',').slice(0, 100)))
  if (cells.length > MAX_PARTS) return wholly(fail('too_many_parts', ''))
  const wrong = cells.flatMap(({ fault = [] }) => fault)
  const found = readingsOf(cells, undefined, sensorBehind(device, undefined), origin)
  // Values are numbered through; a line that is refused has a number of its own behind them.
  const behind = broken.map((failure) => ({ ...failure, index: cells.length + failure.index }))
  return { ...found, failures: [...found.failures, ...wrong, ...behind] }
}

function reads(table: Table, broken: readonly PartFailure[], origin: Origin): Decoded {
  const places = columnsOfReads.map((name) => table.names.indexOf(name))
  const failures = [...broken]
  const found: RawRead[] = []
  for (const { index, row } of table.rows) {
    const [hex, time, antenna, antennaName, rssi, count, tid, eventNum] = places.map(
      (place) => row[place]?.trim() || undefined,
    )
    const rssiDbm = rssi && plainNumber(rssi, table)
    const parts = {
      hex,
      time: timeOf(time, table),
      antenna,
      antennaName,
      rssiDbm,
      count,
      tid,
      eventNum,
    }
    const read = rawRead(parts, index, origin)
    if ('ok' in read) failures.push(partFailure(read, index))
    else found.push(read)
  }
  return { events: [], readings: [], reads: found, failures }
}

/** A value of a table; one that is refused has no value, and its reason. */
interface Cell extends Value {
  readonly fault?: PartFailure
}

/** What is measured in a column, or in a line, and when. */
type Measured = Pick<Value, 'component' | 'name' | 'unit' | 'time'>

function cellsOf(table: Table): Cell[] | undefined {
  const { head, names, rows } = table
  const timeAt = names.findIndex((name) => columnsOfTime.includes(name))
  const cells: Cell[] = []
  const add = (measured: Measured, row: Row, place: number, line: number) => {
    const text = row[place]?.trim() ?? ''
    if (isMissing(text)) return
    const time = timeOf(row[timeAt]?.trim(), table)
    cells.push(cellOf(text, { ...measured, time }, table, cells.length, line))
  }
  if (names.includes('type') && names.includes('value')) {
    const [typeAt, valueAt] = [names.indexOf('type'), names.indexOf('value')]
    const [unitAt, componentAt] = [names.indexOf('uom'), names.indexOf('component')]
    for (const { index, row } of rows) {
      const component = textOf(row[componentAt]?.trim()) ?? ''
      const name = textOf(row[typeAt]?.trim()) ?? 'value'
      add({ component, name, unit: row[unitAt]?.trim() }, row, valueAt, index)
    }
    return cells
  }
  const columns = head.flatMap((title, place) => measuredColumn(title.trim(), place))
  if (columns.length === 0) return undefined
  for (const { index, row } of rows) {
    for (const { place, ...measured } of columns) add(measured, row, place, index)
  }
  return cells
}

function cellOf(text: string, measured: Measured, table: Table, index: number, line: number): Cell {
  const value = numericOf(plainNumber(text, table) ?? text)
  const { name, unit = '' } = measured
  const told = `Line ${line + 2}: `
  const isStrange = unit !== '' && !isUnit(name, unit)
  if (value !== undefined && !isStrange) return { ...measured, value }
  const fault: Failure =
    value === undefined
      ? fail('value_malformed', '/value', told + text)
      : fail('unit_unknown', '/uom', told + unit)
  return { ...measured, value: undefined, fault: partFailure(fault, index) }
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

const WITHOUT_OFFSET = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d(?:\.\d{1,9})?)?$/

/** A time of the clock on the wall with the offset of the binding, where it has one. */
function timeOf(text: string | undefined, { offset }: Table): string | undefined {
  const [, date, minute, second = ':00'] = WITHOUT_OFFSET.exec(text ?? '') ?? []
  const isLocal = date !== undefined && offset !== undefined
  return isLocal ? `${date}T${minute}${second}${offset}` : text
}

function measuredColumn(title: string, place: number) {
  const [, name = title, unit] = WITH_UNIT.exec(title) ?? []
  // Of a column that is no measure by its name, what stands in brackets may be anything.
  const isMeasured = isMeasure(name) || (unit !== undefined && isUnit(name, unit))
  if (!isMeasured) return []
  const { type } = measureOf(name, unit)
  // Two columns of one type are told apart by what they are called.
  const component = type.toLowerCase() === name.toLowerCase() || unit === undefined ? '' : name
  return [{ place, name, unit, component }]
}

function dividerOf(text: string): string {
  const end = text.search(/[\r\n]/)
  const firstLine = end < 0 ? text : text.slice(0, end)
  return [';', '\t', ','].find((mark) => firstLine.includes(mark)) ?? ','
}

/**
 * The fields of every line that is not empty; undefined where a quote is not closed or a line has
 * too many.
 */
function rowsOf(text: string, divider: string): string[][] | undefined {
  const rows: string[][] = []
  let row: string[] = []
  for (let at = text.startsWith('\ufeff') ? 1 : 0; at <= text.length; at += 1) {
    const field = text[at] === '"' ? quoted(text, at) : bare(text, at, divider)
    if (field === undefined) return undefined
    row.push(field.text)
    if (row.length > MAX_COLUMNS) return undefined
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
