/**
 * The one function that understands identifiers: whatever stands on a pack, comes out of a scanner
 * or a reader, or was typed by a person -> what it can name, the likeliest first, or why it is
 * nothing. Pure; never throws; bounded in time for any input.
 *
 * A text is taken as it stands first. Only where that says nothing is forgiven what typing does to
 * a code (typed.ts), and what was forgiven is said.
 */
import { type CompanyPrefixLength, companyPrefixOf } from './company-prefix.ts'
import type { Kind } from './gs1-key.ts'
import { productKeyOf } from './product-key.ts'
import { readTag, readText } from './spellings.ts'
import { tidied } from './typed.ts'
import { type Candidate, type NoteCode, type Parts, refuse, type Understood } from './understood.ts'

/** What is known elsewhere and helps to read an identifier. */
export interface Tables {
  /** Of today: decides the century of dates on barcodes. */
  readonly year?: number
  readonly companyPrefixLength?: CompanyPrefixLength
  /** Key of a product -> its level of packing, 1 for the smallest. */
  readonly packLevel?: (product: string) => number | undefined
}

/** Longer than any code with all its attributes, in characters of text or bytes of a tag. */
export const MAX_LENGTH = 8192
/** Dates are read within 50 years of it where nobody says which year it is. */
const DEFAULT_YEAR = 2026

const NO_TABLES: Tables = {}

/** What a text or the memory of a tag (from bit 20h of its EPC bank on) names. */
export function understand(input: string | Uint8Array, tables: Tables = NO_TABLES): Understood {
  if (input.length === 0) return refuse('text', 'empty')
  if (input.length > MAX_LENGTH) return refuse('text', 'too_long', `${input.length} characters.`)
  const year = tables.year ?? DEFAULT_YEAR
  const found = typeof input === 'string' ? readForgiving(input, year) : readTag(input, year)
  return found.ok ? completed(found.candidates, tables) : found
}

/**
 * The key of a text where one key is wanted: of the likeliest thing of some kinds that it can name,
 * else of the likeliest; the text itself where it is refused.
 */
export function keyOf(text: string, ...kinds: readonly Kind[]): string {
  const reading = understand(text)
  if (!reading.ok) return text
  const [first] = reading.candidates
  return (reading.candidates.find(({ kind }) => kinds.includes(kind)) ?? first).key
}

/** As it stands, or with as little forgiven as it takes to understand it. */
function readForgiving(text: string, year: number): Understood {
  const exact = readText(text, year)
  if (isSpelling(exact)) return exact
  let refused = exact.ok ? undefined : exact
  for (const { text: tidy, notes } of tidied(text)) {
    if (tidy === '') return refuse('text', 'empty')
    const reading = readText(tidy, year)
    if (reading.ok && isSpelling(reading)) return withNotes(reading.candidates, notes)
    if (!reading.ok) refused = reading
  }
  return refused ?? exact
}

/** Whether it was read as more than the URI or text that it is. */
function isSpelling(reading: Understood): boolean {
  if (!reading.ok) return false
  const { form } = reading.candidates[0]
  return form !== 'text' && form !== 'uri'
}

type Candidates = readonly [Candidate, ...Candidate[]]

function withNotes([first, ...rest]: Candidates, notes: readonly NoteCode[]): Understood {
  const noted = (candidate: Candidate): Candidate => ({
    ...candidate,
    notes: [...new Set([...candidate.notes, ...notes])],
  })
  return { ok: true, candidates: [noted(first), ...rest.map(noted)] }
}

/** With what the tables tell of each. */
function completed([first, ...rest]: Candidates, tables: Tables): Understood {
  if (tables === NO_TABLES) return { ok: true, candidates: [first, ...rest] }
  const complete = (candidate: Candidate): Candidate => {
    const more = partsOfTables(candidate, tables)
    return more === undefined ? candidate : { ...candidate, parts: { ...candidate.parts, ...more } }
  }
  return { ok: true, candidates: [complete(first), ...rest.map(complete)] }
}

function partsOfTables(
  { key, parts }: Candidate,
  { companyPrefixLength, packLevel }: Tables,
): Parts | undefined {
  const prefix =
    parts.companyPrefix === undefined && companyPrefixLength
      ? companyPrefixOf(key, companyPrefixLength)
      : undefined
  const product = productKeyOf(key)
  const level = product === undefined ? undefined : packLevel?.(product)
  if (prefix === undefined && level === undefined) return undefined
  return {
    ...(prefix !== undefined && { companyPrefix: prefix }),
    ...(level !== undefined && { packLevel: level }),
  }
}
