import { describe, expect, it } from 'vitest'
import { checkEvent } from '#epcis/check.ts'
import { readDocument } from '#epcis/document.ts'
import { identify } from '#epcis/identifier.ts'
import { decodeSenml } from '#ingest/decode-senml.ts'
import { decodeTelemetry } from '#ingest/decode-telemetry.ts'
import type { Decoded, Origin } from '#ingest/decoded.ts'
import { decodeFormat } from '#ingest/formats/formats.ts'
import { chanceOf } from '#simulators/random.ts'
import type { Device } from '#simulators/script.ts'
import { deviceSchema } from '#store/registry/schema.ts'
import { amounts, childrenOf, eventsOf, eventsOfRun, objectsOf } from './replay.ts'
import { type Run, runOf } from './run.ts'

const options = { seed: 'a', items: 1500 }
const run = runOf(options)

describe('a simulated world', () => {
  it('is the same to the byte every time for one seed', () => {
    const again = runOf(options)
    expect(bytesOf(again)).toBe(bytesOf(run))
    expect(again.world.devices).toEqual(run.world.devices)
  })

  it('is the same on every machine: chance is pinned', () => {
    const chance = chanceOf('seed', 'name')
    const drawn = [chance.whole(0, 999_999), chance.whole(0, 999_999), chance.uuid()]
    expect(drawn).toEqual([724_029, 526_165, 'urn:uuid:4abf6a72-0e0a-423f-b4c8-96fe7a26a0e4'])
  })

  it('shares no event and no item with the world of another seed or size', () => {
    const names = new Set(namesOf(run))
    for (const other of [runOf({ seed: 'b', items: 1500 }), runOf({ seed: 'a', items: 1499 })]) {
      expect(namesOf(other).filter((name) => names.has(name))).toEqual([])
    }
  })

  it('tells everything in time order and within its span', () => {
    const { timesUs, world } = run
    expect([...timesUs].sort((a, b) => a - b)).toEqual(timesUs)
    expect(timesUs[0]).toBeGreaterThanOrEqual(world.fromUs)
    expect(timesUs.at(-1)).toBeLessThanOrEqual(world.toUs)
  })

  it('sends only events that hold, with nothing odd about them', () => {
    const found = run.messages
      .filter(({ device }) => device.channel === 'epcis')
      .flatMap(({ payload }) => {
        const read = readDocument(JSON.parse(payload))
        if (!read.ok) return [read]
        return read.events
          .map(({ event, context }) => checkEvent(event, context))
          .filter((checked) => !checked.ok || checked.warnings.length > 0)
      })
    expect(found).toEqual([])
  })

  it('says of every event which one it is, once', () => {
    const told = run.messages.flatMap(({ eventIDs }) => eventIDs)
    const named = run.messages.filter(({ device }) => device.channel === 'epcis')
    const sent = named.flatMap(eventsOf).map(({ eventID }) => eventID)
    expect(told).toEqual(sent)
    expect(new Set(sent).size).toBe(sent.length)
  })

  it('names nothing before an event has made it', () => {
    // Of items the lot is told where they are made.
    const known = new Set(run.truth.flatMap((line) => (line.kind === 'item' ? [line.lot] : [])))
    const unmade = eventsOfRun(run.messages).flatMap((event) => {
      const isMaking = event.type === 'ObjectEvent' && event.action === 'ADD'
      const made = [
        ...(isMaking ? objectsOf(event) : []),
        ...amounts(event, 'outputEPCList', 'outputQuantityList'),
      ]
      for (const { key } of made) known.add(key)
      const named = [
        ...objectsOf(event),
        ...childrenOf(event),
        ...amounts(event, 'inputEPCList', 'inputQuantityList'),
      ]
      return named.map(({ key }) => key).filter((key) => !known.has(key))
    })
    expect(unmade).toEqual([])
  })

  it('sends telemetry that decodes to what a cold chain measures', () => {
    const messages = run.messages.filter(({ device }) => device.channel === 'telemetry')
    const shapes = new Set<string>()
    for (const { payload, device, atUs } of messages) {
      const sensor = device.epc ?? ''
      const origin = { party: device.party, sensor, receivedAtUs: atUs, recordTimeUs: atUs }
      const { readings, failures } = decoded(device, payload, origin)
      expect(failures).toEqual([])
      const form = device.format ?? (payload.startsWith('[') ? 'senml' : 'plain')
      for (const { type, uom, value, timeUs } of readings) {
        shapes.add(`${form} ${type} ${uom}`)
        expect(timeUs).toBeLessThanOrEqual(atUs)
        if (type === 'Temperature') expect(Math.abs(value - 4)).toBeLessThan(6)
      }
    }
    for (const form of ['plain', 'shelly', 'milesight-gateway']) {
      expect(shapes).toContain(`${form} Temperature CEL`)
      expect(shapes).toContain(`${form} RelativeHumidity P1`)
    }
    expect(shapes).toContain('senml Temperature CEL')
  })

  it('uses GS1 keys with right check digits, in URNs and Digital Links', () => {
    const quoted = /"(urn:epc:[^"]+|https:\/\/id\.gs1\.org\/[^"]+)"/g
    const spellings = new Set(
      run.messages.flatMap(({ payload }) => [...payload.matchAll(quoted)].map(([, text]) => text)),
    )
    const odd = [...spellings].filter((text) => {
      const { kind, warnings } = identify(text ?? '')
      return kind === 'other' || warnings.length > 0
    })
    expect(odd).toEqual([])
    expect([...spellings].some((text) => text?.startsWith('urn:epc:id:sgtin:'))).toBe(true)
    expect([...spellings].some((text) => text?.startsWith('https://id.gs1.org/01/'))).toBe(true)
  })

  it('registers every place and product that its events name', () => {
    const known = new Set(run.world.places.map(({ key }) => key))
    const named = run.messages
      .flatMap(eventsOf)
      .flatMap(({ readPoint, bizLocation }) => [readPoint, bizLocation ?? readPoint])
      .map(({ id }) => identify(id).key)
    expect(named.filter((key) => !known.has(key))).toEqual([])
    const products = new Set(run.world.products.map(({ key }) => key))
    const classes = run.truth
      .flatMap((line) => (line.kind === 'becomes' ? [...line.inputs, ...line.outputs] : []))
      .map(({ key }) => key.split('/').slice(0, 5).join('/'))
    expect(classes.filter((key) => !products.has(key))).toEqual([])
  })

  it('makes exactly as many items as it is asked, from one to several days of them', () => {
    for (const items of [1, 2, 13, 121, 2401]) {
      const { truth } = runOf({ seed: 'a', items })
      expect(truth.filter(({ kind }) => kind === 'item')).toHaveLength(items)
    }
  })
})

/** As the server does, with what of the device is registered. */
function decoded(device: Device, payload: string, origin: Origin): Decoded {
  const bytes = Buffer.from(payload)
  if (device.format !== undefined) {
    const registered = deviceSchema.parse({
      ...{ party: device.party, device: device.device, site: device.site, name: device.name },
      ...{ epc: device.epc, format: device.format },
    })
    return decodeFormat({ payload: bytes, topic: 'suyuan/v1/a/b/c/telemetry' }, origin, registered)
  }
  const said = JSON.parse(payload)
  const { sensor = '' } = origin
  return Array.isArray(said)
    ? decodeSenml(said, origin, sensor)
    : decodeTelemetry(said, origin, sensor)
}

function bytesOf({ messages, truth }: Run): string {
  return messages.map(({ payload }) => payload).join('\n') + JSON.stringify(truth)
}

function namesOf({ messages, truth }: Run): string[] {
  const items = truth.flatMap((line) => (line.kind === 'item' ? [line.key] : []))
  return [...items, ...messages.flatMap(({ eventIDs }) => eventIDs)]
}
