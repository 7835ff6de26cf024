/**
 * One request to a receiver: to an address that was looked at, and to no other; bounded in time and
 * in what is read of the answer; never redirected. The answer counts once its status and the whole
 * of its body, or as much of it as is read, have come.
 */
import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { AttemptCode } from '#store/webhooks/delivery.ts'
import { addressesOf, hostOf, type TargetRules } from './target.ts'

export interface Sending {
  readonly method: 'POST' | 'OPTIONS'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
}

/** `code` where there is no answer that counts. */
export type Answered =
  | ({ readonly ok: true } & Answer)
  | { readonly ok: false; readonly code: AttemptCode }

export interface Limits {
  /** From the beginning to the end of the answer. */
  readonly wholeMs: number
  readonly answerBytes: number
}

export const LIMITS: Limits = { wholeMs: 15_000, answerBytes: 64 * 1024 }

/** A connection that nothing goes over is closed. */
const IDLE_MS = 30_000

export interface Line {
  readonly rules: TargetRules
  readonly limits: Limits
  /** Authorities that are trusted beside the system's, as PEM. */
  readonly ca?: string
}

/** The connections to one receiver, kept between requests while its addresses stay the same. */
export class Receiver {
  readonly #line: Line
  readonly #most: number
  #agent: HttpAgent | undefined
  #addresses = ''

  constructor(line: Line, mostConnections: number) {
    this.#line = line
    this.#most = mostConnections
  }

  /** Never throws for what a receiver does. */
  async send(url: URL, sending: Sending): Promise<Answered> {
    const { rules, limits } = this.#line
    const checked = await withinMs(limits.wholeMs, addressesOf(url, rules))
    if (checked === undefined) return { ok: false, code: 'name_server' }
    if (!checked.ok) return checked
    const { answered, isStale } = await this.#exchange(url, sending, checked.addresses)
    if (!isStale) return answered
    // The receiver had closed a connection that was kept, as they do: that says nothing of it.
    return (await this.#exchange(url, sending, checked.addresses, false)).answered
  }

  close(): void {
    this.#agent?.destroy()
    this.#agent = undefined
  }

  #exchange(
    url: URL,
    sending: Sending,
    addresses: readonly string[],
    mayReuse = true,
  ): Promise<Exchanged> {
    const { limits, ca } = this.#line
    const agent = mayReuse && this.#agentFor(url, addresses)
    const isSecure = url.protocol === 'https:'
    const options = {
      method: sending.method,
      agent,
      headers: {
        ...sending.headers,
        ...(sending.body !== undefined && {
          'content-length': String(Buffer.byteLength(sending.body)),
        }),
      },
      lookup: lookupOf(addresses),
      maxHeaderSize: 16 * 1024,
      ...(isSecure && { servername: isIP(hostOf(url)) === 0 ? hostOf(url) : '' }),
      ...(ca !== undefined && { ca }),
    }
    return exchange(
      (isSecure ? httpsRequest : httpRequest)(url, options),
      sending.body ?? '',
      addresses,
      limits,
    )
  }

  /** Connections to other addresses than those that were looked at now are not used again. */
  #agentFor({ protocol }: URL, addresses: readonly string[]): HttpAgent {
    const key = [protocol, ...[...addresses].sort()].join(' ')
    if (this.#agent && key === this.#addresses) return this.#agent
    // What is under way over the others may come to its end.
    for (const idle of Object.values(this.#agent?.freeSockets ?? {}).flat()) idle?.destroy()
    this.#addresses = key
    const most = { maxSockets: this.#most, maxFreeSockets: this.#most }
    const options = { keepAlive: true, timeout: IDLE_MS, ...most }
    this.#agent = protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options)
    return this.#agent
  }
}

/** Gives what was looked at, whatever it is asked for. */
function lookupOf(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }))
  return (_host, options, callback) => {
    if (options.all) callback(null, all)
    else callback(null, all[0]?.address ?? '', all[0]?.family)
  }
}

interface Exchanged {
  readonly answered: Answered
  /** The connection was one that had been kept, and it ended before anything came. */
  readonly isStale: boolean
}

function exchange(
  request: ClientRequest,
  body: string,
  addresses: readonly string[],
  limits: Limits,
): Promise<Exchanged> {
  return new Promise((resolve) => {
    let isOver = false
    let isAnswered = false
    const end = (answered: Answered) => {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      const isCut = !answered.ok && answered.code === 'cut'
      resolve({ answered, isStale: isCut && request.reusedSocket && !isAnswered })
    }
    const fail = (code: AttemptCode) => {
      end({ ok: false, code })
      request.destroy()
    }
    const timer = setTimeout(() => fail('timeout'), limits.wholeMs)
    request.once('socket', (socket) => {
      // No way is known that leads here; this is the last one to notice it.
      const check = () => {
        const { remoteAddress } = socket
        if (remoteAddress !== undefined && !addresses.includes(remoteAddress)) {
          fail('private_address')
        }
      }
      if (socket.connecting) socket.once('connect', check)
      else check()
    })
    request.once('response', (response) => {
      isAnswered = true
      const { statusCode: status = 0, headers } = response
      let bytes = 0
      response.on('data', (chunk: Uint8Array) => {
        bytes += chunk.length
        if (bytes <= limits.answerBytes) return
        // Enough has been said; the status is what counts.
        end({ ok: true, status, headers })
        request.destroy()
      })
      response.once('end', () => end({ ok: true, status, headers }))
      response.once('error', () => fail('cut'))
      response.once('aborted', () => fail('cut'))
    })
    request.on('error', (error) => fail(codeOf(error)))
    request.end(body)
  })
}

/** What went wrong before there was an answer. */
function codeOf(error: Error): AttemptCode {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code.startsWith('HPE_')) return 'malformed'
  if (code === 'ETIMEDOUT') return 'timeout'
  if (/CERT|TLS|SSL|SIGNATURE|EPROTO|ISSUER/.test(code)) return 'tls'
  return code === 'ECONNRESET' || code === 'EPIPE' ? 'cut' : 'connection'
}

async function withinMs<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
