/** The items that a follower watches, as states: those used last are kept in memory. */
import type { ItemState } from '#risk/item-state.ts'
import type { ItemMemory } from '#store/alerts/alert.ts'
import type { Ledger } from '#store/alerts/ledger.ts'
import { Cache } from '#store/sqlite/cache.ts'

export interface LiveItem extends Omit<ItemMemory, 'state'> {
  readonly state: ItemState
}

const KEPT = 20_000
/** Lives that are told again in no time need not be known for it. */
const LONG = 1_000
const LONG_KEPT = 1_000

export class LiveItems {
  readonly #ledger: Pick<Ledger, 'item' | 'items'>
  readonly #known = new Map<string, LiveItem>()
  /** Of those that were loaded: nothing is remembered of them. */
  readonly #unknown = new Set<string>()
  readonly #changed = new Set<string>()
  /** How many events the longest lives had when they were told last. */
  readonly #lengths = new Cache<string, number>(LONG_KEPT)

  constructor(ledger: Pick<Ledger, 'item' | 'items'>) {
    this.#ledger = ledger
  }

  get(key: string): LiveItem | undefined {
    const known = this.#known.get(key)
    if (known || this.#unknown.has(key)) return known
    const memory = this.#ledger.item(key)
    return memory && this.#remember(memory)
  }

  /** Reads many at once, for what is looked up next: a third of the cost of one at a time. */
  load(keys: Iterable<string>): void {
    this.#unknown.clear()
    const missing = [...keys].filter((key) => !this.#known.has(key))
    for (const key of missing) this.#unknown.add(key)
    for (const memory of this.#ledger.items(missing)) {
      this.#unknown.delete(memory.key)
      this.#remember(memory)
    }
  }

  #remember(memory: ItemMemory): LiveItem {
    const item: LiveItem = { ...memory, state: JSON.parse(memory.state) }
    this.#known.set(memory.key, item)
    return item
  }

  put(item: LiveItem): void {
    const { key } = item
    if (!this.#changed.has(key)) {
      // What was changed last is kept longest.
      this.#known.delete(key)
      this.#unknown.delete(key)
      this.#changed.add(key)
    }
    this.#known.set(key, item)
  }

  /** How many events the life of an item has, as far as that is known; 0 where it is short. */
  lengthOf(key: string): number {
    return this.#lengths.get(key) ?? 0
  }

  setLength(key: string, events: number): void {
    if (events > LONG) this.#lengths.set(key, events)
  }

  /** What has changed since it was last asked for, to be written. */
  changes(): ItemMemory[] {
    const changes: ItemMemory[] = []
    // In the order of the file, so that each of its pages is looked up once.
    for (const key of [...this.#changed].sort()) {
      const item = this.#known.get(key)
      if (item) changes.push({ ...item, state: JSON.stringify(item.state) })
    }
    return changes
  }

  /** What has changed is durable. */
  keep(): void {
    this.#changed.clear()
    this.#unknown.clear()
    for (const key of this.#known.keys()) {
      if (this.#known.size <= KEPT) break
      this.#known.delete(key)
    }
  }

  /** What has changed was not written. */
  forget(): void {
    this.#changed.clear()
    this.#unknown.clear()
    this.#known.clear()
  }
}
