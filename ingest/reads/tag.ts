/**
 * What the memory of a tag, or a bar code, names. A tag without a GS1 EPC keeps its bits for a
 * name, so that it can be found and kept apart. [EPC TDS 12.3, urn:epc:raw]
 */
import { CANONICAL_BASE, type Kind } from '#epcis/gs1-key.ts'
import { decodeTag } from '#epcis/tag/decode.ts'
import { understand } from '#epcis/understand.ts'
import { isUri } from '#epcis/uri.ts'
import type { RawRead } from '#ingest/decoded.ts'

export interface Tag {
  /** Canonical key. */
  readonly key: string
  /** How an event names it: its pure identity URN, or its key where it has none. */
  readonly uri: string
  readonly kind: Kind
  /** Whether it holds an EPC of GS1, or is a bar code that names an item. */
  readonly isGS1: boolean
  /** Key of its lot, where it names that beside its serial: a bar code may, an EPC cannot. */
  readonly lot?: string | undefined
}

/** What a read is of. Never throws. */
export function tagOf({ hex, code }: Pick<RawRead, 'hex' | 'code'>): Tag {
  return code === undefined ? tagOfHex(hex) : tagOfCode(code)
}

/** A bar code that names one thing, an SSCC or a GTIN with its serial, is as good as a tag. */
function tagOfCode(code: string): Tag {
  const understood = understand(code)
  const candidates = understood.ok ? understood.candidates : []
  const item = candidates.find(({ key, kind }) => items.includes(kind) && isUri(key))
  if (item !== undefined) {
    const { key, kind, lot } = item
    return { key, uri: key, kind, isGS1: true, lot }
  }
  const key = candidates[0]?.key ?? code
  return { key, uri: key, kind: candidates[0]?.kind ?? 'other', isGS1: false }
}

const items: readonly Kind[] = ['instance', 'logistic-unit', 'asset']

function tagOfHex(hex: string): Tag {
  const read = decodeTag(Buffer.from(hex, 'hex'))
  // Schemes of others, such as GID, are EPCs and name nothing of GS1.
  if (read.ok && read.key.startsWith(CANONICAL_BASE)) {
    return { key: read.key, uri: read.urn ?? read.key, kind: read.kind, isGS1: true }
  }
  const raw = `urn:epc:raw:${hex.length * 4}.x${hex}`
  return { key: raw, uri: raw, kind: 'other', isGS1: false }
}
