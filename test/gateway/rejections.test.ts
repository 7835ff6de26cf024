import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RejectionNotice } from '#ingest/news.ts'
import { Harness, type TestDevice } from './harness.ts'

let harness: Harness
let gate: TestDevice

beforeEach(async () => {
  harness = await Harness.start()
  gate = harness.device('farm/gate-1')
})

afterEach(() => harness.stop())

function notice(more: Partial<RejectionNotice> = {}): RejectionNotice {
  return {
    position: 1,
    party: 'farm',
    device: 'gate-1',
    topic: gate.topic('epcis'),
    receivedAtUs: 1_700_000_000_000_000,
    index: 2,
    code: 'field_missing',
    path: '/eventTime',
    message: 'A required field is missing.',
    ...more,
  }
}

describe('a rejection', () => {
  it('is told to its device, on all its connections, and to nobody else', async () => {
    const stranger = harness.device('farm/gate-2')
    const clients = [await harness.connected(gate, '1'), await harness.connected(gate, '2')]
    const other = await harness.connected(stranger)
    for (const client of clients) await client.subscribe(gate.topic('rejected'))
    await other.subscribe(stranger.topic('rejected'))
    harness.gateway.publishRejection(notice())
    for (const client of clients) {
      const told = await client.next('publish')
      if (told?.cmd !== 'publish') throw new Error('nothing was told')
      expect(told).toMatchObject({ topic: gate.topic('rejected'), qos: 1, retain: false })
      expect(JSON.parse(told.payload.toString())).toEqual({
        code: 'field_missing',
        path: '/eventTime',
        message: 'A required field is missing.',
        topic: gate.topic('epcis'),
        index: 2,
        receivedAt: '2023-11-14T22:13:20.000Z',
      })
    }
    expect(other.received).toEqual([])
  })

  it('of a device that is away is not kept for it', async () => {
    harness.gateway.publishRejection(notice())
    const client = await harness.connected(gate)
    await client.subscribe(gate.topic('rejected'))
    await sleep(50)
    expect(client.received).toEqual([])
  })

  it('to a device that does not read holds up nobody and does not pile up', async () => {
    const deaf = await harness.connected(gate)
    await deaf.subscribe(gate.topic('rejected'))
    deaf.socket.pause()
    const message = 'x'.repeat(100_000)
    const flood = setInterval(() => {
      for (let n = 0; n < 50; n += 1) harness.gateway.publishRejection(notice({ message }))
    }, 1)
    const other = harness.device('farm/gate-2')
    const client = await harness.connected(other)
    for (let messageId = 1; messageId <= 200; messageId += 1) {
      client.publish({ topic: other.topic('epcis'), messageId })
      expect(await client.next('puback')).toMatchObject({ messageId })
    }
    await expect.poll(() => harness.gateway.stats().rejectionsDropped).toBeGreaterThan(0)
    clearInterval(flood)
    expect(await harness.logged('slow_reader')).toMatchObject({ device: 'farm/gate-1' })
  })
})
