import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { formatTimeUs } from '#epcis/time.ts'
import { overdueOf } from '#ingest/calibration.ts'
import { Memory, noteOf } from '#ingest/memory.ts'
import { tagsApart } from '#ingest/reads/apart.ts'
import type { JournalRecord } from '#store/journal/record.ts'
import type { Binding } from '#store/registry/schema.ts'
import { newEvent, nowUs, openStores, type Stores, settle } from './stores.ts'
import { sgtin, sgtinUrn, sscc, ssccUrn } from './tags.ts'

let stores: Stores
beforeEach(() => {
  stores = openStores()
})
afterEach(() => stores.close())

const minute = 60_000

function gate(binding: Partial<Binding> = {}): void {
  stores.device('gate-1', {
    format: 'impinj-r700',
    binding: { readPoint: 'https://id.gs1.org/414/6901234000016', ...binding },
  })
}

/** A message of reads: of what, at how many milliseconds after eight o'clock, by which antenna. */
type Read = readonly [hex: string, atMs: number, antenna?: number, rssiDbm?: number]

function reads(...all: readonly Read[]): JournalRecord {
  const message = all.map(([epcHex, atMs, antennaPort = 1, rssiDbm = -50]) => ({
    timestamp: formatTimeUs(nowUs + atMs * 1000),
    eventType: 'tagInventory',
    tagInventoryEvent: { epcHex, antennaPort, peakRssiCdbm: rssiDbm * 100 },
  }))
  return stores.message(message, { topic: 'suyuan/v1/farm/barn/gate-1/reads' })
}

async function events(): Promise<Record<string, unknown>[]> {
  const { events: found } = await stores.writer.query({}, { limit: 1000 })
  return found.map(({ body }) => JSON.parse(body)).reverse()
}

async function apart(): Promise<[key: string, reason: string, reads: number][]> {
  const tags = await tagsApart(stores.writer, { party: 'farm', device: 'gate-1' })
  return tags.map((tag) => [tag.key, tag.reason, tag.reads])
}

describe('a tag at a portal', () => {
  it('is one event, though it was read forty times', async () => {
    gate({ bizStep: 'receiving', disposition: 'in_progress' })
    const forty = [...Array(40).keys()].map((n): Read => [sgtin(1), n * 250, (n % 4) + 1])
    const messages = [forty.slice(0, 3), forty.slice(3, 25), forty.slice(25)]
    for (const some of messages) await stores.settle(reads(...some))
    expect(await events()).toEqual([
      {
        type: 'ObjectEvent',
        eventID: expect.stringMatching(/^ni:\/\/\/sha-256;[0-9a-f]{64}\?ver=CBV2\.0$/),
        eventTime: '2026-03-04T08:00:00.000Z',
        eventTimeZoneOffset: '+00:00',
        action: 'OBSERVE',
        bizStep: 'receiving',
        disposition: 'in_progress',
        readPoint: { id: 'https://id.gs1.org/414/6901234000016' },
        epcList: [sgtinUrn(1)],
      },
    ])
    const [item] = await stores.writer.find(['https://id.gs1.org/01/06901234000016/21/1'])
    expect(item).toBeDefined()
  })

  it('is a new event when it comes again after the quiet time', async () => {
    gate({ quietMs: 10_000 })
    await stores.settle(
      reads([sgtin(1), 0], [sgtin(1), 9_000], [sgtin(1), 18_000], [sgtin(1), 29_000]),
    )
    expect((await events()).map(({ eventTime }) => eventTime)).toEqual([
      '2026-03-04T08:00:00.000Z',
      '2026-03-04T08:00:29.000Z',
    ])
  })

  it('changes nothing when its reads come again, late, or in another order', async () => {
    gate({ quietMs: 10_000 })
    const [one, two] = [reads([sgtin(1), 0], [sgtin(1), 5000]), reads([sgtin(1), minute])]
    await stores.settle(one, two)
    const again = reads([sgtin(1), 5000], [sgtin(1), 0], [sgtin(1), minute])
    const hoursLater = { ...again, recordTimeUs: nowUs + 5 * 3600e6 }
    expect(await stores.settle(hoursLater)).toMatchObject({ stored: 0, rejected: 0 })
    expect(await events()).toHaveLength(2)
  })

  it('is the same event when all of its reads come again long after they are forgotten', async () => {
    gate({ quietMs: 10_000, rememberMs: minute })
    const all: Read[] = [
      [sgtin(1), 0],
      [sgtin(1), 3000],
    ]
    await stores.settle(reads(...all))
    const day = 86_400e6
    await stores.settle({ ...reads([sgtin(2), 0]), recordTimeUs: nowUs + day })
    const news = await stores.settle({ ...reads(...all), recordTimeUs: nowUs + day + 1 })
    expect(news).toMatchObject({ stored: 0, repeats: 1 })
  })

  it('is not seen where its reads are too weak, and no event where they are too few', async () => {
    gate({ minRssiDbm: -65, minReads: 3 })
    await stores.settle(
      reads([sgtin(1), 0, 1, -70], [sgtin(1), 10, 1, -70], [sgtin(1), 20, 1, -70]),
      reads([sgtin(2), 0], [sgtin(2), 10]),
      reads([sgtin(2), 10], [sgtin(3), 0], [sgtin(3), 10], [sgtin(3), 20]),
    )
    expect((await events()).map(({ epcList }) => epcList)).toEqual([[sgtinUrn(3)]])
  })

  it('says where it is by the antenna that saw it, a visit each', async () => {
    const other = 'https://id.gs1.org/414/6901234000023'
    gate({ antennas: [{ antenna: '2', readPoint: other, bizStep: 'shipping' }] })
    await stores.settle(reads([sgtin(1), 0, 1], [sgtin(1), 10, 2], [sgtin(1), 20, 1]))
    expect(await events()).toMatchObject([
      { readPoint: { id: 'https://id.gs1.org/414/6901234000016' } },
      { readPoint: { id: other }, bizStep: 'shipping' },
    ])
  })
})

describe('the direction of a passage', () => {
  const direction = {
    order: ['1', '2'],
    inward: { bizStep: 'receiving' },
    outward: { bizStep: 'shipping', action: 'OBSERVE' as const },
  }

  it('is told by which end saw the tag first', async () => {
    gate({ direction })
    await stores.settle(reads([sgtin(1), 0, 1], [sgtin(1), 800, 2], [sgtin(2), 0, 2]))
    await stores.settle(reads([sgtin(2), 900, 1], [sgtin(2), 950, 2]))
    expect(await events()).toMatchObject([
      { epcList: [sgtinUrn(1)], bizStep: 'receiving' },
      { epcList: [sgtinUrn(2)], bizStep: 'shipping' },
    ])
  })

  it('is not made up for a tag that was seen at one end only: that one is kept apart', async () => {
    gate({ direction, rememberMs: minute })
    await stores.settle(reads([sgtin(1), 0, 1], [sgtin(1), 100, 1]))
    await stores.settle({ ...reads([sgtin(2), 0, 1]), recordTimeUs: nowUs + 2 * 3600e6 })
    expect(await events()).toEqual([])
    expect(await apart()).toEqual([['https://id.gs1.org/01/06901234000016/21/1', 'incomplete', 1]])
  })
})

describe('tags that nobody waits for', () => {
  it('are kept apart: without a GS1 EPC, of another class, of another company', async () => {
    const raw = 'AABBCCDDEEFF001122334455'
    gate({ expected: ['https://id.gs1.org/01/06901234000016'] })
    const news = await stores.settle(
      reads([raw, 0], [raw, 10], [sgtin(1), 0], [sgtin(1, 2), 0], [sscc(1), 0]),
    )
    expect(news).toMatchObject({ stored: 1, rejected: 0 })
    expect(await apart()).toEqual([
      ['https://id.gs1.org/00/069012340000000016', 'unexpected', 1],
      ['https://id.gs1.org/01/06901234000023/21/1', 'unexpected', 1],
      [`urn:epc:raw:96.x${raw}`, 'foreign', 2],
    ])
    gate({ companyPrefixes: ['6901234'] })
    await stores.settle(reads([sgtin(1, 3), 0], [sscc(2), 0]))
    expect(await events()).toHaveLength(3)
    gate({ companyPrefixes: ['6909999'] })
    await stores.settle(reads([sgtin(1, 4), 0]))
    expect(await events()).toHaveLength(3)
  })

  it('are those of another lot than is expected, as far as their bar codes name one', async () => {
    const binding = { expected: ['https://id.gs1.org/01/06901234000016/10/L1'] }
    stores.device('sled', { format: 'zebra-rfd', binding })
    const codes = ['(01)06901234000016(10)L1(21)AB1', '(01)06901234000016(10)L2(21)AB2']
    const barcodeData = codes.map((decodedBarcode) => ({ decodedBarcode, symbology: 'any' }))
    const message = { type: 'any', timestamp: '2026-03-04T08:00:00Z', data: { barcodeData } }
    const topic = 'suyuan/v1/farm/barn/sled/reads'
    await stores.settle(stores.message(message, { device: 'sled', topic }))
    expect((await events()).map(({ epcList }) => epcList)).toEqual([
      ['https://id.gs1.org/01/06901234000016/21/AB1'],
    ])
  })

  it('are bar codes that name a product only; one that names an item is as good as a tag', async () => {
    stores.device('sled', { format: 'zebra-rfd', binding: {} })
    const codes = ['6901234000016', '(01)06901234000016(21)AB12', '(00)069012340000000016', 'hello']
    const barcodeData = codes.map((decodedBarcode) => ({ decodedBarcode, symbology: 'any' }))
    const message = { type: 'any', timestamp: '2026-03-04T08:00:00Z', data: { barcodeData } }
    const topic = 'suyuan/v1/farm/barn/sled/reads'
    const news = await stores.settle(stores.message(message, { device: 'sled', topic }))
    expect(news).toMatchObject({ stored: 2, rejected: 0 })
    expect((await events()).map(({ epcList }) => epcList)).toEqual([
      ['https://id.gs1.org/01/06901234000016/21/AB12'],
      ['https://id.gs1.org/00/069012340000000016'],
    ])
  })

  it('are events where the binding says that other tags count', async () => {
    const raw = 'AABBCCDDEEFF001122334455'
    gate({ acceptOtherTags: true })
    await stores.settle(reads([raw, 0]))
    expect(await events()).toMatchObject([{ epcList: [`urn:epc:raw:96.x${raw}`] }])
  })
})

describe('a pack station', () => {
  const pack = { withinMs: 10 * minute, event: 'AggregationEvent' as const }

  it('closes a case with what was read since the last one when the tag of the case is read', async () => {
    gate({ pack })
    await stores.settle(reads([sgtin(1), 0], [sgtin(2), 500], [sgtin(1), 900], [sgtin(3), 1000]))
    expect(await events()).toEqual([])
    await stores.settle(reads([sscc(1), 3000], [sgtin(3), 3500], [sscc(1), 4000]))
    await stores.settle(reads([sgtin(4), 60_000], [sscc(2), 63_000]))
    expect(await events()).toMatchObject([
      {
        type: 'AggregationEvent',
        action: 'ADD',
        bizStep: 'packing',
        eventTime: '2026-03-04T08:00:03.000Z',
        parentID: ssccUrn(1),
        childEPCs: [sgtinUrn(1), sgtinUrn(2), sgtinUrn(3)],
      },
      { parentID: ssccUrn(2), childEPCs: [sgtinUrn(4)] },
    ])
  })

  it('adds a child whose read comes late to the case that it was read for', async () => {
    gate({ pack })
    await stores.settle(reads([sgtin(1), 0], [sscc(1), 3000]), reads([sscc(2), 50_000]))
    await stores.settle(reads([sgtin(2), 1000]))
    expect(await events()).toMatchObject([
      { parentID: ssccUrn(1), childEPCs: [sgtinUrn(1)] },
      { parentID: ssccUrn(1), childEPCs: [sgtinUrn(2)], eventTime: '2026-03-04T08:00:03.000Z' },
    ])
  })

  it('keeps apart what waited too long, and a parent without children', async () => {
    gate({ pack: { ...pack, withinMs: minute } })
    await stores.settle(reads([sgtin(1), 0]), reads([sscc(1), 2 * minute]))
    expect(await events()).toEqual([])
    expect((await apart()).map(([, reason]) => reason)).toEqual(['not_packed', 'not_packed'])
  })

  it('associates, where its binding says so, with the parents that it lists', async () => {
    const parents = ['https://id.gs1.org/01/06901234000092']
    gate({ pack: { ...pack, parents, event: 'AssociationEvent' } })
    await stores.settle(reads([sgtin(7), 0], [sgtin(1, 9), 1000]))
    expect(await events()).toMatchObject([
      { type: 'AssociationEvent', parentID: sgtinUrn(1, 9), childEPCs: [sgtinUrn(7)] },
    ])
  })
})

describe('a sensor on an asset', () => {
  const telemetry = { topic: 'suyuan/v1/farm/barn/gate-1/telemetry' }
  const reading = (time: string) => ({ time, readings: [{ type: 'Temperature', value: 4 }] })
  const onAsset = (asset?: string) => stores.device('gate-1', asset ? { binding: { asset } } : {})

  it('is put on it and taken off it with the first reading after the registry says so', async () => {
    const [truck, room] = ['https://id.gs1.org/8004/690123411', 'https://id.gs1.org/8004/690123422']
    for (const asset of [truck, truck, room, undefined]) {
      onAsset(asset)
      await stores.settle(stores.message(reading('2026-03-04T08:00:00Z'), telemetry))
    }
    const child = ['urn:suyuan:device:farm:gate-1']
    expect(await events()).toMatchObject([
      { type: 'AssociationEvent', action: 'ADD', parentID: truck, childEPCs: child },
      { type: 'AssociationEvent', action: 'DELETE', parentID: truck },
      { type: 'AssociationEvent', action: 'ADD', parentID: room },
      { type: 'AssociationEvent', action: 'DELETE', parentID: room },
    ])
  })

  it('is noted when it measures after its calibration was due', async () => {
    stores.device('gate-1', { calibrationDue: '2026-03-03' })
    const times = ['2026-03-03T23:59:59Z', '2026-03-04T00:00:00Z', '2026-03-04T08:00:00Z']
    for (const time of times) await stores.settle(stores.message(reading(time), telemetry))
    const note = await noteOf(stores.writer, 'device farm/gate-1', 'calibration')
    expect(overdueOf('2026-03-03', note)).toEqual({
      due: '2026-03-03',
      firstUs: nowUs - 8 * 3600e6,
      lastUs: nowUs,
      readings: 2,
    })
    expect(overdueOf('2027-03-03', note)).toBeUndefined()
  })
})

describe('what cannot become an event', () => {
  it('is refused by name: a device without a binding, and a binding with a word that is none', async () => {
    stores.device('gate-1', { format: 'impinj-r700' })
    const none = await stores.settle(reads([sgtin(1), 0]))
    gate({ bizStep: 'recieving' })
    const misspelt = await stores.settle(reads([sgtin(1), 0]))
    expect([none, misspelt].map(({ notices }) => notices.map(({ code }) => code))).toEqual([
      ['reads_not_supported'],
      ['binding_unusable'],
    ])
    expect(misspelt.notices[0]?.message).toMatch(/bizStep.*recieving/)
  })
})

describe('the same messages', () => {
  /** A day at two gates of one party: passages, repeats, late reads, a pack station. */
  function day(): JournalRecord[] {
    const binding = { quietMs: 5000, minReads: 2, direction: { order: ['1', '2'] } }
    gate(binding)
    stores.device('packer', { binding: { pack: { withinMs: minute, event: 'AggregationEvent' } } })
    const all: JournalRecord[] = []
    for (let n = 0; n < 60; n += 1) {
      const at = n * 1700
      all.push(reads([sgtin(n % 23), at, 1], [sgtin(n % 23), at + 300, 2], [sgtin(n % 7), at, 2]))
      if (n % 5 === 0) all.push(reads([sgtin(n % 23), at, 1]))
      const packed = { reads: [{ epc: sgtin(500 + n), time: formatTimeUs(nowUs + at * 1000) }] }
      const parent = { reads: [{ epc: sscc(n), time: formatTimeUs(nowUs + (at + 50) * 1000) }] }
      const topic = 'suyuan/v1/farm/barn/packer/reads'
      all.push(stores.message(packed, { device: 'packer', topic }))
      if (n % 6 === 5) all.push(stores.message(parent, { device: 'packer', topic }))
      if (n % 9 === 0) all.push(stores.message(newEvent({ eventID: `urn:uuid:day-${n}` })))
    }
    return all
  }

  async function settledBy(
    records: readonly JournalRecord[],
    sizeOf: (at: number) => number,
    crashes: (at: number) => boolean,
  ): Promise<string[]> {
    const into = openStores()
    for (const device of ['gate-1', 'packer']) {
      const known = stores.registry.device('farm', device)
      if (known !== undefined) into.registry.devices.put(known)
    }
    let memory = new Memory(into.writer)
    const { writer, intake, registry } = into
    for (let at = 0, step = 0; at < records.length; step += 1) {
      const some = records.slice(at, at + sizeOf(step))
      if (crashes(step)) {
        // It dies after the store's commit and before the intake's, and knows nothing afterwards.
        const dead = {
          ...intake,
          record: () => {
            throw new Error('dead')
          },
        }
        await expect(
          settle(some, { writer, intake: dead, registry, memory }, () => nowUs),
        ).rejects.toThrow('dead')
        memory = new Memory(writer)
      }
      await settle(some, { writer, intake, registry, memory }, () => nowUs)
      at += some.length
    }
    const { events: found } = await into.writer.query({}, { limit: 1000 })
    const bodies = found.map(({ body }) => body)
    await into.close()
    return bodies
  }

  it('give the same events however they are batched, and through crashes', async () => {
    const records = day()
    const calm = await settledBy(
      records,
      () => 1000,
      () => false,
    )
    expect(calm.length).toBeGreaterThan(40)
    expect(
      await settledBy(
        records,
        () => 1,
        () => false,
      ),
    ).toEqual(calm)
    const uneven = (step: number) => 1 + ((step * 7) % 11)
    expect(await settledBy(records, uneven, (step) => step % 2 === 0)).toEqual(calm)
  })

  it('leave nothing behind of a batch that the store did not take', async () => {
    gate({ minReads: 2 })
    const { writer, intake, registry } = stores
    const memory = new Memory(writer)
    const broken = Object.assign(Object.create(writer) as typeof writer, {
      cursor: writer.cursor.bind(writer),
      apply: () => Promise.reject(new Error('full')),
    })
    const one = reads([sgtin(1), 0])
    const parts = { intake, registry, memory }
    await expect(settle([one], { ...parts, writer: broken }, () => nowUs)).rejects.toThrow('full')
    await settle([one], { ...parts, writer }, () => nowUs)
    expect(await events()).toEqual([])
    await settle([reads([sgtin(1), 10])], { ...parts, writer }, () => nowUs)
    expect(await events()).toHaveLength(1)
  })
})
