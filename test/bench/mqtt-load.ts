/**
 * A load generator for MQTT brokers: raw sockets, QoS 1, a window of unacknowledged messages kept
 * full on every connection. It is cheap enough (about 1 us a message) to leave the limit to the
 * broker, which mqtt.js is not. Run it in a process of its own, its options as JSON in argv:
 *
 *     tsx test/bench/mqtt-load.ts '{"port":1883,"connections":10,"window":100,"seconds":5}'
 *
 * It prints one line of JSON, a LoadResult.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { pathToFileURL } from 'node:url'
import { generate } from 'mqtt-packet'

/** Makes the n-th message of a connection; both count from 0. */
export type MakePayload = (connection: number, n: number) => Uint8Array

export interface Credentials {
  readonly username: string
  readonly password: string
  readonly topic: string
}

export interface LoadOptions {
  readonly host?: string
  readonly port: number
  readonly connections: number
  /** Messages of a connection under way at a time. */
  readonly window: number
  /** How long is counted, after `warmupSeconds` (default 1) that are not. */
  readonly seconds: number
  readonly warmupSeconds?: number
  /** One for every connection, taken in turn; without any, topic `load` and no user name. */
  readonly credentials?: readonly Credentials[]
  /** A module that exports `payload: MakePayload`; without it 700 bytes that never change. */
  readonly payloadModule?: string
}

export interface LoadResult {
  readonly acknowledged: number
  readonly acknowledgedPerSecond: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Acknowledgements that did not come in the order of publishing. */
  readonly outOfOrder: number
  /** Connections that the broker ended before the time was up. */
  readonly lostConnections: number
  /** Of this process, for seeing whether it was the limit. */
  readonly cpuSeconds: number
}

export interface LoadHooks {
  readonly payload: MakePayload
  /** Called for each message that is acknowledged, in order. */
  readonly onAcknowledged?: (connection: number, n: number) => void
}

const connackAndPubackBytes = 4
const maxPacketId = 65_535
/** One latency in so many is kept. */
const sampleEvery = 16

/** Publishes until the time is up; resolves with what was acknowledged in it. */
export async function runLoad(options: LoadOptions, hooks: LoadHooks): Promise<LoadResult> {
  const { connections, seconds, warmupSeconds = 1 } = options
  const publishers = await Promise.all(
    Array.from({ length: connections }, (_, index) => Publisher.connect(index, options, hooks)),
  )
  for (const publisher of publishers) publisher.fill()
  await wait(warmupSeconds)
  for (const publisher of publishers) publisher.latenciesMs.length = 0
  const acknowledgedBefore = total(publishers)
  const cpuBefore = process.cpuUsage()
  const startedMs = performance.now()
  await wait(seconds)
  const elapsed = (performance.now() - startedMs) / 1000
  const acknowledged = total(publishers) - acknowledgedBefore
  const cpu = process.cpuUsage(cpuBefore)
  const lostConnections = publishers.filter((publisher) => publisher.isLost).length
  for (const publisher of publishers) publisher.end()
  const latenciesMs = publishers.flatMap((publisher) => publisher.latenciesMs)
  latenciesMs.sort((a, b) => a - b)
  const quantile = (q: number) => round(latenciesMs[Math.floor(latenciesMs.length * q)] ?? 0)
  return {
    acknowledged,
    acknowledgedPerSecond: Math.round(acknowledged / elapsed),
    seconds: round(elapsed),
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    outOfOrder: publishers.reduce((sum, publisher) => sum + publisher.outOfOrder, 0),
    lostConnections,
    cpuSeconds: round((cpu.user + cpu.system) / 1e6),
  }
}

class Publisher {
  acknowledged = 0
  outOfOrder = 0
  isLost = false
  readonly latenciesMs: number[] = []
  readonly #socket: Socket
  readonly #index: number
  readonly #window: number
  readonly #hooks: LoadHooks
  readonly #topic: Buffer
  readonly #sentAtMs: Float64Array
  #sent = 0
  #rest: Buffer = Buffer.alloc(0)

  private constructor(socket: Socket, index: number, options: LoadOptions, hooks: LoadHooks) {
    this.#socket = socket
    this.#index = index
    this.#window = options.window
    this.#hooks = hooks
    this.#topic = Buffer.from(credentialsOf(options, index)?.topic ?? 'load')
    this.#sentAtMs = new Float64Array(options.window)
    socket.on('data', (chunk) => this.#read(chunk))
    socket.once('close', () => {
      this.isLost = true
    })
  }

  /** Resolves once the broker has accepted the connection. */
  static async connect(index: number, options: LoadOptions, hooks: LoadHooks): Promise<Publisher> {
    const { host = '127.0.0.1', port } = options
    const credentials = credentialsOf(options, index)
    const socket = connect({ host, port, noDelay: true })
    const login =
      credentials === undefined
        ? {}
        : { username: credentials.username, password: Buffer.from(credentials.password) }
    const clientId = `load-${process.pid}-${index}`
    socket.write(generate({ cmd: 'connect', clientId, keepalive: 0, clean: true, ...login }))
    const [connack] = (await once(socket, 'data')) as [Buffer]
    if (connack[0] !== 0x20 || connack[3] !== 0) {
      throw new Error(`connection refused: ${connack.toString('hex')}`)
    }
    return new Publisher(socket, index, options, hooks)
  }

  /** Publishes until the window is full. */
  fill(): void {
    const nowMs = performance.now()
    this.#socket.cork()
    while (this.#sent - this.acknowledged < this.#window) {
      this.#sentAtMs[this.#sent % this.#window] = nowMs
      this.#publish(this.#hooks.payload(this.#index, this.#sent), idOf(this.#sent))
      this.#sent += 1
    }
    this.#socket.uncork()
  }

  end(): void {
    this.#socket.removeAllListeners('close')
    this.#socket.on('error', () => {})
    this.#socket.destroy()
  }

  #publish(payload: Uint8Array, id: number): void {
    const topic = this.#topic
    const length = 2 + topic.length + 2 + payload.length
    const packet = Buffer.allocUnsafe(5 + length)
    let at = packet.writeUInt8(0x32, 0)
    for (let left = length; ; left = Math.floor(left / 128)) {
      at = packet.writeUInt8(left < 128 ? left : (left % 128) + 128, at)
      if (left < 128) break
    }
    at = packet.writeUInt16BE(topic.length, at)
    at += topic.copy(packet, at)
    at = packet.writeUInt16BE(id, at)
    packet.set(payload, at)
    this.#socket.write(packet.subarray(0, at + payload.length))
  }

  /** Only PUBACKs come here, all of the same length. */
  #read(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const nowMs = performance.now()
    let at = 0
    for (; at + connackAndPubackBytes <= bytes.length; at += connackAndPubackBytes) {
      const n = this.acknowledged
      if (bytes.readUInt16BE(at + 2) !== idOf(n)) this.outOfOrder += 1
      if (n % sampleEvery === 0) {
        this.latenciesMs.push(nowMs - (this.#sentAtMs[n % this.#window] ?? nowMs))
      }
      this.acknowledged += 1
      this.#hooks.onAcknowledged?.(this.#index, n)
    }
    this.#rest = bytes.subarray(at)
    this.fill()
  }
}

function idOf(n: number): number {
  return (n % maxPacketId) + 1
}

function credentialsOf({ credentials = [] }: LoadOptions, index: number): Credentials | undefined {
  return credentials[index % credentials.length]
}

function total(publishers: readonly Publisher[]): number {
  return publishers.reduce((sum, publisher) => sum + publisher.acknowledged, 0)
}

function wait(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000))
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const options: LoadOptions = JSON.parse(process.argv[2] ?? '{}')
  const same = Buffer.alloc(700, 'x')
  const { payload = () => same }: { payload?: MakePayload } =
    options.payloadModule === undefined ? {} : await import(options.payloadModule)
  process.stdout.write(`${JSON.stringify(await runLoad(options, { payload }))}\n`)
}
