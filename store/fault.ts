/**
 * What a trail store throws when the machine or a server beside it is at fault and not the data:
 * nothing was lost, and the same may be tried again.
 */
import { isStoreFault as isSqliteFault } from './sqlite/database.ts'

/** The store takes or tells nothing at present; `message` says why, for who runs it. */
export class StoreFault extends Error {
  override readonly name = 'StoreFault'
  /** How long the server asked to be left alone. */
  readonly retryAfterMs: number

  constructor(message: string, options: { cause?: unknown; retryAfterMs?: number } = {}) {
    super(message, { cause: options.cause })
    this.retryAfterMs = options.retryAfterMs ?? 0
  }
}

export function isStoreFault(error: unknown): error is Error {
  return error instanceof StoreFault || isSqliteFault(error)
}
