/**
 * What an identifier names, as events spell it: one canonical key a thing, so that a URN and a
 * Digital Link of the same item meet in one trail. The spelling itself is kept in the event. What
 * people type and barcodes say is read by understand.ts.
 */
import { readDigitalLink } from './digital-link.ts'
import { beginsAsEpcUrn, readEpcUrn } from './epc-urn.ts'
import type { WarningCode } from './failure.ts'
import { CANONICAL_BASE, type GS1Key, type Kind } from './gs1-key.ts'
import { readOpaqueCode, readSchemeCode } from './scheme-code.ts'
import type { TagRead } from './tag/read.ts'
import { beginsAsTagUri, readTagUri } from './tag/tag-uri.ts'
import { fixCase } from './typed.ts'
import { MAX_URI_LENGTH } from './uri.ts'

export type { Kind } from './gs1-key.ts'

export interface Identifier {
  /** Constrained canonical Digital Link, or the text as it came where it is no GS1 key. */
  readonly key: string
  readonly kind: Kind
  /** Key of the lot, where the text named a serial and its lot at once. */
  readonly lot: string | undefined
  readonly warnings: readonly WarningCode[]
}

const FINE: readonly WarningCode[] = []
const CHECK_DIGIT: readonly WarningCode[] = ['check_digit']
const MALFORMED: readonly WarningCode[] = ['identifier_malformed']

/**
 * The canonical key and kind of a URI: an EPC URN, a Digital Link, a tag or raw URI, a
 * `scheme:value` that is known here. Never throws, and refuses nothing: a wrong check digit is
 * flagged and kept in the key, any other text comes back as it is.
 */
export function identify(text: string): Identifier {
  if (text.length > MAX_URI_LENGTH) return other(text, FINE)
  const found = readGS1Uri(text) ?? readTagged(text)
  if (found) {
    const warnings = found.checked ? FINE : CHECK_DIGIT
    return { key: found.key, kind: found.kind, lot: found.lot, warnings }
  }
  const code = readSchemeCode(text) ?? readOpaqueCode(text)
  if (code) return { key: code.key, kind: code.kind, lot: undefined, warnings: FINE }
  // Schemes, namespaces and short names are the same in capitals. [RFC 3986 3.1, RFC 8141 3.1]
  const fixed = fixCase(text)
  if (fixed !== text) {
    const found = identify(fixed)
    if (found.kind !== 'other') return found
  }
  const likeKey = text.startsWith(CANONICAL_BASE) || beginsAsEpcUrn(text)
  return other(text, likeKey ? MALFORMED : FINE)
}

/**
 * A URI as the event hash spells it: canonical where it is an EPC URN or a Digital Link, else as it
 * is. [CBV 2.0 event hash, rule on identifiers]
 */
export function canonicalUri(text: string): string {
  return (text.length > MAX_URI_LENGTH ? undefined : readGS1Uri(text))?.key ?? text
}

/** Some readers name the tag where the item belongs; it is the same thing all the same. */
function readTagged(text: string): TagRead | undefined {
  const tag = beginsAsTagUri(text) ? readTagUri(text) : undefined
  return tag?.ok ? tag : undefined
}

function readGS1Uri(text: string): GS1Key | undefined {
  return text.startsWith('urn:') ? readEpcUrn(text) : readDigitalLink(text)
}

function other(key: string, warnings: readonly WarningCode[]): Identifier {
  return { key, kind: 'other', lot: undefined, warnings }
}

const TRADE_ITEM = 'https://id.gs1.org/01/'
const TRADE_ITEM_PIECE = 'https://id.gs1.org/8006/'
const GTIN_LENGTH = 14

/** The 14 digits of the trade item that a canonical key belongs to; undefined where it has none. */
export function gtinOf(key: string): string | undefined {
  const prefix = key.startsWith(TRADE_ITEM) ? TRADE_ITEM : TRADE_ITEM_PIECE
  if (!key.startsWith(prefix)) return undefined
  const end = prefix.length + GTIN_LENGTH
  // Several times an item of each event: a regular expression costs ten times as much.
  for (let at = prefix.length; at < end; at += 1) if (!isDigitAt(key, at)) return undefined
  return key.slice(prefix.length, end)
}

/** False behind the end as well. */
function isDigitAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 48 && code <= 57
}
