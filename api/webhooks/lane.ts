/**
 * The way to one receiver: how much may be under way to it at a time, how fast, and when it is left
 * alone. It begins with one request; each that arrives doubles what may be under way, one that does
 * not takes it back to one, and those that follow come ever more rarely.
 */
import type { Outcome, Ready } from '#store/webhooks/delivery.ts'
import { type Subscription, statusOf } from '#store/webhooks/subscription.ts'
import type { WebhookWriter } from '#store/webhooks/writer.ts'
import type { Slots } from './slots.ts'

export interface LaneParts {
  readonly writer: Pick<WebhookWriter, 'subscription' | 'ready' | 'nextDueUs'>
  readonly slots: Slots
  readonly nowUs: () => number
  /** Sends one; never throws for what a receiver does. */
  readonly send: (subscription: Subscription, delivery: Ready) => Promise<Outcome>
  readonly onOutcome: (subscription: string, outcome: Outcome) => void
}

const MOST_AT_ONCE = 16
const FETCHED_AT_ONCE = 64
const US_A_SECOND = 1_000_000
const US_A_MINUTE = 60 * US_A_SECOND
/** So many failures in a row are taken for the fault of what was sent, not of the receiver. */
const FAILURES_IN_GOOD_FAITH = 2
const SHORTEST_REST_US = 5 * US_A_SECOND
const LONGEST_REST_US = 5 * US_A_MINUTE
/** Clocks are set: what is due later is looked at again before. */
const LONGEST_WAIT_MS = 60_000

export class Lane {
  readonly #parts: LaneParts
  readonly #id: string
  /** Under way, or not yet written down what became of it. */
  readonly #held = new Set<number>()
  #queue: Ready[] = []
  #limit = 1
  #failures = 0
  #restUntilUs = 0
  #nextAllowedUs = 0
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(id: string, parts: LaneParts) {
    this.#id = id
    this.#parts = parts
  }

  /** Whether nothing is under way, or waiting to be written down. */
  get isIdle(): boolean {
    return this.#held.size === 0
  }

  /** Sends what may be sent now, and comes back for what may be later. */
  pump(): void {
    const { writer, slots, nowUs } = this.#parts
    clearTimeout(this.#timer)
    const subscription = writer.subscription(this.#id)
    if (this.#isClosed || !subscription || statusOf(subscription) !== 'active') {
      this.#queue = []
      return
    }
    while (this.#held.size < this.#limit) {
      const now = nowUs()
      const fromUs = Math.max(subscription.notBeforeUs, this.#restUntilUs, this.#nextAllowedUs)
      if (fromUs > now) {
        this.#comeBack(fromUs, now)
        return
      }
      const next = this.#take(now)
      if (!next) return
      const isTrusted = this.#limit > 1
      if (!slots.enter(isTrusted, this)) {
        this.#queue.unshift(next)
        return
      }
      this.#pace(subscription, now)
      this.#held.add(next.seq)
      void this.#send(subscription, next, isTrusted)
    }
  }

  /** What became of a delivery is durable; `pump` goes on from there. */
  written(seq: number): void {
    this.#held.delete(seq)
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  /** Forgets past failures: its holder has asked for another try. */
  forgive(): void {
    this.#failures = 0
    this.#restUntilUs = 0
  }

  async #send(subscription: Subscription, next: Ready, isTrusted: boolean): Promise<void> {
    const { send, slots, onOutcome } = this.#parts
    const outcome = await send(subscription, next)
    this.#learn(outcome)
    onOutcome(this.#id, outcome)
    slots.leave(isTrusted)
  }

  #learn({ verdict }: Outcome): void {
    if (verdict.kind === 'delivered') {
      this.#failures = 0
      this.#restUntilUs = 0
      this.#limit = Math.min(this.#limit * 2, MOST_AT_ONCE)
      return
    }
    this.#limit = 1
    this.#failures += 1
    const beyond = this.#failures - FAILURES_IN_GOOD_FAITH
    if (beyond <= 0) return
    const restUs = Math.min(SHORTEST_REST_US * 2 ** (beyond - 1), LONGEST_REST_US)
    this.#restUntilUs = this.#parts.nowUs() + restUs
  }

  #take(nowUs: number): Ready | undefined {
    const { writer } = this.#parts
    if (this.#queue.length === 0) {
      const limit = FETCHED_AT_ONCE + this.#held.size
      const ready = writer.ready(this.#id, nowUs, limit)
      this.#queue = ready.filter(({ seq }) => !this.#held.has(seq))
      if (this.#queue.length === 0) {
        const dueUs = writer.nextDueUs(this.#id, nowUs)
        if (dueUs !== undefined) this.#comeBack(dueUs, nowUs)
      }
    }
    return this.#queue.shift()
  }

  #pace({ settings: { ratePerMinute }, allowedRate }: Subscription, nowUs: number): void {
    const rate = Math.min(ratePerMinute ?? Infinity, allowedRate ?? Infinity)
    if (rate !== Infinity) this.#nextAllowedUs = nowUs + US_A_MINUTE / rate
  }

  #comeBack(atUs: number, nowUs: number): void {
    const ms = Math.min(Math.ceil((atUs - nowUs) / 1000), LONGEST_WAIT_MS)
    this.#timer = setTimeout(() => this.pump(), ms)
  }
}
