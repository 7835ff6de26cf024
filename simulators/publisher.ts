/**
 * Publishes as the devices of a world do: every device has a connection and a key of its own, QoS
 * 1, a bounded number of messages in flight. A lost connection is taken up again and what was not
 * acknowledged goes out again, so that every message that was sent is acknowledged in the end, or
 * the publisher fails by name.
 */
import { connectAsync, ErrorWithReasonCode, type MqttClient } from 'mqtt'
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

export interface Publisher {
  /**
   * Resolves once it is on its way: at once, or when the device's window has room. One at a time.
   */
  send(message: MessageStep): Promise<void>
  /** Resolves when everything sent is acknowledged. */
  drain(): Promise<void>
  readonly reconnects: number
  close(): Promise<void>
}

interface Line {
  readonly client: MqttClient
  readonly topic: string
  inFlight: number
}

/** Connects every device. Throws PublishError naming the first that could not. */
export async function openPublisher(options: PublisherOptions): Promise<Publisher> {
  const lines = new Map<string, Line>()
  let inFlight = 0
  let reconnects = 0
  let failure: PublishError | undefined
  let wake: () => void = () => {}

  const fail = (message: string, cause?: unknown) => {
    failure ??= new PublishError(message, { cause })
    wake()
  }
  const until = async (holds: () => boolean) => {
    const waiting = setTimeout(fail, options.patienceMs, 'no acknowledgement came in time')
    while (!holds() && failure === undefined) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
      waiting.refresh()
    }
    clearTimeout(waiting)
    if (failure !== undefined) throw failure
  }
  const close = async () => {
    await Promise.all(
      [...lines.values()].map(({ client }) => client.endAsync(failure !== undefined)),
    )
  }

  const opened = options.credentials.map(async ({ device, password }) => {
    const name = nameOf(device)
    const client = await connect(options.url, name, password)
    client.on('reconnect', () => {
      reconnects += 1
    })
    // mqtt.js mends a broken connection by itself; being refused is for good.
    client.on('error', (error) => {
      if (error instanceof ErrorWithReasonCode) fail(`${name} was refused`, error)
    })
    lines.set(name, { client, topic: topicOf(device), inFlight: 0 })
  })
  const refused = (await Promise.allSettled(opened)).find(({ status }) => status === 'rejected')
  if (refused?.status === 'rejected') {
    await close()
    throw refused.reason
  }

  return {
    async send({ device, payload }) {
      const line = lines.get(nameOf(device))
      if (line === undefined) throw new PublishError(`${nameOf(device)} has no key`)
      if (line.inFlight >= options.window || failure !== undefined) {
        await until(() => line.inFlight < options.window)
      }
      line.inFlight += 1
      inFlight += 1
      line.client.publish(line.topic, payload, { qos: 1 }, (error) => {
        line.inFlight -= 1
        inFlight -= 1
        if (error) fail(`${nameOf(device)} could not publish`, error)
        wake()
      })
    },
    drain: () => until(() => inFlight === 0),
    get reconnects() {
      return reconnects
    },
    close,
  }
}

function nameOf({ party, device }: Device): string {
  return `${party}/${device}`
}

function topicOf({ party, site, device, channel }: Device): string {
  return `suyuan/v1/${party}/${site}/${device}/${channel}`
}

async function connect(url: string, username: string, password: string): Promise<MqttClient> {
  const clientId = `simulator/${username}`
  try {
    return await connectAsync(url, { clientId, username, password, reconnectPeriod: 500 }, false)
  } catch (cause) {
    throw new PublishError(`${username} could not connect to ${url}`, { cause })
  }
}
