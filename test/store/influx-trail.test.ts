import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { readInfluxTrail, writeInfluxTrail } from '#store/influx/trail.ts'
import { openPair, type StoreUnderTest } from './contract/store.ts'
import { hasInfluxd, type InfluxServer, startInflux } from './influx-server.ts'
import { trailContract } from './trail-contract.ts'

let influx: InfluxServer
let stores = 0

async function openStore(): Promise<StoreUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'suyuan-trail-'))
  const file = join(folder, 'influx.db')
  stores += 1
  const settings = { url: influx.url, database: `store${stores}` }
  return openPair({
    write: () => writeInfluxTrail(file, settings, () => undefined),
    read: () => readInfluxTrail(file, settings),
    async remove() {
      rmSync(folder, { recursive: true })
      await influx.run(`DROP DATABASE ${settings.database}`)
    },
  })
}

describe.skipIf(!hasInfluxd())('with a real influxd', () => {
  beforeAll(async () => {
    influx = await startInflux()
  })
  afterAll(() => influx.end())

  trailContract('the trail store in InfluxDB', openStore)
})
