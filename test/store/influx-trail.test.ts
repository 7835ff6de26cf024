import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { readInfluxTrail, writeInfluxTrail } from '#store/influx/trail.ts'
import type { Applied, TrailBatch, TrailWriter } from '#store/trail.ts'
import { openPair, type StoreUnderTest } from './contract/store.ts'
import { hasInfluxd, type InfluxServer, startInflux } from './influx-server.ts'
import { trailContract } from './trail-contract.ts'

let influx: InfluxServer
let stores = 0

async function openStore(as: (writer: TrailWriter) => TrailWriter): Promise<StoreUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'suyuan-trail-'))
  const file = join(folder, 'influx.db')
  stores += 1
  const settings = { url: influx.url, database: `store${stores}` }
  return openPair({
    write: async () => as(await writeInfluxTrail(file, settings, () => undefined)),
    read: () => readInfluxTrail(file, settings),
    async remove() {
      rmSync(folder, { recursive: true })
      await influx.run(`DROP DATABASE ${settings.database}`)
    },
  })
}

/** What is applied is confirmed up to the half of it, and the rest waits in the spool. */
function spoolingHalf(writer: TrailWriter): TrailWriter {
  const apply = async (batch: TrailBatch): Promise<Applied> => {
    // Minutes are brought where there is a server.
    const { minutes, ...plain } = batch
    const { events, readings } = plain
    const [ofEvents, ofReadings] = [events.length / 2, readings.length / 2].map(Math.floor)
    const first = await writer.apply({
      ...batch,
      ...{ events: events.slice(0, ofEvents), readings: readings.slice(0, ofReadings), notes: [] },
    })
    const rest = { events: events.slice(ofEvents), readings: readings.slice(ofReadings) }
    const spooled = await writer.spool?.({ ...plain, ...rest })
    if (spooled === undefined) throw new Error('there is no room in the spool')
    const isKnown = (await writer.spooledAfter()) !== undefined || rest.events.length === 0
    const isRepeat = spooled.outcomes.every(({ repeat }) => repeat)
    if (!isKnown && !isRepeat) throw new Error('the spool is empty')
    return { ...first, outcomes: [...first.outcomes, ...spooled.outcomes] }
  }
  return new Proxy(writer, {
    get(of, name) {
      if (name === 'apply') return apply
      const value: unknown = Reflect.get(of, name, of)
      return typeof value === 'function' ? value.bind(of) : value
    },
  })
}

describe.skipIf(!hasInfluxd())('with a real influxd', () => {
  beforeAll(async () => {
    influx = await startInflux()
  })
  afterAll(() => influx.end())

  trailContract('the trail store in InfluxDB', () => openStore((writer) => writer))
  trailContract('the trail store in InfluxDB with a part of it in its spool', () =>
    openStore(spoolingHalf),
  )
})
