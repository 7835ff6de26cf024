/**
 * Telemetry in InfluxDB: 1,000 devices that each measure once a second, and some of which a whole
 * day is stored; then the day of one device, averaged by minutes. Prints one line of JSON.
 */
import { join } from 'node:path'
import { readInfluxTrail, writeInfluxTrail } from '#store/influx/trail.ts'
import type { Reading } from '#store/trail.ts'
import { cpuSecondsOf } from './children.ts'
import { quantile, rounded } from './report.ts'

export interface InfluxTelemetryOptions {
  /** Where the side file is made. */
  readonly folder: string
  readonly url: string
  /** Of influxd. */
  readonly pid: number
  /** That all devices measure. */
  readonly seconds: number
  readonly daysOf: number
}

export interface InfluxTelemetry {
  readonly devices: number
  readonly points: number
  readonly pointsPerSecond: number
  /** CPU time of a point: of the one that writes, and of influxd. */
  readonly cpuUs: readonly [own: number, influx: number]
  readonly day: { readonly windows: number; readonly p50Ms: number; readonly p99Ms: number }
}

const devices = 1_000
/** What the follower reads at once. */
const readingsOfBatch = 2_000
const secondUs = 1_000_000
const startUs = Date.UTC(2025, 0, 1) * 1000
const dayUs = 86_400 * secondUs
const queries = 100

const { folder, url, pid, seconds, daysOf }: InfluxTelemetryOptions = JSON.parse(
  process.argv[2] ?? '{}',
)
const file = join(folder, 'influx.db')
const settings = { url, database: 'telemetry' }
const writer = await writeInfluxTrail(file, settings, () => undefined)
const influxBefore = cpuSecondsOf(pid)
const ownBefore = process.cpuUsage()
const startedMs = performance.now()
for (let second = 0; second < seconds; second += 2) {
  await write(
    Array.from({ length: readingsOfBatch }, (_, at) =>
      reading(at % devices, second + Math.floor(at / devices)),
    ),
  )
}
const elapsed = (performance.now() - startedMs) / 1000
const own = process.cpuUsage(ownBefore)
const points = (await writer.counts()).readings
const influxSeconds = cpuSecondsOf(pid) - influxBefore
for (let device = 0; device < daysOf; device += 1) {
  for (let second = seconds; second < dayUs / secondUs; second += readingsOfBatch) {
    await write(Array.from({ length: readingsOfBatch }, (_, at) => reading(device, second + at)))
  }
}
const day = await readDays()
await writer.close()
const result: InfluxTelemetry = {
  devices,
  points,
  pointsPerSecond: Math.round(points / elapsed),
  cpuUs: [rounded((own.user + own.system) / points), rounded((influxSeconds * secondUs) / points)],
  day,
}
process.stdout.write(`${JSON.stringify(result)}\n`)

async function write(readings: readonly Reading[]): Promise<void> {
  await writer.apply({ events: [], readings, follower: 'bench', to: 0 })
}

function nameOf(device: number): string {
  return `https://id.gs1.org/8004/0952132100${String(device).padStart(6, '0')}`
}

function reading(device: number, second: number): Reading {
  return {
    device: nameOf(device),
    type: 'Temperature',
    component: '',
    uom: 'CEL',
    party: 'cold-chain',
    timeUs: startUs + second * secondUs,
    value: 4 + Math.sin(second / 600 + device),
  }
}

async function readDays(): Promise<InfluxTelemetry['day']> {
  const reader = readInfluxTrail(file, settings)
  const timesMs: number[] = []
  let windows = 0
  for (let query = 0; query < queries; query += 1) {
    const asked = {
      devices: [nameOf(query % daysOf)],
      fromUs: startUs,
      toUs: startUs + dayUs - 1,
      everyUs: 60 * secondUs,
    }
    const askedMs = performance.now()
    for await (const chunk of reader.telemetry(asked)) windows += chunk.length
    timesMs.push(performance.now() - askedMs)
  }
  await reader.close()
  return {
    windows: Math.round(windows / queries),
    p50Ms: rounded(quantile(timesMs, 0.5)),
    p99Ms: rounded(quantile(timesMs, 0.99)),
  }
}
