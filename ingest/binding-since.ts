/**
 * Since when events are made of what a device sends as they would be now: its format and binding
 * decide that, and the registry has those of today only. Whoever makes the events again, to see
 * whether they are there, has to know from when on they have to be the same.
 */
import { createHash } from 'node:crypto'
import type { Device } from '#store/registry/schema.ts'
import type { Origin } from './decoded.ts'
import type { Scope } from './memory.ts'

/** The name of the note: the digest of format and binding, and the recordTime since when. */
export const BINDING = 'binding'

export function foldBinding(device: Device, { recordTimeUs }: Origin, scope: Scope): void {
  const note = scope.get(BINDING)
  // Without a binding nothing is made, and where there never was one nothing needs to be known.
  if (device.binding === undefined && note === undefined) return
  const digest = digestOf(device)
  if (parse(note)?.digest === digest) return
  scope.set(BINDING, JSON.stringify([digest, recordTimeUs]))
}

/** The recordTime since when it has been as it is now; undefined where that is not known. */
export function boundSinceUs(device: Device, note: string | undefined): number | undefined {
  const known = parse(note)
  return known?.digest === digestOf(device) ? known.sinceUs : undefined
}

function parse(note: string | undefined): { digest: string; sinceUs: number } | undefined {
  if (note === undefined) return undefined
  const [digest, sinceUs]: [string, number] = JSON.parse(note)
  return { digest, sinceUs }
}

const digests = new WeakMap<Device, string>()

/** The registry hands out a device anew when it has changed. */
function digestOf(device: Device): string {
  const known = digests.get(device)
  if (known !== undefined) return known
  const { format, binding, codec, sensors, epc } = device
  const text = JSON.stringify([format, binding, codec, sensors, epc])
  const digest = createHash('sha256').update(text).digest('base64url').slice(0, 16)
  digests.set(device, digest)
  return digest
}
