/**
 * What ingest has to remember from one message to the next: which tags are in the field of a
 * reader, what an alias of an edge node means. The notes of one device are a scope.
 *
 * They are part of the trail store and become durable in the commit of the events that were made
 * with them and of the cursor behind their messages. So after a crash the store holds what was
 * known at its cursor, and the messages behind it are read again with that: the same messages in
 * the same order give the same events, however they were batched.
 */
import type { Note, TrailReader } from '#store/trail.ts'

/** The notes of one device, by name. */
export interface Scope {
  get(name: string): string | undefined
  set(name: string, text: string): void
  delete(name: string): void
  /** Names that begin so, as they are now. */
  names(beginning: string): string[]
  /** How many there are of these; `beginning` is one word and a blank. */
  count(beginning: string): number
}

/** More notes than this are not held at once between two commits. */
const MAX_HELD = 500_000

export class Memory {
  readonly #store: Pick<TrailReader, 'notes'>
  #scopes = new Map<string, Held>()
  #changed = new Map<string, string | undefined>()

  constructor(store: Pick<TrailReader, 'notes'>) {
    this.#store = store
  }

  /** Brings the notes of some scopes here, for `scope` to find. */
  async load(scopes: Iterable<string>): Promise<void> {
    for (const scope of scopes) {
      if (this.#scopes.has(scope)) continue
      const begin = beginningOf(scope)
      const notes = await this.#store.notes(begin)
      const held: Held = { notes: new Map(), counts: new Map() }
      for (const { key, text } of notes) put(held, key.slice(begin.length), text)
      this.#scopes.set(scope, held)
    }
  }

  /** The notes of a scope that has been loaded. */
  scope(scope: string): Scope {
    const held = this.#scopes.get(scope)
    if (held === undefined) throw new Error(`the notes of ${scope} have not been loaded`)
    const begin = beginningOf(scope)
    const { notes, counts } = held
    return {
      get: (name) => notes.get(name),
      set: (name, text) => {
        if (notes.get(name) === text) return
        put(held, name, text)
        this.#changed.set(begin + name, text)
      },
      delete: (name) => {
        if (!notes.delete(name)) return
        counts.set(kindOf(name), (counts.get(kindOf(name)) ?? 0) - 1)
        this.#changed.set(begin + name, undefined)
      },
      names: (beginning) => [...notes.keys()].filter((name) => name.startsWith(beginning)),
      count: (beginning) => counts.get(beginning) ?? 0,
    }
  }

  /** What has changed since the last commit. */
  changes(): Note[] {
    return [...this.#changed].map(([key, text]) => ({ key, text }))
  }

  /** The changes are durable. */
  keep(): void {
    this.#changed.clear()
    const held = [...this.#scopes.values()].reduce((sum, { notes }) => sum + notes.size, 0)
    if (held > MAX_HELD || this.#scopes.size > MAX_HELD) this.#scopes.clear()
  }

  /** The changes are not durable: all is read again when it is needed. */
  forget(): void {
    this.#changed.clear()
    this.#scopes.clear()
  }
}

/** The notes of a scope by name, and how many there are by the first word of it. */
interface Held {
  readonly notes: Map<string, string>
  readonly counts: Map<string, number>
}

function put({ notes, counts }: Held, name: string, text: string): void {
  if (!notes.has(name)) counts.set(kindOf(name), (counts.get(kindOf(name)) ?? 0) + 1)
  notes.set(name, text)
}

/** The first word of a name and the blank behind it. */
function kindOf(name: string): string {
  return name.slice(0, name.indexOf(' ') + 1)
}

/** A scope has no blank behind its first word; every key of it begins so, and no other. */
function beginningOf(scope: string): string {
  return `${scope} `
}

/** One note of a scope, as it is durable. */
export async function noteOf(
  store: Pick<TrailReader, 'notes'>,
  scope: string,
  name: string,
): Promise<string | undefined> {
  const key = beginningOf(scope) + name
  return (await store.notes(beginningOf(scope))).find((note) => note.key === key)?.text
}

/** The scope of one device: slugs have no blanks. */
export function scopeOf({ party, device }: { party: string; device: string }): string {
  return `device ${party}/${device}`
}
