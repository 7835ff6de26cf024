/**
 * Where requests wait for what becomes of their capture. The composition root hands every outcome
 * that ingest reports to `settle`. Nothing here is durable and nothing needs to be: a request that
 * waited ended with its connection, and sending the same event again tells the same outcome.
 */
import type { CaptureOutcome } from '#ingest/news.ts'
import type { JournalPosition } from '#store/trail.ts'

export class CaptureOutcomes {
  readonly #waiting = new Map<JournalPosition, (outcome: CaptureOutcome | undefined) => void>()

  settle(outcomes: readonly CaptureOutcome[]): void {
    for (const outcome of outcomes) this.#waiting.get(outcome.position)?.(outcome)
  }

  /** The outcome of a capture; undefined when it has not come after so many milliseconds. */
  wait(position: JournalPosition, timeoutMs: number): Promise<CaptureOutcome | undefined> {
    return new Promise((resolve) => {
      const end = (outcome: CaptureOutcome | undefined) => {
        clearTimeout(timer)
        this.#waiting.delete(position)
        resolve(outcome)
      }
      const timer = setTimeout(end, timeoutMs, undefined)
      this.#waiting.set(position, end)
    })
  }
}
