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

const unavailable = 3

describe('after a failed fsync', () => {
  it('nothing is acknowledged, nobody stays or is let in, and the log says so', async () => {
    const idle = await harness.connected(harness.device('farm/gate-2'))
    const client = await harness.connected(gate)
    client.publish({ topic: gate.topic('epcis'), messageId: 1 })
    await client.next('puback')
    harness.disk.fault = new Error('EIO: i/o error, fdatasync')
    client.publish({ topic: gate.topic('epcis'), messageId: 2 })
    client.publish({ topic: gate.topic('epcis'), messageId: 3 })
    await client.closed()
    await idle.closed()
    expect(client.received).toEqual([])
    harness.disk.fault = undefined
    const again = harness.client()
    expect(await again.connect(gate)).toBe(unavailable)
    await again.closed()
    expect(await harness.logged('server_unavailable')).toBeDefined()
    const fatal = harness.log.filter(({ level }) => level === 60)
    expect(fatal.map(({ msg }) => msg)).toEqual([
      'the journal failed: nothing is acknowledged any more until a restart',
    ])
    expect(harness.gateway.stats()).toMatchObject({ acknowledged: 1, heldMessages: 0 })
  })

  it('what was waiting for it is never acknowledged either', async () => {
    const client = await harness.connected(gate)
    harness.disk.hold()
    for (let messageId = 1; messageId <= 100; messageId += 1) {
      client.publish({ topic: gate.topic('epcis'), messageId })
    }
    await sleep(100)
    harness.disk.fault = new Error('ENOSPC: no space left on device')
    harness.disk.letGo()
    await client.closed()
    expect(client.received).toEqual([])
  })
})
