/** A way to the server that breaks: it counts the streams that go through it, and cuts them. */
import { once } from 'node:events'
import { request as ask, createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream'

export interface BreakingProxy {
  readonly url: string
  /** Streams of alerts that are open. */
  streams(): number
  /** Ends them as a network does: without a word. */
  cut(): void
  /** Whether streams are answered 503 from now on. */
  refuse(does: boolean): void
  close(): Promise<void>
}

export async function startBreakingProxy(target: string): Promise<BreakingProxy> {
  const open = new Set<ServerResponse>()
  let refuses = false
  const server = createServer((incoming, outgoing) => {
    const { url = '', method, headers } = incoming
    const isStream = url.startsWith('/v1/alerts/stream')
    if (isStream && refuses) return outgoing.writeHead(503).end()
    if (isStream) {
      open.add(outgoing)
      outgoing.on('close', () => open.delete(outgoing))
    }
    const onward = ask(target + url, { method, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      // What is cut on one side ends on the other.
      pipeline(answer, outgoing, () => answer.destroy())
    })
    onward.on('error', () => outgoing.destroy())
    pipeline(incoming, onward, () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    streams: () => open.size,
    cut() {
      for (const outgoing of open) outgoing.socket?.destroy()
    },
    refuse(does) {
      refuses = does
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
