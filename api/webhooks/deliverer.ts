/**
 * Sends deliveries to their receivers. Promises: each is tried until it arrives or is given up,
 * across crashes; what became of an attempt is written down afterwards, so a crash in between sends
 * it once more under the same webhook-id. The deliveries of one subject to one receiver arrive in
 * their order, and no receiver waits for another.
 */
import { isStoreFault } from '#store/fault.ts'
import type { AttemptCode, Outcome, Ready } from '#store/webhooks/delivery.ts'
import type { DisabledFor, Subscription } from '#store/webhooks/subscription.ts'
import type { Lesson, WebhookWriter } from '#store/webhooks/writer.ts'
import { Lane } from './lane.ts'
import { type Answered, type Line, Receiver } from './request.ts'
import {
  DISABLE_US,
  GIVE_UP_US,
  nextTryUs,
  restUntil,
  retryAfterOf,
  type Trouble,
} from './retry.ts'
import { signatureHeaders } from './sign.ts'
import { Slots } from './slots.ts'

export interface DelivererParts {
  readonly writer: WebhookWriter
  readonly line: Line
  readonly nowUs: () => number
  /** From 0 to 1. */
  readonly random: () => number
  /** Told of each webhook that is disabled. */
  readonly onDisabled: (id: string, reason: DisabledFor) => void
  /** Told why nothing can be written down at present. */
  readonly onTrouble: (reason: string) => void
}

/** Since the start. */
export interface DeliveryTotals {
  readonly delivered: number
  readonly failed: number
  readonly dead: number
}

const TRUSTED_SLOTS = 256
const OTHER_SLOTS = 64
const MOST_CONNECTIONS = 16
const AGAIN_MS = 2_000
const RETENTION_US = 30 * 86_400_000_000

export class Deliverer {
  readonly #parts: DelivererParts
  readonly #slots = new Slots(TRUSTED_SLOTS, OTHER_SLOTS)
  readonly #lanes = new Map<string, Lane>()
  readonly #receivers = new Map<string, Receiver>()
  readonly #totals = { delivered: 0, failed: 0, dead: 0 }
  #outcomes: { readonly id: string; readonly outcome: Outcome }[] = []
  #flushing: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(parts: DelivererParts) {
    this.#parts = parts
  }

  get totals(): DeliveryTotals {
    return this.#totals
  }

  /** Whether nothing is under way or yet to be written down. */
  get isIdle(): boolean {
    return this.#outcomes.length === 0 && [...this.#lanes.values()].every((lane) => lane.isIdle)
  }

  /** There is more to deliver to these; to all where none are named. */
  pump(ids?: Iterable<string>): void {
    if (this.#isClosed) return
    const all = [...this.#parts.writer.subscriptions()].map(({ id }) => id)
    for (const id of ids ?? all) this.#laneOf(id).pump()
  }

  /** Its holder asks for another try: what failed before is forgotten. */
  forgive(id: string): void {
    this.#laneOf(id).forgive()
    this.#parts.writer.setState(id, { failingSinceUs: undefined, notBeforeUs: 0 })
  }

  /** Ends what belongs to a subscription that was removed, or goes elsewhere now. */
  drop(id: string): void {
    this.#lanes.get(id)?.close()
    this.#lanes.delete(id)
    this.#receivers.get(id)?.close()
    this.#receivers.delete(id)
  }

  receiverOf(id: string): Receiver {
    const known = this.#receivers.get(id) ?? new Receiver(this.#parts.line, MOST_CONNECTIONS)
    this.#receivers.set(id, known)
    return known
  }

  /** Gives up what is too old, and lets go of what was done long ago; false at the end of it. */
  tidy(): boolean {
    const { writer, nowUs } = this.#parts
    const now = nowUs()
    for (const { id, settings } of [...writer.subscriptions()]) {
      if (!settings.paused) writer.expire(id, now - GIVE_UP_US, now)
    }
    return writer.prune(now - RETENTION_US)
  }

  /** Writes down what has come to an end; what is under way is cut, and sent again another time. */
  close(): void {
    for (const lane of this.#lanes.values()) lane.close()
    clearTimeout(this.#flushing)
    this.#flush()
    clearTimeout(this.#flushing)
    this.#isClosed = true
    for (const receiver of this.#receivers.values()) receiver.close()
  }

  #laneOf(id: string): Lane {
    const known = this.#lanes.get(id)
    if (known) return known
    const lane = new Lane(id, {
      writer: this.#parts.writer,
      slots: this.#slots,
      nowUs: this.#parts.nowUs,
      send: (subscription, delivery) => this.#send(subscription, delivery),
      onOutcome: (subscription, outcome) => this.#collect(subscription, outcome),
    })
    this.#lanes.set(id, lane)
    return lane
  }

  async #send(subscription: Subscription, delivery: Ready): Promise<Outcome> {
    const { writer, nowUs } = this.#parts
    const { id, settings } = subscription
    const atUs = nowUs()
    const { body } = delivery
    const timestamp = Math.floor(atUs / 1e6)
    const startMs = performance.now()
    const answered = await this.receiverOf(id).send(new URL(settings.url), {
      method: 'POST',
      headers: {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        'user-agent': 'Suyuan',
        ...signatureHeaders({ id: delivery.id, timestamp, body }, writer.keys(id, atUs)),
      },
      body,
    })
    const ms = Math.round(performance.now() - startMs)
    const trouble = troubleOf(answered, nowUs())
    const status = answered.ok ? answered.status : undefined
    const attempt = { atUs, ms, status, code: trouble?.code ?? ('delivered' as const) }
    const restUntilUs = trouble ? restUntil(trouble, nowUs()) : 0
    return { delivery, attempt, verdict: this.#verdict(delivery, trouble), restUntilUs }
  }

  #verdict(delivery: Ready, trouble: Trouble | undefined): Outcome['verdict'] {
    const { nowUs, random } = this.#parts
    if (!trouble) return { kind: 'delivered' }
    const dueUs = nextTryUs(delivery, trouble, nowUs(), random())
    if (dueUs !== undefined) return { kind: 'again', dueUs }
    return { kind: 'dead', code: 'exhausted' }
  }

  /** What comes to its end in one turn is written down in one transaction. */
  #collect(id: string, outcome: Outcome): void {
    if (this.#isClosed) return
    this.#outcomes.push({ id, outcome })
    this.#flushing ??= setTimeout(() => this.#flush(), 0)
  }

  #flush(): void {
    const { writer, nowUs, onTrouble } = this.#parts
    this.#flushing = undefined
    const outcomes = this.#outcomes
    if (outcomes.length === 0) return
    const touched = new Set(outcomes.map(({ id }) => id))
    const lessons = new Map<string, Lesson>()
    for (const id of touched) {
      const lesson = this.#lessonOf(id)
      if (lesson) lessons.set(id, lesson)
    }
    const all = outcomes.map(({ outcome }) => outcome)
    try {
      writer.settle(all, lessons, nowUs())
    } catch (error) {
      if (!isStoreFault(error)) throw error
      // Nothing more is sent than is under way, until what came of it can be written down.
      onTrouble(error.message)
      this.#flushing = setTimeout(() => this.#flush(), AGAIN_MS)
      return
    }
    this.#outcomes = []
    for (const { id, outcome } of outcomes) {
      this.#lanes.get(id)?.written(outcome.delivery.seq)
      this.#count(outcome)
    }
    for (const [id, { disabledFor }] of lessons) {
      if (disabledFor !== undefined) this.#parts.onDisabled(id, disabledFor)
    }
    this.pump(touched)
  }

  #count({ attempt, verdict }: Outcome): void {
    if (attempt.code === 'delivered') this.#totals.delivered += 1
    else this.#totals.failed += 1
    if (verdict.kind === 'dead') this.#totals.dead += 1
  }

  /** What attempts say of the receiver itself; undefined for nothing new. */
  #lessonOf(id: string): Lesson | undefined {
    const { writer, nowUs } = this.#parts
    const subscription = writer.subscription(id)
    if (!subscription) return undefined
    const outcomes = this.#outcomes.filter((each) => each.id === id).map(({ outcome }) => outcome)
    const now = nowUs()
    if (outcomes.some(({ attempt }) => attempt.code === 'gone')) return { disabledFor: 'gone' }
    const isWell = outcomes.some(({ attempt }) => attempt.code === 'delivered')
    const { failingSinceUs, notBeforeUs } = subscription
    const since = isWell ? undefined : (failingSinceUs ?? now)
    if (since !== undefined && now - since >= DISABLE_US) return { disabledFor: 'failing' }
    const until = Math.max(notBeforeUs, ...outcomes.map(({ restUntilUs }) => restUntilUs))
    const isSame = since === failingSinceUs && until === notBeforeUs
    return isSame ? undefined : { failingSinceUs: since, notBeforeUs: until }
  }
}

function troubleOf(answered: Answered, nowUs: number): Trouble | undefined {
  if (!answered.ok) return { code: answered.code, retryAfterUs: undefined }
  const { status, headers } = answered
  const code = codeOf(status)
  return code && { code, retryAfterUs: retryAfterOf(headers['retry-after'], nowUs) }
}

/** [Standard Webhooks 1.0.0, Operational considerations] */
function codeOf(status: number): AttemptCode | undefined {
  if (status >= 200 && status < 300) return undefined
  if (status === 410) return 'gone'
  if (status >= 300 && status < 400) return 'redirected'
  return [429, 502, 503, 504].includes(status) ? 'throttled' : 'refused'
}
