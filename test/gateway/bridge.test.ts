/** Against brokers that say exactly what a broker may say, and note what they hear. */
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate, type Packet, parser } from 'mqtt-packet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Bridge, startBridge } from '#gateway/bridge.ts'
import { type BridgeSettings, readBridges } from '#gateway/bridge-settings.ts'
import type { JournalEntry } from '#store/journal/record.ts'
import type { Registry } from '#store/registry.ts'
import { openRegistry } from '#store/registry.ts'
import { createLog } from '../../log.ts'

type Callback = (error?: Error) => void

let directory: string
let registry: Registry
let bridge: Bridge | undefined
let entries: JournalEntry[]
let callbacks: Callback[]
let hasRoom: boolean
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'suyuan-bridge-'))
  registry = openRegistry(join(directory, 'registry.db'))
  bridge = undefined
  entries = []
  callbacks = []
  hasRoom = true
  for (const slug of ['farm', 'mill']) {
    registry.parties.put({ slug, name: slug, domain: 'food' })
  }
})
afterEach(async () => {
  for (const callback of callbacks.splice(0)) callback()
  await bridge?.close()
  registry.close()
  rmSync(directory, { recursive: true })
})

function device(party: string, slug: string, ...topics: readonly string[]): void {
  registry.devices.put({
    ...{ party, site: 'barn', device: slug, name: slug, enabled: true },
    topics: topics.map((topic) => ({ topic, channel: 'telemetry' })),
  })
}

/** A broker that lets one client in and hands out messages one by one. */
async function broker(version: 4 | 5) {
  const heard: Packet[] = []
  let client: Socket | undefined
  const options = { protocolVersion: version }
  const server = createServer((socket) => {
    client = socket
    const read = parser(options)
    socket.on('data', (chunk) => read.parse(chunk))
    socket.on('error', () => undefined)
    read.on('packet', (packet: Packet) => {
      heard.push(packet)
      if (packet.cmd === 'connect') {
        const code = version === 5 ? { reasonCode: 0 } : { returnCode: 0 }
        socket.write(generate({ cmd: 'connack', sessionPresent: false, ...code }, options))
      } else if (packet.cmd === 'publish' && packet.qos === 1) {
        const messageId = packet.messageId ?? 0
        socket.write(generate({ cmd: 'puback', messageId }, options))
      } else if (packet.cmd === 'subscribe') {
        const granted = packet.subscriptions.map(() => 1)
        const suback = { cmd: 'suback', messageId: packet.messageId ?? 0, granted } as const
        socket.write(generate(suback, options))
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `mqtt://127.0.0.1:${port}`,
    heard: (cmd: Packet['cmd']) => heard.filter((packet) => packet.cmd === cmd),
    drop: () => client?.destroy(),
    close: () => server.close(),
    send(topic: string, messageId: number, payload = '{}'): void {
      const packet = { cmd: 'publish', topic, payload, qos: 1, messageId } as const
      client?.write(generate({ ...packet, dup: false, retain: false }, options))
    },
  }
}

async function start(
  url: string,
  version: 4 | 5,
  more: Partial<BridgeSettings> = {},
): Promise<void> {
  const journal = {
    append(entry: JournalEntry, callback: Callback) {
      entries.push(entry)
      callbacks.push(callback)
    },
  }
  const settings = { url, version, device: 'farm/lns', topics: ['application/#'], ...more }
  const parts = {
    registry,
    journal,
    hasRoom: () => hasRoom,
    log: createLog('silent'),
    nowUs: () => 7,
  }
  bridge = await startBridge(settings, parts)
}

const soon = { timeout: 5000, interval: 10 }
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe.each([4, 5] as const)('a bridge to a broker of version %i', (version) => {
  it('acknowledges a message when the journal has it on disk, and takes the next one then', async () => {
    const other = await broker(version)
    device('farm', 'lns', 'application/1/device/+/event/up')
    await start(other.url, version)
    await expect.poll(() => other.heard('subscribe').length, soon).toBe(1)
    expect(other.heard('connect')).toMatchObject([{ clean: false, protocolVersion: version }])
    other.send('application/1/device/a/event/up', 1, 'first')
    other.send('application/1/device/b/event/up', 2, 'second')
    await expect.poll(() => entries.length, soon).toBe(1)
    await pause(100)
    expect([entries.length, other.heard('puback').length]).toEqual([1, 0])
    callbacks.shift()?.()
    await expect.poll(() => other.heard('puback'), soon).toMatchObject([{ messageId: 1 }])
    await expect.poll(() => entries.length, soon).toBe(2)
    expect(entries[0]).toMatchObject({
      ...{ kind: 'mqtt', party: 'farm', device: 'lns', receivedAtUs: 7 },
      topic: 'application/1/device/a/event/up',
      payload: Buffer.from('first'),
    })
    other.close()
    other.drop()
  })
})

describe('a bridge', () => {
  it('gives a message to the device of its own party that is registered for its topic', async () => {
    const other = await broker(5)
    device('farm', 'lns', 'application/1/device/+/event/up')
    device('farm', 'fridge', 'application/1/device/f/event/up')
    device('mill', 'thief', 'application/1/device/f/event/up', 'application/1/device/g/event/up')
    await start(other.url, 5)
    await expect.poll(() => other.heard('subscribe').length, soon).toBe(1)
    const topics = ['f/event/up', 'g/event/up', 'f/event/join']
    for (const [at, topic] of topics.entries()) {
      other.send(`application/1/device/${topic}`, at + 1)
      await expect.poll(() => callbacks.length, soon).toBe(1)
      callbacks.shift()?.()
    }
    await expect.poll(() => bridge?.taken(), soon).toBe(3)
    const owners = entries.map((entry) => `${entry.party}/${entry.device}`)
    expect(owners).toEqual(['farm/fridge', 'farm/lns', 'farm/lns'])
    other.close()
    other.drop()
  })

  it('takes nothing while the journal has no room', async () => {
    const other = await broker(4)
    device('farm', 'lns', 'application/1/device/+/event/up')
    hasRoom = false
    await start(other.url, 4)
    await expect.poll(() => other.heard('subscribe').length, soon).toBe(1)
    other.send('application/1/device/a/event/up', 1)
    await pause(250)
    expect(entries).toEqual([])
    hasRoom = true
    await expect.poll(() => entries.length, soon).toBe(1)
    other.close()
    other.drop()
  })
})

describe('a bridge that is a host application of Sparkplug', () => {
  const state = 'spBv1.0/STATE/city'
  const said = (packets: readonly Packet[]) =>
    packets.flatMap((packet) =>
      packet.cmd === 'publish' ? [[packet.topic, JSON.parse(packet.payload.toString())]] : [],
    )

  it('is online by its birth, offline by its will, and answers who says that it has gone', async () => {
    const other = await broker(4)
    await start(other.url, 4, { sparkplugHost: 'city' })
    await expect.poll(() => other.heard('publish').length, soon).toBe(1)
    const [connect] = other.heard('connect')
    const will = connect?.cmd === 'connect' ? connect.will : undefined
    expect([will?.topic, will?.qos, will?.retain]).toEqual([state, 1, true])
    const { timestamp } = JSON.parse(String(will?.payload))
    expect(JSON.parse(String(will?.payload))).toEqual({ online: false, timestamp })
    expect(other.heard('publish')).toMatchObject([{ topic: state, qos: 1, retain: true }])
    expect(said(other.heard('publish'))).toEqual([[state, { online: true, timestamp }]])
    other.send(state, 5, JSON.stringify({ online: false, timestamp: timestamp + 1 }))
    await expect.poll(() => other.heard('publish').length, soon).toBe(2)
    expect(said(other.heard('publish'))[1]).toEqual([state, { online: true, timestamp }])
    expect(entries).toEqual([])
    await bridge?.close()
    bridge = undefined
    const last = said(other.heard('publish')).at(-1)
    expect(last).toMatchObject([state, { online: false }])
    other.close()
    other.drop()
  })

  it('asks a node that has spoken through it, and no other, for its births', async () => {
    const other = await broker(5)
    device('farm', 'line', 'spBv1.0/plant/+/edge')
    await start(other.url, 5, { topics: ['spBv1.0/#'] })
    await expect.poll(() => other.heard('subscribe').length, soon).toBe(1)
    const command = {
      ...{ party: 'farm', device: 'line', topic: 'spBv1.0/plant/NCMD/edge' },
      payload: Buffer.from('births'),
    }
    expect(bridge?.publishCommand(command)).toBe(false)
    other.send('spBv1.0/plant/NDATA/edge', 1)
    await expect.poll(() => callbacks.length, soon).toBe(1)
    callbacks.shift()?.()
    expect(bridge?.publishCommand(command)).toBe(true)
    expect(bridge?.publishCommand({ ...command, device: 'lns' })).toBe(false)
    expect(bridge?.publishCommand({ ...command, party: 'mill' })).toBe(false)
    await expect
      .poll(() => other.heard('publish'), soon)
      .toMatchObject([{ topic: command.topic, qos: 0, payload: Buffer.from('births') }])
    other.close()
    other.drop()
  })
})

it('the file of bridges is told what is wrong with it', async () => {
  const file = join(directory, 'bridges.json')
  const good = { url: 'mqtt://lns:1883', device: 'farm/lns', topics: ['application/#'] }
  writeFileSync(file, JSON.stringify([good]))
  expect(await readBridges(file)).toEqual([{ ...good, version: 5 }])
  writeFileSync(file, JSON.stringify([{ ...good, device: 'lns', url: 'http://x' }]))
  await expect(readBridges(file)).rejects.toThrow(/0\.url.*0\.device: must be \{party\}/s)
  await expect(readBridges(join(directory, 'none.json'))).rejects.toThrow(/cannot be read/)
})
