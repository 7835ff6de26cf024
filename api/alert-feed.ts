/**
 * Tells streams that steps were taken. It holds none of them: what a stream has yet to send stands
 * in alerts.db, so that a reader may be as slow as it likes and costs nothing.
 */

const MOST_STREAMS = 200

export class AlertFeed {
  readonly #waiting = new Set<() => void>()
  #streams = 0
  #isClosed = false

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** New steps are durable. */
  notify(): void {
    for (const wake of [...this.#waiting]) wake()
  }

  /** Resolves when there are new steps, when it is closed, or after that many milliseconds. */
  next(ms: number): Promise<void> {
    if (this.#isClosed) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(() => wake(), ms)
      const wake = () => {
        clearTimeout(timer)
        this.#waiting.delete(wake)
        resolve()
      }
      this.#waiting.add(wake)
    })
  }

  /** Whether one more stream may begin; who began one calls `leave`. */
  enter(): boolean {
    if (this.#isClosed || this.#streams >= MOST_STREAMS) return false
    this.#streams += 1
    return true
  }

  leave(): void {
    this.#streams -= 1
  }

  /** Ends all streams. */
  close(): void {
    this.#isClosed = true
    this.notify()
  }
}
