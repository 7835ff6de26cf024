import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { isSameContent } from '#ingest/conflicts.ts'
import { StoreFault } from '#store/fault.ts'
import { writeInfluxTrail } from '#store/influx/trail.ts'
import { openSqliteTrail } from '#store/sqlite/trail.ts'
import type { NewEvent, Reading, SummedMinute, TrailWriter } from '#store/trail.ts'
import { compareStores } from '#store/transfer/compare.ts'
import { exportLines } from '#store/transfer/export.ts'
import { importLines, type RefusedLine } from '#store/transfer/import.ts'
import { eventLine, minuteLine, readingLine, readLine } from '#store/transfer/lines.ts'
import { checkFinished, migrate } from '#store/transfer/migrate.ts'
import { trailEvents } from '../bench/trail-data.ts'
import { baseUs, event, events, member, reading, serial } from './contract/data.ts'
import { store, storeReadings } from './contract/store.ts'
import { hasInfluxd, type InfluxServer, startInflux } from './influx-server.ts'

const hasServer = hasInfluxd()
let influx: InfluxServer | undefined
let folder = ''
let opened: TrailWriter[] = []
let databases = 0
beforeAll(async () => {
  if (hasServer) influx = await startInflux()
})
afterAll(() => influx?.end())
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'suyuan-transfer-'))
  opened = []
})
afterEach(async () => {
  for (const one of opened) await one.close()
  rmSync(folder, { recursive: true })
})

async function open(kind: string): Promise<TrailWriter> {
  databases += 1
  const file = join(folder, `${databases}.db`)
  const settings = { url: influx?.url ?? '', database: `transfer${databases}`, trailBuckets: 64 }
  const opening =
    kind === 'sqlite'
      ? openSqliteTrail(file, 'write')
      : await writeInfluxTrail(file, settings, () => undefined)
  opened.push(opening)
  return opening
}

const declaredAtUs = baseUs + 3.6e9
/** Everything that an event can have, and the two kinds of declaration. */
const odd: NewEvent[] = [
  event(9001, { declaredAtUs }),
  event(9001),
  event(9002),
  event(9002, { declaredAtUs: declaredAtUs + 1, recordTimeUs: baseUs + 9_100_000 }),
  event(9003, {
    recordTimeUs: baseUs + 9_100_000,
    action: undefined,
    bizStep: undefined,
    disposition: undefined,
    readPoint: 'urn:place:1',
    bizLocation: 'https://例え.jp/牛奶/🥛',
    context: '{"ex": "https://example.org/"}',
    warnings: ['check_digit', 'sensor_time_after_event'],
    body: `{\n "n" : 1.0,\r\n "牛奶":"🥛","long":"${'x'.repeat(90_000)}" }\n`,
    members: [
      { key: serial(1), kind: 'lot', role: 'lot', quantity: 0.1, uom: 'KGM' },
      { key: serial(1), kind: 'lot', role: 'lot', quantity: 3 },
      { ...member('urn:none', 'device'), uom: 'CEL' },
    ],
  }),
]
const eventCount = 2_300
const readingCount = 12_000
const readings: Reading[] = Array.from({ length: readingCount }, (_, n) =>
  reading({
    device: `urn:sensor:${n % 7}`,
    timeUs: baseUs + n,
    value: n / 3,
    ...(n % 5 === 0 ? { type: 'Humidity', component: 'x', uom: '', party: 'b' } : {}),
  }),
)
/** Of series of which nothing else is left, and of one whose readings come behind them. */
const minutes: SummedMinute[] = (
  [
    ['urn:sensor:gone', 2_100],
    ['urn:sensor:0', 30],
  ] as const
).flatMap(([device, length]) => {
  const { value: _, ...series } = reading({ device })
  return Array.from({ length }, (_, at) => {
    const n = length - at
    const timeUs = baseUs - 2 * n * 60e6
    return { ...series, timeUs, total: n / 3, least: -n, most: n * 1.1, n }
  })
})
const notes = [
  { key: 'gate a', text: '1' },
  { key: 'gate', text: '牛' },
]

async function fill(source: TrailWriter): Promise<void> {
  const stream = trailEvents({ seed: 'transfer' })
  const some = Array.from({ length: eventCount }, () => stream.next().value as NewEvent)
  await source.apply({ events: some, readings, minutes, notes, follower: 'ingest', to: 4711 })
  const later = odd.map((one) => ({ ...one, recordTimeUs: 2e15 + one.recordTimeUs - baseUs }))
  await store(source, ...later)
}

const options = { follower: 'ingest', onProgress: () => undefined }

const ways = [
  ['sqlite', 'sqlite'],
  ...(hasServer ? [['sqlite', 'influx'] as const, ['influx', 'sqlite'] as const] : []),
] as const

describe.each(ways)('a migration from %s to %s', (from, to) => {
  it('brings everything over, and both sides are then the same', async () => {
    const [source, target] = [await open(from), await open(to)]
    await fill(source)
    const shares: number[] = []
    const told = { ...options, onProgress: (share: number) => shares.push(share) }
    const done = await migrate(source, target, told)
    expect(done).toEqual({
      ...{ events: eventCount + odd.length, readings: readingCount, refused: [] },
      minutes: minutes.length,
    })
    expect(shares.at(-1)).toBe(1)
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    expect((await compareStores(source, target, options)).differences).toEqual([])
    expect(await target.cursor('ingest')).toBe(4711)
    expect(await target.notes('')).toEqual(await source.notes(''))
    const first = await source.eventsAfter(2000, 1000)
    const [one, other] = [await source.events(first), await target.events(first)]
    expect(other).toEqual(one)
    await checkFinished(target)
  }, 120_000)

  it('goes on where it was cut short, whenever that is, and no server takes it until then', async () => {
    const [source, target] = [await open(from), await open(to)]
    await fill(source)
    let attempts = 0
    // Each attempt comes one commit further than the one before.
    for (; ; attempts += 1) {
      const cut = cutShort(target, attempts)
      if (await isWhole(migrate(source, cut, options))) break
      if (attempts > 0) await expect(checkFinished(target)).rejects.toThrow(/not finished/)
    }
    expect(attempts).toBeGreaterThan(3)
    expect((await compareStores(source, target, options)).differences).toEqual([])
    const again = await migrate(source, target, options)
    expect(again.events).toBe(0)
    await store(source, event(77, { recordTimeUs: 3e15 }))
    expect((await migrate(source, target, options)).events).toBe(1)
    expect((await compareStores(source, target, options)).differences).toEqual([])
  }, 120_000)
})

/** A writer that takes some batches and then no more. */
function cutShort(target: TrailWriter, batches: number): TrailWriter {
  let left = batches
  return new Proxy(target, {
    get(_, name) {
      if (name === 'apply' && left === 0) return () => Promise.reject(new Error('cut'))
      if (name === 'apply') left -= 1
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

async function isWhole(work: Promise<unknown>): Promise<boolean> {
  try {
    await work
    return true
  } catch (error) {
    if (error instanceof Error && error.message === 'cut') return false
    throw error
  }
}

describe('a migration', () => {
  it('waits for a target that is away for a while', async () => {
    const [source, target] = [await open('sqlite'), await open('sqlite')]
    await store(source, ...events(1, 5))
    const faults = [new StoreFault('away'), new StoreFault('busy', { retryAfterMs: 400 })]
    const away = new Proxy(target, {
      get(_, name) {
        const fault = name === 'apply' ? faults.pop() : undefined
        if (fault !== undefined) return () => Promise.reject(fault)
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const startedMs = performance.now()
    expect((await migrate(source, away, options)).events).toBe(5)
    expect(performance.now() - startedMs).toBeGreaterThan(400 + 500 - 10)
    expect(faults).toEqual([])
  })

  it('refuses a target that holds what no migration brought, or that has been at work', async () => {
    const [source, target, used] = [
      await open('sqlite'),
      await open('sqlite'),
      await open('sqlite'),
    ]
    await fill(source)
    await store(used, event(1))
    await expect(migrate(source, used, options)).rejects.toThrow(/holds 1 events/)
    await migrate(source, target, options)
    await target.apply({ events: [], readings: [], follower: 'ingest', to: 9999 })
    await expect(migrate(source, target, options)).rejects.toThrow(/ahead of the source/)
  })
})

describe('a comparison', () => {
  it('names every event, sensor, note and cursor that differs', async () => {
    const [source, target] = [await open('sqlite'), await open('sqlite')]
    const same = events(1, 10)
    await store(source, ...same, event(11), event(12))
    await store(target, ...same.slice(0, 9), event(10, { body: '{"other":1}' }), event(12))
    await storeReadings(source, reading(), reading({ device: 'urn:b' }))
    await storeReadings(target, reading({ value: 5 }), reading({ device: 'urn:c' }))
    const some = minutes.slice(0, 3)
    await source.apply({ events: [], readings: [], minutes: some, follower: 'a', to: 1 })
    const [, ...others] = some
    await target.apply({ events: [], readings: [], minutes: others, follower: 'a', to: 1 })
    await source.apply({ events: [], readings: [], notes, follower: 'ingest', to: 5 })
    const { differences } = await compareStores(source, target, options)
    expect(differences).toEqual([
      'events: 12 in the source, 11 in the target',
      'items: 12 in the source, 11 in the target',
      'trailRows: 12 in the source, 11 in the target',
      `event ${event(10).eventID} of green-farm: differs`,
      `event ${event(11).eventID} of green-farm: missing`,
      `the trail of ${serial(11)}: 1 rows in the source, 0 in the target`,
      'sensor urn:b: 1 readings in the source, 0 in the target',
      'sensor urn:c: 0 readings in the source, 1 in the target',
      'sensor urn:sensor:gone: 3 minutes in the source, 2 in the target',
      `sensor ${reading().device}: values differ`,
      'the notes of ingest differ',
      'ingest stands at 5 in the source, at 0 in the target',
    ])
  })

  it('finds events in another order', async () => {
    const [source, target] = [await open('sqlite'), await open('sqlite')]
    const said = { recordTimeUs: baseUs }
    await store(source, event(1, said), event(2, said))
    await store(target, event(2, said), event(1, said))
    const { differences } = await compareStores(source, target, options)
    expect(differences).toEqual([`event ${event(2).eventID}: stands in another order`])
  })
})

async function exported(source: TrailWriter): Promise<string> {
  const parts: string[] = []
  const write = async (lines: string) => void parts.push(lines)
  await exportLines(source, write, () => undefined)
  return parts.join('')
}

async function imported(text: string | Uint8Array, target: TrailWriter, chunk = 1000) {
  const bytes = Buffer.from(text)
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk)
  }
  const refused: RefusedLine[] = []
  const done = await importLines(chunks(), target, {
    isSame: isSameContent,
    onRefused: (line) => refused.push(line),
    onProgress: () => undefined,
  })
  return { done, refused }
}

describe.each(hasServer ? ['sqlite', 'influx'] : ['sqlite'])('an export into %s', (kind) => {
  it('makes the same store of an empty one, and changes nothing a second time', async () => {
    const [source, target] = [await open('sqlite'), await open(kind)]
    await fill(source)
    const all = eventCount + odd.length
    const text = await exported(source)
    expect(text.split('\n')).toHaveLength(all + readingCount + minutes.length + 1)
    const first = await imported(text, target)
    expect(first).toEqual({
      done: {
        ...{ events: all, repeats: 0, readings: readingCount, refused: 0 },
        minutes: minutes.length,
      },
      refused: [],
    })
    const counts = { ...(await target.counts()), bytes: 0 }
    const second = await imported(text, target, 33_333)
    expect(second.done).toMatchObject({ events: 0, repeats: all, refused: 0 })
    expect({ ...(await target.counts()), bytes: 0 }).toEqual(counts)
    expect(await exported(target)).toBe(text)
  }, 120_000)
})

describe('an import', () => {
  it('names each line that is not taken, with a code, and takes the others', async () => {
    const target = await open('sqlite')
    await store(target, event(5, { body: '{"other":1}' }))
    const line = (said: Record<string, unknown>) =>
      JSON.stringify({ event: { ...JSON.parse(eventLine(event(1))).event, ...said } })
    const [gone] = minutes
    if (gone === undefined) throw new Error('there are minutes')
    const lines = [
      eventLine(event(1)),
      '{"event":',
      '',
      '{"events":[]}',
      line({ type: 'NoEvent' }),
      line({ eventTimeUs: -1 }),
      line({ party: 'a\u0000' }),
      line({ bizStep: '\ud800' }),
      line({ body: '[]' }),
      line({ surplus: 1 }),
      eventLine(event(5)),
      readingLine(reading()),
      '{"reading":{"device":"urn:a"}}',
      minuteLine({ ...gone, timeUs: 61 }),
      minuteLine(gone),
      eventLine(event(2)),
    ]
    const text = Buffer.concat([Buffer.from(`${lines.join('\r\n')}\n`), Buffer.from([0xff, 10])])
    const { done, refused } = await imported(text, target, 7)
    expect(done).toEqual({ events: 2, repeats: 0, readings: 1, minutes: 1, refused: 12 })
    expect(refused.map(({ number, code }) => `${number} ${code}`)).toEqual([
      '2 not_json',
      '4 bad_line',
      '5 bad_line',
      '6 bad_line',
      '7 bad_line',
      '8 bad_line',
      '9 body_not_json',
      '10 bad_line',
      '13 bad_line',
      '14 bad_line',
      '17 not_utf8',
      '11 event_id_conflict',
    ])
    expect(refused.find(({ number }) => number === 5)?.message).toMatch(/^event\.type: /)
  })

  it('reads back what a line was made of', () => {
    for (const one of odd) expect(readLine(eventLine(one))).toEqual({ event: one })
    for (const one of readings.slice(0, 9)) {
      expect(readLine(readingLine(one))).toEqual({ reading: one })
    }
    for (const one of minutes.slice(0, 9)) {
      expect(readLine(minuteLine(one))).toEqual({ minute: one })
    }
  })
})
