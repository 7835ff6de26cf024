/**
 * Reads the table of company prefixes as GS1 publishes it: a date, and entries of a prefix with the
 * length of the company prefixes that begin so, 0 where there are none. As JSON or as XML.
 *
 * Every entry is checked before any is used, and the first bad one is named.
 */
import { type Refusal, refusal } from './collection.ts'
import { readPrefixXml } from './prefix-xml.ts'

export interface PrefixTable {
  readonly ok: true
  /** When it was published, as it says itself. */
  readonly date: string
  readonly entries: readonly PrefixEntry[]
}

export interface PrefixEntry {
  readonly prefix: string
  /** 0, or 4 to 12. EPC has company prefixes of 6 to 12 digits only. */
  readonly length: number
}

/** The largest file that is read, in bytes. */
export const MOST_TABLE_BYTES = 64 * 1024 * 1024
const MOST_ENTRIES = 1_000_000
const NAME = 'GCPPrefixFormatList'
const DATE = /^[ -~]{1,60}$/
const PREFIX = /^\d{1,12}$/

/** The table of a JSON value. */
export function prefixTableOfJson(value: unknown): PrefixTable | Refusal {
  const list = memberOf(value, NAME)
  const entries = memberOf(list, 'entry')
  if (!Array.isArray(entries)) {
    return malformed(`/${NAME}/entry`, `it has no list of entries in ${NAME}`)
  }
  return checked(memberOf(list, 'date'), entries)
}

/** The table of an XML text. */
export function prefixTableOfXml(text: string): PrefixTable | Refusal {
  const read = readPrefixXml(text, NAME, MOST_ENTRIES)
  if (!read.ok) return malformed('', read.message)
  const entries = read.entries.map(({ prefix, gcpLength }) => {
    return { prefix, gcpLength: numberOf(gcpLength) }
  })
  return checked(read.date, entries)
}

function checked(date: unknown, entries: readonly unknown[]): PrefixTable | Refusal {
  if (typeof date !== 'string' || !DATE.test(date)) {
    return malformed(`/${NAME}/date`, 'it does not say in a text of which date it is')
  }
  // It would replace the table there is by nothing.
  if (entries.length === 0) return malformed(`/${NAME}/entry`, 'it has no entry')
  if (entries.length > MOST_ENTRIES) {
    const message = `it has more than ${MOST_ENTRIES} entries`
    return refusal('prefix_table_too_large', `/${NAME}/entry`, message)
  }
  const lengths = new Map<string, number>()
  for (const [at, entry] of entries.entries()) {
    const prefix = memberOf(entry, 'prefix')
    const length = memberOf(entry, 'gcpLength')
    const wrong = faultOf(prefix, length, lengths)
    if (wrong !== undefined) {
      return malformed(`/${NAME}/entry/${at}`, `entry ${at + 1} ${shown(entry)} ${wrong}`)
    }
    lengths.set(String(prefix), Number(length))
  }
  return { ok: true, date, entries: [...lengths].map(([prefix, length]) => ({ prefix, length })) }
}

function faultOf(
  prefix: unknown,
  length: unknown,
  known: ReadonlyMap<string, number>,
): string | undefined {
  if (typeof prefix !== 'string' || !PREFIX.test(prefix)) return 'has no prefix of 1 to 12 digits'
  if (!isLength(length)) return 'has no gcpLength of 0 or 4 to 12'
  return known.has(prefix) ? `repeats the prefix ${prefix}` : undefined
}

function isLength(length: unknown): boolean {
  return Number.isInteger(length) && (length === 0 || (Number(length) >= 4 && Number(length) <= 12))
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,2}$/.test(text) ? Number(text) : undefined
}

function memberOf(value: unknown, name: string): unknown {
  const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, name)
  return isObject ? Reflect.get(value, name) : undefined
}

function shown(entry: unknown): string {
  return (JSON.stringify(entry) ?? '').slice(0, 100)
}

function malformed(path: string, message: string): Refusal {
  return refusal('prefix_table_malformed', path, message)
}
