import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { measureOf } from '#ingest/formats/measure.ts'
import { codes, receivedAtUs } from './origin.ts'
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

const china = { binding: { timeZoneOffset: '+08:00' } }
const first = ({ failures }: ReturnType<typeof decode>) => failures[0]?.message ?? ''

describe('the time of a line', () => {
  const rows = (...times: string[]) => times.map((time, at) => `${time},${at}\n`).join('')

  it.each([
    ...['Date/Time', 'Date Time', 'date_time', 'DateTime', 'Timestamp', 'TIMESTAMP (local)'],
    ...[
      '时间',
      '日期时间',
      '采集时间',
      '记录时间',
      '时间（北京）',
      'Timestamp[yyyy-MM-dd]',
      'Date',
    ],
  ])('stands in a column that is called %s', (name) => {
    const table = `${name},Temperature\n${rows('2026-03-04 16:15:00', '2026-03-04 16:15:42')}`
    expect(told(decode('csv', table, 'any', china))).toEqual([
      [own, 'Temperature', '', 'CEL', 0, 0],
      [own, 'Temperature', '', 'CEL', 1, 42],
    ])
  })

  it.each(['Time (UTC+8)', 'Date/Time (GMT+08:00)', '"Date Time, GMT+0800"', '时间（UTC+8）'])(
    'is of the zone that %s says, whatever the binding says',
    (name) => {
      const table = `${name},Temperature\n2026-03-04 16:15:42,4\n`
      for (const more of [{}, { binding: { timeZoneOffset: '+01:00' } }]) {
        expect(told(decode('csv', table, 'any', more))[0]?.[5]).toBe(42)
      }
    },
  )

  it('may stand in two columns, and begins with its year', () => {
    const table = (date: string) => `Date,Time,Temperature\n${date},16:15:42,4\n`
    for (const date of ['2026-03-04', '2026/3/4', '2026年3月4日']) {
      expect(told(decode('csv', table(date), 'any', china))[0]?.[5]).toBe(42)
    }
    expect(told(decode('csv', `时间,日期,温度\n16:15,2026-03-04,4\n`, 'any', china))).toEqual([
      [own, 'Temperature', '', 'CEL', 4, 0],
    ])
    for (const date of ['04.03.2026', '03/04/2026', '26-03-04']) {
      const decoded = decode('csv', table(date), 'any', china)
      expect([decoded.readings, codes(decoded)]).toEqual([[], [['time_invalid', 0]]])
      expect(first(decoded)).toContain(`Line 2: ${date} 16:15:42 A date begins with its year`)
    }
    expect(first(decode('csv', table('2026-03-04')))).toMatch(
      /Line 2: 2026-03-04 16:15:42 has no offset, and the binding no timeZoneOffset\.$/,
    )
    expect(codes(decode('csv', table('2026-13-04'), 'any', china))).toEqual([['time_invalid', 0]])
  })

  it('is known, or the table is refused and its headings are told', () => {
    const two = decode('csv', 'Zeit,Temperature\n2026-03-04 08:00,4\n2026-03-04 08:10,5\n')
    expect([two.readings, codes(two)]).toEqual([[], [['csv_time_missing', -1]]])
    expect(first(two)).toMatch(/ Zeit, Temperature$/)
    expect(codes(decode('csv', 'temperature\n4\n5\n'))).toEqual([['csv_time_missing', -1]])
    expect(codes(decode('csv', 'Zeit,Temperature\n08:10,5\n'))).toEqual([['csv_time_missing', -1]])
    expect(codes(decode('csv', 'type,value\na,1\nb,2\n'))).toEqual([['csv_time_missing', -1]])
    const now = decode('csv', 'temperature,note\n5,a\n')
    expect(now.readings.map(({ timeUs }) => timeUs)).toEqual([receivedAtUs])
    const gap = decode('csv', 'time,temperature\n2026-03-04T08:15:42Z,5\n,6\n')
    expect([told(gap).length, codes(gap)]).toEqual([1, [['field_missing', 1]]])
  })

  it('of reads may be that of arrival where all columns are known', () => {
    const binding = {}
    const tags = 'epc,antenna\n3034,1\n3035,2\n'
    expect(decode('csv', tags, 'any', { binding }).reads?.map(({ timeUs }) => timeUs)).toEqual([
      ...[receivedAtUs, receivedAtUs],
    ])
    const seen = 'epc,gesehen\n3034,2026-03-04 08:00\n3035,2026-03-04 08:10\n'
    expect(codes(decode('csv', seen, 'any', { binding }))).toEqual([['csv_time_missing', -1]])
    const dated = 'EPC,Date/Time\n3034,2026-03-04T08:15:42Z\n3035,04.03.2026\n'
    const { reads, failures } = decode('csv', dated, 'any', { binding })
    expect(reads?.map(({ timeUs }) => timeUs)).toEqual([at(0)])
    expect(failures).toMatchObject([{ code: 'time_invalid', path: '/time', index: 1 }])
  })
})

describe('a column', () => {
  const measured = (head: string, line: string) =>
    told(decode('csv', `time;${head}\n2026-03-04T08:15:42Z;${line}\n`)).map((row) =>
      row.slice(1, 5),
    )

  it('has its unit in brackets, behind its name, or none', () => {
    const temperatures = ['Temperature °C', 'Temperature°C', 'Temp, °C', 'temperature C', '温度(℃)']
    for (const head of [
      ...temperatures,
      '温度（℃）',
      '温度［°C］',
      '环境温度 ℃',
      '温度',
      'Temp [degC]',
    ]) {
      expect([head, measured(head, '4,5')]).toEqual([head, [['Temperature', '', 'CEL', 4.5]]])
    }
    for (const head of ['Humidity %', 'humidity (%)', 'RH %RH', '湿度(%)', '相对湿度（%RH）']) {
      expect([head, measured(head, '61')]).toEqual([head, [['RelativeHumidity', '', 'P1', 61]]])
    }
    expect(measured('Temperature °F;气压 kPa', '41;101')).toEqual([
      ['Temperature', '', 'FAH', 41],
      ['Pressure', '', 'KPA', 101],
    ])
  })

  it('is told apart from another of its measure by what it is called', () => {
    expect(
      measured('Temperature °C;Temp °C;Temperature 2;湿度 1（%）;冷库温度(℃)', '1;2;3;4;5'),
    ).toEqual([
      ['Temperature', '', 'CEL', 1],
      ['Temperature', 'Temp °C', 'CEL', 2],
      ['Temperature', 'Temperature 2', 'CEL', 3],
      ['RelativeHumidity', '湿度 1', 'P1', 4],
      ['Temperature', '冷库温度', 'CEL', 5],
    ])
  })

  it('that is like one that is measured, and is none, is told once and does not hinder the others', () => {
    const head = 'time,humidity,Temperature MAX,Temperature A,平均温度,temperature alarm,note'
    const line = '2026-03-04T08:15:42Z,60,4.5,4,4,ok,1\n'
    const decoded = decode('csv', `${head}\n${line}${line.replace('42Z', '43Z')}`)
    expect(told(decoded).map((row) => row[4])).toEqual([60, 60])
    expect(decoded.failures.map(({ code, message }) => [code, message.split('. ').at(-1)])).toEqual(
      [
        ['csv_column_unknown', 'Temperature MAX'],
        ['csv_column_unknown', 'Temperature A'],
        ['csv_column_unknown', '平均温度'],
      ],
    )
    const places = decoded.failures.map(({ index }) => index)
    expect(new Set(places).size).toBe(3)
    expect(Math.min(...places)).toBeGreaterThan(1)
  })
})

it('whatever stands in a heading, a table is read, and its parts are numbered apart', () => {
  const word = fc.constantFrom(
    ...[
      'time',
      'Date',
      '时间',
      '温度',
      'Temperature',
      'humidity',
      '2',
      '(',
      ')',
      '（',
      '℃',
      '°C',
      '%',
    ],
    ...[' ', '/', '[', ']', 'UTC+8', 'A', 'epc', 'type', 'value', ';', '"x"', 'constructor'],
  )
  const heading = fc.array(word, { maxLength: 4 }).map((words) => words.join(''))
  const cell = fc.constantFrom('2026-03-04 08:15', '2026-03-04', '08:15', '4', '-', '', 'x', '3034')
  const row = fc.array(cell, { maxLength: 4 })
  fc.assert(
    fc.property(
      fc.array(heading, { maxLength: 4 }),
      fc.array(row, { maxLength: 3 }),
      (head, rows) => {
        const text = [head, ...rows].map((cells) => cells.join(',')).join('\n')
        const { readings, failures } = decode('csv', text, 'any', china)
        const places = failures.map(({ index }) => index)
        expect(new Set(places).size).toBe(places.length)
        expect(readings.every(({ timeUs }) => Number.isSafeInteger(timeUs))).toBe(true)
      },
    ),
  )
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
