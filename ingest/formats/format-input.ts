/** What every decoder of a format is given. */
import type { Origin } from '#ingest/decoded.ts'
import type { Device } from '#store/registry/schema.ts'

/** A message, who sent it, and what the registry says of that device. */
export interface FormatInput {
  readonly payload: Uint8Array
  readonly topic: string
  readonly origin: Origin
  readonly device: Device
}
