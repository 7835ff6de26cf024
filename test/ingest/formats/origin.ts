/** Who sent the messages of these tests, and when they came. */
import type { Decoded, Origin } from '#ingest/decoded.ts'

export const receivedAtUs = Date.UTC(2026, 2, 4, 8, 16) * 1000

export const origin: Origin = {
  party: 'farm',
  sensor: 'urn:suyuan:device:farm:gate-1',
  receivedAtUs,
  recordTimeUs: receivedAtUs,
}

export function bytes(payload: unknown): Uint8Array {
  return Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
}

export const codes = ({ failures }: Decoded) => failures.map(({ code, index }) => [code, index])
