/**
 * A canonical key or an EPC URN -> the bytes of a tag. A + or ++ scheme gets the encoding of the
 * fewest bits. What a scheme cannot hold is refused: nothing is cut, padded or rounded.
 * [EPC TDS 14.3, 14.5, 15.1]
 */
import { partsOfKey, readEpcUrn, readUrnParts } from '#epcis/epc-urn.ts'
import { readPlainParts } from '#epcis/plain-urn.ts'
import { type Element, type Refused, refuse } from '#epcis/understood.ts'
import { MAX_URI_LENGTH } from '#epcis/uri.ts'
import { TagWriter } from './bits.ts'
import { writeData } from './data.ts'
import { hexOfBytes } from './hex.ts'
import { type PartitionedScheme, writePartitioned } from './partitioned.ts'
import { type PlainTagScheme, writePlain } from './plain.ts'
import { type PlusScheme, writePlus } from './plus.ts'
import { schemeOfName, type TagScheme } from './schemes.ts'

export interface TagContents {
  /** Canonical key or pure identity URN. */
  readonly id: string
  /** As the standard spells it, in any case: `SGTIN-96`. */
  readonly scheme: string
  /** 0 where it is left out. */
  readonly filter?: number
  /** Digits of the company prefix: what a scheme of TDS 1.x needs of a key. */
  readonly companyPrefixLength?: number
  /** What a ++ scheme needs, and no other has. */
  readonly hostname?: string
  /** What a DSGTIN needs, and no other has: application identifier and YYMMDD. */
  readonly date?: Element
  /** What a + or ++ scheme may have behind its EPC. */
  readonly data?: readonly Element[]
}

export interface TagWritten {
  readonly ok: true
  /** Whole words of 16 bits, filled up with zeros. */
  readonly bytes: Uint8Array
  readonly hex: string
}

/** The tag that says this. Never throws, whatever the contents. */
export function encodeTag(contents: TagContents): TagWritten | Refused {
  const scheme = schemeOfName(contents.scheme)
  if (!scheme) return refuse('epc-binary', 'tag_scheme', contents.scheme)
  if (contents.id.length > MAX_URI_LENGTH) return refuse('epc-binary', 'too_long')
  const bits = new TagWriter()
  bits.write(scheme.header, 8)
  const refused = checkControl(scheme, contents) ?? writeScheme(bits, scheme, contents)
  if (refused ?? bits.failure)
    return refused ?? bits.refused() ?? refuse('epc-binary', 'tag_scheme')
  const bytes = bits.words()
  return { ok: true, bytes, hex: hexOfBytes(bytes) }
}

/** Filters have the bits of their scheme; what a scheme has no place for is not left out. */
function checkControl(scheme: TagScheme, contents: TagContents): Refused | undefined {
  const { filter = 0, hostname, date, data = [] } = contents
  const bits = scheme.layout === 'plain' ? scheme.filterBits : 3
  if (!Number.isInteger(filter) || filter < 0 || filter >= 2 ** bits) {
    return refuse('epc-binary', 'tag_no_room', `Filter ${filter}.`)
  }
  const plus = scheme.layout === 'plus'
  if (hostname !== undefined && !(plus && scheme.hosted)) return noPlace(scheme, 'host name')
  if (date && !(plus && scheme.dated)) return noPlace(scheme, 'date')
  return data.length > 0 && !plus ? noPlace(scheme, 'data') : undefined
}

function noPlace(scheme: TagScheme, what: string): Refused {
  return refuse('epc-binary', 'tag_no_room', `${scheme.name} has no ${what}.`)
}

function writeScheme(
  bits: TagWriter,
  scheme: TagScheme,
  contents: TagContents,
): Refused | undefined {
  switch (scheme.layout) {
    case 'partitioned':
      return writeGs1(bits, scheme, contents)
    case 'plain':
      return writeOther(bits, scheme, contents)
    default:
      return writeModern(bits, scheme, contents)
  }
}

function writeGs1(
  bits: TagWriter,
  scheme: PartitionedScheme,
  { id, filter = 0, companyPrefixLength: length }: TagContents,
): Refused | undefined {
  const isUrn = id.startsWith('urn:')
  if (!isUrn && length === undefined) return refuse('epc-binary', 'company_prefix_unknown')
  // Prefixes of 4 and 5 digits are written as the blocks of longer ones that they are [7.1].
  const written = length === 4 || length === 5 ? 6 : (length ?? 0)
  const parts = isUrn ? readEpcUrn(id) && readUrnParts(id) : partsOfKey(id, written)
  const ofClass = scheme.urn.serial !== 'none' && scheme.urn.name !== 'sgln' && !parts?.serial
  if (!parts || parts.scheme !== scheme.urn || ofClass)
    return refuse('epc-binary', 'tag_scheme', id)
  writePartitioned(bits, scheme, filter, parts)
  return undefined
}

function writeOther(
  bits: TagWriter,
  scheme: PlainTagScheme,
  { id, filter = 0 }: TagContents,
): Refused | undefined {
  const urn = readPlainParts(id)
  if (urn?.name !== scheme.urn) return refuse('epc-binary', 'tag_scheme', id)
  writePlain(bits, scheme, filter, urn.parts)
  return undefined
}

function writeModern(
  bits: TagWriter,
  scheme: PlusScheme,
  { id, filter = 0, date, hostname, data = [] }: TagContents,
): Refused | undefined {
  const key = id.startsWith('urn:') ? readEpcUrn(id)?.key : id
  if (key === undefined) return refuse('epc-binary', 'tag_scheme', id)
  writePlus(bits, scheme, key, { filter, date, hostname, hasData: data.length > 0 })
  if (!bits.failure) writeData(bits, data)
  return undefined
}
