/**
 * Every refusal the API gives, as application/problem+json [RFC 9457]. `type` is the EPCIS
 * exception where one fits, `code` is stable and made for programs, `detail` for people, `path`
 * says where.
 */

const kinds = {
  invalid_query: [400, 'epcisException:QueryParameterException', 'A query parameter is not valid'],
  invalid_input: [400, 'epcisException:ValidationException', 'The request is not valid'],
  unauthenticated: [401, 'epcisException:SecurityException', 'A valid key is needed'],
  forbidden: [403, 'epcisException:SecurityException', 'This key may not do that'],
  not_found: [404, 'epcisException:NoSuchNameException', 'There is no such thing'],
  method_not_allowed: [405, 'about:blank', 'Method not allowed'],
  not_acceptable: [406, 'epcisException:NotAcceptableException', 'No acceptable answer'],
  conflict: [
    409,
    'epcisException:ResourceAlreadyExistsException',
    'It is there with other content',
  ],
  in_use: [409, 'about:blank', 'It is still in use'],
  capture_too_large: [413, 'epcisException:CaptureLimitExceededException', 'Capture too large'],
  too_large: [413, 'about:blank', 'The request body is too large'],
  uri_too_long: [414, 'epcisException:URITooLongException', 'The URI is too long'],
  unsupported_media_type: [
    415,
    'epcisException:UnsupportedMediaTypeException',
    'Unsupported media type',
  ],
  internal: [500, 'epcisException:ImplementationException', 'Something went wrong here'],
  unavailable: [503, 'about:blank', 'Not able to take this now'],
} as const

export type ProblemKind = keyof typeof kinds

export interface ProblemDetails {
  /** What went wrong this time, for people. */
  readonly detail: string
  /** Stable and for programs; the kind where there is nothing finer to say. */
  readonly code?: string
  /** JSON Pointer into the body, or the name of a parameter. */
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Further members of the body. */
  readonly more?: Readonly<Record<string, unknown>>
}

/** Thrown by a route; the app answers with it. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  /** The members of the answer. */
  readonly body: Readonly<Record<string, unknown>> & { type: string; title: string }
  readonly #headers: Readonly<Record<string, string>>

  constructor(kind: ProblemKind, details: ProblemDetails) {
    super(details.detail)
    const { detail, code = kind, path, headers = {}, more } = details
    const [status, type, title] = kinds[kind]
    this.status = status
    this.#headers = headers
    this.body = { type, title, status, code, path, detail, ...more }
  }

  toResponse(): Response {
    return new Response(JSON.stringify(this.body), {
      status: this.status,
      headers: { ...this.#headers, 'Content-Type': 'application/problem+json' },
    })
  }
}
