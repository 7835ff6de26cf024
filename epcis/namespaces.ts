/**
 * What the prefixes of a document mean: the definitions of its @context and of the event's own, and
 * those of GS1's context, which is known here and never fetched. [JSON-LD 1.1, 9.1-9.5]
 */
import { isObject, type JsonContext } from './fields.ts'

/** Definitions of one context; what it leaves open is looked up in the one around it. */
export interface Namespaces {
  readonly prefixes: ReadonlyMap<string, string>
  /** Namespace of names without a prefix, inside extensions; undefined where none is declared. */
  readonly vocab: string | undefined
  readonly around: Namespaces | undefined
}

// cbvmda without GS1's last colon: so it is the namespace of the XML binding, and the event hash of
// an event must not depend on the binding it came in.
const GS1: Namespaces = {
  prefixes: new Map([
    ['epcis', 'https://ref.gs1.org/epcis/'],
    ['cbv', 'https://ref.gs1.org/cbv/'],
    ['cbvmda', 'urn:epcglobal:cbv:mda'],
    ['gs1', 'https://gs1.org/voc/'],
    ['rdfs', 'http://www.w3.org/2000/01/rdf-schema#'],
    ['owl', 'http://www.w3.org/2002/07/owl#'],
    ['xsd', 'http://www.w3.org/2001/XMLSchema#'],
    ['dcterms', 'http://purl.org/dc/terms/'],
  ]),
  vocab: undefined,
  around: undefined,
}

/** Namespaces of an event: its own context counts before that of its document. */
export function namespacesOf(document?: JsonContext, own?: JsonContext): Namespaces {
  const outer = typeof document === 'object' ? ofDocument(document) : GS1
  return typeof own === 'object' ? define(own, outer) : outer
}

// A document's context is read once for all its events: neither may be large at the other's cost.
const documents = new WeakMap<object, Namespaces>()

function ofDocument(context: Exclude<JsonContext, string>): Namespaces {
  const known = documents.get(context)
  if (known) return known
  const read = define(context, GS1)
  documents.set(context, read)
  return read
}

function define(context: Exclude<JsonContext, string>, around: Namespaces): Namespaces {
  const prefixes = new Map<string, string>()
  let vocab = around.vocab
  const parts = [context].flat().filter(isObject)
  for (const [name, definition] of parts.flatMap((part) => Object.entries(part))) {
    const iri = isObject(definition) ? definition['@id'] : definition
    if (typeof iri !== 'string') continue
    if (name === '@vocab') vocab = iri
    else if (!name.startsWith('@')) prefixes.set(name, expand(iri, { prefixes, vocab, around }))
  }
  return { prefixes, vocab, around }
}

/** The namespace and local part of `prefix:local`; undefined where the prefix is not declared. */
function resolve(name: string, namespaces: Namespaces): [string, string] | undefined {
  const colon = name.indexOf(':')
  if (colon < 0 || name.startsWith('//', colon + 1)) return undefined
  const namespace = find(name.slice(0, colon), namespaces)
  return namespace === undefined ? undefined : [namespace, name.slice(colon + 1)]
}

function find(prefix: string, { prefixes, around }: Namespaces): string | undefined {
  return prefixes.get(prefix) ?? (around && find(prefix, around))
}

/** The full URI of a compact one (`gs1:Angle`); any other text comes back unchanged. */
export function expand(text: string, namespaces: Namespaces): string {
  return resolve(text, namespaces)?.join('') ?? text
}

/** A field's name as `{namespace}local`; unchanged where nothing says what its namespace is. */
export function qualifiedName(name: string, namespaces: Namespaces): string {
  const found = resolve(name, namespaces)
  if (found) return `{${found[0]}}${found[1]}`
  return namespaces.vocab && !name.includes(':') ? `{${namespaces.vocab}}${name}` : name
}

/** Whether a name is `prefix:local` and no context says what the prefix stands for. */
export function isUndeclared(name: string, namespaces: Namespaces): boolean {
  return !resolve(name, namespaces) && !/^[^:]+:\/\//.test(name) && !name.startsWith('urn:')
}
