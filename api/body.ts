/**
 * Reads request bodies. What is too large is refused from its declared length, or while it streams
 * in: no more than the limit is ever held.
 */
import { parseJson } from '#ingest/json.ts'
import { Problem } from './problem.ts'

const jsonTypes = ['application/json', 'application/ld+json']

/** Throws unless the body says that it is JSON. */
export function requireJson(request: Request): void {
  const type = request.headers.get('Content-Type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== undefined && jsonTypes.includes(type)) return
  throw new Problem('unsupported_media_type', {
    detail: `Content-Type is ${type ?? 'missing'}; this takes ${jsonTypes.join(' or ')}`,
    headers: { Accept: jsonTypes.join(', ') },
  })
}

/**
 * The whole body; throws what `tooLarge` makes when it is longer than `limit` bytes. `take` is told
 * of every chunk before it is kept.
 */
export async function readBody(
  request: Request,
  limit: number,
  tooLarge: () => Problem,
  take: (bytes: number) => void = () => {},
): Promise<Uint8Array> {
  if (Number(request.headers.get('Content-Length') ?? 0) > limit) throw tooLarge()
  const chunks: Uint8Array[] = []
  let length = 0
  // Leaving the loop cancels the stream, so the rest is not read.
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength
    if (length > limit) throw tooLarge()
    take(chunk.byteLength)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length)
}

/** The JSON value of a body; throws a problem with the place where it ends to be JSON. */
export function jsonOf(bytes: Uint8Array): unknown {
  const json = parseJson(bytes)
  if (json.ok) return json.value
  throw new Problem('invalid_input', { code: json.code, path: json.path, detail: json.message })
}
