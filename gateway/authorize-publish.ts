/**
 * A device's message goes to the journal before anything is answered.
 *
 * Aedes writes PUBACK (QoS 1) and PUBREC (QoS 2) after this hook has called back. So the promise
 * "an acknowledged message is on disk" rests on one line below, and on the journal's: it calls back
 * after fdatasync, in the order of arrival [MQTT-4.6.0-2].
 *
 * Wills come here as well, from a client that has closed, and are messages of their device like any
 * other. QoS 0 is journalled too; nobody is told.
 */
import type { AedesOptions, Client, PublishPacket } from 'aedes'
import type { Journal } from '#store/journal/journal.ts'
import type { DeviceBroker } from './broker.ts'
import type { Admission, Connection, Connections } from './connections.ts'
import { type Refusals, RefusedError } from './refusals.ts'
import type { Rejections } from './rejections.ts'
import type { Valve } from './valve.ts'

type Callback = (error?: Error | null) => void

export interface PublishParts {
  readonly journal: Pick<Journal, 'append'>
  readonly broker: Pick<DeviceBroker, 'hasTaken'>
  readonly connections: Connections
  readonly refusals: Refusals
  readonly rejections: Rejections
  readonly valve: Valve
  /** Called instead of acknowledging. */
  readonly onFailure: (error: Error) => void
  /** Microseconds since 1970. */
  readonly nowUs: () => number
  /** Counted up here. */
  readonly stats: PublishStats
}

export interface PublishStats {
  received: number
  receivedBytes: number
  /** Journalled and told so: QoS 1 and 2. */
  acknowledged: number
}

const nothing = Buffer.alloc(0)
/** Of a foreign topic, so much is told. */
const shownTopic = 200

export function authorizePublish(
  parts: PublishParts,
): NonNullable<AedesOptions['authorizePublish']> {
  const { broker, connections } = parts
  return (client, packet, callback) => {
    // Aedes passes null for the will of another broker's client; there is no other broker.
    if (client === null) return callback(new Error('a message without a client'))
    const connection = connections.of(client.conn)
    // Not called back: what follows a refused message is not taken, its will still is.
    if (connection.isEnding && !client.closed) return
    const { admission } = connection
    const topic = admission?.topics.publishable(packet.topic)
    if (admission === undefined || topic === undefined) {
      return refuse(parts, connection, packet, callback)
    }
    // Retained messages trigger a fault of Aedes that loses acknowledged ones (aedes#994).
    packet.retain = false
    if (!packet.dup || packet.qos < 2) {
      return take(parts, { admission, topic, client, packet, callback })
    }
    void broker.hasTaken(client, packet).then((hasTaken) => {
      // On disk already: Aedes answers PUBREC again, and nothing is journalled twice.
      if (hasTaken) callback(null)
      else take(parts, { admission, topic, client, packet, callback })
    })
  }
}

interface Publish {
  readonly admission: Admission
  readonly topic: string
  readonly client: Client
  readonly packet: PublishPacket
  readonly callback: Callback
}

function take(parts: PublishParts, publish: Publish): void {
  const { journal, valve, nowUs, onFailure, stats } = parts
  const { admission, topic, client, packet, callback } = publish
  const { party, device } = admission.device
  const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload)
  stats.received += 1
  stats.receivedBytes += payload.length
  valve.enter(payload.length)
  const entry = { kind: 'mqtt', party, device, topic, receivedAtUs: nowUs(), payload } as const
  journal.append(entry, (error) => {
    valve.leave(payload.length)
    // Up to here a crash loses what the device was never told is safe, and will send again.
    if (error !== undefined) return onFailure(error)
    // Aedes keeps a QoS 2 packet until its PUBREL: without its bytes, which are safe.
    packet.payload = nothing
    // Nobody is left to tell; but a will, which has no packet id, is called back for all that.
    if (client.closed && packet.messageId !== undefined) return
    if (packet.qos > 0) stats.acknowledged += 1
    // On disk: acknowledged from here on.
    callback(null)
  })
}

function refuse(
  { refusals, rejections }: PublishParts,
  connection: Connection,
  packet: PublishPacket,
  callback: Callback,
): void {
  connection.isEnding = true
  const error = new RefusedError('foreign_topic')
  const topic = packet.topic.slice(0, shownTopic)
  refusals.note('foreign_topic', connection, { topic })
  const rejected = { code: 'foreign_topic', path: 'topic', message: error.message, topic }
  rejections.tell(connection, rejected, () => callback(error))
}
