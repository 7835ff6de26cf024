/**
 * Dates of barcodes, `YYMMDD` -> ISO 8601. The century is the one that puts the year within 49
 * years before and 50 years after a given year; day 00 is the last day of its month.
 * [GS1 General Specifications 3.4, 7.12]
 */

const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const ZERO = '0'.charCodeAt(0)

/** The number that two digits are. */
export function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO
}

/**
 * The date that six digits are in or around a year, as `2027-01-31`; undefined where it is none of
 * the calendar. What follows the six digits (a time of day) is not looked at.
 */
export function isoDate(yymmdd: string, year: number): string | undefined {
  const full = fullYear(twoDigits(yymmdd, 0), year)
  const month = twoDigits(yymmdd, 2)
  const last = lastDay(full, month)
  const day = twoDigits(yymmdd, 4) || last
  if (day === undefined || last === undefined || day > last) return undefined
  return `${full}-${yymmdd.slice(2, 4)}-${day < 10 ? '0' : ''}${day}`
}

/** [GS1 General Specifications 7.12] */
function fullYear(short: number, year: number): number {
  const ahead = short - (year % 100)
  const century = year - (year % 100)
  if (ahead > 50) return century - 100 + short
  return (ahead < -49 ? century + 100 : century) + short
}

function lastDay(year: number, month: number): number | undefined {
  return month === 2 && !isLeap(year) ? 28 : DAYS_IN_MONTH[month - 1]
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

/** Whether a year has a day of that number in that month. */
export function isDay(year: number, month: number, day: number): boolean {
  const last = lastDay(year, month)
  return last !== undefined && day >= 1 && day <= last
}
