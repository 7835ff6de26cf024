/**
 * Sparkplug B: `spBv1.0/{group}/{type}/{edge node}[/{device}]`. Who speaks is told by the topic,
 * what is said by the payload and by the births before it, which are looked up in
 * ingest/sparkplug.ts. Commands and the states of hosts say nothing of a sensor.
 */
import { fail } from '#epcis/failure.ts'
import { type Decoded, type SparkplugFrame, wholly } from '#ingest/decoded.ts'
import type { FormatInput } from './format-input.ts'
import { readSparkplug } from './sparkplug-payload.ts'

const kinds = ['NBIRTH', 'NDEATH', 'NDATA', 'DBIRTH', 'DDEATH', 'DDATA'] as const
const nothing: Decoded = { events: [], readings: [], failures: [] }

export function decodeSparkplug({ payload, topic }: FormatInput): Decoded {
  const [namespace, group = '', type, node = '', device] = topic.split('/')
  const kind = kinds.find((known) => known === type)
  const isOfDevice = kind?.startsWith('D') ?? false
  if (namespace !== 'spBv1.0') return wholly(fail('topic_unmapped', '', topic))
  if (kind === undefined) return nothing
  if (isOfDevice !== (device !== undefined)) return wholly(fail('topic_unmapped', '', topic))
  const read = readSparkplug(payload)
  if (!read.ok) return wholly(read)
  const { timestampMs, seq, metrics } = read
  const frame: SparkplugFrame = { kind, group, node, device, timestampMs, seq, metrics }
  return { ...nothing, frame }
}
