import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Harness, type TestDevice } from './harness.ts'

let harness: Harness
let gate: TestDevice
const command = JSON.stringify({ command: 'recall', recall: 'R-000001' })

beforeEach(async () => {
  harness = await Harness.start()
  gate = harness.device('farm/gate-1')
})

afterEach(() => harness.stop())

const cmd = (device: TestDevice) => device.topic('rejected').replace('rejected', 'cmd')

describe('a command to a party', () => {
  it('reaches its devices that listen, and is taken when they acknowledge', async () => {
    const client = await harness.connected(gate)
    const other = await harness.connected(harness.device('farm/gate-2'))
    const stranger = harness.device('mill/gate-1')
    const theirs = await harness.connected(stranger)
    await client.subscribe(cmd(gate))
    await theirs.subscribe(cmd(stranger))
    expect(harness.gateway.listening().sort()).toEqual(['farm', 'mill'])
    const taken = harness.gateway.publishNotice('farm', command)
    const told = await client.next('publish')
    if (told?.cmd !== 'publish') throw new Error('nothing was told')
    expect(told).toMatchObject({ topic: cmd(gate), qos: 1 })
    expect(told.payload.toString()).toBe(command)
    client.send({ cmd: 'puback', messageId: told.messageId ?? 0 })
    expect(await taken).toBe(1)
    expect(other.received).toEqual([])
    expect(theirs.received).toEqual([])
  })

  it('of which no device listens is taken by nobody', async () => {
    const client = await harness.connected(gate)
    expect(harness.gateway.listening()).toEqual([])
    expect(await harness.gateway.publishNotice('farm', command)).toBe(0)
    await client.subscribe(cmd(gate))
    client.send({ cmd: 'unsubscribe', messageId: 9, unsubscriptions: [cmd(gate)] })
    await client.next('unsuback')
    expect(harness.gateway.listening()).toEqual([])
  })

  it('that is not acknowledged is not taken', async () => {
    const client = await harness.connected(gate)
    await client.subscribe(cmd(gate))
    const taken = harness.gateway.publishNotice('farm', command)
    await client.next('publish')
    expect(await taken).toBe(0)
  }, 15_000)
})
