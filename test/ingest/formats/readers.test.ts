import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Decoded, Origin } from '#ingest/decoded.ts'
import { decodeImpinj } from '#ingest/formats/impinj.ts'
import { decodePlainReads } from '#ingest/formats/plain-reads.ts'
import { decodeSmartReader } from '#ingest/formats/smartreader.ts'
import { decodeZebraFx } from '#ingest/formats/zebra-fx.ts'
import { decodeZebraRfd } from '#ingest/formats/zebra-rfd.ts'
import { bytes, codes, origin, receivedAtUs } from './origin.ts'

const hex = '30340789000C0E42DFDC1C35'
const base64 = Buffer.from(hex, 'hex').toString('base64')
const tid = 'E2801191A5030062FA3C1B22'
const at = (us: number) => Date.UTC(2026, 2, 4, 8, 15, 42) * 1000 + us

const impinj = (event: object, envelope: object = {}) => ({
  timestamp: '2026-03-04T08:15:42.113482Z',
  hostname: 'impinj-15-0c-7a',
  eventType: 'tagInventory',
  ...envelope,
  tagInventoryEvent: event,
})

describe('an Impinj reader', () => {
  it('tells a read with every field it can have', () => {
    const event = {
      epc: base64,
      epcHex: hex,
      tidHex: tid,
      pc: 'MAA=',
      antennaPort: 2,
      antennaName: 'dock-in',
      peakRssiCdbm: -5250,
      frequency: 866300,
      transmitPowerCdbm: 2700,
      lastSeenTime: '2026-03-04T08:15:42.110112999Z',
      phaseAngle: 142.7,
    }
    expect(decodeImpinj(bytes(impinj(event)), origin)).toEqual({
      events: [],
      readings: [],
      failures: [],
      reads: [
        {
          index: 0,
          hex,
          timeUs: at(110_112),
          sentTime: '2026-03-04T08:15:42.110112999Z',
          antenna: '2',
          antennaName: 'dock-in',
          rssiDbm: -52.5,
          count: 1,
          tid,
          eventNum: undefined,
        },
      ],
    })
  })

  it('tells one with as few as the preset asks for: base64, no antenna, the time of the report', () => {
    const [read] = decodeImpinj(bytes(impinj({ epc: base64 })), origin).reads ?? []
    expect(read).toMatchObject({ hex, timeUs: at(113_482), antenna: '', rssiDbm: undefined })
  })

  it('leaves empty what it lacks, which then is that of the report', () => {
    const event = { epcHex: '', epc: base64, lastSeenTime: '', tidHex: '', tid: 'AQI=' }
    expect(decodeImpinj(bytes(impinj(event)), origin).reads).toMatchObject([
      { hex, timeUs: at(113_482), sentTime: '2026-03-04T08:15:42.113482Z', tid: '0102' },
    ])
  })

  it('sends arrays, a line each, or one behind the other, and ends in the middle of one', () => {
    const [one, two] = [impinj({ epcHex: hex }), impinj({ epcHex: hex.toLowerCase() })]
    const all = [one, two].map((event) => JSON.stringify(event))
    for (const text of [`[${all}]`, all.join('\n'), `${all.join('\r\n')}\r\n`, all.join('')]) {
      const { reads } = decodeImpinj(bytes(text), origin)
      expect(reads?.map((read) => [read.index, read.hex])).toEqual([
        [0, hex],
        [1, hex],
      ])
    }
    const cut = decodeImpinj(bytes(all.join('').slice(0, -20)), origin)
    expect(cut.reads).toHaveLength(1)
    expect(codes(cut)).toEqual([['json_malformed', 1]])
  })

  it('says things that are no reads, which are passed over', () => {
    const status = {
      timestamp: '2026-03-04T08:15:42Z',
      eventType: 'inventoryStatus',
      inventoryStatusEvent: { inventoryStatus: 'running' },
    }
    expect(decodeImpinj(bytes([status, impinj({ epcHex: hex })]), origin)).toMatchObject({
      failures: [],
      reads: [{ index: 0, hex }],
    })
  })

  it('is refused read by read: what is beside a wrong one stands', () => {
    const message = [
      impinj({ epcHex: 'XYZ' }),
      impinj({ epcHex: hex }),
      impinj({ epcHex: '303' }),
      impinj({ epc: 'A' }),
      impinj({ epcHex: '00', epc: base64 }),
      impinj({}),
      impinj({ epcHex: hex }, { timestamp: 'yesterday' }),
      impinj({ epcHex: hex, lastSeenTime: '2026-03-06T08:15:42Z' }),
      { any: 'thing' },
      17,
    ]
    const decoded = decodeImpinj(bytes(message), origin)
    expect(decoded.reads?.map(({ index }) => index)).toEqual([1])
    expect(codes(decoded)).toEqual([
      ['read_epc_malformed', 0],
      ['read_epc_malformed', 2],
      ['read_epc_malformed', 3],
      ['read_epc_contradicts', 4],
      ['field_missing', 5],
      ['time_invalid', 6],
      ['reading_time_in_future', 7],
      ['format_malformed', 8],
      ['format_malformed', 9],
    ])
  })
})

describe('SmartReader', () => {
  it('tells its list of reads in microseconds', () => {
    const message = {
      readerName: 'dock',
      mac: '00:16:25:15:0C:7A',
      site: 'another-site',
      tag_reads: [
        {
          epc: hex,
          firstSeenTimestamp: at(110_112),
          antennaPort: 1,
          antennaZone: 'Dock 1',
          peakRssi: -48.5,
          txPower: 30,
          frequency: 866300,
          rfPhase: 12,
          tid,
          gpi1Status: 'low',
          tagDataKeyName: 'gtin',
          tagDataKey: '09521321000018',
        },
        { epc: hex, firstSeenTimestamp: String(at(110_113)), antennaPort: '2', peakRssi: '-50' },
      ],
    }
    expect(decodeSmartReader(bytes(message), origin).reads).toEqual([
      {
        index: 0,
        hex,
        timeUs: at(110_112),
        sentTime: String(at(110_112)),
        antenna: '1',
        antennaName: 'Dock 1',
        rssiDbm: -48.5,
        count: 1,
        tid,
        eventNum: undefined,
      },
      expect.objectContaining({ timeUs: at(110_113), antenna: '2', rssiDbm: -50 }),
    ])
  })

  it('beats and tells its status without a read', () => {
    const beat = { epc: '*****', isHeartBeat: true, firstSeenTimestamp: at(0) }
    const message = [
      { reader_name: 'old', tag_reads: [beat] },
      { readerName: 'x', status: 'on' },
    ]
    expect(decodeSmartReader(bytes(message), origin)).toMatchObject({ reads: [], failures: [] })
    expect(codes(decodeSmartReader(bytes({ tag_reads: 1 }), origin))).toEqual([
      ['format_malformed', 0],
    ])
  })
})

describe('a fixed Zebra reader', () => {
  const event = (data: unknown) => ({
    type: 'CUSTOM',
    timestamp: '2026-03-04T08:15:42.651+0000',
    data,
  })
  const tag = {
    eventNum: 20417,
    format: 'epc',
    idHex: hex.toLowerCase(),
    antenna: 1,
    peakRssi: -47,
    reads: 3,
    channel: 866.3,
    PC: '3000',
    CRC: '0b18',
    TID: tid.toLowerCase(),
    MAC: 'c4:7d:cc:11:22:33',
    hostName: 'FX9600A1B2C3',
  }

  it('tells a read with its number, its count and an offset without a colon', () => {
    expect(decodeZebraFx(bytes(event(tag)), origin).reads).toEqual([
      {
        index: 0,
        hex,
        timeUs: at(651_000),
        sentTime: '2026-03-04T08:15:42.651+0000',
        antenna: '1',
        antennaName: undefined,
        rssiDbm: -47,
        count: 3,
        tid,
        eventNum: '20417',
      },
    ])
  })

  it('sends objects one behind the other, lists of tags, and events of its management', () => {
    const text = [event(tag), { eventType: 'heartbeat', data: { cpu: 3 } }, event([tag, tag])]
    const { reads, failures } = decodeZebraFx(
      bytes(text.map((e) => JSON.stringify(e)).join('')),
      origin,
    )
    expect(reads?.map(({ index }) => index)).toEqual([0, 1, 2])
    expect(failures).toEqual([])
  })
})

describe('a Zebra sled', () => {
  it('tells every tag of a message at the time of the message', () => {
    const message = {
      type: 'inventory',
      timestamp: '2026-03-04T08:15:42.651Z',
      data: {
        tagData: [
          { eventNum: 1, EPCid: hex, TID: tid, peakRssi: -60, phase: 0, seenCount: 7 },
          { eventNum: 2, EPC: hex, peakRssi: -61 },
        ],
        barcodeData: [{ decodedBarcode: '09521321000018', symbology: 'EAN13' }],
      },
    }
    const { reads, failures } = decodeZebraRfd(bytes(message), origin)
    expect(failures).toEqual([])
    expect(reads).toMatchObject([
      { hex, timeUs: at(651_000), rssiDbm: -60, count: 7, tid, eventNum: '1', antenna: '' },
      { hex, timeUs: at(651_000), rssiDbm: -61, count: 1, tid: undefined, eventNum: '2' },
      { hex: '', code: '09521321000018', timeUs: at(651_000), index: 2 },
    ])
    expect(decodeZebraRfd(bytes({ data: {} }), origin)).toMatchObject({ reads: [], failures: [] })
    expect(codes(decodeZebraRfd(bytes({ data: { tagData: {} } }), origin))).toHaveLength(1)
  })
})

describe('the simple form of reads', () => {
  it('takes a list or one read alone, and the moment it came where no time is given', () => {
    const list = { time: '2026-03-04 08:15:42Z', reads: [{ epc: '3034 0789 000c 0e42 dfdc 1c35' }] }
    expect(decodePlainReads(bytes(list), origin).reads).toMatchObject([{ hex, timeUs: at(0) }])
    const alone = { epc: `0x${hex}`, antenna: 3, rssi: -40 }
    expect(decodePlainReads(bytes(alone), origin).reads).toMatchObject([
      { hex, timeUs: receivedAtUs, sentTime: '', antenna: '3', rssiDbm: -40 },
    ])
  })

  it('understands seconds, milliseconds, microseconds and nanoseconds', () => {
    const times = ['1772612142.5', 1772612142500, '1772612142500000', '1772612142500000999']
    const reads = times.map((time) => ({ epc: hex, time }))
    const decoded = decodePlainReads(bytes({ reads }), origin)
    expect(decoded.reads?.map(({ timeUs }) => timeUs)).toEqual(times.map(() => at(500_000)))
  })
})

describe('a reader that is registered with the format of another', () => {
  const time = '2026-03-04T08:15:42.651Z'
  const sent = {
    impinj: impinj({ epcHex: hex }),
    smartreader: { readerName: 'dock', tag_reads: [{ epc: hex, firstSeenTimestamp: at(0) }] },
    fx: { type: 'CUSTOM', timestamp: time, data: { format: 'epc', idHex: hex } },
    rfd: { type: 'inventory', timestamp: time, data: { tagData: [{ EPCid: hex }] } },
    plain: { time, reads: [{ epc: hex }] },
  }
  const ofOthers = {
    impinj: [decodeSmartReader, decodeZebraFx, decodeZebraRfd, decodePlainReads],
    smartreader: [decodeImpinj, decodeZebraFx, decodeZebraRfd, decodePlainReads],
    fx: [decodeImpinj, decodeSmartReader, decodeZebraRfd, decodePlainReads],
    rfd: [decodeImpinj, decodeSmartReader, decodeZebraFx, decodePlainReads],
    plain: [decodeImpinj, decodeSmartReader, decodeZebraFx, decodeZebraRfd],
  }

  it.each(['impinj', 'smartreader', 'fx', 'rfd', 'plain'] as const)(
    'is refused, and does not fall silent: %s',
    (name) => {
      for (const decode of ofOthers[name]) {
        const { reads, failures } = decode(bytes(sent[name]), origin)
        expect([decode.name, reads?.length ?? 0, failures.length]).toEqual([decode.name, 0, 1])
      }
    },
  )
})

describe('a reader whose clock nothing has set', () => {
  it('is refused: its event would come before all that has happened', () => {
    for (const time of ['1970-01-01T00:00:42Z', 42, '2009-12-31T23:59:59Z']) {
      expect(codes(decodePlainReads(bytes({ time, reads: [{ epc: hex }] }), origin))).toEqual([
        ['clock_not_set', 0],
      ])
    }
    const old = { time: '2010-01-01T00:00:00Z', reads: [{ epc: hex }] }
    expect(decodePlainReads(bytes(old), origin).reads).toHaveLength(1)
  })
})

const decoders: readonly [string, (payload: Uint8Array, origin: Origin) => Decoded][] = [
  ['Impinj', decodeImpinj],
  ['SmartReader', decodeSmartReader],
  ['Zebra FX', decodeZebraFx],
  ['Zebra RFD', decodeZebraRfd],
  ['the simple form', decodePlainReads],
]
const names = [
  ...['timestamp', 'tagInventoryEvent', 'epcHex', 'epc', 'tag_reads', 'data', 'idHex', 'tagData'],
  ...['EPCid', 'reads', 'time', 'antenna', 'antennaPort', 'peakRssi', 'eventType', 'type'],
  ...['lastSeenTime', 'firstSeenTimestamp', 'count', 'tid', '__proto__', 'constructor'],
]
const leaf = fc.oneof(
  fc.string(),
  fc.constantFrom(hex, base64, '2026-03-04T08:15:42Z', '2026-03-04T08:15:42+0000', null, ''),
  fc.double(),
  fc.integer(),
  fc.boolean(),
)
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof({ maxDepth: 4 }, leaf, tie('list'), tie('object')),
  list: fc.array(tie('tree'), { maxLength: 4 }),
  object: fc.dictionary(fc.constantFrom(...names), tie('tree'), { maxKeys: 6 }),
}))

describe.each(decoders)('whatever comes as %s', (_name, decode) => {
  it('never throws, and gives reads that are whole', () => {
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      tree.map((value) => bytes(JSON.stringify(value) ?? '')),
      fc
        .array(tree, { maxLength: 3 })
        .map((all) => bytes(all.map((one) => JSON.stringify(one)).join(''))),
    )
    fc.assert(
      fc.property(payload, (input) => {
        const { reads = [], failures } = decode(input, origin)
        for (const read of reads) {
          if (read.code === undefined) expect(read.hex).toMatch(/^(?:[0-9A-F]{2})+$/)
          expect(Number.isSafeInteger(read.timeUs) && read.timeUs >= 0).toBe(true)
          expect(read.count).toBeGreaterThanOrEqual(1)
        }
        const places = [...reads, ...failures].map(({ index }) => index)
        expect(new Set(places).size).toBe(places.length)
      }),
      { numRuns: 500 },
    )
  })

  // What takes its square of the length would take hours, and the time of a test is bounded.
  it('comes to its end over a megabyte of anything', () => {
    for (const unit of ['{', '[', '"', '{"a":1}', '{}', '0', '\\', '{"epc":"']) {
      const { reads = [] } = decode(bytes(unit.repeat(1_000_000 / unit.length)), origin)
      expect(reads).toEqual([])
    }
  }, 120_000)
})
