/**
 * The valve: decides whether more may be read from the sockets, and so bounds the memory of the
 * intake. While it is shut, TCP slows the devices down and nothing is dropped.
 *
 * Between a socket and the disk at most these are held, whatever the devices do:
 * - messages handed to the journal and not yet durable: `maxHeldBytes` and `maxHeldMessages`, and
 *   the one chunk of a socket that reached them;
 * - large packets on their way in: `maxArrivingBytes`, reserved whole before their second chunk;
 * - the read buffer of each socket (listen.ts), and one chunk out of it (guard.ts).
 */
import type { Logger } from 'pino'

export interface ValveLimits {
  readonly maxHeldMessages: number
  readonly maxHeldBytes: number
  readonly maxArrivingBytes: number
}

export interface ValveStats {
  /** Whether no PUBLISH is read now, and how often it has come to that. */
  readonly stalled: boolean
  readonly stalls: number
  /** With the journal, and not yet durable. */
  readonly heldMessages: number
  readonly heldBytes: number
}

/** How often a shut valve asks whether there is room again. */
const pollMs = 20
/** A stall this long is worth a line in the log; shorter ones are how back-pressure works. */
const longStallUs = 1_000_000

export class Valve {
  readonly #limits: ValveLimits
  readonly #hasRoom: () => boolean
  readonly #nowUs: () => number
  readonly #log: Logger
  readonly #waiting = new Set<() => void>()
  #heldMessages = 0
  #heldBytes = 0
  #arrivingBytes = 0
  #stalls = 0
  #stalledAtUs: number | undefined
  #told = false
  #closed = false
  #scheduled = false
  #poll: NodeJS.Timeout | undefined

  constructor(limits: ValveLimits, hasRoom: () => boolean, nowUs: () => number, log: Logger) {
    this.#limits = limits
    this.#hasRoom = hasRoom
    this.#nowUs = nowUs
    this.#log = log
  }

  /** Whether no further PUBLISH may be read now. */
  isShut(): boolean {
    const shut =
      this.#closed ||
      this.#heldMessages >= this.#limits.maxHeldMessages ||
      this.#heldBytes >= this.#limits.maxHeldBytes ||
      !this.#hasRoom()
    if (shut !== (this.#stalledAtUs !== undefined)) this.#turn(shut)
    return shut
  }

  /** A message of so many bytes went to the journal. */
  enter(bytes: number): void {
    this.#heldMessages += 1
    this.#heldBytes += bytes
  }

  /** The journal is done with it. */
  leave(bytes: number): void {
    this.#heldMessages -= 1
    this.#heldBytes -= bytes
    this.#wakeSoon()
  }

  /** Reserves room for a large packet that is on its way in; false where there is none now. */
  reserve(bytes: number): boolean {
    if (this.#arrivingBytes + bytes > this.#limits.maxArrivingBytes) return false
    this.#arrivingBytes += bytes
    return true
  }

  release(bytes: number): void {
    this.#arrivingBytes -= bytes
    this.#wakeSoon()
  }

  /** Calls `wake` once when it may be worth to try again, in the order of asking. */
  wait(wake: () => void): void {
    if (this.#closed) return
    this.#waiting.add(wake)
    this.#poll ??= setInterval(() => this.#wake(), pollMs).unref()
  }

  forget(wake: () => void): void {
    this.#waiting.delete(wake)
  }

  /** Shuts for good: the gateway is closing. */
  close(): void {
    this.#closed = true
    clearInterval(this.#poll)
    this.#waiting.clear()
  }

  stats(): ValveStats {
    return {
      stalled: this.#stalledAtUs !== undefined,
      stalls: this.#stalls,
      heldMessages: this.#heldMessages,
      heldBytes: this.#heldBytes,
    }
  }

  #wakeSoon(): void {
    // Not at once: `leave` is called from inside the journal's round of callbacks.
    if (this.#waiting.size === 0 || this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#wake()
    })
  }

  #wake(): void {
    if (this.isShut()) {
      this.#tellLongStall()
      return
    }
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    // Who finds the valve shut again is put behind the others, in the same order: nobody starves.
    for (const wake of waiting) wake()
    if (this.#waiting.size > 0) return
    clearInterval(this.#poll)
    this.#poll = undefined
  }

  #turn(shut: boolean): void {
    if (shut) {
      this.#stalls += 1
      this.#stalledAtUs = this.#nowUs()
      return
    }
    if (this.#told) this.#log.info('there is room again: devices are read')
    this.#told = false
    this.#stalledAtUs = undefined
  }

  #tellLongStall(): void {
    if (this.#told || this.#closed || this.#stalledAtUs === undefined) return
    if (this.#nowUs() - this.#stalledAtUs < longStallUs) return
    this.#told = true
    this.#log.warn(this.stats(), 'no room in the journal: devices are not read until there is')
  }
}
