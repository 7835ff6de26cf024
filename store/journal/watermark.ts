/// <reference lib="es2024.sharedmemory" />
/**
 * How far the journal is durable and how far it has been followed, shared between threads: readers
 * in other threads know what they may read without asking, and sleep until there is more.
 */
import type { JournalPosition } from '#store/trail.ts'

const DURABLE = 0
const FOLLOWED = 1

/** A view of the two positions in a SharedArrayBuffer of 16 bytes, handed from thread to thread. */
export class Watermark {
  readonly buffer: SharedArrayBuffer
  readonly #cells: BigInt64Array

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(16)) {
    this.buffer = buffer
    this.#cells = new BigInt64Array(buffer)
  }

  /** Everything before it has been synced to disk. */
  get durableEnd(): JournalPosition {
    return Number(Atomics.load(this.#cells, DURABLE))
  }

  /** Everything before it has been followed by every follower: it will not be read again. */
  get followedEnd(): JournalPosition {
    return Number(Atomics.load(this.#cells, FOLLOWED))
  }

  /** The journal alone calls this, after its sync. Wakes those who wait. */
  setDurable(end: JournalPosition): void {
    Atomics.store(this.#cells, DURABLE, BigInt(end))
    Atomics.notify(this.#cells, DURABLE)
  }

  setFollowed(end: JournalPosition): void {
    Atomics.store(this.#cells, FOLLOWED, BigInt(end))
  }

  /** Resolves when there is something durable behind `position`, or after `timeoutMs`. */
  async wait(position: JournalPosition, timeoutMs: number): Promise<void> {
    const end = Atomics.load(this.#cells, DURABLE)
    if (end > BigInt(position)) return
    const waiting = Atomics.waitAsync(this.#cells, DURABLE, end, timeoutMs)
    if (!waiting.async) return
    // Waiting on shared memory does not keep a thread alive, a timer does (node#61941).
    const alive = setTimeout(() => undefined, timeoutMs)
    await waiting.value
    clearTimeout(alive)
  }
}
