/**
 * Compressed payloads of Sparkplug B as Eclipse Tahu writes them: a payload with the uuid
 * `SPBV1.0_COMPRESSED` whose body is another payload, by GZIP or DEFLATE as its metric `algorithm`
 * says, and by DEFLATE (in the form of zlib) where it has none.
 */
import { gunzipSync, inflateSync } from 'node:zlib'
import { type Failure, fail } from '#epcis/failure.ts'
import type { SparkplugMetric } from '#ingest/decoded.ts'

/** A kilobyte can be unpacked to a megabyte: this much is held in memory, whatever comes. */
const MAX_UNPACKED_BYTES = 8 * 1024 * 1024
const unpackers = new Map([
  ['GZIP', gunzipSync],
  ['DEFLATE', inflateSync],
])

export function isCompressed(uuid: string | undefined): boolean {
  return uuid === 'SPBV1.0_COMPRESSED'
}

/** The bytes of the payload inside. Never throws. */
export function unpacked(
  body: Uint8Array | undefined,
  metrics: readonly SparkplugMetric[],
): Uint8Array | Failure {
  const { value = 'DEFLATE' } = metrics.find(({ name }) => name === 'algorithm') ?? {}
  const unpack = unpackers.get(String(value).toUpperCase())
  if (body === undefined) return fail('compressed_malformed', '/body', 'It has no body.')
  if (unpack === undefined) return fail('compressed_malformed', '/algorithm', String(value))
  try {
    return unpack(body, { maxOutputLength: MAX_UNPACKED_BYTES })
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const isTooLarge = 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    if (isTooLarge) return fail('compressed_too_large', '/body')
    return fail('compressed_malformed', '/body', error.message)
  }
}
