/**
 * Lets the event loop turn during long reads: the API reads on the broker's thread, where nothing
 * may stand for more than some milliseconds. Work is counted in rows, for all reads of a connection
 * together, as many short ones are as long as one long one.
 */
import { setImmediate } from 'node:timers/promises'

/** Rows read in one statement: 1-3 ms. */
export const sliceRows = 2_048
/** Rows read between two turns of the event loop. */
const turnRows = 2 * sliceRows

export class Pace {
  #rows = 0

  /** To be awaited after reading `rows` and before reading more. */
  after(rows: number): Promise<void> | undefined {
    this.#rows += rows
    if (this.#rows < turnRows) return undefined
    this.#rows = 0
    return setImmediate()
  }
}
