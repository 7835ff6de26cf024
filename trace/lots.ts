/**
 * Which lot a serial belongs to. The serial does not say; the event that made it does, by its
 * ilmd, or any event that names serial and lot together in a Digital Link.
 */
import { productKeyOf } from '#epcis/product-key.ts'
import type { ItemRef, Role, TrailRow } from './source.ts'
import type { ItemTrail, View } from './view.ts'

/** That an item belongs to a lot, as an event says. */
export interface ItemLot {
  readonly lot: ItemRef
  readonly eventRef: number
  /** `possible` where the event names serials of the same product that are not of this lot. */
  readonly certainty: 'observed' | 'possible'
}

/** The lots that an event names, by product. */
type NamedLots = ReadonlyMap<string, readonly ItemLot[]>

/**
 * The lots of some items, by reference. Looked for where an item was made; elsewhere only where
 * that does not tell, as it means reading every event of the item.
 */
export async function lotsOf(
  view: View,
  trails: readonly ItemTrail[],
): Promise<ReadonlyMap<number, readonly ItemLot[]>> {
  const lots = new Map<number, readonly ItemLot[]>()
  const serials = trails.filter(({ item }) => item.kind === 'instance')
  await readLots(view, serials, isOrigin, lots)
  const unknown = serials.filter(({ item }) => !lots.has(item.ref))
  await readLots(view, unknown, isMention, lots)
  return lots
}

/** Whether a row tells that the item came into being. */
function isOrigin({ role, type, action }: TrailRow): boolean {
  return role === 'output' || (role === 'object' && type === 'ObjectEvent' && action === 'ADD')
}

function isMention(row: TrailRow): boolean {
  return (row.role === 'object' || row.role === 'child') && !isOrigin(row)
}

async function readLots(
  view: View,
  trails: readonly ItemTrail[],
  tells: (row: TrailRow) => boolean,
  lots: Map<number, readonly ItemLot[]>,
): Promise<void> {
  const eventRefs = new Set<number>()
  for (const { rows } of trails) for (const row of rows) if (tells(row)) eventRefs.add(row.eventRef)
  const named = await lotsNamed(view, eventRefs)
  if (named.size === 0) return
  for (const { item, rows } of trails) {
    let found: readonly ItemLot[] = []
    for (const row of rows) {
      const ofEvent = tells(row) ? named.get(row.eventRef) : undefined
      if (!ofEvent) continue
      for (const product of productsOf(row)) {
        const its = ofEvent.get(product)
        if (its) found = found.length === 0 ? its : [...found, ...its]
      }
    }
    if (found.length > 0) lots.set(item.ref, found.length === 1 ? found : best(found))
  }
}

/** Each lot once; those that are only possible where none is observed. */
function best(found: readonly ItemLot[]): readonly ItemLot[] {
  const observed = found.filter(({ certainty }) => certainty === 'observed')
  return observed.length > 0 ? distinct(observed) : distinct(found)
}

/** Each lot once, the first of each. */
function distinct(lots: readonly ItemLot[]): readonly ItemLot[] {
  return lots.filter(({ lot }, at) => lots.findIndex((each) => each.lot.ref === lot.ref) === at)
}

/** The lots that events say their objects, children or outputs belong to, by event. */
async function lotsNamed(
  view: View,
  eventRefs: ReadonlySet<number>,
): Promise<ReadonlyMap<number, NamedLots>> {
  const named = new Map<number, Map<string, ItemLot[]>>()
  if (eventRefs.size === 0) return named
  for await (const members of view.source.members([...eventRefs], ['lot'])) {
    for (const member of members) {
      const { eventRef, item, quantity } = member
      // A count says that only so many of the serials belong to it.
      const certainty = quantity === undefined ? 'observed' : 'possible'
      for (const product of productsOf(member)) {
        const ofEvent = named.get(eventRef) ?? new Map<string, ItemLot[]>()
        const ofProduct = ofEvent.get(product) ?? []
        ofProduct.push({ lot: item, eventRef, certainty })
        named.set(eventRef, ofEvent.set(product, ofProduct))
      }
    }
  }
  return named
}

/** The products as which an event names an item: what has aliases may be named as several. */
function productsOf({ item, namedBy }: Pick<TrailRow, 'item' | 'namedBy'>): readonly string[] {
  const products = (namedBy ?? [item.key]).map(productKeyOf).filter((each) => each !== undefined)
  return products.length > 1 ? [...new Set(products)] : products
}

const SERIAL_ROLES: readonly Role[] = ['object', 'child', 'output']

/** Some serials of a lot, with what one event says of them. */
export interface LotSerials {
  readonly lot: ItemLot
  readonly serials: readonly ItemRef[]
}

/** The serials that some events say are of a lot, in chunks of bounded size. */
export async function* serialsOf(
  view: View,
  lot: ItemRef,
  eventRefs: readonly number[],
): AsyncGenerator<readonly LotSerials[]> {
  const named = await lotsNamed(view, new Set(eventRefs))
  for await (const members of view.source.members(eventRefs, SERIAL_ROLES)) {
    const serials = new Map<ItemLot, ItemRef[]>()
    for (const member of members) {
      if (member.item.kind !== 'instance') continue
      const ofEvent = named.get(member.eventRef)
      for (const product of productsOf(member)) {
        const its = ofEvent?.get(product)?.find((each) => each.lot.ref === lot.ref)
        if (!its) continue
        const known = serials.get(its)
        if (known) known.push(member.item)
        else serials.set(its, [member.item])
      }
    }
    yield [...serials].map(([its, items]) => ({ lot: its, serials: items }))
  }
}
