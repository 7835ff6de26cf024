/**
 * GS1 Digital Link URIs of any domain, short names and qualifiers included -> the canonical link
 * constrained to the finest thing it names: `https://id.gs1.org/01/{gtin}/21/{serial}`; or, where a
 * code was scanned, all that the link tells, and why it is none where it begins as one. Both give
 * the same key. [GS1 Digital Link: URI syntax 4-5; CBV 2.0 event hash, rule on identifiers]
 */
import {
  ALL_IDENTIFIERS,
  type ApplicationIdentifier,
  applicationIdentifier,
  identifierAt,
} from './application-identifiers.ts'
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
import { type Reading, thingsNamedBy } from './named-things.ts'
import { type NoteCode, type Refused, refuse, type Understood } from './understood.ts'
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
  const path = WEB.exec(text)?.[1]
  return path === undefined ? undefined : findKey(stepsOf(path))?.key
}

/** A key as it stands in a path, its qualifiers in their order there. */
interface Found {
  readonly key: GS1Key
  readonly type: KeyType
  readonly value: string
  readonly qualified: readonly Qualified[]
}

/** What stands between the slashes; a last one ends nothing. */
function stepsOf(path: string): string[] {
  const steps: string[] = []
  let from = 0
  for (let to = path.indexOf('/'); to >= 0; to = path.indexOf('/', from)) {
    steps.push(path.slice(from, to))
    from = to + 1
  }
  if (from < path.length) steps.push(path.slice(from))
  return steps
}

/** The key may stand behind a path of the domain's own; behind it only its qualifiers may. */
function findKey(steps: readonly string[]): Found | undefined {
  for (let at = steps.length - 2; at >= 0; at -= 2) {
    const type = keyType(steps[at] ?? '')
    const found = type && readKey(type, steps, at + 1)
    if (found) return found
  }
  return undefined
}

/** From the step of the key's value on; then come pairs of a qualifier and its value. */
function readKey(type: KeyType, steps: readonly string[], from: number): Found | undefined {
  const value = unescapeValue(steps[from] ?? '')
  if (value === undefined) return undefined
  const qualified: Qualified[] = []
  let finest: Qualified | undefined
  let lot: Qualified | undefined
  for (let at = from + 1; at < steps.length; at += 2) {
    const found = qualify(type, steps[at] ?? '', steps[at + 1] ?? '')
    if (!found) return undefined
    if (isFiner(found) && (!finest || rank(type, found) < rank(type, finest))) finest = found
    if (found.qualifier.kind === 'lot') lot = found
    qualified.push(found)
  }
  const key = composeKey(type, value, finest, lot)
  return key && { key, type, value, qualified }
}

function rank(type: KeyType, { qualifier }: Qualified): number {
  return type.qualifiers.indexOf(qualifier)
}

/** All that a link tells: its elements are those of the path in its order, then of the query. */
export interface LinkReading extends Reading {
  readonly ok: true
  /** The one that readDigitalLink gives. */
  readonly key: GS1Key
  readonly keyed: number
}

// A reader of QR codes may put the symbology identifier before it.
const LINK = /^(?:\][A-Za-z]\d)?[Hh][Tt][Tt][Pp][Ss]?:\/\/([^/?#]+)\/([^?#]*)(?:\?([^#]*))?/
// A query of tracking words may be far longer than the path, which alone makes the key.
const MAX_LENGTH = 8192
const BEHIND_PATH = /[?#]/
const GS1_HOST = /^id\.gs1\.org(?::\d+)?$/i

/**
 * Every element of a link; a refusal where it begins as a Digital Link and is none; undefined for
 * any other text: ordinary links, a path that is longer than any URI, more than 8,192 characters in
 * all. Never throws; bounded in time.
 */
export function readDigitalLinkFully(text: string): LinkReading | Refused | undefined {
  if (text.length > MAX_LENGTH) return undefined
  const link = LINK.exec(text)
  const behind = text.search(BEHIND_PATH)
  if (!link || (behind < 0 ? text.length : behind) > MAX_URI_LENGTH) return undefined
  const steps = stepsOf(link[2] ?? '')
  const found = findKey(steps)
  if (found) return readElements(found, link[3])
  return whyNone(steps, GS1_HOST.test(link[1] ?? ''))
}

/** What a link names; undefined for a text that is no Digital Link and begins as none. */
export function understandDigitalLink(text: string, year: number): Understood | undefined {
  const read = readDigitalLinkFully(text)
  return read?.ok ? thingsNamedBy(read, 'digital-link', year) : read
}

function readElements(found: Found, query: string | undefined): LinkReading | Refused {
  const { key, type, value, qualified } = found
  const list = new ElementList('digital-link')
  const notes: NoteCode[] = []
  addFitting(list, type.ai, type.ai === '01' ? value.padStart(14, '0') : value, notes)
  for (const { qualifier, value } of qualified) {
    const refused = addFitting(list, qualifier.ai, value, notes)
    if (refused) return refused
  }
  const { elements, identifiers } = list
  const keyed = elements.length
  if (!isInOrder(identifiers)) notes.push('link_order')
  const refused = query ? addAttributes(list, query, notes) : undefined
  return refused ?? { ok: true, key, elements, identifiers, keyed, notes }
}

/** What does not fit is left out: the EU's facility codes have a form of their own. */
function addFitting(
  list: ElementList,
  ai: string,
  value: string,
  notes: NoteCode[],
): Refused | undefined {
  const its = applicationIdentifier(ai)
  if (its?.format.fits(value, 0, value.length)) return list.add(its, value)
  leftOut(notes)
  return undefined
}

function leftOut(notes: NoteCode[]): void {
  if (!notes.includes('link_attribute')) notes.push('link_attribute')
}

/** By the index of a key, the orders that its qualifiers can stand in. */
const ORDERS = ALL_IDENTIFIERS.map(({ keyWith }) =>
  (keyWith?.split('|') ?? []).map((order) => order.split(' ')),
)

/** Whether the qualifiers behind a key stand in one of its orders, some of them left out. */
function isInOrder(identifiers: readonly ApplicationIdentifier[]): boolean {
  if (identifiers.length < 2) return true
  for (const order of ORDERS[identifiers[0]?.index ?? -1] ?? []) {
    let last = -1
    let index = 1
    for (; index < identifiers.length; index++) {
      const place = order.indexOf(identifiers[index]?.ai ?? '')
      if (place <= last) break
      last = place
    }
    if (index === identifiers.length) return true
  }
  return false
}

/** Pairs of the query whose name is an application identifier; all others are none of ours. */
function addAttributes(list: ElementList, query: string, notes: NoteCode[]): Refused | undefined {
  const pairs = query.includes(';') ? query.replaceAll(';', '&') : query
  let end = 0
  for (let from = 0; from < pairs.length; from = end + 1) {
    const next = pairs.indexOf('&', from)
    end = next < 0 ? pairs.length : next
    const its = identifierAt(pairs, from)
    const start = from + (its?.ai.length ?? 0)
    if (!its || start >= end || pairs.charAt(start) !== '=') continue
    const value = unescapeValue(pairs.slice(start + 1, end))
    if (value === undefined || !its.attribute || !its.format.fits(value, 0, value.length)) {
      leftOut(notes)
      continue
    }
    const repeated = list.add(its, value)
    if (repeated) return repeated
  }
  return undefined
}

/** The application identifier of a qualifier by itself or by its short name; '' is none. */
function qualifierOf(type: KeyType, name: string): string {
  return type.qualifiers.find((its) => its.ai === name || its.shortName === name)?.ai ?? ''
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
