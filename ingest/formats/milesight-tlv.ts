/**
 * The bytes of Milesight sensors: a channel, a type, and a value whose length both tell. Channels
 * that this table does not have end the message there, since nothing says how long they are; what
 * came before them stands.
 */
import { type Failure, fail } from '#epcis/failure.ts'
import type { Value } from './sensor-readings.ts'

interface Field {
  readonly bytes: number
  read(view: DataView, at: number): readonly Value[]
}

function one(bytes: number, name: string, value: (view: DataView, at: number) => number): Field {
  return { bytes, read: (view, at) => [{ component: '', name, value: value(view, at) }] }
}

const tenths = (view: DataView, at: number) => view.getInt16(at, true) / 10
const halves = (view: DataView, at: number) => view.getUint8(at) / 2
const byte = (view: DataView, at: number) => view.getUint8(at)

/** By channel and type, as `channel << 8 | type`. */
const fields = new Map<number, Field>([
  [0x0175, one(1, 'battery', byte)],
  [0x0367, one(2, 'temperature', tenths)],
  [0x0468, one(1, 'humidity', halves)],
  [0x0600, one(1, 'door', byte)],
  [
    0x20ce,
    {
      bytes: 7,
      read: (view, at) => {
        const time = view.getUint32(at, true)
        return [
          { component: '', name: 'temperature', value: tenths(view, at + 4), time },
          { component: '', name: 'humidity', value: halves(view, at + 6), time },
        ]
      },
    },
  ],
])
/** What a device says of itself when it joins: versions, serial number, class. Passed over. */
const passed = new Map<number, number>([
  ...([0xff01, 0xff0b, 0xff0f] as const).map((code) => [code, 1] as const),
  ...([0xff09, 0xff0a, 0xffff] as const).map((code) => [code, 2] as const),
  [0xff16, 8],
  [0xff08, 6],
])

export interface TlvValues {
  readonly values: readonly Value[]
  /** Why the rest is not read; undefined where all of it is. */
  readonly failure: Failure | undefined
}

export function milesightValues(bytes: Uint8Array): TlvValues {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const values: Value[] = []
  for (let at = 0; at < bytes.length; ) {
    const code = at + 2 <= bytes.length ? view.getUint16(at) : undefined
    const field = code === undefined ? undefined : fields.get(code)
    const length = field?.bytes ?? (code === undefined ? undefined : passed.get(code))
    if (length === undefined || at + 2 + length > bytes.length) {
      const rest = Buffer.from(bytes.subarray(at, at + 8)).toString('hex')
      return { values, failure: fail('sensor_bytes_malformed', '/data', `At ${at}: ${rest}`) }
    }
    if (field !== undefined) values.push(...field.read(view, at + 2))
    at += 2 + length
  }
  return { values, failure: undefined }
}
