/** The HTTP API of a Suyuan server, as far as simulators need it. */
import { setTimeout as sleep } from 'node:timers/promises'

const tries = 6
const pauseMs = 100

export interface Server {
  /** Such as http://localhost:8080, without a slash at the end. */
  readonly apiUrl: string
  /** A bearer key: an administrator's, unless a function says otherwise. */
  readonly key: string
}

/** The server did not take a request, or gave an answer that it never should. */
export class ServerError extends Error {
  override readonly name = 'ServerError'
  /** HTTP status of the answer. */
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/**
 * What a reading request gives. Where its connection breaks it is made again, as a server ends an
 * idle connection just when somebody uses it. Throws ServerError, of status 0 where no connection
 * lasted.
 */
export async function asked<T>(url: string, once: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once()
    } catch (error) {
      if (error instanceof ServerError) throw error
      if (attempt === tries || isRefused(error))
        throw new ServerError(0, `${url} cannot be read: ${why(error)}`)
      await sleep(pauseMs * 2 ** attempt)
    }
  }
}

/** Nobody is there, and waiting only hides it. */
function isRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED'
}

/** An error with its causes, whose messages say more than its own. */
function why(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.cause !== undefined) return `${error.message}: ${why(error.cause)}`
  // Of several addresses that were tried, only the code of their errors is told.
  return error.message || String('code' in error ? error.code : error.name)
}

/**
 * The parsed answer; undefined where it is empty. Throws ServerError for any status but 2xx, and
 * of status 0 where the server is not reached.
 */
export async function request(
  server: Server,
  method: 'GET' | 'PUT' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<unknown> {
  const url = server.apiUrl + path
  const headers: Record<string, string> = { authorization: `Bearer ${server.key}` }
  const init: RequestInit = { method, headers }
  if (body !== undefined) {
    headers['content-type'] = 'application/json'
    init.body = JSON.stringify(body)
  }
  const once = async () => {
    const response = await fetch(url, init)
    return { response, text: await response.text() }
  }
  const { response, text } = await (method === 'GET' ? asked(url, once) : told(url, once))
  if (!response.ok) {
    throw new ServerError(response.status, `${method} ${url}: ${response.status} ${text}`)
  }
  return text === '' ? undefined : JSON.parse(text)
}

/** What may have been done is not done again. */
async function told<T>(url: string, once: () => Promise<T>): Promise<T> {
  try {
    return await once()
  } catch (error) {
    throw new ServerError(0, `${url} cannot be reached: ${why(error)}`)
  }
}

export interface NewKey {
  readonly keyId: string
  readonly secret: string
}

export type Grant =
  | { readonly role: 'device'; readonly party: string; readonly device: string }
  | { readonly role: 'inspector' | 'regulator' }

/** Makes a key. `label` says what it is for. */
export async function makeKey(server: Server, grant: Grant, label: string): Promise<NewKey> {
  const made = await request(server, 'POST', '/v1/keys', { ...grant, label })
  if (!isNewKey(made)) throw new ServerError(201, 'POST /v1/keys answered without a key')
  return made
}

export function isNewKey(answer: unknown): answer is NewKey {
  return typeof answer === 'object' && answer !== null && 'secret' in answer && 'keyId' in answer
}
