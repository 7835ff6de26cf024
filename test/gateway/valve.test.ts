import { setTimeout as sleep } from 'node:timers/promises'
import mqttPacket from 'mqtt-packet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Harness, MIB, type TestDevice } from './harness.ts'

let harness: Harness
let gate: TestDevice

beforeEach(async () => {
  harness = await Harness.start()
  gate = harness.device('farm/gate-1')
})

afterEach(() => harness.stop())

describe('while the journal has no room', () => {
  it('nothing is read, and afterwards everything arrives in order', async () => {
    const client = await harness.connected(gate)
    harness.hasRoom = () => false
    const numbers = Array.from({ length: 2_000 }, (_, index) => index + 1)
    for (const messageId of numbers) {
      client.publish({ topic: gate.topic('epcis'), payload: `${messageId}`, messageId })
    }
    await sleep(200)
    expect(client.received).toEqual([])
    expect(await harness.journalled()).toEqual([])
    expect(harness.gateway.stats()).toMatchObject({ stalled: true, received: 0, heldMessages: 0 })
    harness.hasRoom = () => true
    for (const messageId of numbers) {
      expect(await client.next('puback')).toMatchObject({ messageId })
    }
    expect((await harness.journalled()).map(({ text }) => Number(text))).toEqual(numbers)
    expect(harness.gateway.stats()).toMatchObject({ stalled: false, stalls: 1 })
  })

  it('a flood stays in the network: its senders are slowed down by TCP', async () => {
    const clients = await Promise.all(
      Array.from({ length: 20 }, (_, n) => harness.connected(gate, `${n}`)),
    )
    harness.hasRoom = () => false
    const message = mqttPacket.generate({
      cmd: 'publish',
      topic: gate.topic('epcis'),
      payload: Buffer.alloc(10_000),
      qos: 0,
      messageId: 1,
      retain: false,
      dup: false,
    })
    const flood = Buffer.concat(Array.from({ length: 1_000 }, () => message))
    const before = process.memoryUsage().arrayBuffers
    for (const { socket } of clients) socket.write(flood)
    await sleep(300)
    // One read buffer of 1 MiB for each, and what the kernel keeps; the rest is with the senders.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(clients.length * 1.5 * MIB)
    for (const { socket } of clients) expect(socket.writableLength).toBeGreaterThan(0)
    harness.hasRoom = () => true
    const received = () => harness.gateway.stats().received
    await expect.poll(received, { timeout: 20_000 }).toBe(clients.length * 1_000)
  })

  it('nobody who waits is forgotten, though there was room for one of them', async () => {
    const clients = [await harness.connected(gate, '1'), await harness.connected(gate, '2')]
    let room = 0
    harness.hasRoom = () => harness.gateway.stats().received < room
    for (const client of clients) client.publish({ topic: gate.topic('epcis') })
    await sleep(100)
    room = 1
    await Promise.race(clients.map((client) => client.next('puback')))
    await sleep(100)
    room = 2
    await expect.poll(() => harness.gateway.stats().received).toBe(2)
  })

  it('devices connect, subscribe and ping as ever', async () => {
    harness.hasRoom = () => false
    const client = await harness.connected(gate)
    expect(await client.subscribe(gate.topic('rejected'))).toEqual([1])
    for (let n = 0; n < 3; n += 1) {
      client.send({ cmd: 'pingreq' })
      expect(await client.next('pingresp')).toBeDefined()
    }
  })

  it.each(['one chunk', 'two'])(
    'a device that left with DISCONNECT loses none of what it sent in %s',
    async (chunks) => {
      const client = await harness.connected(gate)
      harness.hasRoom = () => false
      client.socket.cork()
      for (let messageId = 1; messageId <= 100; messageId += 1) {
        client.publish({ topic: gate.topic('epcis'), payload: Buffer.alloc(100), messageId })
      }
      if (chunks === 'two') {
        client.socket.uncork()
        await expect.poll(() => harness.gateway.stats().stalled).toBe(true)
      }
      client.send({ cmd: 'disconnect' })
      client.socket.end()
      await sleep(100)
      harness.hasRoom = () => true
      await expect.poll(async () => (await harness.journalled()).length).toBe(100)
      await client.closed()
    },
  )

  it('for long, the log says so, and says when it is over', async () => {
    const client = await harness.connected(gate)
    harness.hasRoom = () => false
    client.publish({ topic: gate.topic('epcis') })
    const messages = () => harness.log.map(({ msg }) => msg).join()
    await expect.poll(messages, { timeout: 5_000 }).toContain('not read until there is')
    harness.hasRoom = () => true
    await client.next('puback')
    expect(messages()).toContain('there is room again')
  })
})

describe('100,000 tiny messages at once', () => {
  it('are all acknowledged and kept, each device’s in order, with few held at a time', async () => {
    const connections = 20
    const each = 5_000
    const clients = await Promise.all(
      Array.from({ length: connections }, (_, n) => harness.connected(gate, `${n}`)),
    )
    let mostHeld = 0
    const watch = setInterval(() => {
      mostHeld = Math.max(mostHeld, harness.gateway.stats().heldMessages)
    }, 1)
    for (const [n, client] of clients.entries()) {
      const packets = Array.from({ length: each }, (_, index) =>
        mqttPacket.generate({
          cmd: 'publish',
          topic: gate.topic('epcis'),
          payload: `${n} ${index}`,
          qos: 1,
          messageId: index + 1,
          retain: false,
          dup: false,
        }),
      )
      client.socket.write(Buffer.concat(packets))
    }
    await Promise.all(
      clients.map((client) =>
        expect.poll(() => client.received.length, { timeout: 30_000 }).toBe(each),
      ),
    )
    clearInterval(watch)
    expect(mostHeld).toBeLessThan(30_000)
    const texts = (await harness.journalled()).map(({ text }) => text.split(' '))
    expect(texts).toHaveLength(connections * each)
    for (let n = 0; n < connections; n += 1) {
      const own = texts.filter(([connection]) => connection === `${n}`)
      expect(own.every(([, index], place) => Number(index) === place)).toBe(true)
    }
  })
})
