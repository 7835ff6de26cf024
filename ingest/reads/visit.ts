/**
 * The visits of one tag to one reader. Reads that are no further apart than the quiet time are one
 * visit, and a visit becomes one event, as soon as enough is known of it: the first read makes it,
 * or so many reads, or the first one at the other end of a passage. So nothing waits for a clock,
 * and the reads alone decide, by their own times and in the order in which they came.
 *
 * Past visits are remembered for a while: a read that comes again, or late, falls into its visit
 * and changes nothing.
 */
import { z } from 'zod'
import type { RawRead } from '#ingest/decoded.ts'

const visitSchema = z.tuple([
  z.number(), // first read, microseconds
  z.number(), // last read
  z.number(), // reads, until the event is made
  z.number(), // whether the event is made: 0 or 1
  z.array(z.string()), // reads that were counted, until the event is made
  z.number(), // first read at the outer end of a passage; 0 for none yet
  z.number(), // and at the inner end
])
const tagSchema = z.tuple([z.number(), z.array(visitSchema)])
type Visit = z.infer<typeof visitSchema>

/** What is remembered of a tag: when a read of it came last, and its visits by time. */
export type TagVisits = z.infer<typeof tagSchema>

export interface VisitRules {
  readonly quietUs: number
  readonly minReads: number
  /** Antennas at the outer and at the inner end; undefined where direction does not matter. */
  readonly ends: readonly [outer: string, inner: string] | undefined
}

/** What a read has completed: an event of this time, and the way it went where that matters. */
export interface Made {
  readonly timeUs: number
  readonly way: 'inward' | 'outward' | undefined
}

const MAX_VISITS = 64

/**
 * Adds a read to the visits of its tag. The new visits, and what the read has completed: at most
 * one event, and no second one of a visit.
 */
export function addRead(
  visits: readonly Visit[],
  read: RawRead,
  rules: VisitRules,
): { readonly visits: Visit[]; readonly made: Made | undefined } {
  const { quietUs } = rules
  const { timeUs } = read
  const at = visitAt(visits, timeUs, quietUs)
  const before: Visit = visits[at] ?? [timeUs, timeUs, 0, 0, [], 0, 0]
  const visit = extend(before, read, rules)
  const made = before[3] === 1 ? undefined : madeOf(visit, rules)
  if (made !== undefined) {
    visit[3] = 1
    visit[4] = []
  }
  const others = visits.filter((_, place) => place !== at)
  const all = [...others, visit].sort((a, b) => a[0] - b[0])
  return { visits: all.slice(-MAX_VISITS), made }
}

/**
 * The nearest visit that is not further away than the quiet time; -1 where there is none. A read
 * that comes again is inside of its own visit, even where that of another has grown up to it.
 */
function visitAt(visits: readonly Visit[], timeUs: number, quietUs: number): number {
  const away = visits.map(([first, last]) => Math.max(0, first - timeUs, timeUs - last))
  const nearest = Math.min(...away)
  return nearest <= quietUs ? away.indexOf(nearest) : -1
}

function extend(visit: Visit, read: RawRead, { minReads, ends }: VisitRules): Visit {
  const [first, last, count, isMade, seen, outer, inner] = visit
  const from = Math.min(first, read.timeUs)
  const to = Math.max(last, read.timeUs)
  if (isMade === 1) return [from, to, count, isMade, seen, outer, inner]
  const name = nameOf(read)
  const isCounted = count < minReads && !seen.includes(name)
  return [
    from,
    to,
    isCounted ? count + read.count : count,
    0,
    isCounted ? [...seen, name] : seen,
    ends !== undefined && isAt(read, ends[0]) ? earlier(outer, read.timeUs) : outer,
    ends !== undefined && isAt(read, ends[1]) ? earlier(inner, read.timeUs) : inner,
  ]
}

function madeOf(visit: Visit, { minReads, ends }: VisitRules): Made | undefined {
  const [timeUs, , count, , , outer, inner] = visit
  if (count < minReads) return undefined
  if (ends === undefined) return { timeUs, way: undefined }
  // Seen at both ends in one moment says nothing yet.
  if (outer === 0 || inner === 0 || outer === inner) return undefined
  return { timeUs, way: outer < inner ? 'inward' : 'outward' }
}

function earlier(known: number, timeUs: number): number {
  return known === 0 ? timeUs : Math.min(known, timeUs)
}

/** Whether a read was made by an antenna, which is given by its port or its name. */
export function isAt({ antenna, antennaName }: RawRead, wanted: string): boolean {
  return antenna === wanted || antennaName === wanted
}

/** What tells one read of a tag from another, and a repeat from a new one. */
function nameOf({ sentTime, timeUs, antenna, eventNum = '' }: RawRead): string {
  return `${sentTime === '' ? timeUs : sentTime}|${antenna}|${eventNum}`
}

/** Of a note that `textOfVisits` has made. */
export function visitsOf(text: string | undefined): TagVisits {
  return text === undefined ? [0, []] : tagSchema.parse(JSON.parse(text))
}

export function textOfVisits(visits: TagVisits): string {
  return JSON.stringify(visits)
}

/** When a read of the tag came last, of a note: cheaper than all of it. */
export function touchedUs(text: string): number {
  return Number(/^\[(\d+),/.exec(text)?.[1] ?? 0)
}
