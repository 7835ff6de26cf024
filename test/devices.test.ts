import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dataFolder } from '#store/folder.ts'
import { openRegistry } from '#store/registry.ts'
import { openSqliteTrail } from '#store/sqlite/trail.ts'
import { runCommand } from './e2e/command.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'suyuan-devices-'))
  const registry = openRegistry(dataFolder(dataDir).registry)
  registry.parties.put({ slug: 'farm', name: 'Farm', domain: 'food' })
  registry.close()
})
afterEach(() => rmSync(dataDir, { recursive: true }))

const run = (...args: string[]) => runCommand(['devices', ...args], { DATA_DIR: dataDir })
const gate = ['--party', 'farm', '--device', 'gate', '--site', 'barn', '--name', 'Gate']

describe('devices add', () => {
  it('registers a reader, and prints what to type into it with a key that opens', async () => {
    const binding = '{"bizStep":"receiving","quietMs":5000}'
    const more = ['--format', 'impinj-r700', '--host', 'trace.example', '--binding', binding]
    const { code, stdout } = await run('add', ...gate, ...more, '--calibration-due', '2020-01-01')
    expect(code).toBe(0)
    const setting = (name: string) => new RegExp(`^ +${name} +(.+)$`, 'm').exec(stdout)?.[1] ?? ''
    expect(setting('broker address')).toBe('trace.example')
    expect(setting('user name')).toBe('farm/gate')
    expect(setting('event topic')).toBe('suyuan/v1/farm/barn/gate/reads')
    const registry = openRegistry(dataFolder(dataDir).registry)
    expect(registry.authenticateDevice('farm', 'gate', setting('password'))).toMatchObject({
      format: 'impinj-r700',
      binding: { bizStep: 'receiving', quietMs: 5000 },
      calibrationDue: '2020-01-01',
    })
    registry.close()
    const again = await run('settings', 'farm/gate')
    expect(again.stdout).toContain('suyuan/v1/farm/barn/gate/reads')
    expect(again.stdout).not.toContain(setting('password'))
    expect((await run('list')).stdout).toMatch(/farm\/gate {2}impinj-r700 {2}Gate.*OVERDUE/)
  })

  it('registers the topics and the sensors of a network server', async () => {
    const topic = 'application/7f/device/+/event/up'
    const more = ['--format', 'chirpstack-v4', '--topic', topic, '--codec', 'milesight-tlv']
    const sensor = ['--sensor', '24e124136b502217=https://id.gs1.org/8004/690123477']
    const field = ['--field', 'T1=Temperature,CEL,inside', '--field', 'battery=battery,P1']
    expect((await run('add', ...gate, ...more, ...sensor, ...field)).code).toBe(0)
    const registry = openRegistry(dataFolder(dataDir).registry)
    expect(registry.device('farm', 'gate')).toMatchObject({
      topics: [{ topic, channel: 'telemetry' }],
      sensors: [{ id: '24e124136b502217', epc: 'https://id.gs1.org/8004/690123477' }],
      fields: [
        { name: 'T1', type: 'Temperature', uom: 'CEL', component: 'inside' },
        { name: 'battery', type: 'battery', uom: 'P1' },
      ],
    })
    registry.close()
  })

  it('prints what the topics that are registered say of the device, and which it has not', async () => {
    const settings = async (...more: string[]) => (await run('add', ...gate, ...more)).stdout
    const rfd = await settings(
      '--format',
      'zebra-rfd',
      '--topic',
      'dock/DATA/clients/data1event/S1',
    )
    expect(rfd).toMatch(/^ +tenant +dock$/m)
    expect(rfd).toMatch(/^ +third publish topic.* DATA\/clients\/rfid$/m)
    expect(rfd).not.toContain('{')
    const shelly = await settings('--format', 'shelly', '--topic', 'shelly-1/events/rpc')
    expect(shelly).toMatch(/^ +MQTT prefix +shelly-1$/m)
    expect(shelly).toMatch(
      /Its topics\n +shelly-1\/events\/rpc\n +shelly-1\/online\n +shelly-1\/status\/\+$/m,
    )
    expect(shelly).not.toContain('as well: register')
    const node = ['spBv1.0/farm/+/press', 'spBv1.0/farm/+/press/+']
    const sparkplug = await settings(
      '--format',
      'sparkplug-b',
      ...node.flatMap((t) => ['--topic', t]),
    )
    expect(sparkplug).toMatch(/^ +group +farm$/m)
    expect(sparkplug).toMatch(/^ +edge node +press$/m)
    expect(sparkplug).not.toContain('as well')
    const tts = await settings('--format', 'tts-v3', '--topic', 'v3/chain@ttn/devices/+/up')
    const bridge = /\{"url".*\}$/m.exec(tts)?.[0] ?? ''
    expect(JSON.parse(bridge)).toMatchObject({
      ...{ device: 'farm/gate', username: 'chain@ttn', topics: ['v3/chain@ttn/devices/+/up'] },
    })
    expect(tts).not.toMatch(/sy_/)
    expect(await settings()).toContain('suyuan/v1/farm/barn/gate/epcis')
  })

  it('registers along with a topic those on which the device publishes by itself', async () => {
    const more = ['--format', 'shelly', '--topic', 's-1/events/rpc', '--topic', 's-1/online']
    expect((await run('add', ...gate, ...more)).code).toBe(0)
    const registry = openRegistry(dataFolder(dataDir).registry)
    expect(registry.device('farm', 'gate')?.topics).toEqual([
      { topic: 's-1/events/rpc', channel: 'telemetry' },
      { topic: 's-1/online', channel: 'status' },
      { topic: 's-1/status/+', channel: 'telemetry' },
    ])
    registry.close()
  })

  it('warns where nothing is made of the reads of a reader', async () => {
    const reader = ['--format', 'impinj-r700']
    const { stdout } = await run('add', ...gate, ...reader)
    expect(stdout).toMatch(/no --binding.*reads_not_supported/)
    expect((await run('settings', 'farm/gate')).stdout).toContain('reads_not_supported')
    const bound = await run('add', ...gate, ...reader, '--binding', '{"bizStep":"receiving"}')
    expect([bound.code, bound.stdout.includes('reads_not_supported')]).toEqual([0, false])
  })

  it('says what is wrong with the command line', async () => {
    const wrong = await run('add', ...gate, '--format', 'zebra')
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('--format')])
    const broken = await run('add', ...gate, '--binding', '{')
    expect([broken.code, broken.stderr]).toEqual([
      2,
      expect.stringMatching(/^--binding is not JSON/),
    ])
    const refused = async (...more: string[]) => (await run('add', ...gate, ...more)).stderr
    expect(await refused('--binding', '{"bizStep":"recieving"}')).toMatch(/^--binding: .*recieving/)
    expect(await refused('--calibration-due', 'soon')).toMatch(/^--calibration-due: /)
    expect(await refused('--sensor', 'abc')).toBe('--sensor is ID=KEY, not abc\n')
    expect(await refused('--field', 'T1')).toMatch(/^--field is NAME=TYPE/)
    expect(await refused('--field', 'T1=Temperature,celsius')).toMatch(/^--field: must be a code/)
    expect(await refused('--topic', '#')).toMatch(/^--topic: must name a topic/)
    expect(await refused('--frmat', 'x')).toMatch(/^Unknown option '--frmat'.{0,150}\n$/)
    expect((await run('add', '--party', 'farm')).stderr).toMatch(/^--device is needed$/m)
    expect((await run('apart', 'farm/none')).stderr).toBe('there is no device farm/none\n')
  })
})

it('devices apart tells the tags of which no event was made', async () => {
  await run('add', ...gate)
  const trail = openSqliteTrail(dataFolder(dataDir).trail, 'write')
  const key = 'device farm/gate apart urn:epc:raw:96.xAA'
  const text = '["foreign",0,1000000,7]'
  const notes = [
    { key, text },
    { key: 'device farm/gate2 apart x', text },
  ]
  await trail.apply({ events: [], readings: [], notes, follower: 'ingest', to: 1 })
  await trail.close()
  expect((await run('apart', 'farm/gate')).stdout).toBe(
    'foreign  urn:epc:raw:96.xAA  1970-01-01T00:00:00.000Z  1970-01-01T00:00:01.000Z  7\n',
  )
})
