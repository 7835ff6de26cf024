import { describe, expect, it } from 'vitest'
import { codes } from './origin.ts'
import { decode, own, told } from './sensor.ts'

const topic = 'shellyhtg3-84fce63ad204/events/rpc'
const frame = (components: object) => ({
  method: 'NotifyFullStatus',
  params: { ts: 1772612142.25, ...components },
})

describe('a Shelly', () => {
  it('whose probe is broken is refused for it, and heard about the rest', () => {
    const broken = {
      'temperature:0': { id: 0, tC: null, tF: null, errors: ['read'] },
      'humidity:0': { id: 0, rh: null },
      'devicepower:0': { id: 0, battery: { V: null, percent: null }, external: { present: true } },
      'input:0': { id: 0, state: null },
      'temperature:1': { id: 1, tC: 4, errors: [] },
    }
    const decoded = decode('shelly', frame(broken), topic)
    expect(told(decoded)).toEqual([[own, 'Temperature', 'temperature:1', 'CEL', 4, 42.25]])
    expect(decoded.failures.map(({ code, path, message }) => [code, path, message])).toEqual([
      ['measurement_failed', '/temperature:0', expect.stringMatching(/ temperature:0 read$/)],
      ['measurement_failed', '/humidity:0', expect.stringMatching(/ humidity:0$/)],
    ])
    const status = 'shellyhtg3-84fce63ad204/status/temperature:100'
    expect(
      codes(decode('shelly', { id: 100, tC: null, errors: ['out_of_range'] }, status)),
    ).toEqual([['measurement_failed', 1]])
  })

  it('tells its inputs, and the sensors that it hears by Bluetooth', () => {
    const more = {
      ts: 1772612142.25,
      'input:100': { id: 100, percent: 12.5 },
      'input:1': { id: 1, state: true },
      'bthomesensor:200': { id: 200, value: -18.5, last_updated_ts: 1772612141 },
      'bthomesensor:201': { id: 201, value: false, last_updated_ts: 0 },
      'bthomedevice:200': { id: 200, rssi: -60, battery: 87, last_updated_ts: 1772612140 },
    }
    const message = { method: 'NotifyStatus', params: more }
    expect(told(decode('shelly', message, topic))).toEqual([
      [own, 'input', 'input:100', 'P1', 12.5, 42.25],
      [own, 'input', 'input:1', '', 1, 42.25],
      [own, 'bthomesensor', 'bthomesensor:200', '', -18.5, 41],
      [own, 'bthomesensor', 'bthomesensor:201', '', 0, 42.25],
      [own, 'battery', 'bthomedevice:200', 'P1', 87, 40],
    ])
  })
})
