/**
 * One device's connection to a broker: it logs in, publishes at QoS 0 or 1 and keeps what is not
 * acknowledged. When the connection breaks it is taken up again and all of that goes out again, in
 * its order and marked as sent again. [MQTT 4.4]
 *
 * Packets wait in the line until `flush`, so that many of them cost one write.
 */
import { once } from 'node:events'
import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import {
  CONNACK,
  connectPacket,
  DISCONNECT,
  type Login,
  markAgain,
  PacketReader,
  PINGREQ,
  PUBACK,
  publishPacket,
  type QoS,
} from './packet.ts'

export interface LineEvents {
  /** A message of QoS 1 is acknowledged. */
  onAcknowledged(): void
  onReconnect(): void
  /** The broker will not have this device: it is not tried again. */
  onRefused(why: Error): void
}

/** The broker answered a login with something else than yes; `code` as in [MQTT 3.2.2.3]. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  readonly code: number

  constructor(code: number) {
    super(`the broker refused the connection with code ${code}`)
    this.code = code
  }
}

const reconnectMs = 500
const loginMs = 10_000
const maxPacketId = 65_535

export class Line {
  readonly #url: URL
  readonly #login: Login
  readonly #topic: Buffer
  readonly #events: LineEvents
  readonly #unacknowledged = new Map<number, Buffer>()
  #waiting: Buffer[] = []
  #socket: Socket | undefined
  #packetId = 0
  #isClosed = false

  private constructor(url: URL, login: Login, topic: string, events: LineEvents) {
    this.#url = url
    this.#login = login
    this.#topic = Buffer.from(topic)
    this.#events = events
  }

  /** Resolves once the broker has taken the login. Throws RefusedError or a socket's error. */
  static async open(url: URL, login: Login, topic: string, events: LineEvents): Promise<Line> {
    const line = new Line(url, login, topic, events)
    await line.#connect()
    return line
  }

  /** Messages of QoS 1 that are not acknowledged. */
  get inFlight(): number {
    return this.#unacknowledged.size
  }

  /** Goes out with the next flush. At QoS 0 nobody will know whether it arrived. */
  publish(payload: string, qos: QoS): void {
    if (qos === 0) {
      this.#waiting.push(publishPacket(this.#topic, payload, 0, 0))
      return
    }
    do this.#packetId = (this.#packetId % maxPacketId) + 1
    while (this.#unacknowledged.has(this.#packetId))
    const packet = publishPacket(this.#topic, payload, 1, this.#packetId)
    this.#unacknowledged.set(this.#packetId, packet)
    this.#waiting.push(packet)
  }

  flush(): void {
    if (this.#socket === undefined || this.#waiting.length === 0) return
    const [first] = this.#waiting
    const isOne = this.#waiting.length === 1 && first !== undefined
    this.#socket.write(isOne ? first : Buffer.concat(this.#waiting))
    this.#waiting = []
  }

  ping(): void {
    this.#socket?.write(PINGREQ)
  }

  /** Breaks the connection as a bad network does; it comes up again by itself. */
  breakOff(): void {
    this.#socket?.destroy()
  }

  /** Ends it in order, or at once without waiting for what is under way. */
  async close(atOnce: boolean): Promise<void> {
    this.#isClosed = true
    const socket = this.#socket
    if (socket === undefined || socket.destroyed) return
    if (atOnce) {
      socket.destroy()
      return
    }
    this.flush()
    const closed = once(socket, 'close')
    socket.end(DISCONNECT)
    await closed
  }

  async #connect(): Promise<void> {
    const socket = socketTo(this.#url)
    const reader = new PacketReader()
    await new Promise<void>((resolve, reject) => {
      socket.setTimeout(loginMs, () => socket.destroy(new Error('the broker did not answer')))
      socket.once('error', reject)
      socket.once('close', () => reject(new Error('the connection was closed')))
      socket.on('data', (chunk) => {
        const isRead = reader.read(chunk, (type, body) => {
          if (type === PUBACK) this.#acknowledge(body)
          if (type !== CONNACK) return
          const code = body[1] ?? 0xff
          if (code === 0) resolve()
          else reject(new RefusedError(code))
        })
        if (!isRead) socket.destroy(new Error('the broker speaks no MQTT'))
      })
      socket.write(connectPacket(this.#login))
    }).catch((error: unknown) => {
      socket.on('error', () => {})
      socket.destroy()
      throw error
    })
    socket.setTimeout(0)
    // A broken connection closes; what broke it does not matter.
    socket.on('error', () => {})
    this.#socket = socket
    socket.once('close', () => {
      this.#socket = undefined
      if (!this.#isClosed) setTimeout(() => void this.#again(), reconnectMs)
    })
    if (socket.destroyed) this.#socket = undefined
  }

  async #again(): Promise<void> {
    if (this.#isClosed) return
    this.#events.onReconnect()
    try {
      await this.#connect()
    } catch (error) {
      if (error instanceof RefusedError) this.#events.onRefused(error)
      else if (!this.#isClosed) setTimeout(() => void this.#again(), reconnectMs)
      return
    }
    // In the order of first sending [MQTT-4.6.0-1], and only what has been sent is sent again.
    const fresh = new Set(this.#waiting)
    const again = [...this.#unacknowledged.values()].filter((packet) => !fresh.has(packet))
    for (const packet of again) markAgain(packet)
    this.#waiting = [...again, ...this.#waiting]
    this.flush()
  }

  #acknowledge(body: Buffer): void {
    const packetId = ((body[0] ?? 0) << 8) | (body[1] ?? 0)
    if (this.#unacknowledged.delete(packetId)) this.#events.onAcknowledged()
  }
}

function socketTo(url: URL): Socket {
  const isSecure = url.protocol === 'mqtts:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = Number(url.port === '' ? (isSecure ? 8883 : 1883) : url.port)
  if (!isSecure) return connectPlain({ host, port, noDelay: true })
  return connectTls({ host, port, servername: host })
}
