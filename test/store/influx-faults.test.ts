import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { isStoreFault, StoreFault } from '#store/fault.ts'
import type { InfluxSettings } from '#store/influx/settings.ts'
import { readInfluxTrail, writeInfluxTrail } from '#store/influx/trail.ts'
import type { Applied, TrailBatch, TrailWriter } from '#store/trail.ts'
import { baseUs, event, events, member, reading, serial, streamBatch } from './contract/data.ts'
import { collect, itemsOf, store, trailOf } from './contract/store.ts'
import { type Asked, type Fate, type FaultyProxy, startProxy } from './influx-proxy.ts'
import { hasInfluxd, type InfluxServer, startInflux } from './influx-server.ts'
import { expectWholeBatches } from './whole-batches.ts'

const size = 40
/** Readings of a batch that is ended and of the one that is written meanwhile. */
const aheadOfEnds = 2 * size

/** Writes of batches: minutes come at a time of their own, what has no points asks for rights. */
const isWrite = ({ path, body }: Asked) =>
  path.startsWith('/write') && !path.includes('rp=minutes') && body !== ''

describe.skipIf(!hasInfluxd())('the trail store in InfluxDB', () => {
  let influx: InfluxServer
  let proxy: FaultyProxy
  let folder = ''
  let file = ''
  let database = ''
  let stores = 0
  const settings = (): InfluxSettings => ({ url: proxy.url, database, timeoutMs: 5000 })
  const open = (): Promise<TrailWriter> => writeInfluxTrail(file, settings(), () => undefined)
  const read = () => readInfluxTrail(file, settings())
  beforeAll(async () => {
    influx = await startInflux()
  })
  afterAll(() => influx.end())
  beforeEach(async () => {
    proxy = await startProxy(influx.url)
    folder = mkdtempSync(join(tmpdir(), 'suyuan-faults-'))
    file = join(folder, 'influx.db')
    stores += 1
    database = `store${stores}`
  })
  afterEach(async () => {
    await proxy.end()
    rmSync(folder, { recursive: true })
    await influx.run(`DROP DATABASE ${database}`)
  })

  it('holds whole batches only after kill -9 of InfluxDB in mid-write, once each', async () => {
    const writer = await open()
    let n = 0
    let faults = 0
    for (const atBatch of [3, 4, 9]) {
      let isDown: Promise<void> | undefined
      // Killed while the request is under way, at a moment that nobody chose.
      proxy.decide = ({ path }) => {
        if (n === atBatch && path.startsWith('/write')) {
          isDown ??= pause(1).then(() => influx.kill())
        }
        return 'pass'
      }
      for (; n <= atBatch; ) {
        try {
          await writer.apply(streamBatch(n, size))
          n += 1
        } catch (error) {
          if (!isStoreFault(error)) throw error
          faults += 1
          await isDown
          await influx.start()
        }
      }
      await isDown
      proxy.decide = () => 'pass'
      if (faults === 0) await influx.start()
    }
    const reader = read()
    await expectWholeBatches(reader, n, size)
    await reader.close()
    await writer.close()
  })

  it('holds whole batches only after kill -9 of the program between each two steps', async () => {
    let durable = 0
    let kills = 0
    // Three requests a batch: each killed before it reaches InfluxDB, and before it is answered.
    for (const step of [0, 1, 2]) {
      for (const side of ['before', 'after'] as const) {
        let child: ChildProcess | undefined
        let writes = 0
        const kill = async () => {
          if (child?.killed) return
          kills += 1
          const gone = child && once(child, 'exit')
          child?.kill('SIGKILL')
          await gone
        }
        const skipped = 6 + step
        proxy.decide = async (asked): Promise<Fate> => {
          if (!isWrite(asked)) return 'pass'
          writes += 1
          if (side !== 'before' || writes <= skipped) return 'pass'
          await kill()
          return 'cut before'
        }
        proxy.onDone = async (asked) => {
          if (isWrite(asked) && side === 'after' && writes > skipped) await kill()
        }
        child = spawnWriter(file, settings(), durable)
        const told = await lastTold(child)
        proxy.decide = () => 'pass'
        proxy.onDone = () => undefined
        const reader = read()
        const batches = await reader.cursor('ingest')
        expect(batches).toBeGreaterThan(told)
        await expectWholeBatches(reader, batches, size, aheadOfEnds)
        await reader.close()
        durable = batches
      }
    }
    expect(kills).toBe(6)
    const writer = await open()
    await writer.apply(streamBatch(durable, size))
    await writer.apply(streamBatch(durable + 1, size))
    await expectWholeBatches(writer, durable + 2, size)
    await writer.close()
  })

  it('holds whole batches only after kill -9 of the program at any moment', async () => {
    let durable = 0
    for (const kill of [1, 5, 2]) {
      const child = spawnWriter(file, settings(), durable)
      const told = await lastTold(child, durable + kill)
      const reader = read()
      const batches = await reader.cursor('ingest')
      expect(batches).toBeGreaterThan(told)
      await expectWholeBatches(reader, batches, size, aheadOfEnds)
      await reader.close()
      durable = batches
    }
  })

  describe('when requests go wrong', () => {
    const fates: Record<string, Fate> = {
      'are answered with 429': { status: 429, headers: { 'Retry-After': '3' } },
      'are answered with 503': { status: 503, headers: { 'Retry-After': '3' } },
      'are answered with 500': { status: 500, body: '{"error":"no space left on device"}' },
      'are answered with 200 by somebody in between': { status: 200, body: 'ok' },
      'are cut off before they arrive': 'cut before',
      'are cut off after they were done': 'cut after',
      'are never answered': 'hold',
    }
    it.each(Object.entries(fates))('and %s: tries again, stores once', async (_, fate) => {
      // Short only where it is waited for: a busy machine is slow by itself.
      const quick = { ...settings(), timeoutMs: fate === 'hold' ? 2000 : 20_000 }
      const writer = await writeInfluxTrail(file, quick, () => undefined)
      let writes = 0
      // The third batch fails in each of its three requests, one attempt after the other.
      const failing = [8, 10, 13]
      proxy.decide = (asked) => {
        if (!isWrite(asked)) return 'pass'
        writes += 1
        return failing.includes(writes) ? fate : 'pass'
      }
      const faults: StoreFault[] = []
      for (let n = 0; n < 5; ) {
        try {
          const { outcomes } = await writer.apply(streamBatch(n, size))
          expect(outcomes.every(({ repeat }) => !repeat)).toBe(true)
          n += 1
        } catch (error) {
          if (!(error instanceof StoreFault)) throw error
          faults.push(error)
          const reader = read()
          await expectWholeBatches(reader, n, size, size)
          await reader.close()
        }
      }
      expect(faults).toHaveLength(3)
      const asked = typeof fate === 'object' && 'headers' in fate ? 3000 : 0
      expect(faults.map(({ retryAfterMs }) => retryAfterMs)).toEqual([asked, asked, asked])
      await expectWholeBatches(writer, 5, size)
      await writer.close()
    })

    it('answers with an error inside a success, or cut short, are errors to who reads', async () => {
      const writer = await open()
      await store(writer, ...events(1, 3))
      const answers = [
        '{"results":[{"statement_id":0,"error":"timeout"}]}',
        '{"results":[{"statement_id":0,"series":[{"name":"event","partial":true}]}]}',
        '{"results":[]}',
        '{"error":"max-concurrent-queries limit exceeded"}',
      ]
      for (const body of answers) {
        proxy.decide = ({ path }) => (path === '/query' ? { status: 200, body } : 'pass')
        await expect(writer.events([1])).rejects.toThrow(StoreFault)
      }
      await writer.close()
    })
  })

  describe('with a batch that waits behind the one that is written', () => {
    const fates: Record<string, Fate> = {
      'is refused for a while': { status: 503 },
      'is cut off after it was done': 'cut after',
    }
    it.each(Object.entries(fates))('keeps their order where the first %s', async (_, fate) => {
      const writer = await open()
      await writer.apply(streamBatch(0, size))
      let failures = 0
      const begin = () => Promise.all([1, 2].map((n) => writer.begin(streamBatch(n, size))))
      proxy.decide = (asked) => {
        if (!isWrite(asked) || failures === 2) return 'pass'
        failures += 1
        return fate
      }
      for (const attempt of [1, 2]) {
        const both = await begin()
        for (const { applied } of both) await expect(applied).rejects.toThrow(StoreFault)
        expect(failures).toBe(attempt)
        const reader = read()
        await expectWholeBatches(reader, 1, size, size)
        await reader.close()
      }
      proxy.asked.length = 0
      const order: number[] = []
      const told = (await begin()).map(({ applied }, at) => applied.then(() => order.push(at)))
      await Promise.all(told)
      expect(order).toEqual([0, 1])
      const ends = proxy.asked.filter(({ body }) => body.startsWith('batch,'))
      expect(ends.map(({ body }) => /position=(\d+)/.exec(body)?.[1])).toEqual(['2', '3'])
      await expectWholeBatches(writer, 3, size)
      await writer.close()
    })

    it.each(Object.entries(fates))(
      'writes both again where the end of the first %s, the second under way',
      async (_, fate) => {
        const writer = await open()
        await writer.apply(streamBatch(0, size))
        const [first, second] = [streamBatch(1, size), streamBatch(2, size)]
        // Readings of the first one again: they are in InfluxDB, and count once.
        const again = { ...second, readings: [...first.readings, ...second.readings] }
        const begin = () => Promise.all([first, again].map((one) => writer.begin(one)))
        let isFailing = true
        proxy.decide = async (asked) => {
          if (!isFailing || !isWrite(asked) || !asked.body.startsWith('batch,')) return 'pass'
          isFailing = false
          const behind = () =>
            proxy.asked.slice(proxy.asked.findIndex((one) => one.body === asked.body) + 1)
          await expect.poll(() => behind().some(({ body }) => body.startsWith('trail,'))).toBe(true)
          return fate
        }
        for (const { applied } of await begin()) await expect(applied).rejects.toThrow(StoreFault)
        const reader = read()
        await expectWholeBatches(reader, 1, size, aheadOfEnds)
        await reader.close()
        await Promise.all((await begin()).map(({ applied }) => applied))
        await expectWholeBatches(writer, 3, size)
        await writer.close()
      },
    )

    it('writes the first again before it after a restart', async () => {
      const writer = await open()
      await writer.apply(streamBatch(0, size))
      proxy.decide = (asked) => (isWrite(asked) ? 'hold' : 'pass')
      const [first, second] = await Promise.all(
        [1, 2].map((n) => writer.begin(streamBatch(n, size))),
      )
      const ended = Promise.allSettled([first?.applied, second?.applied])
      await expect.poll(() => proxy.asked.filter(isWrite).length).toBe(4)
      await writer.close()
      expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
      proxy.decide = () => 'pass'
      const again = await open()
      expect(await again.cursor('ingest')).toBe(3)
      await again.apply(streamBatch(3, size))
      await expectWholeBatches(again, 4, size)
      await again.close()
    })
  })

  it('starts and takes up its work while InfluxDB is away', async () => {
    proxy.decide = () => 'cut before'
    const said: string[] = []
    const writer = await writeInfluxTrail(file, settings(), (line) => said.push(line))
    expect(said.join()).toMatch(/cannot be reached/)
    expect(await writer.cursor('ingest')).toBe(0)
    await expect(writer.apply(streamBatch(0, size))).rejects.toThrow(StoreFault)
    proxy.decide = () => 'pass'
    await writer.apply(streamBatch(0, size))
    await expectWholeBatches(writer, 1, size)
    await writer.close()
  })

  it('gives each of 200,000 rows of one lot at one midnight a place of its own', async () => {
    const few = { ...settings(), trailBuckets: 64, timeoutMs: 60_000 }
    const writer = await writeInfluxTrail(file, few, () => undefined)
    const lot = 'https://id.gs1.org/01/09521321000013/10/L1'
    const atOnce = 5000
    const count = 100_000
    for (let first = 0; first < count; first += atOnce) {
      const batch: TrailBatch = {
        // The lot in two roles, and a serial beside it: three rows an event at one microsecond.
        events: events(first, first + atOnce - 1, { eventTimeUs: baseUs }).map((one, at) => ({
          ...one,
          members: [member(lot), member(lot, 'lot'), member(serial(first + at))],
        })),
        readings: [],
        follower: 'ingest',
        to: first + atOnce,
      }
      await writer.apply(batch)
    }
    await store(writer, event(count, { eventTimeUs: baseUs + 1, members: [member(lot)] }))
    expect((await writer.counts()).trailRows).toBe(3 * count + 1)
    const items = await itemsOf(writer, lot, serial(77), serial(99_999))
    let rows = 0
    let last = 0
    for await (const chunk of writer.trail(items.slice(0, 1))) {
      expect(chunk.length).toBeLessThan(10_000)
      for (const { eventRef } of chunk) {
        if (eventRef < last) throw new Error(`event ${eventRef} after ${last}`)
        last = eventRef
      }
      rows += chunk.length
    }
    expect(rows).toBe(2 * count + 1)
    expect(await collect(writer.trail(items.slice(1)))).toHaveLength(2)
    await writer.close()
  }, 180_000)

  it('gives back what InfluxDB will never take, and stores the rest', async () => {
    const writer = await open()
    const hourUs = 3.6e9
    const nowUs = Date.now() * 1000
    for (const policy of ['trails', 'readings']) {
      const hour = 'DURATION 1h SHARD DURATION 1h'
      await influx.run(`ALTER RETENTION POLICY ${policy} ON ${database} ${hour}`, database)
    }
    const at = (n: number, eventTimeUs: number) =>
      event(n, { eventTimeUs, recordTimeUs: nowUs + n, members: [member(serial(0))] })
    const batch: TrailBatch = {
      events: [at(1, nowUs), at(2, nowUs - 400 * 24 * hourUs), at(3, nowUs)],
      readings: [
        reading({ timeUs: nowUs }),
        reading({ timeUs: nowUs - 500 * 24 * hourUs, value: 7 }),
      ],
      follower: 'ingest',
      to: 9,
    }
    const expectRefused = ({ outcomes, refusedReadings }: Applied) => {
      expect(outcomes.map(({ refused }) => refused !== undefined)).toEqual([false, true, false])
      expect(outcomes[1]?.refused).toMatch(/retention policy/)
      expect(refusedReadings).toMatchObject([{ at: 1 }])
    }
    expectRefused(await writer.apply(batch))
    expect(await writer.cursor('ingest')).toBe(9)
    expect(await writer.counts()).toMatchObject({ events: 2, readings: 1 })
    expect(await trailOf(writer, serial(0))).toHaveLength(2)
    expect(await writer.byEventID(event(2).eventID)).toEqual([])
    expect((await writer.query({}, { limit: 9 })).events).toHaveLength(2)
    expectRefused(await writer.apply({ ...batch, to: 10 }))
    // The next one is decided before this one is refused, and each is told its own.
    const [again, next] = await Promise.all([
      writer.begin({ ...batch, to: 11 }),
      writer.begin({ events: [at(4, nowUs)], readings: [], follower: 'ingest', to: 12 }),
    ])
    expectRefused(await again.applied)
    expect(await next.applied).toEqual({ outcomes: [{ eventRef: 4, repeat: false }] })
    await writer.close()
  })
})

function spawnWriter(file: string, { url, database }: InfluxSettings, first: number): ChildProcess {
  const script = fileURLToPath(new URL('./influx-trail-child.ts', import.meta.url))
  const parts = ['--import', 'tsx', script, file, url, database, String(first), String(size)]
  return spawn(process.execPath, parts, { stdio: ['ignore', 'pipe', 'inherit'] })
}

/** The last batch that a child has told to be durable before it was killed. */
async function lastTold(child: ChildProcess, killAt = Number.POSITIVE_INFINITY): Promise<number> {
  let told = -1
  if (child.stdout === null) return told
  for await (const line of createInterface({ input: child.stdout })) {
    told = Number(line)
    if (told >= killAt) child.kill('SIGKILL')
  }
  return told
}
