import { describe, expect, it } from 'vitest'
import { decode, eui, listed, own, told } from './sensor.ts'

const topic = 'v3/chain@ttn/devices/fridge-1/up'
const many = [{ topic: 'v3/chain@ttn/devices/+/up', channel: 'telemetry' as const }]

function up(uplink: object, ids: object = {}) {
  return {
    end_device_ids: { device_id: 'fridge-1', ...ids },
    uplink_message: { f_port: 2, received_at: '2026-03-04T08:15:42.1Z', ...uplink },
  }
}

/** Type, component, unit, value, and the second where it is not that of the message. */
const read = (uplink: object) => {
  const decoded = decode('tts-v3', up(uplink), topic)
  expect(decoded.failures).toEqual([])
  return told(decoded).map((row) => row.slice(1, row[5] === 42.1 ? 5 : 6))
}

describe('a sensor of The Things Stack', () => {
  const decoded_payload = { temperature: 4.5 }
  const keysOf = (sensors: { id: string; epc: string }[], ids: object = {}) =>
    told(decode('tts-v3', up({ decoded_payload }, ids), topic, { topics: many, sensors })).map(
      ([key, , component]) => [key, component],
    )
  const dev_eui = eui.toUpperCase()

  it('is listed by its device id or by its DevEUI', () => {
    expect(keysOf([{ id: 'fridge-1', epc: listed }])).toEqual([[listed, '']])
    expect(keysOf([{ id: dev_eui, epc: listed }], { dev_eui })).toEqual([[listed, '']])
    expect(keysOf([{ id: eui, epc: listed }], { dev_eui })).toEqual([[listed, '']])
  })

  it('is a component by its device id where neither is listed', () => {
    const other = [{ id: 'ffffffffffffffff', epc: listed }]
    expect(keysOf(other, { dev_eui })).toEqual([[own, 'fridge-1']])
  })

  it('is that of its device id where the DevEUI is that of another one', () => {
    const another = 'https://id.gs1.org/8004/690123478'
    const both = [
      { id: eui, epc: another },
      { id: 'fridge-1', epc: listed },
    ]
    expect(keysOf(both, { dev_eui })).toEqual([[listed, '']])
  })
})

it('CayenneLPP of The Things Stack has its channels for components', () => {
  const decoded_payload = {
    ...{ temperature_1: 4.5, temperature_3: -18.5, relative_humidity_2: 61.5 },
    ...{ barometric_pressure_4: 1013.2, luminosity_5: 12, analog_in_6: 2.5 },
    gps_7: { latitude: 30.2 },
  }
  expect(read({ decoded_payload })).toEqual([
    ['Temperature', '1', 'CEL', 4.5],
    ['Temperature', '3', 'CEL', -18.5],
    ['RelativeHumidity', '2', 'P1', 61.5],
    ['Pressure', '4', 'A97', 1013.2],
    ['Illuminance', '5', 'LUX', 12],
    ['analog_in_6', '', '', 2.5],
    ['latitude', 'gps_7', '', 30.2],
  ])
})

describe('the normalized payload', () => {
  const air = { temperature: 4.12, relativeHumidity: 61.5, pressure: 1013.2, co2: 410 }

  it('has its own names and units, also without a decoded one', () => {
    const soil = { moisture: 20, temperature: 9.5, ec: 1.2, pH: 7 }
    const wind = { speed: 3.5, direction: 270 }
    const normalized_payload = [{ air: { ...air, lightIntensity: 12 }, soil, wind }]
    expect(read({ normalized_payload })).toEqual([
      ['Temperature', '', 'CEL', 4.12],
      ['RelativeHumidity', '', 'P1', 61.5],
      ['Pressure', '', 'A97', 1013.2],
      ['co2', '', '59', 410],
      ['Illuminance', '', 'LUX', 12],
      ['moisture', 'soil', 'P1', 20],
      ['Temperature', 'soil', 'CEL', 9.5],
      ['ec', 'soil', '', 1.2],
      ['pH', 'soil', 'Q30', 7],
      ['Speed', 'wind', 'MTS', 3.5],
      ['Angle', 'wind', 'DD', 270],
    ])
  })

  it('goes before the decoded one for what both say, and the rest of it stands', () => {
    const decoded_payload = {
      ...{ TempC_SHT: '4.12', Hum_SHT: 61.5, TempC_DS: -18.5, BatV: 3.1 },
      history: [{ time: '2026-03-04T08:15:40Z', temperature: 4.12 }],
    }
    const normalized_payload = [{ air: { temperature: 4.12, relativeHumidity: 61.5 } }]
    expect(read({ decoded_payload, normalized_payload })).toEqual([
      ['Temperature', '', 'CEL', 4.12],
      ['RelativeHumidity', '', 'P1', 61.5],
      ['Temperature', 'DS', 'CEL', -18.5],
      ['Voltage', '', 'VLT', 3.1],
      ['Temperature', '', 'CEL', 4.12, 40],
    ])
  })

  it('is right about a unit that the decoded name does not say', () => {
    const normalized_payload = [{ air: { temperature: 4.5 } }]
    expect(read({ decoded_payload: { temperature: 40.1 }, normalized_payload })).toEqual([
      ['Temperature', '', 'CEL', 4.5],
    ])
  })

  it('leaves what the codec has of another place', () => {
    const decoded_payload = { temperature: 20.5, soil_temperature: 9.5 }
    expect(read({ decoded_payload, normalized_payload: [{ soil: { temperature: 9.5 } }] })).toEqual(
      [
        ['Temperature', 'soil', 'CEL', 9.5],
        ['Temperature', '', 'CEL', 20.5],
      ],
    )
  })

  it('has measurements of other times, and several of one time apart', () => {
    const timed = [
      { time: '2026-03-04T08:15:40Z', air: { temperature: 4 } },
      { time: '2026-03-04T08:15:41Z', air: { temperature: 5 } },
    ]
    expect(read({ normalized_payload: timed })).toEqual([
      ['Temperature', '', 'CEL', 4, 40],
      ['Temperature', '', 'CEL', 5, 41],
    ])
    const together = [{ air: { temperature: 20.42 } }, { air: { temperature: 19.61 } }]
    expect(read({ normalized_payload: together })).toEqual([
      ['Temperature', '1', 'CEL', 20.42],
      ['Temperature', '2', 'CEL', 19.61],
    ])
  })
})
