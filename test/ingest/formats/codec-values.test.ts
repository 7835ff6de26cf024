import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isObject } from '#epcis/fields.ts'
import { codecValues } from '#ingest/formats/codec-values.ts'
import { codes } from './origin.ts'
import { decode, told } from './sensor.ts'

const dragino = 'a840411234567890'
const topic = `application/7f/device/${dragino}/event/up`

type Fields = NonNullable<Parameters<typeof decode>[3]>['fields']

function decoded(object: object, fields?: Fields) {
  const message = { time: '2026-03-04T08:15:42Z', deviceInfo: { devEui: dragino }, object }
  return decode('chirpstack-v4', message, topic, { topics: [], fields })
}

/** Type, component, unit and value of what a codec has made of a message, none of it refused. */
function read(object: object, fields?: Fields) {
  const all = decoded(object, fields)
  expect(all.failures).toEqual([])
  return told(all).map((row) => row.slice(1, 5))
}

describe('a number that a codec writes as a text', () => {
  it('is a number', () => {
    const lht65 = {
      ...{ BatV: 3.012, TempC_SHT: '4.12', Hum_SHT: '61.5', TempC_DS: '-18.50' },
      ...{ Ext_sensor: 'Temperature Sensor', Node_type: 'LHT65N' },
    }
    expect(read(lht65)).toEqual([
      ['Voltage', '', 'VLT', 3.012],
      ['Temperature', 'SHT', 'CEL', 4.12],
      ['RelativeHumidity', 'SHT', 'P1', 61.5],
      ['Temperature', 'DS', 'CEL', -18.5],
    ])
    expect(read({ Temperature: '4.5' })).toEqual([['Temperature', '', 'CEL', 4.5]])
  })

  it('is none where it is a version, a serial number or bytes', () => {
    const texts = {
      firmware_version: '1.3',
      sn: '612345',
      payload: '0101',
      devEui: '123',
      any: '7',
    }
    expect(read(texts)).toEqual([['any', '', '', 7]])
  })

  it('is refused where it has to be a temperature and is a word', () => {
    expect(codes(decoded({ temperature: 'normal', door: 'open', humidity: true }))).toEqual([
      ['value_malformed', 0],
      ['value_malformed', 2],
    ])
    expect(read({ TempC1: 'NULL', temperature: null, humidity: 'n/a' })).toEqual([])
  })
})

describe('a value far inside', () => {
  it('is found however deep it is, and told apart from those that begin alike', () => {
    const level = 'compartment-of-a-truck'
    const inside = Array.from({ length: 12 }).reduce<object>((inner) => ({ [level]: inner }), {
      ...{ left: { temperature: 4 }, right: { temperature: 5 } },
    })
    const rows = read(inside)
    expect(rows.map(([type, component]) => [type, String(component).split('/').at(-1)])).toEqual([
      ['Temperature', 'left'],
      ['Temperature', 'right'],
    ])
    expect(rows.map(([, component]) => String(component).length)).toEqual([100, 100])
  })
})

describe('the name of a value', () => {
  const temperature = (component: string, uom = 'CEL') => ['Temperature', component, uom, 4.5]

  it.each([
    ['temp_c', temperature('')],
    ['TempC1', temperature('1')],
    ['temperature1', temperature('1')],
    ['temperature_2', temperature('2')],
    ['temperature_chn2', temperature('chn2')],
    ['Temp_Channel2', temperature('Channel2')],
    ['temp_f', temperature('', 'FAH')],
    ['temperatureCelsius', temperature('')],
    ['air_temperature', temperature('')],
    ['externalTemperature', temperature('external')],
    ['Ext_TempC_SHT', temperature('Ext_SHT')],
    ['relative_humidity_2', ['RelativeHumidity', '2', 'P1', 4.5]],
    ['humidity_pct', ['RelativeHumidity', '', 'P1', 4.5]],
    ['ILL_lx', ['Illuminance', '', 'LUX', 4.5]],
    ['battery_mv', ['Voltage', '', '2Z', 4.5]],
    ['pressure_kPa', ['Pressure', '', 'KPA', 4.5]],
    ['co2', ['co2', '', '59', 4.5]],
  ])('%s says what it measures, in which unit, and which of several', (name, row) => {
    expect(read({ [name]: 4.5 })).toEqual([row])
  })

  it.each([
    ...['temperature_alarm', 'temperature_max', 'TEMPC1_MIN', 'temperature_mutation', 'ADC_V'],
    ...['board_temperature', 'temperature_v', 'battery_low', 'pm2_5', 'light', 'percent', 'T'],
  ])('%s is a type by itself, as it says something else', (name) => {
    expect(read({ [name]: 4.5 })).toEqual([[name, '', '', 4.5]])
  })
})

describe('a bare name', () => {
  it('has no unit where makers mean different ones', () => {
    const values = { battery: 3.6, pressure: 101325, batteryVoltage: 3012, voltage: 230 }
    expect(read(values)).toEqual([
      ['battery', '', '', 3.6],
      ['Pressure', '', '', 101325],
      ['Voltage', '', '', 3012],
      ['Voltage', '', '', 230],
    ])
    expect(read({ battery: 3 })).toEqual([['battery', '', '', 3]])
  })

  it('has the unit that the value can have, and no other', () => {
    const of = (name: string, ...values: number[]) =>
      values.map((value) => read({ [name]: value })[0]?.[2])
    expect(of('batteryLevel', 0, 75, 100, 101, 3.6)).toEqual(['P1', 'P1', 'P1', '', ''])
    expect(of('battery_percent', 98.5, 255)).toEqual(['P1', ''])
    expect(of('barometric_pressure', 1013.2, 101.3, 101325)).toEqual(['A97', '', ''])
  })

  it('is refused where all mean one unit and the value is none in it', () => {
    const wrong = { temperature: 2150, humidity: 605, temp_c: -300, temperature_2: 4.5 }
    const all = decoded(wrong)
    expect(codes(all)).toEqual([
      ['value_implausible', 0],
      ['value_implausible', 1],
      ['value_implausible', 2],
    ])
    expect(told(all).map((row) => row[2])).toEqual(['2'])
    expect(read({ temperature: { value: 2150, unit: '°C' } })).toEqual([
      ['Temperature', '', 'CEL', 2150],
    ])
  })
})

describe('the shape of a value', () => {
  it('is an object with its unit', () => {
    const decentlab = {
      air_temperature: { displayName: 'Air temperature', value: 4.5, unit: '°C' },
      air_humidity: { value: '61.5', unit: '%' },
      battery_voltage: { value: 3012, unit: 'mV' },
      probe: { value: 1, min: 0 },
      device_id: 3001,
    }
    expect(read(decentlab)).toEqual([
      ['Temperature', '', 'CEL', 4.5],
      ['RelativeHumidity', '', 'P1', 61.5],
      ['Voltage', '', '2Z', 3012],
      ['probe', '', '', 1],
      ['min', 'probe', '', 0],
      ['device_id', '', '', 3001],
    ])
  })

  it('is an object of channels in the CayenneLPP of ChirpStack', () => {
    const lpp = {
      temperatureSensor: { '1': 4.5, '3': -18.5 },
      humiditySensor: { '2': 61.5 },
      barometer: { '4': 1013.2 },
      illuminanceSensor: { '5': 12 },
      digitalInput: { '6': 1 },
      accelerometer: { '7': { x: 0.1, y: 0, z: 1 } },
    }
    expect(read(lpp)).toEqual([
      ['Temperature', '1', 'CEL', 4.5],
      ['Temperature', '3', 'CEL', -18.5],
      ['RelativeHumidity', '2', 'P1', 61.5],
      ['Pressure', '4', 'A97', 1013.2],
      ['Illuminance', '5', 'LUX', 12],
      ['digitalInput', '6', '', 1],
      ['x', 'accelerometer/7', '', 0.1],
      ['y', 'accelerometer/7', '', 0],
      ['z', 'accelerometer/7', '', 1],
    ])
  })

  it('is a message of SenseCAP, with the unit that its number stands for', () => {
    const s2101 = {
      ...{ valid: true, err: 0, payload: '01011098530000010210A87A0000AF51' },
      messages: [
        { type: 'upload_version', hardwareVersion: '1.0', softwareVersion: '1.1' },
        { type: 'upload_battery', battery: 100 },
        { type: 'upload_interval', interval: 3600 },
        { type: 'report_telemetry', measurementId: 4097, measurementValue: 21.4 },
        { type: 'report_telemetry', measurementId: 4098, measurementValue: 31.4 },
        { type: 'report_telemetry', measurementId: 4113, measurementValue: 2 },
      ],
    }
    const flags = [
      ['valid', '', '', 1],
      ['err', '', '', 0],
    ]
    expect(read(s2101)).toEqual([
      ...flags,
      ['battery', '', 'P1', 100],
      ['Temperature', '', 'CEL', 21.4],
      ['RelativeHumidity', '', 'P1', 31.4],
      ['4113', '', '', 2],
    ])
    const tracker = [
      {
        measurementId: '4097',
        timestamp: 1772612140,
        type: 'Air Temperature',
        measurementValue: '21.4',
      },
      { measurementId: '3940', timestamp: 1772612140, type: 'Work Mode', measurementValue: 1 },
    ]
    expect(told(decoded({ messages: [tracker] })).map((row) => row.slice(1))).toEqual([
      ['Temperature', '', 'CEL', 21.4, 40],
      ['Work Mode', '', '', 1, 40],
    ])
  })

  it('is refused as a list that nobody knows, and the rest stands', () => {
    const lists = {
      temperature: 4.5,
      Temp: [4.5, 4.6],
      bytes: [1, 2],
      records: [{ t: 1 }],
      messages: [{ any: 1 }],
      history: [1],
      warnings: ['cold'],
      empty: [],
    }
    const all = decoded(lists)
    expect(told(all).map((row) => row.slice(1, 5))).toEqual([['Temperature', '', 'CEL', 4.5]])
    expect(all.failures.map(({ code, path, index }) => [code, path, index])).toEqual([
      ['list_unknown', '/Temp', 1],
      ['list_unknown', '/bytes', 2],
      ['list_unknown', '/records', 3],
      ['list_unknown', '/messages', 4],
      ['list_unknown', '/history', 5],
    ])
  })
})

it('what the registry declares of a name goes before what it seems to be', () => {
  const fields = [
    { name: 'T1', type: 'Temperature', uom: 'CEL', component: 'inside' },
    { name: 'battery', type: 'battery', uom: 'P1' },
    { name: 'modbus.r40001', type: 'Pressure', uom: 'KPA' },
  ]
  const object = { T1: '4.5', battery: 92, modbus: { r40001: 101.3, r40002: 5 } }
  expect(read(object, fields)).toEqual([
    ['Temperature', 'inside', 'CEL', 4.5],
    ['battery', '', 'P1', 92],
    ['Pressure', 'modbus', 'KPA', 101.3],
    ['r40002', 'modbus', '', 5],
  ])
  expect(codes(decoded({ T1: 'normal' }, fields))).toEqual([['value_malformed', 0]])
})

it('no object of a codec makes it throw', () => {
  const names = fc.constantFrom(
    ...['temperature_1', 'TempC_SHT', 'value', 'unit', 'messages', 'history', 'time', 'type'],
    ...['measurementId', 'measurementValue', '1', '__proto__', 'a_b_c_d_e_f_g_h_i_j', ''],
  )
  const leaf = fc.oneof(fc.string(), fc.double(), fc.constantFrom(null, true, '4.5', '°C', 4097))
  const { object } = fc.letrec<{ tree: unknown; object: object }>((tie) => ({
    tree: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie('tree'), { maxLength: 3 }), tie('object')),
    object: fc.dictionary(names, tie('tree'), { maxKeys: 6 }),
  }))
  fc.assert(
    fc.property(object, (some) => {
      expect(isObject(some)).toBe(true)
      if (isObject(some))
        expect(codecValues(some, []).values.every(({ name }) => name !== '')).toBe(true)
    }),
    { numRuns: 500 },
  )
})
