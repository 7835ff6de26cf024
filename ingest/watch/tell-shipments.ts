/** E4: both sides of one transport, with what was in the containers that it names. */
import { identify } from '#epcis/identifier.ts'
import { productOf } from '#risk/facts.ts'
import type { Finding } from '#risk/finding.ts'
import type { Watch } from '#risk/item-machine.ts'
import { type Shipped, shipmentDifference } from '#risk/lot-balance.ts'
import { amountIn } from '#risk/movement.ts'
import type { FactReader } from '#store/alerts/facts.ts'
import type { TrailReader } from '#store/trail.ts'
import type { EventSummary } from '#trace/source.ts'
import { contentsAt } from './contents-at.ts'

/** Beyond so many events or items of one transport nothing is said of it. */
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
  const rows = known.shipment(id, MOST_EVENTS + 1)
  if (rows.length > MOST_EVENTS) return []
  const refsOf = (side: string) => rows.flatMap((row) => (row.side === side ? row.event : []))
  const arrivals = await trail.summaries(refsOf('received'))
  if (arrivals.length === 0) return []
  const departures = id.startsWith('event ')
    ? await departure(trail, id.slice('event '.length))
    : await trail.summaries(refsOf('shipped'))
  // One half is missing: that is another rule's.
  if (departures.length === 0) return []
  const [shipped, received] = [await named(trail, departures), await named(trail, arrivals)]
  if (!shipped || !received) return []
  return await compare(parts, id, { departures, arrivals, shipped, received })
}

interface Sides {
  readonly departures: readonly EventSummary[]
  readonly arrivals: readonly EventSummary[]
  readonly shipped: readonly Named[]
  readonly received: readonly Named[]
}

async function compare(
  { trail, watch }: ShipmentParts,
  id: string,
  { departures, arrivals, shipped, received }: Sides,
): Promise<Finding[]> {
  const all = [...departures, ...arrivals]
  const first = (each: readonly EventSummary[]) => Math.min(...each.map((e) => e.eventTimeUs))
  const thing = shipped.find(({ key }) => watch.reference.product(key))?.key
  const domain = thing === undefined ? undefined : watch.reference.product(thing)?.domain
  const product = thing === undefined ? undefined : productOf(thing)
  const rule = watch.rules.get('E4', { domain, product }, first(departures))
  if (!rule) return []
  const isSame = sameNames(shipped, received)
  const whole = {
    id,
    shipped: isSame ? shipped : await withContents(trail, shipped),
    received: isSame ? received : await withContents(trail, received),
    shippedUs: first(departures),
    receivedUs: first(arrivals),
    knownUs: Math.max(...all.map(({ recordTimeUs }) => recordTimeUs)),
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

async function withContents(trail: TrailReader, all: readonly Named[]): Promise<Shipped[]> {
  const found: Shipped[] = [...all]
  for (const { key, atUs } of all) {
    const { kind } = identify(key)
    if (kind !== 'logistic-unit' && kind !== 'instance') continue
    const inside = await contentsAt(trail, key, atUs, MOST_ITEMS - found.length)
    found.push(...inside.map((each) => ({ ...each, certainty: 'inferred' as const })))
  }
  return found
}
