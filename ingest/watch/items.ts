/** The items that a follower watches, as states: those used last are kept in memory. */
import type { ItemState } from '#risk/item-state.ts'
import type { ItemMemory } from '#store/alerts/alert.ts'
import type { Ledger } from '#store/alerts/ledger.ts'

export interface LiveItem extends Omit<ItemMemory, 'state'> {
  readonly state: ItemState
}

const KEPT = 20_000

export class LiveItems {
  readonly #ledger: Pick<Ledger, 'item'>
  readonly #known = new Map<string, LiveItem>()
  readonly #changed = new Set<string>()

  constructor(ledger: Pick<Ledger, 'item'>) {
    this.#ledger = ledger
  }

  get(key: string): LiveItem | undefined {
    const known = this.#known.get(key)
    if (known) return known
    const memory = this.#ledger.item(key)
    if (!memory) return undefined
    const item: LiveItem = { ...memory, state: JSON.parse(memory.state) }
    this.#known.set(key, item)
    return item
  }

  put(item: LiveItem): void {
    // What was changed last is kept longest.
    this.#known.delete(item.key)
    this.#known.set(item.key, item)
    this.#changed.add(item.key)
  }

  /** What has changed since it was last asked for, to be written. */
  changes(): ItemMemory[] {
    return [...this.#changed].flatMap((key) => {
      const item = this.#known.get(key)
      return item ? [{ ...item, state: JSON.stringify(item.state) }] : []
    })
  }

  /** What has changed is durable. */
  keep(): void {
    this.#changed.clear()
    for (const key of this.#known.keys()) {
      if (this.#known.size <= KEPT) break
      this.#known.delete(key)
    }
  }

  /** What has changed was not written. */
  forget(): void {
    this.#changed.clear()
    this.#known.clear()
  }
}
