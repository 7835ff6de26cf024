import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasInfluxd, type InfluxServer, startInflux } from '../store/influx-server.ts'
import { runCommand } from './command.ts'
import { newParty } from './devices.ts'
import { allEventIDs, post, until } from './http.ts'
import { newEvent } from './messages.ts'
import { type Program, startProgram } from './program.ts'

describe.skipIf(!hasInfluxd())("a copy of InfluxDB's own and one of Suyuan's after it", () => {
  let influx: InfluxServer
  let folder = ''
  let program: Program | undefined
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'suyuan-e2e-'))
    influx = await startInflux()
  })
  afterAll(async () => {
    await program?.end('SIGKILL')
    await influx.end()
    rmSync(folder, { recursive: true })
  })

  it('bring back all that was acknowledged before the second one began', async () => {
    const dataDir = join(folder, 'data')
    const settings = {
      INFLUX_URL: influx.url,
      INFLUX_TRAIL_BUCKETS: '64',
      JOURNAL_KEEP_BYTES: String(1024 ** 2),
    }
    const run = (...args: string[]) => runCommand(args, { DATA_DIR: dataDir, ...settings })
    const influxd = (...args: string[]) =>
      execFileSync('influxd', [...args, '-portable', '-host', influx.rpc, '-db', 'suyuan', copy], {
        stdio: 'pipe',
      })
    const copy = join(folder, 'influx-copy')
    program = await startProgram(dataDir, settings)
    const key = await newParty(program, 'farm')
    const publish = async (count: number) => {
      const events = Array.from({ length: count }, () => newEvent())
      for (const event of events) {
        const answer = program && (await post(program, '/epcis/events', key, event))
        expect(answer?.status).toBe(201)
      }
      return events.map(({ eventID }) => eventID)
    }
    const before = await publish(10)
    influxd('backup')
    const between = await publish(5)
    expect(await run('backup', join(folder, 'copy'))).toMatchObject({ code: 0 })
    await publish(3)
    await program.end('SIGTERM')
    rmSync(dataDir, { recursive: true })
    await influx.run('DROP DATABASE suyuan')

    influxd('restore')
    expect(await run('restore', join(folder, 'copy'))).toMatchObject({ code: 0 })
    const tooEarly = await run('serve')
    expect([tooEarly.code, tooEarly.stderr]).toEqual([
      1,
      expect.stringMatching(/older than the side file .*10 events of 15.*main.ts rebuild/),
    ])
    const unsound = await run('verify')
    expect([unsound.code, unsound.stdout]).toEqual([
      1,
      expect.stringMatching(/15 events looked for, 5 missing/),
    ])
    const rebuilt = await run('rebuild')
    expect([rebuilt.code, rebuilt.stdout]).toEqual([0, expect.stringMatching(/: 10 events/)])
    program = await startProgram(dataDir, settings)
    const running = program
    const stored = await until(
      () => allEventIDs(running, key),
      (eventIDs) => eventIDs.length >= 15,
    )
    expect(stored.sort()).toEqual([...before, ...between].sort())
    const next = await publish(1)
    expect(await allEventIDs(running, key)).toContain(next[0])
    const sound = await run('verify')
    expect([sound.code, sound.stdout]).toEqual([
      0,
      expect.stringMatching(/InfluxDB: 16 events looked for, 0 missing/),
    ])
    await program.end('SIGTERM')
    // Without INFLUX_URL a start would make an empty trail.db.
    const forgotten = await runCommand(['serve'], { DATA_DIR: dataDir })
    expect([forgotten.code, forgotten.stderr]).toEqual([
      1,
      expect.stringMatching(/holds influx.db with 16 events.*set INFLUX_URL/),
    ])
    expect(existsSync(join(dataDir, 'trail.db'))).toBe(false)
  }, 300_000)
})
