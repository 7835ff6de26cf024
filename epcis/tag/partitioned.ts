/**
 * The schemes of TDS 1.x for GS1 keys: header, filter, a partition value that says how many digits
 * the company prefix has, company prefix, reference, serial. Company prefix and reference share
 * one room whatever the partition: what the one does not need the other has. [EPC TDS 14.3, 14.4,
 * 14.6.1 to 14.6.11]
 */
import {
  keyParts,
  spell,
  type UrnParts,
  type UrnScheme,
  urnBody,
  urnScheme,
} from '#epcis/epc-urn.ts'
import { composeKey } from '#epcis/gs1-key.ts'
import { type Element, type Refused, refuse } from '#epcis/understood.ts'
import { TagReader, type TagWriter } from './bits.ts'
import { readTerminated, readText, SET_39, writeTerminated, writeText } from './characters.ts'
import type { TagRead } from './read.ts'

/**
 * `digits` fills its digits up with zeros, `number` does not, `numeric` keeps those it has behind a
 * leading 1, `text` has 7 bits a character, `terminated` 6 and an end of its own.
 */
type Reference = 'digits' | 'number' | 'text' | 'terminated'
type Serial = 'number' | 'numeric' | 'text' | 'reserved' | 'none'

export interface PartitionedScheme {
  readonly layout: 'partitioned'
  readonly name: string
  readonly header: number
  /** Bits in all; 0 where they vary. */
  readonly bits: number
  readonly urn: UrnScheme
  readonly reference: Reference
  /** Bits and digits, or characters, of company prefix and reference together. */
  readonly room: number
  readonly digits: number
  readonly serial: Serial
  readonly serialBits: number
  readonly tagUri: string
}

/** Header, filter and partition; the two numbers of a piece. */
const START = 8 + 3 + 3
const PIECES = 7 + 7

export const PARTITIONED: readonly PartitionedScheme[] = [
  row('SGTIN-96', 0x30, 'sgtin', 'digits', 44, 13, 'number', 38),
  row('SGTIN-198', 0x36, 'sgtin', 'digits', 44, 13, 'text', 140),
  row('SSCC-96', 0x31, 'sscc', 'digits', 58, 17, 'reserved', 24),
  row('SGLN-96', 0x32, 'sgln', 'digits', 41, 12, 'number', 41),
  row('SGLN-195', 0x39, 'sgln', 'digits', 41, 12, 'text', 140),
  row('GRAI-96', 0x33, 'grai', 'digits', 44, 12, 'number', 38),
  row('GRAI-170', 0x37, 'grai', 'digits', 44, 12, 'text', 112),
  row('GIAI-96', 0x34, 'giai', 'number', 82, 25, 'none', 0),
  row('GIAI-202', 0x38, 'giai', 'text', 188, 30, 'none', 0),
  row('GSRN-96', 0x2d, 'gsrn', 'digits', 58, 17, 'reserved', 24),
  row('GSRNP-96', 0x2e, 'gsrnp', 'digits', 58, 17, 'reserved', 24),
  row('GDTI-96', 0x2c, 'gdti', 'digits', 41, 12, 'number', 41),
  row('GDTI-113', 0x3a, 'gdti', 'digits', 41, 12, 'numeric', 58),
  row('GDTI-174', 0x3e, 'gdti', 'digits', 41, 12, 'text', 119),
  row('CPI-96', 0x3c, 'cpi', 'number', 51, 15, 'number', 31),
  row('CPI-var', 0x3d, 'cpi', 'terminated', 0, 30, 'number', 40),
  row('SGCN-96', 0x3f, 'sgcn', 'digits', 41, 12, 'numeric', 41),
  row('ITIP-110', 0x40, 'itip', 'digits', 44, 13, 'number', 38),
  row('ITIP-212', 0x41, 'itip', 'digits', 44, 13, 'text', 140),
]

function row(
  name: string,
  header: number,
  urnName: string,
  reference: Reference,
  room: number,
  digits: number,
  serial: Serial,
  serialBits: number,
): PartitionedScheme {
  const urn = urnScheme(urnName)
  if (!urn) throw new Error(`no scheme ${urnName}`)
  const pieces = urnName === 'itip' ? PIECES : 0
  const bits = room === 0 ? 0 : START + room + pieces + serialBits
  const tagUri = `urn:epc:tag:${name.toLowerCase()}:`
  const layout = 'partitioned'
  return { layout, name, header, bits, urn, reference, room, digits, serial, serialBits, tagUri }
}

/** Bits of the company prefix, and its digits, by partition value. */
const PREFIX_BITS: readonly number[] = [40, 37, 34, 30, 27, 24, 20]
const LONGEST_PREFIX = 12
// The serial of a part has 12 digits; the bits that it has on a tag could hold more.
const LARGEST_PART_SERIAL = 999_999_999_999

/** The EPC of a tag whose header is the scheme's. */
export function readPartitioned(scheme: PartitionedScheme, bytes: Uint8Array): TagRead | Refused {
  const bits = new TagReader(bytes)
  if (bits.end < scheme.bits) {
    return refuse('epc-binary', 'tag_truncated', `${bits.end} of ${scheme.bits} bits`)
  }
  bits.at = 8
  const filter = bits.read(3)
  const partition = bits.read(3)
  const prefixBits = PREFIX_BITS[partition]
  if (prefixBits === undefined) return refuse('epc-binary', 'tag_partition', String(partition))
  const length = LONGEST_PREFIX - partition
  const companyPrefix = bits.readDigits(prefixBits, length)
  const parts = {
    scheme: scheme.urn,
    companyPrefix,
    reference: readReference(bits, scheme, scheme.room - prefixBits, scheme.digits - length),
    pieces: scheme.urn.name === 'itip' ? bits.readDigits(7, 2) + bits.readDigits(7, 2) : '',
    serial: readSerial(bits, scheme),
  }
  if (!bits.failure && !bits.onlyZeros()) bits.fail('tag_too_long')
  return bits.refused() ?? toRead(scheme, filter, parts)
}

function readReference(
  bits: TagReader,
  scheme: PartitionedScheme,
  width: number,
  most: number,
): string {
  switch (scheme.reference) {
    case 'digits':
      return bits.readDigits(width, most)
    case 'number': {
      const digits = bits.readDecimal(width)
      if (digits.length > most) bits.fail('tag_value_too_large', digits)
      return digits
    }
    case 'text':
      return readText(bits, width, most)
    default: {
      const text = readTerminated(bits, most, SET_39)
      if (text === '') bits.fail('tag_length', 'There is no character.')
      return text
    }
  }
}

function readSerial(bits: TagReader, scheme: PartitionedScheme): string | undefined {
  switch (scheme.serial) {
    case 'number': {
      const value = bits.read(scheme.serialBits)
      if (scheme.urn.name === 'cpi' && value > LARGEST_PART_SERIAL) {
        bits.fail('tag_value_too_large', String(value))
      }
      return String(value)
    }
    case 'numeric': {
      const digits = bits.readDecimal(scheme.serialBits)
      if (digits.length < 2) bits.fail('tag_length', 'There is no digit.')
      if (!digits.startsWith('1')) bits.fail('tag_value_too_large', digits)
      return digits.slice(1)
    }
    case 'text':
      return readText(bits, scheme.serialBits, Math.floor(scheme.serialBits / 7))
    case 'reserved':
      if (bits.read(scheme.serialBits) !== 0) bits.fail('tag_reserved_bits')
      return undefined
    default:
      return undefined
  }
}

function toRead(scheme: PartitionedScheme, filter: number, parts: UrnParts): TagRead | Refused {
  const of = keyParts(parts)
  const key = composeKey(of.type, of.value, of.finest)
  if (!key) return refuse('epc-binary', 'tag_length', spell(parts))
  const element = { ai: of.type.ai, value: of.value }
  const elements: Element[] = of.finest
    ? [element, { ai: of.finest.qualifier.ai, value: of.finest.value }]
    : [element]
  const body = urnBody(parts)
  return {
    ok: true,
    scheme: scheme.name,
    key: key.key,
    kind: key.kind,
    checked: key.checked,
    lot: undefined,
    urn: `urn:epc:id:${scheme.urn.name}:${body}`,
    tagUri: `${scheme.tagUri}${filter}.${body}`,
    filter,
    companyPrefix: parts.companyPrefix,
    hostname: undefined,
    date: undefined,
    elements,
    dataRefused: undefined,
  }
}

/** Everything behind the header. What does not fit into the scheme fails in the writer. */
export function writePartitioned(
  bits: TagWriter,
  scheme: PartitionedScheme,
  filter: number,
  parts: UrnParts,
): void {
  const partition = LONGEST_PREFIX - parts.companyPrefix.length
  const prefixBits = PREFIX_BITS[partition] ?? 0
  bits.write(filter, 3)
  bits.write(partition, 3)
  bits.writeDecimal(parts.companyPrefix, prefixBits)
  writeReference(bits, scheme, scheme.room - prefixBits, parts)
  if (parts.pieces) {
    bits.writeDecimal(parts.pieces.slice(0, 2), 7)
    bits.writeDecimal(parts.pieces.slice(2), 7)
  }
  const serial = parts.serial ?? (scheme.urn.name === 'sgln' ? '0' : '')
  writeSerial(bits, scheme, serial)
}

function writeReference(
  bits: TagWriter,
  scheme: PartitionedScheme,
  width: number,
  { companyPrefix, reference }: UrnParts,
): void {
  const most = scheme.digits - companyPrefix.length
  if (scheme.reference === 'digits') bits.writeDecimal(reference || '0', width)
  else if (scheme.reference === 'number') writeNumber(bits, reference, width, most)
  else if (scheme.reference === 'text') writeText(bits, reference, width, most)
  else writeTerminated(bits, reference, most, SET_39)
}

function writeSerial(bits: TagWriter, scheme: PartitionedScheme, serial: string): void {
  const width = scheme.serialBits
  if (scheme.serial === 'number') writeNumber(bits, serial, width, 13)
  else if (scheme.serial === 'text') writeText(bits, serial, width, Math.floor(width / 7))
  else if (scheme.serial === 'reserved') bits.write(0, width)
  else if (scheme.serial === 'numeric') {
    if (serial === '') bits.fail('tag_no_room', 'There is no serial.')
    bits.writeDecimal(`1${serial}`, width)
    if (10 ** serial.length * 2 > 2 ** width) bits.fail('tag_no_room', serial)
  }
}

/** A number that forgets zeros before it: with them it is another serial and cannot be written. */
function writeNumber(bits: TagWriter, digits: string, width: number, most: number): void {
  const padded = digits.length > 1 && digits.startsWith('0')
  if (padded || digits.length > most) bits.fail('tag_no_room', digits)
  bits.writeDecimal(digits, width)
}
