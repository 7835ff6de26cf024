/**
 * Sparkplug B: `spBv1.0/{group}/{type}/{edge node}[/{device}]`. Who speaks is told by the topic,
 * what is said by the payload and by the births before it, which are looked up in
 * ingest/sparkplug.ts. Commands and the states of hosts say nothing of a sensor.
 */
import { fail } from '#epcis/failure.ts'
import { type Decoded, type SparkplugFrame, wholly } from '#ingest/decoded.ts'
import type { Numbered } from '#store/numbers.ts'
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
  return { ...nothing, frame, numbers: numbersOf(frame) }
}

/** The session of a birth or a death, as its node counts them. [Sparkplug 3.0, 6.4.6, 6.4.8] */
export function bdSeqOf({ metrics }: SparkplugFrame): string | undefined {
  const value = metrics.find(({ name }) => name === 'bdSeq')?.value
  return value === undefined ? undefined : String(value)
}

/** A node and its devices number their messages together, each run from a birth of the node. */
const MODULUS = 256

function numbersOf(frame: SparkplugFrame): Numbered[] {
  const { kind, group, node, seq } = frame
  const run = kind === 'NBIRTH' || kind === 'NDEATH' ? bdSeqOf(frame) : undefined
  const of = { source: `${group}/${node}`, modulus: MODULUS, run }
  if (kind === 'NDEATH') return [{ value: undefined, ...of }]
  if (seq === undefined || seq < 0 || seq >= MODULUS) return []
  return [{ value: seq, isFirst: kind === 'NBIRTH', ...of }]
}
