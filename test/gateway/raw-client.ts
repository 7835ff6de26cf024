/** An MQTT client that sends exactly what it is told to, also what no decent client would. */
import { connect, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import mqttPacket, { type IConnectPacket, type Packet } from 'mqtt-packet'

const connectMs = 5_000

export interface PublishOptions {
  readonly topic: string
  readonly payload?: string | Buffer
  readonly qos?: 0 | 1 | 2
  readonly messageId?: number
  readonly retain?: boolean
  readonly dup?: boolean
}

export class RawClient {
  /** All that has been received and not been taken by `next`. */
  readonly received: Packet[] = []
  isClosed = false
  readonly socket: Socket
  readonly #parser = mqttPacket.parser()
  #changed: () => void = () => {}

  constructor(socket: Socket) {
    this.socket = socket
    this.#parser.on('packet', (packet) => {
      this.received.push(packet)
      this.#changed()
    })
    socket.on('data', (chunk) => this.#parser.parse(chunk))
    socket.on('error', () => {})
    socket.on('close', () => {
      this.isClosed = true
      this.#changed()
    })
  }

  static tcp(port: number): RawClient {
    return new RawClient(connect({ port, host: '127.0.0.1', noDelay: true }))
  }

  static tls(port: number, options: ConnectionOptions): RawClient {
    return new RawClient(connectTls({ port, host: '127.0.0.1', ...options }))
  }

  send(packet: Packet): void {
    this.socket.write(mqttPacket.generate(packet))
  }

  /** Sends CONNECT and gives the return code of CONNACK; undefined if the connection is closed. */
  async connect(
    credentials: { username?: string; password?: string },
    more: Partial<Pick<IConnectPacket, 'clientId' | 'keepalive' | 'clean' | 'will'>> = {},
  ): Promise<number | undefined> {
    const { username, password } = credentials
    this.send({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clientId: 'raw',
      clean: true,
      keepalive: 60,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password: Buffer.from(password) }),
      ...more,
    })
    const connack = await this.next('connack')
    return connack?.cmd === 'connack' ? connack.returnCode : undefined
  }

  publish({ topic, payload = '', qos = 1, messageId = 1, ...flags }: PublishOptions): void {
    const { retain = false, dup = false } = flags
    this.send({ cmd: 'publish', topic, payload, qos, messageId, retain, dup })
  }

  /** Subscribes and gives what was granted. */
  async subscribe(...topics: string[]): Promise<unknown> {
    const subscriptions = topics.map((topic) => ({ topic, qos: 1 as const }))
    this.send({ cmd: 'subscribe', messageId: 1, subscriptions })
    const suback = await this.next('suback')
    return suback?.cmd === 'suback' ? suback.granted : undefined
  }

  /** Takes the next packet of a kind; undefined once the connection is closed without it. */
  async next(cmd: Packet['cmd'], withinMs = connectMs): Promise<Packet | undefined> {
    const find = () => this.received.findIndex((packet) => packet.cmd === cmd)
    await this.#until(() => find() >= 0 || this.isClosed, withinMs, `no ${cmd} came`)
    const index = find()
    return index < 0 ? undefined : this.received.splice(index, 1)[0]
  }

  async closed(withinMs = connectMs): Promise<void> {
    await this.#until(() => this.isClosed, withinMs, 'the connection stays open')
  }

  end(): void {
    this.socket.destroy()
  }

  async #until(holds: () => boolean, withinMs: number, otherwise: string): Promise<void> {
    const deadline = performance.now() + withinMs
    while (!holds()) {
      const leftMs = deadline - performance.now()
      if (leftMs <= 0) throw new Error(`${otherwise} within ${withinMs} ms`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs)
        this.#changed = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }
}
