import { setTimeout as sleep } from 'node:timers/promises'
import mqttPacket from 'mqtt-packet'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Harness, MIB, type TestDevice } from './harness.ts'
import type { RawClient } from './raw-client.ts'

let harness: Harness
let gate: TestDevice

beforeEach(async () => {
  harness = await Harness.start({ maxPacketBytes: 4 * MIB })
  gate = harness.device('farm/gate-1')
})

afterEach(() => harness.stop())

/** The fixed header of a PUBLISH whose remaining length is so many bytes. */
function publishHeader(length: number): Buffer {
  const bytes = [0x32]
  for (let left = length; ; left = Math.floor(left / 128)) {
    bytes.push(left < 128 ? left : (left % 128) + 128)
    if (left < 128) return Buffer.from(bytes)
  }
}

/** Sends as fast as the gateway reads, until it closes or all is sent; gives how much went. */
async function pour(client: RawClient, bytes: number): Promise<number> {
  const chunk = Buffer.alloc(64 * 1024)
  let sent = 0
  while (sent < bytes && !client.isClosed) {
    sent += chunk.length
    if (client.socket.write(chunk)) continue
    await Promise.race([new Promise((r) => client.socket.once('drain', r)), client.closed(10_000)])
  }
  return sent
}

describe('a packet that announces 256 MiB', () => {
  it('ends its connection at its header, is told to the device and the log', async () => {
    const client = await harness.connected(gate)
    await client.subscribe(gate.topic('rejected'))
    client.socket.write(publishHeader(268_435_455))
    const told = await client.next('publish')
    if (told?.cmd !== 'publish') throw new Error('nothing was told')
    expect(JSON.parse(told.payload.toString())).toMatchObject({ code: 'packet_too_large' })
    await client.closed()
    expect(await harness.logged('packet_too_large')).toMatchObject({
      device: 'farm/gate-1',
      announcedBytes: 268_435_455,
    })
  })

  it('costs no memory, and the others go on meanwhile', async () => {
    const other = harness.device('farm/gate-2')
    const bystander = await harness.connected(other)
    const greedy = await Promise.all([1, 2, 3, 4].map((n) => harness.connected(gate, `${n}`)))
    const before = process.memoryUsage().rss
    const pouring = greedy.map((client) => {
      client.socket.write(publishHeader(268_435_455))
      return pour(client, 256 * MIB)
    })
    for (let messageId = 1; messageId <= 50; messageId += 1) {
      bystander.publish({ topic: other.topic('epcis'), messageId })
      expect(await bystander.next('puback')).toMatchObject({ messageId })
    }
    const sent = await Promise.all(pouring)
    expect(Math.max(...sent)).toBeLessThan(16 * MIB)
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * MIB)
    expect(await harness.journalled()).toHaveLength(50)
  })

  it('does not take with it what came before it in the same write', async () => {
    const client = await harness.connected(gate)
    const good = mqttPacket.generate({
      cmd: 'publish',
      topic: gate.topic('epcis'),
      payload: 'good',
      qos: 1,
      messageId: 3,
      retain: false,
      dup: false,
    })
    client.socket.write(Buffer.concat([good, publishHeader(200 * MIB)]))
    expect(await client.next('puback')).toMatchObject({ messageId: 3 })
    await client.closed()
    expect(await harness.journalled()).toHaveLength(1)
  })

  it('is refused as the first packet too', async () => {
    const client = harness.client()
    client.socket.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]))
    await client.closed()
    expect(await harness.logged('packet_too_large')).toBeDefined()
  })
})

describe('large packets', () => {
  it('up to the limit are taken whole', async () => {
    const client = await harness.connected(gate)
    const payload = Buffer.alloc(3.9 * MIB, 'x')
    client.publish({ topic: gate.topic('epcis'), payload })
    expect(await client.next('puback')).toBeDefined()
    expect((await harness.journalled())[0]?.text).toBe(payload.toString())
  })

  it('of many connections at a time all arrive, though only a few are buffered', async () => {
    const payload = Buffer.alloc(3.9 * MIB, 'x')
    const clients = await Promise.all(
      Array.from({ length: 20 }, (_, n) => harness.connected(gate, `${n}`)),
    )
    for (const client of clients) client.publish({ topic: gate.topic('epcis'), payload })
    for (const client of clients) expect(await client.next('puback', 20_000)).toBeDefined()
    expect(await harness.journalled()).toHaveLength(20)
  })

  it('that never end hold up other large ones only, and only while they last', async () => {
    const stuck = await Promise.all(
      Array.from({ length: 4 }, (_, n) => harness.connected(gate, `stuck ${n}`)),
    )
    for (const client of stuck) {
      client.socket.write(Buffer.concat([publishHeader(4 * MIB), Buffer.alloc(MIB)]))
    }
    await sleep(100)
    const small = await harness.connected(gate, 'small')
    small.publish({ topic: gate.topic('epcis'), payload: Buffer.alloc(60_000) })
    expect(await small.next('puback')).toBeDefined()
    const large = await harness.connected(gate, 'large')
    large.publish({ topic: gate.topic('epcis'), messageId: 1 })
    large.publish({ topic: gate.topic('epcis'), payload: Buffer.alloc(2 * MIB), messageId: 2 })
    expect(await large.next('puback')).toMatchObject({ messageId: 1 })
    await sleep(200)
    expect(large.received).toEqual([])
    stuck[0]?.end()
    expect(await large.next('puback')).toMatchObject({ messageId: 2 })
  })
})

describe('a large packet that does not get on', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it('ends its connection after a while, unless it is the gateway that does not read', async () => {
    const client = await harness.connected(gate)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    client.socket.write(Buffer.concat([publishHeader(MIB), Buffer.alloc(100_000)]))
    await sleep(100)
    harness.hasRoom = () => false
    vi.advanceTimersByTime(600_000)
    await sleep(100)
    expect(client.isClosed).toBe(false)
    harness.hasRoom = () => true
    vi.advanceTimersByTime(600_000)
    vi.useRealTimers()
    await client.closed()
    expect(await harness.logged('packet_too_slow')).toMatchObject({ device: 'farm/gate-1' })
  })
})

describe('bytes that are no MQTT', () => {
  it('end their own connection and nothing else', async () => {
    const other = harness.device('farm/gate-2')
    const bystander = await harness.connected(other)
    let seed = 1
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed % below
    }
    for (let round = 0; round < 300; round += 1) {
      const client = await harness.connected(gate, `${round % 4}`)
      const junk = Buffer.from(Array.from({ length: 40 }, () => random(256)))
      junk[1] = random(41)
      client.socket.write(junk)
      if (round % 4 === 3) client.end()
    }
    bystander.publish({ topic: other.topic('epcis') })
    expect(await bystander.next('puback')).toBeDefined()
    expect(await harness.logged('malformed_packet')).toMatchObject({ device: 'farm/gate-1' })
  })
})
