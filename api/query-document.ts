/**
 * Answers with events: an EPCISQueryDocument [EPCIS 8.2.5] put together from the stored texts,
 * never parsed and printed again, so that every number and every extension comes back as it was
 * sent. recordTime is added, and every prefix an event uses stays bound to what its sender bound it
 * to.
 */
import { formatTimeUs } from '#epcis/time.ts'
import { editObject, spanAt } from '#ingest/json-text.ts'
import type { StoredEvent } from '#store/trail.ts'

const gs1Context = 'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'

/** The text of the document. */
export function queryDocument(events: readonly StoredEvent[], createdAtUs: number): string {
  const contexts = new ContextMerge(events.map(({ context }) => context))
  const texts = events.map((event) => eventText(event, contexts))
  const head = JSON.stringify({
    '@context': contexts.merged(),
    type: 'EPCISQueryDocument',
    schemaVersion: '2.0',
    creationDate: formatTimeUs(createdAtUs),
  })
  return (
    `${head.slice(0, -1)},"epcisBody":{"queryResults":{"queryName":"SimpleEventQuery",` +
    `"resultsBody":{"eventList":[${texts.join(',')}]}}}}`
  )
}

function eventText(event: StoredEvent, contexts: ContextMerge): string {
  const { body, context, recordTimeUs } = event
  const recordTime = `"recordTime":"${formatTimeUs(recordTimeUs)}"`
  if (context === undefined || !contexts.isApart(context)) {
    return `${body.slice(0, body.lastIndexOf('}'))},${recordTime}}`
  }
  // The event's own @context comes after that of its document, so it goes on having the last word.
  const whole = { start: body.indexOf('{'), end: body.length }
  const own = spanAt(body, ['@context'])
  const parts = [context, ...(own ? [body.slice(own.start, own.end)] : [])]
  const both = JSON.stringify(parts.flatMap((part) => JSON.parse(part)))
  const rest = editObject(body, whole, { add: {}, drop: ['@context'] })
  return `{"@context":${both},${rest.slice(1, -1)},${recordTime}}`
}

/**
 * One @context for events of several documents. Prefixes that are bound alike, or by one of them
 * only, are merged. A context that binds a prefix otherwise, or names another context document
 * (which could bind anything), stands apart: its events carry it themselves.
 */
class ContextMerge {
  readonly #bindings = new Map<string, string>()
  readonly #apart = new Set<string>()

  constructor(contexts: readonly (string | undefined)[]) {
    for (const text of new Set(contexts)) {
      if (text !== undefined && !this.#join(JSON.parse(text))) this.#apart.add(text)
    }
  }

  isApart(context: string): boolean {
    return this.#apart.has(context)
  }

  merged(): unknown[] {
    const bindings = [...this.#bindings].map(([prefix, value]) => [prefix, JSON.parse(value)])
    return bindings.length === 0 ? [gs1Context] : [gs1Context, Object.fromEntries(bindings)]
  }

  /** Takes a context in where it agrees with what is there; says whether it did. */
  #join(context: unknown): boolean {
    const parts = [context].flat()
    const bindings = parts
      .filter((part) => typeof part === 'object' && part !== null)
      .flatMap((part) => Object.entries(part))
      .map(([prefix, value]) => [prefix, JSON.stringify(value)] as const)
    const agree = bindings.every(
      ([prefix, value]) => (this.#bindings.get(prefix) ?? value) === value,
    )
    if (!agree || !parts.every(isKnown)) return false
    for (const [prefix, value] of bindings) this.#bindings.set(prefix, value)
    return true
  }
}

function isKnown(part: unknown): boolean {
  return typeof part === 'string' ? isGs1Context(part) : typeof part === 'object'
}

/** GS1 publishes the context under its version, without it, and in its repository. */
function isGs1Context(url: string): boolean {
  return /^https?:\/\/(ref\.gs1\.org|gs1\.github\.io)\/.*epcis-context\.jsonld$/i.test(url)
}
