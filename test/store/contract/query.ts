/** Part of the trail contract: finding events by conditions, page by page. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EventQuery, NewEvent, TrailReader } from '#store/trail.ts'
import type { Role } from '#trace/source.ts'
import { baseUs, event, events, member, serial } from './data.ts'
import { type OpenStore, store, storeForEach } from './store.ts'

const types = ['ObjectEvent', 'AggregationEvent', 'TransformationEvent'] as const
const steps = ['shipping', 'receiving', 'packing', undefined] as const
const dispositions = ['in_transit', 'active', undefined] as const
const places = ['urn:place:1', 'urn:place:2', undefined] as const
const parties = ['green-farm', 'blue-dairy'] as const
const roles: readonly Role[] = ['object', 'parent', 'child']
const known = 400

/** An event whose fields take all combinations, its event times in no order of recording. */
function mixed(n: number): NewEvent {
  return event(n, {
    eventTimeUs: baseUs + ((n * 137) % known) * 1000,
    type: types[n % 3] ?? 'ObjectEvent',
    bizStep: steps[(n >> 1) % 4],
    disposition: dispositions[(n >> 2) % 3],
    readPoint: places[(n >> 3) % 3],
    bizLocation: places[(n >> 4) % 3],
    party: parties[n % 2] ?? '',
    members: [0, 1, 2].map((at) => member(serial((n * (at + 3)) % 7), roles[(n + at) % 3])),
  })
}

/** What a query has to find, by the plain meaning of its words. */
function meets(one: NewEvent, query: EventQuery): boolean {
  const within = (timeUs: number, ge = 0, lt = Number.POSITIVE_INFINITY) =>
    timeUs >= ge && timeUs < lt
  const isOne = <T>(value: T, of: readonly T[] | undefined) => of?.includes(value) ?? true
  return (
    isOne(one.type, query.eventTypes) &&
    within(one.eventTimeUs, query.geEventTimeUs, query.ltEventTimeUs) &&
    within(one.recordTimeUs, query.geRecordTimeUs, query.ltRecordTimeUs) &&
    isOne<string | undefined>(one.bizStep, query.bizSteps) &&
    isOne<string | undefined>(one.disposition, query.dispositions) &&
    isOne<string | undefined>(one.readPoint, query.readPoints) &&
    isOne<string | undefined>(one.bizLocation, query.bizLocations) &&
    isOne(one.party, query.parties) &&
    (query.match ?? []).every(({ keys, roles: wanted }) =>
      one.members.some(({ key, role }) => keys.includes(key) && wanted.includes(role)),
    )
  )
}

async function pages(reader: TrailReader, query: EventQuery, limit: number): Promise<string[]> {
  const found: string[] = []
  let after: number | undefined
  do {
    const page = await reader.query(query, { limit, ...(after === undefined ? {} : { after }) })
    expect(page.events.length).toBeLessThanOrEqual(limit)
    found.push(...page.events.map(({ body }) => body))
    after = page.after
    if (after !== undefined) expect(after).toBe(page.events.at(-1)?.eventRef)
  } while (after !== undefined)
  return found
}

const timeUs = (n: number) => baseUs + n * 1000
const all: readonly Role[] = [...roles, 'input']
const single: Record<string, EventQuery> = {
  'no condition': {},
  eventTypes: { eventTypes: ['AggregationEvent', 'TransactionEvent'] },
  geEventTimeUs: { geEventTimeUs: timeUs(300) },
  ltEventTimeUs: { ltEventTimeUs: timeUs(20) },
  'a window of event times': { geEventTimeUs: timeUs(100), ltEventTimeUs: timeUs(140) },
  'an empty window': { geEventTimeUs: timeUs(140), ltEventTimeUs: timeUs(100) },
  geRecordTimeUs: { geRecordTimeUs: timeUs(390) },
  ltRecordTimeUs: { ltRecordTimeUs: timeUs(5) },
  'a record time between two': { geRecordTimeUs: timeUs(9) + 1, ltRecordTimeUs: timeUs(12) + 1 },
  bizSteps: { bizSteps: ['receiving', 'packing'] },
  dispositions: { dispositions: ['active'] },
  readPoints: { readPoints: ['urn:place:2'] },
  bizLocations: { bizLocations: ['urn:place:1', 'urn:place:9'] },
  parties: { parties: ['blue-dairy'] },
  'a key in a role': { match: [{ keys: [serial(3)], roles: ['child'] }] },
  'one of some keys': { match: [{ keys: [serial(3), serial(1), 'urn:no'], roles: all }] },
  'two keys at once': {
    match: [
      { keys: [serial(3), serial(4)], roles: ['child', 'object'] },
      { keys: [serial(1)], roles: ['parent'] },
    ],
  },
  'a key never seen': { match: [{ keys: ['urn:no'], roles: all }] },
  'a step never seen': { bizSteps: ['destroying'] },
  'no party at all': { parties: [] },
  'no type at all': { eventTypes: [] },
}

export function queryContract(open: OpenStore): void {
  describe('a query', () => {
    const recorded = Array.from({ length: known }, (_, n) => mixed(n))
    let held: Awaited<ReturnType<OpenStore>>
    beforeAll(async () => {
      held = await open()
      for (let n = 0; n < known; n += 90) await store(held.writer, ...recorded.slice(n, n + 90))
    })
    afterAll(() => held.end())

    const expected = (query: EventQuery) =>
      recorded
        .filter((one) => meets(one, query))
        .map(({ body }) => body)
        .reverse()

    it.each(Object.entries(single))('finds newest recorded first by %s', async (_, query) => {
      const found = expected(query)
      expect(await pages(held.reader, query, known)).toEqual(found)
      expect(await pages(held.reader, query, 7)).toEqual(found)
      if (found.length > 0) expect(await pages(held.reader, query, found.length)).toEqual(found)
    })

    it('finds what all conditions together ask for, by pages of any size', async () => {
      const some = <T>(values: readonly T[]) =>
        fc.option(fc.subarray([...values]), { nil: undefined })
      const texts = (values: readonly (string | undefined)[]) =>
        some([...values.filter((value) => value !== undefined), 'other'])
      const time = fc.option(fc.integer({ min: -5, max: known + 5 }).map(timeUs), {
        nil: undefined,
      })
      const clause = fc.record({
        keys: fc.subarray([0, 1, 2, 3, 4, 5, 6, 7].map(serial)),
        roles: fc.subarray([...all]),
      })
      const asked = fc.record({
        eventTypes: some(types),
        geEventTimeUs: time,
        ltEventTimeUs: time,
        geRecordTimeUs: time,
        ltRecordTimeUs: time,
        bizSteps: texts(steps),
        dispositions: texts(dispositions),
        readPoints: texts(places),
        bizLocations: texts(places),
        parties: texts(parties),
        match: fc.option(fc.array(clause, { maxLength: 3 }), { nil: undefined }),
      })
      const property = fc.asyncProperty(
        asked,
        fc.integer({ min: 1, max: 50 }),
        async (said, limit) => {
          const given = Object.entries(said).filter(([, value]) => value !== undefined)
          const query: EventQuery = Object.fromEntries(given)
          expect(await pages(held.reader, query, limit)).toEqual(expected(query))
        },
      )
      await fc.assert(property, { numRuns: 150 })
    })
  })

  describe('paging', () => {
    const fresh = storeForEach(open)

    it('neither skips nor repeats an event while others are stored', async () => {
      const shared = { members: [member(serial(0))] }
      await store(fresh.writer, ...events(1, 100, shared))
      for (const query of [
        {},
        { match: [{ keys: [serial(0)], roles: all }] },
        { geEventTimeUs: 1 },
      ]) {
        const before = await pages(fresh.reader, query, 1000)
        const seen: string[] = []
        let after: number | undefined
        do {
          const page = await fresh.reader.query(query, { limit: 9, ...(after ? { after } : {}) })
          seen.push(...page.events.map(({ body }) => body))
          after = page.after
          const n = 1000 + (await fresh.reader.counts()).events
          await store(fresh.writer, event(n, { ...shared, eventTimeUs: baseUs }))
        } while (after !== undefined)
        expect(seen).toEqual(before)
      }
    })
  })
}
