/**
 * Dates and times of a tag: 7 bits a year, 4 a month, 5 a day, 5 an hour, 6 a minute and a second
 * [EPC TDS 14.5.3, 14.5.8 to 14.5.11]. One that is not in the calendar fails; day 00 is allowed, as
 * it is behind the application identifiers.
 */
import type { Element } from '#epcis/understood.ts'
import type { TagReader, TagWriter } from './bits.ts'
import type { Method } from './methods.ts'

const WIDTHS = [7, 4, 5, 5, 6, 6] as const

/** A date and as much of a time as the digits have: 6 digits are YYMMDD, 12 YYMMDDhhmmss. */
export function dateTime(length: 6 | 8 | 10 | 12): Method {
  return {
    length,
    read: (bits) => {
      let digits = ''
      for (const width of WIDTHS.slice(0, length / 2)) {
        digits += String(bits.read(width)).padStart(2, '0')
      }
      if (!isDateTime(digits)) bits.fail('tag_date', digits)
      return digits
    },
    write: (bits, value) => {
      if (value.length !== length || !isDateTime(value)) bits.fail('tag_date', value)
      for (const [at, width] of WIDTHS.slice(0, length / 2).entries()) {
        bits.write(Number(value.slice(at * 2, at * 2 + 2)) || 0, width)
      }
    },
  }
}

const DIGITS = /^(?:\d\d){3,6}$/
const MONTH_LENGTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Whether the calendar has it. Of the two centuries that a year may mean both leap alike. */
function isDateTime(digits: string): boolean {
  if (!DIGITS.test(digits)) return false
  const part = (at: number) => Number(digits.slice(at, at + 2))
  const month = part(2)
  const days = month === 2 && part(0) % 4 !== 0 ? 28 : (MONTH_LENGTHS[month - 1] ?? -1)
  const [hour, minute, second] = [part(6), part(8), part(10)]
  const ofDay = hour < 24 ? minute < 60 && second < 60 : hour + minute + second === 24
  return part(4) <= days && ofDay
}

/** One date, or the first and the last of a range [14.5.10]. */
export function dateOrRange(): Method {
  const date = dateTime(6)
  return {
    length: 0,
    read: (bits) => (bits.read(1) === 0 ? date.read(bits) : date.read(bits) + date.read(bits)),
    write: (bits, value) => {
      bits.write(value.length > 6 ? 1 : 0, 1)
      date.write(bits, value.slice(0, 6))
      if (value.length > 6) date.write(bits, value.slice(6))
    },
  }
}

/** A date with as much of a time as it came with [14.5.11]. By format indicator. */
export function anyPrecision(): Method {
  const formats = [dateTime(8), dateTime(10), dateTime(12), dateTime(6)]
  return {
    length: 0,
    read: (bits) => formats[bits.read(2)]?.read(bits) ?? '',
    write: (bits, value) => {
      const indicator = formats.findIndex((format) => format.length === value.length)
      if (indicator < 0) bits.fail('tag_date', value)
      bits.write(Math.max(0, indicator), 2)
      formats[indicator]?.write(bits, value)
    },
  }
}

/** The date that stands before the GTIN, by date type indicator [14.5.3]. */
const PRIORITISED: readonly string[] = ['11', '13', '15', '16', '17', '7006', '7007']
const DATE = dateTime(6)

export function readPrioritisedDate(bits: TagReader): Element {
  const type = bits.read(4)
  const ai = PRIORITISED[type]
  if (!ai) bits.fail('tag_date', `Its type is ${type}.`)
  return { ai: ai ?? '', value: DATE.read(bits) }
}

export function writePrioritisedDate(bits: TagWriter, { ai, value }: Element): void {
  const type = PRIORITISED.indexOf(ai)
  if (type < 0) bits.fail('tag_date', `(${ai})`)
  bits.write(Math.max(0, type), 4)
  DATE.write(bits, value)
}
