/**
 * What stands behind look-ups: chains, temperature curves and names, as the server has answered
 * them, so that an item that is looked up again without a network shows what it showed before.
 * They lie in a database of their own: it may be full or lost, and reports that wait are neither.
 * Bounded in bytes, packed; the oldest goes first. Forgotten when the session ends.
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import { forgetAtEnd } from '../shell/end-session.ts'
import { orKept } from './patience.ts'
import { type Sized, tooMuch } from './too-much.ts'

interface Packed extends Sized {
  /** JSON, packed by gzip. */
  readonly bytes: ArrayBuffer
}

interface Answers extends DBSchema {
  answers: { key: string; value: Packed }
  /** The same without their bytes, to be counted quickly. */
  sizes: { key: string; value: Sized }
}

/** An answer, and when it was given where that is not now. */
export interface Aged<T> {
  readonly value: T
  /** Milliseconds since 1970. */
  readonly keptAt?: number
}

export const MOST_BYTES = 20_000_000
/** One answer must not drive out all others. */
const MOST_OF_ONE = MOST_BYTES / 4

let opened: Promise<IDBPDatabase<Answers>> | undefined

function answers(): Promise<IDBPDatabase<Answers>> {
  opened ??= openDB<Answers>('suyuan-answers', 1, {
    upgrade(database) {
      database.createObjectStore('answers', { keyPath: 'name' })
      database.createObjectStore('sizes', { keyPath: 'name' })
    },
  })
  return opened
}

/** What the server answers; without an answer what it answered the last time. Throws Refused. */
export function askedOrKept<T>(name: string, ask: () => Promise<T>): Promise<Aged<T>> {
  const asked = ask().then((value): Aged<T> => {
    // Without room in the browser, or in a private window, there is nothing to go back to.
    keep(name, value).catch(() => undefined)
    return { value }
  })
  return orKept(asked, () => kept<T>(name))
}

async function keep(name: string, value: unknown): Promise<void> {
  const bytes = await packed(value)
  const size = bytes.byteLength
  if (size > MOST_OF_ONE) return
  const about = { name, at: Date.now(), size }
  const change = (await answers()).transaction(['answers', 'sizes'], 'readwrite')
  const [whole, sizes] = [change.objectStore('answers'), change.objectStore('sizes')]
  await whole.put({ ...about, bytes })
  await sizes.put(about)
  for (const one of tooMuch(await sizes.getAll(), MOST_BYTES)) {
    await whole.delete(one.name)
    await sizes.delete(one.name)
  }
  await change.done
}

async function kept<T>(name: string): Promise<Aged<T> | undefined> {
  const found = await (await answers()).get('answers', name)
  return found && { value: await unpacked<T>(found.bytes), keptAt: found.at }
}

/** How many bytes all of them take. */
export async function bytesKept(): Promise<number> {
  const sizes = await (await answers()).getAll('sizes')
  return sizes.reduce((sum, { size }) => sum + size, 0)
}

function packed(value: unknown): Promise<ArrayBuffer> {
  const text = new Blob([JSON.stringify(value)])
  return new Response(text.stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer()
}

function unpacked<T>(bytes: ArrayBuffer): Promise<T> {
  const text = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new Response(text).json()
}

forgetAtEnd(async () => {
  const change = (await answers()).transaction(['answers', 'sizes'], 'readwrite')
  await change.objectStore('answers').clear()
  await change.objectStore('sizes').clear()
  await change.done
})
