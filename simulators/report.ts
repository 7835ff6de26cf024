/** How devices put into bytes what they saw or measured, each as its firmware does. */
import { toUrn } from '#epcis/epc-urn.ts'
import { formatTimeUs, parseTimeUs } from '#epcis/time.ts'
import { companyPrefixLength } from './keys.ts'
import type { Device, MessageStep, Step } from './script.ts'
import type { Act } from './stage.ts'
import { readingPayload, type Sample } from './vendor/readings.ts'
import { type ReaderFormat, readerFormats, readsPayload, type Seen } from './vendor/reads.ts'

const gs1Context = 'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'

/** One message about acts, in their order, sent after the last of them; then the truth of them. */
export function* report(device: Device, ...acts: readonly Act[]): Generator<Step> {
  const last = acts.at(-1)
  if (last === undefined) return
  const { atUs } = last
  yield written(device, acts, atUs)
  for (const { truth } of acts) {
    for (const line of truth) yield { kind: 'truth', atUs, line }
  }
}

/** The message of a device about acts, sent at a time. */
export function written(device: Device, acts: readonly Act[], atUs: number): MessageStep {
  const { format } = device
  if (device.channel === 'reads' && isReaderFormat(format)) {
    const seen = acts.flatMap(seenIn)
    const payload = readsPayload(device, format, seen)
    return { kind: 'message', atUs, device, payload, eventIDs: [], acts, tags: seen.length }
  }
  const events = acts.map(({ event }) => event)
  const text = JSON.stringify(device.wraps ? documentOf(events, atUs) : bare(events))
  const payload = device.spelling === 'digital-link' ? text : inUrns(text)
  const eventIDs = acts.map(({ event }) => event.eventID)
  return { kind: 'message', atUs, device, payload, eventIDs, acts }
}

function isReaderFormat(format: Device['format']): format is ReaderFormat {
  return (readerFormats as readonly (string | undefined)[]).includes(format)
}

/** What stands in front of a reader; its clock may be wrong. */
function seenIn({ event, atUs }: Act): Seen[] {
  const { epcList } = event
  const timeUs = parseTimeUs(event.eventTime) ?? atUs
  return Array.isArray(epcList) ? epcList.map((key: string) => ({ key, timeUs })) : []
}

/** One moment, both measurements, in the device's own form. */
export function momentTelemetry(device: Device, sample: Sample): Step {
  const payload = readingPayload(device, sample)
  return { kind: 'message', atUs: sample.timeUs, device, payload, eventIDs: [] }
}

/** A SenML pack [RFC 8428] of several moments, as a device sends that saves its radio. */
export function senmlTelemetry(device: Device, samples: readonly Sample[]): Step[] {
  const [first] = samples
  const last = samples.at(-1)
  if (first === undefined || last === undefined) return []
  const pack = samples.map(({ timeUs, celsius }, index) => ({
    ...(index === 0 ? { bn: `${device.device}/`, bt: first.timeUs / 1e6, bu: 'Cel' } : {}),
    n: 'air',
    t: (timeUs - first.timeUs) / 1e6,
    v: celsius,
  }))
  const payload = JSON.stringify(pack)
  return [{ kind: 'message', atUs: last.timeUs, device, payload, eventIDs: [] }]
}

function bare(events: readonly unknown[]): unknown {
  return events.length === 1 ? events[0] : events
}

function documentOf(events: readonly unknown[], atUs: number): unknown {
  return {
    '@context': [gs1Context],
    type: 'EPCISDocument',
    schemaVersion: '2.0',
    creationDate: formatTimeUs(atUs),
    epcisBody: { eventList: events },
  }
}

/** Canonical keys hold nothing that JSON has to escape. */
const KEY_IN_JSON = /"(https:\/\/id\.gs1\.org\/[^"\\]*)"/g

/** The same JSON with every canonical key as a URN, where there is one. */
function inUrns(text: string): string {
  return text.replace(KEY_IN_JSON, (quoted, key: string) => {
    const urn = toUrn(key, companyPrefixLength)
    return urn === undefined ? quoted : `"${urn}"`
  })
}

const samplesPerPack = 6

/** A sensor's samples, one message for every six of them and one for the rest. */
export function* senmlPacks(device: Device, samples: Iterable<Sample>): Generator<Step> {
  let waiting: Sample[] = []
  for (const sample of samples) {
    waiting.push(sample)
    if (waiting.length < samplesPerPack) continue
    yield* senmlTelemetry(device, waiting)
    waiting = []
  }
  yield* senmlTelemetry(device, waiting)
}
