/**
 * What the schemas of events and documents are built of. Every message that zod gives is a code of
 * failure.ts; nothing is transformed.
 */
import { z } from 'zod'
import { type Failure, type FailureCode, fail, isFailureCode, pointer } from './failure.ts'
import { parseTimeUs } from './time.ts'
import { isUri, MAX_URI_LENGTH } from './uri.ts'

/** Finds what is wrong with one string; undefined when nothing is. */
export type Wrong = (value: string) => FailureCode | undefined

/** A field that is missing, or there and not of the JSON type that it has to be of. */
export const typed = otherThan('type_wrong')

function otherThan(code: FailureCode) {
  return {
    error: (issue: { input?: unknown }): FailureCode =>
      issue.input === undefined ? 'field_missing' : code,
  }
}

export function text(wrong: Wrong) {
  return z.string(typed).check((context) => {
    const code = wrong(context.value)
    if (code) context.issues.push({ code: 'custom', message: code, input: context.value })
  })
}

export function list<Item extends z.ZodType>(item: Item) {
  return z.array(item, typed)
}

/**
 * A list of strings, looked at in one go: one zod check for a list costs a tenth of one for each
 * member, and an event may name thousands. `once` is uniqueItems of the JSON Schema: as written.
 */
export function texts(wrong: Wrong, each: 'once' | 'any') {
  return list(z.string(typed)).check((context) => {
    const { value, issues } = context
    const at = firstWrong(value, wrong, each)
    if (at) issues.push({ code: 'custom', message: at.code, path: [at.index], input: value })
  })
}

function firstWrong(values: readonly string[], wrong: Wrong, each: 'once' | 'any') {
  const seen = new Set<string>()
  for (const [index, value] of values.entries()) {
    const code = seen.has(value) ? 'value_repeated' : wrong(value)
    if (code) return { index, code }
    if (each === 'once') seen.add(value)
  }
  return undefined
}

/** An object that may carry extensions. Their names are looked at in check.ts. */
export function open<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.looseObject(shape, typed)
}

/** An object that may carry nothing else. */
export function closed<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? 'field_unknown' : typed.error(issue)),
  })
}

export function wrongUri(value: string): FailureCode | undefined {
  if (value.length > MAX_URI_LENGTH) return 'value_too_long'
  return isUri(value) ? undefined : 'uri_malformed'
}

function wrongTime(value: string): FailureCode | undefined {
  return parseTimeUs(value) === undefined ? 'time_invalid' : undefined
}

export function pattern(form: RegExp, code: FailureCode) {
  return text((value) => (form.test(value) ? undefined : code))
}

export const uri = text(wrongUri)
export const uris = texts(wrongUri, 'any')
export const distinctUris = texts(wrongUri, 'once')
export const time = text(wrongTime)
export const string = z.string(typed)
export const boolean = z.boolean(typed)
export const decimal = z.number(typed)

export type JsonObject = { readonly [name: string]: unknown }

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Any object at all: extensions, ilmd. */
export const object = z.custom<JsonObject>(isObject, typed)

/** A JSON-LD @context as it came: a URI, definitions, or a list of both. */
export type JsonContext = string | JsonObject | readonly (string | JsonObject)[]

function isContext(value: unknown): value is JsonContext {
  return Array.isArray(value) ? value.every(isPartOfContext) : isPartOfContext(value)
}

function isPartOfContext(value: unknown): boolean {
  return typeof value === 'string' || isObject(value)
}

export const context = z.custom<JsonContext>(isContext, otherThan('context_malformed'))

/** The first thing that a schema of these finds wrong with a value that it has refused. */
export function failureOf(schema: z.ZodType, json: unknown): Failure {
  const issue = schema.safeParse(json).error?.issues[0]
  if (!issue) throw new Error('a value was refused and then found right')
  const code: FailureCode = isFailureCode(issue.message) ? issue.message : 'type_wrong'
  const steps =
    issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path
  return fail(code, pointer(steps), found(json, steps))
}

/** What stands at a place, short enough to be told. */
function found(json: unknown, steps: readonly PropertyKey[]): string | undefined {
  const value = steps.reduce<unknown>((inner, step) => Object(inner)[step], json)
  if (value === undefined || (typeof value === 'object' && value !== null)) return undefined
  const shown = JSON.stringify(value)
  return `Found ${shown.length > 100 ? `${shown.slice(0, 100)}…` : shown}.`
}
