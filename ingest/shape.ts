/** What is wrong with the shape of a telemetry message, in the codes that EPCIS events have too. */
import type { z } from 'zod'
import { type Failure, type FailureCode, fail, pointer } from '#epcis/failure.ts'

/** The value as its schema reads it, or the first thing that is wrong with it. */
export function readShape<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): { readonly ok: true; readonly value: z.output<Schema> } | Failure {
  const parsed = schema.safeParse(value, { error: codeOf })
  if (parsed.success) return { ok: true, value: parsed.data }
  const [issue] = parsed.error.issues
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
  return fail(issue?.message as FailureCode, pointer([...(issue?.path ?? []), ...unknown]))
}

function codeOf(issue: { readonly code?: string; readonly input?: unknown }): FailureCode {
  if (issue.code === 'unrecognized_keys') return 'field_unknown'
  if (issue.code !== 'invalid_type') return 'value_malformed'
  return issue.input === undefined ? 'field_missing' : 'type_wrong'
}
