/**
 * What the elements of a barcode or of a Digital Link name: an item, a unit, an asset, a document,
 * a place, a party; what is told of it beside its key, and what is odd about that.
 * [GS1 General Specifications 3, 4.13]
 */
import { hasItsNeeds, isExcluded } from './ai-pairs.ts'
import {
  ALL_IDENTIFIERS,
  type ApplicationIdentifier,
  applicationIdentifier,
} from './application-identifiers.ts'
import { isoDate } from './gs1-date.ts'
import {
  composeKey,
  type GS1Key,
  isFiner,
  type KeyType,
  keyType,
  type Qualified,
} from './gs1-key.ts'
import {
  type Candidate,
  type Element,
  type Form,
  type NoteCode,
  type Parts,
  type Refused,
  refuse,
  type Understood,
} from './understood.ts'

type Draft<T> = { -readonly [Name in keyof T]: T[Name] }
type Sort = 'item' | 'content' | 'unit' | 'asset' | 'document' | 'place' | 'party'

/** One way to name a thing. */
interface Naming {
  readonly ai: string
  /** What is likelier meant has a smaller one. */
  readonly rank: number
  readonly sort: Sort
  readonly type: KeyType
  /** Those that make it finer, the finest first. */
  readonly qualifiers: readonly Qualified['qualifier'][]
  /** By the index of an application identifier its place among them; NONE for all others. */
  readonly places: Uint8Array
  /** Where the serial is part of the value: behind so many digits. */
  readonly serialFrom: number
  readonly note: NoteCode | undefined
}

const NONE = 255

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

const NAMINGS = ROWS.map(([ai, sort, { typeAi = ai, serialFrom = 0, note } = {}], rank): Naming => {
  const type = keyType(typeAi)
  if (!type) throw new Error(`no key type ${typeAi}`)
  // Of content only the lot is told.
  const qualifiers = type.qualifiers.filter(
    ({ kind }) => kind === 'lot' || (kind !== undefined && sort !== 'content'),
  )
  const places = Uint8Array.from(ALL_IDENTIFIERS, (its) => {
    const place = qualifiers.findIndex((qualifier) => qualifier.ai === its.ai)
    return place < 0 ? NONE : place
  })
  return { ai, rank, sort, type, qualifiers, places, serialFrom, note }
})

/** By the index of the application identifier. */
const NAMING_OF = ALL_IDENTIFIERS.map((its) => NAMINGS.find(({ ai }) => ai === its.ai))

/** What elements tell of goods. A date with its time is told where there is none without. */
type Told = 'lot' | 'serial' | 'expiry' | 'expiryTime' | 'production' | 'productionTime'
const TOLD_BY: Readonly<Partial<Record<string, Told>>> = {
  '10': 'lot',
  '21': 'serial',
  '235': 'serial',
  '8011': 'serial',
  '17': 'expiry',
  '7003': 'expiryTime',
  '11': 'production',
  '8008': 'productionTime',
}
const TELLS = ALL_IDENTIFIERS.map(({ ai }) => TOLD_BY[ai])

/** Elements as they were read, and how they were. */
export interface Reading {
  readonly elements: readonly Element[]
  /** Those of the elements, in the same order; the values are known to fit them. */
  readonly identifiers: readonly ApplicationIdentifier[]
  /** What was odd about the reading. */
  readonly notes: readonly NoteCode[]
  /** Only the first so many make up a key: in a link, those of its path. All where it is absent. */
  readonly keyed?: number
  /** The key of a link, which is known already. */
  readonly key?: GS1Key
}

const NO_NOTES: readonly NoteCode[] = []

/**
 * The things that some elements name, the likeliest first; a refusal where they name none, or where
 * one of them is unknown or its value has another form. Years of two digits are read around `year`.
 */
export function candidatesOf(elements: readonly Element[], form: Form, year: number): Understood {
  const identifiers: ApplicationIdentifier[] = []
  for (const { ai, value } of elements) {
    const its = applicationIdentifier(ai)
    if (its === undefined) return refuse(form, 'ai_unknown', `(${ai})`)
    if (!its.format.fits(value, 0, value.length)) {
      return refuse(form, value === '' ? 'ai_empty' : 'ai_value', `(${ai}) ${value}`)
    }
    identifiers.push(its)
  }
  return thingsNamedBy({ elements, identifiers, notes: NO_NOTES }, form, year)
}

/** The things that a reading names, the likeliest first. */
export function thingsNamedBy(reading: Reading, form: Form, year: number): Understood {
  const notes = notesOf(reading)
  const candidates: Candidate[] = []
  for (const named of namedBy(reading)) {
    const found = candidateOf(named, reading, form, year, notes)
    if (found) candidates.push(found)
  }
  const answer = understood(candidates)
  if (answer) return answer
  return whyNone(reading, form)
}

/** A key of letters and digits has the length of its value and not the digits it begins with. */
function whyNone(reading: Reading, form: Form): Refused {
  for (const { naming, value } of namedBy(reading)) {
    if (naming.type.form.test(value)) continue
    const wanted = BEGINS_WITH_PREFIX.test(value) ? 'More has to follow.' : NO_PREFIX
    return refuse(form, 'ai_value', `(${naming.ai}) ${value} ${wanted}`)
  }
  return refuse(form, 'ai_no_key', reading.elements.map(({ ai }) => `(${ai})`).join(''))
}

const BEGINS_WITH_PREFIX = /^\d{4}/
const NO_PREFIX = '4 digits of a company prefix come first.'

/** Candidates as an answer; undefined where there are none. */
export function understood(candidates: readonly Candidate[]): Understood | undefined {
  const likeliest = candidates[0]
  if (likeliest === undefined) return undefined
  if (candidates.length === 1) return { ok: true, candidates: [likeliest] }
  return { ok: true, candidates: [likeliest, ...candidates.slice(1)] }
}

/** What is odd about the elements, each by itself and beside the others. */
function notesOf({ elements, identifiers, notes: given }: Reading): readonly NoteCode[] {
  const notes = given.slice()
  for (let index = 0; index < identifiers.length; index++) {
    const its = identifiers[index]
    const element = elements[index]
    if (its === undefined || element === undefined) continue
    its.format.check(element.value, notes)
    if (!hasItsNeeds(its, identifiers)) note(notes, 'ai_pair_missing')
    if (isExcluded(its, identifiers)) note(notes, 'ai_pair_excluded')
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

function namedBy({ elements, identifiers, keyed = elements.length }: Reading): readonly Named[] {
  const named: Named[] = []
  for (let index = 0; index < identifiers.length; index++) {
    const naming = NAMING_OF[identifiers[index]?.index ?? -1]
    const element = elements[index]
    if (!naming || !element) continue
    if (index < keyed) named.push({ naming, value: element.value, rank: naming.rank })
    else if (naming.sort === 'content') {
      named.push({ naming, value: element.value, rank: naming.rank + NAMINGS.length })
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
  { naming, value, rank }: Named,
  reading: Reading,
  form: Form,
  year: number,
  notes: readonly NoteCode[],
): Candidate | undefined {
  const isOfLink = rank < NAMINGS.length && !hasLotBeside(reading)
  const behind = behindKey(naming, reading)
  const found =
    (isOfLink ? reading.key : undefined) ??
    composeKey(naming.type, value, behind.finest, behind.finest && behind.lot)
  if (!found) return undefined
  const candidate: Draft<Candidate> = {
    key: found.key,
    kind: found.kind,
    form,
    parts: partsOf(naming, value, reading, year, behind.finest),
    notes: naming.note === undefined ? notes : [...notes, naming.note],
  }
  if (found.lot !== undefined) candidate.lot = found.lot
  return candidate
}

/** Whether a lot is told in the query of a link, which is not in its key then. */
function hasLotBeside({ identifiers, keyed = identifiers.length }: Reading): boolean {
  for (let index = keyed; index < identifiers.length; index++) {
    if (TELLS[identifiers[index]?.index ?? -1] === 'lot') return true
  }
  return false
}

/** The finest that qualifies a key, and its lot. */
function behindKey(naming: Naming, reading: Reading): Behind {
  const { sort, qualifiers, places } = naming
  const { elements, identifiers, keyed = elements.length } = reading
  const within = sort === 'content' ? elements.length : keyed
  let least = NONE
  let finest: Qualified | undefined
  let lot: Qualified | undefined
  for (let index = 0; index < identifiers.length; index++) {
    const place = places[identifiers[index]?.index ?? 0] ?? NONE
    if (place === NONE) continue
    const qualifier = qualifiers[place]
    const element = elements[index]
    if (!qualifier || !element) continue
    const found = { qualifier, value: element.value }
    if (qualifier.kind === 'lot') lot = found
    if (place >= least || index >= within || !isFiner(found)) continue
    least = place
    finest = found
  }
  return { finest, lot }
}

interface Behind {
  readonly finest: Qualified | undefined
  readonly lot: Qualified | undefined
}

function partsOf(
  naming: Naming,
  value: string,
  reading: Reading,
  year: number,
  finest: Qualified | undefined,
): Parts {
  const { ai, sort, type, serialFrom } = naming
  const parts: Draft<Parts> = { elements: reading.elements }
  if (type.ai === '01' || type.ai === '8006') {
    parts.gtin = value.slice(0, 14)
    if (!value.startsWith('0')) parts.indicator = Number(value.charAt(0))
  }
  // Of two serials the key has one, which is the one to tell.
  if (sort === 'item' && finest?.qualifier.kind === 'instance') parts.serial = finest.value
  if (sort === 'item' || sort === 'content' || ai === '255') tell(parts, sort, reading, year)
  if (serialFrom > 0 && value.length > serialFrom) parts.serial = value.slice(serialFrom)
  if (ai === '00') parts.sscc = value
  if (ai === '414' || ai === '415' || ai === '417') parts.gln = value
  return parts
}

/** Adds what the elements tell of an item, of content or of a coupon. */
function tell(
  parts: Draft<Parts>,
  sort: Sort,
  { elements, identifiers }: Reading,
  year: number,
): void {
  for (let index = 0; index < identifiers.length; index++) {
    const told = TELLS[identifiers[index]?.index ?? -1]
    const value = elements[index]?.value
    if (told === undefined || value === undefined) continue
    if (told === 'lot') {
      if (sort !== 'document') parts.lot = value
    } else if (told === 'serial') {
      if (sort === 'item') parts.serial ??= value
    } else if (told === 'expiry') date(parts, 'expiry', value, year)
    else if (told === 'production') date(parts, 'production', value, year)
    else if (told === 'expiryTime' && !parts.expiry) date(parts, 'expiry', value, year)
    else if (told === 'productionTime' && !parts.production) date(parts, 'production', value, year)
  }
}

function date(
  parts: Draft<Parts>,
  name: 'expiry' | 'production',
  value: string,
  year: number,
): void {
  const found = isoDate(value, year)
  if (found !== undefined) parts[name] = found
}
