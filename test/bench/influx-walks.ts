/**
 * Fills a store in InfluxDB to growing sizes and reads at each: the trail of one item, and the
 * chain of a serial back to its origin, of some 200 nodes. Prints one line of JSON.
 */
import { join } from 'node:path'
import { readInfluxTrail, writeInfluxTrail } from '#store/influx/trail.ts'
import type { NewEvent, TrailReader, TrailWriter } from '#store/trail.ts'
import { cpuSecondsOf, type Resident, residentOf } from './children.ts'
import { bytesIn } from './program-load.ts'
import { quantile, rounded } from './report.ts'
import { trailEvents } from './trail-data.ts'
import { type BackResult, goBack, warmups } from './walk-back.ts'

export interface InfluxWalksOptions {
  /** Where the side file is made. */
  readonly folder: string
  readonly url: string
  /** Of influxd, and where its data is. */
  readonly pid: number
  readonly influxFolder: string
  /** Trail rows at which it is measured, rising. */
  readonly rowCounts: readonly number[]
}

export interface InfluxWalks {
  readonly trailRows: number
  /** Since the size before. */
  readonly rowsPerSecond: number
  readonly trail: { readonly rows: number; readonly p50Ms: number; readonly p99Ms: number }
  readonly back: BackResult
  /** Each with a reader that has read nothing yet. */
  readonly coldBack: BackResult
  /** CPU time of one walk back: of the one that walks, and of influxd. */
  readonly backCpuMs: readonly [own: number, influx: number]
  readonly resident: Resident | undefined
  /** A trail row and its share of the event, in InfluxDB with its log, and in the side file. */
  readonly bytesPerRow: { readonly influx: number; readonly sideFile: number }
}

const eventsOfBatch = 2_000
const backs = 100
const colds = 30
const trails = 500
/** One serial in so many is remembered, from the beginning to the end. */
const serialEvery = 50

const { folder, url, pid, influxFolder, rowCounts }: InfluxWalksOptions = JSON.parse(
  process.argv[2] ?? '{}',
)
const file = join(folder, 'influx.db')
const settings = { url, database: 'trace' }
const writer = await writeInfluxTrail(file, settings, () => undefined)
const events = trailEvents({ seed: 'bench' })
const serials: string[] = []
let seen = 0
const results: InfluxWalks[] = []
for (const rowCount of rowCounts) results.push(await measureAt(rowCount))
await writer.close()
process.stdout.write(`${JSON.stringify(results)}\n`)

async function measureAt(rowCount: number): Promise<InfluxWalks> {
  const before = (await writer.counts()).trailRows
  const startedMs = performance.now()
  await grow(writer, rowCount)
  const seconds = (performance.now() - startedMs) / 1000
  const { trailRows, bytes } = await writer.counts()
  const reader = readInfluxTrail(file, settings)
  const trail = await readTrails(reader)
  const own = process.cpuUsage()
  const influx = cpuSecondsOf(pid)
  const some = spread(warmups + backs)
  const back = await goBack(reader, some)
  const { user, system } = process.cpuUsage(own)
  const influxMs = (cpuSecondsOf(pid) - influx) * 1000
  await reader.close()
  const coldBack = await goBackCold()
  return {
    trailRows,
    rowsPerSecond: Math.round((trailRows - before) / seconds),
    trail,
    back,
    coldBack,
    backCpuMs: [rounded((user + system) / 1000 / some.length), rounded(influxMs / some.length)],
    resident: residentOf(pid),
    bytesPerRow: {
      influx: Math.round(sum(Object.values(bytesIn(influxFolder))) / trailRows),
      sideFile: Math.round(bytes / trailRows),
    },
  }
}

async function goBackCold(): Promise<BackResult> {
  const timesMs: number[] = []
  let nodes = 0
  for (const serial of spread(colds)) {
    const reader = readInfluxTrail(file, settings)
    const back = await goBack(reader, [serial], 0)
    await reader.close()
    timesMs.push(back.p50Ms)
    nodes += back.nodes
  }
  return {
    nodes: Math.round(nodes / colds),
    p50Ms: quantile(timesMs, 0.5),
    p99Ms: quantile(timesMs, 0.99),
  }
}

async function grow(trail: TrailWriter, rowCount: number): Promise<void> {
  while ((await trail.counts()).trailRows < rowCount) {
    const batch = Array.from({ length: eventsOfBatch }, (): NewEvent => events.next().value)
    for (const { bizStep, members } of batch) {
      const [serial] = members
      if (bizStep !== 'retail_selling' || serial === undefined) continue
      seen += 1
      if (seen % serialEvery === 0) serials.push(serial.key)
    }
    await trail.apply({ events: batch, readings: [], follower: 'bench', to: 0 })
  }
}

/** Serials from the beginning of the store to its end. */
function spread(count: number): string[] {
  const step = serials.length / count
  return Array.from({ length: count }, (_, at) => serials[Math.floor(at * step)] ?? '')
}

async function readTrails(reader: TrailReader): Promise<InfluxWalks['trail']> {
  const timesMs: number[] = []
  let rows = 0
  for (const [at, key] of spread(warmups + trails).entries()) {
    const startedMs = performance.now()
    for await (const chunk of reader.trail(
      (await reader.find([key])).flatMap((one) => one ?? []),
    )) {
      rows += chunk.length
    }
    if (at >= warmups) timesMs.push(performance.now() - startedMs)
  }
  return {
    rows: rounded(rows / (warmups + trails)),
    p50Ms: rounded(quantile(timesMs, 0.5)),
    p99Ms: rounded(quantile(timesMs, 0.99)),
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0)
}
