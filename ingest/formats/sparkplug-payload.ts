/**
 * Payloads of Sparkplug B 3.0: Protocol Buffers read field by field by their numbers, with the
 * library's reader of the wire. What is not needed (data sets, templates) is passed over. A payload
 * may hold another one, compressed, as Eclipse Tahu writes it. [Sparkplug 3.0, 6.4]
 */
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { type Failure, fail } from '#epcis/failure.ts'
import { MAX_PARTS, type SparkplugMetric } from '#ingest/decoded.ts'
import { textOf } from './raw-read.ts'
import { isCompressed, unpacked } from './sparkplug-compressed.ts'

export interface SparkplugPayload {
  readonly ok: true
  readonly timestampMs: number | undefined
  readonly seq: number | undefined
  readonly metrics: readonly SparkplugMetric[]
}

type Value = SparkplugMetric['value']
type Read = (reader: BinaryReader) => void

/** The payload of a message, unpacked where it is compressed. Never throws. */
export function readSparkplug(bytes: Uint8Array): SparkplugPayload | Failure {
  const outer = readPayload(bytes)
  if (!outer.ok || !isCompressed(outer.uuid)) return outer
  const body = unpacked(outer.body, outer.metrics)
  if (!(body instanceof Uint8Array)) return body
  const inner = readPayload(body)
  if (!inner.ok) return inner
  // One in another in another would be unpacked without an end.
  if (isCompressed(inner.uuid)) return fail('compressed_malformed', '/body', 'It is so twice.')
  const { timestampMs = outer.timestampMs, seq = outer.seq, metrics } = inner
  return { ok: true, timestampMs, seq, metrics }
}

interface RawPayload extends SparkplugPayload {
  readonly uuid: string | undefined
  readonly body: Uint8Array | undefined
}

function readPayload(bytes: Uint8Array): RawPayload | Failure {
  let timestampMs: number | undefined
  let seq: number | undefined
  let uuid: string | undefined
  let body: Uint8Array | undefined
  const metrics: SparkplugMetric[] = []
  let isTooMany = false
  try {
    readFields(bytes, {
      1: (reader) => {
        timestampMs = Number(reader.uint64())
      },
      2: (reader) => {
        const inner = reader.bytes()
        if (metrics.length < MAX_PARTS) metrics.push(readMetric(inner))
        else isTooMany = true
      },
      3: (reader) => {
        seq = Number(reader.uint64())
      },
      4: (reader) => {
        uuid = textOf(reader.string())
      },
      5: (reader) => {
        body = reader.bytes()
      },
    })
  } catch (error) {
    // The library's word for bytes that end too soon or are no message; ours never throw here.
    if (!(error instanceof Error)) throw error
    return fail('protobuf_malformed', '', error.message.slice(0, 100))
  }
  if (isTooMany) return fail('too_many_parts', '')
  return { ok: true, timestampMs, seq, metrics, uuid, body }
}

function readFields(bytes: Uint8Array, fields: Readonly<Record<number, Read>>): void {
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag()
    const read = fields[field]
    if (read === undefined) reader.skip(wire, field)
    else read(reader)
  }
}

interface MutableMetric {
  name: string | undefined
  alias: string | undefined
  timestampMs: number | undefined
  datatype: number | undefined
  isHistorical: boolean
  isTransient: boolean
  isNull: boolean
  value: Value
  unit: string | undefined
}

function readMetric(bytes: Uint8Array): SparkplugMetric {
  const metric: MutableMetric = {
    name: undefined,
    alias: undefined,
    timestampMs: undefined,
    datatype: undefined,
    isHistorical: false,
    isTransient: false,
    isNull: false,
    value: undefined,
    unit: undefined,
  }
  const value = (read: (reader: BinaryReader) => Value): Read => {
    return (reader) => {
      metric.value = read(reader)
    }
  }
  readFields(bytes, {
    1: (reader) => {
      metric.name = textOf(reader.string())
    },
    2: (reader) => {
      metric.alias = String(reader.uint64())
    },
    3: (reader) => {
      metric.timestampMs = Number(reader.uint64())
    },
    4: (reader) => {
      metric.datatype = reader.uint32()
    },
    5: (reader) => {
      metric.isHistorical = reader.bool()
    },
    6: (reader) => {
      metric.isTransient = reader.bool()
    },
    7: (reader) => {
      metric.isNull = reader.bool()
    },
    9: (reader) => {
      metric.unit = unitOf(reader.bytes())
    },
    10: value((reader) => reader.uint32()),
    11: value((reader) => BigInt(reader.uint64())),
    12: value((reader) => reader.float()),
    13: value((reader) => reader.double()),
    14: value((reader) => reader.bool()),
    15: value((reader) => reader.string()),
  })
  const { isNull, ...rest } = metric
  return isNull ? { ...rest, value: undefined } : rest
}

const unitNames: readonly string[] = ['engunit', 'engunits', 'unit', 'units']

/** The unit among the properties of a metric: keys and values stand in two lists. */
function unitOf(bytes: Uint8Array): string | undefined {
  const keys: string[] = []
  const values: (string | undefined)[] = []
  readFields(bytes, {
    1: (reader) => keys.push(reader.string()),
    2: (reader) => {
      let text: string | undefined
      readFields(reader.bytes(), {
        8: (inner) => {
          text = textOf(inner.string())
        },
      })
      values.push(text)
    },
  })
  return values[keys.findIndex((key) => unitNames.includes(key.toLowerCase()))]
}

const BOOLEAN = 11

/** The command by which a host asks an edge node for its births again. */
export function rebirthCommand(timestampMs: number): Uint8Array {
  const metric = new BinaryWriter()
    .tag(1, WireType.LengthDelimited)
    .string('Node Control/Rebirth')
    .tag(3, WireType.Varint)
    .uint64(BigInt(timestampMs))
    .tag(4, WireType.Varint)
    .uint32(BOOLEAN)
    .tag(14, WireType.Varint)
    .bool(true)
    .finish()
  return new BinaryWriter()
    .tag(1, WireType.Varint)
    .uint64(BigInt(timestampMs))
    .tag(2, WireType.LengthDelimited)
    .bytes(metric)
    .finish()
}
