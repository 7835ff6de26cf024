/**
 * Codes that are no GS1 keys and have no URI of their own: each is kept as `scheme:value`, which is
 * a URI that an event may name and a trail may be found by. Drug codes and social credit codes are
 * looked into, Ecodes and Handles are opaque.
 * [NMPAB/T 1002-2019; GB 32100-2015; GB/T 31866-2023; RFC 3650]
 */
import { type Kind, lotStep } from './gs1-key.ts'
import type { NoteCode, Parts } from './understood.ts'

/** What a `scheme:value` names; `key` is the one spelling of it. */
export interface SchemeCode {
  readonly key: string
  readonly kind: Kind
  readonly form: 'drug-code' | 'social-credit-code' | 'ecode' | 'handle'
  readonly parts: Pick<Parts, 'product' | 'serial' | 'lot'>
  readonly notes: readonly NoteCode[]
}

const NO_PARTS = {}

const NO_NOTES: readonly NoteCode[] = []
const DRUG_CODE = /^\d{20}$/
const DRUG_PRODUCT = /^\d{7}$/
/** A lot of a drug, as Suyuan writes it: the standard has no code for it. */
const DRUG_LOT = /^(\d{7})\/10\/(.+)$/
const ECODE = /^[0-9A-Za-z][0-9A-Za-z./_-]{2,127}$/
const HANDLE = /^\d+(?:\.\d+)*\/[!-~]{1,255}$/

/** Beginning of a key -> what reads the rest of it. */
const READERS: Readonly<Record<string, (value: string) => SchemeCode | undefined>> = {
  drugcode: (value) => readDrugCode(value) ?? readDrugLot(value),
  uscc: (value) => readSocialCreditCode(value.toUpperCase()),
  ecode: readEcode,
  hdl: readHandle,
}

/** Reads `scheme:value` as it stands in an event; undefined for every other text. */
export function readSchemeCode(text: string): SchemeCode | undefined {
  const end = text.indexOf(':')
  // The longest of these schemes has eight letters: what is longer need not be cut out.
  if (end < 3 || end > 8) return undefined
  const scheme = text.slice(0, end)
  const read = Object.hasOwn(READERS, scheme) ? READERS[scheme] : undefined
  return read?.(text.slice(end + 1))
}

/**
 * A drug traceability code: 20 digits, of which the first 7 name the product at one level of its
 * packing. Those 7 by themselves name the class. [NMPAB/T 1002-2019 5.2]
 */
export function readDrugCode(digits: string): SchemeCode | undefined {
  const kind = DRUG_CODE.test(digits) ? 'instance' : 'class'
  if (kind === 'class' && !DRUG_PRODUCT.test(digits)) return undefined
  // Every code that has been issued begins with 8; the standard does not say that one must.
  const notes: readonly NoteCode[] = digits.startsWith('8') ? NO_NOTES : ['drug_code_unusual']
  const product = digits.slice(0, 7)
  const parts = kind === 'class' ? { product } : { product, serial: digits.slice(7) }
  return { key: `drugcode:${digits}`, kind, form: 'drug-code', parts, notes }
}

/** A lot of one product: `drugcode:`, the 7 digits, `/10/` and the lot number as in a link. */
function readDrugLot(value: string): SchemeCode | undefined {
  const [, product, text] = DRUG_LOT.exec(value) ?? []
  const lot = text === undefined ? undefined : lotStep(text)
  if (product === undefined || lot === undefined) return undefined
  const key = `drugcode:${product}/10/${lot}`
  const parts = { product, lot: decodeURIComponent(lot) }
  return { key, kind: 'lot', form: 'drug-code', parts, notes: NO_NOTES }
}

/** The key of the product, at one level of its packing, that a drug code or its lot belongs to. */
export function drugProductOf(key: string): string | undefined {
  return key.startsWith('drugcode:') ? key.slice(0, 'drugcode:'.length + 7) : undefined
}

const SCC_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
// Department and kind of organisation, six digits of a region, nine of the subject, check.
const SCC = /^[1-9ANY][1-9A-HJ-NPQRTUWXY]([1-8]\d)\d{4}[0-9A-HJ-NPQRTUWXY]{10}$/
const REGIONS = new Set(
  `10 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46
   50 51 52 53 54 61 62 63 64 65 71 81 82`.split(/\s+/),
)

/**
 * A unified social credit code. One whose check character is wrong is read and flagged, as some
 * that were issued are. [GB 32100-2015 4, annex A]
 */
export function readSocialCreditCode(text: string): SchemeCode | undefined {
  const region = SCC.exec(text)?.[1]
  if (region === undefined || !REGIONS.has(region)) return undefined
  const right = socialCreditCheck(text) === text[17]
  const notes: readonly NoteCode[] = right ? NO_NOTES : ['social_credit_check']
  return { key: `uscc:${text}`, kind: 'party', form: 'social-credit-code', parts: NO_PARTS, notes }
}

/** The check character that belongs behind the first 17: weights are the powers of 3 modulo 31. */
export function socialCreditCheck(text: string): string {
  let sum = 0
  let weight = 1
  for (let at = 0; at < 17; at++) {
    sum += SCC_ALPHABET.indexOf(text.charAt(at)) * weight
    weight = (weight * 3) % 31
  }
  return SCC_ALPHABET.charAt((31 - (sum % 31)) % 31)
}

/** The escapes of a web address belong to the address, not to the Handle in it. */
function unescapeUtf8(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function readEcode(value: string): SchemeCode | undefined {
  if (!ECODE.test(value)) return undefined
  return { key: `ecode:${value}`, kind: 'other', form: 'ecode', parts: NO_PARTS, notes: NO_NOTES }
}

function readHandle(value: string): SchemeCode | undefined {
  if (!HANDLE.test(value)) return undefined
  return { key: `hdl:${value}`, kind: 'other', form: 'handle', parts: NO_PARTS, notes: NO_NOTES }
}

const ECODE_TEXT = /^e-?code *[:=：] *(\S+)$/i
const HANDLE_START =
  /^(?:handle:|hdl:|info:hdl\/|https?:\/\/hdl\.handle\.net\/(?:api\/handles\/)?|(?=8[68]\.\d))/i
const HANDLE_TEXT = /^\d+(?:\.\d+)*\/[^?#]+/

/**
 * Ecodes and Handles as people and printers write them: `Ecode: …`, `hdl:…`, the web address of a
 * Handle, and the bare Handles of the Chinese nodes, `88.x.y/…` and `86.x.y/…`.
 */
export function readOpaqueCode(text: string): SchemeCode | undefined {
  const ecode = ECODE_TEXT.exec(text)?.[1]
  if (ecode !== undefined) return readEcode(ecode)
  const start = HANDLE_START.exec(text)?.[0]
  const handle = start === undefined ? undefined : HANDLE_TEXT.exec(text.slice(start.length))?.[0]
  if (start === undefined || handle === undefined) return undefined
  return readHandle(start.toLowerCase().startsWith('http') ? unescapeUtf8(handle) : handle)
}
