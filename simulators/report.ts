/** How devices put into bytes what they saw or measured, each as its firmware does. */
import { toUrn } from '#epcis/epc-urn.ts'
import { formatTimeUs } from '#epcis/time.ts'
import { companyPrefixLength } from './keys.ts'
import type { Device, MessageStep, Step } from './script.ts'
import type { Act } from './stage.ts'

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
  const events = acts.map(({ event }) => spelt(event, device))
  const payload = JSON.stringify(device.wraps ? documentOf(events, atUs) : bare(events))
  const eventIDs = acts.map(({ event }) => event.eventID)
  return { kind: 'message', atUs, device, payload, eventIDs, acts }
}

export interface Sample {
  readonly timeUs: number
  readonly celsius: number
  /** Relative, in percent. */
  readonly humidity: number
}

/** The simple form of telemetry: one moment, both measurements. */
export function simpleTelemetry(device: Device, sample: Sample): Step {
  const readings = [
    { type: 'Temperature', value: sample.celsius, uom: 'CEL' },
    { type: 'RelativeHumidity', value: sample.humidity, uom: 'P1' },
  ]
  const payload = JSON.stringify({ time: formatTimeUs(sample.timeUs), readings })
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

/** The same JSON with every canonical key in the spelling of the device. */
function spelt(value: unknown, device: Device): unknown {
  if (device.spelling === 'digital-link') return value
  if (Array.isArray(value)) return value.map((item) => spelt(item, device))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([field, inner]) => [field, spelt(inner, device)]),
    )
  }
  const isKey = typeof value === 'string' && value.startsWith('https://id.gs1.org/')
  return isKey ? (toUrn(value, companyPrefixLength) ?? value) : value
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
