import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { Aedes } from 'aedes'
import { afterEach, describe, expect, it } from 'vitest'
import { openPublisher, PublishError } from '#simulators/publisher.ts'
import type { Device, MessageStep } from '#simulators/script.ts'

const device = (slug: string): Device => ({
  party: 'farm',
  site: 'barn',
  device: slug,
  name: slug,
  channel: 'epcis',
  spelling: 'urn',
  wraps: false,
})
const gate = device('gate')
const scale = device('scale')
const options = { window: 10, patienceMs: 10_000 }
const credentials = [gate, scale].map((one) => ({ device: one, password: 'right' }))

function message(from: Device, n: number): MessageStep {
  return { kind: 'message', atUs: n, device: from, payload: `${from.device} ${n}`, eventIDs: [] }
}

/** A real broker that wants the password `right` and holds acknowledgements while it is told to. */
class Broker {
  readonly received: string[] = []
  held: (() => void)[] | undefined
  /** It breaks every connection instead of acknowledging these, counted as they come. */
  cutsAt: readonly number[] = []
  readonly #sockets = new Set<Socket>()
  readonly #broker: Aedes
  readonly #server: Server

  private constructor(broker: Aedes) {
    this.#broker = broker
    this.#server = createServer((socket) => {
      this.#sockets.add(socket.on('close', () => this.#sockets.delete(socket)))
      broker.handle(socket)
    })
    broker.authenticate = (_client, username, password, done) => {
      const known = username?.startsWith('farm/') && password?.toString() === 'right'
      done(null, known === true)
    }
    broker.authorizePublish = (_client, packet, done) => {
      this.received.push(`${packet.topic} ${packet.payload}`)
      if (this.cutsAt.includes(this.received.length)) this.cut()
      if (this.held === undefined) done(null)
      else this.held.push(() => done(null))
    }
  }

  static async start(): Promise<Broker> {
    const started = new Broker(await Aedes.createBroker())
    await once(started.#server.listen(0, '127.0.0.1'), 'listening')
    return started
  }

  get url(): string {
    return `mqtt://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  letGo(): void {
    const held = this.held ?? []
    this.held = undefined
    for (const go of held) go()
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async stop(): Promise<void> {
    this.cut()
    this.#server.close()
    await new Promise<void>((resolve) => this.#broker.close(resolve))
  }
}

let broker: Broker
afterEach(() => broker.stop())

describe('the publisher of simulated devices', () => {
  it('sends every message on its device’s own topic, as that device', async () => {
    broker = await Broker.start()
    const publisher = await openPublisher({ url: broker.url, credentials, ...options })
    await publisher.send(message(gate, 1))
    await publisher.send(message(scale, 2))
    await publisher.drain()
    await publisher.close()
    expect(broker.received.sort()).toEqual([
      'suyuan/v1/farm/barn/gate/epcis gate 1',
      'suyuan/v1/farm/barn/scale/epcis scale 2',
    ])
  })

  it('has no more than its window unacknowledged, and waits instead', async () => {
    broker = await Broker.start()
    broker.held = []
    const publisher = await openPublisher({ url: broker.url, credentials, ...options })
    let sent = 0
    const sending = (async () => {
      for (let n = 0; n < 25; n += 1) {
        await publisher.send(message(gate, n))
        sent += 1
      }
      await publisher.drain()
    })()
    while (broker.received.length < 10) await new Promise((resolve) => setTimeout(resolve, 5))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect([sent, broker.received.length]).toEqual([10, 10])
    broker.letGo()
    await sending
    await publisher.close()
    expect(broker.received).toHaveLength(25)
  })

  it('loses nothing when connections break: what was not acknowledged goes out again', async () => {
    broker = await Broker.start()
    const publisher = await openPublisher({ url: broker.url, credentials, ...options })
    broker.cutsAt = [15, 40]
    for (let n = 0; n < 60; n += 1) await publisher.send(message(n % 2 === 0 ? gate : scale, n))
    await publisher.drain()
    await publisher.close()
    const numbers = broker.received.map((line) => Number(line.split(' ').at(-1)))
    expect([...new Set(numbers)].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 60 }, (_, n) => n),
    )
    expect(publisher.reconnects).toBeGreaterThanOrEqual(2)
  })

  it('names the device whose key is wrong', async () => {
    broker = await Broker.start()
    const wrong = [...credentials, { device: device('door'), password: 'wrong' }]
    await expect(
      openPublisher({ url: broker.url, credentials: wrong, ...options }),
    ).rejects.toThrow(new PublishError(`farm/door could not connect to ${broker.url}`))
  })

  it('gives up by name when nothing is acknowledged any more', async () => {
    broker = await Broker.start()
    broker.held = []
    const publisher = await openPublisher({
      url: broker.url,
      credentials,
      window: 1,
      patienceMs: 100,
    })
    await publisher.send(message(gate, 1))
    await expect(publisher.drain()).rejects.toThrow(PublishError)
    await expect(publisher.send(message(gate, 2))).rejects.toThrow(PublishError)
    await publisher.close()
  })
})
