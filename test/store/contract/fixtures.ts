/** What the parts of the trail contract share: stores to open, events to put into them. */
import { createHash } from 'node:crypto'
import { afterEach, beforeEach } from 'vitest'
import type {
  Applied,
  NewEvent,
  NewMember,
  Reading,
  TrailReader,
  TrailWriter,
} from '#store/trail.ts'
import type { ItemRef, Role, TrailRow, TrailSource } from '#trace/source.ts'

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

/** 2025-01-01T00:00:00Z */
export const baseUs = 1_735_689_600_000_000

export function serial(n: number): string {
  return `https://id.gs1.org/01/09521321000013/21/S${n}`
}

export function member(key: string, role: Role = 'object'): NewMember {
  return { key, kind: 'instance', role }
}

/** Event `n`: its identity, times and item follow from n unless something else is said. */
export function event(n: number, said: Partial<NewEvent> = {}): NewEvent {
  const digest = createHash('sha256').update(`event ${n}`).digest('hex')
  const eventID = said.eventID ?? `ni:///sha-256;${digest}?ver=CBV2.0`
  return {
    eventID,
    party: 'green-farm',
    recordTimeUs: baseUs + n * 1000,
    eventTimeUs: baseUs + n * 1000,
    type: 'ObjectEvent',
    action: 'OBSERVE',
    bizStep: 'shipping',
    disposition: 'in_transit',
    readPoint: undefined,
    bizLocation: undefined,
    declaredAtUs: undefined,
    members: [member(serial(n))],
    body: JSON.stringify({ eventID, n }),
    context: undefined,
    warnings: [],
    ...said,
  }
}

/** Events `from` to `to`, both included. */
export function events(from: number, to: number, said: Partial<NewEvent> = {}): NewEvent[] {
  return Array.from({ length: to - from + 1 }, (_, at) => event(from + at, said))
}

export function reading(said: Partial<Reading> = {}): Reading {
  return {
    device: 'urn:suyuan:device:green-farm:fridge-1',
    type: 'Temperature',
    component: '',
    uom: 'CEL',
    timeUs: baseUs,
    value: 4,
    party: 'green-farm',
    ...said,
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
