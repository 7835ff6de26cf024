/**
 * Which items were with a sensor, and when: found from what it is mounted on, and told by the
 * exposure of each item, through whatever carried it.
 */
import { productKeyOf } from '#epcis/product-key.ts'
import type { ItemStretch } from '#risk/sample.ts'
import type { TrailReader } from '#store/trail.ts'
import { exposureOf, type SensorStay } from '#trace/exposure.ts'
import { wayOf } from '#trace/history.ts'
import { type Mounted, Surroundings } from '#trace/surroundings.ts'

/** Beyond so many items of one sensor, and events of one place or carrier, the rest is unknown. */
const MOST_ITEMS = 20_000
const MOST_EVENTS = 5_000
const PAGE = 500

/** A sensor by its key, with the assets and places that it is known to be on. */
export interface MountedSensor {
  readonly key: string
  readonly mounts: readonly string[]
}

/** An item that was with a sensor, with all its sensors. */
export interface Exposed {
  readonly item: string
  readonly stretches: readonly ItemStretch[]
  readonly sensors: readonly SensorStay[]
}

/** Serials and lots that may have been with a sensor, in the order of their keys. */
export interface Contents {
  readonly keys: readonly string[]
  /** Whether that is all of them. */
  readonly isWhole: boolean
}

/** Of some items those that were with a sensor. */
export async function exposedAmong(
  trail: TrailReader,
  sensor: string,
  items: readonly string[],
  mounted: Mounted,
): Promise<Exposed[]> {
  const found: Exposed[] = []
  const surroundings = new Surroundings(trail, mounted)
  for (const item of items) {
    const way = await wayOf(surroundings, item)
    if (!way) continue
    const { sensors } = await exposureOf(way, surroundings)
    const stretches = sensors
      .filter(({ device }) => device === sensor)
      .map(({ fromUs, toUs, certainty, via }) => ({ item, fromUs, toUs, certainty, via }))
    if (stretches.length > 0) found.push({ item, stretches, sensors })
  }
  return found
}

/** What was ever in the carriers or at the places that a sensor is on. */
export async function contentsWith(trail: TrailReader, sensor: MountedSensor): Promise<Contents> {
  const search = new Search(trail)
  const carriers = [...sensor.mounts, ...(await search.tiedTo(sensor.key))]
  await search.into(carriers)
  return { keys: [...search.found].sort(), isWhole: search.isWhole }
}

class Search {
  readonly found = new Set<string>()
  isWhole = true
  readonly #trail: TrailReader

  constructor(trail: TrailReader) {
    this.#trail = trail
  }

  /** What AssociationEvents tie a sensor to. */
  async tiedTo(sensor: string): Promise<string[]> {
    const refs = await this.#eventsOf([sensor], 'child', 'AssociationEvent')
    const parents = new Set<string>()
    for await (const members of this.#trail.members(refs, ['parent'])) {
      for (const { item } of members) parents.add(item.key)
    }
    return [...parents]
  }

  async into(carriers: readonly string[]): Promise<void> {
    for (const place of carriers) {
      if (productKeyOf(place) !== undefined) this.found.add(place)
      await this.#at(place)
    }
    let level: readonly string[] = [...carriers, ...this.found]
    while (level.length > 0) {
      const before = new Set(this.found)
      await this.#enter(await this.#eventsOf(level, 'parent', 'AggregationEvent'))
      level = [...this.found].filter((key) => !before.has(key))
    }
  }

  /** What was told of at a place, the newest first. */
  async #at(place: string): Promise<void> {
    let after: number | undefined
    for (let count = 0; count < MOST_EVENTS; count += PAGE) {
      const rest = { limit: PAGE, ...(after !== undefined && { after }) }
      const page = await this.#trail.query({ bizLocations: [place] }, rest)
      await this.#enter(page.events.map(({ eventRef }) => eventRef))
      after = page.after
      if (after === undefined) return
    }
    this.isWhole = false
  }

  async #enter(refs: readonly number[]): Promise<void> {
    for await (const members of this.#trail.members(refs, ['object', 'child', 'output'])) {
      for (const { item } of members) {
        if (this.found.size < MOST_ITEMS) this.found.add(item.key)
        else if (!this.found.has(item.key)) this.isWhole = false
      }
    }
  }

  async #eventsOf(
    keys: readonly string[],
    role: 'parent' | 'child',
    type: 'AssociationEvent' | 'AggregationEvent',
  ): Promise<number[]> {
    const items = (await this.#trail.find(keys)).filter((item) => item !== undefined)
    const refs = new Set<number>()
    for await (const rows of this.#trail.trail(items)) {
      for (const row of rows) {
        const stands = row.voidedAtUs === undefined
        if (stands && row.role === role && row.type === type) refs.add(row.eventRef)
      }
      if (refs.size > MOST_EVENTS) {
        this.isWhole = false
        break
      }
    }
    return [...refs].slice(0, MOST_EVENTS)
  }
}
