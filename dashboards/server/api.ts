/**
 * The one way to the server: hono's client with the types of its own routes, so that a route that
 * changes breaks a page when it is compiled, not when it is used.
 */
import { hc } from 'hono/client'
import type { Api } from '#api/client.ts'

export const api = hc<Api>(location.origin)

/** A refusal, or the lack of an answer; `status` 0 where nothing came. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly status: number
  /** Stable and for programs; `no_network` and `no_answer` are our own. */
  readonly code: string
  /** The members of the problem. */
  readonly body: Readonly<Record<string, unknown>>

  constructor(status: number, body: Readonly<Record<string, unknown>>) {
    super(typeof body['detail'] === 'string' ? body['detail'] : '')
    this.status = status
    this.code = typeof body['code'] === 'string' ? body['code'] : 'no_answer'
    this.body = body
  }
}

interface Answer<T> {
  readonly ok: boolean
  readonly status: number
  readonly headers: Headers
  json(): Promise<T>
}

/** What a request brings. Throws Refused. */
export async function told<T>(request: Promise<Answer<T>>): Promise<T> {
  return (await answered(request)).body
}

/** The same with the headers. Throws Refused. */
export async function answered<T>(
  request: Promise<Answer<T>>,
): Promise<{ readonly body: T; readonly headers: Headers }> {
  const answer = await request.catch(() => undefined)
  if (answer === undefined) {
    throw new Refused(0, { code: navigator.onLine ? 'no_answer' : 'no_network' })
  }
  const { headers, status } = answer
  if (status === 204) return { body: undefined as T, headers }
  const body = await answer.json().catch(() => undefined)
  if (answer.ok && body !== undefined) return { body, headers }
  throw new Refused(status, isMembers(body) ? body : { code: 'no_answer' })
}

function isMembers(body: unknown): body is Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null
}

/** For a path: an identifier may hold slashes and anything else. */
export const inPath = encodeURIComponent
