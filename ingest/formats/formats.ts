/** Which decoder reads which format: the one table of it. */
import { fail } from '#epcis/failure.ts'
import { type Decoded, type Origin, wholly } from '#ingest/decoded.ts'
import { bindingFault } from '#ingest/reads/fold.ts'
import type { JournalRecord } from '#store/journal/record.ts'
import type { Device, Format } from '#store/registry/schema.ts'
import { decodeImpinj } from './impinj.ts'
import { decodePlainReads } from './plain-reads.ts'
import { decodeSmartReader } from './smartreader.ts'
import { decodeZebraFx } from './zebra-fx.ts'
import { decodeZebraRfd } from './zebra-rfd.ts'

/** A message, who sent it, and what the registry says of that device. */
export interface FormatInput {
  readonly payload: Uint8Array
  readonly topic: string
  readonly origin: Origin
  readonly device: Device
}

type FormatDecoder = (input: FormatInput) => Decoded

const decoders: Partial<Readonly<Record<Format, FormatDecoder>>> = {
  'impinj-r700': ({ payload, origin }) => decodeImpinj(payload, origin),
  smartreader: ({ payload, origin }) => decodeSmartReader(payload, origin),
  'zebra-fx': ({ payload, origin }) => decodeZebraFx(payload, origin),
  'zebra-rfd': ({ payload, origin }) => decodeZebraRfd(payload, origin),
}

/** What a message of a device says in the format that the device is registered with. */
export function decodeFormat(
  { payload, topic }: Pick<JournalRecord, 'payload' | 'topic'>,
  origin: Origin,
  device: Device | undefined,
): Decoded {
  if (device === undefined) return wholly(fail('reads_not_supported', ''))
  const decoder = device.format === undefined ? undefined : decoders[device.format]
  const decoded =
    decoder === undefined
      ? decodePlainReads(payload, origin)
      : decoder({ payload, topic, origin, device })
  const isOfReads = decoded.reads !== undefined && decoded.reads.length > 0
  const fault = isOfReads ? bindingFault(device) : undefined
  return fault === undefined ? decoded : wholly(fault)
}
