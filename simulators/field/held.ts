/** Messages that go out later than they should, in the order in which they are due. */
import type { MessageStep, Step } from '#simulators/script.ts'

export class Held {
  /** Ordered by the time they are due, the next one last. */
  readonly #messages: MessageStep[] = []

  add(message: MessageStep): void {
    let low = 0
    let high = this.#messages.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#messages[middle]?.atUs ?? 0) > message.atUs) low = middle + 1
      else high = middle
    }
    this.#messages.splice(low, 0, message)
  }

  /** Takes out what is due by a time; none is told to be later than `latestUs`. */
  *until(atUs: number, latestUs = Number.POSITIVE_INFINITY): Generator<Step> {
    for (let next = this.#messages.at(-1); next !== undefined; next = this.#messages.at(-1)) {
      if (next.atUs > atUs) return
      this.#messages.pop()
      yield { ...next, atUs: Math.min(next.atUs, latestUs) }
    }
  }
}
