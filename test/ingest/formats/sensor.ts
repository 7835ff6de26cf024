/** What the formats of sensors are decoded with in these tests, and what came of it. */
import type { Decoded } from '#ingest/decoded.ts'
import { decodeFormat } from '#ingest/formats/formats.ts'
import type { Device, Format } from '#store/registry/schema.ts'
import { bytes, origin } from './origin.ts'

export const own = 'urn:suyuan:device:farm:gate-1'
export const listed = 'https://id.gs1.org/8004/690123477'
export const eui = '24e124136b502217'
export const at = (us: number) => Date.UTC(2026, 2, 4, 8, 15, 42) * 1000 + us

function device(format: Format, more: Partial<Device> = {}): Device {
  const address = { party: 'farm', site: 'barn', device: 'gate-1', name: 'gate 1' }
  return { ...address, enabled: true, topics: [], format, ...more }
}

export function decode(
  format: Format,
  payload: unknown,
  topic = 'any',
  more: Partial<Device> = {},
): Decoded {
  const body = payload instanceof Uint8Array ? payload : bytes(payload)
  return decodeFormat({ payload: body, topic }, origin, device(format, more))
}

/** What was measured: sensor, type, component, unit, value, and seconds of the minute. */
export const told = ({ readings }: Decoded) =>
  readings.map(({ device: key, type, component, uom, value, timeUs }) => [
    ...[key, type, component, uom, value],
    (timeUs - at(-42_000_000)) / 1e6,
  ])
