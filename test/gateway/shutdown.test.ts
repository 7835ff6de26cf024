import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Harness, type TestDevice } from './harness.ts'

let harness: Harness
let gate: TestDevice

beforeEach(async () => {
  harness = await Harness.start()
  gate = harness.device('farm/gate-1')
})

afterEach(() => harness.stop())

describe('closing the gateway', () => {
  it('acknowledges what the journal was given, and reads no more', async () => {
    const client = await harness.connected(gate)
    harness.disk.hold()
    client.socket.cork()
    for (let messageId = 1; messageId <= 100; messageId += 1) {
      client.publish({ topic: gate.topic('epcis'), messageId })
    }
    client.socket.uncork()
    await expect.poll(() => harness.gateway.stats().heldMessages).toBe(100)
    const closing = harness.gateway.close()
    client.publish({ topic: gate.topic('epcis'), payload: 'late', messageId: 101 })
    await sleep(100)
    expect(client.isClosed).toBe(false)
    harness.disk.letGo()
    await closing
    await client.closed()
    const acknowledged = client.received.filter(({ cmd }) => cmd === 'puback')
    expect(acknowledged).toHaveLength(100)
    expect((await harness.journalled()).filter(({ text }) => text === 'late')).toEqual([])
  })

  it('takes no new connection', async () => {
    const { port } = harness
    await harness.gateway.close()
    const client = harness.client()
    await client.closed()
    expect(port).toBeGreaterThan(0)
    expect(client.received).toEqual([])
  })

  it('keeps the wills of those it disconnects', async () => {
    const client = harness.client()
    const payload = Buffer.from('gone')
    const will = { topic: gate.topic('status'), payload, qos: 1, retain: false } as const
    await client.connect(gate, { will })
    await harness.gateway.close()
    expect((await harness.journalled()).map(({ text }) => text)).toEqual(['gone'])
  })
})
