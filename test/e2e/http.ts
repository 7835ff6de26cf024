/** Requests to a program under test. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Server } from '#simulators/server.ts'
import type { Program } from './program.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** The parsed body; empty where there is none. */
  readonly body: Readonly<Record<string, unknown>>
}

export async function get(
  program: Server,
  path: string,
  key = program.key,
  signal: AbortSignal | null = null,
): Promise<Answer> {
  return answerOf(
    await fetch(program.apiUrl + path, { headers: { authorization: `Bearer ${key}` }, signal }),
  )
}

/** Posts a text as it is, or JSON. */
export async function post(
  program: Server,
  path: string,
  key: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return answerOf(
    await fetch(program.apiUrl + path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        ...headers,
      },
      body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
    }),
  )
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text()
  const body = text === '' ? {} : JSON.parse(text)
  return { status: response.status, headers: response.headers, body }
}

const PATIENCE_MS = 120_000

/** Asks again until the answer is as wanted. Throws with the last answer when it never comes. */
export async function until<T>(ask: () => Promise<T>, isRight: (answer: T) => boolean): Promise<T> {
  const deadlineMs = performance.now() + PATIENCE_MS
  for (;;) {
    const answer = await ask()
    if (isRight(answer)) return answer
    if (performance.now() > deadlineMs) throw new Error(`in vain: ${JSON.stringify(answer)}`)
    await sleep(50)
  }
}

/** An EPCISQueryDocument as the API gives it. */
export interface QueryDocument {
  readonly '@context': unknown
  readonly epcisBody: {
    readonly queryResults: {
      readonly resultsBody: { readonly eventList: readonly Readonly<Record<string, unknown>>[] }
    }
  }
}

/** All events that a key may query. */
export async function queryEvents(program: Program, key: string): Promise<QueryDocument> {
  const { status, body } = await get(program, '/epcis/events?perPage=1000', key)
  if (status !== 200) throw new Error(`GET /epcis/events: ${status} ${JSON.stringify(body)}`)
  return body as unknown as QueryDocument
}

/** The eventIDs of all events that a key may query, page by page. */
export async function allEventIDs(program: Program, key: string): Promise<string[]> {
  const eventIDs: string[] = []
  for (let url = '/epcis/events?perPage=1000'; url !== ''; ) {
    const { body, headers } = await get(program, url, key)
    const events = eventsOf(body as unknown as QueryDocument)
    eventIDs.push(...events.map(({ eventID }) => String(eventID)))
    const next = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1]
    url = next === undefined ? '' : next.replace(/^https?:\/\/[^/]+/, '')
  }
  return eventIDs
}

export function eventsOf(document: QueryDocument): readonly Readonly<Record<string, unknown>>[] {
  return document.epcisBody.queryResults.resultsBody.eventList
}
