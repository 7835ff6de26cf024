/** Every scheme of a tag by header and by name. [EPC TDS table 14-1] */
import { PARTITIONED, type PartitionedScheme } from './partitioned.ts'
import { PLAIN, type PlainTagScheme } from './plain.ts'
import { PLUS, type PlusScheme } from './plus.ts'

export type TagScheme = PartitionedScheme | PlainTagScheme | PlusScheme

export const TAG_SCHEMES: readonly TagScheme[] = [...PARTITIONED, ...PLAIN, ...PLUS]

const BY_HEADER: readonly (TagScheme | undefined)[] = Array.from({ length: 256 }, (_, header) =>
  TAG_SCHEMES.find((scheme) => scheme.header === header),
)
const BY_NAME = new Map(TAG_SCHEMES.map((scheme) => [scheme.name.toLowerCase(), scheme]))

export function schemeOfHeader(header: number): TagScheme | undefined {
  return BY_HEADER[header]
}

/** The scheme of a name in any case: `SGTIN-96`, `sgtin-96`. */
export function schemeOfName(name: string): TagScheme | undefined {
  return BY_NAME.get(name.toLowerCase())
}
