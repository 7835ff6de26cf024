/** Which tags a reader is there for. */
import { isUri } from '#epcis/uri.ts'
import type { Binding } from '#store/registry/schema.ts'
import type { Reason } from './apart.ts'
import type { Tag } from './tag.ts'

const BASE = 'https://id.gs1.org/'
/** Of keys by application identifier: how many digits stand before the company prefix. */
const PREFIX_AT: Readonly<Record<string, number>> = {
  ...{ '00': 1, '01': 1, '253': 0, '255': 0, '401': 0, '402': 0, '414': 0, '417': 0 },
  ...{ '8003': 1, '8004': 0, '8006': 1, '8010': 0, '8017': 0, '8018': 0 },
}

/** Why no event is to be made of a tag; undefined where one is. */
export function apartFor(tag: Tag, binding: Binding): Reason | undefined {
  const { expected, companyPrefixes, acceptOtherTags = false } = binding
  const isExpected = isListed(tag.key, expected) || isListed(tag.lot, expected)
  const isKnown = tag.isGS1 || isExpected
  if (!isKnown && (!acceptOtherTags || !isUri(tag.uri))) return 'foreign'
  if (expected === undefined && companyPrefixes === undefined) return undefined
  if (isExpected || isOf(tag.key, companyPrefixes)) return undefined
  return 'unexpected'
}

/** Whether a key is on a list, by itself or by the class that it is a serial of. */
export function isListed(key: string | undefined, list: readonly string[] | undefined): boolean {
  if (key === undefined || list === undefined) return false
  const listed = setOf(list)
  if (listed.has(key)) return true
  for (let end = key.lastIndexOf('/'); end > BASE.length; end = key.lastIndexOf('/', end - 1)) {
    if (listed.has(key.slice(0, end))) return true
  }
  return false
}

function isOf(key: string, prefixes: readonly string[] | undefined): boolean {
  if (prefixes === undefined || !key.startsWith(BASE)) return false
  const [ai = '', value = ''] = key.slice(BASE.length).split('/', 2)
  const at = PREFIX_AT[ai]
  return at !== undefined && prefixes.some((prefix) => value.startsWith(prefix, at))
}

/** A list belongs to a binding, which the registry hands out anew when it has changed. */
const sets = new WeakMap<readonly string[], ReadonlySet<string>>()

function setOf(list: readonly string[]): ReadonlySet<string> {
  const known = sets.get(list)
  if (known !== undefined) return known
  const made = new Set(list)
  sets.set(list, made)
  return made
}
