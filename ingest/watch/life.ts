/**
 * The life of an item by name, in its order and some events at a time: a lot may have a million of
 * them, and none of its life but its state is held.
 */
import {
  type EventFacts,
  type Happened,
  happeningsOf,
  type ItemHappening,
  orderOfHappenings,
} from '#risk/facts.ts'
import type { Finding } from '#risk/finding.ts'
import type { ItemState } from '#risk/item-state.ts'
import { enter, findingsAt, type Ledger, type Machine } from '#risk/machine.ts'
import type { TrailReader } from '#store/trail.ts'
import type { EventFactsReader } from './event-facts.ts'

export interface LifeParts {
  readonly trail: TrailReader
  readonly facts: EventFactsReader
  /** The one key of all that an item goes under. */
  readonly primaryOf: (key: string) => string
}

/**
 * What an event says of what it names, each thing and lot by its one key; `only` of one thing, by
 * its primary key.
 */
export function happenedAs(
  { primaryOf }: Pick<LifeParts, 'primaryOf'>,
  facts: EventFacts,
  only?: string,
): Happened[] {
  return happeningsOf(facts).flatMap((happened) => {
    const { item, happening } = happened
    const key = primaryOf(item)
    // An event may name thousands: their lots are not looked up where one is asked for.
    if (only !== undefined && key !== only) return []
    const lots = happening.lots.map(primaryOf)
    if (key === item && lots.every((lot, at) => lot === happening.lots[at])) return happened
    return { ...happened, item: key, happening: { ...happening, lots } }
  })
}

/** What rules say of a life, as it is gone through. */
export class Life {
  readonly #machine: Machine<ItemState, ItemHappening>
  readonly #ledger: Ledger = new Map()
  #state: ItemState

  constructor(machine: Machine<ItemState, ItemHappening>) {
    this.#machine = machine
    this.#state = machine.start
  }

  get state(): ItemState {
    return this.#state
  }

  /** How many findings there are by now. */
  get found(): number {
    return this.#ledger.size
  }

  take(happenings: readonly ItemHappening[]): void {
    for (const each of happenings) {
      const stepped = this.#machine.step(this.#state, each)
      enter(this.#ledger, stepped)
      this.#state = stepped.state
    }
  }

  /** Those of its events. */
  findings(): Finding[] {
    return [...this.#ledger.values()]
  }

  findingsAt(nowUs: number): Finding[] {
    return findingsAt(this.#machine, this.#state, this.#ledger, nowUs)
  }
}

/** Some events of a life, and what they say of it, in its order. */
export interface LifePart {
  readonly events: ReadonlyMap<number, EventFacts>
  readonly happenings: readonly ItemHappening[]
}

const AT_ONCE = 500
/** What happens at one time is put in order before it is told; beyond so many it is told anyhow. */
const MOST_AT_ONE_TIME = 10_000

/** `item`: its primary key; `upTo`: the last event that counts. */
export async function* lifeOf(
  parts: LifeParts,
  item: string,
  upTo: number,
): AsyncGenerator<LifePart> {
  const [ref] = await parts.trail.find([item])
  if (!ref) return
  const waiting = new Map<number, number>()
  for await (const rows of parts.trail.trail([ref])) {
    for (const { eventRef, eventTimeUs, voidedAtUs } of rows) {
      if (voidedAtUs === undefined && eventRef <= upTo) waiting.set(eventRef, eventTimeUs)
    }
    if (waiting.size < AT_ONCE) continue
    const lastUs = rows.at(-1)?.eventTimeUs ?? 0
    const isFull = waiting.size > MOST_AT_ONE_TIME
    const now = [...waiting].flatMap(([each, timeUs]) => (isFull || timeUs < lastUs ? each : []))
    for (const each of now) waiting.delete(each)
    yield await lifePart(parts, item, now)
  }
  yield await lifePart(parts, item, [...waiting.keys()])
}

async function lifePart(
  parts: LifeParts,
  item: string,
  eventRefs: readonly number[],
): Promise<LifePart> {
  const events = await parts.facts.read(eventRefs)
  const happenings = [...events.values()].flatMap((each) =>
    happenedAs(parts, each, item).map(({ happening }) => happening),
  )
  return { events, happenings: happenings.sort(orderOfHappenings) }
}
