/**
 * What the memory of a tag names. A tag without a GS1 EPC keeps its bits for a name, so that it can
 * be found and kept apart. [EPC TDS 12.3, urn:epc:raw]
 */
import type { Kind } from '#epcis/gs1-key.ts'
import { identify } from '#epcis/identifier.ts'

export interface Tag {
  /** Canonical key. */
  readonly key: string
  /** How an event names it: its pure identity URN, or its key where it has none. */
  readonly uri: string
  readonly kind: Kind
  /** Whether it holds an EPC of GS1. */
  readonly isGS1: boolean
}

/** What a tag is, by the upper case hexadecimal of its memory. Never throws. */
export function tagOf(hex: string): Tag {
  const urn = sgtin96(hex) ?? sscc96(hex)
  if (urn !== undefined) {
    const { key, kind } = identify(urn)
    return { key, uri: urn, kind, isGS1: true }
  }
  const raw = `urn:epc:raw:${hex.length * 4}.x${hex}`
  return { key: raw, uri: raw, kind: 'other', isGS1: false }
}

const PARTITIONS = [
  [40, 12],
  [37, 11],
  [34, 10],
  [30, 9],
  [27, 8],
  [24, 7],
  [20, 6],
] as const

function bitsOf(hex: string): (from: number, count: number) => bigint {
  const all = BigInt(`0x${hex}`)
  return (from, count) => (all >> BigInt(96 - from - count)) & ((1n << BigInt(count)) - 1n)
}

function sgtin96(hex: string): string | undefined {
  if (hex.length !== 24 || !hex.startsWith('30')) return undefined
  const bits = bitsOf(hex)
  const [width, digits] = PARTITIONS[Number(bits(11, 3))] ?? []
  if (width === undefined || digits === undefined) return undefined
  const prefix = String(bits(14, width)).padStart(digits, '0')
  const item = String(bits(14 + width, 44 - width)).padStart(13 - digits, '0')
  if (prefix.length > digits || item.length > 13 - digits) return undefined
  return `urn:epc:id:sgtin:${prefix}.${item}.${bits(58, 38)}`
}

function sscc96(hex: string): string | undefined {
  if (hex.length !== 24 || !hex.startsWith('31')) return undefined
  const bits = bitsOf(hex)
  const [width, digits] = PARTITIONS[Number(bits(11, 3))] ?? []
  if (width === undefined || digits === undefined) return undefined
  const prefix = String(bits(14, width)).padStart(digits, '0')
  const serial = String(bits(14 + width, 58 - width)).padStart(17 - digits, '0')
  if (prefix.length > digits || serial.length > 17 - digits) return undefined
  return `urn:epc:id:sscc:${prefix}.${serial}`
}
