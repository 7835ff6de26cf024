/**
 * HTTP with an InfluxDB through the transport of its client: writes that are confirmed, queries
 * that are whole.
 *
 * The client's own WriteApi is not used: it swallows what fails and drops lines when its buffer is
 * full. Here a request ends in one of three ways: it did what was asked; StoreFault, when the same
 * may be tried again; PointsRefused, when that would be of no use.
 */
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import {
  type CommunicationObserver,
  HttpError,
  InfluxDB,
  type SendOptions,
} from '@influxdata/influxdb-client'
import { StoreFault } from '#store/fault.ts'
import { beyondLimit, isLimit } from './limits.ts'
import { ownPolicy } from './paths.ts'
import type { InfluxProbe } from './probe.ts'
import { type InfluxSettings, PointsRefused } from './settings.ts'

/** Those of a batch that is written, and of the end of the one before it beside them. */
const maxSockets = 16
const defaultTimeoutMs = 30_000
const maxWords = 500

/** Values by name, bound by the server: never a part of the text. */
export type QueryValues = Readonly<Record<string, string>>

/** One series of an answer. The first column of a row is its time in microseconds. */
export interface Series {
  /** The measurement. */
  readonly name: string
  readonly columns: readonly string[]
  readonly tags: Readonly<Record<string, string>>
  readonly rows: readonly (readonly unknown[])[]
}

/** The client says that it takes text; it makes bytes of what it gets, and bytes are bytes. */
interface ByteTransport {
  send(
    path: string,
    body: string | Uint8Array,
    options: SendOptions,
    callbacks: Partial<CommunicationObserver<Uint8Array>>,
  ): void
}

interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

export class Connection {
  readonly settings: InfluxSettings
  readonly #transport: ByteTransport
  readonly #agent: HttpAgent
  readonly #timeoutMs: number
  readonly #probe: InfluxProbe | undefined
  readonly #running = new Set<AbortController>()

  /** `probe`: is asked before each request; without one each finds out for itself. */
  constructor(settings: InfluxSettings, probe?: InfluxProbe) {
    this.#probe = probe
    const options = { keepAlive: true, maxSockets, maxFreeSockets: maxSockets }
    const isTls = settings.url.startsWith('https:')
    this.#agent = isTls ? new HttpsAgent(options) : new HttpAgent(options)
    this.settings = settings
    this.#timeoutMs = settings.timeoutMs ?? defaultTimeoutMs
    const client = new InfluxDB({
      url: settings.url,
      timeout: this.#timeoutMs,
      headers: authorization(settings),
      transportOptions: { agent: this.#agent },
    })
    this.#transport = client.transport
  }

  /**
   * Writes lines; resolves when they are in InfluxDB's write-ahead log on disk.
   * @throws StoreFault, PointsRefused: of the lines none, some or all are then stored.
   */
  async write(lines: string | Uint8Array, path: string): Promise<void> {
    const headers = { 'content-type': 'text/plain; charset=utf-8' }
    const reply = await this.#send(path, lines, { method: 'POST', headers })
    const { status } = reply
    // Only 204 says that all points are stored: any other success may come from a proxy.
    if (status === 204) return
    const words = wordsOf(reply)
    if (isLimit(words)) throw new StoreFault(beyondLimit(words))
    if (status === 400 || status === 413 || status === 422) throw new PointsRefused(words)
    throw faultOf(reply, words)
  }

  /**
   * Runs statements one after the other; gives the series of each.
   * @throws StoreFault, also where a part of the answer is an error or is cut short.
   */
  async query(statements: readonly string[], values: QueryValues = {}): Promise<Series[][]> {
    const form = new URLSearchParams({ db: this.settings.database, epoch: 'u' })
    // 1.x has no organisation, and a default that is its own.
    if (this.settings.org !== undefined) form.set('rp', ownPolicy)
    form.set('q', statements.join(';'))
    form.set('params', JSON.stringify(values))
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const reply = await this.#send('/query', form.toString(), { method: 'POST', headers })
    if (reply.status !== 200) throw faultOf(reply, wordsOf(reply))
    return readAnswer(reply.text, statements.length)
  }

  /** Any other request, whatever it answers. @throws StoreFault where no answer comes. */
  send(method: 'GET' | 'POST' | 'PATCH', path: string, json = ''): Promise<Reply> {
    const headers = json === '' ? {} : { 'content-type': 'application/json' }
    return this.#send(path, json, { method, headers })
  }

  close(): void {
    this.#probe?.close()
    for (const request of this.#running) request.abort()
    this.#agent.destroy()
  }

  async #send(path: string, body: string | Uint8Array, options: SendOptions): Promise<Reply> {
    const sentMs = (await this.#probe?.admit()) ?? 0
    // Aborting destroys the request and its connection: an answer that comes too late is never
    // taken for that of a later one.
    const request = new AbortController()
    const { signal } = request
    const timeout = setTimeout(() => {
      this.#probe?.onSilence(sentMs)
      request.abort()
    }, this.#timeoutMs)
    this.#running.add(request)
    const sent = new Promise<Reply>((resolve, reject) => {
      let status = 0
      let headers: Reply['headers'] = {}
      const chunks: Uint8Array[] = []
      const callbacks: Partial<CommunicationObserver<Uint8Array>> = {
        responseStarted: (received, statusCode) => {
          this.#probe?.onAnswer()
          status = statusCode ?? 0
          headers = received
        },
        next(chunk) {
          chunks.push(chunk)
        },
        complete: () => resolve({ status, headers, text: Buffer.concat(chunks).toString() }),
        error: (error) => {
          if (error instanceof HttpError) {
            resolve({ status: error.statusCode, headers, text: error.body ?? '' })
          } else reject(unreachable(error, signal))
        },
      }
      this.#transport.send(path, body, { ...options, signal }, callbacks)
    })
    return sent.finally(() => {
      clearTimeout(timeout)
      this.#running.delete(request)
    })
  }
}

function authorization({ token, username, password }: InfluxSettings): Record<string, string> {
  if (token !== undefined) return { authorization: `Token ${token}` }
  if (username === undefined) return {}
  const basic = Buffer.from(`${username}:${password ?? ''}`).toString('base64')
  return { authorization: `Basic ${basic}` }
}

/** Without the address: callers and whoever asks for readiness are told it as well. */
function unreachable(cause: Error, signal: AbortSignal): StoreFault {
  const code = 'code' in cause ? String(cause.code) : cause.message
  const why = signal.aborted ? 'no answer in time' : code
  return new StoreFault(`InfluxDB cannot be reached: ${why}`, { cause })
}

/** What a refusal says, in the words of the server. */
function wordsOf({ text, status, headers }: Reply): string {
  let words: unknown = headers['x-influxdb-error'] ?? text
  try {
    const said = JSON.parse(text)
    // 3.x says why line by line.
    words = said.data?.[0]?.error_message ?? said.error ?? said.message ?? text
  } catch {
    // Not JSON: a proxy's page, or nothing.
  }
  return String(words === '' ? `HTTP status ${status}` : words).slice(0, maxWords)
}

const meanings: Readonly<Record<number, string>> = {
  401: 'does not accept the user or the token',
  403: 'does not permit this to the user or the token',
  404: 'does not know the database or the bucket',
  429: 'asks for a pause',
  503: 'is busy',
}

function faultOf(reply: Reply, words: string): StoreFault {
  const { status, headers } = reply
  const what = meanings[status] ?? `answered with status ${status}`
  return new StoreFault(`InfluxDB ${what}: ${words}`, {
    retryAfterMs: retryAfterMs(headers['retry-after'], Date.now()),
  })
}

const longestPauseMs = 600_000

/** Seconds or a date [RFC 9110 10.2.3]. */
function retryAfterMs(said: string | string[] | undefined, nowMs: number): number {
  if (typeof said !== 'string') return 0
  const ms = /^\d+$/.test(said) ? Number(said) * 1000 : Date.parse(said) - nowMs
  return ms > 0 ? Math.min(ms, longestPauseMs) : 0
}

interface AnswerSeries {
  name?: string
  columns?: string[]
  tags?: Record<string, string>
  values?: unknown[][]
  partial?: boolean
}
interface AnswerResult {
  statement_id?: number
  series?: AnswerSeries[]
  error?: string
  partial?: boolean
}

function readAnswer(text: string, statements: number): Series[][] {
  const { results, error }: { results?: AnswerResult[]; error?: string } = JSON.parse(text)
  if (error !== undefined) throw new StoreFault(`InfluxDB answered a query with: ${error}`)
  const answers: Series[][] = Array.from({ length: statements }, () => [])
  if (results?.length !== statements) {
    throw new StoreFault(`InfluxDB answered ${results?.length ?? 0} of ${statements} statements`)
  }
  for (const [at, result] of results.entries()) {
    if (result.error !== undefined) {
      throw new StoreFault(`InfluxDB answered a query with: ${result.error}`)
    }
    const series = result.series ?? []
    if (result.partial || series.some(({ partial }) => partial)) {
      throw new StoreFault('InfluxDB cut an answer short: its max-row-limit has to be 0')
    }
    answers[result.statement_id ?? at] = series.map(
      ({ name = '', columns = [], tags = {}, values = [] }) => ({
        name,
        columns,
        tags,
        rows: values,
      }),
    )
  }
  return answers
}
