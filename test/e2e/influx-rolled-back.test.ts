/** What the program does when InfluxDB is put back to an older copy while it is at work. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { hasInfluxd, type InfluxServer, startInflux } from '../store/influx-server.ts'
import { runCommand } from './command.ts'
import { newParty } from './devices.ts'
import { allEventIDs, get, post, until } from './http.ts'
import { document, newEvent } from './messages.ts'
import { type Program, startProgram } from './program.ts'

const parts = ['meta', 'data', 'wal']

async function copyOf(influx: InfluxServer, to: string): Promise<void> {
  await influx.kill()
  for (const part of parts) cpSync(join(influx.folder, part), join(to, part), { recursive: true })
  await influx.start()
}

async function putBack(influx: InfluxServer, from: string): Promise<void> {
  await influx.kill()
  for (const part of parts) {
    rmSync(join(influx.folder, part), { recursive: true })
    cpSync(join(from, part), join(influx.folder, part), { recursive: true })
  }
  await influx.start()
}

it.skipIf(!hasInfluxd())(
  'an older copy of InfluxDB is not written to, not read, and said; what comes meanwhile is kept',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'suyuan-e2e-'))
    const dataDir = join(folder, 'data')
    const influx = await startInflux()
    const settings = {
      INFLUX_URL: influx.url,
      INFLUX_TRAIL_BUCKETS: '64',
      JOURNAL_KEEP_BYTES: String(1024 ** 2),
    }
    let program: Program | undefined
    try {
      program = await startProgram(dataDir, settings)
      const running = program
      const key = await newParty(running, 'farm')
      const sent: string[] = []
      const capture = async (count: number) => {
        const events = Array.from({ length: count }, () => newEvent())
        const { status } = await post(running, '/epcis/capture', key, document(...events))
        expect(status).toBe(202)
        sent.push(...events.map(({ eventID }) => eventID))
      }
      const isAllStored = async (at: Program) => {
        const isReady = ({ status, body }: Awaited<ReturnType<typeof get>>) =>
          status === 200 && JSON.stringify(body).includes('"0 bytes behind')
        await until(() => get(at, '/readyz'), isReady)
        // Each that reads asks for itself, and no more often than once in three seconds.
        await until(
          () => get(at, '/epcis/events', key),
          ({ status }) => status === 200,
        )
        expect((await allEventIDs(at, key)).sort()).toEqual([...sent].sort())
      }
      const inDatabase = () => influx.run('SELECT count(r) FROM event', 'suyuan')
      await capture(5)
      await isAllStored(running)
      const older = join(folder, 'older')
      await copyOf(influx, older)
      await capture(5)
      await isAllStored(running)
      const newer = join(folder, 'newer')
      await copyOf(influx, newer)

      await putBack(influx, older)
      const before = await inDatabase()
      const said = /older than the side file .*5 events of 1[03].*main\.ts rebuild/
      const unready = await until(
        () => get(running, '/readyz'),
        ({ status }) => status === 503,
      )
      expect(JSON.stringify(unready.body)).toMatch(said)
      await capture(3)
      const stored = async () => {
        const { body } = await get(running, '/readyz')
        return (body['checks'] as { name: string; ok: boolean; detail: string }[])[1]
      }
      expect((await until(stored, (check) => check?.ok === false))?.detail).toMatch(said)
      const answer = await get(running, '/epcis/events', key)
      expect([answer.status, answer.body['code']]).toEqual([503, 'unavailable'])
      expect(answer.headers.get('retry-after')).not.toBe(null)
      expect((await get(running, '/livez')).status).toBe(200)
      expect(await inDatabase()).toBe(before)

      // What it lacked comes back, and all goes on by itself.
      await putBack(influx, newer)
      await isAllStored(running)

      await putBack(influx, older)
      await capture(2)
      expect(await program.end('SIGTERM')).toBe(0)
      expect(await inDatabase()).toBe(before)
      const run = (...args: string[]) => runCommand(args, { DATA_DIR: dataDir, ...settings })
      const refused = await run('serve')
      expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(said)])
      expect((await run('rebuild')).code).toBe(0)
      program = await startProgram(dataDir, settings)
      await isAllStored(program)
    } finally {
      await program?.end('SIGKILL')
      await influx.end()
      rmSync(folder, { recursive: true })
    }
  },
  300_000,
)
