/**
 * Times of events: RFC 3339 text <-> microseconds since 1970-01-01T00:00:00Z as an integer, which a
 * double holds exactly for the whole range accepted here (1970 up to, not including, 2201).
 */

const DATE_TIME =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/
const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const LAST_YEAR = 2200
const END_US = Date.UTC(LAST_YEAR + 1, 0) * 1000

/**
 * Microseconds of an RFC 3339 date-time with offset; digits beyond the sixth are cut off. Undefined
 * for anything else: no offset, a day or an hour that does not exist, an offset beyond 14:00, a
 * leap second (xsd:dateTimeStamp, which EPCIS prescribes, has none), a year outside 1970-2200.
 */
export function parseTimeUs(text: string): number | undefined {
  const parts = DATE_TIME.exec(text)
  if (!parts) return undefined
  const [
    ,
    years,
    months,
    days,
    hours,
    minutes,
    seconds,
    fraction,
    sign,
    offsetHours,
    offsetMinutes,
  ] = parts
  const year = Number(years)
  const month = Number(months)
  const day = Number(days)
  const hour = Number(hours)
  const minute = Number(minutes)
  const second = Number(seconds)
  if (hour > 23 || minute > 59 || second > 59 || !isDay(year, month, day)) return undefined
  let offset = 0
  if (sign) {
    if (Number(offsetMinutes) > 59) return undefined
    offset = Number(offsetHours) * 60 + Number(offsetMinutes)
    if (offset > 14 * 60) return undefined
    if (sign === '-') offset = -offset
  }
  const ms = Date.UTC(year, month - 1, day, hour, minute - offset, second)
  const us = ms * 1000 + (fraction ? Number(fraction.slice(0, 6).padEnd(6, '0')) : 0)
  return us >= 0 && us < END_US ? us : undefined
}

function isDay(year: number, month: number, day: number): boolean {
  if (year < 1969 || year > LAST_YEAR + 1) return false
  const most = DAYS_IN_MONTH[month - 1]
  if (most === undefined || day < 1 || day > most) return false
  return month !== 2 || day < 29 || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0))
}

/** UTC with `Z`, three fraction digits, or six where the microseconds need them. */
export function formatTimeUs(us: number): string {
  const text = new Date(Math.floor(us / 1000)).toISOString()
  const rest = us % 1000
  return rest === 0 ? text : `${text.slice(0, -1)}${String(rest).padStart(3, '0')}Z`
}
