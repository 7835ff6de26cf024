/**
 * A journal record becomes a message: which channel its bytes came by, what a decoder finds in
 * them, and how much of it has to hold for any of it to be stored. Pure but for the registry it
 * asks.
 */
import { fail } from '#epcis/failure.ts'
import type { JournalRecord } from '#store/journal/record.ts'
import { type Device, sensorKeyOf } from '#store/registry/schema.ts'
import type { Registry } from '#store/registry.ts'
import { decodeEpcis } from './decode-epcis.ts'
import { type Decoded, type Origin, type PartFailure, wholly } from './decoded.ts'
import { decodeFormat } from './formats/formats.ts'
import { decodePlainReadings } from './formats/plain-readings.ts'
import { parseJson } from './json.ts'
import type { Command } from './sparkplug.ts'

type Channel = 'epcis' | 'reads' | 'telemetry' | 'status'

/**
 * What of a message is stored when a part of it is refused: `each` the rest (MQTT, and capture with
 * errorBehaviour proceed), `all` nothing (capture with rollback), `one` nothing either, and it has
 * to hold exactly one event (POST /epcis/events).
 */
type Policy = 'each' | 'all' | 'one'

export interface Message {
  readonly record: JournalRecord
  readonly origin: Origin
  /** As the registry has it now; undefined for an HTTP capture, and where it has been removed. */
  readonly device: Device | undefined
  readonly policy: Policy
  readonly isStatus: boolean
  readonly decoded: Decoded
  /** Those of the decoder, and what the store adds later. */
  readonly failures: PartFailure[]
  /** What its device is to be told; nobody waits for it. */
  readonly command?: Command | undefined
}

const policies: Readonly<Record<string, Policy>> = {
  'http/capture/rollback': 'all',
  'http/events': 'one',
}

/** Whether the parts of a message that hold are stored, by what is known so far. */
export function isStored(message: Message): boolean {
  return message.policy === 'each' || message.failures.length === 0
}

export function readMessage(record: JournalRecord, registry: Pick<Registry, 'device'>): Message {
  const policy = policies[record.topic] ?? 'each'
  const device = record.kind === 'mqtt' ? registry.device(record.party, record.device) : undefined
  const channel = channelOf(record, device?.topics ?? [])
  const sensor = record.kind === 'mqtt' ? sensorKeyOf(device ?? record) : undefined
  const { party, receivedAtUs, recordTimeUs } = record
  const site = device && `${device.party}/${device.site}`
  const origin = { party, sensor, receivedAtUs, recordTimeUs, site }
  const decoded = decode(record, channel, origin, device)
  const isStatus = channel === 'status'
  const checked = policy === 'one' ? refuseOther(decoded) : decoded
  const failures = [...checked.failures]
  return { record, origin, device, policy, isStatus, decoded: checked, failures }
}

/** Our topics end in the channel; a vendor's is looked up among those the device may use. */
function channelOf(
  record: JournalRecord,
  vendorTopics: readonly { readonly topic: string; readonly channel: Channel }[],
): Channel | undefined {
  if (record.kind === 'http') return 'epcis'
  const levels = record.topic.split('/')
  if (levels[0] === 'suyuan') return channels.find((channel) => channel === levels.at(-1))
  return vendorTopics.find(({ topic }) => matches(topic.split('/'), levels))?.channel
}

const channels: readonly Channel[] = ['epcis', 'reads', 'telemetry', 'status']
const nothing: Decoded = { events: [], readings: [], failures: [] }

function matches(pattern: readonly string[], levels: readonly string[]): boolean {
  if (pattern.length !== levels.length) return false
  return pattern.every((level, at) => level === '+' || level === levels[at])
}

function decode(
  record: JournalRecord,
  channel: Channel | undefined,
  origin: Origin,
  device: Device | undefined,
): Decoded {
  if (channel === undefined) return wholly(fail('topic_unmapped', '', record.topic))
  if (channel === 'status') return nothing
  if (channel === 'reads' || (channel === 'telemetry' && device?.format !== undefined)) {
    return decodeFormat(record, origin, device)
  }
  const { sensor } = origin
  if (channel === 'telemetry' && sensor !== undefined) {
    return decodePlainReadings(record.payload, origin, sensor)
  }
  const json = parseJson(record.payload)
  return json.ok ? decodeEpcis(json.text, json.value, origin) : wholly(json)
}

function refuseOther(decoded: Decoded): Decoded {
  const parts = decoded.events.length + decoded.failures.length
  return parts === 1 ? decoded : wholly(fail('not_one_event', '', `It holds ${parts}.`))
}
