import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Harness } from './harness.ts'

let taken: Server

beforeEach(async () => {
  taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
})

afterEach(() => taken.close())

describe('a port that is taken', () => {
  it('is said at the start, and no other port is kept', async () => {
    const { port } = taken.address() as AddressInfo
    const free = createServer().listen(0, '127.0.0.1')
    await once(free, 'listening')
    const mqttPort = (free.address() as AddressInfo).port
    free.close()
    await once(free, 'close')
    const tls = { cert: '', key: '' }
    await expect(Harness.start({ mqttPort, mqttsPort: port, tls })).rejects.toThrow('EADDRINUSE')
    const socket = connect(mqttPort, '127.0.0.1')
    const [error] = await once(socket, 'error')
    expect(error.code).toBe('ECONNREFUSED')
  })
})
