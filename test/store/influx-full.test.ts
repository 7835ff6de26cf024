/** The disk of InfluxDB is full for a while. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { StoreFault } from '#store/fault.ts'
import { readInfluxTrail, writeInfluxTrail } from '#store/influx/trail.ts'
import { streamBatch } from './contract/data.ts'
import { hasInfluxd, startInflux } from './influx-server.ts'
import { expectWholeBatches } from './whole-batches.ts'

const size = 200
const mib = 1024 * 1024
/** Batches after the disk has room again. */
const further = 5

/** A disk of 64 MiB, in memory; undefined where this user may not mount one. */
function mountDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'suyuan-full-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'suyuan-test', folder])
  return mounted.status === 0 ? folder : undefined
}

describe.skipIf(!hasInfluxd())('a full disk of InfluxDB', () => {
  it('stops storing and says so; with room again everything is stored once', async (context) => {
    const disk = mountDisk()
    if (disk === undefined) {
      if (process.env['REQUIRE_ALL'] === '1') throw new Error('no disk can be mounted')
      return context.skip('no disk can be mounted: not root')
    }
    const folder = mkdtempSync(join(tmpdir(), 'suyuan-full-side-'))
    const influx = await startInflux('', disk)
    try {
      const settings = { url: influx.url, database: 'full', trailBuckets: 64 }
      const file = join(folder, 'influx.db')
      const writer = await writeInfluxTrail(file, settings, () => undefined)
      const ballast = join(disk, 'ballast')
      writeFileSync(ballast, Buffer.alloc(61 * mib))
      let n = 0
      let fault: unknown
      while (fault === undefined && n < 400) {
        fault = await writer.apply(streamBatch(n, size)).then(
          () => undefined,
          (error: unknown) => error,
        )
        if (fault === undefined) n += 1
      }
      expect(fault).toBeInstanceOf(StoreFault)
      expect(String(fault)).toMatch(/no space left on device/)
      expect(n).toBeGreaterThan(2)
      await expect(writer.apply(streamBatch(n, size))).rejects.toThrow(StoreFault)
      const held = readInfluxTrail(file, settings)
      await expectWholeBatches(held, n, size, size)
      await held.close()

      rmSync(ballast)
      // 1.x goes on refusing what belongs to a file that it could not write, until it is started
      // again. What it told to be stored while its disk was full has to outlive that.
      await influx.kill()
      await influx.start()
      for (const end = n + further; n < end; n += 1) await writer.apply(streamBatch(n, size))
      await expectWholeBatches(writer, n, size)
      await writer.close()
    } finally {
      await influx.end()
      rmSync(folder, { recursive: true })
      execFileSync('umount', ['--lazy', disk])
    }
  }, 300_000)
})
