import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { spool } from '#ingest/settle.ts'
import { captureIDOf } from '#store/intake.ts'
import type { JournalRecord } from '#store/journal/record.ts'
import type { TrailBatch, TrailWriter } from '#store/trail.ts'
import { document, newEvent, nowUs, openStores, type Stores } from './stores.ts'

let stores: Stores
beforeEach(() => {
  stores = openStores()
})
afterEach(() => stores.close())

const rollback = { kind: 'http', device: 'k7', topic: 'http/capture/rollback' } as const
const proceed = { kind: 'http', device: 'k7', topic: 'http/capture/proceed' } as const
const single = { kind: 'http', device: 'k7', topic: 'http/events' } as const

async function storedTimes(eventID: unknown): Promise<(string | undefined)[]> {
  const refs = await stores.writer.byEventID(String(eventID))
  const events = await stores.writer.events(refs)
  return events.map(({ body }) => JSON.parse(body).eventTime)
}

const told = (notices: readonly { code: string; path: string; index: number }[]) =>
  notices.map(({ code, path, index }) => [code, path, index])

describe('settling messages', () => {
  it('stores events and readings, and moves both cursors behind the last message', async () => {
    const telemetry = { topic: 'suyuan/v1/farm/barn/gate-1/telemetry' }
    const news = await stores.settle(
      stores.message(newEvent()),
      stores.message([newEvent(), newEvent()]),
      stores.message(document(newEvent())),
      stores.message({ readings: [{ type: 'Temperature', value: 4, uom: 'CEL' }] }, telemetry),
      stores.message([{ n: 'inside', u: 'Cel', v: 5 }], telemetry),
    )
    expect(news).toMatchObject({ messages: 5, stored: 4, repeats: 0, readings: 2, rejected: 0 })
    expect(news.cursor).toBe(500)
    expect(await stores.cursors()).toEqual([500, 500])
    expect(await stores.writer.counts()).toMatchObject({ events: 4, readings: 2 })
  })

  it('keeps a refused message whole, tells of it once, and stores what is beside it', async () => {
    const wrong = stores.message('{"type":')
    const { eventTime: _none, ...timeless } = newEvent()
    const half = stores.message([newEvent(), timeless])
    const news = await stores.settle(wrong, half, stores.message(newEvent()))
    expect(news).toMatchObject({ stored: 2, rejected: 2 })
    expect(told(news.notices)).toEqual([
      ['json_malformed', '', -1],
      ['field_missing', '/eventTime', 1],
    ])
    expect(stores.intake.rejection(wrong.position, -1)).toMatchObject({
      party: 'farm',
      device: 'gate-1',
      topic: 'suyuan/v1/farm/barn/gate-1/epcis',
      recordTimeUs: wrong.recordTimeUs,
      payload: Uint8Array.from(wrong.payload),
    })
  })

  it('finds the channel of a vendor topic and the sensor key of a device in the registry', async () => {
    stores.device('probe', {
      epc: 'https://id.gs1.org/8004/4000001111',
      topics: [{ topic: 'shelly/+/events', channel: 'telemetry' }],
    })
    const reading = { readings: [{ type: 'Temperature', value: 4 }] }
    const vendor = { device: 'probe', topic: 'shelly/ht-1/events' }
    const news = await stores.settle(
      stores.message(reading, vendor),
      stores.message(reading, { ...vendor, topic: 'shelly/ht-1/status' }),
    )
    expect(told(news.notices)).toEqual([['topic_unmapped', '', -1]])
    const points = []
    const devices = ['https://id.gs1.org/8004/4000001111']
    for await (const chunk of stores.writer.telemetry({ devices })) points.push(...chunk)
    expect(points).toHaveLength(1)
  })

  it('refuses raw reads by name and counts status messages without keeping them', async () => {
    const of = (channel: string) => ({ topic: `suyuan/v1/farm/barn/gate-1/${channel}` })
    const news = await stores.settle(
      stores.message({ epc: '30' }, of('reads')),
      stores.message('anything', of('status')),
    )
    expect(told(news.notices)).toEqual([['reads_not_supported', '', -1]])
    expect(news.statuses).toBe(1)
  })
})

describe('an event that comes again', () => {
  it('is a repeat with the same content, however it is written, and is stored once', async () => {
    const event = newEvent()
    const entries = Object.entries(event)
    const spelled = Object.fromEntries([...entries].reverse())
    const zoned = { ...event, eventTime: '2026-03-04T08:00:00.000+08:00' }
    const first = await stores.settle(stores.message(event), stores.message(event))
    const second = await stores.settle(stores.message(spelled), stores.message([zoned]))
    expect(first).toMatchObject({ stored: 1, repeats: 1, rejected: 0 })
    expect(second).toMatchObject({ stored: 0, repeats: 2, rejected: 0 })
    expect(await storedTimes(event['eventID'])).toHaveLength(1)
  })

  it('is refused with other content, also within one batch and one message; the first stands', async () => {
    const event = newEvent()
    const other = { ...event, eventTime: '2026-03-04T01:00:00Z' }
    const news = await stores.settle(stores.message([event, other]), stores.message(other))
    expect(news).toMatchObject({ stored: 1, repeats: 0 })
    expect(told(news.notices)).toEqual([
      ['event_id_conflict', '/eventID', 1],
      ['event_id_conflict', '/eventID', 0],
    ])
    const later = await stores.settle(stores.message(other))
    expect(told(later.notices)).toEqual([['event_id_conflict', '/eventID', 0]])
    expect(await storedTimes(event['eventID'])).toEqual([event['eventTime']])
  })

  it('leaves no readings behind when it is refused', async () => {
    const sensed = (value: number) => ({
      ...event,
      sensorElementList: [
        {
          sensorMetadata: { deviceID: 'urn:epc:id:giai:4000001.111' },
          sensorReport: [{ type: 'Temperature', value, uom: 'CEL' }],
        },
      ],
    })
    const event = newEvent()
    const news = await stores.settle(stores.message(sensed(4)), stores.message(sensed(99)))
    expect(news).toMatchObject({ stored: 1, readings: 1, rejected: 1 })
    const points = []
    const devices = ['https://id.gs1.org/8004/4000001111']
    for await (const chunk of stores.writer.telemetry({ devices })) points.push(...chunk)
    expect(points.map(({ value }) => value)).toEqual([4])
  })

  it('is another event beside the one that takes it back, and beside that of another party', async () => {
    const event = newEvent()
    const errorDeclaration = { declarationTime: '2026-03-04T02:00:00Z', reason: 'did_not_occur' }
    const declared = { ...event, errorDeclaration }
    const changed = { ...errorDeclaration, reason: 'incorrect_data' }
    stores.registry.parties.put({ slug: 'mill', name: 'Mill', domain: 'food' })
    const news = await stores.settle(
      stores.message(event),
      stores.message(declared),
      stores.message(declared),
      stores.message({ ...event, errorDeclaration: changed }),
      stores.message({ ...event, eventTime: '2026-03-04T03:00:00Z' }, { party: 'mill' }),
    )
    expect(news).toMatchObject({ stored: 3, repeats: 1 })
    expect(told(news.notices)).toEqual([['event_id_conflict', '/eventID', 0]])
  })
})

describe('a capture over HTTP', () => {
  const { eventTime: _none, ...timeless } = newEvent()

  it('stores nothing of a rollback document when one event is wrong, and tells which', async () => {
    const [good, wrong] = [newEvent(), timeless]
    const message = stores.message(document(good, wrong), rollback)
    const news = await stores.settle(message)
    expect(news).toMatchObject({ stored: 0, rejected: 1 })
    expect(await storedTimes(good['eventID'])).toEqual([])
    const errors = [
      expect.objectContaining({ index: 1, code: 'field_missing', path: '/eventTime' }),
    ]
    expect(news.captures).toEqual([
      { position: message.position, success: false, stored: 0, repeats: 0, eventIDs: [], errors },
    ])
    expect(stores.intake.job(message.position)).toEqual({
      captureID: captureIDOf(message.position),
      position: message.position,
      party: 'farm',
      createdAtUs: nowUs,
      finishedAtUs: nowUs,
      success: false,
      errorBehaviour: 'rollback',
      stored: 0,
      repeats: 0,
      errors,
      errorCount: 1,
    })
  })

  it('stores nothing of a rollback document that conflicts with the store, its batch or itself', async () => {
    const [event, other] = [newEvent(), newEvent()]
    const later = (of: object) => ({ ...of, eventTime: '2026-03-04T01:00:00Z' })
    await stores.settle(stores.message(event))
    const news = await stores.settle(
      stores.message(document(newEvent(), later(event)), rollback),
      stores.message(other),
      stores.message(document(newEvent(), later(other)), rollback),
      stores.message(
        document(...(([twice]) => [twice, later(twice ?? {})])([newEvent()])),
        rollback,
      ),
      stores.message(document(event, other), rollback),
    )
    expect(news.captures.map(({ success, stored, repeats }) => [success, stored, repeats])).toEqual(
      [
        [false, 0, 0],
        [false, 0, 0],
        [false, 0, 0],
        [true, 0, 2],
      ],
    )
    expect((await stores.writer.counts()).events).toBe(2)
  })

  it('does not count what a rolled back document would have stored as known', async () => {
    const [event, later] = [newEvent(), { eventTime: '2026-03-04T01:00:00Z' }]
    const news = await stores.settle(
      stores.message(document(event, timeless), rollback),
      stores.message(document({ ...event, ...later }), rollback),
    )
    expect(news.captures.map(({ success }) => success)).toEqual([false, true])
    expect(await storedTimes(event['eventID'])).toEqual([later.eventTime])
  })

  it('stores with proceed what holds', async () => {
    const message = stores.message(document(newEvent(), timeless, newEvent()), proceed)
    const news = await stores.settle(message)
    expect(news.captures).toMatchObject([{ success: false, stored: 2 }])
    expect(stores.intake.job(message.position)).toMatchObject({
      success: false,
      errorBehaviour: 'proceed',
      stored: 2,
      errorCount: 1,
    })
  })

  it('takes exactly one event at http/events, tells its eventID, and makes no job', async () => {
    const event = newEvent()
    const messages = [event, [newEvent(), newEvent()], [], document(event), timeless].map((body) =>
      stores.message(body, single),
    )
    const { captures } = await stores.settle(...messages)
    expect(captures.map(({ success, eventIDs }) => [success, eventIDs])).toEqual([
      [true, [event['eventID']]],
      [false, []],
      [false, []],
      [true, [event['eventID']]],
      [false, []],
    ])
    expect(captures.flatMap(({ errors }) => errors.map(({ code }) => code))).toEqual([
      'not_one_event',
      'not_one_event',
      'field_missing',
    ])
    expect(stores.intake.counts().jobs).toBe(0)
  })

  it('tells the first hundred errors of a job and how many there are', async () => {
    const message = stores.message(document(...Array(150).fill(timeless)), proceed)
    await stores.settle(message)
    const job = stores.intake.job(message.position)
    expect([job?.errors.length, job?.errorCount]).toEqual([100, 150])
    expect(stores.intake.counts().rejections).toBe(150)
  })
})

describe('spooling what the store cannot take yet', () => {
  /** The store, as one that decides ahead: what it decides is durable. */
  function spoolAll(...records: readonly JournalRecord[]): Promise<number | undefined> {
    const { writer, intake, registry, memory } = stores
    const ahead = new Proxy<TrailWriter>(writer, {
      get(of, name) {
        if (name === 'spool') return (batch: TrailBatch) => of.apply(batch)
        const value: unknown = Reflect.get(of, name, of)
        return typeof value === 'function' ? value.bind(of) : value
      },
    })
    return spool(records, { writer: ahead, intake, registry, memory })
  }

  it('leaves it to be settled with the outcome that it would have had', async () => {
    const event = newEvent()
    const other = { ...event, eventTime: '2026-03-04T01:00:00Z' }
    const records = [
      stores.message(event),
      stores.message([event, newEvent()]),
      stores.message(other),
      stores.message(document(newEvent()), rollback),
      stores.message('nothing'),
    ]
    expect(await spoolAll(...records)).toBe(500)
    expect(await stores.cursors()).toEqual([500, 0])
    const later = stores.message(newEvent())
    // What is new is not settled in one batch with what was decided before.
    const news = await stores.settle(...records, later)
    expect(news).toMatchObject({ cursor: 500, stored: 3, repeats: 1, rejected: 2 })
    expect(await stores.settle(later)).toMatchObject({ cursor: 600, stored: 1 })
    expect((await stores.writer.counts()).events).toBe(4)
    expect(await stores.cursors()).toEqual([600, 600])
  })

  it('keeps what was refused, though its device has been registered before it is settled', async () => {
    const topic = 'vendor/gate-9'
    const message = stores.message(newEvent(), { device: 'gate-9', topic })
    await spoolAll(message)
    const refused = () => stores.intake.rejection(message.position, -1)?.code
    expect(refused()).toBe('topic_unmapped')
    expect(stores.intake.cursor()).toBe(0)
    stores.device('gate-9', { topics: [{ topic, channel: 'epcis' }] })
    expect(await stores.settle(message)).toMatchObject({ cursor: 100, stored: 1 })
    expect(refused()).toBe('topic_unmapped')
  })
})

describe('settling again after a crash between the store and the intake', () => {
  it('gives the same outcome, moves no cursor back, and stores nothing twice', async () => {
    const event = newEvent()
    const other = { ...event, eventTime: '2026-03-04T01:00:00Z' }
    const records = [
      stores.message(event),
      stores.message([event, newEvent()]),
      stores.message(other),
      stores.message(document(newEvent()), rollback),
      stores.message(document(newEvent(), other), rollback),
      stores.message('nothing'),
    ]
    const first = await stores.settle(...records)
    const before = await stores.writer.counts()
    await stores.settle(stores.message(newEvent()))
    const again = await stores.settle(...records)
    expect(again).toEqual(first)
    expect(first).toMatchObject({ stored: 3, repeats: 1, rejected: 3 })
    expect((await stores.writer.counts()).events).toBe(before.events + 1)
    expect(await stores.cursors()).toEqual([700, 700])
  })

  it('goes on where it stopped when messages make more than one commit may hold', async () => {
    const many = () => stores.message([...Array(12_000)].map(() => 0))
    const records = [many(), many(), many()]
    const first = await stores.settle(...records)
    expect(first).toMatchObject({ cursor: 200, messages: 2, rejected: 24_000 })
    expect(first.notices).toHaveLength(500)
    const second = await stores.settle(...records.slice(2))
    expect(second).toMatchObject({ cursor: 300, rejected: 12_000 })
  })
})
