/**
 * Stands between a store and its InfluxDB and does to requests what networks and servers do. It
 * also stands for other versions of InfluxDB: `answer` may answer by itself.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/**
 * What becomes of a request: `pass`; `cut before` it reaches the server; `cut after` it was done
 * and before its answer; `hold`, done and never answered; passed on to another path; or an answer
 * in the server's place.
 */
export type Fate =
  | 'pass'
  | 'cut before'
  | 'cut after'
  | 'hold'
  | { readonly path: string }
  | {
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
    }

export interface FaultyProxy {
  readonly url: string
  /** Decides on each request; it may wait and act before it does. */
  decide: (asked: Asked) => Fate | Promise<Fate>
  /** Told when the server has done what was asked, before the answer goes on. */
  onDone: (asked: Asked) => void | Promise<void>
  readonly asked: Asked[]
  end(): Promise<void>
}

export async function startProxy(target: string): Promise<FaultyProxy> {
  const asked: Asked[] = []
  const server: Server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const { method = '', url: path = '', headers } = incoming
    const one: Asked = { method, path, headers, body: Buffer.concat(chunks).toString() }
    asked.push(one)
    const fate = await proxy.decide(one)
    if (fate === 'cut before') return incoming.socket.destroy()
    if (typeof fate === 'object' && 'status' in fate) {
      outgoing.writeHead(fate.status, fate.headers)
      return outgoing.end(fate.body)
    }
    try {
      const answer = await forward(
        target,
        typeof fate === 'object' ? { ...one, path: fate.path } : one,
      )
      await proxy.onDone(one)
      if (fate === 'cut after') return incoming.socket.destroy()
      if (fate === 'hold') return undefined
      outgoing.writeHead(answer.status, answer.headers)
      return outgoing.end(answer.body)
    } catch {
      return incoming.socket.destroy()
    }
  })
  // It ends no connection by itself: a slow machine must not look like a fault.
  server.keepAliveTimeout = 0
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy: FaultyProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    decide: () => 'pass',
    onDone: () => undefined,
    asked,
    async end() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return proxy
}

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

async function forward(target: string, { method, path, headers, body }: Asked): Promise<Answer> {
  const sent = request(target + path, { method, headers })
  sent.end(body)
  const [answer]: IncomingMessage[] = await once(sent, 'response')
  if (answer === undefined) throw new Error('there is no answer')
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk)
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    body: Buffer.concat(chunks),
  }
}
