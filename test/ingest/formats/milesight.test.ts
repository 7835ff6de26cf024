import { describe, expect, it } from 'vitest'
import { codes } from './origin.ts'
import { decode, eui, own, told } from './sensor.ts'

type Device = Parameters<typeof decode>[3]

/** What a gateway makes of bytes: type, unit and value, with the second of those of the past. */
function read(hex: string, codec: NonNullable<Device>['codec'] = 'milesight-tlv') {
  const data = Buffer.from(hex.replaceAll(' ', ''), 'hex').toString('base64')
  const message = { devEUI: eui, data, time: '2026-03-04T08:15:42Z' }
  const decoded = decode('milesight-gateway', message, 'any', { codec })
  const rows = told(decoded).map(([, type, component, uom, value, second]) => {
    const which = String(component).slice(eui.length + 1)
    return [type, ...(which === '' ? [] : [which]), uom, value, second]
  })
  return { rows, refused: codes(decoded) }
}

const past = '2ceaa769'
const later = '2deaa769'

describe('what a Milesight sensor remembers', () => {
  const both = [
    ['Temperature', 'CEL', 27.2, 40],
    ['RelativeHumidity', 'P1', 46.5, 40],
    ['Temperature', 'CEL', -18.5, 41],
    ['RelativeHumidity', 'P1', 5, 41],
  ]

  it('is seven bytes of an EM320-TH and eight of an EM300-TH, under one codec', () => {
    const seven = `20ce ${past} 1001 5d  20ce ${later} 47ff 0a`
    const eight = `20ce ${past} 1001 5d 00  20ce ${later} 47ff 0a 00`
    for (const hex of [seven, eight]) expect(read(hex)).toEqual({ rows: both, refused: [] })
    const one = `20ce ${past} 1001 5d 00`
    expect(read(one)).toEqual({ rows: both.slice(0, 2), refused: [] })
  })

  it('is read up to where it breaks, whichever it is', () => {
    const { rows, refused } = read(`20ce ${past} 1001 5d  7777 0367 3401`)
    expect([rows, refused]).toEqual([both.slice(0, 2), [['sensor_bytes_malformed', 2]]])
  })

  it('has the door of an EM300-MCS in its last byte', () => {
    expect(read(`20ce ${past} 1001 5d 01  060000`, 'milesight-em300-mcs')).toEqual({
      rows: [...both.slice(0, 2), ['door', '', 1, 40], ['door', '', 0, 42]],
      refused: [],
    })
  })
})

describe('what a Milesight sensor says beside what it measures', () => {
  const measured = {
    rows: [
      ['battery', 'P1', 92, 42],
      ['Temperature', 'CEL', 30.8, 42],
    ],
    refused: [],
  }

  it('is passed over when it joins, and what stands behind it is read', () => {
    const joined = 'ff0bff ff0101 ff166123456789012345 ff090310 ff0a0107 fffeff ff0f00'
    expect(read(`${joined} 01755c 03673401`)).toEqual(measured)
  })

  it('is passed over when it answers a command', () => {
    const answers = [
      ...['fe020a00', 'ff030a00', 'fe06090a001e0000000000', 'ff1000', 'fe17e803', 'ff2701'],
      ...['fe6801', 'fe6901', 'fe6a000a00', 'feab010500', 'f8c90100', 'f9c901', '059c03'],
    ]
    for (const answer of answers) {
      expect(read(`01755c ${answer} 03673401`), answer).toEqual(measured)
    }
    const { rows, refused } = read('01755c fe7701 03673401')
    expect([rows.length, refused]).toEqual([1, [['sensor_bytes_malformed', 1]]])
  })

  it('is the alarm of a TS101 by its own channel', () => {
    expect(read('93d7f6ff410102', 'milesight-ts101')).toEqual({
      rows: [['Temperature', 'CEL', -1, 42]],
      refused: [],
    })
    expect(read('84d7f6ff410102', 'milesight-ts101').refused).toEqual([
      ['sensor_bytes_malformed', 0],
    ])
  })
})

describe('a Milesight gateway', () => {
  it('names a sensor in one way, however the DevEUI is written', () => {
    const up = { devEUI: eui.toUpperCase(), temperature: 4.5, time: '2026-03-04T08:15:42Z' }
    expect(told(decode('milesight-gateway', up))).toEqual([
      [own, 'Temperature', eui, 'CEL', 4.5, 42],
    ])
  })

  it('has the battery in percent of sensors of Milesight alone', () => {
    const of = (devEUI: string, battery: number) =>
      told(decode('milesight-gateway', { devEUI, battery, time: '2026-03-04T08:15:42Z' }))
    expect(of(eui, 92)).toEqual([[own, 'battery', eui, 'P1', 92, 42]])
    expect(of('A840411234567890', 92)).toEqual([[own, 'battery', 'a840411234567890', '', 92, 42]])
    expect(of(eui, 3.6)).toEqual([[own, 'battery', eui, '', 3.6, 42]])
  })
})
