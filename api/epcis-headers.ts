/**
 * The headers of the EPCIS REST binding [EPCIS 12.3]: which versions are spoken, and that
 * identifiers are never translated, since an event is given back as it was captured.
 */
import type { Context, MiddlewareHandler } from 'hono'
import { Problem } from './problem.ts'
import type { Env } from './route.ts'

const version = '2.0.0'

const answered = {
  'GS1-EPCIS-Version': version,
  'GS1-CBV-Version': version,
  'GS1-EPC-Format': 'Never_Translates',
}

/** What OPTIONS announces beside `Allow`. */
export const announced = {
  ...answered,
  'GS1-EPCIS-Min': version,
  'GS1-EPCIS-Max': version,
  'GS1-CBV-Min': version,
  'GS1-CBV-Max': version,
}

/** Checks the headers of a request under /epcis and sets those of its answer. */
export const epcisHeaders: MiddlewareHandler<Env> = async (c, next) => {
  if (c.req.method !== 'OPTIONS') {
    for (const standard of ['EPCIS', 'CBV']) requireVersion(c, standard)
    requireFormat(c)
    requireJsonAccepted(c)
  }
  await next()
  for (const [name, value] of Object.entries(answered)) c.header(name, value)
}

function requireVersion(c: Context<Env>, standard: string): void {
  const asked = (bound: string) => c.req.header(`GS1-${standard}-${bound}`)
  const exact = asked('Version')
  const least = asked('Min') ?? exact
  const most = asked('Max') ?? exact
  for (const text of [least, most]) {
    if (text !== undefined && !/^\d+(\.\d+)*$/.test(text)) {
      throw new Problem('invalid_input', {
        code: 'invalid_header',
        path: `GS1-${standard}`,
        detail: `${text} is no version`,
      })
    }
  }
  const tooNew = least !== undefined && minorOf(least) > minorOf(version)
  const tooOld = most !== undefined && minorOf(most) < minorOf(version)
  if (tooNew || tooOld) {
    const detail = `this speaks ${standard} ${version} only`
    throw new Problem('not_acceptable', { detail, headers: announced })
  }
}

/** 2.0.1 only corrects 2.0.0, so only the first two numbers are compared. */
function minorOf(text: string): number {
  const [major = 0, minor = 0] = text.split('.').map(Number)
  return major * 1000 + minor
}

function requireFormat(c: Context<Env>): void {
  const format = c.req.header('GS1-EPC-Format') ?? 'Never_Translates'
  if (format === 'Never_Translates' || format === 'No_Preference') return
  const detail = `GS1-EPC-Format ${format}: events are given back as they were captured`
  throw new Problem('not_acceptable', { detail, headers: announced })
}

function requireJsonAccepted(c: Context<Env>): void {
  const accept = c.req.header('Accept')
  if (accept === undefined) return
  const ranges = accept.split(',').map((range) => range.split(';')[0]?.trim().toLowerCase())
  const answers = ['*/*', 'application/*', 'application/json', 'application/ld+json']
  if (ranges.some((range) => range !== undefined && answers.includes(range))) return
  throw new Problem('not_acceptable', { detail: `answers are application/json, not ${accept}` })
}
