/**
 * The rows a walk may believe: those of events that stand, as of now or as of a time.
 *
 * As of a time, what happened later is not looked at, and an event that was declared in error
 * later still counts. The declaration itself repeats the event it voids and never counts. [EPCIS
 * 7.4.1.2]
 */
import type { Stay } from './containment.ts'
import { isAfter } from './moment.ts'
import type { ItemRef, TrailRow, TrailSource } from './source.ts'

export interface View {
  readonly source: TrailSource
  /** Undefined is now: all that is known. */
  readonly atUs: number | undefined
}

/** An item with the standing rows of its trail, in the order of (eventTimeUs, eventRef). */
export interface ItemTrail {
  readonly item: ItemRef
  readonly rows: TrailRow[]
  /** Whether there are more rows than were kept. */
  more: boolean
  /** Whether it took part in a transformation. */
  transforms: boolean
  /** Where it was, in the order in which that began: empty until Carriers.place has filled it. */
  stays: readonly Stay[]
}

/** Rows kept of one item. A lot can have a million; what goes beyond is read by `restOf`. */
export const KEPT_ROWS = 10_000

const NOWHERE: readonly Stay[] = []

/** Trails of some items, by their reference. That of an item without standing rows is empty. */
export async function trailsOf(
  view: View,
  items: readonly ItemRef[],
): Promise<Map<number, ItemTrail>> {
  const trails = new Map<number, ItemTrail>()
  for (const item of items) {
    trails.set(item.ref, { item, rows: [], more: false, transforms: false, stays: NOWHERE })
  }
  let unread = [...trails.values()]
  while (unread.length > 0 && (await readUntilCrowded(view, unread, trails))) {
    unread = unread.filter((trail) => trail.rows.length === 0)
  }
  return trails
}

/** Reads whole trails; true when it stopped at one with more rows than are kept. */
async function readUntilCrowded(
  view: View,
  unread: readonly ItemTrail[],
  trails: ReadonlyMap<number, ItemTrail>,
): Promise<boolean> {
  let trail: ItemTrail | undefined
  const items = unread.map((each) => each.item)
  for await (const chunk of view.source.trail(items, { toUs: view.atUs })) {
    for (const row of await standingOf(view, chunk)) {
      if (trail?.item.ref !== row.item.ref) trail = trails.get(row.item.ref)
      if (!trail) continue
      // An event is kept whole, so that its place says where the rest begins.
      if (trail.rows.length >= KEPT_ROWS && trail.rows.at(-1)?.eventRef !== row.eventRef) {
        trail.more = true
        return true
      }
      trail.rows.push(row)
      if (row.type === 'TransformationEvent') trail.transforms = true
    }
  }
  return false
}

/** The standing rows of an item behind those kept, in chunks. */
export async function* restOf(view: View, trail: ItemTrail): AsyncGenerator<readonly TrailRow[]> {
  const last = trail.rows.at(-1)
  if (!trail.more || !last) return
  const window = { fromUs: last.eventTimeUs, toUs: view.atUs }
  for await (const chunk of view.source.trail([trail.item], window)) {
    const rest = (await standingOf(view, chunk)).filter((row) => isAfter(row, last))
    if (rest.length > 0) yield rest
  }
}

async function standingOf(view: View, rows: readonly TrailRow[]): Promise<readonly TrailRow[]> {
  if (!rows.some((row) => row.voidedAtUs !== undefined)) return rows
  const { atUs } = view
  if (atUs === undefined) return rows.filter((row) => row.voidedAtUs === undefined)
  const stood = rows.filter((row) => row.voidedAtUs !== undefined && row.voidedAtUs > atUs)
  const refs = [...new Set(stood.map((row) => row.eventRef))]
  const summaries = refs.length === 0 ? [] : await view.source.summaries(refs)
  const declarations = new Set(
    summaries.filter((event) => event.declaresError).map((event) => event.eventRef),
  )
  return rows.filter(
    ({ voidedAtUs, eventRef }) =>
      voidedAtUs === undefined || (voidedAtUs > atUs && !declarations.has(eventRef)),
  )
}
