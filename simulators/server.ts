/** The HTTP API of a Suyuan server, as far as simulators need it. */

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

/** The parsed answer; undefined where it is empty. Throws ServerError for any status but 2xx. */
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
  const response = await fetch(url, init)
  const text = await response.text()
  if (!response.ok) {
    throw new ServerError(response.status, `${method} ${url}: ${response.status} ${text}`)
  }
  return text === '' ? undefined : JSON.parse(text)
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
