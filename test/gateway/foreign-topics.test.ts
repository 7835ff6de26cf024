import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Harness, type TestDevice } from './harness.ts'

let harness: Harness
let gate: TestDevice
let other: TestDevice

beforeEach(async () => {
  harness = await Harness.start()
  gate = harness.device('farm/gate-1', ['ziotc/+/tags'])
  other = harness.device('farm/gate-2')
})

afterEach(() => harness.stop())

describe('a device', () => {
  it('that publishes to another’s topic is told why, and leaves nothing there', async () => {
    const client = await harness.connected(gate)
    await client.subscribe(gate.topic('rejected'))
    client.publish({ topic: other.topic('epcis'), payload: 'x' })
    const told = await client.next('publish')
    if (told?.cmd !== 'publish') throw new Error('nothing was told')
    expect(told.topic).toBe(gate.topic('rejected'))
    expect(JSON.parse(told.payload.toString())).toEqual({
      code: 'foreign_topic',
      path: 'topic',
      message: expect.stringContaining('not its own'),
      topic: other.topic('epcis'),
    })
    await client.closed()
    expect(client.received).toEqual([])
    expect(await harness.journalled()).toEqual([])
    expect(await harness.logged('foreign_topic')).toMatchObject({
      device: 'farm/gate-1',
      topic: other.topic('epcis'),
    })
  })

  it('keeps what it had published to its own topics before', async () => {
    const client = await harness.connected(gate)
    client.publish({ topic: gate.topic('epcis'), payload: 'mine', messageId: 1 })
    client.publish({ topic: other.topic('epcis'), payload: 'foreign', messageId: 2 })
    await client.closed()
    const texts = async () => (await harness.journalled()).map(({ text }) => text)
    await expect.poll(texts).toEqual(['mine'])
  })

  it('that floods a foreign topic is told and counted once, and its will is kept', async () => {
    const client = harness.client()
    const will = { topic: gate.topic('status'), payload: Buffer.from('gone'), qos: 1 } as const
    await client.connect(gate, { will: { ...will, retain: false } })
    await client.subscribe(gate.topic('rejected'))
    client.socket.cork()
    for (let messageId = 1; messageId <= 500; messageId += 1) {
      client.publish({ topic: other.topic('epcis'), messageId })
    }
    client.socket.uncork()
    await client.closed()
    expect(client.received).toHaveLength(1)
    expect(harness.gateway.stats().refused).toEqual({ foreign_topic: 1 })
    const texts = async () => (await harness.journalled()).map(({ text }) => text)
    await expect.poll(texts).toEqual(['gone'])
  })

  it('publishes to the vendor topics registered for it, which another may not', async () => {
    const client = await harness.connected(gate)
    client.publish({ topic: 'ziotc/FX9600/tags', payload: 'tag' })
    expect(await client.next('puback')).toBeDefined()
    const foreign = await harness.connected(other)
    foreign.publish({ topic: 'ziotc/FX9600/tags', payload: 'tag' })
    await foreign.closed()
    expect(await harness.journalled()).toEqual([
      { party: 'farm', device: 'gate-1', topic: 'ziotc/FX9600/tags', text: 'tag' },
    ])
  })

  it('may not hear what others say: each such subscription is answered 0x80', async () => {
    const client = await harness.connected(gate)
    const granted = await client.subscribe(
      gate.topic('rejected'),
      '#',
      `$share/g/${gate.topic('rejected')}`,
      other.topic('rejected'),
      'suyuan/v1/farm/site/+/rejected',
      gate.topic('cmd'),
      '$SYS/#',
    )
    expect(granted).toEqual([1, 128, 128, 128, 128, 1, 128])
    expect(await harness.logged('foreign_subscription')).toMatchObject({ topic: '#' })
    const publisher = await harness.connected(other)
    publisher.publish({ topic: other.topic('epcis'), payload: 'secret' })
    await publisher.next('puback')
    await sleep(100)
    expect(client.received).toEqual([])
    expect(client.isClosed).toBe(false)
  })
})

describe('an edge node of Sparkplug', () => {
  it('hears whether its host is there when it subscribes, and when it goes', async () => {
    const node = harness.device('farm/line', ['spBv1.0/plant/+/edge'])
    const line = harness.registry.device('farm', 'line')
    if (line === undefined) throw new Error('it was registered just now')
    harness.registry.devices.put({ ...line, format: 'sparkplug-b' })
    const client = await harness.connected(node)
    expect(await client.subscribe('spBv1.0/STATE/suyuan')).toEqual([1])
    expect(await client.subscribe('spBv1.0/STATE/other')).toEqual([128])
    const born = await client.next('publish')
    if (born?.cmd !== 'publish') throw new Error('nothing was told')
    expect([born.topic, born.retain]).toEqual(['spBv1.0/STATE/suyuan', true])
    const { online, timestamp } = JSON.parse(born.payload.toString())
    expect([online, Math.abs(timestamp - Date.now()) < 60_000]).toEqual([true, true])
    const closing = harness.gateway.close()
    const gone = await client.next('publish')
    expect(JSON.parse(gone?.cmd === 'publish' ? gone.payload.toString() : '{}')).toMatchObject({
      online: false,
    })
    await closing
  })
})
