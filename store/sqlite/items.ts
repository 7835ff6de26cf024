/**
 * The items of a store: every identifier an event has named, by number. Its key is kept in two
 * parts: keys of one product or lot begin alike, so the beginning is a word and only the rest, the
 * serial mostly, is stored for each.
 */
import type { Kind } from '#epcis/identifier.ts'
import type { ItemRef } from '#trace/source.ts'
import { Cache } from './cache.ts'
import { kindCode, kindOf } from './codes.ts'
import type { Database, Statement } from './database.ts'
import { inParts, prepareArrays, prepareBulk, RowsStatement } from './rows.ts'
import type { Words, WritableWords } from './words.ts'

const cachedItems = 65_536
const cachedKeys = 262_144
const resolvedAtOnce = 512

type FoundRow = [wanted: number, id: number, kind: number]
type ItemRow = [id: number, kind: number, prefix: number, suffix: string]

/** Of rows of any number, a prefix and a suffix. */
const findSQL = (values: string): string => `
  WITH wanted (number, prefix, suffix) AS (VALUES ${values})
  SELECT wanted.number, item.id, item.kind FROM wanted
  CROSS JOIN item ON item.prefix = wanted.prefix AND item.suffix = wanted.suffix`

export class Items {
  protected readonly findRows: RowsStatement
  readonly #words: Words
  readonly #resolve: (ids: string) => ItemRow[]
  readonly #under: Statement
  readonly #cache = new Cache<number, ItemRef>(cachedItems)

  constructor(database: Database, words: Words) {
    this.#words = words
    this.findRows = new RowsStatement(database, 3, findSQL)
    this.#under = prepareArrays(
      database,
      'SELECT suffix FROM item WHERE prefix = ? AND suffix > ? AND id <= ? ORDER BY suffix LIMIT ?',
    )
    this.#resolve = prepareBulk<ItemRow>(
      database,
      ['item.id', 'item.kind', 'item.prefix', 'item.suffix'],
      'FROM json_each(?) AS wanted CROSS JOIN item ON item.id = wanted.value',
    )
  }

  /** Keys below a beginning that ends where keys are split, behind a rest, up to an item. */
  under(beginning: string, after: string, limit: number, last = Number.MAX_SAFE_INTEGER): string[] {
    const prefix = this.#words.find(beginning)
    if (prefix === undefined) return []
    const rows: [suffix: string][] = this.#under.all(prefix, after, last, limit)
    return rows.map(([suffix]) => beginning + suffix)
  }

  /** The items of keys, in their order; undefined where no event has named the key. */
  find(keys: readonly string[]): (ItemRef | undefined)[] {
    const values: (number | string)[] = []
    for (const [at, key] of keys.entries()) {
      const [start, suffix] = splitKey(key)
      const prefix = this.#words.find(start)
      if (prefix !== undefined) values.push(at, prefix, suffix)
    }
    const found: (ItemRef | undefined)[] = keys.map(() => undefined)
    for (const [at, ref, kind] of this.findRows.all<FoundRow>(values)) {
      found[at] = { key: keys[at] ?? '', kind: kindOf(kind), ref }
    }
    return found
  }

  /** The items of some numbers. An unknown number is a bug and throws. */
  resolve(ids: Iterable<number>): Map<number, ItemRef> {
    const items = new Map<number, ItemRef>()
    const missing = new Set<number>()
    for (const id of ids) {
      const cached = this.#cache.get(id)
      if (cached === undefined) missing.add(id)
      else items.set(id, cached)
    }
    // In their order in the file: neighbours are read from the same page.
    const sorted = [...missing].sort((a, b) => a - b)
    for (const some of inParts(sorted, resolvedAtOnce)) {
      const rows = this.#resolve(JSON.stringify(some))
      if (rows.length !== some.length) throw new RangeError('there is no such item')
      for (const [ref, kind, prefix, suffix] of rows) {
        const item = { key: (this.#words.text(prefix) ?? '') + suffix, kind: kindOf(kind), ref }
        this.#cache.set(ref, item)
        items.set(ref, item)
      }
    }
    return items
  }

  /** After a rollback: numbers given in the transaction are not those of the file. */
  forget(): void {
    this.#cache.clear()
  }
}

/** The items of the one connection that writes. */
export class WritableItems extends Items {
  readonly #words: WritableWords
  readonly #insert: RowsStatement
  readonly #restore: RowsStatement
  readonly #last: Statement
  readonly #ids = new Cache<string, number>(cachedKeys)

  constructor(database: Database, words: WritableWords) {
    super(database, words)
    this.#words = words
    this.#insert = new RowsStatement(
      database,
      4,
      (values) => `INSERT INTO item (id, kind, prefix, suffix) VALUES ${values}`,
    )
    this.#restore = new RowsStatement(
      database,
      4,
      (values) => `INSERT OR IGNORE INTO item (id, kind, prefix, suffix) VALUES ${values}`,
    )
    this.#last = prepareArrays(database, 'SELECT coalesce(max(id), 0) FROM item')
  }

  /**
   * The numbers of keys, in their order, given to them now where they have none: in the order of
   * their first mention. To be called in a transaction.
   */
  intern(named: readonly { readonly key: string; readonly kind: Kind }[]): number[] {
    const missing = new Map<string, NewItem>()
    const ids = named.map(({ key, kind }) => {
      const id = this.#ids.get(key)
      if (id === undefined && !missing.has(key)) missing.set(key, this.#newItem(key, kind))
      return id
    })
    if (missing.size === 0) return ids.map((id) => id ?? 0)
    this.#findStored(missing)
    this.#insertRest(missing)
    for (const [key, { id }] of missing) this.#ids.set(key, id)
    return ids.map((id, at) => id ?? missing.get(named[at]?.key ?? '')?.id ?? 0)
  }

  /** Items with the numbers that they had in another file. To be called in a transaction. */
  restore(items: readonly ItemRef[]): void {
    const values = items.flatMap(({ ref, key, kind }) => {
      const [start, suffix] = splitKey(key)
      return [ref, kindCode(kind), this.#words.intern(start), suffix]
    })
    this.#restore.run(values)
  }

  /** The number of the last item; 0 where there is none. */
  last(): number {
    return this.#last.get()[0]
  }

  override forget(): void {
    super.forget()
    this.#ids.clear()
  }

  #newItem(key: string, kind: Kind): NewItem {
    const [start, suffix] = splitKey(key)
    return { id: 0, kind: kindCode(kind), prefix: this.#words.intern(start), suffix }
  }

  #findStored(missing: ReadonlyMap<string, NewItem>): void {
    const items = [...missing.values()]
    const values = items.flatMap(({ prefix, suffix }, at) => [at, prefix, suffix])
    for (const [at, id] of this.findRows.all<FoundRow>(values)) {
      const item = items[at]
      if (item !== undefined) item.id = id
    }
  }

  #insertRest(missing: ReadonlyMap<string, NewItem>): void {
    let last = this.last()
    const values: (number | string)[] = []
    for (const item of missing.values()) {
      if (item.id !== 0) continue
      item.id = ++last
      values.push(item.id, item.kind, item.prefix, item.suffix)
    }
    this.#insert.run(values)
  }
}

interface NewItem {
  /** 0 until it is known. */
  id: number
  readonly kind: number
  readonly prefix: number
  readonly suffix: string
}

/** Splits a key behind its last `/`, of a URN behind its last `:`. */
function splitKey(key: string): [prefix: string, suffix: string] {
  const slash = key.lastIndexOf('/')
  const end = (slash < 0 ? key.lastIndexOf(':') : slash) + 1
  return [key.slice(0, end), key.slice(end)]
}
