/**
 * Steps on alerts as server-sent events. The id of each message is the number of its last step, so
 * a reader that comes back with it as Last-Event-ID gets what followed, each step once.
 *
 * Steps are read when the reader has taken those before, a batch at a time: nothing is held for a
 * slow one, and one that takes nothing for a while is cut, and may come back.
 */
import { z } from 'zod'
import { DOMAINS, SEVERITIES } from '#risk/rule.ts'
import { RULE_IDS } from '#risk/table.ts'
import type { Step } from '#store/alerts/alert.ts'
import type { AlertReader } from '#store/alerts/reader.ts'
import type { AlertFeed } from './alert-feed.ts'
import { type alertSummarySchema, type stepSchema, stepView, summaryView } from './alert-view.ts'
import type { Caller } from './caller.ts'
import { oneOf } from './parameters.ts'
import { Problem } from './problem.ts'
import type { Router } from './route.ts'

export interface AlertStreamParts {
  readonly alerts: AlertReader
  readonly feed: AlertFeed
}

const HEARTBEAT_MS = 15_000
/** A reader that takes nothing for so long is cut. */
const PATIENCE_MS = 30_000
const RETRY_MS = 2_000
const STEPS_AT_ONCE = 100

/** A step as a reader gets it, with its alert as it is when it is sent. */
export type LiveStep = z.output<typeof stepSchema> & {
  readonly alert: z.output<typeof alertSummarySchema>
}

/** What a reader wants to hear of; all where nothing is said. */
interface Wanted {
  readonly severity: readonly string[] | undefined
  readonly rule: readonly string[] | undefined
  readonly domain: readonly string[] | undefined
}

export function serveAlertStream(router: Router, { alerts, feed }: AlertStreamParts): void {
  router.serve(
    {
      method: 'get',
      path: '/v1/alerts/stream',
      may: 'read alerts',
      tag: 'Alerts',
      summary: 'Steps on alerts as they are taken',
      description:
        'Server-sent events `steps`, each an array of steps with their alerts. Begins behind ' +
        'Last-Event-ID, or with what comes next; an event `beginning` has the id of that place. ' +
        'Ends with the key or session that it was opened with.',
      query: {
        severity: oneOf(SEVERITIES),
        rule: oneOf(RULE_IDS),
        domain: oneOf(DOMAINS),
        lastEventID: z.string().optional().meta({ description: 'As the header Last-Event-ID' }),
      },
      answers: {
        200: {
          description: 'A stream without an end',
          schema: z.string(),
          type: 'text/event-stream',
        },
      },
    },
    (c, { caller, query: { severity, rule, domain, lastEventID } }) => {
      const from = beginning(c.req.header('Last-Event-ID') ?? lastEventID, alerts)
      if (!feed.enter()) {
        const headers = { 'Retry-After': '30' }
        throw new Problem('unavailable', { detail: 'there are too many streams', headers })
      }
      const stands = c.get('stands') ?? (() => true)
      const reader = { caller, stands, wanted: { severity, rule, domain } }
      const steps = new StepStream({ alerts, feed }, reader, from)
      return new Response(steps.body(), {
        headers: {
          'Content-Type': 'text/event-stream',
          'Cache-Control': 'no-store',
          'X-Accel-Buffering': 'no',
        },
      })
    },
  )
}

function beginning(lastEventID: string | undefined, alerts: AlertReader): number {
  if (lastEventID === undefined || lastEventID === '') return alerts.lastStep()
  const seq = /^\d{1,15}$/.test(lastEventID) ? Number(lastEventID) : undefined
  // Behind the last step it would pass over those that are yet to come.
  if (seq !== undefined && seq <= alerts.lastStep()) return seq
  const detail = `Last-Event-ID ${lastEventID.slice(0, 100)} is none that this server gave`
  throw new Problem('invalid_query', { path: 'lastEventID', detail })
}

/** Who reads, for as long as its key or session stands, and what it wants to hear of. */
interface Reader {
  readonly caller: Caller
  readonly stands: () => boolean
  readonly wanted: Wanted
}

class StepStream {
  readonly #parts: AlertStreamParts
  readonly #reader: Reader
  readonly #encoder = new TextEncoder()
  #at: number
  #isOver = false
  #patience: NodeJS.Timeout | undefined

  constructor(parts: AlertStreamParts, reader: Reader, from: number) {
    this.#parts = parts
    this.#reader = reader
    this.#at = from
  }

  body(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          // A break before the first step must lose none: where it began is its first id.
          const began = `event: beginning\nid: ${this.#at}\ndata: {}\n\n`
          controller.enqueue(this.#encoder.encode(`retry: ${RETRY_MS}\n${began}`))
        },
        pull: async (controller) => {
          clearTimeout(this.#patience)
          const text = await this.#next()
          if (this.#isOver) return
          if (text === undefined) {
            this.#end()
            controller.close()
            return
          }
          controller.enqueue(this.#encoder.encode(text))
          this.#patience = setTimeout(() => {
            this.#end()
            controller.error(new Error('the reader takes nothing'))
          }, PATIENCE_MS + HEARTBEAT_MS)
          this.#patience.unref()
        },
        cancel: () => this.#end(),
      },
      { highWaterMark: 1 },
    )
  }

  #end(): void {
    clearTimeout(this.#patience)
    if (this.#isOver) return
    this.#isOver = true
    this.#parts.feed.leave()
  }

  /** The next message, or a sign of life; undefined at the end. */
  async #next(): Promise<string | undefined> {
    const { alerts, feed } = this.#parts
    const deadlineMs = performance.now() + HEARTBEAT_MS
    while (!feed.isClosed && !this.#isOver && this.#reader.stands()) {
      const steps = alerts.stepsAfter(this.#at, STEPS_AT_ONCE)
      const last = steps.at(-1)
      const told = steps.flatMap((step) => this.#told(step) ?? [])
      if (last) this.#at = last.seq
      if (told.length > 0) {
        return `event: steps\nid: ${this.#at}\ndata: ${JSON.stringify(told)}\n\n`
      }
      const leftMs = deadlineMs - performance.now()
      if (leftMs <= 0) return ': alive\n\n'
      await feed.next(last ? 0 : leftMs)
    }
    return undefined
  }

  /** A step with its alert; undefined where this reader does not hear of it. */
  #told(step: Step): LiveStep | undefined {
    const { alerts } = this.#parts
    const alert = alerts.alert(step.alert)
    if (!alert) return undefined
    const { severity, rule } = alert.finding
    const { wanted, caller } = this.#reader
    if (wanted.severity && !wanted.severity.includes(severity)) return undefined
    if (wanted.rule && !wanted.rule.includes(rule)) return undefined
    if (wanted.domain && !wanted.domain.includes(alert.domain ?? '')) return undefined
    const { reach, party = '' } = caller
    if (reach !== 'all' && !alerts.concerns(alert.seq, party)) return undefined
    return { ...stepView(step), alert: summaryView(alert, caller) }
  }
}
