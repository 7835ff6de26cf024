import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCommand } from './command.ts'
import { connectDevice, newDevice, newParty } from './devices.ts'
import { allEventIDs, eventsOf, get, post, queryEvents, until } from './http.ts'
import { document, newEvent } from './messages.ts'
import { freePorts, launchProgram, type Program, startProgram } from './program.ts'

const MIB = 1024 * 1024

let dataDir: string
const programs: Program[] = []
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'suyuan-e2e-'))
})
afterEach(async () => {
  for (const program of programs.splice(0)) await program.end('SIGKILL')
  rmSync(dataDir, { recursive: true })
})

async function start(settings: Record<string, string> = {}): Promise<Program> {
  const program = await startProgram(dataDir, { LOG_LEVEL: 'warn', ...settings })
  programs.push(program)
  return program
}

describe('the program', () => {
  it('stores before it ends what it had acknowledged when it was told to end', async () => {
    const program = await start()
    const key = await newParty(program, 'farm')
    const device = await newDevice(program, 'farm', 'gate')
    const client = await connectDevice(program, device, { reconnectPeriod: 0 })
    const acknowledged: string[] = []
    const publishing = [...Array(2000).keys()].map(async () => {
      const event = newEvent()
      await client.publishAsync(device.topic('epcis'), JSON.stringify(event), { qos: 1 })
      acknowledged.push(event.eventID)
    })
    await Promise.race(publishing)
    expect(await program.end('SIGTERM')).toBe(0)
    // What was not acknowledged never will be: the program is gone and the client does not return.
    client.end(true)

    const again = await start()
    expect(JSON.stringify((await get(again, '/readyz')).body)).toMatch('0 bytes behind')
    const stored = new Set(await allEventIDs(again, key))
    expect(acknowledged.length).toBeGreaterThan(0)
    expect(acknowledged.filter((eventID) => !stored.has(eventID))).toEqual([])
  })

  it('goes on after a restart: events, devices, keys and jobs are as they were', async () => {
    const first = await start()
    const key = await newParty(first, 'farm')
    const device = await newDevice(first, 'farm', 'gate')
    const captured = await post(first, '/epcis/capture', key, document(newEvent(), newEvent()))
    const job = new URL(captured.headers.get('location') ?? '').pathname
    expect(await first.end('SIGTERM')).toBe(0)

    const second = await start()
    expect((await get(second, job, key)).body).toMatchObject({ success: true, stored: 2 })
    const client = await connectDevice(second, device)
    await client.publishAsync(device.topic('epcis'), JSON.stringify(newEvent()), { qos: 1 })
    await client.endAsync()
    await until(
      () => queryEvents(second, key),
      (answer) => eventsOf(answer).length === 3,
    )
  })

  it('lets the journal go of what is stored, and of nothing before', async () => {
    const program = await start()
    await newParty(program, 'farm')
    const device = await newDevice(program, 'farm', 'gate')
    const client = await connectDevice(program, device)
    // Status messages fill the journal, and nothing else.
    for (let sent = 0; sent < 5; sent += 1) {
      await client.publishAsync(device.topic('status'), Buffer.alloc(15 * MIB), { qos: 1 })
    }
    await client.endAsync()
    await until(
      async () => readdirSync(join(dataDir, 'journal')).filter((name) => name.endsWith('.journal')),
      (segments) => segments.length === 1 && !segments[0]?.startsWith('0000000000000000'),
    )
  })

  it('refuses a second one on the same folder, by name', async () => {
    await start()
    const second = launchProgram(dataDir, await freePorts())
    programs.push(second)
    await expect(second.ready()).rejects.toThrow(/in use by process/)
  })
})

describe('the command line', () => {
  const commands = (
    'serve demo simulate verify replay rebuild migrate export import ' +
    'backup restore keys prefixes'
  ).split(' ')

  it('lists every command, and each explains itself', async () => {
    const overview = await runCommand(['--help'])
    expect(overview.code).toBe(0)
    for (const name of commands) {
      expect(overview.stdout).toContain(`  ${name} `)
      const { code, stdout } = await runCommand([name, '--help'])
      expect(code).toBe(0)
      expect(stdout).toMatch(new RegExp(`^Usage: main.ts ${name}`))
    }
  }, 240_000)

  it('names what is wrong with arguments and settings, and starts nothing', async () => {
    const wrong = [
      [['fly'], {}, 2, /Usage: main.ts <command>/],
      [[], {}, 2, /Usage: main.ts <command>/],
      [['serve', '--fast'], {}, 2, /--fast/],
      [['backup'], {}, 2, /<folder>/],
      [['keys', 'lose'], {}, 2, /no action "lose"/],
      [['serve'], { HTTP_PORT: 'x', MQTT_PORT: '70000' }, 1, /HTTP_PORT must.*MQTT_PORT must/s],
      [['serve'], { MQTTS_PORT: '8883' }, 1, /TLS_CERT/],
      [['serve'], { ADMIN_KEY: 'short' }, 1, /ADMIN_KEY/],
    ] as const
    for (const [args, settings, code, message] of wrong) {
      const result = await runCommand(args, { DATA_DIR: dataDir, ...settings })
      expect([result.code, result.stdout]).toEqual([code, ''])
      expect(result.stderr).toMatch(message)
    }
  }, 180_000)
})
