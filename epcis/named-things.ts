/**
 * What the elements of a barcode or of a Digital Link name: an item, a unit, an asset, a document,
 * a place, a party; what is told of it beside its key, and what is odd about that.
 * [GS1 General Specifications 3, 4.13]
 */
import { hasItsNeeds, isExcluded } from './ai-pairs.ts'
import { type ApplicationIdentifier, applicationIdentifier } from './application-identifiers.ts'
import { isoDate } from './gs1-date.ts'
import { composeKey, isFiner, type KeyType, keyType, type Qualified } from './gs1-key.ts'
import {
  type Candidate,
  type Element,
  type Form,
  type NoteCode,
  type Parts,
  refuse,
  type Understood,
} from './understood.ts'

type Draft = { -readonly [Name in keyof Parts]: Parts[Name] }
type Sort = 'item' | 'content' | 'unit' | 'asset' | 'document' | 'place' | 'party'

/** One way to name a thing. */
interface Naming {
  readonly ai: string
  /** What is likelier meant has a smaller one. */
  readonly rank: number
  readonly sort: Sort
  readonly type: KeyType
  /** Where the serial is part of the value: behind so many digits. */
  readonly serialFrom: number
  readonly note: NoteCode | undefined
}

type Row = readonly [ai: string, sort: Sort, its?: Partial<Rest>]
interface Rest {
  readonly typeAi: string
  readonly serialFrom: number
  readonly note: NoteCode
}

// What is likeliest meant comes first.
const ROWS: readonly Row[] = [
  ['01', 'item'],
  ['8006', 'item'],
  ['03', 'item', { typeAi: '01', note: 'made_to_order' }],
  ['8010', 'item'],
  ['8013', 'item'],
  ['00', 'unit'],
  ['401', 'unit'],
  ['402', 'unit'],
  ['02', 'content', { typeAi: '01', note: 'names_content' }],
  ['8026', 'content', { typeAi: '8006', note: 'names_content' }],
  ['8003', 'asset', { serialFrom: 14 }],
  ['8004', 'asset'],
  ['253', 'document', { serialFrom: 13 }],
  ['255', 'document', { serialFrom: 13 }],
  ['415', 'document'],
  ['414', 'place'],
  ['417', 'party'],
  ['8017', 'party'],
  ['8018', 'party'],
]

const BY_AI = new Map(
  ROWS.map(([ai, sort, { typeAi = ai, serialFrom = 0, note } = {}], rank): [string, Naming] => {
    const type = keyType(typeAi)
    if (!type) throw new Error(`no key type ${typeAi}`)
    return [ai, { ai, rank, sort, type, serialFrom, note }]
  }),
)

/** What is known of elements beside themselves. */
export interface Beside {
  /** Put to each candidate's own. */
  readonly notes?: readonly NoteCode[]
  /** Only the first so many make up a key, as in a Digital Link; the others are its attributes. */
  readonly keyed?: number
}

/**
 * The things that some elements name, the likeliest first; a refusal where they name none, or where
 * one of them is unknown or its value has another form. Years of two digits are read around `year`.
 */
export function candidatesOf(
  elements: readonly Element[],
  form: Form,
  year: number,
  beside: Beside = {},
): Understood {
  const all: ApplicationIdentifier[] = []
  for (const { ai, value } of elements) {
    const its = applicationIdentifier(ai)
    if (its === undefined) return refuse(form, 'ai_unknown', `(${ai})`)
    if (!its.format.fits(value, 0, value.length)) {
      return refuse(form, value === '' ? 'ai_empty' : 'ai_value', `(${ai}) ${value}`)
    }
    all.push(its)
  }
  return thingsNamedBy(elements, all, form, year, beside)
}

/** The same for elements whose values are known to fit `all`, their application identifiers. */
export function thingsNamedBy(
  elements: readonly Element[],
  all: readonly ApplicationIdentifier[],
  form: Form,
  year: number,
  beside: Beside = {},
): Understood {
  const keyed = beside.keyed ?? elements.length
  const notes = notesOf(elements, all, beside.notes)
  const candidates: Candidate[] = []
  for (const its of namedBy(elements, keyed)) {
    const found = candidateOf(its, elements, keyed, year, form, notes)
    if (found) candidates.push(found)
  }
  return (
    understood(candidates) ?? refuse(form, 'ai_no_key', all.map(({ ai }) => `(${ai})`).join(''))
  )
}

/** Candidates as an answer; undefined where there are none. */
export function understood(candidates: readonly Candidate[]): Understood | undefined {
  const likeliest = candidates[0]
  return likeliest && { ok: true, candidates: [likeliest, ...candidates.slice(1)] }
}

/** What is odd about the elements, each by itself and beside the others. */
function notesOf(
  elements: readonly Element[],
  all: readonly ApplicationIdentifier[],
  given: readonly NoteCode[] = [],
): readonly NoteCode[] {
  const notes = given.slice()
  for (let index = 0; index < all.length; index++) {
    const its = all[index]
    const element = elements[index]
    if (its === undefined || element === undefined) continue
    its.format.check(element.value, notes)
    if (!hasItsNeeds(its, all)) note(notes, 'ai_pair_missing')
    if (isExcluded(its, all)) note(notes, 'ai_pair_excluded')
    if (isOwn(its.ai)) note(notes, 'internal')
  }
  return notes
}

function note(notes: NoteCode[], code: NoteCode): void {
  if (!notes.includes(code)) notes.push(code)
}

/** 91 to 99 are a company's own; 90 is agreed between two of them. */
function isOwn(ai: string): boolean {
  return ai.length === 2 && ai.startsWith('9') && ai !== '90'
}

interface Named {
  readonly naming: Naming
  readonly value: string
  /** What is likelier meant has a smaller one; the key of a link has the smallest. */
  readonly rank: number
}

function namedBy(elements: readonly Element[], keyed: number): readonly Named[] {
  const named: Named[] = []
  for (let index = 0; index < elements.length; index++) {
    const element = elements[index]
    const naming = element && BY_AI.get(element.ai)
    if (naming && (index < keyed || naming.sort === 'content')) {
      const rank = index < keyed ? naming.rank : naming.rank + ROWS.length
      named.push({ naming, value: element.value, rank })
    }
  }
  if (named.length < 2) return named
  named.sort((a, b) => a.rank - b.rank)
  // On a pack or a pallet the place and who is paid are what is told of it, not what it is.
  const first = named[0]?.naming.sort
  const isGoods = first === 'item' || first === 'unit' || first === 'content'
  return isGoods ? named.filter(({ naming }) => !ATTRIBUTES_OF_GOODS.has(naming.ai)) : named
}

const ATTRIBUTES_OF_GOODS = new Set(['414', '415'])

function candidateOf(
  { naming, value }: Named,
  elements: readonly Element[],
  keyed: number,
  year: number,
  form: Form,
  notes: readonly NoteCode[],
): Candidate | undefined {
  const { sort, type } = naming
  const isContent = sort === 'content'
  let finest: Qualified | undefined
  let lot: Qualified | undefined
  for (const qualifier of type.qualifiers) {
    const isLot = qualifier.kind === 'lot'
    if (qualifier.kind === undefined || (isContent && !isLot)) continue
    const index = placeOf(elements, qualifier.ai)
    const element = elements[index]
    if (!element) continue
    const found = { qualifier, value: element.value }
    if (isLot) lot = found
    if (!finest && (isContent || index < keyed) && isFiner(found)) finest = found
  }
  const found = composeKey(type, value, finest, finest && lot)
  if (!found) return undefined
  const { key, kind } = found
  const parts = partsOf(naming, value, elements, year)
  const its = naming.note === undefined ? notes : [...notes, naming.note]
  if (found.lot === undefined) return { key, kind, form, parts, notes: its }
  return { key, kind, form, lot: found.lot, parts, notes: its }
}

/** -1 where no element has this application identifier. */
function placeOf(elements: readonly Element[], ai: string): number {
  for (let index = 0; index < elements.length; index++) {
    if (elements[index]?.ai === ai) return index
  }
  return -1
}

function partsOf(naming: Naming, value: string, elements: readonly Element[], year: number): Parts {
  const { ai, sort, type } = naming
  const parts: Draft = { elements }
  if (type.ai === '01' || type.ai === '8006') {
    parts.gtin = value.slice(0, 14)
    if (!value.startsWith('0')) parts.indicator = Number(value.charAt(0))
  }
  if (sort === 'item' || sort === 'content' || ai === '255') {
    for (const element of elements) tell(parts, sort, element, year)
  }
  if (naming.serialFrom > 0 && value.length > naming.serialFrom) {
    parts.serial = value.slice(naming.serialFrom)
  }
  if (ai === '00') parts.sscc = value
  if (ai === '414' || ai === '415' || ai === '417') parts.gln = value
  return parts
}

/** Adds what one element tells of an item, of content or of a coupon. */
function tell(parts: Draft, sort: Sort, { ai, value }: Element, year: number): void {
  switch (ai) {
    case '10':
      if (sort !== 'document') parts.lot = value
      break
    case '21':
    case '235':
    case '8011':
      if (sort === 'item') parts.serial ??= value
      break
    case '17':
      date(parts, 'expiry', value, year)
      break
    case '11':
      date(parts, 'production', value, year)
      break
    case '7003':
      if (parts.expiry === undefined) date(parts, 'expiry', value, year)
      break
    case '8008':
      if (parts.production === undefined) date(parts, 'production', value, year)
      break
  }
}

function date(parts: Draft, name: 'expiry' | 'production', value: string, year: number): void {
  const found = isoDate(value, year)
  if (found !== undefined) parts[name] = found
}
