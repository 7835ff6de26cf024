/**
 * GS1 Digital Link URIs of any domain, short names and qualifiers included -> the canonical link
 * constrained to the finest thing it names: `https://id.gs1.org/01/{gtin}/21/{serial}`; or, where a
 * code was scanned, all that the link tells, and why it is none where it begins as one. Both give
 * the same key. [GS1 Digital Link: URI syntax 4-5; CBV 2.0 event hash, rule on identifiers]
 */
import { type ApplicationIdentifier, applicationIdentifier } from './application-identifiers.ts'
import { isCompressed } from './compressed-link.ts'
import { ElementList, wrongValue } from './element-list.ts'
import {
  composeKey,
  type GS1Key,
  hasCheckDigit,
  isFiner,
  isQualifierName,
  type KeyType,
  keyType,
  type Qualified,
  qualify,
  unescapeValue,
} from './gs1-key.ts'
import { thingsNamedBy } from './named-things.ts'
import { type Element, type NoteCode, type Refused, refuse, type Understood } from './understood.ts'
import { MAX_URI_LENGTH } from './uri.ts'

// What nearly every link is: canonical already, so that nothing but the check digit is left to do.
const USUAL = /^https:\/\/id\.gs1\.org\/01\/(\d{14})(?:\/(10|21)\/[A-Za-z0-9\-._';=]{1,20})?$/
const WEB = /^[Hh][Tt][Tt][Pp][Ss]?:\/\/[^/?#]+\/([^?#]*)/

/** The canonical key of a Digital Link; undefined for every other text. */
export function readDigitalLink(text: string): GS1Key | undefined {
  const usual = USUAL.exec(text)
  if (usual?.[1]) {
    const kind = usual[2] === '21' ? 'instance' : usual[2] ? 'lot' : 'class'
    return { key: text, kind, checked: hasCheckDigit(usual[1]), lot: undefined }
  }
  const steps = WEB.exec(text)?.[1]?.split('/')
  if (!steps) return undefined
  if (steps.at(-1) === '') steps.pop()
  // The key may stand behind a path of the domain's own; behind it only its qualifiers may.
  for (let at = steps.length - 2; at >= 0; at -= 2) {
    const type = keyType(steps[at] ?? '')
    const found = type && readKey(type, steps.slice(at + 1))
    if (found) return found
  }
  return undefined
}

/** `steps`: the key's value, then pairs of a qualifier and its value. */
function readKey(type: KeyType, steps: readonly string[]): GS1Key | undefined {
  const value = unescapeValue(steps[0] ?? '')
  if (value === undefined) return undefined
  const rank = (each: Qualified) => type.qualifiers.indexOf(each.qualifier)
  let finest: Qualified | undefined
  let lot: Qualified | undefined
  for (let at = 1; at < steps.length; at += 2) {
    const found = qualify(type, steps[at] ?? '', steps[at + 1] ?? '')
    if (!found) return undefined
    if (isFiner(found) && (!finest || rank(found) < rank(finest))) finest = found
    if (found.qualifier.kind === 'lot') lot = found
  }
  return composeKey(type, value, finest, lot)
}

/** All that a link tells. */
export interface LinkReading {
  readonly ok: true
  /** The one that readDigitalLink gives. */
  readonly key: GS1Key
  /** Of the path in its order, then of the query. A GTIN has 14 digits. */
  readonly elements: readonly Element[]
  /** Those of the elements, in the same order. */
  readonly identifiers: readonly ApplicationIdentifier[]
  /** So many of the elements stand in the path. */
  readonly keyed: number
  readonly notes: readonly NoteCode[]
}

// A reader of QR codes may put the symbology identifier before it.
const LINK = /^(?:\][A-Za-z]\d)?https?:\/\/([^/?#]+)\/([^?#]*)(?:\?([^#]*))?/i
const GS1_HOST = /^id\.gs1\.org(?::\d+)?$/i

/**
 * Every element of a link; a refusal where it begins as a Digital Link and is none; undefined for
 * any other text, ordinary links included. Never throws; bounded in time.
 */
export function readDigitalLinkFully(text: string): LinkReading | Refused | undefined {
  const link = text.length > MAX_URI_LENGTH ? null : LINK.exec(text)
  const steps = link?.[2]?.split('/')
  if (!link || !steps) return undefined
  if (steps.at(-1) === '') steps.pop()
  for (let at = steps.length - 2; at >= 0; at -= 2) {
    const type = keyType(steps[at] ?? '')
    const key = type && readKey(type, steps.slice(at + 1))
    if (key) return readElements(type, key, steps.slice(at + 1), link[3] ?? '')
  }
  return whyNone(steps, GS1_HOST.test(link[1] ?? ''))
}

/** What a link names; undefined for a text that is no Digital Link and begins as none. */
export function understandDigitalLink(text: string, year: number): Understood | undefined {
  const read = readDigitalLinkFully(text)
  if (!read?.ok) return read
  const { elements, identifiers, notes, keyed } = read
  return thingsNamedBy(elements, identifiers, 'digital-link', year, { notes, keyed })
}

function readElements(
  type: KeyType,
  key: GS1Key,
  steps: readonly string[],
  query: string,
): LinkReading | Refused {
  const list = new ElementList('digital-link')
  const notes: NoteCode[] = []
  for (let at = 0; at < steps.length; at += 2) {
    const its = applicationIdentifier(at === 0 ? type.ai : qualifierOf(type, steps[at - 1]))
    const raw = unescapeValue(steps[at] ?? '') ?? ''
    const value = its?.ai === '01' ? raw.padStart(14, '0') : raw
    if (!its?.format.fits(value, 0, value.length)) add(notes, 'link_attribute')
    else {
      const repeated = list.add(its, value)
      if (repeated) return repeated
    }
  }
  const keyed = list.elements.length
  if (!isInOrder(list.identifiers)) notes.push('link_order')
  if (query) {
    const repeated = addAttributes(list, query, notes)
    if (repeated) return repeated
  }
  return { ok: true, key, elements: list.elements, identifiers: list.identifiers, keyed, notes }
}

function add(notes: NoteCode[], note: NoteCode): void {
  if (!notes.includes(note)) notes.push(note)
}

/** The application identifier of a qualifier by itself or by its short name; '' is none. */
function qualifierOf(type: KeyType, name: string | undefined): string {
  return type.qualifiers.find((its) => its.ai === name || its.shortName === name)?.ai ?? ''
}

/** Whether the qualifiers behind a key stand in one of its orders, some of them left out. */
function isInOrder(identifiers: readonly ApplicationIdentifier[]): boolean {
  const [key, ...qualifiers] = identifiers
  if (qualifiers.length === 0) return true
  return (key?.keyWith ?? '').split('|').some((order) => {
    const places = order.split(' ')
    let last = -1
    return qualifiers.every(({ ai }) => {
      const before = last
      last = places.indexOf(ai)
      return last > before
    })
  })
}

/** Pairs of the query whose name is an application identifier; all others are none of ours. */
function addAttributes(list: ElementList, query: string, notes: NoteCode[]): Refused | undefined {
  for (const pair of query.split(/[&;]/)) {
    const end = pair.indexOf('=')
    const its = end < 0 ? undefined : applicationIdentifier(pair.slice(0, end))
    if (!its) continue
    const value = unescapeValue(pair.slice(end + 1))
    if (value === undefined || !its.attribute || !its.format.fits(value, 0, value.length)) {
      add(notes, 'link_attribute')
      continue
    }
    const repeated = list.add(its, value)
    if (repeated) return repeated
  }
  return undefined
}

/** Why a path without a whole key in it is no Digital Link; undefined where it is another link. */
function whyNone(steps: readonly string[], isGS1Host: boolean): Refused | undefined {
  const last = steps.at(-1)
  if (last === undefined) return undefined
  for (let at = steps.length - 2; at >= 0; at--) {
    const type = keyType(steps[at] ?? '')
    if (!type) continue
    const raw = steps[at + 1] ?? ''
    const value = unescapeValue(raw)
    if (value === undefined) return refuse('digital-link', 'escape_broken', `(${type.ai}) ${raw}`)
    if (type.form.test(value)) return whyNoneBehind(type, steps.slice(at + 2))
  }
  if (isCompressed(last, false)) return refuse('digital-link', 'digital_link_compressed', last)
  if (!isGS1Host) return undefined
  return refuse('digital-link', 'digital_link_malformed', `/${steps.join('/')}`)
}

/** What is wrong behind the value of a key: a page of a product is an ordinary link. */
function whyNoneBehind(type: KeyType, steps: readonly string[]): Refused | undefined {
  const alone = steps.length === 1 ? steps[0] : undefined
  if (alone !== undefined && isCompressed(alone, true)) {
    return refuse('digital-link', 'digital_link_compressed', alone)
  }
  for (let at = 0; at < steps.length; at += 2) {
    const name = steps[at] ?? ''
    const raw = steps[at + 1] ?? ''
    const its = applicationIdentifier(qualifierOf(type, name))
    if (!its) {
      if (!applicationIdentifier(name) && !keyType(name) && !isQualifierName(name)) return undefined
      const detail = `${name} does not qualify (${type.ai})`
      return refuse('digital-link', 'digital_link_malformed', detail)
    }
    const value = unescapeValue(raw)
    if (value === undefined) return refuse('digital-link', 'escape_broken', `(${its.ai}) ${raw}`)
    if (!its.format.fits(value, 0, value.length)) return wrongValue('digital-link', its, value)
  }
  return refuse('digital-link', 'digital_link_malformed', `(${type.ai}) alone`)
}
