/**
 * When a line of a table was measured: which columns say it, and what stands in them. A date counts
 * where it begins with its year; 04.03.2026 and 03/04/2026 are two days to two readers.
 */
import { deviceTime } from './device-time.ts'

type Row = readonly string[]

/** Headings are names; the patterns here would take long over what is no name. */
export const MAX_HEADING = 200

/** The places of the columns. A date and a clock may stand apart. */
export interface TimeColumns {
  readonly at: number
  readonly clockAt?: number
  /** Of times that have none, where the heading says it: `Time (UTC+8)`. */
  readonly offset?: string | undefined
}

const moments: readonly string[] = [
  ...['timestamp', 'datetime', 'timedate', 'localtime', 'logtime', 'recordtime', 'sampletime'],
  ...['日期时间', '时间戳', '采集时间', '记录时间', '测量时间', '采样时间', '监测时间', '检测时间'],
]
const dates: readonly string[] = ['date', '日期']
const clocks: readonly string[] = ['time', '时间']

/** The columns that tell the time, by their headings; undefined where none is known. */
export function timeColumns(titles: readonly string[]): TimeColumns | undefined {
  const heads = titles.map(headOf)
  const place = (names: readonly string[]) => heads.findIndex(({ name }) => names.includes(name))
  const [moment, date, clock] = [place(moments), place(dates), place(clocks)]
  const at = [moment, date, clock].find((one) => one >= 0)
  if (at === undefined) return undefined
  const offset = heads[at]?.offset
  if (at !== date || clock < 0) return { at, offset }
  return { at, clockAt: clock, offset: heads[clock]?.offset ?? offset }
}

/** Whether a column with this heading tells the time, or a part of it. */
export function isOfTime(title: string): boolean {
  return timeColumns([title]) !== undefined
}

const REMARK = /\s*(?:[[(](.*)[\])]|,\s*(.*))$/
const ZONE = /^(?:utc|gmt|z)\s*(?:([+-])(\d{1,2})(?::?(\d\d))?)?$/i

/** `Date/Time (UTC+8)` -> its name without marks, and the offset that it says. */
function headOf(title: string): { name: string; offset: string | undefined } {
  if (title.length > MAX_HEADING) return { name: '', offset: undefined }
  const text = halfWidth(title).trim().toLowerCase()
  const [remark = '', inside, behind] = REMARK.exec(text) ?? []
  const name = text.slice(0, text.length - remark.length).replace(/[\s/_.&-]+/g, '')
  const [zone, sign = '+', hours = '0', minutes = '00'] = ZONE.exec(inside ?? behind ?? '') ?? []
  return { name, offset: zone && `${sign}${hours.padStart(2, '0')}:${minutes}` }
}

/** Chinese tables have brackets and marks of the width of their letters. */
export function halfWidth(text: string): string {
  return text.replace(/[\uff01-\uff5e]/g, (mark) =>
    String.fromCharCode(mark.charCodeAt(0) - 0xfee0),
  )
}

const DATE = /(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?/.source
const CLOCK = /(\d{1,2}):(\d\d)(:\d\d(?:[.,]\d{1,9})?)?/.source
const LOCAL = new RegExp(`^${DATE}(?:\\s+|T)${CLOCK}$`)

/** Why the cells of a line are no time. */
export interface NoTime {
  readonly why: string
}

/**
 * What the cells of a line say, as deviceTime understands it, the offset of the heading or else of
 * the device added to a time that has none; undefined where they are empty.
 */
export function timeIn(
  row: Row,
  { at, clockAt = -1, offset: ofColumn }: TimeColumns,
  ofDevice: string | undefined,
): string | undefined | NoTime {
  const text = [row[at], row[clockAt]].map((cell) => cell?.trim() ?? '').join(' ')
  if (text.trim() === '') return undefined
  const offset = ofColumn ?? ofDevice
  const [isLocal, year, month, day, hour, minute, second = ':00'] = LOCAL.exec(text.trim()) ?? []
  if (isLocal === undefined) {
    const isTime = clockAt < 0 && deviceTime(text.trim(), 0) !== undefined
    return isTime ? text.trim() : { why: whyNot(text.trim()) }
  }
  if (offset === undefined) {
    return { why: `${shown(text)} has no offset, and the binding no timeZoneOffset.` }
  }
  const date = [year, twoDigits(month), twoDigits(day)].join('-')
  const time = `${date}T${twoDigits(hour)}:${minute}${second.replace(',', '.')}${offset}`
  const isTime = deviceTime(time, 0) !== undefined
  return isTime ? time : { why: shown(text) }
}

function whyNot(text: string): string {
  const isDated = new RegExp(`^${DATE}`).test(text)
  const hint = 'A date begins with its year, as 2026-03-04, and has hours and minutes behind it.'
  return isDated ? shown(text) : `${shown(text)} ${hint}`
}

function shown(text: string): string {
  return text.trim().slice(0, 60)
}

function twoDigits(text = ''): string {
  return text.padStart(2, '0')
}

const LIKE_TIME = /\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}|\d{1,2}:\d\d/

/** Whether something looks like a date or a time of day, whatever it is. */
export function looksLikeTime(text: string): boolean {
  return LIKE_TIME.test(text)
}
