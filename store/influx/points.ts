/**
 * The points of the store as line protocol. Measurements:
 *
 * - `trail`: tag b, where its rows are hashed to by their key; s where the slots of a microsecond
 *   did not suffice. One of the fields p0 to p7, again by the key: the row in one text. A field of
 *   a series is read by itself: eight times as many places for keys at no further series.
 *   Time: eventTime, and the slot in the digits of nanoseconds.
 * - `event`: tag b by number. Fields r, the record, m, the members, body. Time: recordTime, moved
 *   on so that no two events share a nanosecond and later ones are later.
 * - `rest`: what does not fit into one string of an event, on the nanoseconds behind it.
 * - `telemetry`, among the readings: tags device, type, component, uom, party; field value. Time:
 *   the reading's. Among the minutes: the same tags; fields total, least, most and n of the
 *   readings of one minute. Time: its beginning.
 * - `voided`: fields seq and voidedAtUs. Time: that of the event that does not stand.
 * - `refused`: fields seq, era and words. Time: that of the event that InfluxDB does not take.
 * - `batch`: tag follower; fields position, and the figures of the store after it. Written when all
 *   else of a batch is confirmed; its time is behind its last event.
 * - `era`: field events. Time: the era, as nanoseconds. See rebuild.ts.
 * - `store`: one point that names the store and says how many buckets it has.
 *
 * Field names are short since every answer repeats them. Text that comes from outside stands in
 * fields, or in tags that are escaped here.
 */
import type { Reading } from '#store/trail.ts'
import type { Figures } from '#store/windows.ts'

/** A moment: whole microseconds, and nanoseconds from 0 to 999. */
export interface Moment {
  readonly us: number
  readonly ns: number
}

export const slotsPerMicrosecond = 1000

/** `by` nanoseconds later. */
export function later({ us, ns }: Moment, by: number): Moment {
  const sum = ns + by
  return { us: us + Math.floor(sum / 1000), ns: sum % 1000 }
}

const digitsOfSlot = Array.from({ length: slotsPerMicrosecond }, (_, ns) =>
  String(ns).padStart(3, '0'),
)

/** Nanoseconds since 1970 in digits: they do not fit into a number. */
export function nanoseconds({ us, ns }: Moment): string {
  return us === 0 ? String(ns) : `${us}${digitsOfSlot[ns]}`
}

/** Fields that the rows of one series are spread over. */
export const trailFields = 8
/** The highest bits of a hash; the lowest say the series. */
const fieldShift = 32 - Math.log2(trailFields)

/** Where the rows of a key are: the value of tag b, and which of the fields p0 to p7. */
export interface TrailSpot {
  readonly bucket: number
  readonly field: number
}

/** `buckets` is a power of two. What it gives is part of what is stored and never changes. */
export function trailSpotOf(key: string, buckets: number): TrailSpot {
  const hash = hashOf(key)
  return { bucket: hash % buckets, field: hash >>> fieldShift }
}

/** FNV-1a over the UTF-16 units of a key, its bits mixed once more. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < key.length; at += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Events next to each other share a bucket, so that a run of them is read from one series. */
const eventsInARow = 1024

export function eventBucket(seq: number, buckets: number): number {
  return Math.floor(seq / eventsInARow) % buckets
}

/** What JSON writes in another way than as it is, but for the quote and the backslash. */
const notPlain = /[^\x20-\ud7ff\ue000-\uffff]/

/** A string as a field's value. */
export function quoted(text: string): string {
  if (!text.includes('"') && !text.includes('\\')) return `"${text}"`
  // The same for text that is plain, at half of the time and little of the garbage.
  if (!notPlain.test(text)) return JSON.stringify(text)
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

/** `place`: as Slots gives it, in the microsecond of `us`. */
export function trailLine(
  { bucket, field }: TrailSpot,
  place: number,
  packed: string,
  us: number,
): string {
  const overflow = Math.floor(place / slotsPerMicrosecond)
  const series = overflow === 0 ? `trail,b=${bucket}` : `trail,b=${bucket},s=${overflow}`
  const at = nanoseconds({ us, ns: place % slotsPerMicrosecond })
  return `${series} p${field}=${quoted(packed)} ${at}`
}

/** A string as it was before quoted(), from behind its first quote on; and where it ends. */
export function unquoted(line: string, start: number): { text: string; end: number } {
  const end = endOfString(line, start)
  const text = line.slice(start, end)
  return { text: text.includes('\\') ? text.replace(/\\(.)/gs, '$1') : text, end }
}

/** Where the last quote of a string is that begins behind its first one. */
export function endOfString(line: string, start: number): number {
  let end = line.indexOf('"', start)
  while (isEscaped(line, end)) end = line.indexOf('"', end + 1)
  return end
}

function isEscaped(line: string, at: number): boolean {
  let before = at - 1
  while (line[before] === '\\') before -= 1
  return (at - before) % 2 === 0
}

/** The pieces of each text; the first of each stands in the event's own point. */
export interface EventTexts {
  readonly record: readonly string[]
  readonly members: readonly string[]
  readonly body: readonly string[]
}

export function eventLines(bucket: number, at: Moment, texts: EventTexts): string[] {
  const { record, members, body } = texts
  const fields = `r=${quoted(record[0] ?? '')},m=${quoted(members[0] ?? '')}`
  const own = `event,b=${bucket} ${fields},body=${quoted(body[0] ?? '')} ${nanoseconds(at)}`
  if (record.length + members.length + body.length === 3) return [own]
  const rest = [...record.slice(1), ...members.slice(1), ...body.slice(1)]
  const restLines = rest.map(
    (piece, place) => `rest,b=${bucket} x=${quoted(piece)} ${nanoseconds(later(at, place + 1))}`,
  )
  return [...restLines, own]
}

export function telemetryLine(reading: Reading): string {
  const { timeUs, value } = reading
  return `${telemetrySeries(reading)} value=${value} ${nanoseconds({ us: timeUs, ns: 0 })}`
}

/** The reading that telemetryLine() was given. */
export function readingOf(line: string): Reading {
  const tags: Record<string, string> = {}
  const [head = '', rest = ''] = line.split(/(?<!\\) value=/)
  for (const tag of head.split(/(?<!\\),/).slice(1)) {
    const end = tag.indexOf('=')
    tags[tag.slice(0, end)] = textOfTag(tag.slice(end + 1).replace(/\\([ ,=])/g, '$1'))
  }
  const [value = '', time = ''] = rest.split(' ')
  const [component = '', device = '', party = '', type = '', uom = ''] = seriesTags.map(
    (tag) => tags[tag] ?? '',
  )
  const timeUs = Number(time.slice(0, -3))
  return { component, device, party, type, uom, timeUs, value: Number(value) }
}

export function minuteLine(series: SeriesName, { timeUs, ...figures }: Figures): string {
  const { total, least, most, n } = figures
  const fields = `total=${total},least=${least},most=${most},n=${n}i`
  return `${telemetrySeries(series)} ${fields} ${nanoseconds({ us: timeUs, ns: 0 })}`
}

export type SeriesName = Pick<Reading, 'device' | 'type' | 'component' | 'uom' | 'party'>
export const seriesTags = ['component', 'device', 'party', 'type', 'uom'] as const

function telemetrySeries(series: SeriesName): string {
  // In the order of their names, which InfluxDB would have to bring them into. No tag is ''.
  const tags = seriesTags.filter((tag) => series[tag] !== '')
  return `telemetry${tags.map((tag) => `,${tag}=${escapedTag(tagValue(series[tag]))}`).join('')}`
}

const unsafe = /[\p{Cc}\\"]/u

/**
 * Text as a tag's value. A tag can hold neither a control character nor a backslash before its end,
 * and a quote would make a line harder to split: where there is one, all of the text is
 * percent-encoded behind a `~`.
 */
export function tagValue(text: string): string {
  return unsafe.test(text) || text.startsWith('~') ? `~${encodeURIComponent(text)}` : text
}

/** The text that tagValue() was given. */
export function textOfTag(value: string): string {
  return value.startsWith('~') ? decodeURIComponent(value.slice(1)) : value
}

export function escapedTag(value: string): string {
  return /[ ,=]/.test(value) ? value.replace(/[ ,=]/g, '\\$&') : value
}

export function voidedLine(seq: number, voidedAtUs: number, at: Moment): string {
  return `voided seq=${seq}i,voidedAtUs=${voidedAtUs}i ${nanoseconds(at)}`
}

export function refusedLine(seq: number, era: number, words: string, at: Moment): string {
  return `refused seq=${seq}i,era=${era}i,words=${quoted(words)} ${nanoseconds(at)}`
}

export interface BatchFigures {
  readonly follower: string
  readonly position: number
  readonly events: number
  readonly items: number
  readonly trailRows: number
  readonly readings: number
}

/** `lagMs`: how long its last event had waited, where it has one. */
export function batchLine(figures: BatchFigures, at: Moment, lagMs?: number): string {
  const { follower, ...told } = figures
  const counts = lagMs === undefined ? told : { ...told, lagMs }
  const fields = Object.entries(counts).map(([name, count]) => `${name}=${count}i`)
  return `batch,follower=${escapedTag(tagValue(follower))} ${fields.join()} ${nanoseconds(at)}`
}

export interface StoreName {
  readonly id: string
  readonly trailBuckets: number
  readonly eventBuckets: number
}

/** That an era is over, with its last event. */
export function eraLine(era: number, events: number): string {
  return `era events=${events}i ${era}`
}

/** The format of what is stored: a store of another one is refused. */
export const format = 2

export function storeLine({ id, trailBuckets, eventBuckets }: StoreName): string {
  const counts = `trailBuckets=${trailBuckets}i,eventBuckets=${eventBuckets}i,format=${format}i`
  return `store id=${quoted(id)},${counts} 0`
}
