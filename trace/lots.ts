/**
 * Which lot a serial belongs to. The serial does not say; the event that made it does, by its ilmd, or
 * any event that names serial and lot together in a Digital Link.
 */
import { gtinOf } from '#epcis/identifier.ts'
import type { ItemRef, Role, TrailRow } from './source.ts'
import type { ItemTrail, View } from './view.ts'

/** That an item belongs to a lot, as an event says. */
export interface ItemLot {
  readonly lot: ItemRef
  readonly eventRef: number
  /** `possible` where the event names serials of the same product that are not of this lot. */
  readonly certainty: 'observed' | 'possible'
}

/**
 * The lots of some items, by reference. Looked for where an item was made; elsewhere only where that
 * does not tell, as it means reading every event of the item.
 */
export async function lotsOf(
  view: View,
  trails: readonly ItemTrail[],
): Promise<Map<number, readonly ItemLot[]>> {
  const lots = new Map<number, readonly ItemLot[]>()
  const serials = trails.filter(({ item }) => item.kind === 'instance' && gtinOf(item.key))
  await readLots(view, serials, isOrigin, lots)
  const unknown = serials.filter(({ item }) => !lots.has(item.ref))
  await readLots(view, unknown, (row) => isMention(row) && !isOrigin(row), lots)
  return lots
}

/** Whether a row tells that the item came into being. */
export function isOrigin({ role, type, action }: TrailRow): boolean {
  return role === 'output' || (role === 'object' && type === 'ObjectEvent' && action === 'ADD')
}

function isMention({ role }: TrailRow): boolean {
  return role === 'object' || role === 'child'
}

async function readLots(
  view: View,
  trails: readonly ItemTrail[],
  wanted: (row: TrailRow) => boolean,
  lots: Map<number, readonly ItemLot[]>,
): Promise<void> {
  const named = await lotsNamed(
    view,
    trails.flatMap(({ rows }) => rows.filter(wanted).map((row) => row.eventRef)),
  )
  if (named.size === 0) return
  for (const { item, rows } of trails) {
    const gtin = gtinOf(item.key)
    const found = rows
      .filter(wanted)
      .flatMap((row) => named.get(row.eventRef) ?? [])
      .filter((each) => gtinOf(each.lot.key) === gtin)
    const observed = found.filter((each) => each.certainty === 'observed')
    const best = observed.length > 0 ? observed : found
    if (best.length > 0) lots.set(item.ref, best.filter(isFirstOfLot))
  }
}

function isFirstOfLot({ lot }: ItemLot, at: number, all: readonly ItemLot[]): boolean {
  return all.findIndex((each) => each.lot.ref === lot.ref) === at
}

/** The lots that events say their objects, children or outputs belong to. */
async function lotsNamed(
  view: View,
  eventRefs: readonly number[],
): Promise<Map<number, readonly ItemLot[]>> {
  const named = new Map<number, ItemLot[]>()
  if (eventRefs.length === 0) return named
  for await (const members of view.source.members([...new Set(eventRefs)], ['lot'])) {
    for (const { eventRef, item, quantity } of members) {
      // A count says that only so many of the serials belong to it.
      const certainty = quantity === undefined ? 'observed' : 'possible'
      const lots = named.get(eventRef)
      if (lots) lots.push({ lot: item, eventRef, certainty })
      else named.set(eventRef, [{ lot: item, eventRef, certainty }])
    }
  }
  return named
}

const SERIAL_ROLES: readonly Role[] = ['object', 'child', 'output']

/** The serials that some events say are of a lot, in chunks of bounded size. */
export async function* serialsOf(
  view: View,
  lot: ItemRef,
  eventRefs: readonly number[],
): AsyncGenerator<readonly { readonly item: ItemRef; readonly lot: ItemLot }[]> {
  const gtin = gtinOf(lot.key)
  const named = await lotsNamed(view, eventRefs)
  for await (const members of view.source.members(eventRefs, SERIAL_ROLES)) {
    yield members.flatMap(({ item, eventRef }) => {
      if (item.kind !== 'instance' || gtinOf(item.key) !== gtin) return []
      const its = named.get(eventRef)?.find((each) => each.lot.ref === lot.ref)
      return its ? [{ item, lot: its }] : []
    })
  }
}
