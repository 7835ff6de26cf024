/** Which decoder reads which format: the one table of it. */
import { fail } from '#epcis/failure.ts'
import { type Decoded, type Origin, wholly } from '#ingest/decoded.ts'
import { bindingFault } from '#ingest/reads/fold.ts'
import type { JournalRecord } from '#store/journal/record.ts'
import { type Device, type Format, sensorKeyOf } from '#store/registry/schema.ts'
import { decodeChirpStack } from './chirpstack.ts'
import { decodeCsv } from './csv.ts'
import type { FormatInput } from './format-input.ts'
import { decodeImpinj } from './impinj.ts'
import { decodeMilesightGateway } from './milesight-gateway.ts'
import { decodeSenmlPacks } from './plain-readings.ts'
import { decodePlainReads } from './plain-reads.ts'
import { decodeShelly } from './shelly.ts'
import { decodeSmartReader } from './smartreader.ts'
import { decodeSparkplug } from './sparkplug.ts'
import { decodeTts } from './tts.ts'
import { decodeZebraFx } from './zebra-fx.ts'
import { decodeZebraRfd } from './zebra-rfd.ts'

type FormatDecoder = (input: FormatInput) => Decoded

const decoders: Readonly<Record<Format, FormatDecoder>> = {
  'impinj-r700': ({ payload, origin }) => decodeImpinj(payload, origin),
  smartreader: ({ payload, origin }) => decodeSmartReader(payload, origin),
  'zebra-fx': ({ payload, origin }) => decodeZebraFx(payload, origin),
  'zebra-rfd': ({ payload, origin }) => decodeZebraRfd(payload, origin),
  'sparkplug-b': decodeSparkplug,
  'chirpstack-v4': decodeChirpStack,
  'tts-v3': decodeTts,
  'milesight-gateway': decodeMilesightGateway,
  shelly: decodeShelly,
  senml: ({ payload, origin, device }) => decodeSenmlPacks(payload, origin, sensorKeyOf(device)),
  csv: decodeCsv,
}

/** What a message of a device says in the format that the device is registered with. */
export function decodeFormat(
  { payload, topic }: Pick<JournalRecord, 'payload' | 'topic'>,
  origin: Origin,
  device: Device | undefined,
): Decoded {
  // What has no binding makes nothing of reads, whatever they look like.
  const isUnbound = device?.format === undefined && device?.binding === undefined
  if (device === undefined || isUnbound) return wholly(fail('reads_not_supported', ''))
  const decoder = device.format === undefined ? undefined : decoders[device.format]
  const decoded =
    decoder === undefined
      ? decodePlainReads(payload, origin)
      : decoder({ payload, topic, origin, device })
  const isOfReads = decoded.reads !== undefined && decoded.reads.length > 0
  const fault = isOfReads ? bindingFault(device) : undefined
  return fault === undefined ? decoded : wholly(fault)
}
