/**
 * The spellings that makers have for the parts of a read, and one read of them.
 */
import { type Failure, fail } from '#epcis/failure.ts'
import { type Origin, type RawRead, timeFault } from '#ingest/decoded.ts'
import { deviceTime } from './device-time.ts'

/** What a maker's fields say of one read, each as it was found. */
export interface ReadParts {
  /** Hexadecimal, or undefined where the format has base64 alone. */
  readonly hex?: unknown
  readonly base64?: unknown
  readonly time?: unknown
  readonly antenna?: unknown
  readonly antennaName?: unknown
  readonly rssiDbm?: unknown
  readonly count?: unknown
  readonly tid?: unknown
  readonly eventNum?: unknown
}

/**
 * A read of the fields of a message. Refused are an EPC that is none, or is told twice and not the
 * same, and a time that is none, far in the future or of a clock that nothing has set; whatever
 * else is odd is left out.
 */
export function rawRead(parts: ReadParts, index: number, origin: Origin): RawRead | Failure {
  const hex = epcOf(parts)
  if (typeof hex !== 'string') return hex
  const time = deviceTime(parts.time, origin.receivedAtUs)
  if (time === undefined) return fail('time_invalid', '/timestamp')
  const fault = timeFault(time.us, time.sent, '/timestamp', origin)
  if (fault !== undefined) return fault
  const antennaName = textOf(parts.antennaName)
  const count = numberOf(parts.count)
  return {
    index,
    hex,
    timeUs: time.us,
    sentTime: time.sent,
    antenna: textOf(parts.antenna) ?? antennaName ?? '',
    antennaName,
    rssiDbm: numberOf(parts.rssiDbm),
    count: count !== undefined && count >= 1 ? Math.floor(count) : 1,
    tid: hexOf(parts.tid),
    eventNum: textOf(parts.eventNum),
  }
}

/** A bar code that a reader has read: its text and its time. */
export function codeRead(
  parts: Pick<ReadParts, 'time' | 'eventNum'> & { readonly code: unknown },
  index: number,
  origin: Origin,
): RawRead | Failure {
  const code = textOf(parts.code)
  if (code === undefined) return fail('field_missing', '/decodedBarcode')
  const read = rawRead({ hex: '00', time: parts.time, eventNum: parts.eventNum }, index, origin)
  return 'ok' in read ? read : { ...read, hex: '', code }
}

function epcOf({ hex, base64 }: ReadParts): string | Failure {
  const written = hexOf(hex)
  const coded = base64 === undefined || base64 === '' ? undefined : hexOfBase64(base64)
  const isGiven = hex !== undefined && hex !== ''
  if (isGiven && written === undefined) return fail('read_epc_malformed', '/epc')
  if (base64 !== undefined && base64 !== '' && coded === undefined) {
    return fail('read_epc_malformed', '/epc')
  }
  if (written !== undefined && coded !== undefined && written !== coded) {
    return fail('read_epc_contradicts', '/epc', `${written} and ${coded}`)
  }
  return written ?? coded ?? fail('field_missing', '/epc')
}

/** The first of some fields that has something in it: readers leave what they lack empty, too. */
export function given(...values: readonly unknown[]): unknown {
  return values.find((value) => value !== undefined && value !== null && value !== '')
}

/** The EPC bank holds at most 31 words [EPC TDS 9.2]; a TID or a user bank may be longer. */
const MAX_HEX = 1024
const HEX = /^(?:0[xX])?[0-9A-Fa-f]+$/
const ODD_MARKS = /[\s\-:_]+/g

/**
 * Upper case hexadecimal of whole bytes. Readers write either case, blanks or hyphens between
 * words, and `0x` before it; undefined for anything else.
 */
export function hexOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 2 * MAX_HEX) return undefined
  const bare = value.replace(ODD_MARKS, '')
  if (bare.length > MAX_HEX || !HEX.test(bare)) return undefined
  const digits = /^0[xX]/.test(bare) ? bare.slice(2) : bare
  return digits.length > 0 && digits.length % 2 === 0 ? digits.toUpperCase() : undefined
}

const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/

/** Upper case hexadecimal of base64, in its own or the URL's alphabet; undefined for other text. */
export function hexOfBase64(value: unknown): string | undefined {
  return bytesOfBase64(value)?.toString('hex').toUpperCase()
}

export function bytesOfBase64(value: unknown, most = MAX_HEX): Buffer | undefined {
  if (typeof value !== 'string' || value.length > most || !BASE64.test(value)) return undefined
  const digits = value.replace(/=+$/, '').length
  // One digit more than a whole number of bytes needs is half a byte that nobody has sent.
  return digits % 4 === 1 ? undefined : Buffer.from(value, 'base64')
}

const MAX_TEXT = 200
const UNSTORABLE = /[\0\p{Surrogate}]/u

/** A short text, or a number as text; undefined for anything else. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined
  const isText = typeof value === 'string' && value !== '' && value.length <= MAX_TEXT
  // What a store keeps is well-formed text without U+0000.
  return isText && !UNSTORABLE.test(value) ? value : undefined
}

const DECIMAL = /^[+-]?\d{1,15}(?:\.\d{1,15})?$/

/** A number, or a decimal text of one; undefined for anything else. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  return typeof value === 'string' && DECIMAL.test(value) ? Number(value) : undefined
}
