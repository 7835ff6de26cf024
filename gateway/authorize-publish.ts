/**
 * The intake: a device's message goes to the journal before anything is answered.
 *
 * Aedes writes PUBACK (QoS 1) and PUBREC (QoS 2) after this hook has called back, so the promise
 * "an acknowledged message is on disk" stands on one line below, and on the journal's: it calls back
 * after fdatasync, in the order of arrival [MQTT-4.6.0-2].
 *
 * Wills come here as well, from a client that has closed, and are messages of their device like any
 * other. QoS 0 is journalled too; nobody is told.
 */
import type { AedesOptions, Client, PublishPacket } from 'aedes'
import type { Journal } from '#store/journal/journal.ts'
import type { IntakeBroker } from './broker.ts'
import type { Admission, Connections } from './connections.ts'
import { type Refusals, RefusedError } from './refusals.ts'
import type { Rejections } from './rejections.ts'
import type { Valve } from './valve.ts'

type Callback = (error?: Error | null) => void

export interface IntakeParts {
  readonly journal: Pick<Journal, 'append'>
  readonly broker: IntakeBroker
  readonly connections: Connections
  readonly refusals: Refusals
  readonly rejections: Rejections
  readonly valve: Valve
  readonly onJournalFailure: (error: Error) => void
  readonly nowUs: () => number
}

export interface IntakeStats {
  received: number
  receivedBytes: number
  /** Journalled and told so: QoS 1 and 2. */
  acknowledged: number
}

const nothing = Buffer.alloc(0)
const shownTopic = 200

export class Intake {
  readonly stats: IntakeStats = { received: 0, receivedBytes: 0, acknowledged: 0 }
  readonly #parts: IntakeParts

  constructor(parts: IntakeParts) {
    this.#parts = parts
  }

  readonly authorizePublish: NonNullable<AedesOptions['authorizePublish']> = (
    client,
    packet,
    callback,
  ) => {
    const { broker, connections } = this.#parts
    // Aedes passes null for the will of another broker's client; there is no other broker.
    if (client === null) return callback(new Error('a message without a client'))
    const { admission } = connections.of(client.conn)
    const topic = admission?.topics.publishable(packet.topic)
    if (admission === undefined || topic === undefined) {
      return this.#refuse(client, packet, callback)
    }
    // Retained messages trigger a fault of Aedes that loses acknowledged ones (aedes#994).
    packet.retain = false
    if (!(packet.dup && packet.qos === 2))
      return this.#take(admission, topic, client, packet, callback)
    broker.hasTaken(client, packet).then((repeat) => {
      // Already on disk: Aedes answers PUBREC again and nothing is journalled twice.
      if (repeat) callback(null)
      else this.#take(admission, topic, client, packet, callback)
    }, callback)
  }

  #take(
    { device }: Admission,
    topic: string,
    client: Client,
    packet: PublishPacket,
    callback: Callback,
  ): void {
    const { journal, valve, nowUs, onJournalFailure } = this.#parts
    const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload)
    this.stats.received += 1
    this.stats.receivedBytes += payload.length
    valve.enter(payload.length)
    const entry = {
      kind: 'mqtt' as const,
      party: device.party,
      device: device.device,
      topic,
      receivedAtUs: nowUs(),
      payload,
    }
    journal.append(entry, (error) => {
      valve.leave(payload.length)
      // A crash or a fault before here loses only what its device was never told is safe.
      if (error !== undefined) return onJournalFailure(error)
      // Aedes keeps a QoS 2 packet until its PUBREL: its bytes are safe already.
      packet.payload = nothing
      // Nobody is left to tell; a packet id tells it from a will, which must be called back.
      if (client.closed && packet.messageId !== undefined) return undefined
      if (packet.qos > 0) this.stats.acknowledged += 1
      return callback(null)
    })
  }

  #refuse(client: Client, packet: PublishPacket, callback: Callback): void {
    const { connections, refusals, rejections } = this.#parts
    const connection = connections.of(client.conn)
    const topic = packet.topic.slice(0, shownTopic)
    const error = new RefusedError('foreign_topic')
    refusals.note('foreign_topic', connection, { topic })
    const { message } = error
    rejections.tell(connection, { code: 'foreign_topic', path: 'topic', message, topic }, () =>
      callback(error),
    )
  }
}
