/** A receiver of webhooks on a free port of this machine, which answers as a test wants it to. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly id: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  readonly event: {
    readonly type: string
    readonly subject: string
    readonly sequence: string
    readonly data: Record<string, unknown>
  }
}

/** Answers a request, or does something else to it. */
export type Behaviour = (
  response: ServerResponse,
  received: Received,
  request: IncomingMessage,
) => void

export const ok: Behaviour = (response) => response.writeHead(204).end()
export const status =
  (code: number, headers: Record<string, string> = {}): Behaviour =>
  (response) =>
    response.writeHead(code, headers).end()

export interface Receiver {
  readonly url: string
  readonly port: number
  /** Every request but those of the handshake, as it came. */
  readonly received: Received[]
  readonly handshakes: IncomingMessage['headers'][]
  /** What it does from now on. */
  behave(behaviour: Behaviour): void
  /** What it says to OPTIONS from now on. */
  allow(headers: Record<string, string>, code?: number): void
  close(): Promise<void>
}

export async function startReceiver(tls?: { cert: string; key: string }): Promise<Receiver> {
  const received: Received[] = []
  const handshakes: IncomingMessage['headers'][] = []
  let behaviour = ok
  let allowed: { headers: Record<string, string>; code: number } = {
    headers: { 'WebHook-Allowed-Origin': '*' },
    code: 200,
  }
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    if (request.method === 'OPTIONS') {
      handshakes.push(request.headers)
      response.writeHead(allowed.code, allowed.headers).end()
      return
    }
    const chunks: Uint8Array[] = []
    request.on('data', (chunk: Uint8Array) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const one: Received = {
        id: String(request.headers['webhook-id']),
        headers: request.headers,
        body,
        event: JSON.parse(body),
      }
      received.push(one)
      behaviour(response, one, request)
    })
  }
  const server: Server = tls ? createTlsServer(tls, handle) : createServer(handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    ...{ received, handshakes, port },
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/hook`,
    behave(next) {
      behaviour = next
    },
    allow(headers, code = 200) {
      allowed = { headers, code }
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
