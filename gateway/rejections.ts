/**
 * Tells a device what of its messages was refused, on its `rejected` topic (QoS 1). It is a
 * courtesy to a device that listens: every rejection is kept and found through the API, so here
 * nothing waits and nothing piles up.
 */
import { formatTimeUs } from '#epcis/time.ts'
import type { RejectionNotice } from '#ingest/news.ts'
import type { DeviceBroker } from './broker.ts'
import type { Connection, Connections } from './connections.ts'

/** What a device reads on its `rejected` topic, as JSON. */
export interface RejectedMessage {
  readonly code: string
  /** Where in the message, as a JSON Pointer; `topic` for the topic itself. */
  readonly path: string
  readonly message: string
  /** The topic it had been published to; absent where it was not read that far. */
  readonly topic?: string
  /** Which event of the message; absent where it is about the whole. */
  readonly index?: number
  readonly receivedAt?: string
}

export interface RejectionStats {
  readonly rejectionsPublished: number
  readonly rejectionsDropped: number
}

/** More than so many under way are dropped: as many as Aedes delivers at a time. */
const maxUnderWay = 100

export class Rejections {
  readonly #broker: DeviceBroker
  readonly #connections: Connections
  #underWay = 0
  #published = 0
  #dropped = 0

  constructor(broker: DeviceBroker, connections: Connections) {
    this.#broker = broker
    this.#connections = connections
  }

  /** Tells the device of a rejection, if it is connected. */
  publish(notice: RejectionNotice): void {
    const [connection] = this.#connections.ofDevice(notice)
    if (connection === undefined) return
    const { code, path, message, topic, index, receivedAtUs } = notice
    const receivedAt = formatTimeUs(receivedAtUs)
    const which = index < 0 ? {} : { index }
    this.tell(connection, { code, path, message, topic, ...which, receivedAt }, () => {})
  }

  /** Tells the device of this connection; `done` is called when it has been written, or dropped. */
  tell(connection: Connection, rejected: RejectedMessage, done: () => void): void {
    const topic = connection.admission?.topics.rejected
    if (topic === undefined || connection.socket.destroyed || this.#underWay >= maxUnderWay) {
      this.#dropped += 1
      done()
      return
    }
    this.#underWay += 1
    const payload = JSON.stringify(rejected)
    const packet = { cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false } as const
    this.#broker.publish(packet, () => {
      this.#underWay -= 1
      this.#published += 1
      done()
    })
  }

  stats(): RejectionStats {
    return { rejectionsPublished: this.#published, rejectionsDropped: this.#dropped }
  }
}
