import { mkdtempSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dataFolder } from '#store/folder.ts'
import { openSqliteTrail } from '#store/sqlite/trail.ts'
import { type CommandResult, runCommand } from './command.ts'
import { connectDevice, newDevice, newParty } from './devices.ts'
import { allEventIDs, get, post } from './http.ts'
import { document, newEvent } from './messages.ts'
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

const keep = { JOURNAL_KEEP_BYTES: String(1024 ** 3), LOG_LEVEL: 'warn' }
const run = (...args: string[]): Promise<CommandResult> => runCommand(args, { DATA_DIR: dataDir })

/** Starts a program that has stored some events and rejected one; gives the key of their party. */
async function startUsed(): Promise<{ program: Program; key: string; eventIDs: string[] }> {
  program = await startProgram(dataDir, keep)
  const key = await newParty(program, 'farm')
  const events = [...Array(20).keys()].map(() => newEvent())
  for (const event of events) {
    expect((await post(program, '/epcis/events', key, event)).status).toBe(201)
  }
  expect((await post(program, '/epcis/events', key, { type: 'ObjectEvent' })).status).toBe(400)
  return { program, key, eventIDs: events.map(({ eventID }) => eventID).sort() }
}

function segmentOf(journal: string): string {
  const name = readdirSync(journal).find((entry) => entry.endsWith('.journal'))
  return join(journal, name ?? '')
}

describe('verify', () => {
  it('finds a folder whole, also while a server is at work on it', async () => {
    const used = await startUsed()
    const [beside, missing] = [await run('verify'), /20 events of the journal followed, 0 missing/]
    expect([beside.code, beside.stdout]).toEqual([0, expect.stringMatching(missing)])
    await used.program.end('SIGTERM')
    const after = await run('verify')
    expect([after.code, after.stdout]).toEqual([0, expect.stringMatching(missing)])
  })

  it('names every acknowledged event that is not in the store', async () => {
    const { program: used, eventIDs } = await startUsed()
    await used.end('SIGTERM')
    const { trail } = dataFolder(dataDir)
    rmSync(trail)
    const empty = openSqliteTrail(trail, 'write')
    await empty.apply({ events: [], readings: [], follower: 'ingest', to: 1e9 })
    await empty.close()
    const { code, stdout } = await run('verify')
    expect(code).toBe(1)
    for (const eventID of eventIDs) expect(stdout).toContain(eventID)
    expect(stdout).toMatch(/20 missing/)
  })

  it('names the place where the journal is damaged', async () => {
    const { program: used } = await startUsed()
    await used.end('SIGTERM')
    const segment = segmentOf(join(dataDir, 'journal'))
    const file = openSync(segment, 'r+')
    writeSync(file, 'damage', Math.floor(statSync(segment).size / 2))
    const { code, stdout } = await run('verify')
    expect(code).toBe(1)
    expect(stdout).toMatch(/damaged at position/)
  })
})

describe('replay', () => {
  it('makes the store anew from the journal, with the same events', async () => {
    const { program: used, eventIDs, key } = await startUsed()
    const locked = await run('replay')
    expect([locked.code, locked.stderr]).toEqual([1, expect.stringMatching(/in use/)])
    await used.end('SIGTERM')
    rmSync(dataFolder(dataDir).trail)
    const { code, stdout } = await run('replay')
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/21 messages: 20 events stored, 0 repeats, 1 rejected/),
    ])
    expect((await run('verify')).code).toBe(0)
    program = await startProgram(dataDir, keep)
    expect((await allEventIDs(program, key)).sort()).toEqual(eventIDs)
  })

  it('adds to the store what it lacks and repeats nothing', async () => {
    const { program: used } = await startUsed()
    await used.end('SIGTERM')
    rmSync(dataFolder(dataDir).trail)
    const first = await run('replay', '--add')
    const all = /21 messages: 20 events stored, 0 repeats, 1 rejected/
    expect([first.code, first.stdout]).toEqual([0, expect.stringMatching(all)])
    const again = await run('replay', '--add')
    const nothing = /21 messages: 0 events stored, 20 repeats, 1 rejected/
    expect([again.code, again.stdout]).toEqual([0, expect.stringMatching(nothing)])
    const trail = openSqliteTrail(dataFolder(dataDir).trail, 'read')
    expect(await trail.counts()).toMatchObject({ events: 20, trailRows: 20 })
    await trail.close()
  })
})

describe('backup and restore', () => {
  it('bring back what was acknowledged before the backup, taken under load', async () => {
    const { program: used, key, eventIDs } = await startUsed()
    const device = await newDevice(used, 'farm', 'gate')
    const client = await connectDevice(used, device)
    const before: string[] = []
    let isOver = false
    const publishing = (async () => {
      while (!isOver) {
        const event = newEvent()
        await client.publishAsync(device.topic('epcis'), JSON.stringify(event), { qos: 1 })
        before.push(event.eventID)
      }
    })()
    while (before.length < 100) await new Promise(setImmediate)
    const acknowledged = [...before]
    const backup = join(folder, 'backup')
    const copied = await run('backup', backup)
    expect([copied.code, copied.stderr]).toEqual([0, expect.any(String)])
    isOver = true
    await publishing
    await client.endAsync()
    await used.end('SIGKILL')

    const occupied = await run('restore', backup)
    expect([occupied.code, occupied.stderr]).toEqual([1, expect.stringMatching(/not empty/)])
    rmSync(dataDir, { recursive: true })
    expect(await run('restore', backup)).toMatchObject({ code: 0 })
    program = await startProgram(dataDir, keep)
    const { status } = await get(program, '/v1/devices/farm/gate', key)
    expect(status).toBe(200)
    const stored = new Set(await allEventIDs(program, key))
    const wanted = [...eventIDs, ...acknowledged]
    expect(wanted.filter((eventID) => !stored.has(eventID))).toEqual([])
    const captured = await post(program, '/epcis/capture', key, document(newEvent()))
    expect(captured.status).toBe(202)
  })

  it('refuse a backup of which a byte has changed, and one that was cut short', async () => {
    const { program: used } = await startUsed()
    await used.end('SIGTERM')
    const backup = join(folder, 'backup')
    expect((await run('backup', backup)).code).toBe(0)
    rmSync(dataDir, { recursive: true })
    writeSync(openSync(join(backup, 'trail.db'), 'r+'), 'x', 5000)
    const changed = await run('restore', backup)
    expect([changed.code, changed.stderr]).toEqual([1, expect.stringMatching(/trail\.db/)])
    rmSync(join(backup, 'backup.json'))
    const cut = await run('restore', backup)
    expect([cut.code, cut.stderr]).toEqual([1, expect.stringMatching(/finished backup/)])
  })
})

describe('keys', () => {
  it('registers parties and devices and makes keys that a running server takes at once', async () => {
    program = await startProgram(dataDir, keep)
    const party = ['--slug', 'mill', '--name', 'Mill', '--domain', 'food']
    expect(await run('keys', 'add-party', ...party)).toMatchObject({ code: 0 })
    const device = ['--party', 'mill', '--device', 'gate', '--site', 'hall', '--name', 'Gate']
    const added = await run('keys', 'add-device', ...device)
    const [, password = ''] = added.stdout.trim().split(' ')
    const topic = () => 'suyuan/v1/mill/hall/gate/epcis'
    const client = await connectDevice(program, { party: 'mill', device: 'gate', password, topic })
    await client.publishAsync(topic(), JSON.stringify(newEvent()), { qos: 1 })
    await client.endAsync()

    const made = await run('keys', 'add', '--role', 'enterprise', '--party', 'mill')
    const [keyId = '', key = ''] = made.stdout.trim().split(' ')
    expect((await get(program, '/v1/rejections', key)).status).toBe(200)
    expect((await run('keys', 'list')).stdout).toContain(`${keyId} enterprise mill`)
    expect((await run('keys', 'list')).stdout).not.toContain(key)
    expect((await run('keys', 'devices')).stdout).toBe('mill/gate hall Gate\n')
    expect(await run('keys', 'revoke', keyId)).toMatchObject({ code: 0 })
    expect((await get(program, '/v1/rejections', key)).status).toBe(401)
  }, 60_000)

  it('says what it does not take', async () => {
    const role = await run('keys', 'add', '--role', 'king')
    expect([role.code, role.stderr]).toEqual([2, expect.stringMatching(/role/)])
    const party = await run('keys', 'add', '--role', 'enterprise', '--party', 'nobody')
    expect([party.code, party.stderr]).toEqual([2, expect.stringMatching(/no party nobody/)])
    const key = await run('keys', 'revoke', 'k99')
    expect([key.code, key.stderr]).toEqual([2, expect.stringMatching(/no key k99/)])
  })
})
