/**
 * What items that were together share: their events, their carriers, and the sensors on those and
 * at places. It is read once for all of them, as of when it was first asked for: of one look, and
 * not to be kept.
 */
import { Carriers, type Stretch } from './carriers.ts'
import { sharedEvents } from './shared-events.ts'
import type { ItemRef, TrailSource } from './source.ts'
import { type ItemTrail, trailsOf, type View } from './view.ts'

/** Keys of the sensors that are mounted on an asset or at a place, by its key. */
export type Mounted = (key: string) => readonly string[]

/** The time [fromUs, toUs) that an AssociationEvent ties a sensor to something. [EPCIS 7.4.6] */
interface Tie extends Stretch {
  /** Canonical key of the sensor. */
  readonly device: string
  readonly certainty: 'observed' | 'inferred'
}

/** The sensors of one thing or place. */
export interface SensorsOn {
  readonly tied: readonly Tie[]
  /** Keys of those that are known to be mounted there. */
  readonly mounted: readonly string[]
}

/** Things whose sensors are kept. Beyond it all are forgotten, and read again where needed. */
const MOST_KEPT = 10_000
const NO_TIES: readonly Tie[] = []

export class Surroundings {
  readonly view: View
  readonly carriers: Carriers
  readonly #mounted: Mounted
  readonly #known = new Map<string, SensorsOn>()

  constructor(source: TrailSource, mounted: Mounted, atUs?: number) {
    this.view = { source: sharedEvents(source), atUs }
    this.carriers = new Carriers(this.view)
    this.#mounted = mounted
  }

  /** The sensors on some things and at some places, by their keys. */
  async sensorsOn(keys: Iterable<string>): Promise<ReadonlyMap<string, SensorsOn>> {
    if (this.#known.size > MOST_KEPT) this.#known.clear()
    const unknown = [...new Set(keys)].filter((key) => !this.#known.has(key))
    if (unknown.length > 0) await this.#read(unknown)
    return this.#known
  }

  async #read(keys: readonly string[]): Promise<void> {
    // What goes under several keys is tied under one of them.
    const found = await this.view.source.find(keys)
    const ties = await this.#tiesOf(found.filter((item) => item !== undefined))
    for (const [at, key] of keys.entries()) {
      const tied = ties.get(found[at]?.ref ?? -1) ?? NO_TIES
      this.#known.set(key, { tied, mounted: this.#mounted(key) })
    }
  }

  async #tiesOf(items: readonly ItemRef[]): Promise<ReadonlyMap<number, readonly Tie[]>> {
    const children = await this.#associatedWith([...(await trailsOf(this.view, items)).values()])
    const trails = [...(await trailsOf(this.view, children)).values()]
    await this.carriers.place(trails)
    const ties = new Map<number, Tie[]>()
    for (const { item, stays } of trails) {
      for (const { kind, parent, fromUs, toUs, certainty } of stays) {
        if (kind !== 'associated') continue
        const tie = { device: item.key, fromUs, toUs, certainty }
        const known = ties.get(parent.ref)
        if (known) known.push(tie)
        else ties.set(parent.ref, [tie])
      }
    }
    return ties
  }

  /** What was ever associated with some assets or places. */
  async #associatedWith(parents: readonly ItemTrail[]): Promise<ItemRef[]> {
    const events = new Set<number>()
    for (const { rows } of parents) {
      for (const row of rows) {
        if (row.type === 'AssociationEvent' && row.role === 'parent') events.add(row.eventRef)
      }
    }
    const children = new Map<number, ItemRef>()
    if (events.size === 0) return []
    for await (const members of this.view.source.members([...events], ['child'])) {
      for (const { item } of members) children.set(item.ref, item)
    }
    return [...children.values()]
  }
}
