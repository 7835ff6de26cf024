/**
 * Writes events through the store in InfluxDB, in turns with bare writes: the very lines that the
 * store made of them, in requests of the same sizes, sent by the client's transport to a database
 * of their own, as many at a time as the store sends, with nothing before, between or after.
 * Prints one line of JSON.
 */
import { Agent } from 'node:http'
import { join } from 'node:path'
import { InfluxDB } from '@influxdata/influxdb-client'
import { bindStore } from '#store/influx/binding.ts'
import { Connection } from '#store/influx/connection.ts'
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
/** As many as the store has. */
const requestsAtOnce = 2
const warmupBatches = 5

/** Remembers what is written. */
class Recorded extends Connection {
  readonly written: Buffer[] = []

  override write(lines: string | Uint8Array, path: string): Promise<void> {
    // The store gathers the lines of a later batch in the same memory.
    this.written.push(Buffer.from(lines))
    return super.write(lines, path)
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
    // As the follower does: one is written and one is prepared.
    let writing: Promise<unknown> | undefined
    for (const batch of made) {
      const { applied } = await writer.begin({
        ...{ events: batch, readings: [], follower: 'bench', to: 0 },
      })
      await writing
      writing = applied
    }
    await writing
  })
  bodies = connection.written.splice(0).map((lines) => lines.toString())
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
  const influxBefore = cpuSecondsOf(pid)
  const ownBefore = process.cpuUsage()
  const startedMs = performance.now()
  await work()
  const seconds = (performance.now() - startedMs) / 1000
  const own = process.cpuUsage(ownBefore)
  return {
    seconds,
    ownCpuSeconds: (own.user + own.system) / 1e6,
    influxCpuSeconds: cpuSecondsOf(pid) - influxBefore,
  }
}
