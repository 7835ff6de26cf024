/**
 * What a recall costs: finds out the scope of a lot that went into more and more serials, with who
 * has each, through the real tracer and files, beside a walk over the same that keeps nothing. Then
 * asks whether single items are recalled. Prints one line of JSON. Needs --expose-gc.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { RecallTracer } from '#ingest/recalls/tracer.ts'
import { RecallWriter } from '#store/recalls/writer.ts'
import { openRegistry } from '#store/registry.ts'
import { openSqliteTrail } from '#store/sqlite/trail.ts'
import type { NewEvent, TrailReader } from '#store/trail.ts'
import { walkBatches } from '#trace/walk.ts'
import { heldBytes, mib } from './memory.ts'
import { quantile, rounded } from './report.ts'
import { productMadeIn, productsSharing, sharedLotOf, withSharedLots } from './shared-lots.ts'
import { trailEvents } from './trail-data.ts'

export interface RecallScopesOptions {
  /** Where the files are made. */
  readonly folder: string
  /** Serials that a recall reaches, rising; sizes that shared-lots.ts has. */
  readonly sizes: readonly number[]
}

export interface RecallScopeResult {
  readonly items: number
  readonly walkSeconds: number
  readonly scopeSeconds: number
  /** Most memory that was held while it was found out, garbage excluded, over that before it. */
  readonly heldMiB: number
  readonly bytesPerItem: number
  /** Whether an item is recalled. */
  readonly lookP50Ms: number
  readonly lookP99Ms: number
}

const batchEvents = 500
const looks = 2_000
const LOOK_EVERY_MS = 1_000
const nowUs = () => Date.now() * 1000

const { folder, sizes }: RecallScopesOptions = JSON.parse(process.argv[2] ?? '{}')
const file = join(folder, 'trail.db')
/** One serial of each product that is in the largest recall. */
const serials: { readonly product: number; readonly key: string }[] = []
await build(Math.max(...sizes))
const trail = openSqliteTrail(file, 'read')
const registry = openRegistry(join(folder, 'registry.db'), { nowUs })
const recallsFile = join(folder, 'recalls.db')
const recalls = new RecallWriter(recallsFile)
const tracer = new RecallTracer({ trail, recalls, registry, nowUs })
const results: RecallScopeResult[] = []
for (const size of sizes) results.push(await measure(size))
recalls.close()
registry.close()
await trail.close()
process.stdout.write(`${JSON.stringify(results)}\n`)

/** Stores events until so many serials share a lot. */
async function build(most: number): Promise<void> {
  const writer = openSqliteTrail(file, 'write')
  const events = withSharedLots(trailEvents({ seed: 'bench' }))
  const wanted = productsSharing(most)
  const made = new Set<number>()
  while (made.size < wanted) {
    const batch: NewEvent[] = []
    while (batch.length < batchEvents) {
      const event: NewEvent | undefined = events.next().value
      if (event === undefined) throw new Error('the stream of events has an end')
      batch.push(event)
      const product = productMadeIn(event)
      if (product === undefined || product >= wanted) continue
      made.add(product)
      const serial = event.members.find((each) => each.kind === 'instance')
      if (serial) serials.push({ product, key: serial.key })
    }
    await writer.apply({ events: batch, readings: [], follower: 'bench', to: 0 })
  }
  await writer.close()
}

async function measure(size: number): Promise<RecallScopeResult> {
  const lot = sharedLotOf(size)
  const walkSeconds = await secondsOf(() => walkOver(trail, lot))
  const bytesBefore = bytesOf()
  const id = make(lot)
  const scopeSeconds = await secondsOf(() => trace(id))
  const bytes = bytesOf() - bytesBefore
  const { tiers } = countsOf(id) ?? {}
  if (!tiers) throw new Error('the scope is not known')
  const items = tiers.proven + tiers.inferred + tiers.possible
  const by = 'regulator:k2'
  recalls.act({ recall: id, action: 'approve', version: 1, reason: '', by }, nowUs())
  const times = look(size)
  return {
    items,
    walkSeconds,
    scopeSeconds,
    heldMiB: await heldWhileTracing(lot),
    bytesPerItem: Math.round(bytes / items),
    lookP50Ms: rounded(quantile(times, 0.5)),
    lookP99Ms: rounded(quantile(times, 0.99)),
  }
}

/** Until the scope of a recall is known: what came late to others is looked for in between. */
async function trace(recall: string): Promise<void> {
  while (countsOf(recall) === undefined) {
    if (!(await tracer.advance())) throw new Error('the scope is not found out')
  }
}

function countsOf(recall: string) {
  const [version] = recalls.reader.versions(recall)
  return version?.state === 'known' ? version.counts : undefined
}

/** Finds it out once more, and looks every second at what is held. */
async function heldWhileTracing(lot: string): Promise<number> {
  const id = make(lot)
  const beforeBytes = heldBytes()
  let mostBytes = beforeBytes
  const watching = setInterval(() => {
    mostBytes = Math.max(mostBytes, heldBytes())
  }, LOOK_EVERY_MS)
  await trace(id)
  clearInterval(watching)
  return rounded((mostBytes - beforeBytes) / mib)
}

function make(key: string): string {
  const made = recalls.create(
    {
      text: {
        ...{ title: '', reason: '', instructions: '', depth: 'retail', level: 'A' },
        levelPercent: undefined,
      },
      ...{ isDrill: false, recallClass: 'I', law: undefined, domain: 'food', product: undefined },
      ...{
        alerts: [],
        returnsTo: [],
        decidedUs: nowUs(),
        by: 'regulator:k1',
        suspects: [{ kind: 'key', key }],
      },
      assume: { sameLineAndDay: false, carryOverHours: 0 },
    },
    'seed',
    nowUs(),
  )
  if (!made.ok) throw new Error(made.code)
  return made.recall
}

/** Serials all over the store, one in so many of them recalled: how long each look takes. */
function look(size: number): number[] {
  const shared = serials.filter(({ product }) => product < productsSharing(size))
  return Array.from({ length: looks }, (_, at) => {
    const { key = '' } = shared[(at * 7919) % shared.length] ?? {}
    const startedMs = performance.now()
    if (recalls.reader.blocks([key]).length === 0) throw new Error(`${key} is not recalled`)
    return performance.now() - startedMs
  })
}

async function walkOver(reader: TrailReader, lot: string): Promise<void> {
  let nodes = 0
  for await (const batch of walkBatches(reader, lot, { direction: 'forward' })) {
    nodes += batch.length
  }
  if (nodes === 0) throw new Error(`nothing came of ${lot}`)
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const startedMs = performance.now()
  await work()
  return rounded((performance.now() - startedMs) / 1000)
}

function bytesOf(): number {
  return ['', '-wal'].reduce((sum, side) => {
    return sum + (statSync(`${recallsFile}${side}`, { throwIfNoEntry: false })?.size ?? 0)
  }, 0)
}
