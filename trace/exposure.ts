/**
 * What an item was exposed to: the places it was at and the sensors that were with it, by itself
 * and through its containers, each for as long as it was.
 *
 * A sensor is with an item when an AssociationEvent ties it to the item, to what carries the
 * item, or to the place where it is; or when it is known to be mounted there (its binding).
 */
import { ALWAYS, Carriers, overlap, type Stretch } from './carriers.ts'
import { certaintyOf, type Happening, type History } from './history.ts'
import type { ItemRef, TrailSource } from './source.ts'
import { type ItemTrail, trailsOf, type View } from './view.ts'

/** The time [fromUs, toUs) at one place. */
export interface PlaceStay extends Stretch {
  /** Canonical key of the bizLocation, or of the read point where that is all that is known. */
  readonly place: string
  readonly certainty: 'observed' | 'inferred'
  /** Keys of the containers through which, from the item outwards. */
  readonly via: readonly string[]
}

/** The time [fromUs, toUs) with one sensor. */
export interface SensorStay extends Stretch {
  /** Canonical key of the sensor. */
  readonly device: string
  readonly certainty: 'observed' | 'inferred'
  /** Keys from the item to what the sensor is mounted on: containers, an asset, a place. */
  readonly via: readonly string[]
}

export interface Exposure {
  readonly places: readonly PlaceStay[]
  readonly sensors: readonly SensorStay[]
}

/** Keys of the sensors that are mounted on an asset or at a place, by its key. */
export type Mounted = (key: string) => readonly string[]

/** Something a sensor may be mounted on, while the item was with it. */
interface Mount extends Stretch {
  readonly key: string
  readonly certainty: 'observed' | 'inferred'
  readonly via: readonly string[]
}

/** Exposure over the history of one item. */
export async function exposureOf(
  source: TrailSource,
  history: History,
  mounted: Mounted,
  atUs?: number,
): Promise<Exposure> {
  const places = placesOf(history.happenings)
  const mounts = [...mountsOf(history), ...places.map(mountAt)]
  const tied = await tiedTo(source, mounts, atUs)
  const known = mounts.flatMap((mount) =>
    mounted(mount.key).map((device) => ({ ...sensorOn(mount, device), certainty: INFERRED })),
  )
  return { places, sensors: joined([...tied, ...known]) }
}

const INFERRED = 'inferred' as const
/** Steps after which an item is on its way, wherever it was. */
const LEAVING = new Set(['departing', 'shipping', 'transporting', 'loading'])

/** A place holds until an event is seen elsewhere, or the item has left. [EPCIS 7.3.5.5] */
function placesOf(happenings: readonly Happening[]): PlaceStay[] {
  const stays: PlaceStay[] = []
  let open: PlaceStay | undefined
  const close = (toUs: number) => {
    if (open && toUs > open.fromUs) stays.push({ ...open, toUs })
    open = undefined
  }
  for (const { event, path } of happenings) {
    const isLeaving = event.bizStep !== undefined && LEAVING.has(event.bizStep)
    const place = event.bizLocation ?? (isLeaving ? undefined : event.readPoint)
    if (place === open?.place && place !== undefined) continue
    if (place === undefined && !isLeaving) continue
    close(event.eventTimeUs)
    if (place === undefined) continue
    const via = path.map(({ parent }) => parent.key)
    const fromUs = event.eventTimeUs
    open = { place, fromUs, toUs: Number.POSITIVE_INFINITY, certainty: certaintyOf(path), via }
  }
  close(Number.POSITIVE_INFINITY)
  return stays
}

/** The item itself, always, and all that carried it, while it did. */
function mountsOf({ item, carriages }: History): Mount[] {
  const itself: Mount = { ...ALWAYS, key: item.key, certainty: 'observed', via: [] }
  const carriers = carriages.map(({ path, fromUs, toUs }): Mount => {
    const via = path.map(({ parent }) => parent.key)
    return { fromUs, toUs, key: via.at(-1) ?? item.key, certainty: certaintyOf(path), via }
  })
  return [itself, ...carriers]
}

function mountAt({ place, fromUs, toUs, certainty, via }: PlaceStay): Mount {
  return { key: place, fromUs, toUs, certainty, via: [...via, place] }
}

function sensorOn({ fromUs, toUs, certainty, via }: Mount, device: string): SensorStay {
  return { device, fromUs, toUs, certainty, via }
}

/** Sensors that AssociationEvents tie to the mounts. [EPCIS 7.4.6] */
async function tiedTo(
  source: TrailSource,
  mounts: readonly Mount[],
  atUs: number | undefined,
): Promise<SensorStay[]> {
  const view: View = { source, atUs }
  const keys = [...new Set(mounts.map(({ key }) => key))]
  const found = await source.find(keys)
  // What goes under several keys is tied under one of them.
  const refs = new Map(keys.map((key, at) => [key, found[at]?.ref]))
  const items = found.filter((item) => item !== undefined)
  const children = await associatedWith(view, [...(await trailsOf(view, items)).values()])
  const trails = [...(await trailsOf(view, children)).values()]
  const carriers = new Carriers(view)
  await carriers.place(trails)
  return trails.flatMap(({ item, stays }) =>
    stays
      .filter(({ kind }) => kind === 'associated')
      .flatMap((stay) =>
        mounts
          .filter(({ key }) => refs.get(key) === stay.parent.ref)
          .flatMap((mount) => {
            const during = overlap(mount, stay)
            const certain = mount.certainty === 'observed' && stay.certainty === 'observed'
            const certainty = certain ? ('observed' as const) : INFERRED
            return during ? [{ device: item.key, ...during, certainty, via: mount.via }] : []
          }),
      ),
  )
}

/** What was ever associated with some assets or places. */
async function associatedWith(view: View, parents: readonly ItemTrail[]): Promise<ItemRef[]> {
  const events = new Set<number>()
  for (const { rows } of parents) {
    for (const row of rows) {
      if (row.type === 'AssociationEvent' && row.role === 'parent') events.add(row.eventRef)
    }
  }
  const children = new Map<number, ItemRef>()
  if (events.size === 0) return []
  for await (const members of view.source.members([...events], ['child'])) {
    for (const { item } of members) children.set(item.ref, item)
  }
  return [...children.values()]
}

/** The same sensor by several ways at once: once, the most certain way, in the order of time. */
function joined(stays: readonly SensorStay[]): SensorStay[] {
  const best = new Map<string, SensorStay>()
  for (const stay of stays) {
    const name = JSON.stringify([stay.device, String(stay.fromUs), String(stay.toUs)])
    const known = best.get(name)
    if (!known || (known.certainty === INFERRED && stay.certainty === 'observed')) {
      best.set(name, stay)
    }
  }
  return [...best.values()].sort(
    (one, other) => one.fromUs - other.fromUs || (one.device < other.device ? -1 : 1),
  )
}
