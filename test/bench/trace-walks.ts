/**
 * Tracing in a store that grows: builds a trail store event by event through its own writer, and at
 * each size goes back from serials and forward from lots, through a reader of its own as the API
 * has one. Prints one line of JSON, a StoreResult for each size. Needs --expose-gc.
 */
import { join } from 'node:path'
import { openSqliteTrail } from '#store/sqlite/trail.ts'
import type { NewEvent, TrailReader, TrailWriter } from '#store/trail.ts'
import { walk } from '#trace/walk.ts'
import { heldBytes, mib } from './memory.ts'
import { median, rounded } from './report.ts'
import {
  productMadeIn,
  productsSharing,
  sharedBy,
  sharedLotOf,
  withSharedLots,
} from './shared-lots.ts'
import { trailEvents } from './trail-data.ts'
import { type BackResult, goBack, warmups } from './walk-back.ts'

export interface WalksOptions {
  /** Where trail.db is made. */
  readonly folder: string
  /** Trail rows at which it is measured, rising. */
  readonly rowCounts: readonly number[]
}

export interface StoreResult {
  readonly trailRows: number
  readonly events: number
  readonly bytesPerEvent: number
  /** Since the size before. */
  readonly buildEventsPerSecond: number
  readonly back: BackResult
  readonly forward: readonly ForwardResult[]
  /** Serials that were gone back from, for doing the same over HTTP. */
  readonly serials: readonly string[]
}

export interface ForwardResult {
  readonly serials: number
  readonly seconds: number
  /** Most memory that was held at any time of the walk, garbage excluded, over that before it. */
  readonly heldMiB: number
}

const batchEvents = 500
const backs = 200
const forwards = 3

const { folder, rowCounts }: WalksOptions = JSON.parse(process.argv[2] ?? '{}')
const file = join(folder, 'trail.db')
const writer = openSqliteTrail(file, 'write')
const events = withSharedLots(trailEvents({ seed: 'bench' }))
/** The products whose serials are in the store, each with one of them. */
const made: { product: number; serial: string }[] = []
const results: StoreResult[] = []
for (const rowCount of rowCounts) results.push(await measureAt(rowCount))
await writer.close()
process.stdout.write(`${JSON.stringify(results)}\n`)

async function measureAt(rowCount: number): Promise<StoreResult> {
  const startedMs = performance.now()
  const before = await writer.counts()
  await grow(writer, rowCount)
  const counts = await writer.counts()
  const buildSeconds = (performance.now() - startedMs) / 1000
  const reader = openSqliteTrail(file, 'read')
  const serials = made.slice(-(warmups + backs)).map(({ serial }) => serial)
  const back = await goBack(reader, serials)
  const forward: ForwardResult[] = []
  for (const count of sharedBy) {
    const sharing = made.filter(({ product }) => product < productsSharing(count))
    if (sharing.length === productsSharing(count)) forward.push(await goForward(reader, count))
  }
  await reader.close()
  return {
    trailRows: counts.trailRows,
    events: counts.events,
    bytesPerEvent: Math.round(counts.bytes / counts.events),
    buildEventsPerSecond: Math.round((counts.events - before.events) / buildSeconds),
    back,
    forward,
    serials,
  }
}

async function grow(trail: TrailWriter, rowCount: number): Promise<void> {
  while ((await trail.counts()).trailRows < rowCount) {
    const batch: NewEvent[] = []
    while (batch.length < batchEvents) {
      const event = events.next().value
      if (event === undefined) throw new Error('the stream of events has an end')
      batch.push(event)
      note(event)
    }
    await trail.apply({ events: batch, readings: [], follower: 'bench', to: 0 })
  }
}

function note(event: NewEvent): void {
  const product = productMadeIn(event)
  const serial = event.members.find(({ kind }) => kind === 'instance')
  if (product !== undefined && serial !== undefined) made.push({ product, serial: serial.key })
}

/** Some times to see how long it takes, and once with a look at what it holds. */
async function goForward(reader: TrailReader, count: number): Promise<ForwardResult> {
  const times: number[] = []
  let serials = 0
  while (times.length < forwards) {
    const startedMs = performance.now()
    serials = await countForward(reader, count, () => {})
    times.push((performance.now() - startedMs) / 1000)
  }
  const seconds = rounded(median(times))
  const beforeBytes = heldBytes()
  let mostBytes = beforeBytes
  let parts = 0
  const everyParts = Math.ceil(serials / 10)
  await countForward(reader, count, () => {
    parts += 1
    if (parts % everyParts === 0) mostBytes = Math.max(mostBytes, heldBytes())
  })
  return { serials, seconds, heldMiB: rounded((mostBytes - beforeBytes) / mib) }
}

/** Gives the number of serials found. */
async function countForward(
  reader: TrailReader,
  count: number,
  onPart: () => void,
): Promise<number> {
  let serials = 0
  for await (const part of walk(reader, sharedLotOf(count), { direction: 'forward' })) {
    onPart()
    if (part.part === 'node' && part.kind === 'instance') serials += 1
  }
  return serials
}
