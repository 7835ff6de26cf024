/** E4: both sides of one transport, with what was in the containers that it names. */
import { identify } from '#epcis/identifier.ts'
import { productKeyOf } from '#epcis/product-key.ts'
import type { Finding } from '#risk/finding.ts'
import type { Watch } from '#risk/item-machine.ts'
import { notTold, type Shipped, shipmentDifference } from '#risk/lot-balance.ts'
import { amountIn } from '#risk/movement.ts'
import { siteOf } from '#risk/reference.ts'
import type { FactReader } from '#store/alerts/facts.ts'
import type { TrailReader } from '#store/trail.ts'
import type { EventSummary } from '#trace/source.ts'
import { contentsAt } from './contents-at.ts'

/** Beyond so many events or items of one transport it is only said that there are more. */
const MOST_EVENTS = 500
const MOST_ITEMS = 20_000

export interface ShipmentParts {
  readonly known: FactReader
  readonly trail: TrailReader
  readonly watch: Watch
}

/** What holds of a transport: `id` is a paper, or `event` with the eventID of the departure. */
export async function aboutShipment(parts: ShipmentParts, id: string): Promise<Finding[]> {
  const { known, trail } = parts
  const all = known.shipment(id, MOST_EVENTS + 1)
  const isOver = all.length > MOST_EVENTS
  const rows = all.slice(0, MOST_EVENTS)
  const refsOf = (side: string) => rows.flatMap((row) => (row.side === side ? row.event : []))
  const arrivals = await trail.summaries(refsOf('received'))
  if (arrivals.length === 0) return []
  const departures = id.startsWith('event ')
    ? await departure(trail, id.slice('event '.length))
    : await trail.summaries(refsOf('shipped'))
  // One half is missing: that is another rule's.
  if (departures.length === 0) return []
  const sides = { departures, arrivals }
  if (isOver) return tooMany(parts, id, sides, MOST_EVENTS)
  const [shipped, received] = [await named(trail, departures), await named(trail, arrivals)]
  if (!shipped || !received) return tooMany(parts, id, sides, MOST_ITEMS)
  return await compare(parts, id, { ...sides, shipped, received })
}

/** Of which product is not asked: there is too much of it. */
function tooMany(
  { watch }: ShipmentParts,
  id: string,
  { departures, arrivals }: Pick<Sides, 'departures' | 'arrivals'>,
  limit: number,
): Finding[] {
  const fromUs = firstOf(departures)
  const rule = watch.rules.get('E4', { site: siteOfArrival(watch, arrivals) }, fromUs)
  const knownUs = lastKnown([...departures, ...arrivals])
  return rule ? [notTold(rule, { subject: id, limit, fromUs, knownUs })] : []
}

/** Where it was received: who misses something is there. */
function siteOfArrival({ reference }: Watch, arrivals: readonly EventSummary[]) {
  const place = arrivals.map(({ readPoint, bizLocation }) => readPoint ?? bizLocation).find(Boolean)
  return place === undefined ? undefined : siteOf(reference, place)
}

const firstOf = (each: readonly EventSummary[]) => Math.min(...each.map((e) => e.eventTimeUs))
const lastKnown = (each: readonly EventSummary[]) => Math.max(...each.map((e) => e.recordTimeUs))

interface Sides {
  readonly departures: readonly EventSummary[]
  readonly arrivals: readonly EventSummary[]
  readonly shipped: readonly Named[]
  readonly received: readonly Named[]
}

async function compare(parts: ShipmentParts, id: string, sides: Sides): Promise<Finding[]> {
  const { trail, watch } = parts
  const { departures, arrivals, shipped, received } = sides
  const all = [...departures, ...arrivals]
  const thing = shipped.find(({ key }) => watch.reference.product(key))?.key
  const domain = thing === undefined ? undefined : watch.reference.product(thing)?.domain
  const product = thing === undefined ? undefined : productKeyOf(thing)
  const scope = { domain, product, site: siteOfArrival(watch, arrivals) }
  const rule = watch.rules.get('E4', scope, firstOf(departures))
  if (!rule) return []
  const isSame = sameNames(shipped, received)
  const there = isSame ? shipped : await withContents(trail, shipped)
  const here = isSame ? received : await withContents(trail, received)
  // Half of what was in it would only look like a difference.
  if (!there || !here) return tooMany(parts, id, sides, MOST_ITEMS)
  const whole = {
    id,
    shipped: there,
    received: here,
    shippedUs: firstOf(departures),
    receivedUs: firstOf(arrivals),
    knownUs: lastKnown(all),
    eventIDs: [...new Set(all.map(({ eventID }) => eventID))],
  }
  return shipmentDifference(rule, whole)
}

async function departure(trail: TrailReader, eventID: string): Promise<EventSummary[]> {
  const found = await trail.summaries(await trail.byEventID(eventID))
  return found.filter(({ declaresError, voidedAtUs }) => !declaresError && voidedAtUs === undefined)
}

/** Something that an event names, and when it was. */
interface Named extends Shipped {
  readonly atUs: number
}

async function named(
  trail: TrailReader,
  events: readonly EventSummary[],
): Promise<Named[] | undefined> {
  const times = new Map(events.map(({ eventRef, eventTimeUs }) => [eventRef, eventTimeUs]))
  const found: Named[] = []
  for await (const members of trail.members([...times.keys()], ['object'])) {
    for (const { item, eventRef, quantity, uom } of members) {
      const measured = item.kind === 'lot' || item.kind === 'class'
      const { amount, unit } = amountIn(quantity, uom)
      const much = measured && amount !== undefined ? { amount, unit } : {}
      const atUs = times.get(eventRef) ?? 0
      found.push({ key: item.key, certainty: 'observed', path: [], atUs, ...much })
    }
    if (found.length > MOST_ITEMS) return undefined
  }
  return found
}

function sameNames(one: readonly Named[], other: readonly Named[]): boolean {
  const [ones, others] = [one, other].map((all) => new Set(all.map(({ key }) => key)))
  if (!ones || !others || ones.size !== others.size) return false
  return [...ones].every((key) => others.has(key))
}

/** With what was in them; undefined where that is too much. */
async function withContents(
  trail: TrailReader,
  all: readonly Named[],
): Promise<Shipped[] | undefined> {
  const found: Shipped[] = [...all]
  for (const { key, atUs } of all) {
    const { kind } = identify(key)
    if (kind !== 'logistic-unit' && kind !== 'instance') continue
    const { contents, isWhole } = await contentsAt(trail, key, atUs, MOST_ITEMS - found.length)
    if (!isWhole) return undefined
    found.push(...contents.map((each) => ({ ...each, certainty: 'inferred' as const })))
  }
  return found
}
