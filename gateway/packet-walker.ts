/**
 * Walks the MQTT packets of a byte stream by their fixed headers, without looking at what they say
 * [MQTT 2.2]. It tells what must be known before a body is buffered: how long the packet will be.
 * Pure; costs a few nanoseconds a packet, so it can stand in front of every byte.
 */

/** Why a stream is not read any further. */
export type StreamFault = 'not_mqtt' | 'malformed_packet' | 'packet_too_large'

export interface PacketLimits {
  /** Longest remaining length of a PUBLISH. */
  readonly maxPublishBytes: number
  /** Of any other packet: the largest of them, a CONNECT with a will, needs two 64 KiB fields. */
  readonly maxControlBytes: number
}

const connect = 1
const publish = 3
/** The fourth and last length byte counts in this unit [MQTT 2.2.3]. */
const lastScale = 128 ** 3

export class PacketWalker {
  /** Whether the last chunk holds any byte of a PUBLISH. */
  publishes = false
  /** Where in the last chunk its unfinished (or faulty) packet begins; 0 if in a chunk before. */
  startsAt = 0
  /** Remaining length of the packet that the last chunk leaves unfinished; 0 if it leaves none. */
  unfinishedBytes = 0
  /** Remaining length that the header before the fault announced. */
  announcedBytes = 0
  fault: StreamFault | undefined

  readonly #limits: PacketLimits
  #type = 0
  #scale = 0
  #length = 0
  #left = 0
  #sawConnect = false

  constructor(limits: PacketLimits) {
    this.#limits = limits
  }

  /** Walks the next chunk of the stream. Nothing may follow a fault. */
  walk(chunk: Uint8Array): void {
    this.publishes = false
    this.startsAt = 0
    let at = 0
    while (at < chunk.length && this.fault === undefined) {
      if (this.#left > 0) {
        const step = Math.min(this.#left, chunk.length - at)
        at += step
        this.#left -= step
      } else if (this.#scale === 0) {
        this.startsAt = at
        this.#begin((chunk[at++] ?? 0) >> 4)
      } else {
        this.#readLength(chunk[at++] ?? 0)
      }
      if (this.#type === publish) this.publishes = true
    }
    if (this.#left === 0 && this.#scale === 0) this.startsAt = chunk.length
    this.unfinishedBytes = this.#left > 0 ? this.#length : 0
  }

  #begin(type: number): void {
    // The first packet is a CONNECT [MQTT-3.1.0-1]: a browser or a TLS hello ends here.
    if (!this.#sawConnect && type !== connect) this.fault = 'not_mqtt'
    this.#sawConnect = true
    this.#type = type
    this.#scale = 1
    this.#length = 0
  }

  #readLength(byte: number): void {
    this.#length += (byte & 127) * this.#scale
    if (byte > 127) {
      if (this.#scale === lastScale) this.fault = 'malformed_packet'
      this.#scale *= 128
      return
    }
    const { maxPublishBytes, maxControlBytes } = this.#limits
    if (this.#length > (this.#type === publish ? maxPublishBytes : maxControlBytes)) {
      this.fault = 'packet_too_large'
      this.announcedBytes = this.#length
    }
    this.#scale = 0
    this.#left = this.#length
  }
}
