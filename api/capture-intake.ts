/**
 * The way of a captured body into the journal, for both capture routes. What it promises is what
 * the gateway promises of PUBACK: once a route has answered 202 or 201, the bytes are on disk.
 * Memory is bounded: one body by its limit, all that are on their way together by a budget.
 */
import { MAX_PARTS } from '#ingest/decoded.ts'
import type { Journal } from '#store/journal/journal.ts'
import type { JournalPosition } from '#store/trail.ts'
import { readBody, requireJson } from './body.ts'
import type { Caller } from './caller.ts'
import { Problem } from './problem.ts'

/** Events that one capture may hold. */
export const captureLimit = MAX_PARTS

export interface CaptureIntakeParts {
  readonly journal: Pick<Journal, 'append' | 'failed'>
  /** Whether the journal may grow. */
  readonly hasRoom: () => boolean
  readonly nowUs: () => number
  /** Largest body that is read. */
  readonly maxBodyBytes: number
}

/** So many of the largest bodies may be on their way at a time. */
const largestAtATime = 8

export class CaptureIntake {
  readonly #parts: CaptureIntakeParts
  readonly #budget: ByteBudget

  constructor(parts: CaptureIntakeParts) {
    this.#parts = parts
    this.#budget = new ByteBudget(largestAtATime * parts.maxBodyBytes)
  }

  /** What the EPCIS binding has a server announce of its limits. */
  get limitHeaders(): Record<string, string> {
    return {
      'GS1-EPCIS-Capture-Limit': String(captureLimit),
      'GS1-EPCIS-Capture-File-Size-Limit': String(this.#parts.maxBodyBytes),
    }
  }

  /** Reads a body for as long as `use` needs it. Throws 503 where there is no room for it. */
  async read<T>(request: Request, use: (body: Uint8Array) => Promise<T>): Promise<T> {
    requireJson(request)
    this.#requireRoom()
    const { maxBodyBytes } = this.#parts
    let taken = 0
    const take = (bytes: number) => {
      if (!this.#budget.take(bytes)) throw noRoom('too many captures are on their way')
      taken += bytes
    }
    try {
      const tooLarge = () => this.tooLarge(`a capture may have ${maxBodyBytes} bytes`)
      return await use(await readBody(request, maxBodyBytes, tooLarge, take))
    } finally {
      this.#budget.give(taken)
    }
  }

  tooLarge(detail: string): Problem {
    return new Problem('capture_too_large', { detail, headers: this.limitHeaders })
  }

  /**
   * Appends a body; `then` runs in the turn in which it has become durable, before anything that
   * ingest could report of it.
   */
  append<T>(
    caller: Caller,
    topic: 'http/capture/rollback' | 'http/capture/proceed' | 'http/events',
    payload: Uint8Array,
    then: (position: JournalPosition) => T,
  ): Promise<T> {
    const { party, keyId } = caller
    if (party === undefined || keyId === undefined) {
      throw new Error('a capture is guarded to have a party')
    }
    this.#requireRoom()
    const { journal, nowUs } = this.#parts
    const entry = { party, device: keyId, topic, receivedAtUs: nowUs(), payload }
    return new Promise((resolve, reject) => {
      // Until `done` is called without an error a crash may lose these bytes: nothing was answered.
      journal.append({ kind: 'http', ...entry }, (error, written) => {
        if (error !== undefined || written === undefined) reject(journalFailed())
        else resolve(then(written.position))
      })
    })
  }

  #requireRoom(): void {
    if (this.#parts.journal.failed !== undefined) throw journalFailed()
    if (!this.#parts.hasRoom())
      throw noRoom('the store is behind; the journal may not grow further')
  }
}

function noRoom(detail: string): Problem {
  return new Problem('unavailable', { code: 'no_room', detail, headers: { 'Retry-After': '5' } })
}

function journalFailed(): Problem {
  const detail = 'the journal cannot be written; nothing is accepted until the server is restarted'
  return new Problem('unavailable', { code: 'journal_failed', detail })
}

class ByteBudget {
  #left: number

  constructor(bytes: number) {
    this.#left = bytes
  }

  take(bytes: number): boolean {
    if (bytes > this.#left) return false
    this.#left -= bytes
    return true
  }

  give(bytes: number): void {
    this.#left += bytes
  }
}
