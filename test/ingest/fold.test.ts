/** What holds for every sequence of reads, whatever the binding. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Origin, RawRead, SparkplugFrame } from '#ingest/decoded.ts'
import { Memory } from '#ingest/memory.ts'
import { foldReads } from '#ingest/reads/fold.ts'
import { foldSparkplug } from '#ingest/sparkplug.ts'
import { type Binding, bindingSchema, type Device } from '#store/registry/schema.ts'
import { nowUs } from './stores.ts'
import { sgtin, sgtinUrn, sscc, ssccUrn } from './tags.ts'

const scope = 'device farm/gate'

async function emptyMemory(): Promise<Memory> {
  const memory = new Memory({ notes: async () => [] })
  await memory.load([scope])
  return memory
}

const foreign = 'AABBCCDDEEFF001122334455'
const tags = [sgtin(1), sgtin(2), sgtin(3, 2), sscc(1), sscc(2), foreign]
const uris = [sgtinUrn(1), sgtinUrn(2), sgtinUrn(3, 2), ssccUrn(1), ssccUrn(2)]

const anyRead = fc
  .record({
    hex: fc.constantFrom(...tags),
    atMs: fc.integer({ min: 0, max: 60_000 }),
    antenna: fc.constantFrom('1', '2', '3', ''),
    rssiDbm: fc.constantFrom(undefined, -40, -55, -70),
    count: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ atMs, ...read }): RawRead => {
    const timeUs = nowUs + atMs * 1000
    const rest = { antennaName: undefined, tid: undefined, eventNum: undefined, index: 0 }
    return { ...read, ...rest, timeUs, sentTime: `${atMs}` }
  })
const anyBinding = fc
  .record(
    {
      quietMs: fc.constantFrom(0, 500, 10_000),
      minReads: fc.integer({ min: 1, max: 4 }),
      minRssiDbm: fc.constantFrom(-60, -50),
      direction: fc.constant({ order: ['1', '2'], inward: { bizStep: 'receiving' } }),
      antennas: fc.constant([{ antenna: '2', bizStep: 'shipping' }]),
      pack: fc.constant({ withinMs: 20_000 }),
      expected: fc.constant(['https://id.gs1.org/01/06901234000016']),
    },
    { requiredKeys: [] },
  )
  .map((binding): Binding => bindingSchema.parse(binding))
const anyMessages = fc.array(fc.array(anyRead, { minLength: 1, maxLength: 4 }), { maxLength: 25 })

async function bodies(messages: readonly (readonly RawRead[])[], binding: Binding) {
  const memory = await emptyMemory()
  const made = messages.flatMap((reads, at) => {
    const recordTimeUs = nowUs + 120e6 + at
    const origin: Origin = {
      ...{ party: 'farm', sensor: 'urn:x:gate', receivedAtUs: recordTimeUs, recordTimeUs },
    }
    const numbered = reads.map((read, index) => ({ ...read, index }))
    return foldReads(numbered, binding, origin, memory.scope(scope))
  })
  return made.map(({ event }) => event.body)
}

describe('reads of any tags in any order', () => {
  it('make events of tags that were read, at times at which they were, each once', async () => {
    await fc.assert(
      fc.asyncProperty(anyMessages, anyBinding, async (messages, binding) => {
        const made = await bodies(messages, binding)
        // A child that comes twice to a closed case is added twice, which is one event.
        if (binding.pack === undefined) expect(new Set(made).size).toBe(made.length)
        const read = messages.flat()
        const times = read.map(({ timeUs }) => timeUs / 1000)
        for (const body of made) {
          const { epcList = [], childEPCs = [], parentID, eventTime } = JSON.parse(body)
          for (const uri of [...epcList, ...childEPCs, ...(parentID ? [parentID] : [])]) {
            expect(uris).toContain(uri)
          }
          expect(times).toContain(Date.parse(eventTime))
        }
      }),
      { numRuns: 200 },
    )
  })

  it('make the same events when any of them come again', async () => {
    const again = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(anyMessages, anyBinding, again, async (messages, binding, repeats) => {
        const repeated = [...messages]
        for (const [which, where] of repeats) {
          const at = where % (repeated.length + 1)
          const sent = repeated.slice(0, at)
          const message = sent[which % Math.max(sent.length, 1)]
          if (message !== undefined) repeated.splice(at, 0, message)
        }
        expect(await bodies(repeated, binding)).toEqual(await bodies(messages, binding))
      }),
      { numRuns: 400 },
    )
  })
})

describe('messages of an edge node in any order', () => {
  const device: Device = {
    ...{ party: 'farm', site: 'barn', device: 'gate', name: 'gate', enabled: true },
    ...{ topics: [], format: 'sparkplug-b' },
  }
  const metric = fc.record({
    name: fc.constantFrom(undefined, 'bdSeq', 'a', 'b/Temperature', 'Node Control/Rebirth'),
    alias: fc.constantFrom(undefined, '1', '2', '18446744073709551615'),
    timestampMs: fc.constantFrom(undefined, 0, nowUs / 1000, 2 ** 60),
    datatype: fc.constantFrom(undefined, 0, 1, 2, 3, 4, 8, 9, 11, 12, 13, 99),
    isHistorical: fc.boolean(),
    isTransient: fc.boolean(),
    value: fc.constantFrom(undefined, 0, 255, 2 ** 32 - 1, 2n ** 64n - 1n, 1.5, true, 'text'),
    unit: fc.constantFrom(undefined, '°C', '?'),
  })
  const frame: fc.Arbitrary<SparkplugFrame> = fc.record({
    kind: fc.constantFrom('NBIRTH', 'NDEATH', 'NDATA', 'DBIRTH', 'DDEATH', 'DDATA'),
    group: fc.constant('g'),
    node: fc.constant('n'),
    device: fc.constantFrom(undefined, 'd'),
    timestampMs: fc.constantFrom(undefined, nowUs / 1000, 2 ** 60),
    seq: fc.constantFrom(undefined, 0, 1, 2, 255, 2 ** 60),
    metrics: fc.array(metric, { maxLength: 5 }),
  })

  it('give readings of its own and never throw', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 20 }), async (frames) => {
        const memory = await emptyMemory()
        for (const [at, one] of frames.entries()) {
          const recordTimeUs = nowUs + at * 1e6
          const origin = { party: 'farm', sensor: 'x', receivedAtUs: nowUs, recordTimeUs }
          const { readings } = foldSparkplug(one, device, origin, memory.scope(scope))
          for (const reading of readings) {
            expect(reading.device).toBe('urn:suyuan:device:farm:gate')
            expect(Number.isFinite(reading.value)).toBe(true)
          }
        }
      }),
      { numRuns: 300 },
    )
  })
})
