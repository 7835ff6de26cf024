/**
 * What an item was exposed to: the places it was at and the sensors that were with it, by itself
 * and through its containers, each for as long as it was.
 *
 * A sensor is with an item when an AssociationEvent ties it to the item, to what carries the
 * item, or to the place where it is; or when it is known to be mounted there (its binding). Once it
 * is sold, used up or destroyed nothing is with it, until it is taken back.
 */
import { ALWAYS, overlap, type Stretch } from './carriers.ts'
import { lifeOf } from './ending.ts'
import { certaintyOf, type Happening, type Way } from './history.ts'
import type { SensorsOn, Surroundings } from './surroundings.ts'

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

/** Something a sensor may be mounted on, while the item was with it. */
interface Mount extends Stretch {
  readonly key: string
  readonly certainty: 'observed' | 'inferred'
  readonly via: readonly string[]
}

/** Exposure on the way of one item, which was read in the same surroundings. */
export async function exposureOf(way: Way, surroundings: Surroundings): Promise<Exposure> {
  const life = lifeOf(way)
  const places = within(life, placesOf(way.happenings))
  const mounts = [...within(life, mountsOf(way)), ...places.map(mountAt)]
  const sensors = await surroundings.sensorsOn(mounts.map(({ key }) => key))
  const tied = mounts.flatMap((mount) => tiedTo(mount, sensors.get(mount.key)))
  const known = mounts.flatMap((mount) => mountedOn(mount, sensors.get(mount.key)))
  return { places, sensors: joined([...tied, ...known]) }
}

/** Of some stretches the parts that lie in a life. */
function within<Part extends Stretch>(life: readonly Stretch[], parts: readonly Part[]): Part[] {
  return parts.flatMap((part) =>
    life.flatMap((stretch) => {
      const during = overlap(part, stretch)
      return during ? [{ ...part, ...during }] : []
    }),
  )
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
function mountsOf({ item, carriages }: Way): Mount[] {
  const itself: Mount = { key: item.key, certainty: 'observed', via: [], ...ALWAYS }
  const carriers = carriages.map(({ path, fromUs, toUs }): Mount => {
    const via = path.map(({ parent }) => parent.key)
    return { fromUs, toUs, key: via.at(-1) ?? item.key, certainty: certaintyOf(path), via }
  })
  return [itself, ...carriers]
}

function mountAt({ place, fromUs, toUs, certainty, via }: PlaceStay): Mount {
  return { key: place, fromUs, toUs, certainty, via: [...via, place] }
}

function mountedOn(mount: Mount, on: SensorsOn | undefined): SensorStay[] {
  const { fromUs, toUs, via } = mount
  const its = { fromUs, toUs, certainty: INFERRED, via }
  return on?.mounted.map((device) => ({ device, ...its })) ?? []
}

function tiedTo(mount: Mount, on: SensorsOn | undefined): SensorStay[] {
  const { via } = mount
  return (on?.tied ?? []).flatMap((tie) => {
    const during = overlap(mount, tie)
    const certain = mount.certainty === 'observed' && tie.certainty === 'observed'
    const certainty = certain ? ('observed' as const) : INFERRED
    return during ? [{ device: tie.device, ...during, certainty, via }] : []
  })
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
