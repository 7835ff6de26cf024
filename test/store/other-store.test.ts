import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { dataFolder } from '#store/folder.ts'
import { openTrail } from '#store/open.ts'
import { checkStore } from '#store/other-store.ts'
import { migrate } from '#store/transfer/migrate.ts'
import { streamBatch } from './contract/data.ts'
import { hasInfluxd, type InfluxServer, startInflux } from './influx-server.ts'

describe.skipIf(!hasInfluxd())('a start on a folder that holds the other store', () => {
  let influx: InfluxServer
  let root = ''
  const sqlite = () => dataFolder(root)
  const inInflux = () => dataFolder(root, { url: influx.url, database: 'other' })
  const check = (folder: ReturnType<typeof sqlite>) => () => checkStore(folder, 'ingest')
  const apply = async (folder: ReturnType<typeof sqlite>, n: number) => {
    const writer = await openTrail(folder, 'write')
    await writer.apply(streamBatch(n, 10))
    await writer.close()
  }
  beforeAll(async () => {
    influx = await startInflux()
  })
  afterAll(() => influx.end())
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'suyuan-other-'))
  })
  afterEach(async () => {
    rmSync(root, { recursive: true })
    await influx.run('DROP DATABASE other')
  })

  it('is refused where INFLUX_URL was forgotten', async () => {
    check(sqlite())()
    check(inInflux())()
    await apply(inInflux(), 0)
    check(inInflux())()
    expect(check(sqlite())).toThrow(/influx.db with 10 events, and trail.db has none: set INFLUX_/)
  })

  it('is refused where nothing was migrated, and allowed on either side once all was', async () => {
    await apply(sqlite(), 0)
    expect(check(inInflux())).toThrow(/trail.db with 10 events.*without INFLUX_URL.*migrate/)
    const [source, target] = [
      await openTrail(sqlite(), 'read'),
      await openTrail(inInflux(), 'write'),
    ]
    await migrate(source, target, { follower: 'ingest', onProgress: () => undefined })
    await source.close()
    await target.close()
    check(sqlite())()
    check(inInflux())()
    await apply(inInflux(), 1)
    check(inInflux())()
    expect(check(sqlite())).toThrow(/trail.db has not come as far in the journal/)
  })
})
