import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SparkplugFrame } from '#ingest/decoded.ts'
import { readSparkplug } from '#ingest/formats/sparkplug-payload.ts'
import { Memory } from '#ingest/memory.ts'
import type { IngestNews } from '#ingest/news.ts'
import { foldSparkplug } from '#ingest/sparkplug.ts'
import { deviceSchema } from '#store/registry/schema.ts'
import { compressed, type Metric, payload } from './sparkplug-payloads.ts'
import { nowUs, openStores, type Stores } from './stores.ts'

let stores: Stores
beforeEach(() => {
  stores = openStores()
  stores.device('line', {
    format: 'sparkplug-b',
    topics: [
      { topic: 'spBv1.0/plant/+/edge', channel: 'telemetry' },
      { topic: 'spBv1.0/plant/+/edge/oven', channel: 'telemetry' },
    ],
  })
})
afterEach(() => stores.close())

const nowMs = nowUs / 1000
const FLOAT = 9
const INT16 = 2

function message(type: string, metrics: readonly Metric[], seq?: number, laterMs = 0) {
  const device = type.startsWith('D') ? '/oven' : ''
  const topic = `spBv1.0/plant/${type}/edge${device}`
  const times = { recordTimeUs: nowUs + laterMs * 1000, device: 'line', topic }
  return stores.message(payload(metrics, seq, nowMs + laterMs), times)
}

const birth = (bdSeq = 0) =>
  message(
    'NBIRTH',
    [
      { name: 'bdSeq', datatype: 4, long: BigInt(bdSeq) },
      { name: 'Node Control/Rebirth', datatype: 11, boolean: false },
      { name: 'Room/Temperature', alias: 1, datatype: FLOAT, float: 21.5, unit: '°C' },
      { name: 'Room/Level', alias: 2, datatype: INT16, int: 0xfffe },
    ],
    0,
  )

async function readings(): Promise<unknown[]> {
  const points = []
  const devices = ['urn:suyuan:device:farm:line']
  for await (const chunk of stores.writer.telemetry({ devices })) points.push(...chunk)
  return points
    .sort((a, b) => a.timeUs - b.timeUs)
    .map(({ type, component, uom, value, timeUs }) => [
      ...[type, component, uom, value],
      timeUs / 1000 - nowMs,
    ])
}

const asked = ({ commands }: IngestNews) => commands.map(({ device, topic }) => [device, topic])
const rebirth = ['line', 'spBv1.0/plant/NCMD/edge']

describe('an edge node', () => {
  it('gives names, types and units in its birth, and aliases in its data', async () => {
    const news = await stores.settle(
      birth(),
      message(
        'NDATA',
        [
          { alias: 1, float: 22.25 },
          { alias: 2, int: 0xffff },
        ],
        1,
        1000,
      ),
      message('DBIRTH', [{ name: 'heat', alias: 7, datatype: 10, double: 180.5 }], 2, 2000),
      message('DDATA', [{ alias: 7, double: 181, timestampMs: nowMs + 2500 }], 3, 3000),
    )
    expect(news).toMatchObject({ readings: 6, rejected: 0, commands: [] })
    expect(await readings()).toEqual([
      ['Level', 'Room/Level', '', -2, 0],
      ['Temperature', 'Room/Temperature', 'CEL', 21.5, 0],
      ['Level', 'Room/Level', '', -1, 1000],
      ['Temperature', 'Room/Temperature', 'CEL', 22.25, 1000],
      ['heat', 'oven/heat', '', 180.5, 2000],
      ['heat', 'oven/heat', '', 181, 2500],
    ])
  })

  it('is understood by what was born before a restart', async () => {
    await stores.settle(birth())
    stores.memory.forget()
    const news = await stores.settle(message('NDATA', [{ alias: 1, float: 3 }], 1, 1000))
    expect(news).toMatchObject({ readings: 1, commands: [] })
  })

  it('sends what it had stored with the times of then', async () => {
    const past = { alias: 1, float: 5, timestampMs: nowMs - 3_600_000, isHistorical: true }
    await stores.settle(birth(), message('NDATA', [past, { alias: 1, isNull: true }], 1, 1000))
    expect((await readings())[0]).toEqual(['Temperature', 'Room/Temperature', 'CEL', 5, -3_600_000])
  })

  it('keeps the present where what it had stored is of the same moment, or of none', async () => {
    const moment = { alias: 1, timestampMs: nowMs + 500 }
    const now = { ...moment, float: 4 }
    const past = { ...moment, float: 5, isHistorical: true }
    const undated = { alias: 1, float: 6, isHistorical: true }
    const news = await stores.settle(birth(), message('NDATA', [now, past, undated], 1, 1000))
    expect(news.notices.map(({ code, path }) => [code, path])).toEqual([
      ['field_missing', '/timestamp'],
    ])
    expect(news.notices[0]?.message).toContain('Room/Temperature, which is historical')
    expect((await readings()).slice(2)).toEqual([
      ['Temperature', 'Room/Temperature', 'CEL', 4, 500],
    ])
  })

  it('has values for who listens just now, which are not stored', async () => {
    const transient = { alias: 1, float: 5, isTransient: true }
    const news = await stores.settle(birth(), message('NDATA', [transient], 1, 1000))
    expect(news).toMatchObject({ readings: 2, rejected: 0, commands: [] })
  })

  it('is asked for its births after a gap, once while it may be answering, and is heard all the same', async () => {
    const gap = await stores.settle(birth(), message('NDATA', [{ alias: 1, float: 3 }], 2, 1000))
    expect(gap).toMatchObject({ readings: 3 })
    expect(asked(gap)).toEqual([rebirth])
    const [command] = gap.commands
    expect(readSparkplug(command?.payload ?? new Uint8Array())).toMatchObject({
      metrics: [{ name: 'Node Control/Rebirth', datatype: 11, value: true }],
    })
    const soon = await stores.settle(message('NDATA', [{ alias: 9, float: 3 }], 5, 2000))
    expect(soon).toMatchObject({ readings: 0, commands: [] })
    const late = await stores.settle(message('NDATA', [{ alias: 9, float: 3 }], 6, 60_000))
    expect(asked(late)).toEqual([rebirth])
  })

  it('counts to 255 and on from 0', async () => {
    const all = [...Array(300).keys()].map((n) =>
      message('NDATA', [{ alias: 1, float: n }], (n + 1) % 256, n + 1),
    )
    expect(await stores.settle(birth(), ...all)).toMatchObject({ readings: 302, commands: [] })
  })

  it('is asked when it speaks before its birth, and after its death', async () => {
    const early = await stores.settle(message('NDATA', [{ alias: 1, float: 3 }], 0))
    expect(asked(early)).toEqual([rebirth])
    const named = { name: 'Room/Temperature', datatype: FLOAT, float: 3 }
    const will = (bdSeq: bigint) => message('NDEATH', [{ name: 'bdSeq', long: bdSeq }])
    const alive = await stores.settle(birth(4), will(3n), message('NDATA', [named], 1, 90_000))
    expect(alive).toMatchObject({ readings: 3, commands: [] })
    const dead = await stores.settle(will(4n), message('NDATA', [named], 2, 180_000))
    expect(asked(dead)).toEqual([rebirth])
  })

  it('is not believed about what none of its births has named, and asked for them', async () => {
    const heat = { name: 'heat', datatype: 10, double: 180.5 }
    const news = await stores.settle(birth(), message('DDATA', [heat], 1, 40_000))
    expect(asked(news)).toEqual([rebirth])
    expect(news).toMatchObject({ readings: 2, rejected: 1 })
    expect(news.notices.map(({ code, path, index }) => [code, path, index])).toEqual([
      ['birth_missing', '/metrics', 0],
    ])
    expect(news.notices[0]?.message).toMatch(/ heat$/)
    const born = await stores.settle(
      message('DBIRTH', [{ ...heat, unit: '°F' }], 2, 80_000),
      message('DDATA', [{ name: 'heat', double: 181 }], 3, 90_000),
      message('DDATA', [{ name: 'other', int: 65_535 }], 4, 150_000),
    )
    expect(asked(born)).toEqual([rebirth])
    expect(born.notices.map(({ code }) => code)).toEqual(['birth_missing'])
    expect((await readings()).slice(2)).toEqual([
      ['Temperature', 'oven/heat', 'FAH', 180.5, 80_000],
      ['Temperature', 'oven/heat', 'FAH', 181, 90_000],
    ])
  })

  it('forgets at its death what its aliases meant', async () => {
    const will = message('NDEATH', [{ name: 'bdSeq', long: 0n }])
    const late = message('NDATA', [{ alias: 1, float: 3 }], 1, 1000)
    const news = await stores.settle(birth(), will, late)
    expect([news.readings, asked(news)]).toEqual([2, [rebirth]])
    expect(news.notices.map(({ code, message: text }) => [code, text.slice(-7)])).toEqual([
      ['birth_missing', 'alias 1'],
    ])
  })

  it('is unpacked where it is compressed, and counted as it is inside', async () => {
    const data = (value: number, seq: number) =>
      payload([{ alias: 1, float: value }], seq, nowMs + seq * 1000)
    const sent = [
      compressed(gzipSync(data(1, 1)), 'GZIP'),
      compressed(deflateSync(data(2, 2)), 'deflate'),
      compressed(deflateSync(data(3, 3))),
    ]
    const topic = 'spBv1.0/plant/NDATA/edge'
    const messages = sent.map((one) => stores.message(one, { device: 'line', topic }))
    const news = await stores.settle(birth(), ...messages)
    expect(news).toMatchObject({ readings: 5, rejected: 0, commands: [] })
    expect((await readings()).slice(2)).toEqual(
      [1, 2, 3].map((n) => ['Temperature', 'Room/Temperature', 'CEL', n, n * 1000]),
    )
  })

  it('is refused where what is compressed is none, is so twice, or would fill the memory', () => {
    const inner = payload([{ name: 'a', datatype: 10, double: 1 }], 1, nowMs)
    const codeOf = (bytes: Uint8Array) => {
      const read = readSparkplug(bytes)
      return read.ok ? read.metrics.length : read.code
    }
    const twice = gzipSync(compressed(gzipSync(inner), 'GZIP'))
    expect(codeOf(compressed(twice, 'GZIP'))).toBe('compressed_malformed')
    expect(codeOf(compressed(inner, 'GZIP'))).toBe('compressed_malformed')
    expect(codeOf(compressed(gzipSync(inner), 'DEFLATE'))).toBe('compressed_malformed')
    expect(codeOf(compressed(deflateRawSync(inner), 'DEFLATE'))).toBe('compressed_malformed')
    expect(codeOf(compressed(gzipSync(inner), 'LZ4'))).toBe('compressed_malformed')
    expect(codeOf(compressed(gzipSync(Buffer.from([0x12, 5, 1])), 'GZIP'))).toBe(
      'protobuf_malformed',
    )
    expect(codeOf(compressed(gzipSync(inner), 'GZIP'))).toBe(1)
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))
    expect(bomb.length).toBeLessThan(100_000)
    expect(codeOf(compressed(bomb, 'GZIP'))).toBe('compressed_too_large')
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.constantFrom('GZIP', 'DEFLATE'),
        (some, by) => {
          expect(['compressed_malformed', 'protobuf_malformed']).toContain(
            codeOf(compressed(some, by)),
          )
        },
      ),
    )
  })

  it('is refused by name where its payload is none', async () => {
    const topic = 'spBv1.0/plant/NDATA/edge'
    const news = await stores.settle(
      stores.message(Buffer.from([0x12, 5, 1]), { device: 'line', topic }),
    )
    expect(news.notices.map(({ code }) => code)).toEqual(['protobuf_malformed'])
  })
})

describe('whatever frames come, in whatever order', () => {
  const listed = 'https://id.gs1.org/8004/6901234OVEN'
  const device = deviceSchema.parse({
    ...{ party: 'farm', device: 'line', site: 'barn', name: 'line', format: 'sparkplug-b' },
    sensors: [{ id: 'oven', epc: listed }],
  })
  const name = fc.constantFrom(undefined, '', 'bdSeq', 'heat', 'oven/heat', '__proto__', 'a/b/c')
  const metric = fc.record({
    name,
    alias: fc.constantFrom(undefined, '1', '2', '18446744073709551615'),
    timestampMs: fc.constantFrom(undefined, nowMs, 0, -1, Number.MAX_SAFE_INTEGER),
    datatype: fc.constantFrom(undefined, 0, 2, 4, 9, 11, 13, 99),
    isHistorical: fc.boolean(),
    isTransient: fc.boolean(),
    value: fc.oneof(fc.constant(undefined), fc.double(), fc.bigInt(), fc.boolean(), fc.string()),
    unit: fc.constantFrom(undefined, '°C', ''),
  })
  const frame: fc.Arbitrary<SparkplugFrame> = fc.record({
    kind: fc.constantFrom('NBIRTH', 'NDEATH', 'NDATA', 'DBIRTH', 'DDEATH', 'DDATA'),
    group: fc.constantFrom('plant', ''),
    node: fc.constantFrom('edge', 'other'),
    device: fc.constantFrom(undefined, 'oven', 'thief', 'farm/gate-1'),
    timestampMs: fc.constantFrom(undefined, nowMs, Number.NaN, 1e300),
    seq: fc.constantFrom(undefined, 0, 1, 255, 256),
    metrics: fc.array(metric, { maxLength: 4 }),
  })

  it('readings are of the node or of a sensor that is listed, and commands go to the node', async () => {
    const memory = new Memory({ notes: async () => [] })
    await memory.load(['device farm/line'])
    const origin = { party: 'farm', sensor: undefined, receivedAtUs: nowUs, recordTimeUs: nowUs }
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 6 }), (frames) => {
        for (const one of frames) {
          const meant = foldSparkplug(one, device, origin, memory.scope('device farm/line'))
          for (const { device: key, party, value, timeUs } of meant.readings) {
            expect(['urn:suyuan:device:farm:line', listed]).toContain(key)
            expect([party, Number.isFinite(value), Number.isSafeInteger(timeUs)]).toEqual([
              ...['farm', true, true],
            ])
          }
          const { command } = meant
          if (command !== undefined) {
            expect([command.party, command.device]).toEqual(['farm', 'line'])
          }
        }
      }),
      { numRuns: 300 },
    )
  })
})
