/**
 * Whose a read or a value is, is told by the connection or the topic it came by. Whatever a payload
 * says of others, what is made of it is of the device that sent it.
 */
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { formatTimeUs } from '#epcis/time.ts'
import type { Format } from '#store/registry/schema.ts'
import { nowUs, openStores, type Stores } from './stores.ts'
import { sgtin } from './tags.ts'

const RIVAL = 'urn:suyuan:device:rival:gate-9'
const RIVAL_EPC = 'https://id.gs1.org/8004/690123499'
const RIVAL_PLACE = 'https://id.gs1.org/414/6901234000993'
const OWN = 'urn:suyuan:device:farm:gate-1'
const OWN_PLACE = 'https://id.gs1.org/414/6901234000016'

let stores: Stores
beforeEach(() => {
  stores = openStores()
  stores.registry.parties.put({ slug: 'rival', name: 'Rival', domain: 'food' })
  const rival = { party: 'rival', site: 'yard', device: 'gate-9', name: 'gate 9', enabled: true }

  stores.registry.devices.put({ ...rival, topics: [], epc: RIVAL_EPC })
})
afterEach(() => stores.close())

const time = (second: number) => formatTimeUs(nowUs + second * 60_000_000)
const seconds = (second: number) => nowUs / 1e6 + second * 60

/** A message of each format that holds by itself, with a tag or a value of its own each time. */
const BASES: Readonly<Partial<Record<Format | 'plain', (n: number) => object>>> = {
  plain: (n) => ({ reads: [{ epc: sgtin(n), time: time(n) }] }),
  'impinj-r700': (n) => ({
    ...{ timestamp: time(n), hostname: 'gate-9', eventType: 'tagInventory' },
    tagInventoryEvent: { epcHex: sgtin(n), antennaPort: 1, peakRssiCdbm: -5000 },
  }),
  smartreader: (n) => ({
    ...{ readerName: 'gate-9', mac: '00:16:25:15:0c:7a' },
    tag_reads: [{ epc: sgtin(n), firstSeenTimestamp: (nowUs + n * 60_000_000).toString() }],
  }),
  'zebra-fx': (n) => ({
    ...{ type: 'SIMPLE', timestamp: time(n).replace('Z', '+0000') },
    data: { idHex: sgtin(n), hostName: 'gate-9', antenna: 1, peakRssi: -50 },
  }),
  'zebra-rfd': (n) => ({
    ...{ type: 'inventory', timestamp: time(n), deviceId: 'gate-9' },
    data: { tagData: [{ eventNum: n, EPCid: sgtin(n), peakRssi: -60, seenCount: 1 }] },
  }),
  shelly: (n) => ({
    ...{ src: 'gate-9', dst: 'gate-9/events', method: 'NotifyFullStatus' },
    params: { ts: seconds(n), 'temperature:0': { id: 0, tC: 4 } },
  }),
  'milesight-gateway': (n) => ({
    ...{ applicationID: '1', deviceName: 'gate-9', devEUI: '24e124136b500009', fPort: 85 },
    ...{ object: { temperature: 4 }, time: time(n) },
  }),
}

/** What a payload may say of somebody else, under any name that a format has for whose it is. */
const claims = fc.dictionary(
  fc.constantFrom(
    ...['party', 'device', 'deviceID', 'deviceId', 'deviceName', 'hostname', 'readerName', 'src'],
    ...['sensor', 'recordedBy', 'dataOwner', 'epc_owner', 'capturedBy', 'readPoint', 'bizLocation'],
    ...['topic', 'origin', 'user', 'username', 'clientId', 'bn', 'n', '__proto__', 'site'],
  ),
  fc.constantFrom<unknown>(
    ...['rival', 'gate-9', 'rival/gate-9', RIVAL, RIVAL_EPC, RIVAL_PLACE],
    ...['suyuan/v1/rival/yard/gate-9/reads', { id: RIVAL_PLACE }, { party: 'rival' }, [RIVAL]],
  ),
  { maxKeys: 6 },
)

/** The claims at the top and in each object of a message, under what it says itself or over it. */
function claimed(message: unknown, said: object, isOver: boolean): unknown {
  if (Array.isArray(message)) return message.map((each) => claimed(each, said, isOver))
  if (typeof message !== 'object' || message === null) return message
  const inner = Object.fromEntries(
    Object.entries(message).map(([name, value]) => [name, claimed(value, said, isOver)]),
  )
  return isOver ? { ...inner, ...said } : { ...said, ...inner }
}

it.each(Object.keys(BASES) as (keyof typeof BASES)[])(
  '%s: what a payload claims of another device is not believed',
  async (format) => {
    const base = BASES[format]
    if (base === undefined) throw new Error('no message')
    stores.device('gate-1', {
      ...(format !== 'plain' && { format }),
      binding: { readPoint: OWN_PLACE, quietMs: 1000 },
    })
    const topic = 'suyuan/v1/farm/barn/gate-1/reads'
    await stores.settle(stores.message(base(1), { topic }))
    let n = 1
    await fc.assert(
      fc.asyncProperty(claims, fc.boolean(), async (said, isOver) => {
        n += 1
        await stores.settle(stores.message(claimed(base(n), said, isOver), { topic }))
      }),
      { numRuns: 60 },
    )
    const { events } = await stores.writer.query({}, { limit: 1000 })
    let readings = 0
    for (const device of [OWN, RIVAL, RIVAL_EPC]) {
      for await (const points of stores.writer.telemetry({ devices: [device], fromUs: 0 })) {
        expect(device).toBe(OWN)
        for (const { party } of points) expect(party).toBe('farm')
        readings += points.length
      }
    }
    for (const { party, body } of events) {
      expect(party).toBe('farm')
      expect(JSON.parse(body)).toMatchObject({ readPoint: { id: OWN_PLACE } })
      expect(body).not.toContain('rival')
    }
    // The message holds as it is, so that there was something to be mistaken of.
    expect(events.length + readings).toBeGreaterThan(n / 4)
    expect(await stores.writer.notes('device rival')).toEqual([])
  },
  120_000,
)
