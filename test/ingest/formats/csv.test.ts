import { describe, expect, it } from 'vitest'
import { measureOf } from '#ingest/formats/measure.ts'
import { codes } from './origin.ts'
import { at, decode, own, told } from './sensor.ts'

describe('a table', () => {
  it('of reads has a tag a line', () => {
    const line = '303400000000000000000001;2026-03-04T08:15:42Z;2;-51,5'
    const text = `\ufeffEPC;Time;Antenna;RSSI\r\n${line}\r\n"zz";;;\r\n`
    const binding = {}
    const decoded = decode('csv', text, 'any', { binding })
    expect(decoded.reads).toMatchObject([
      { hex: '303400000000000000000001', timeUs: at(0), antenna: '2' },
    ])
    expect(codes(decoded)).toEqual([['read_epc_malformed', 1]])
  })

  it('of readings has one a line, or a column a measure', () => {
    const long = 'time,type,value,uom,component\n2026-03-04T08:15:42Z,Temperature,4.5,CEL,top\n'
    expect(told(decode('csv', long))).toEqual([[own, 'Temperature', 'top', 'CEL', 4.5, 42]])
    const wide = 'time,temperature,"probe ""2"" [°C]",note\n2026-03-04 08:15:42Z,4.5,-18,"a, b"\n\n'
    expect(told(decode('csv', wide))).toEqual([
      [own, 'Temperature', '', 'CEL', 4.5, 42],
      [own, 'Temperature', 'probe "2"', 'CEL', -18, 42],
    ])
  })

  it('has decimal commas where semicolons divide it, and words for a door', () => {
    const text = 'time;temperature;door;co2\n2026-03-04T08:15:42Z;-4,5;open;410\n'
    expect(told(decode('csv', text))).toEqual([
      [own, 'Temperature', '', 'CEL', -4.5, 42],
      [own, 'door', '', '', 1, 42],
      [own, 'co2', '', '59', 410, 42],
    ])
    const line = '303400000000000000000001;2026-03-04T08:15:42Z;-51,5'
    const { reads } = decode('csv', `epc;time;rssi\n${line}`, 'any', { binding: {} })
    expect(reads?.[0]?.rssiDbm).toBe(-51.5)
  })

  it('has times of the clock on the wall, where its binding says where that hangs', () => {
    const text = 'time,temperature\n2026-03-04 16:15:42,4\n2026-03-04T16:15,5\n'
    const china = { binding: { timeZoneOffset: '+08:00' } }
    expect(told(decode('csv', text, 'any', china)).map((row) => row[5])).toEqual([42, 0])
    const { reads } = decode('csv', `epc,time\n3034,2026-03-04 16:15:42.5`, 'any', china)
    expect(reads?.[0]?.timeUs).toBe(at(500_000))
    expect(codes(decode('csv', text))).toEqual([
      ['time_invalid', 0],
      ['time_invalid', 1],
    ])
  })

  it('is refused value by value where there is no number or no known unit', () => {
    const wide = 'time,temperature\n2026-03-04T08:15:42Z,warm\n2026-03-04T08:15:42Z,n/a\n'
    const { readings, failures } = decode('csv', `${wide}2026-03-04T08:15:42Z,4\n`)
    expect(readings.map(({ value }) => value)).toEqual([4])
    expect(failures).toMatchObject([{ code: 'value_malformed', index: 0 }])
    expect(failures[0]?.message).toContain('Line 2: warm')
    const long = 'time,type,value,uom\n2026-03-04T08:15:42Z,Temperature,4,furlong\n'
    expect(codes(decode('csv', long))).toEqual([['unit_unknown', 0]])
    expect(codes(decode('csv', 'time,temperature (furlong)\n2026-03-04T08:15:42Z,4'))).toEqual([
      ['unit_unknown', 0],
    ])
    const beside = 'time,temperature (C),note (free)\n2026-03-04T08:15:42Z,4,7\n'
    expect(told(decode('csv', beside))).toEqual([[own, 'Temperature', '', 'CEL', 4, 42]])
  })

  it('is refused where its columns are none, and line by line where a line is broken', () => {
    expect(codes(decode('csv', 'a,b\n1,2\n'))).toEqual([['csv_malformed', -1]])
    expect(codes(decode('csv', ''))).toEqual([['csv_malformed', -1]])
    expect(codes(decode('csv', 'temperature\n"4'))).toEqual([['csv_malformed', -1]])
    expect(codes(decode('csv', 'time,temperature\n2026-03-04T08:15:42Z,1\n5\n'))).toEqual([
      ['csv_malformed', 2],
    ])
  })
})

it('a clock that nothing has set is no time of a reading', () => {
  const table = 'time,temperature\n1970-01-01T00:00:42Z,4\n2026-03-04T08:15:42Z,5\n'
  const { readings, failures } = decode('csv', table)
  expect(readings.map(({ value }) => value)).toEqual([5])
  expect(failures).toMatchObject([{ code: 'clock_not_set', index: 0 }])
})

describe('a unit', () => {
  it('is spelled in many ways, and C is no coulomb where it is warm', () => {
    const uoms = (name: string, ...symbols: string[]) =>
      symbols.map((symbol) => measureOf(name, symbol).uom)
    expect(uoms('temperature', 'C', '°C', '° C', 'degC', 'Celsius', 'Cel', 'CEL')).toEqual(
      Array(7).fill('CEL'),
    )
    expect(uoms('temperature', 'F', '°F', 'Fahrenheit')).toEqual(Array(3).fill('FAH'))
    expect(uoms('charge', 'C')).toEqual(['COU'])
    expect(uoms('humidity', '%', '%RH', '% rH')).toEqual(Array(3).fill('P1'))
    expect(uoms('pressure', 'kPa', 'hPa', 'mbar', 'bar', 'psi')).toEqual([
      ...['KPA', 'A97', 'A97', 'BAR', 'PS'],
    ])
    expect(measureOf('probe', '%RH')).toEqual({ type: 'RelativeHumidity', uom: 'P1' })
    expect(measureOf('constructor', 'name')).toEqual({ type: 'constructor', uom: '' })
  })
})
