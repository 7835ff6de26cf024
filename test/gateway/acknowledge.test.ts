import { setTimeout as sleep } from 'node:timers/promises'
import { connectAsync } from 'mqtt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Harness, type TestDevice } from './harness.ts'

let harness: Harness
let gate: TestDevice

beforeEach(async () => {
  harness = await Harness.start()
  gate = harness.device('farm/gate-1')
})

afterEach(() => harness.stop())

const texts = async () => (await harness.journalled()).map(({ text }) => text)

describe('an acknowledgement', () => {
  it('of QoS 1 comes after the message is on disk, not before', async () => {
    const client = await harness.connected(gate)
    harness.disk.hold()
    client.publish({ topic: gate.topic('epcis'), payload: 'a', messageId: 7 })
    await sleep(200)
    expect(client.received).toEqual([])
    harness.disk.letGo()
    expect(await client.next('puback')).toMatchObject({ messageId: 7 })
    expect(await harness.journalled()).toEqual([
      { party: 'farm', device: 'gate-1', topic: gate.topic('epcis'), text: 'a' },
    ])
  })

  it('of QoS 2 comes after the message is on disk, not before', async () => {
    const client = await harness.connected(gate)
    harness.disk.hold()
    client.publish({ topic: gate.topic('epcis'), payload: 'a', messageId: 7, qos: 2 })
    await sleep(200)
    expect(client.received).toEqual([])
    harness.disk.letGo()
    expect(await client.next('pubrec')).toMatchObject({ messageId: 7 })
    expect(await texts()).toEqual(['a'])
  })

  it('comes in the order of publishing, and the journal keeps that order', async () => {
    const client = await harness.connected(gate)
    const numbers = Array.from({ length: 500 }, (_, index) => index + 1)
    for (const messageId of numbers) {
      client.publish({ topic: gate.topic('epcis'), payload: `${messageId}`, messageId })
    }
    const acknowledged: unknown[] = []
    for (const _ of numbers) {
      const puback = await client.next('puback')
      if (puback?.cmd === 'puback') acknowledged.push(puback.messageId)
    }
    expect(acknowledged).toEqual(numbers)
    expect(await texts()).toEqual(numbers.map(String))
  })

  it('is given for every message of a real client, and each is in the journal once', async () => {
    const client = await connectAsync(`mqtt://127.0.0.1:${harness.port}`, { ...gate })
    const numbers = Array.from({ length: 200 }, (_, index) => index)
    await Promise.all(
      numbers.map((number) =>
        client.publishAsync(gate.topic('telemetry'), `${number}`, {
          qos: number % 2 === 0 ? 1 : 2,
        }),
      ),
    )
    await client.endAsync()
    expect((await texts()).map(Number).sort((a, b) => a - b)).toEqual(numbers)
    expect(harness.gateway.stats()).toMatchObject({ received: 200, acknowledged: 200 })
  })

  it('is given to a device that does not wait for CONNACK', async () => {
    const client = harness.client()
    client.socket.cork()
    const connected = client.connect(gate)
    for (let messageId = 1; messageId <= 200; messageId += 1) {
      client.publish({ topic: gate.topic('epcis'), payload: `${messageId}`, messageId })
    }
    client.socket.uncork()
    expect(await connected).toBe(0)
    for (let messageId = 1; messageId <= 200; messageId += 1) {
      expect(await client.next('puback')).toMatchObject({ messageId })
    }
    expect(await texts()).toHaveLength(200)
  })

  it('is not needed for QoS 0 to be kept', async () => {
    const client = await harness.connected(gate)
    client.publish({ topic: gate.topic('telemetry'), payload: 'a', qos: 0 })
    client.publish({ topic: gate.topic('telemetry'), payload: 'b', qos: 1 })
    await client.next('puback')
    expect(await texts()).toEqual(['a', 'b'])
  })

  it('is given again for a repeated QoS 2 message, which is not journalled again', async () => {
    const client = await harness.connected(gate)
    const message = { topic: gate.topic('epcis'), payload: 'a', messageId: 9, qos: 2 } as const
    client.publish(message)
    await client.next('pubrec')
    client.publish({ ...message, dup: true })
    await client.next('pubrec')
    client.send({ cmd: 'pubrel', messageId: 9 })
    await client.next('pubcomp')
    expect(await texts()).toEqual(['a'])
    client.publish({ ...message, payload: 'b', dup: true })
    await client.next('pubrec')
    expect(await texts()).toEqual(['a', 'b'])
  })

  it('is counted for those alone who could hear it, and a repeat is journalled again', async () => {
    const client = await harness.connected(gate)
    harness.disk.hold()
    client.publish({ topic: gate.topic('epcis'), payload: 'a', messageId: 7, qos: 2 })
    await sleep(100)
    client.end()
    const again = await harness.connected(gate)
    again.publish({ topic: gate.topic('epcis'), payload: 'a', messageId: 7, qos: 2, dup: true })
    harness.disk.letGo()
    await again.next('pubrec')
    // The same event twice: ingest knows it by its identity.
    expect(await texts()).toEqual(['a', 'a'])
    expect(harness.gateway.stats()).toMatchObject({ received: 2, acknowledged: 1 })
  })
})

describe('a message', () => {
  it('is never retained', async () => {
    const client = await harness.connected(gate)
    client.publish({ topic: gate.topic('epcis'), payload: 'a', retain: true })
    await client.next('puback')
    expect(await client.subscribe(gate.topic('+'))).toEqual([1])
    harness.gateway.publishRejection({
      position: 0,
      party: 'farm',
      device: 'gate-1',
      topic: gate.topic('epcis'),
      receivedAtUs: 0,
      index: -1,
      code: 'json_malformed',
      path: '',
      message: 'no JSON',
    })
    expect(await client.next('publish')).toMatchObject({ topic: gate.topic('rejected') })
  })

  it('may be empty', async () => {
    const client = await harness.connected(gate)
    client.publish({ topic: gate.topic('status') })
    await client.next('puback')
    expect(await texts()).toEqual([''])
  })

  it('that a device left as its will is kept when it goes without DISCONNECT', async () => {
    const client = harness.client()
    const will = {
      topic: gate.topic('status'),
      payload: Buffer.from('gone'),
      qos: 1,
      retain: true,
    } as const
    await client.connect(gate, { will })
    client.end()
    await expect.poll(texts).toEqual(['gone'])
    const polite = harness.client()
    await polite.connect(gate, { will })
    polite.send({ cmd: 'disconnect' })
    await polite.closed()
    await sleep(100)
    expect(await texts()).toEqual(['gone'])
  })

  it('that a device left as its will for a foreign topic is dropped and said', async () => {
    const client = harness.client()
    const will = { topic: 'x', payload: Buffer.from('gone'), qos: 1, retain: false } as const
    await client.connect(gate, { will })
    client.end()
    expect(await harness.logged('foreign_topic')).toMatchObject({ device: 'farm/gate-1' })
    expect(await texts()).toEqual([])
  })
})
