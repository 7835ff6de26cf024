/**
 * What the memory of a tag names. A tag without a GS1 EPC keeps its bits for a name, so that it can
 * be found and kept apart. [EPC TDS 12.3, urn:epc:raw]
 */
import { CANONICAL_BASE, type Kind } from '#epcis/gs1-key.ts'
import { decodeTag } from '#epcis/tag/decode.ts'

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
  const read = decodeTag(Buffer.from(hex, 'hex'))
  // Schemes of others, such as GID, are EPCs and name nothing of GS1.
  if (read.ok && read.key.startsWith(CANONICAL_BASE)) {
    return { key: read.key, uri: read.urn ?? read.key, kind: read.kind, isGS1: true }
  }
  const raw = `urn:epc:raw:${hex.length * 4}.x${hex}`
  return { key: raw, uri: raw, kind: 'other', isGS1: false }
}
