/**
 * Hands commands to the devices of a party that listen on their `cmd` topic, and tells how many
 * have taken them: with QoS 1 those that have acknowledged, with QoS 0 those it was written to.
 * Whoever sends keeps what nobody took.
 */
import type { AedesPublishPacket } from 'aedes'
import type { DeviceBroker } from './broker.ts'
import type { Connection, Connections } from './connections.ts'

/** A device that has not acknowledged by then has not taken it. */
const patienceMs = 5_000

interface Awaited {
  readonly payload: string
  /** Devices that have to acknowledge. */
  waiting: number
  taken: number
  readonly done: () => void
}

export class Notices {
  readonly #broker: DeviceBroker
  readonly #connections: Connections
  /** By topic, which is that of one device. */
  readonly #awaited = new Map<string, Awaited>()

  constructor(broker: DeviceBroker, connections: Connections) {
    this.#broker = broker
    this.#connections = connections
    broker.on('ack', (packet) => this.#onAck(packet as AedesPublishPacket | undefined))
  }

  /** Slugs of the parties of which a device listens. */
  listening(): string[] {
    const parties = new Set<string>()
    for (const connection of this.#connections) {
      const { admission } = connection
      if (admission && qosOf(connection) !== undefined) parties.add(admission.device.party)
    }
    return [...parties]
  }

  /** Hands a command to the devices of a party; gives how many have taken it. */
  async publish(party: string, payload: string): Promise<number> {
    const topics = new Map<string, number[]>()
    for (const connection of this.#connections) {
      const { admission } = connection
      const qos = qosOf(connection)
      if (admission?.device.party !== party || qos === undefined) continue
      const { commands } = admission.topics
      topics.set(commands, [...(topics.get(commands) ?? []), qos])
    }
    const taken = await Promise.all(
      [...topics].map(([topic, listeners]) => this.#publishTo(topic, payload, listeners)),
    )
    return taken.reduce((sum, count) => sum + count, 0)
  }

  /** `listeners`: the QoS of each connection of the device. */
  #publishTo(topic: string, payload: string, listeners: readonly number[]): Promise<number> {
    const acknowledging = listeners.filter((qos) => qos > 0).length
    const packet = { cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false } as const
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        this.#awaited.delete(topic)
        resolve(awaited.taken)
      }
      const timer = setTimeout(end, patienceMs)
      const awaited: Awaited = { payload, waiting: acknowledging, taken: 0, done: end }
      this.#awaited.set(topic, awaited)
      this.#broker.publish(packet, () => {
        awaited.taken += listeners.length - acknowledging
        if (awaited.waiting === 0) end()
      })
    })
  }

  #onAck(packet: AedesPublishPacket | undefined): void {
    const awaited = packet && this.#awaited.get(packet.topic)
    if (!awaited || packet.payload.toString() !== awaited.payload) return
    awaited.taken += 1
    awaited.waiting -= 1
    if (awaited.waiting <= 0) awaited.done()
  }
}

/** With which QoS a connection listens to commands; undefined where it does not. */
function qosOf({ admission, granted, socket }: Connection): number | undefined {
  if (admission === undefined || socket.destroyed) return undefined
  const { commands } = admission.topics
  return granted.get(commands) ?? granted.get(commands.replace(/cmd$/, '+'))
}
