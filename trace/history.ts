/**
 * All that happened to one item, by itself and with what carried it, in order: what its state and
 * its exposure are told from.
 */
import {
  ALWAYS,
  Carriers,
  type EffectiveRow,
  effectiveRows,
  overlap,
  type Stretch,
} from './carriers.ts'
import type { Stay } from './containment.ts'
import { countContents } from './contents.ts'
import { type ItemLot, lotsOf } from './lots.ts'
import { isAfter } from './moment.ts'
import type { EventSummary, ItemRef, TrailSource } from './source.ts'
import { type ItemTrail, trailsOf, type View } from './view.ts'

/** An event of an item; `path` are the stays from the item outwards, none where it is its own. */
export interface Happening extends EffectiveRow {
  readonly event: EventSummary
}

/** The time an item was carried along a path of stays, from the item outwards. */
export interface Carriage extends Stretch {
  readonly path: readonly Stay[]
}

/** Where an item was and what happened to it. */
export interface Way {
  readonly item: ItemRef
  /** In the order of (eventTime, recordTime), each event once. */
  readonly happenings: readonly Happening[]
  /** Where it was packed, in the order in which that began. */
  readonly stays: readonly Stay[]
  /** All that carried it, near and far, each for as long as it did. */
  readonly carriages: readonly Carriage[]
  /** Whether there is more than was read: a lot can have a million events. */
  readonly more: boolean
}

export interface History extends Way {
  readonly lots: readonly ItemLot[]
  /** How many different things are in it. */
  readonly contents: number
}

/** The history of a canonical key as of now or `atUs`; undefined where no event has named it. */
export async function historyOf(
  source: TrailSource,
  key: string,
  atUs?: number,
): Promise<History | undefined> {
  const view: View = { source, atUs }
  const trail = await trailOf(view, key)
  if (!trail) return undefined
  const way = await wayOfTrail(view, trail, new Carriers(view))
  const lots = (await lotsOf(view, [trail])).get(trail.item.ref) ?? []
  return { lots, contents: await countContents(view, trail), ...way }
}

/** The way of a canonical key in its surroundings; undefined where no event has named it. */
export async function wayOf(
  { view, carriers }: { readonly view: View; readonly carriers: Carriers },
  key: string,
): Promise<Way | undefined> {
  const trail = await trailOf(view, key)
  return trail && (await wayOfTrail(view, trail, carriers))
}

async function trailOf(view: View, key: string): Promise<ItemTrail | undefined> {
  const [item] = await view.source.find([key])
  return item && (await trailsOf(view, [item])).get(item.ref)
}

async function wayOfTrail(view: View, trail: ItemTrail, carriers: Carriers): Promise<Way> {
  await carriers.place([trail])
  const carriages = carriagesOf(carriers, trail, { path: [], ...ALWAYS })
  const own = effectiveRows(carriers, trail, { row: () => true })
  const rows = onceEach([...own, ...emptyings(carriers, carriages)])
  rows.sort((one, other) => (isAfter(one.row, other.row) ? 1 : -1))
  const summaries = await view.source.summaries(rows.map(({ row }) => row.eventRef))
  const happenings = rows.flatMap((row, at) => {
    const event = summaries[at]
    return event ? [{ event, ...row }] : []
  })
  const { item, stays, more } = trail
  return { item, happenings, stays, carriages, more }
}

/** What stands in itself is followed once. */
function carriagesOf(carriers: Carriers, { item, stays }: ItemTrail, inside: Carriage): Carriage[] {
  return stays.flatMap((stay) => {
    const during = overlap(inside, stay)
    const isInItself = [item, ...inside.path.map(({ parent }) => parent)].some(
      ({ ref }) => ref === stay.parent.ref,
    )
    if (!during || isInItself) return []
    const carriage = { path: [...inside.path, stay], ...during }
    return [carriage, ...carriagesOf(carriers, carriers.get(stay), carriage)]
  })
}

/**
 * The events that emptied what carried the item to their end: they name nobody, and concern
 * everybody who was inside. [EPCIS 7.4.3]
 */
function emptyings(carriers: Carriers, carriages: readonly Carriage[]): EffectiveRow[] {
  return carriages.flatMap(({ path, toUs }) => {
    const stay = path.at(-1)
    if (stay?.toUs !== toUs) return []
    const row = carriers
      .get(stay)
      .rows.find(
        ({ eventRef, action }) => eventRef === stay.eventRefs.at(-1) && action === 'DELETE',
      )
    return row ? [{ row, path: path.slice(0, -1) }] : []
  })
}

/** Of an event that names both an item and its carrier, the item's own row. */
function onceEach(rows: readonly EffectiveRow[]): EffectiveRow[] {
  const nearest = new Map<number, EffectiveRow>()
  for (const row of rows) {
    const known = nearest.get(row.row.eventRef)
    if (!known || row.path.length < known.path.length) nearest.set(row.row.eventRef, row)
  }
  return [...nearest.values()]
}

/** IDs of the events by which an item was where it was at a time: seen there, and packed. */
export function eventsBehind({ happenings, carriages }: Way, timeUs: number): string[] {
  const refs = carriages.flatMap(({ fromUs, toUs, path }) => {
    const isThen = fromUs <= timeUs && timeUs < toUs
    return isThen ? path.flatMap(({ eventRefs }) => eventRefs[0] ?? []) : []
  })
  const placed = happenings.findLast(({ event }) => {
    const isPlaced = event.bizLocation !== undefined || event.readPoint !== undefined
    return isPlaced && event.eventTimeUs <= timeUs
  })
  const wanted = new Set([...refs, ...(placed ? [placed.row.eventRef] : [])])
  return happenings.flatMap(({ row, event }) => (wanted.has(row.eventRef) ? event.eventID : []))
}

/** What a path of stays allows to say: seen where all of them were stated. */
export function certaintyOf(path: readonly Stay[]): Stay['certainty'] {
  return path.every(({ certainty }) => certainty === 'observed') ? 'observed' : 'inferred'
}
