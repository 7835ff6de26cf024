/**
 * Which items were with a sensor, and when: found from what it is mounted on, and told by the
 * exposure of each item, through whatever carried it.
 */
import { productOf } from '#risk/facts.ts'
import type { ItemStretch } from '#risk/sample.ts'
import type { TrailReader } from '#store/trail.ts'
import { exposureOf, type Mounted, type SensorStay } from '#trace/exposure.ts'
import { historyOf } from '#trace/history.ts'

/** Beyond so many no more items of one sensor are looked for. */
const MOST_ITEMS = 300
const MOST_EVENTS = 300
/** Cases in pallets in containers. */
const LEVELS = 3

/** An item that was with a sensor, with all its sensors. */
export interface Exposed {
  readonly item: string
  readonly stretches: readonly ItemStretch[]
  readonly sensors: readonly SensorStay[]
}

/** Items that were with a sensor. `mounts`: assets and places that it is known to be on. */
export async function itemsWith(
  trail: TrailReader,
  sensor: string,
  mounts: readonly string[],
  mounted: Mounted,
): Promise<Exposed[]> {
  const carriers = [...mounts, ...(await tiedTo(trail, sensor))]
  const found: Exposed[] = []
  for (const item of await contentsOf(trail, carriers)) {
    const history = await historyOf(trail, item)
    if (!history) continue
    const { sensors } = await exposureOf(trail, history, mounted)
    const stretches = sensors
      .filter(({ device }) => device === sensor)
      .map(({ fromUs, toUs, certainty, via }) => ({ item, fromUs, toUs, certainty, via }))
    if (stretches.length > 0) found.push({ item, stretches, sensors })
  }
  return found
}

/** What AssociationEvents tie a sensor to. */
async function tiedTo(trail: TrailReader, sensor: string): Promise<string[]> {
  const refs = await eventsOf(trail, [sensor], 'child', 'AssociationEvent')
  const parents = new Set<string>()
  for await (const members of trail.members(refs, ['parent'])) {
    for (const { item } of members) parents.add(item.key)
  }
  return [...parents]
}

/** Serials and lots that were ever in some carriers or at some places. */
async function contentsOf(trail: TrailReader, carriers: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>()
  const enter = async (refs: readonly number[]) => {
    for await (const members of trail.members(refs, ['object', 'child', 'output'])) {
      for (const { item } of members) if (found.size < MOST_ITEMS) found.add(item.key)
    }
  }
  for (const place of carriers) {
    if (productOf(place) !== undefined) found.add(place)
    const page = await trail.query({ bizLocations: [place] }, { limit: MOST_EVENTS })
    await enter(page.events.map(({ eventRef }) => eventRef))
  }
  let level: readonly string[] = [...carriers, ...found]
  for (let depth = 0; depth < LEVELS && level.length > 0; depth += 1) {
    const before = new Set(found)
    await enter(await eventsOf(trail, level, 'parent', 'AggregationEvent'))
    level = [...found].filter((key) => !before.has(key))
  }
  return found
}

async function eventsOf(
  trail: TrailReader,
  keys: readonly string[],
  role: 'parent' | 'child',
  type: 'AssociationEvent' | 'AggregationEvent',
): Promise<number[]> {
  const items = (await trail.find(keys)).filter((item) => item !== undefined)
  const refs = new Set<number>()
  for await (const rows of trail.trail(items)) {
    for (const row of rows) {
      const stands = row.voidedAtUs === undefined
      if (stands && row.role === role && row.type === type) refs.add(row.eventRef)
    }
    if (refs.size > MOST_EVENTS) break
  }
  return [...refs].slice(0, MOST_EVENTS)
}
