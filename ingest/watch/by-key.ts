/** A list that only grows, by a key of its entries: each is looked at once, however many ask. */
export class ByKey<Each> {
  readonly #all: readonly Each[]
  readonly #keyOf: (each: Each) => string
  readonly #found = new Map<string, Each[]>()
  #next = 0

  constructor(all: readonly Each[], keyOf: (each: Each) => string) {
    this.#all = all
    this.#keyOf = keyOf
  }

  of(key: string): readonly Each[] {
    for (const each of this.#all.slice(this.#next)) {
      const its = this.#keyOf(each)
      const known = this.#found.get(its)
      if (known) known.push(each)
      else this.#found.set(its, [each])
    }
    this.#next = this.#all.length
    return this.#found.get(key) ?? []
  }
}
