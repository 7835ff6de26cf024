/**
 * Publishes as the devices of a world do: every device has a connection and a key of its own, and
 * a bounded number of messages of QoS 1 in flight. A lost connection is taken up again and what was
 * not acknowledged goes out again, so that every message of QoS 1 is acknowledged in the end, or
 * the publisher fails by name.
 */
import { Line, type RefusedError } from './mqtt/line.ts'
import type { Device, MessageStep } from './script.ts'

/** A device was refused, or nothing was acknowledged for too long. */
export class PublishError extends Error {
  override readonly name = 'PublishError'
}

export interface PublisherOptions {
  /** Such as mqtt://localhost:1883. */
  readonly url: string
  readonly credentials: readonly { readonly device: Device; readonly password: string }[]
  /** Messages a device may have unacknowledged. */
  readonly window: number
  /** Without any acknowledgement for so long while one is due, it fails. */
  readonly patienceMs: number
}

/** What a publisher is told to send: a part of a step. */
export type Sending = Pick<MessageStep, 'device' | 'payload' | 'breaksOff'>

export interface Publisher {
  /**
   * Comes back once it is on its way: at once, or when the device's window has room. One at a time.
   */
  send(message: Sending): Promise<void> | undefined
  /** Resolves when everything sent is acknowledged. */
  drain(): Promise<void>
  readonly reconnects: number
  close(): Promise<void>
}

/** A broker may close what says nothing for one and a half times as long. [MQTT-3.1.2-24] */
const keepAliveSeconds = 60
const pingMs = 25_000
/** Messages that wait together for one write, over all devices. */
const together = 512
/** Logins under way at a time. */
const loginsAtOnce = 50

/** Connects every device. Throws PublishError naming the first that could not. */
export async function openPublisher(options: PublisherOptions): Promise<Publisher> {
  const publisher = new LinePublisher(options)
  await publisher.open()
  return publisher
}

class LinePublisher implements Publisher {
  readonly #options: PublisherOptions
  readonly #lines = new Map<string, Line>()
  readonly #dirty = new Set<Line>()
  #reconnects = 0
  #inFlight = 0
  #unflushed = 0
  #flushing: NodeJS.Immediate | undefined
  #pinging: NodeJS.Timeout | undefined
  #failure: PublishError | undefined
  #wake: () => void = () => {}

  constructor(options: PublisherOptions) {
    this.#options = options
  }

  get reconnects(): number {
    return this.#reconnects
  }

  async open(): Promise<void> {
    const { credentials } = this.#options
    for (let from = 0; from < credentials.length; from += loginsAtOnce) {
      const group = credentials.slice(from, from + loginsAtOnce)
      const opened = group.map(({ device, password }) => this.#openLine(device, password))
      const refused = (await Promise.allSettled(opened)).find(({ status }) => status === 'rejected')
      if (refused?.status !== 'rejected') continue
      await this.close()
      throw refused.reason
    }
    this.#pinging = setInterval(() => {
      for (const line of this.#lines.values()) line.ping()
    }, pingMs)
    this.#pinging.unref()
  }

  send(message: Sending): Promise<void> | undefined {
    const line = this.#lines.get(nameOf(message.device))
    if (line === undefined) throw new PublishError(`${nameOf(message.device)} has no key`)
    const isFree = line.inFlight < this.#options.window && this.#failure === undefined
    if (!isFree) return this.#sendLater(line, message)
    this.#publish(line, message)
    return undefined
  }

  async #sendLater(line: Line, message: Sending): Promise<void> {
    await this.#until(() => line.inFlight < this.#options.window)
    this.#publish(line, message)
  }

  #publish(line: Line, { device, payload, breaksOff }: Sending): void {
    const { qos = 1 } = device
    line.publish(payload, qos)
    if (qos === 1) this.#inFlight += 1
    this.#dirty.add(line)
    this.#unflushed += 1
    if (breaksOff === true) {
      line.flush()
      line.breakOff()
    }
    if (this.#unflushed >= together) this.#flush()
    // Whoever sends now and then is not kept waiting for the others.
    else this.#flushing ??= setImmediate(() => this.#flush())
  }

  drain(): Promise<void> {
    return this.#until(() => this.#inFlight === 0)
  }

  async close(): Promise<void> {
    clearInterval(this.#pinging)
    this.#flush()
    const atOnce = this.#failure !== undefined
    await Promise.all([...this.#lines.values()].map((line) => line.close(atOnce)))
  }

  async #openLine(device: Device, password: string): Promise<void> {
    const { url } = this.#options
    const name = nameOf(device)
    const login = { clientId: `simulator/${name}`, username: name, password, keepAliveSeconds }
    const events = {
      onAcknowledged: () => {
        this.#inFlight -= 1
        this.#wake()
      },
      onReconnect: () => {
        this.#reconnects += 1
      },
      onRefused: (why: RefusedError) => this.#fail(`${name} was refused`, why),
    }
    try {
      this.#lines.set(name, await Line.open(new URL(url), login, topicOf(device), events))
    } catch (cause) {
      throw new PublishError(`${name} could not connect to ${url}`, { cause })
    }
  }

  #flush(): void {
    clearImmediate(this.#flushing)
    this.#flushing = undefined
    for (const line of this.#dirty) line.flush()
    this.#dirty.clear()
    this.#unflushed = 0
  }

  #fail(message: string, cause?: unknown): void {
    this.#failure ??= new PublishError(message, { cause })
    this.#wake()
  }

  async #until(holds: () => boolean): Promise<void> {
    this.#flush()
    const { patienceMs } = this.#options
    const tooLong = () => this.#fail('no acknowledgement came in time')
    const waiting = setTimeout(tooLong, patienceMs)
    while (!holds() && this.#failure === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      waiting.refresh()
    }
    clearTimeout(waiting)
    if (this.#failure !== undefined) throw this.#failure
  }
}

function nameOf({ party, device }: Device): string {
  return `${party}/${device}`
}

function topicOf({ party, site, device, channel }: Device): string {
  return `suyuan/v1/${party}/${site}/${device}/${channel}`
}
