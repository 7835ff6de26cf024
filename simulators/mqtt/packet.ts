/**
 * MQTT 3.1.1 as a device speaks it: the packets that it sends, packed into bytes, and those that a
 * broker answers with, cut out of the stream. Nothing here knows sockets. Sections are those of the
 * OASIS standard of 29 October 2014.
 */

export interface Login {
  readonly clientId: string
  readonly username: string
  readonly password: string
  /** 0 never pings. [MQTT 3.1.2.10] */
  readonly keepAliveSeconds: number
}

export type QoS = 0 | 1

/** Types of the packets that a publisher hears. [MQTT 2.2.1] */
export const CONNACK = 2
export const PUBACK = 4

const PUBLISH_BITS = 0x30
const DUP_BIT = 0x08
/** Clean session, user name and password. [MQTT 3.1.2.3] */
const CONNECT_FLAGS = 0xc2
const LEVEL = 4

/** [MQTT 3.12]: a fixed header alone. */
export const PINGREQ = Buffer.from([0xc0, 0])
/** [MQTT 3.14] */
export const DISCONNECT = Buffer.from([0xe0, 0])

/** [MQTT 3.1] */
export function connectPacket(login: Login): Buffer {
  const { clientId, username, password, keepAliveSeconds } = login
  const head = Buffer.from([0, 4, 0x4d, 0x51, 0x54, 0x54, LEVEL, CONNECT_FLAGS, 0, 0])
  head.writeUInt16BE(keepAliveSeconds, 8)
  const body = Buffer.concat([head, ...[clientId, username, password].map(prefixed)])
  return Buffer.concat([Buffer.from([0x10, ...lengthBytes(body.length)]), body])
}

/** `packetId`, 1 to 65535, is left out at QoS 0. [MQTT 3.3, 2.3.1] */
export function publishPacket(topic: Buffer, payload: string, qos: QoS, packetId: number): Buffer {
  const idBytes = qos === 0 ? 0 : 2
  const payloadBytes = Buffer.byteLength(payload)
  const length = 2 + topic.length + idBytes + payloadBytes
  const packet = Buffer.allocUnsafe(1 + lengthWidth(length) + length)
  packet[0] = PUBLISH_BITS | (qos << 1)
  let at = writeLength(packet, length)
  packet[at] = topic.length >> 8
  packet[at + 1] = topic.length & 0xff
  at += 2
  packet.set(topic, at)
  at += topic.length
  if (qos === 1) {
    packet[at] = packetId >> 8
    packet[at + 1] = packetId & 0xff
    at += 2
  }
  packet.write(payload, at)
  return packet
}

/** Marks a packet of QoS 1 as sent again. [MQTT-3.3.1-1] */
export function markAgain(packet: Buffer): void {
  packet[0] = (packet[0] ?? 0) | DUP_BIT
}

/** Cuts whole packets out of a stream; what is unfinished waits for more. */
export class PacketReader {
  #rest: Buffer = Buffer.alloc(0)

  /**
   * Calls `onPacket` for every packet that `chunk` completes, with its type and what follows its
   * fixed header. Gives false where the stream is no MQTT: it cannot be read on.
   */
  read(chunk: Buffer, onPacket: (type: number, body: Buffer) => void): boolean {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    while (at < bytes.length) {
      const size = sizeAt(bytes, at + 1)
      if (size === 'wrong') return false
      if (size === undefined || size.bodyAt + size.length > bytes.length) break
      const end = size.bodyAt + size.length
      onPacket((bytes[at] ?? 0) >> 4, bytes.subarray(size.bodyAt, end))
      at = end
    }
    this.#rest = bytes.subarray(at)
    return true
  }
}

interface Size {
  readonly bodyAt: number
  readonly length: number
}

/** The remaining length: 7 bits a byte, 4 bytes at most. [MQTT 2.2.3] */
function sizeAt(bytes: Buffer, start: number): Size | 'wrong' | undefined {
  let length = 0
  for (let width = 0; width < 4; width += 1) {
    const byte = bytes[start + width]
    if (byte === undefined) return undefined
    length += (byte & 0x7f) * 128 ** width
    if (byte < 0x80) return { bodyAt: start + width + 1, length }
  }
  return 'wrong'
}

function writeLength(packet: Buffer, length: number): number {
  let at = 1
  for (let left = length; ; left = Math.floor(left / 128)) {
    packet[at] = left < 128 ? left : (left % 128) | 0x80
    at += 1
    if (left < 128) return at
  }
}

function lengthWidth(length: number): number {
  if (length < 128) return 1
  if (length < 16_384) return 2
  return length < 2_097_152 ? 3 : 4
}

function lengthBytes(length: number): number[] {
  const packet = Buffer.alloc(5)
  const end = writeLength(packet, length)
  return [...packet.subarray(1, end)]
}

/** UTF-8 with its length before it. [MQTT 1.5.3] */
function prefixed(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes])
}
