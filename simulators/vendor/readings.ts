/** What thermometers of several makers send of one moment. */
import { formatTimeUs } from '#epcis/time.ts'
import type { Device } from '#simulators/script.ts'

export const sensorFormats = ['shelly', 'milesight-gateway'] as const
export type SensorFormat = (typeof sensorFormats)[number]

export interface Sample {
  readonly timeUs: number
  readonly celsius: number
  /** Relative, in percent. */
  readonly humidity: number
}

/** The payload of a device about a moment; the simple form of docs/mqtt.md without a format. */
export function readingPayload(device: Device, sample: Sample): string {
  return JSON.stringify(saidOf(device, sample))
}

function saidOf({ format, device }: Device, { timeUs, celsius, humidity }: Sample): unknown {
  if (format === 'shelly') {
    const params = {
      ts: timeUs / 1e6,
      'temperature:0': { id: 0, tC: celsius, tF: Math.round(celsius * 18 + 320) / 10 },
      'humidity:0': { id: 0, rh: humidity },
      'devicepower:0': { id: 0, battery: { V: 5.9, percent: 96 }, external: { present: false } },
    }
    return { src: device, dst: `${device}/events`, method: 'NotifyFullStatus', params }
  }
  if (format === 'milesight-gateway') {
    const object = { temperature: celsius, humidity, battery: 96 }
    const named = { devEUI: '24e124136b500001', deviceName: device }
    return { applicationID: '1', ...named, fPort: 85, object, time: formatTimeUs(timeUs) }
  }
  const readings = [
    { type: 'Temperature', value: celsius, uom: 'CEL' },
    { type: 'RelativeHumidity', value: humidity, uom: 'P1' },
  ]
  return { time: formatTimeUs(timeUs), readings }
}
