/** How the parts of the trail contract get at the store under test. */
import { afterEach, beforeEach } from 'vitest'
import type { Applied, NewEvent, Reading, TrailReader, TrailWriter } from '#store/trail.ts'
import type { ItemRef, TrailRow, TrailSource } from '#trace/source.ts'

/** One store under test. */
export interface StoreUnderTest {
  readonly writer: TrailWriter
  /** A reader of its own, as the API has one beside the ingest worker. */
  readonly reader: TrailReader
  /** Closes both and opens the same data again. */
  reopen(): Promise<void>
  /** Closes both and removes the data. */
  end(): Promise<void>
}

export type OpenStore = () => Promise<StoreUnderTest>

/** How to get at a store whose data lie in, or beside, one folder. */
export interface StoreParts {
  write(): TrailWriter | Promise<TrailWriter>
  read(): TrailReader
  /** Removes the data; called once, with both closed. */
  remove(): void | Promise<void>
}

/** A writer and a reader of the same data, opened now and as often as is asked. */
export async function openPair({ write, read, remove }: StoreParts): Promise<StoreUnderTest> {
  let writer = await write()
  let reader = read()
  const close = async () => {
    await reader.close()
    await writer.close()
  }
  return {
    get writer() {
      return writer
    },
    get reader() {
      return reader
    },
    async reopen() {
      await close()
      writer = await write()
      reader = read()
    },
    async end() {
      await close()
      await remove()
    },
  }
}

/** An empty store for each test; to be used inside the tests only. */
export function storeForEach(open: OpenStore): StoreUnderTest {
  let store: StoreUnderTest | undefined
  const current = (): StoreUnderTest => {
    if (store === undefined) throw new Error('the store is open during a test only')
    return store
  }
  beforeEach(async () => {
    store = await open()
  })
  afterEach(async () => {
    await store?.end()
    store = undefined
  })
  return {
    get writer() {
      return current().writer
    },
    get reader() {
      return current().reader
    },
    reopen: () => current().reopen(),
    end: () => current().end(),
  }
}

/** Applies events and gives their numbers. */
export async function store(writer: TrailWriter, ...some: readonly NewEvent[]): Promise<number[]> {
  return refsOf(await writer.apply({ events: some, readings: [], follower: 'test', to: 0 }))
}

export async function storeReadings(
  writer: TrailWriter,
  ...readings: readonly Reading[]
): Promise<void> {
  await writer.apply({ events: [], readings, follower: 'test', to: 0 })
}

export function refsOf({ outcomes }: Applied): number[] {
  return outcomes.map(({ eventRef }) => eventRef)
}

export async function collect<T>(chunks: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = []
  for await (const chunk of chunks) all.push(...chunk)
  return all
}

/** The items of keys that the store knows. */
export async function itemsOf(source: TrailSource, ...keys: readonly string[]): Promise<ItemRef[]> {
  const found = await source.find(keys)
  return found.map((item, at) => {
    if (item === undefined) throw new Error(`the store does not know ${keys[at]}`)
    return item
  })
}

/** The trail of one key. */
export async function trailOf(source: TrailSource, key: string): Promise<TrailRow[]> {
  return collect(source.trail(await itemsOf(source, key)))
}
