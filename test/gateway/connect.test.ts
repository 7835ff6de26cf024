import { setTimeout as sleep } from 'node:timers/promises'
import mqttPacket from 'mqtt-packet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Harness, type TestDevice } from './harness.ts'

let harness: Harness
let gate: TestDevice

beforeEach(async () => {
  harness = await Harness.start({ connectTimeoutMs: 300, maxConnections: 20 })
  gate = harness.device('farm/gate-1')
})

afterEach(() => harness.stop())

const accepted = 0
const badVersion = 1
const badClientId = 2
const badPassword = 4

describe('a connection', () => {
  it('is accepted with the key of the device', async () => {
    expect(await harness.client().connect(gate)).toBe(accepted)
  })

  it('is refused with another key, and the log says who', async () => {
    const other = harness.device('farm/gate-2')
    const client = harness.client()
    expect(await client.connect({ ...gate, password: other.password })).toBe(badPassword)
    await client.closed()
    const line = await harness.logged('bad_credentials')
    expect(line).toMatchObject({ device: 'farm/gate-1', level: 40 })
    expect(JSON.stringify(line)).not.toContain(other.password)
  })

  it.each([
    ['of an unknown device', { username: 'farm/nobody', password: 'x' }],
    ['without a key', { username: 'farm/gate-1' }],
    ['without a user name', {}],
    ['with a user name that is none', { username: '../gate-1', password: 'x' }],
  ])('is refused %s', async (_, credentials) => {
    expect(await harness.client().connect(credentials)).toBe(badPassword)
  })

  it('is refused for a disabled device', async () => {
    const device = harness.registry.device('farm', 'gate-1')
    if (device === undefined) throw new Error('not registered')
    harness.registry.devices.put({ ...device, enabled: false })
    expect(await harness.client().connect(gate)).toBe(badPassword)
  })

  it('by MQTT 5 is refused with return code 1, and the log says what to change', async () => {
    const client = harness.client()
    const { username, password } = gate
    client.send({
      cmd: 'connect',
      protocolVersion: 5,
      clientId: 'five',
      keepalive: 60,
      clean: true,
      username,
      password: Buffer.from(password),
    })
    expect(await client.next('connack')).toMatchObject({ returnCode: badVersion })
    await client.closed()
    const { msg, device } = await harness.logged('mqtt_5')
    expect(device).toBe('farm/gate-1')
    expect(msg).toContain('MQTT 3.1.1')
  })

  it('needs a client id where a session is to be kept', async () => {
    const client = harness.client()
    const connect = mqttPacket.generate({ cmd: 'connect', clientId: '', clean: true, keepalive: 0 })
    const flags = 9
    connect.writeUInt8(0, flags)
    client.socket.write(connect)
    expect(await client.next('connack')).toMatchObject({ returnCode: badClientId })
    expect(await harness.client().connect(gate, { clientId: '', clean: true })).toBe(accepted)
  })

  it('keeps no session: CONNACK says so', async () => {
    for (const _ of [1, 2]) {
      const client = harness.client()
      const { username, password } = gate
      client.send({
        cmd: 'connect',
        clientId: 'kept',
        clean: false,
        keepalive: 60,
        username,
        password: Buffer.from(password),
      })
      expect(await client.next('connack')).toMatchObject({ returnCode: 0, sessionPresent: false })
      expect(await client.subscribe(gate.topic('rejected'))).toEqual([1])
      client.end()
    }
  })

  it('is not taken over by another device with the same client id, nor by a stranger', async () => {
    const other = harness.device('farm/gate-2')
    const client = await harness.connected(gate, 'same')
    const second = await harness.connected(other, 'same')
    await harness.client().connect({ ...gate, password: 'wrong' }, { clientId: 'same' })
    for (const [each, device] of [
      [client, gate],
      [second, other],
    ] as const) {
      each.publish({ topic: device.topic('epcis') })
      expect(await each.next('puback')).toBeDefined()
    }
  })

  it('is taken over by its own device with the same client id [MQTT-3.1.4-2]', async () => {
    const client = await harness.connected(gate, 'same')
    await harness.connected(gate, 'same')
    await client.closed()
  })

  it('that sends no CONNECT, or half of one, is closed', async () => {
    const silent = harness.client()
    const slow = harness.client()
    const connect = mqttPacket.generate({
      cmd: 'connect',
      clientId: 'x',
      clean: true,
      keepalive: 0,
    })
    slow.socket.write(connect.subarray(0, 5))
    await silent.closed()
    await slow.closed()
    expect(await harness.logged('connect_timeout')).toBeDefined()
    await expect.poll(() => harness.gateway.stats().connections).toBe(0)
    expect(harness.gateway.stats().refused).toEqual({ connect_timeout: 2 })
  })

  it('that does not speak MQTT is closed at once', async () => {
    const client = harness.client()
    client.socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await client.closed()
    expect(await harness.logged('not_mqtt')).toBeDefined()
  })

  it('beyond the limit is refused, and the others stay', async () => {
    const clients = []
    for (let n = 0; n < 20; n += 1) clients.push(await harness.connected(gate, `${n}`))
    const late = harness.client()
    await late.closed()
    expect(await harness.logged('connection_limit')).toMatchObject({ maxConnections: 20 })
    clients[0]?.end()
    await expect.poll(() => harness.gateway.stats().connections).toBe(19)
    expect(await harness.client().connect(gate)).toBe(accepted)
  })

  it('is told of in the log once a minute, however often its device tries', async () => {
    for (let n = 0; n < 5; n += 1) {
      await harness.client().connect({ ...gate, password: 'wrong' })
    }
    await harness.client().connect({ username: 'farm/gate-3', password: 'wrong' })
    expect(harness.log.filter(({ reason }) => reason === 'bad_credentials')).toHaveLength(2)
    expect(harness.gateway.stats().refused).toEqual({ bad_credentials: 6 })
  })
})

describe('a device that may no longer be connected is disconnected', () => {
  const changes: Readonly<Record<string, () => void>> = {
    'when it is disabled': () => change({ enabled: false }),
    'when it is moved to another site': () => change({ site: 'elsewhere' }),
    'when it is removed': () => harness.registry.devices.remove('farm/gate-1'),
    'when its key is revoked': () => harness.registry.keys.revoke(gate.keyId, 2),
  }

  function change(to: object): void {
    const device = harness.registry.device('farm', 'gate-1')
    if (device === undefined) throw new Error('not registered')
    harness.registry.devices.put({ ...device, ...to })
  }

  it.each(Object.keys(changes))('%s', async (what) => {
    const other = await harness.connected(harness.device('farm/gate-2'))
    const client = await harness.connected(gate)
    changes[what]?.()
    await client.closed()
    expect(await harness.logged('no_longer_allowed')).toMatchObject({ device: 'farm/gate-1' })
    expect(other.isClosed).toBe(false)
  })

  it('but not when another of its keys is revoked; new vendor topics hold at once', async () => {
    const client = await harness.connected(gate)
    const grant = { role: 'device', party: 'farm', device: 'gate-1', label: '' } as const
    const second = harness.registry.keys.issue(grant, 2)
    if (second.ok) harness.registry.keys.revoke(second.record.keyId, 3)
    change({ topics: [{ topic: 'vendor/tags', channel: 'reads' }] })
    await sleep(1_200)
    client.publish({ topic: 'vendor/tags' })
    expect(await client.next('puback')).toBeDefined()
  })
})
