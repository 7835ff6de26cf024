import { mkdtempSync, rmSync } from 'node:fs'
import { connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import { connectAsync } from 'mqtt'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Authority, hasOpenssl, type KeyPair } from './certificates.ts'
import { Harness, MIB, type TestDevice } from './harness.ts'
import { RawClient } from './raw-client.ts'

const canRun = hasOpenssl() || process.env['REQUIRE_ALL'] === '1'
if (!canRun) console.warn('skipped: TLS, for there is no openssl command to make certificates with')

describe.skipIf(!canRun)('over TLS', () => {
  let directory: string
  let authority: Authority
  let server: KeyPair
  let ofGate: KeyPair
  let harness: Harness
  let gate: TestDevice
  const clients: RawClient[] = []

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'suyuan-tls-'))
    authority = new Authority(directory, 'ours')
    server = authority.issue('server', 'DNS:localhost')
    ofGate = authority.issue('gate-1', 'DNS:gate-1,URI:urn:suyuan:device:farm:gate-1')
  })

  afterAll(() => rmSync(directory, { recursive: true }))

  beforeEach(async () => {
    const tls = { ...server, ca: authority.cert }
    harness = await Harness.start({ mqttPort: undefined, mqttsPort: 0, tls })
    gate = harness.device('farm/gate-1')
  })

  afterEach(async () => {
    for (const client of clients) client.end()
    await harness.stop()
  })

  const port = () => harness.gateway.ports.mqtts ?? 0

  function client(options: ConnectionOptions = {}): RawClient {
    const made = RawClient.tls(port(), { ca: authority.cert, servername: 'localhost', ...options })
    clients.push(made)
    return made
  }

  it('a device is let in with its key', async () => {
    const device = client()
    expect(await device.connect(gate)).toBe(0)
    device.publish({ topic: gate.topic('epcis'), payload: 'a' })
    expect(await device.next('puback')).toBeDefined()
    expect(await client().connect({ ...gate, password: 'wrong' })).toBe(4)
  })

  it('a device is let in with its certificate, without a key', async () => {
    const device = client(ofGate)
    expect(await device.connect({})).toBe(0)
    device.publish({ topic: gate.topic('epcis'), payload: 'a' })
    expect(await device.next('puback')).toBeDefined()
    expect(await harness.journalled()).toMatchObject([{ party: 'farm', device: 'gate-1' }])
  })

  it('a certificate of another authority counts for nothing', async () => {
    const foreign = new Authority(directory, 'theirs')
    const forged = foreign.issue('gate-1', 'URI:urn:suyuan:device:farm:gate-1')
    expect(await client(forged).connect({})).toBe(4)
    expect(await client(forged).connect(gate)).toBe(0)
  })

  it('a certificate that names no device of ours is refused', async () => {
    for (const name of [
      'DNS:x',
      'URI:urn:suyuan:device:farm:gate-2',
      'URI:urn:suyuan:device:farm',
    ]) {
      expect(await client(authority.issue('other', name)).connect({})).toBe(4)
    }
  })

  it('a certificate does not let a device in under another name', async () => {
    const other = harness.device('farm/gate-2')
    expect(await client(ofGate).connect(other)).toBe(4)
    expect(await client(ofGate).connect({ username: 'farm/gate-1' })).toBe(0)
  })

  it('a certificate of a disabled device is refused, and its connection ended', async () => {
    const connected = client(ofGate)
    expect(await connected.connect({})).toBe(0)
    const device = harness.registry.device('farm', 'gate-1')
    if (device === undefined) throw new Error('not registered')
    harness.registry.devices.put({ ...device, enabled: false })
    await connected.closed()
    expect(await client(ofGate).connect({})).toBe(4)
  })

  it('a real client publishes a large message', async () => {
    const options = { ca: authority.cert, ...ofGate, rejectUnauthorized: false }
    const device = await connectAsync(`mqtts://127.0.0.1:${port()}`, options)
    const payload = 'x'.repeat(3 * MIB)
    await device.publishAsync(gate.topic('epcis'), payload, { qos: 1 })
    await device.endAsync()
    expect((await harness.journalled())[0]?.text).toBe(payload)
  })

  it('a connection that does not speak TLS is refused and said', async () => {
    const plain = new RawClient(connectTcp(port(), '127.0.0.1'))
    clients.push(plain)
    await plain.connect(gate)
    await plain.closed()
    expect(await harness.logged('tls_handshake')).toMatchObject({ address: '127.0.0.1' })
  })
})
