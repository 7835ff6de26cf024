/**
 * The bytes of Milesight sensors: a channel, a type, and a value whose length both tell. Channels
 * that this table does not have end the message there, since nothing says how long they are; what
 * came before them stands. How long a record of the past is, only the model tells: each codec is of
 * the models that write it alike. Source: the decoders that Milesight publishes.
 */
import { type Failure, fail } from '#epcis/failure.ts'
import type { Codec } from '#store/registry/schema.ts'
import type { Value } from './sensor-readings.ts'

interface Field {
  readonly bytes: number
  /** Undefined where the bytes are none of this codec. */
  read(view: DataView, at: number): readonly Value[] | undefined
}

/** By channel and type, as `channel << 8 | type`. */
type Fields = ReadonlyMap<number, Field>
type Read = (view: DataView, at: number) => number

const tenths: Read = (view, at) => view.getInt16(at, true) / 10
const halves: Read = (view, at) => view.getUint8(at) / 2
const byte: Read = (view, at) => view.getUint8(at)

function one(bytes: number, name: string, value: Read, component = ''): Field {
  return { bytes, read: (view, at) => [{ component, name, value: value(view, at) }] }
}

/** A temperature, with what raised the alarm behind it: how much it changed, and why. */
const temperature = (bytes: 2 | 3 | 5, component = '') =>
  one(bytes, 'temperature', tenths, component)
const battery: readonly [number, Field] = [0x0175, one(1, 'batteryPercent', byte)]

/** Temperature and humidity, and what a record of the past holds. */
const climate = (past: Field): Fields =>
  new Map([
    battery,
    [0x0367, temperature(2)],
    [0x8367, temperature(3)],
    [0x0468, one(1, 'humidity', halves)],
    [0x0600, one(1, 'door', byte)],
    [0x20ce, past],
  ])

/** EM320-TH writes seven bytes of the past, EM300-TH one behind them that means nothing. */
const climates: readonly [Fields, Fields] = [
  climate({ bytes: 7, read: pastClimate }),
  climate({ bytes: 8, read: pastClimate }),
]

/** TS101, one probe. */
const probe: Fields = new Map([
  battery,
  [0x0367, temperature(2)],
  [0x8367, temperature(3)],
  [0x93d7, temperature(5)],
  [0x20ce, { bytes: 6, read: pastProbe }],
])

/** TS301 and TS302, two probes or doors. */
const probes: Fields = new Map([
  battery,
  ...[1, 2].flatMap((number): (readonly [number, Field])[] => {
    const channel = (number + 2) << 8
    const component = `chn${number}`
    return [
      [channel | 0x67, temperature(2, component)],
      [channel | 0x00, one(1, 'door', byte, component)],
      [0x8000 | channel | 0x67, temperature(3, component)],
      [0x9000 | channel | 0xd7, temperature(5, component)],
    ]
  }),
  [0x20ce, { bytes: 9, read: pastProbes }],
])

/** What each codec may be, of which the first that reads a whole message is the one. */
const codecs: Readonly<Record<Codec, readonly [Fields, ...Fields[]]>> = {
  'milesight-tlv': climates,
  'milesight-em300-mcs': [climate({ bytes: 8, read: pastDoor })],
  'milesight-ts101': [probe],
  'milesight-ts30x': [probes],
}

function pastClimate(view: DataView, at: number): Value[] | undefined {
  const time = view.getUint32(at, true)
  const humidity = halves(view, at + 6)
  // More than there is: these bytes are of a model that remembers something else.
  if (humidity > 100) return undefined
  return [
    { component: '', name: 'temperature', value: tenths(view, at + 4), time },
    { component: '', name: 'humidity', value: humidity, time },
  ]
}

/** EM300-MCS: the byte that is empty elsewhere is its door. */
function pastDoor(view: DataView, at: number): Value[] | undefined {
  const door = { component: '', name: 'door', value: byte(view, at + 7) }
  return pastClimate(view, at)?.concat({ ...door, time: view.getUint32(at, true) })
}

function pastProbe(view: DataView, at: number): Value[] {
  const time = view.getUint32(at, true)
  return [{ component: '', name: 'temperature', value: tenths(view, at + 4), time }]
}

/** Four bits a channel say what its two bytes are: 1 to 4 a temperature, 5, 6 a door, 0 nothing. */
function pastProbes(view: DataView, at: number): Value[] | undefined {
  const time = view.getUint32(at, true)
  const kinds = view.getUint8(at + 4)
  const values = [kinds >> 4, kinds & 0x0f].map((kind, place): Value[] | undefined => {
    const from = at + 5 + 2 * place
    const component = `chn${place + 1}`
    if (kind === 0) return []
    if (kind <= 4) return [{ component, name: 'temperature', value: tenths(view, from), time }]
    if (kind > 6) return undefined
    const isOpen = view.getInt16(from, true) !== 0
    return [{ component, name: 'door', value: isOpen, time }]
  })
  return values.includes(undefined) ? undefined : values.flatMap((some) => some ?? [])
}

/** What a device says of itself when it joins: versions, serial number, class, its reset. */
const ofItself: readonly (readonly [code: number, bytes: number])[] = [
  ...([0xff01, 0xff0b, 0xff0f, 0xfffe] as const).map((code) => [code, 1] as const),
  ...([0xff09, 0xff0a, 0xffff] as const).map((code) => [code, 2] as const),
  [0xff16, 8],
  [0xff08, 6],
]

/** Settings that are told again after somebody has set them, by type: how long each is. */
const settings: readonly (readonly [bytes: number, ...types: number[]])[] = [
  [1, 0x10, 0x25, 0x27, 0x28, 0x2d, 0x4a, 0x68, 0x69, 0x6d, 0xd7, 0xe9, 0xeb],
  [2, 0x02, 0x03, 0x17],
  [3, 0x6a, 0x8e, 0xab, 0xea],
  [5, 0x91],
  [6, 0x79, 0xd6],
  [9, 0x06],
]

/** None of these is measured: they are passed over, and what stands behind them is read. */
const passed: ReadonlyMap<number, number> = new Map([
  ...settings.flatMap(([bytes, ...types]) =>
    types.flatMap((type) => [[0xfe00 | type, bytes] as const, [0xff00 | type, bytes] as const]),
  ),
  ...ofItself,
  // How full the memory of an EM320-TH is, and whether it is to say so: set, and set with a result.
  [0x059c, 1],
  [0xf9c9, 1],
  [0xf8c9, 2],
])

export interface TlvValues {
  readonly values: readonly Value[]
  /** Why the rest is not read; undefined where all of it is. */
  readonly failure: Failure | undefined
}

/** The values of one message. `codec` is what the registry says of the sensor. */
export function milesightValues(bytes: Uint8Array, codec: Codec): TlvValues {
  const [first, ...others] = codecs[codec]
  const found = valuesBy(first, bytes)
  if (found.failure === undefined) return found
  const whole = others
    .map((fields) => valuesBy(fields, bytes))
    .find(({ failure }) => failure === undefined)
  return whole ?? found
}

function valuesBy(fields: Fields, bytes: Uint8Array): TlvValues {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const values: Value[] = []
  for (let at = 0; at < bytes.length; ) {
    const code = at + 2 <= bytes.length ? view.getUint16(at) : undefined
    const field = code === undefined ? undefined : fields.get(code)
    const length = field?.bytes ?? (code === undefined ? undefined : passed.get(code))
    const isWhole = length !== undefined && at + 2 + length <= bytes.length
    const found = isWhole ? (field === undefined ? [] : field.read(view, at + 2)) : undefined
    if (found === undefined || length === undefined) {
      const rest = Buffer.from(bytes.subarray(at, at + 8)).toString('hex')
      return { values, failure: fail('sensor_bytes_malformed', '/data', `At ${at}: ${rest}`) }
    }
    values.push(...found)
    at += 2 + length
  }
  return { values, failure: undefined }
}
