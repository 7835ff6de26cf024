/** Part of the trail contract: an event is there once, and a batch whole or not at all. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EventIdentity, NewEvent } from '#store/trail.ts'
import { baseUs, event, events, member, reading, serial } from './data.ts'
import { type OpenStore, refsOf, store, storeForEach, trailOf } from './store.ts'

const declared = { declaredAtUs: baseUs + 7 }

export function identityContract(open: OpenStore): void {
  const held = storeForEach(open)

  describe('an event', () => {
    it('that comes again is told as a repeat and changes nothing', async () => {
      const [first] = await store(held.writer, event(1))
      const before = { ...(await held.reader.counts()), bytes: 0 }
      const again = event(1, { body: '{"other":true}', members: [member(serial(9))] })
      const batch = { events: [again], readings: [], follower: 'test', to: 5 }
      expect(await held.writer.apply(batch)).toEqual({
        outcomes: [{ eventRef: first, repeat: true }],
      })
      expect({ ...(await held.reader.counts()), bytes: 0 }).toEqual(before)
      const [kept] = await held.reader.events([first ?? 0])
      expect(kept?.body).toBe(event(1).body)
      expect(await held.reader.find([serial(9)])).toEqual([undefined])
      expect(await held.reader.cursor('test')).toBe(5)
    })

    it('that comes twice in one batch, among others, is stored once', async () => {
      const batch = { readings: [], follower: 'test', to: 1 }
      const one = await held.writer.apply({ ...batch, events: [event(1), event(2), event(1)] })
      const [first, second] = refsOf(one)
      expect(one.outcomes.map(({ repeat }) => repeat)).toEqual([false, false, true])
      expect(one.outcomes[2]?.eventRef).toBe(first)
      const two = await held.writer.apply({ ...batch, events: [event(3), event(2), event(4)] })
      expect(two.outcomes.map(({ repeat }) => repeat)).toEqual([false, true, false])
      expect(two.outcomes[1]?.eventRef).toBe(second)
      expect((await held.reader.counts()).events).toBe(4)
    })

    it('and its error declaration share an eventID and are both stored', async () => {
      const refs = await store(held.writer, event(1), event(1, declared), event(1, declared))
      expect(refs[0]).not.toBe(refs[1])
      expect(refs[2]).toBe(refs[1])
    })

    it('of two parties with one eventID is stored for each', async () => {
      const others = { party: 'blue-dairy' }
      const refs = await store(held.writer, event(1), event(1, others), event(1, others))
      expect(new Set(refs).size).toBe(2)
      expect(await held.reader.byEventID(event(1).eventID)).toEqual(refs.slice(0, 2))
    })

    it('makes its keys found under the beginning that they share, in order, page by page', async () => {
      const named = [3, 1, 12, 2].map((n) => event(n, { members: [member(serial(n))] }))
      await store(held.writer, ...named, event(9, { members: [member('urn:other:S1')] }))
      const beginning = serial(1).slice(0, -2)
      const first = await held.reader.keysUnder(beginning, '', 3)
      expect(first).toEqual([serial(1), serial(12), serial(2)])
      expect(await held.reader.keysUnder(beginning, 'S2', 3)).toEqual([serial(3)])
      expect(await held.reader.keysUnder('https://id.gs1.org/01/', '', 3)).toEqual([])
    })

    it('is found behind another one by who follows the store', async () => {
      expect(await held.reader.eventsAfter(0, 10)).toEqual([])
      const refs = await store(held.writer, ...events(1, 30), event(3), ...events(31, 40))
      const numbers = [...new Set(refs)]
      const found: number[] = []
      for (;;) {
        const some = await held.reader.eventsAfter(found.at(-1) ?? 0, 7)
        expect(some.length).toBeLessThanOrEqual(7)
        if (some.length === 0) break
        found.push(...some)
      }
      expect(found).toEqual(numbers)
      expect(await held.writer.eventsAfter(numbers[38] ?? 0, 100)).toEqual(numbers.slice(39))
      const [later] = await store(held.writer, event(41))
      expect(await held.reader.eventsAfter(found.at(-1) ?? 0, 100)).toEqual([later])
    })

    it('is numbered in the order of recording', async () => {
      const refs = await store(held.writer, ...events(1, 40))
      expect(refs).toEqual([...refs].sort((a, b) => a - b))
      expect(new Set(refs).size).toBe(40)
    })
  })

  it('eventIDs of any form come back as they are and are told apart', async () => {
    const hex = '0123456789abcdef'.repeat(4)
    const ids = [
      `ni:///sha-256;${hex}?ver=CBV2.0`,
      `ni:///sha-256;${hex.toUpperCase()}?ver=CBV2.0`,
      `ni:///sha-256;${hex}?ver=CBV2.1`,
      'urn:uuid:9ab4c2d1-0000-4000-8000-0123456789ab',
      'urn:uuid:9AB4C2D1-0000-4000-8000-0123456789AB',
      'urn:uuid:9ab4c2d10000400080000123456789ab',
      'https://example.org/events/一号/🥛',
      `https://example.org/${'x'.repeat(3000)}`,
    ]
    const refs = await store(held.writer, ...ids.map((eventID, at) => event(at, { eventID })))
    expect(new Set(refs).size).toBe(ids.length)
    const summaries = await held.reader.summaries(refs)
    expect(summaries.map(({ eventID }) => eventID)).toEqual(ids)
    for (const [at, eventID] of ids.entries()) {
      expect(await held.reader.byEventID(eventID)).toEqual([refs[at]])
    }
  })

  it('events are found by identity, in the order asked for', async () => {
    const all = [event(1), event(1, declared), event(2, { party: 'blue-dairy' })]
    const [one, declaration, two] = await store(held.writer, ...all)
    const identity = ({ eventID, party }: NewEvent, declaresError = false): EventIdentity => ({
      eventID,
      party,
      declaresError,
    })
    const found = await held.reader.byIdentity([
      identity(event(2, { party: 'blue-dairy' })),
      identity(event(2)),
      identity(event(1), true),
      identity(event(3)),
      identity(event(1)),
      identity(event(1)),
    ])
    expect(found).toEqual([two, undefined, declaration, undefined, one, one])
    expect(await held.reader.byEventID(event(3).eventID)).toEqual([])
  })

  it('whatever comes how often and in which batches, each identity is there once', async () => {
    const arrival = fc.record({
      n: fc.nat(8),
      party: fc.constantFrom('a', 'b'),
      declaredAtUs: fc.constantFrom(undefined, baseUs),
    })
    const property = fc.asyncProperty(fc.array(fc.array(arrival)), async (batches) => {
      const fresh = await open()
      const known = new Map<string, number>()
      for (const batch of batches) {
        const some = batch.map(({ n, ...said }) => event(n, said))
        const refs = await store(fresh.writer, ...some)
        for (const [at, ref] of refs.entries()) {
          const key = JSON.stringify(batch[at])
          expect(ref).toBe(known.get(key) ?? ref)
          known.set(key, ref)
        }
      }
      expect(new Set(known.values()).size).toBe(known.size)
      expect((await fresh.reader.counts()).events).toBe(known.size)
      await fresh.end()
    })
    await fc.assert(property, { numRuns: 20 })
  })

  describe('a batch', () => {
    it('is seen by the writer and by another reader once it is applied', async () => {
      expect(await held.reader.find([serial(1)])).toEqual([undefined])
      const [ref] = await store(held.writer, event(1))
      for (const reader of [held.writer, held.reader]) {
        expect(await reader.byEventID(event(1).eventID)).toEqual([ref])
        expect(await trailOf(reader, serial(1))).toMatchObject([{ eventRef: ref }])
      }
    })

    it('moves the cursor of its follower and no other', async () => {
      expect(await held.reader.cursor('ingest')).toBe(0)
      const to = 2 ** 45
      await held.writer.apply({ events: [event(1)], readings: [], follower: 'ingest', to })
      await held.writer.apply({ events: [], readings: [], follower: 'risk', to: 12 })
      expect(await held.reader.cursor('ingest')).toBe(to)
      expect(await held.reader.cursor('risk')).toBe(12)
      expect(await held.reader.cursor('alerts')).toBe(0)
    })

    it('is counted', async () => {
      const zero = { events: 0, items: 0, trailRows: 0, readings: 0 }
      expect(await held.reader.counts()).toMatchObject(zero)
      const members = [member(serial(1)), member(serial(2)), member(serial(1), 'parent')]
      await held.writer.apply({
        events: [event(1, { members }), event(2)],
        readings: [reading(), reading({ timeUs: baseUs + 1 }), reading()],
        follower: 'test',
        to: 1,
      })
      const counts = await held.reader.counts()
      expect(counts).toMatchObject({ events: 2, items: 2, trailRows: 4, readings: 2 })
      expect(counts.bytes).toBeGreaterThan(0)
    })

    it('is there after the store was closed, and its events are still known', async () => {
      const refs = await store(held.writer, ...events(1, 50))
      await held.writer.apply({ events: [], readings: [reading()], follower: 'ingest', to: 77 })
      const before = { ...(await held.reader.counts()), bytes: 0 }
      await held.reopen()
      expect({ ...(await held.reader.counts()), bytes: 0 }).toEqual(before)
      expect(await held.reader.cursor('ingest')).toBe(77)
      const [added, ...repeated] = await store(held.writer, event(51), ...events(1, 50))
      expect(repeated).toEqual(refs)
      expect(added).toBeGreaterThan(refs.at(-1) ?? 0)
      const bodies = await held.reader.events([refs[0] ?? 0, added ?? 0])
      expect(bodies.map(({ body }) => body)).toEqual([event(1).body, event(51).body])
    })
  })
}
