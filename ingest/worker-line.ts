/**
 * The main thread's line to one worker thread: questions are numbered and answered in any order,
 * and all that are open fail when the worker ends.
 */
import type { Worker } from 'node:worker_threads'

export interface LineEnd {
  /** What open questions fail with, and what a death is told as. */
  readonly died: (cause: unknown) => Error
  /** It ended unasked, or with an error. */
  readonly onDeath: (error: Error) => void
}

interface Waiting {
  readonly resolve: (answer: never) => void
  readonly reject: (error: Error) => void
}

export class WorkerLine<To> {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  readonly #ended: Promise<void>
  #isEnding = false
  #asked = 0

  constructor(worker: Worker, { died, onDeath }: LineEnd) {
    this.#worker = worker
    let failure: unknown
    this.#ended = new Promise((resolve) => {
      worker.once('error', (error) => {
        failure = error
      })
      worker.once('exit', (code) => {
        const error = died(failure ?? `exit code ${code}`)
        for (const { reject } of this.#waiting.values()) reject(error)
        if (!this.#isEnding || failure !== undefined) onDeath(error)
        resolve()
      })
    })
  }

  send(message: To): void {
    this.#worker.postMessage(message)
  }

  /** Sends a question under a number of its own; resolves or rejects as it is answered. */
  ask<Answer>(message: (id: number) => To): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#asked += 1
      this.#waiting.set(this.#asked, { resolve, reject })
      this.send(message(this.#asked))
    })
  }

  answer(id: number, answer: unknown): void {
    this.#take(id)?.resolve(answer as never)
  }

  fail(id: number, error: Error): void {
    this.#take(id)?.reject(error)
  }

  /** Tells the worker to end, and waits until it has. */
  end(message: To): Promise<void> {
    this.#isEnding = true
    this.send(message)
    return this.#ended
  }

  #take(id: number): Waiting | undefined {
    const asker = this.#waiting.get(id)
    this.#waiting.delete(id)
    return asker
  }
}
