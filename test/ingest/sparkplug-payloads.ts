/** Payloads of Sparkplug B, written field by field. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

export interface Metric {
  readonly name?: string
  readonly alias?: number
  readonly timestampMs?: number
  readonly datatype?: number
  readonly isHistorical?: boolean
  readonly isTransient?: boolean
  readonly isNull?: boolean
  readonly unit?: string
  readonly int?: number
  readonly long?: bigint
  readonly float?: number
  readonly double?: number
  readonly boolean?: boolean
  readonly string?: string
}

export function payload(
  metrics: readonly Metric[],
  seq?: number,
  timestampMs?: number,
): Uint8Array {
  const writer = new BinaryWriter()
  if (timestampMs !== undefined) writer.tag(1, WireType.Varint).uint64(timestampMs)
  for (const metric of metrics) writer.tag(2, WireType.LengthDelimited).bytes(bytesOf(metric))
  if (seq !== undefined) writer.tag(3, WireType.Varint).uint64(seq)
  return writer.finish()
}

/** A payload inside another one, as Eclipse Tahu compresses it. */
export function compressed(body: Uint8Array, algorithm?: string): Uint8Array {
  const writer = new BinaryWriter()
  if (algorithm !== undefined) {
    const metric = { name: 'algorithm', datatype: 12, string: algorithm }
    writer.tag(2, WireType.LengthDelimited).bytes(bytesOf(metric))
  }
  writer.tag(4, WireType.LengthDelimited).string('SPBV1.0_COMPRESSED')
  return writer.tag(5, WireType.LengthDelimited).bytes(body).finish()
}

function bytesOf(metric: Metric): Uint8Array {
  const writer = new BinaryWriter()
  const { name, alias, timestampMs, datatype, isHistorical, isTransient, isNull, unit } = metric
  if (name !== undefined) writer.tag(1, WireType.LengthDelimited).string(name)
  if (alias !== undefined) writer.tag(2, WireType.Varint).uint64(alias)
  if (timestampMs !== undefined) writer.tag(3, WireType.Varint).uint64(timestampMs)
  if (datatype !== undefined) writer.tag(4, WireType.Varint).uint32(datatype)
  if (isHistorical !== undefined) writer.tag(5, WireType.Varint).bool(isHistorical)
  if (isTransient !== undefined) writer.tag(6, WireType.Varint).bool(isTransient)
  if (isNull !== undefined) writer.tag(7, WireType.Varint).bool(isNull)
  if (unit !== undefined) writer.tag(9, WireType.LengthDelimited).bytes(unitProperty(unit))
  const { int, long, float, double, boolean, string } = metric
  if (int !== undefined) writer.tag(10, WireType.Varint).uint32(int)
  if (long !== undefined) writer.tag(11, WireType.Varint).uint64(long)
  if (float !== undefined) writer.tag(12, WireType.Bit32).float(float)
  if (double !== undefined) writer.tag(13, WireType.Bit64).double(double)
  if (boolean !== undefined) writer.tag(14, WireType.Varint).bool(boolean)
  if (string !== undefined) writer.tag(15, WireType.LengthDelimited).string(string)
  return writer.finish()
}

function unitProperty(unit: string): Uint8Array {
  const value = new BinaryWriter().tag(1, WireType.Varint).uint32(12)
  value.tag(8, WireType.LengthDelimited).string(unit)
  const set = new BinaryWriter().tag(1, WireType.LengthDelimited).string('engUnit')
  return set.tag(2, WireType.LengthDelimited).bytes(value.finish()).finish()
}
