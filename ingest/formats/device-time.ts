/**
 * The times that devices write: RFC 3339 with any number of digits, the same with `+0000` for an
 * offset, and seconds, milliseconds, microseconds or nanoseconds since 1970, as number or as text.
 */
import { parseTimeUs } from '#epcis/time.ts'

export interface DeviceTime {
  /** Microseconds since 1970; digits beyond are cut off. */
  readonly us: number
  /** As it was written; '' where nothing was. */
  readonly sent: string
}

const OFFSET_WITHOUT_COLON = /([+-]\d\d)(\d\d)$/
const BLANK_FOR_T = /^(\d{4}-\d\d-\d\d) (?=\d\d:)/
const EPOCH = /^(\d{1,19})(?:\.(\d{1,9}))?$/
const MAX_LENGTH = 64

/**
 * Units of numbers since 1970 by the first number of each, which is of 1973 or later in its unit;
 * `shift`: how many digits the point moves to the right for microseconds.
 */
const units = [
  { from: 1e17, shift: -3 },
  { from: 1e14, shift: 0 },
  { from: 1e11, shift: 3 },
  { from: 0, shift: 6 },
] as const

/** Before the year 2201, as parseTimeUs has it. */
const END_US = Date.UTC(2201, 0) * 1000

/** A time as a device gives it; `nowUs` where it gives none; undefined where it is no time. */
export function deviceTime(value: unknown, nowUs: number): DeviceTime | undefined {
  if (value === undefined || value === null || value === '') return { us: nowUs, sent: '' }
  if (typeof value === 'number') return epoch(String(value))
  if (typeof value !== 'string' || value.length > MAX_LENGTH) return undefined
  if (EPOCH.test(value)) return epoch(value)
  const text = value.replace(OFFSET_WITHOUT_COLON, '$1:$2').replace(BLANK_FOR_T, '$1T')
  const us = parseTimeUs(text)
  return us === undefined ? undefined : { us, sent: value }
}

function epoch(text: string): DeviceTime | undefined {
  const [, whole = '', fraction = ''] = EPOCH.exec(text) ?? []
  const shift = units.find(({ from }) => Number(whole) >= from)?.shift
  if (whole === '' || shift === undefined) return undefined
  // Digits are moved, not multiplied: a double would lose the last ones.
  const digits =
    shift < 0 ? whole.slice(0, shift) : whole + fraction.padEnd(shift, '0').slice(0, shift)
  const us = Number(digits)
  return us < END_US ? { us, sent: text } : undefined
}
