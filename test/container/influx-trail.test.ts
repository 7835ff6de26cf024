import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readInfluxTrail, writeInfluxTrail } from '#store/influx/trail.ts'
import { openPair, type StoreUnderTest } from '../store/contract/store.ts'
import { trailContract } from '../store/trail-contract.ts'
import { hasDocker, majorOf } from './image.ts'
import { type InfluxContainer, startInfluxContainer } from './influx-container.ts'

let influx: InfluxContainer
let stores = 0

async function openStore(): Promise<StoreUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'suyuan-trail-'))
  const file = join(folder, 'influx.db')
  stores += 1
  const settings = await influx.settings(`store${stores}`)
  return openPair({
    write: () => writeInfluxTrail(file, settings, () => undefined),
    read: () => readInfluxTrail(file, settings),
    remove: () => rmSync(folder, { recursive: true }),
  })
}

describe.skipIf(!hasDocker())('with InfluxDB in a container', () => {
  beforeAll(async () => {
    influx = await startInfluxContainer()
  }, 300_000)
  afterAll(() => influx?.end())

  trailContract('the trail store in a container', openStore)
})

describe('the major version of an image', () => {
  it.each([
    ['influxdb:1.8', 1],
    ['influxdb:2', 2],
    ['influxdb:2.7-alpine', 2],
    ['influxdb', 2],
    ['docker.io/library/influxdb:1.11-alpine', 1],
    ['influxdb:3-core', 3],
    ['quay.io/influxdb/influxdb3-core:latest', 3],
  ])('of %s is %i', (name, major) => {
    expect(majorOf(name)).toBe(major)
  })
})
