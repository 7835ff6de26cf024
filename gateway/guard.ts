/**
 * The guard between a socket and Aedes. It takes the place of the socket's `read`, the one way for
 * bytes to reach the broker, so that Aedes sees a chunk only when
 * - no packet in it is longer than allowed (Aedes and its parser know no limit: they would buffer
 *   the 256 MiB that a header may announce);
 * - the valve is open, or the chunk holds no PUBLISH. A CONNECT, a PINGREQ and a PUBACK pass a shut
 *   valve, so a device that only listens outlives a stall. One whose PUBLISH stands in front of its
 *   PINGREQ does not outlive a stall of more than 1.5 x keep alive: it connects again, and sends
 *   again what was never acknowledged;
 * - a large packet has its whole length reserved, so that many of them cannot add up.
 * Chunks pass uncopied, and the way out (acknowledgements) is untouched.
 */
import type { Socket } from 'node:net'
import type { Connection } from './connections.ts'
import { type PacketLimits, PacketWalker, type StreamFault } from './packet-walker.ts'
import type { Valve } from './valve.ts'

/** What of an unfinished packet needs no reservation: every connection may hold that much. */
const smallPacketBytes = 64 * 1024
/** A large packet must arrive at least at this rate, or it would hold its reservation for ever. */
const slowestBytesPerMs = 8
const graceMs = 30_000
/** Stands in a socket's buffer for what was taken out of it and may not yet be handed on. */
const placeholder = Buffer.alloc(1)

export type GuardFault = StreamFault | 'packet_too_slow'

export interface GuardOptions {
  readonly limits: PacketLimits
  readonly valve: Valve
  /** Called once; nothing is read from the socket afterwards. The caller ends the connection. */
  readonly onFault: (connection: Connection, fault: GuardFault, announcedBytes: number) => void
}

export function guardConnection(connection: Connection, options: GuardOptions): void {
  const { socket } = connection
  const guard = new Guard(connection, options)
  // Node itself calls read(0), to fill its buffer; that hands nothing out.
  const fill = socket.read.bind(socket)
  socket.read = (size?: number) => (size === 0 ? fill(0) : guard.read())
  socket.once('close', () => guard.end())
}

class Guard {
  readonly #connection: Connection
  readonly #socket: Socket
  readonly #options: GuardOptions
  readonly #walker: PacketWalker
  readonly #read: () => Buffer | null
  readonly #wake: () => void
  /** Taken from the socket, walked, and not yet handed on. */
  #chunk: Buffer | null = null
  /** Where in it the packet begins that it leaves unfinished, or that may not pass. */
  #startsAt = 0
  #hasWaited = false
  #holdsPlace = false
  #reservedBytes = 0
  #deadline: NodeJS.Timeout | undefined
  #ended = false

  constructor(connection: Connection, options: GuardOptions) {
    const { socket } = connection
    this.#connection = connection
    this.#socket = socket
    this.#options = options
    this.#walker = new PacketWalker(options.limits)
    this.#read = socket.read.bind(socket)
    this.#wake = () => socket.emit('readable')
  }

  /** The next bytes that Aedes may have; null where it has to wait for `readable`. */
  read(): Buffer | null {
    const chunk = this.#next()
    if (chunk === null) return null
    if (this.#walker.publishes && this.#options.valve.isShut()) return this.#wait()
    // The end of the packet before: what it had reserved now counts as held by the journal.
    if (this.#startsAt > 0) this.#release()
    const { fault } = this.#walker
    if (fault === undefined && this.#reserve()) return this.#handOn(chunk, chunk.length)
    // What stands before the packet that may not pass is handed on, and acknowledged, first.
    if (this.#startsAt > 0) return this.#handOn(chunk, this.#startsAt)
    return fault === undefined ? this.#wait() : this.#fail(fault)
  }

  end(): void {
    this.#ended = true
    this.#chunk = null
    if (this.#holdsPlace) this.#take()
    this.#release()
    this.#options.valve.forget(this.#wake)
  }

  #next(): Buffer | null {
    if (this.#ended || this.#chunk !== null) return this.#chunk
    this.#chunk = this.#take()
    if (this.#chunk === null) return null
    this.#walker.walk(this.#chunk)
    this.#startsAt = this.#walker.startsAt
    return this.#chunk
  }

  /**
   * Keeps the socket from ending while a chunk of it waits here. A device may send, say DISCONNECT
   * and close; were its buffer empty by then, Node would close our side too, and what waits would
   * be lost though it had arrived.
   */
  #holdPlace(): void {
    if (this.#holdsPlace || this.#socket.readableEnded || this.#socket.destroyed) return
    this.#holdsPlace = true
    this.#socket.unshift(placeholder)
  }

  #take(): Buffer | null {
    const bytes = this.#read()
    if (bytes === null || !this.#holdsPlace) return bytes
    this.#holdsPlace = false
    // Read again where it was alone: that is how Node learns that the end may be told.
    return bytes.length === 1 ? this.#read() : bytes.subarray(1)
  }

  #handOn(chunk: Buffer, length: number): Buffer {
    if (this.#hasWaited) {
      this.#hasWaited = false
      // Node has said `readable` of what came in the meantime, and will not say it again.
      if (this.#socket.readableLength > 0) setImmediate(this.#wake)
    }
    if (length === chunk.length) {
      this.#chunk = null
      return chunk
    }
    this.#chunk = chunk.subarray(length)
    this.#startsAt = 0
    return chunk.subarray(0, length)
  }

  #wait(): null {
    this.#hasWaited = true
    this.#holdPlace()
    this.#options.valve.wait(this.#wake)
    return null
  }

  #fail(fault: GuardFault): null {
    this.end()
    this.#options.onFault(this.#connection, fault, this.#walker.announcedBytes)
    return null
  }

  #reserve(): boolean {
    const bytes = this.#walker.unfinishedBytes
    if (bytes <= smallPacketBytes || this.#reservedBytes > 0) return true
    if (!this.#options.valve.reserve(bytes)) return false
    this.#reservedBytes = bytes
    this.#expect(graceMs + bytes / slowestBytesPerMs)
    return true
  }

  #expect(withinMs: number): void {
    this.#deadline = setTimeout(() => {
      // A stall is ours, not the device's.
      if (this.#options.valve.isShut()) this.#expect(graceMs)
      else this.#fail('packet_too_slow')
    }, withinMs).unref()
  }

  #release(): void {
    if (this.#reservedBytes === 0) return
    clearTimeout(this.#deadline)
    this.#options.valve.release(this.#reservedBytes)
    this.#reservedBytes = 0
  }
}
