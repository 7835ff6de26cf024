/**
 * The one way a route comes into being. What a route says of itself here is at once its guard, its
 * checks and its entry in the OpenAPI document, so that none of them can be forgotten or differ.
 * Unknown query parameters are refused, never ignored. Every path answers OPTIONS, and other
 * methods with 405.
 */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { z } from 'zod'
import { pointer } from '#epcis/failure.ts'
import { isObject } from '#epcis/fields.ts'
import type { Principal } from '#store/registry/schema.ts'
import { type Action, rolesFor } from './access.ts'
import { jsonOf, readBody, requireJson } from './body.ts'
import { type Caller, callerOf } from './caller.ts'
import { Problem } from './problem.ts'

export interface Env {
  /** What the server hands over with a request; nothing where the app is called directly. */
  Bindings: { outgoing?: { destroy(): void } }
  Variables: {
    /** Who the request's key speaks for; undefined when it carries none. */
    principal: Principal | undefined
    /** Whether that key or session still stands: for what goes on after its answer began. */
    stands: (() => boolean) | undefined
    /** Scheme, host and path that the server is reached under, without a slash at the end. */
    baseUrl: string
    /** Logs a fault that has come into an answer, and says whether it has ended the connection. */
    cut: (error: unknown) => boolean
  }
}

/** A schema, or a reference to one of the components. */
type Schema = z.ZodType | { readonly $ref: string }

interface Answer {
  readonly description: string
  readonly schema?: Schema
  /** Media type of the schema; JSON unless it says otherwise. */
  readonly type?: string
}

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'
type Answers = Readonly<Record<number, Answer>>

/** What a route is and says; a typed client is made from the types of these. */
export interface RouteSpec<
  Query extends z.ZodRawShape,
  Body extends z.ZodType,
  M extends Method = Method,
  Path extends string = string,
  A extends Answers = Answers,
> {
  readonly method: M
  /** With `{name}` for a segment. */
  readonly path: Path
  /** The last `{name}` is the rest of the path, so that a URI fits there also unencoded. */
  readonly tail?: true
  readonly may: Action
  readonly tag: string
  readonly summary: string
  readonly description?: string
  readonly query?: Query
  /** Further parameters are taken: a Digital Link carries whatever its maker put there. */
  readonly openQuery?: true
  /** A JSON body that the route wants checked. */
  readonly body?: Body
  /** What the OpenAPI document says of a body that the route reads itself. */
  readonly rawBody?: Schema
  readonly answers: A
}

export interface RouteInput<Query extends z.ZodRawShape, Body extends z.ZodType> {
  readonly caller: Caller
  readonly params: Readonly<Record<string, string>>
  /** The parameters of the path as they were sent, percent-escapes and all. */
  readonly rawParams: Readonly<Record<string, string>>
  readonly query: z.output<z.ZodObject<Query>>
  readonly body: z.output<Body>
}

export interface Router {
  /** Gives the spec back: whoever returns it makes the route known to the typed client. */
  serve<
    M extends Method,
    const Path extends string,
    A extends Answers,
    Query extends z.ZodRawShape = Record<never, z.ZodType>,
    Body extends z.ZodType = z.ZodNever,
  >(
    spec: RouteSpec<Query, Body, M, Path, A>,
    handle: (c: Context<Env>, input: RouteInput<Query, Body>) => Response | Promise<Response>,
  ): RouteSpec<Query, Body, M, Path, A>
  /** Call once after the last route: every path now answers OPTIONS and other methods. */
  close(headersOf: (path: string) => Record<string, string>): void
}

const mostBodyBytes = 256 * 1024

export function createRouter(app: OpenAPIHono<Env>): Router {
  const methodsOf = new Map<string, string[]>()
  return {
    serve(spec, handle) {
      const pattern = patternOf(spec)
      methodsOf.set(pattern, [...(methodsOf.get(pattern) ?? []), spec.method.toUpperCase()])
      const shape = spec.query ?? {}
      const query = spec.openQuery ? z.looseObject(shape) : z.strictObject(shape)
      app.openAPIRegistry.registerPath(documentOf(spec, query))
      app.on(spec.method.toUpperCase(), pattern, async (c) => {
        const caller = callerOf(c.get('principal'), spec.may)
        const rawParams = rawParamsOf(c, spec)
        const params = decoded(rawParams)
        const parsed = query.safeParse(queryOf(c.req.url))
        if (!parsed.success) throw queryProblem(parsed.error)
        // What the path names need not be said again in what is put there.
        const named = spec.method === 'put' ? params : {}
        const body = spec.body && (await bodyOf(c.req.raw, spec.body, named))
        return handle(c, {
          caller,
          params,
          rawParams,
          query: parsed.data as z.output<z.ZodObject<NonNullable<typeof spec.query>>>,
          body: body as z.output<NonNullable<typeof spec.body>>,
        })
      })
      return spec
    },
    close(headersOf) {
      for (const [pattern, methods] of methodsOf) {
        const Allow = ['OPTIONS', ...methods].join(', ')
        app.on('OPTIONS', pattern, (c) => c.body(null, 204, { ...headersOf(c.req.path), Allow }))
        app.all(pattern, (c) => {
          const detail = `${c.req.method} is not among ${Allow}`
          throw new Problem('method_not_allowed', { detail, headers: { Allow } })
        })
      }
    },
  }
}

type Shape = Pick<RouteSpec<z.ZodRawShape, z.ZodType>, 'path' | 'tail'>

function patternOf({ path, tail }: Shape): string {
  const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1')
  // A scanner may end what it reads with a line end, which a dot does not match.
  return tail ? `${pattern}{[^]+}` : pattern
}

/** From the raw path: a percent-encoded slash is a part of the value, not of the path. */
function rawParamsOf(c: Context<Env>, { path, tail }: Shape): Record<string, string> {
  const names = path.split('/')
  const given = new URL(c.req.url).pathname.split('/')
  const params: Record<string, string> = {}
  names.forEach((name, at) => {
    if (!name.startsWith('{')) return
    const rest = tail && at === names.length - 1
    params[name.slice(1, -1)] = rest ? given.slice(at).join('/') : (given[at] ?? '')
  })
  return params
}

function decoded(raw: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, decode(value)]))
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    const detail = `${segment.slice(0, 200)} is no percent-encoded UTF-8`
    throw new Problem('invalid_query', { path: 'path', detail })
  }
}

/** A parameter that is given once is a string, one given several times a list of them. */
function queryOf(url: string): Record<string, string | string[]> {
  const { searchParams } = new URL(url)
  const names = [...new Set(searchParams.keys())]
  return Object.fromEntries(
    names.map((name) => {
      const values = searchParams.getAll(name)
      return [name, values.length === 1 ? (values[0] ?? '') : values]
    }),
  )
}

function queryProblem(error: z.ZodError): Problem {
  const [issue] = error.issues
  if (issue?.code === 'unrecognized_keys') {
    const [name = ''] = issue.keys
    const detail = `there is no parameter ${name} here`
    return new Problem('invalid_query', { code: 'unknown_parameter', path: name, detail })
  }
  const path = String(issue?.path[0] ?? '')
  return new Problem('invalid_query', { path, detail: `${path}: ${issue?.message}` })
}

async function bodyOf(request: Request, schema: z.ZodType, named: object): Promise<unknown> {
  requireJson(request)
  const tooLarge = () =>
    new Problem('too_large', { detail: `the body may have ${mostBodyBytes} bytes` })
  const json = jsonOf(await readBody(request, mostBodyBytes, tooLarge))
  const parsed = schema.safeParse(isObject(json) ? { ...named, ...json } : json)
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues
    .slice(0, 20)
    .map((issue) => ({ path: pointer(issue.path), message: issue.message }))
  const [first] = errors
  throw new Problem('invalid_input', {
    code: 'invalid_body',
    path: first?.path ?? '',
    detail: first?.message ?? '',
    more: { errors },
  })
}

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'Stable, for programs' }),
    detail: z.string(),
    path: z.string().optional(),
  })
  .meta({ id: 'Problem', description: 'application/problem+json, RFC 9457' })

function documentOf(
  spec: RouteSpec<z.ZodRawShape, z.ZodType>,
  query: z.ZodObject,
): Parameters<OpenAPIHono<Env>['openAPIRegistry']['registerPath']>[0] {
  const roles = rolesFor(spec.may)
  const open = roles.includes('public')
  const names = [...spec.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const body = spec.body ?? spec.rawBody
  const answers = Object.entries(spec.answers).map(([status, { description, schema, type }]) => [
    status,
    { description, ...(schema && { content: { [type ?? 'application/json']: { schema } } }) },
  ])
  return {
    method: spec.method,
    path: spec.path,
    tags: [spec.tag],
    summary: spec.summary,
    description: [spec.description, `Open to: ${roles.join(', ')}.`].filter(Boolean).join('\n\n'),
    security: open ? [{}, { key: [] }] : [{ key: [] }],
    request: {
      params: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))),
      query,
      ...(body && { body: { required: true, content: { 'application/json': { schema: body } } } }),
    },
    responses: {
      ...Object.fromEntries(answers),
      default: {
        description: 'A refusal',
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    },
  }
}
