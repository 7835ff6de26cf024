/**
 * Hands commands to the devices of a party that listen on their `cmd` topic, and tells how many
 * have taken them: with QoS 1 those that have acknowledged, with QoS 0 those it was written to.
 * Whoever sends keeps what nobody took.
 *
 * Aedes does not say which message a device acknowledges, so any that it acknowledges after the
 * command counts: a rejection on its way at the same time may be taken for it.
 */
import type { Client } from 'aedes'
import type { DeviceBroker } from './broker.ts'
import type { Connection, Connections } from './connections.ts'

/** A device that has not acknowledged by then has not taken it. */
const patienceMs = 5_000

export class Notices {
  readonly #broker: DeviceBroker
  readonly #connections: Connections
  /** Connections that have to acknowledge, and what to do when they have. */
  readonly #awaited = new Map<Connection, () => void>()

  constructor(broker: DeviceBroker, connections: Connections) {
    this.#broker = broker
    this.#connections = connections
    broker.on('ack', (_packet, client: Client) => {
      this.#awaited.get(connections.of(client.conn))?.()
    })
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

  /** Hands a command to the devices of a party; gives how many connections have taken it. */
  async publish(party: string, payload: string): Promise<number> {
    const listeners = new Map<string, Connection[]>()
    for (const connection of this.#connections) {
      const { admission } = connection
      if (admission?.device.party !== party || qosOf(connection) === undefined) continue
      const { commands } = admission.topics
      listeners.set(commands, [...(listeners.get(commands) ?? []), connection])
    }
    const taken = await Promise.all(
      [...listeners].map(([topic, connections]) => this.#publishTo(topic, payload, connections)),
    )
    return taken.flat().filter((isTaken) => isTaken).length
  }

  /** `connections`: those of one device. Gives of each whether it has taken it. */
  #publishTo(
    topic: string,
    payload: string,
    connections: readonly Connection[],
  ): Promise<readonly boolean[]> {
    const packet = { cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false } as const
    const written = new Promise<boolean>((resolve) => {
      this.#broker.publish(packet, () => resolve(true))
    })
    return Promise.all(
      connections.map((connection) => {
        return qosOf(connection) === 0 ? written : this.#untilAcknowledged(connection)
      }),
    )
  }

  #untilAcknowledged(connection: Connection): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (isTaken: boolean) => {
        clearTimeout(timer)
        this.#awaited.delete(connection)
        resolve(isTaken)
      }
      const timer = setTimeout(() => end(false), patienceMs)
      this.#awaited.set(connection, () => end(true))
    })
  }
}

/** With which QoS a connection listens to commands; undefined where it does not. */
function qosOf({ admission, granted, socket }: Connection): number | undefined {
  if (admission === undefined || socket.destroyed) return undefined
  const { commands } = admission.topics
  return granted.get(commands) ?? granted.get(commands.replace(/cmd$/, '+'))
}
