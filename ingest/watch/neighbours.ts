/**
 * What may be as bad as a lot that failed: lots of the same product, line and day, and serials of
 * which nobody has said of which lot they are, so that they may be of this one. Page by page, so
 * that a day of a million events is never held.
 */
import { productKeyOf } from '#epcis/product-key.ts'
import type { MoreNeighbours, Neighbour } from '#risk/recall-scope.ts'
import { US_A_DAY } from '#risk/words.ts'
import type { TrailReader } from '#store/trail.ts'
import type { EventSummary, ItemRef, TrailRow } from '#trace/source.ts'

const PAGE = 500

/**
 * `key`: a lot; of anything else nothing is said. Of so many events of one line and day at most;
 * where there are more, that is said at the end.
 */
export async function* neighboursOf(
  trail: TrailReader,
  key: string,
  mostEvents: number,
): AsyncGenerator<Neighbour | MoreNeighbours> {
  const made = await makingOf(trail, key)
  const place = made?.readPoint ?? made?.bizLocation
  if (!made || place === undefined) return
  const fromUs = Math.floor(made.eventTimeUs / US_A_DAY) * US_A_DAY
  const query = {
    parties: [made.party],
    geEventTimeUs: fromUs,
    ltEventTimeUs: fromUs + US_A_DAY,
    ...(made.readPoint === undefined ? { bizLocations: [place] } : { readPoints: [place] }),
  }
  const told = new Set([key])
  let after: number | undefined
  for (let looked = 0; looked < mostEvents; looked += PAGE) {
    const limit = Math.min(PAGE, mostEvents - looked)
    const page = await trail.query(query, { limit, ...(after !== undefined && { after }) })
    yield* amongMade(trail, page.events, productKeyOf(key), told)
    after = page.after
    if (after === undefined) return
  }
  yield { reason: 'more' }
}

/** What some events made of a product; `told`: lots that were told of already. */
async function* amongMade(
  trail: TrailReader,
  events: readonly EventSummary[],
  product: string | undefined,
  told: Set<string>,
): AsyncGenerator<Neighbour> {
  const refs = events.flatMap(({ eventRef, voidedAtUs, declaresError, type, action }) => {
    const isMaking = type === 'TransformationEvent' || (type === 'ObjectEvent' && action === 'ADD')
    return isMaking && voidedAtUs === undefined && !declaresError ? eventRef : []
  })
  const lotless = new Map<number, ItemRef[]>()
  const withLots = new Set<number>()
  for await (const members of trail.members(refs, ['object', 'output', 'lot'])) {
    for (const { item, eventRef } of members) {
      if (productKeyOf(item.key) !== product) continue
      if (item.kind === 'instance') {
        lotless.set(eventRef, [...(lotless.get(eventRef) ?? []), item])
      } else if (item.kind === 'lot') {
        withLots.add(eventRef)
        if (told.has(item.key)) continue
        told.add(item.key)
        yield { key: item.key, reason: 'same-line-and-day' }
      }
    }
  }
  for (const [eventRef, items] of lotless) {
    if (withLots.has(eventRef)) continue
    for (const item of items) yield { key: item.key, reason: 'missing-data' }
  }
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
