/**
 * The words of a store by number: text that repeats (steps, places, parties, units, beginnings of
 * keys, contexts) is stored once. A word never changes its number. 0 is no word.
 */
import { Cache } from './cache.ts'
import type { Database, Statement } from './database.ts'
import { prepareArrays } from './rows.ts'

const cachedWords = 32_768
/** Longer ones, mostly contexts, are read each time: the cache is bounded by number, not size. */
const longestCached = 1_000

export class Words {
  readonly #select: Statement
  readonly #selectText: Statement
  readonly #ids = new Cache<string, number>(cachedWords)
  readonly #texts = new Cache<number, string>(cachedWords)

  constructor(database: Database) {
    this.#select = prepareArrays(database, 'SELECT id FROM word WHERE text = ?')
    this.#selectText = prepareArrays(database, 'SELECT text FROM word WHERE id = ?')
  }

  /** The number of a word; undefined where the store has never had it. */
  find(text: string | undefined): number | undefined {
    if (text === undefined) return 0
    const cached = this.#ids.get(text)
    if (cached !== undefined) return cached
    const id: number | undefined = this.#select.get(text)?.[0]
    if (id !== undefined) this.remember(id, text)
    return id
  }

  text(id: number): string | undefined {
    if (id === 0) return undefined
    const cached = this.#texts.get(id)
    if (cached !== undefined) return cached
    const text: string | undefined = this.#selectText.get(id)?.[0]
    if (text === undefined) throw new RangeError(`there is no word ${id}`)
    this.remember(id, text)
    return text
  }

  protected remember(id: number, text: string): void {
    if (text.length > longestCached) return
    this.#ids.set(text, id)
    this.#texts.set(id, text)
  }

  /** After a rollback: numbers given in the transaction are not those of the file. */
  forget(): void {
    this.#ids.clear()
    this.#texts.clear()
  }
}

/** The words of the one connection that writes. */
export class WritableWords extends Words {
  readonly #insert: Statement

  constructor(database: Database) {
    super(database)
    this.#insert = prepareArrays(database, 'INSERT INTO word (text) VALUES (?) RETURNING id')
  }

  /** The number of a word, given to it now where it has none. To be called in a transaction. */
  intern(text: string | undefined): number {
    const known = this.find(text)
    if (known !== undefined || text === undefined) return known ?? 0
    const id: number = this.#insert.get(text)[0]
    this.remember(id, text)
    return id
  }
}
