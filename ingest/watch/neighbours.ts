/**
 * What may be as bad as a lot that failed: lots of the same product, line and day, and serials of
 * which nobody has said of which lot they are, so that they may be of this one. Page by page, so
 * that a day of a million events is never held.
 */
import { productKeyOf } from '#epcis/product-key.ts'
import type { MoreNeighbours, Neighbour } from '#risk/recall-scope.ts'
import { US_A_DAY } from '#risk/words.ts'
import type { EventQuery, TrailReader } from '#store/trail.ts'
import type { EventMember, EventSummary, ItemRef, TrailRow } from '#trace/source.ts'

const PAGE = 500

/** One day of one place where things are made, by one party. */
export interface Line {
  readonly name: string
  readonly query: EventQuery
}

/** Those that an event is on: that of its read point first, which is its own where it has one. */
export function linesOf({ party, eventTimeUs, readPoint, bizLocation }: EventSummary): Line[] {
  const fromUs = Math.floor(eventTimeUs / US_A_DAY) * US_A_DAY
  const day = { parties: [party], geEventTimeUs: fromUs, ltEventTimeUs: fromUs + US_A_DAY }
  const lines: Line[] = []
  const at = `${party} ${fromUs}`
  if (readPoint !== undefined) {
    lines.push({ name: `${at} readPoint ${readPoint}`, query: { ...day, readPoints: [readPoint] } })
  }
  if (bizLocation !== undefined) {
    const query = { ...day, bizLocations: [bizLocation] }
    lines.push({ name: `${at} bizLocation ${bizLocation}`, query })
  }
  return lines
}

/** The line that a lot was made on first; undefined of anything else, or where nobody says. */
export async function lineOf(trail: TrailReader, key: string): Promise<Line | undefined> {
  const made = await makingOf(trail, key)
  return made && linesOf(made)[0]
}

/**
 * `key`: a lot; of anything else nothing is said. Of so many events of one line and day at most;
 * where there are more, that is said at the end.
 */
export async function* neighboursOf(
  trail: TrailReader,
  key: string,
  mostEvents: number,
): AsyncGenerator<Neighbour | MoreNeighbours> {
  const line = await lineOf(trail, key)
  if (!line) return
  for await (const each of madeOn(trail, line, productKeyOf(key), mostEvents)) {
    if (each.reason === 'more' || each.key !== key) yield each
  }
}

/** What was made of a product on a line, each lot once; and whether there is more. */
export async function* madeOn(
  trail: TrailReader,
  { query }: Line,
  product: string | undefined,
  mostEvents: number,
): AsyncGenerator<Neighbour | MoreNeighbours> {
  const told = new Set<string>()
  let after: number | undefined
  for (let looked = 0; looked < mostEvents; looked += PAGE) {
    const limit = Math.min(PAGE, mostEvents - looked)
    const page = await trail.query(query, { limit, ...(after !== undefined && { after }) })
    const members = await membersOf(trail, page.events)
    for (const event of page.events) {
      for (const each of madeIn(event, members.get(event.eventRef) ?? [], product)) {
        if (!told.has(each.key)) yield each
        if (each.reason === 'same-line-and-day') told.add(each.key)
      }
    }
    after = page.after
    if (after === undefined) return
  }
  yield { reason: 'more' }
}

function isMaking({ voidedAtUs, declaresError, type, action }: EventSummary): boolean {
  const makes = type === 'TransformationEvent' || (type === 'ObjectEvent' && action === 'ADD')
  return makes && voidedAtUs === undefined && !declaresError
}

async function membersOf(
  trail: TrailReader,
  events: readonly EventSummary[],
): Promise<Map<number, EventMember[]>> {
  const found = new Map<number, EventMember[]>()
  const refs = events.filter(isMaking).map(({ eventRef }) => eventRef)
  for await (const members of trail.members(refs, MADE)) {
    for (const each of members) {
      const its = found.get(each.eventRef)
      if (its) its.push(each)
      else found.set(each.eventRef, [each])
    }
  }
  return found
}

const MADE = ['object', 'output', 'lot'] as const

/** What an event made of a product: its lots, or else serials of which nobody says the lot. */
export function madeIn(
  event: EventSummary,
  members: readonly EventMember[],
  product: string | undefined,
): Neighbour[] {
  if (!isMaking(event)) return []
  const made = members.filter(({ item, role }) => {
    return MADE.some((each) => each === role) && productKeyOf(item.key) === product
  })
  const keysOf = (kind: ItemRef['kind']) => [
    ...new Set(made.flatMap(({ item }) => (item.kind === kind ? item.key : []))),
  ]
  const lots = keysOf('lot').map((key) => ({ key, reason: 'same-line-and-day' as const }))
  if (lots.length > 0) return lots
  return keysOf('instance').map((key) => ({ key, reason: 'missing-data' }))
}

/** The first event that made a lot. */
async function makingOf(trail: TrailReader, key: string) {
  const [item] = await trail.find([key])
  if (item?.kind !== 'lot') return undefined
  const isMaking = ({ role, type, action, voidedAtUs }: TrailRow) => {
    const isMade = role === 'output' || role === 'lot' || role === 'object'
    const makes = type === 'TransformationEvent' ? role === 'output' : action === 'ADD'
    return isMade && makes && type !== 'AggregationEvent' && voidedAtUs === undefined
  }
  for await (const rows of trail.trail([item])) {
    const making = rows.find(isMaking)
    if (making) return (await trail.summaries([making.eventRef]))[0]
  }
  return undefined
}
