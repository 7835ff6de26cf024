/** Traces as the API streams them, a part a line. */
import { asked, type Server, ServerError } from '#simulators/server.ts'
import type { FoundLink } from './compare.ts'
import { textOf } from './oracle.ts'
import type { Tier } from './scope.ts'

export interface FoundChain {
  /** Each once. */
  readonly links: ReadonlyMap<string, FoundLink>
  /** What is followed, with how sure it is; carriers and what is attached are not in it. */
  readonly traced: ReadonlyMap<string, Tier>
}

interface Part {
  readonly part: string
  readonly key?: string
  readonly standing?: string
  readonly certainty?: Tier
}

/**
 * Empty where nobody has heard of the key. A stream that breaks is read again from its start.
 * Throws ServerError.
 */
export async function trace(
  server: Server,
  key: string,
  direction: 'back' | 'forward',
): Promise<FoundChain> {
  const url = `${server.apiUrl}/v1/trace/${encodeURIComponent(key)}?direction=${direction}`
  return asked(url, () => traceOnce(server, url))
}

async function traceOnce(server: Server, url: string): Promise<FoundChain> {
  // While a long chain is compared nothing is heard of a server that ends idle connections.
  const headers = {
    authorization: `Bearer ${server.key}`,
    accept: 'application/x-ndjson',
    connection: 'close',
  }
  const response = await fetch(url, { headers })
  const links = new Map<string, FoundLink>()
  const traced = new Map<string, Tier>()
  if (response.status === 404) return { links, traced }
  if (!response.ok || response.body === null) {
    const said = await response.text()
    throw new ServerError(response.status, `GET ${url}: ${response.status} ${said}`)
  }
  for await (const line of linesOf(response.body)) {
    const part: Part & FoundLink = JSON.parse(line)
    if (part.part === 'link') {
      const { kind, from, to, fromTime, toTime, eventIDs, certainty } = part
      const times = {
        ...(fromTime === undefined ? {} : { fromTime }),
        ...(toTime === undefined ? {} : { toTime }),
      }
      const link = { kind, from, to, ...times, eventIDs, certainty }
      links.set(textOf(link), link)
    }
    const isTraced = part.standing === 'traced' && part.key !== undefined
    if (part.part === 'node' && isTraced) traced.set(part.key ?? '', part.certainty ?? 'observed')
  }
  return { links, traced }
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}
