/**
 * Writes events through the store in InfluxDB, in turns with bare writes: the very lines that the
 * store made of them, in requests of the same sizes, sent by the client's transport to a database
 * of their own, as many at a time as the store sends, with nothing before, between or after.
 * InfluxDB goes on after the last answer, with what it keeps in memory and what it merges. A round
 * begins once that is over, or one would pay for the other, and the shorter ones least; its CPU
 * time counts until then. Prints one line of JSON.
 */
import { Agent } from 'node:http'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { InfluxDB } from '@influxdata/influxdb-client'
import { BEGUN_AT_ONCE } from '#ingest/follower.ts'
import { bindStore } from '#store/influx/binding.ts'
import { Connection } from '#store/influx/connection.ts'
import { requestsAtOnce } from '#store/influx/delivery.ts'
import { openLedger } from '#store/influx/ledger-file.ts'
import { InfluxTrailWriter } from '#store/influx/writer.ts'
import type { NewEvent } from '#store/trail.ts'
import { cpuSecondsOf } from './children.ts'
import { trailEvents } from './trail-data.ts'

export interface WritesOptions {
  /** Where the side file is made. */
  readonly folder: string
  readonly url: string
  /** Of influxd. */
  readonly pid: number
  readonly rounds: number
  readonly batchesOfRound: number
}

/** One round of one of the two. */
export interface WriteRound {
  readonly trailRows: number
  readonly seconds: number
  /** CPU time of the one that writes, and of influxd meanwhile. */
  readonly ownCpuSeconds: number
  readonly influxCpuSeconds: number
}

export interface WritesResult {
  readonly store: readonly WriteRound[]
  readonly bare: readonly WriteRound[]
}

/** What the follower reads at once. */
const eventsOfBatch = 2_000
const warmupBatches = 5

/** Of all requests of a round; a trail row takes some 260 bytes, its share of the event with it. */
const recordedBytes = 256 * 1024 * 1024

/** Remembers what is written, in memory that has been touched: to take it anew would be counted. */
class Recorded extends Connection {
  readonly #memory = Buffer.alloc(recordedBytes, 1)
  #end = 0
  #written: Buffer[] = []

  override write(lines: string | Uint8Array, path: string): Promise<void> {
    const bytes = typeof lines === 'string' ? Buffer.from(lines) : lines
    this.#memory.set(bytes, this.#end)
    this.#written.push(this.#memory.subarray(this.#end, this.#end + bytes.length))
    this.#end += bytes.length
    return super.write(lines, path)
  }

  /** The requests since the last call. */
  taken(): string[] {
    const all = this.#written.map((request) => request.toString())
    this.#written = []
    this.#end = 0
    return all
  }
}

const { folder, url, pid, rounds, batchesOfRound }: WritesOptions = JSON.parse(
  process.argv[2] ?? '{}',
)
const connection = new Recorded({ url, database: 'store' })
const ledger = openLedger(join(folder, 'influx.db'))
const path = await bindStore(connection, ledger, () => undefined)
const writer = new InfluxTrailWriter(
  connection,
  ledger,
  async () => path,
  () => undefined,
  0,
)
await connection.query(['CREATE DATABASE bare WITH DURATION INF SHARD DURATION 52w NAME "all"'])
const agent = new Agent({ keepAlive: true, maxSockets: requestsAtOnce })
const { transport } = new InfluxDB({ url, transportOptions: { agent } })
const events = trailEvents({ seed: 'bench' })
/** Bodies of the requests of a round. */
let bodies: string[] = []
const store: WriteRound[] = []
const bare: WriteRound[] = []
await writeRound(warmupBatches)
await writeBare(0)
for (let round = 0; round < rounds; round += 1) {
  const written = await writeRound(batchesOfRound)
  store.push(written)
  bare.push(await writeBare(written.trailRows))
}
await writer.close()
agent.destroy()
const result: WritesResult = { store, bare }
process.stdout.write(`${JSON.stringify(result)}\n`)

async function writeRound(batches: number): Promise<WriteRound> {
  const before = (await writer.counts()).trailRows
  const made = Array.from({ length: batches }, () =>
    Array.from({ length: eventsOfBatch }, (): NewEvent => events.next().value),
  )
  const round = await measured(async () => {
    // As the follower does.
    const underway: Promise<unknown>[] = []
    for (const batch of made) {
      if (underway.length === BEGUN_AT_ONCE) await underway.shift()
      const { applied } = await writer.begin({
        ...{ events: batch, readings: [], follower: 'bench', to: 0 },
      })
      underway.push(applied)
    }
    await Promise.all(underway)
  })
  bodies = connection.taken()
  return { ...round, trailRows: (await writer.counts()).trailRows - before }
}

/** Writes again what was recorded. */
async function writeBare(trailRows: number): Promise<WriteRound> {
  const left = bodies.values()
  const headers = { 'content-type': 'text/plain; charset=utf-8' }
  const writeNext = async () => {
    for (const body of left) {
      await transport.request('/write?db=bare', body, { method: 'POST', headers })
    }
  }
  const round = await measured(async () => {
    await Promise.all(Array.from({ length: requestsAtOnce }, writeNext))
  })
  bodies = []
  return { ...round, trailRows }
}

async function measured(work: () => Promise<void>): Promise<Omit<WriteRound, 'trailRows'>> {
  // What was made for the round is no garbage of the round.
  globalThis.gc?.()
  const influxBefore = cpuSecondsOf(pid)
  const ownBefore = process.cpuUsage()
  const startedMs = performance.now()
  await work()
  const seconds = (performance.now() - startedMs) / 1000
  const own = process.cpuUsage(ownBefore)
  await quiet()
  return {
    seconds,
    ownCpuSeconds: (own.user + own.system) / 1e6,
    influxCpuSeconds: cpuSecondsOf(pid) - influxBefore,
  }
}

/** Until InfluxDB has done next to nothing for a second and a half. */
async function quiet(): Promise<void> {
  for (let idle = 0; idle < 3; ) {
    const before = cpuSecondsOf(pid)
    await pause(500)
    idle = cpuSecondsOf(pid) - before < 0.05 ? idle + 1 : 0
  }
}
