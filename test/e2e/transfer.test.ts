import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dataFolder } from '#store/folder.ts'
import { openSqliteTrail } from '#store/sqlite/trail.ts'
import { hasInfluxd, startInflux } from '../store/influx-server.ts'
import { runCommand } from './command.ts'
import { newParty } from './devices.ts'
import { allEventIDs, post } from './http.ts'
import { newEvent } from './messages.ts'
import { type Program, startProgram } from './program.ts'

let folder: string
let dataDir: string
let program: Program | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'suyuan-e2e-'))
  dataDir = join(folder, 'data')
})
afterEach(async () => {
  await program?.end('SIGKILL')
  program = undefined
  rmSync(folder, { recursive: true })
})

/** Starts a program that has stored some events; gives them and the key of their party. */
async function startUsed(settings = {}) {
  program = await startProgram(dataDir, settings)
  const key = await newParty(program, 'farm')
  const events = [...Array(20).keys()].map(() => newEvent())
  for (const event of events) {
    expect((await post(program, '/epcis/events', key, event)).status).toBe(201)
  }
  return { key, eventIDs: events.map(({ eventID }) => eventID).sort() }
}

describe.skipIf(!hasInfluxd())('migrate', () => {
  it('moves a used folder to InfluxDB, where the server goes on, and back again', async () => {
    const influx = await startInflux()
    try {
      const settings = { INFLUX_URL: influx.url, INFLUX_TRAIL_BUCKETS: '64' }
      const run = (...args: string[]) => runCommand(args, { DATA_DIR: dataDir, ...settings })
      const { key, eventIDs } = await startUsed()
      const busy = await run('migrate', '--from', 'sqlite', '--to', 'influx')
      expect([busy.code, busy.stderr]).toEqual([1, expect.stringMatching(/in use/)])
      await program?.end('SIGTERM')
      const moved = await run('migrate', '--from', 'sqlite', '--to', 'influx')
      expect([moved.code, moved.stdout, moved.stderr]).toEqual([
        0,
        expect.stringMatching(
          /20 events, 0 readings and 0 minutes without them copied[\s\S]*target: the same/,
        ),
        expect.stringMatching(/copying 100%[\s\S]*comparing 100%/),
      ])
      program = await startProgram(dataDir, settings)
      expect((await allEventIDs(program, key)).sort()).toEqual(eventIDs)
      const next = newEvent()
      expect((await post(program, '/epcis/events', key, next)).status).toBe(201)
      await program.end('SIGTERM')

      const ahead = await run('migrate', '--from', 'sqlite', '--to', 'influx')
      expect([ahead.code, ahead.stderr]).toEqual([1, expect.stringMatching(/ahead of the source/)])
      const { trail } = dataFolder(dataDir)
      for (const end of ['', '-wal', '-shm']) rmSync(trail + end, { force: true })
      expect(await run('migrate', '--from', 'influx', '--to', 'sqlite')).toMatchObject({ code: 0 })
      program = await startProgram(dataDir)
      expect((await allEventIDs(program, key)).sort()).toEqual([...eventIDs, next.eventID].sort())
    } finally {
      await influx.end()
    }
  }, 240_000)

  it('ends with 1 and says what the target has lost since', async () => {
    const influx = await startInflux()
    try {
      const settings = { DATA_DIR: dataDir, INFLUX_URL: influx.url, INFLUX_TRAIL_BUCKETS: '64' }
      await startUsed()
      await program?.end('SIGTERM')
      const args = ['migrate', '--from', 'sqlite', '--to', 'influx']
      expect(await runCommand(args, settings)).toMatchObject({ code: 0 })
      expect(await influx.run('DROP MEASUREMENT trail', 'suyuan')).not.toMatch(/error/)
      const lost = await runCommand(args, settings)
      expect([lost.code, lost.stderr]).toEqual([1, expect.stringMatching(/InfluxDB lacks 20/)])
    } finally {
      await influx.end()
    }
  }, 240_000)

  it('says what it does not take', async () => {
    const run = (args: string[], settings = {}) =>
      runCommand(['migrate', ...args], { DATA_DIR: dataDir, ...settings })
    const url = { INFLUX_URL: 'http://127.0.0.1:9' }
    expect(await run(['--from', 'sqlite'], url)).toMatchObject({ code: 2 })
    expect(await run(['--from', 'sqlite', '--to', 'sqlite'], url)).toMatchObject({ code: 2 })
    const none = await run(['--from', 'sqlite', '--to', 'influx'])
    expect([none.code, none.stderr]).toEqual([2, expect.stringMatching(/needs INFLUX_URL/)])
    const empty = await run(['--from', 'sqlite', '--to', 'influx'], url)
    expect([empty.code, empty.stderr]).toEqual([2, expect.stringMatching(/no .*trail\.db/)])
  })
})

describe('export and import', () => {
  it('make a store anew from the lines of another', async () => {
    const { key, eventIDs } = await startUsed()
    const file = join(folder, 'all.ndjson')
    const run = (...args: string[]) => runCommand(args, { DATA_DIR: dataDir })
    expect(await run('export', file)).toMatchObject({ code: 0 })
    const piped = await run('export', '-')
    expect(piped.stdout).toBe(readFileSync(file, 'utf8'))
    expect(existsSync(`${file}.unfinished`)).toBe(false)
    const busy = await run('import', file)
    expect([busy.code, busy.stderr]).toEqual([1, expect.stringMatching(/in use/)])
    await program?.end('SIGTERM')

    const { trail } = dataFolder(dataDir)
    rmSync(trail)
    await openSqliteTrail(trail, 'write').close()
    const made = await run('import', file)
    expect([made.code, made.stdout]).toEqual([0, expect.stringMatching(/^20 events stored, 0 rep/)])
    writeFileSync(file, `${piped.stdout}{"event":1}\n`)
    const again = await run('import', file)
    expect([again.code, again.stdout, again.stderr]).toEqual([
      1,
      expect.stringMatching(/^0 events stored, 20 repeats, 0 readings, 0 minutes, 1 refused/),
      expect.stringMatching(/line 21: bad_line: event: /),
    ])
    program = await startProgram(dataDir)
    expect((await allEventIDs(program, key)).sort()).toEqual(eventIDs)
  }, 180_000)
})
