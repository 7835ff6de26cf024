/**
 * One text or the memory of one tag, exactly as it stands -> what it can name. Each spelling is
 * known by its beginning; where a bare text has none, every code that it can be is looked for.
 */
import { understandDigitalLink } from './digital-link.ts'
import { understandElementString } from './element-string.ts'
import { readEpcUrn } from './epc-urn.ts'
import { CANONICAL_BASE } from './gs1-key.ts'
import { whyNoEpcUrn } from './malformed-urn.ts'
import { candidatesOf } from './named-things.ts'
import { readPlainNumber } from './plain-number.ts'
import { readOpaqueCode, readSchemeCode, readSocialCreditCode } from './scheme-code.ts'
import { decodeTag } from './tag/decode.ts'
import { bytesOfBase64, bytesOfHex } from './tag/hex.ts'
import type { TagRead } from './tag/read.ts'
import { beginsAsTagUri, readTagUri } from './tag/tag-uri.ts'
import {
  type Candidate,
  type Form,
  type NoteCode,
  type Parts,
  type Refused,
  refuse,
  type Understood,
} from './understood.ts'
import { isUri } from './uri.ts'

const CONTROL = /\p{Cc}/u
const SEPARATOR = '\x1d'
/**
 * A symbology identifier of a barcode that holds plain data, or a link whatever the carrier: what
 * is behind it is read as if it had been typed. [ISO/IEC 15424]
 */
const PLAIN_CARRIER =
  /^\][A-Za-z]\d(?:(?<!\](?:[Cc]1|[Dd]2|e[0-3]|[Qq]3|[Jj]1|E\d|[Ii]1))(?=[^\]])|(?=https?:\/\/))/
/** What scanners write for the separator that some of them put before the first element. */
const STAND_IN = /^(?:[[{<](?:GS|FNC1)[\]}>]|\^\]|\u241d|\\x1d|\\u001d)(?=\d\d)/i
const WEB = /^https?:\/\//i
const DIGITS = /^\d+$/
// What has no letter is another number up to 20 digits.
const HEX = /^(?:0[xX])?(?=\d{21}|\d*[A-Fa-f])[0-9A-Fa-f]{12,}$/
// Few schemes have less than 96 bits, and few texts have more: what is shorter is a text as likely
// as a tag, what is longer is the whole bank of a tag, whatever that holds.
const LEAST_BANK = 24
/** Digits of UUIDs and of the usual hashes. */
const HASH_LENGTHS = new Set([32, 40, 64])
// 96 bits and more; what has only hexadecimal digits is read as such.
const BASE64 = /^[A-Za-z0-9+/_-]{16,}={0,2}$/
/** What an unbracketed element string begins with that names something by a checked key. */
const ELEMENTS =
  /^(?:00\d{18}|0[123]\d{14}|25[35]\d{13}|402\d{17}|41[457]\d{13}|8003\d{14}|80(?:06|1[78])\d{18})/

/** What a text names as it stands. */
export function readText(text: string, year: number): Understood {
  const first = text.charAt(0)
  if (PLAIN_CARRIER.test(text)) return readText(text.slice(3), year)
  if (first === '(' || first === ']' || text.includes(SEPARATOR) || STAND_IN.test(text)) {
    return understandElementString(text, year)
  }
  const control = CONTROL.exec(text)
  if (control) return refuse('text', 'control_character', `At character ${control.index + 1}.`)
  if (text.startsWith('urn:epc:')) return readUrn(text, year)
  if (WEB.test(text)) return readWebUri(text, year)
  const code = readSchemeCode(text) ?? readOpaqueCode(text)
  return code ? only(code) : readBare(text, year)
}

/** What the memory of a tag names. */
export function readTag(bytes: Uint8Array, year: number): Understood {
  const read = decodeTag(bytes)
  return read.ok ? only(tagCandidate(read, year, [])) : read
}

function only(candidate: Candidate): Understood {
  return { ok: true, candidates: [candidate] }
}

const NO_NOTES: readonly NoteCode[] = []

function readUrn(text: string, year: number): Understood {
  if (beginsAsTagUri(text)) {
    const tag = readTagUri(text)
    if (tag.ok) return only({ ...tagCandidate(tag, year, []), form: 'epc-urn' })
    // A raw URI is what stands for a tag that holds no EPC.
    const isRaw = text.startsWith('urn:epc:raw:') && tag.code === 'tag_header_unknown'
    return isRaw ? only(plain(text, 'epc-urn', ['tag_unknown'])) : tag
  }
  const found = readEpcUrn(text)
  if (!found) return isPattern(text) ? only(plain(text, 'uri', NO_NOTES)) : whyNoEpcUrn(text)
  const { key, kind } = found
  const companyPrefix = key.startsWith(CANONICAL_BASE) ? PREFIX.exec(text)?.[1] : undefined
  const named = understandDigitalLink(key, year)
  const parts: Draft<Parts> = named?.ok ? named.candidates[0].parts : {}
  if (companyPrefix !== undefined) parts.companyPrefix = companyPrefix
  const notes: readonly NoteCode[] = found.checked ? NO_NOTES : ['check_digit']
  return only({ key, kind, form: 'epc-urn', parts, notes })
}

const PREFIX = /^urn:epc:[a-z]+:[a-z]+:(\d{6,12})\./

/** A pattern of more than one class names no single thing, and is no fault. [EPC TDS 8] */
function isPattern(text: string): boolean {
  return text.startsWith('urn:epc:idpat:') && text.endsWith('*') && isUri(text)
}

function readWebUri(text: string, year: number): Understood {
  const handle = readOpaqueCode(text)
  if (handle) return only(handle)
  return understandDigitalLink(text, year) ?? asItIs(text)
}

/** A text whose beginning says nothing: whatever it can be, the likeliest first. */
function readBare(text: string, year: number): Understood {
  if (DIGITS.test(text)) return readDigits(text, year)
  if (text.length === 18) {
    const code = readSocialCreditCode(text)
    if (code) return only(code)
  }
  const elements = ELEMENTS.test(text) ? understandElementString(text, year) : undefined
  if (elements?.ok && isSound(elements.candidates[0])) return elements
  if (HEX.test(text)) return readHex(text, year)
  if (elements?.ok) return withItself(elements.candidates, text)
  return (BASE64.test(text) ? readBase64(text, year) : undefined) ?? asItIs(text)
}

function isSound({ notes }: Candidate): boolean {
  return !notes.includes('check_digit')
}

function withItself(candidates: readonly Candidate[], text: string): Understood {
  const itself = plain(text, 'text', NO_NOTES)
  const [likeliest = itself, ...others] = candidates
  return { ok: true, candidates: [likeliest, ...others, itself] }
}

/**
 * Digits alone can be a barcode without brackets, a number by its length, and a tag; where no check
 * digit says that one of them is right, they may as well be an ordinary number.
 */
function readDigits(text: string, year: number): Understood {
  const elements = ELEMENTS.test(text) ? understandElementString(text, year) : undefined
  const tag = HEX.test(text) ? readHex(text, year) : undefined
  const candidates = [
    ...(elements?.ok ? elements.candidates : []),
    ...readPlainNumber(text, year),
    ...(tag?.ok ? tag.candidates.filter(({ form }) => form === 'epc-binary') : []),
  ]
  const [likeliest, ...others] = candidates
  if (!likeliest) return asItIs(text)
  const isSure = isSound(likeliest) && likeliest.form !== 'epc-binary'
  if (isSure) return { ok: true, candidates: [likeliest, ...others] }
  if (likeliest.form !== 'epc-binary' || likeliest.kind !== 'other') {
    return withItself(candidates, text)
  }
  return { ok: true, candidates: [plain(text, 'text', NO_NOTES), likeliest, ...others] }
}

function readHex(text: string, year: number): Understood {
  const digits = text.charAt(1) === 'x' || text.charAt(1) === 'X' ? text.slice(2) : text
  const read = decodeHex(digits.length % 2 === 1 && endsInHalf(digits) ? `${digits}0` : digits)
  const itself = plain(text, 'text', NO_NOTES)
  if (read.ok) {
    const tag = tagCandidate(read, year, NO_NOTES)
    return { ok: true, candidates: digits.length < LEAST_BANK ? [tag, itself] : [tag] }
  }
  if (digits.length < LEAST_BANK) return isCutShort(read, digits) ? read : asItIs(text)
  const isHash = HASH_LENGTHS.has(digits.length)
  if (read.code !== 'tag_header_unknown') {
    // A hash or a UUID begins as a tag by chance, but none goes on as a whole one.
    return isHash && read.code !== 'tag_too_long' ? asItIs(text) : read
  }
  // Not every tag holds an EPC; such a one is named by all of its bits. [EPC TDS 12.4]
  const raw = plain(`urn:epc:raw:${digits.length * 4}.x${digits.toUpperCase()}`, 'epc-binary', [
    'tag_unknown',
  ])
  return { ok: true, candidates: isHash ? [itself, raw] : [raw, itself] }
}

function decodeHex(digits: string): TagRead | Refused {
  const bytes = bytesOfHex(digits)
  return bytes instanceof Uint8Array ? decodeTag(bytes) : bytes
}

/**
 * Whether an EPC ends with the last of an odd number of digits, as some of the standard's examples
 * are printed: then bits behind it are none of it. Otherwise a digit is missing.
 */
function endsInHalf(digits: string): boolean {
  const more = decodeHex(`${digits}F`)
  return !more.ok && more.code === 'tag_too_long'
}

/** A tag of 96 bits from which a few digits are missing, and nothing else. */
function isCutShort({ code }: Refused, digits: string): boolean {
  return digits.length > 20 && (code === 'tag_truncated' || code === 'tag_hex_odd')
}

/** Any long word can be base64: only one that makes a whole tag counts, and both are told. */
function readBase64(text: string, year: number): Understood | undefined {
  const bytes = bytesOfBase64(text)
  const read = bytes instanceof Uint8Array ? decodeTag(bytes) : bytes
  if (!read.ok) return undefined
  const tag = tagCandidate(read, year, ['base64_read'])
  const itself = plain(text, 'text', NO_NOTES)
  // Codes that people use have letters of one case; and a GID has nothing that could be wrong.
  const isLikely = /[a-z]/.test(text) && /[A-Z]/.test(text) && read.scheme !== 'GID-96'
  return { ok: true, candidates: isLikely ? [tag, itself] : [itself, tag] }
}

type Draft<T> = { -readonly [Name in keyof T]: T[Name] }

function tagCandidate(read: TagRead, year: number, notes: readonly NoteCode[]): Candidate {
  const { key, kind, lot, checked, elements } = read
  const named = elements.length > 0 ? candidatesOf(elements, 'epc-binary', year) : undefined
  const parts: Draft<Parts> = named?.ok ? named.candidates[0].parts : {}
  parts.scheme = read.scheme
  if (read.filter !== undefined) parts.filter = read.filter
  if (read.companyPrefix !== undefined) parts.companyPrefix = read.companyPrefix
  if (read.hostname !== undefined) parts.hostname = read.hostname
  const candidate: Draft<Candidate> = {
    key,
    kind,
    form: 'epc-binary',
    parts,
    notes: checked && !read.dataRefused ? notes : [...notes, ...oddities(read)],
  }
  if (lot !== undefined) candidate.lot = lot
  return candidate
}

function oddities({ checked, dataRefused }: TagRead): NoteCode[] {
  return [
    ...(checked ? [] : ['check_digit' as const]),
    ...(dataRefused ? ['tag_data' as const] : []),
  ]
}

function plain(text: string, form: Form, notes: readonly NoteCode[]): Candidate {
  return { key: text, kind: 'other', form, parts: {}, notes }
}

function asItIs(text: string): Understood {
  return only(plain(text, isUri(text) ? 'uri' : 'text', NO_NOTES))
}
