/** Part of the trail contract: items, what they took part in, and who took part in an event. */
import { describe, expect, it } from 'vitest'
import type { NewMember } from '#store/trail.ts'
import type { TrailRow } from '#trace/source.ts'
import { baseUs, event, events, member, serial } from './data.ts'
import { collect, itemsOf, type OpenStore, store, storeForEach, trailOf } from './store.ts'

export function trailsContract(open: OpenStore): void {
  const held = storeForEach(open)

  describe('items', () => {
    it('are found in the order asked for, each under one number, with their kind', async () => {
      const lot: NewMember = { key: 'https://id.gs1.org/01/1/10/L', kind: 'lot', role: 'lot' }
      await store(held.writer, event(1, { members: [member(serial(1)), lot] }), event(2))
      const keys = [serial(2), 'urn:nobody', lot.key, serial(1), lot.key]
      const found = await held.reader.find(keys)
      expect(found.map((item) => item?.key)).toEqual([serial(2), undefined, ...keys.slice(2)])
      expect(found[2]).toEqual(found[4])
      expect(found.map((item) => item?.kind)).toEqual([
        'instance',
        undefined,
        'lot',
        'instance',
        'lot',
      ])
      expect(new Set(found.map((item) => item?.ref)).size).toBe(4)
    })

    it('keep keys of any form, and what is nearly the same apart', async () => {
      const keys = [
        'a',
        'A',
        'a/',
        'a/b',
        'a:b',
        '/',
        ':',
        'a//b',
        'a/:b',
        'urn:epc:id:sgtin:9521321.012345.%2F%2F',
        'https://例え.jp/牛奶/🥛',
        'https://例え.jp/牛奶/\u{1F95B}\uFE0F',
        'e\u0301',
        '\u00e9',
        'trailing ',
        'trailing',
        `long/${'x'.repeat(10_000)}`,
        `long/${'x'.repeat(10_001)}`,
        `${'y'.repeat(10_000)}/long`,
      ]
      const all = keys.map((key, at) => event(at, { members: [member(key)] }))
      const refs = await store(held.writer, ...all)
      for (const reader of [held.writer, held.reader]) {
        const items = await itemsOf(reader, ...keys)
        expect(new Set(items.map(({ ref }) => ref)).size).toBe(keys.length)
        const named = await collect(reader.members(refs, ['object']))
        expect(named.map(({ item }) => item)).toEqual(items)
        const [row] = await trailOf(reader, 'a//b')
        expect(row?.eventRef).toBe(refs[keys.indexOf('a//b')])
      }
    })

    it('of tens of thousands of keys are found in one go', async () => {
      const members = Array.from({ length: 20_000 }, (_, n) => member(serial(n)))
      await store(held.writer, event(1, { members }))
      const keys = members.map(({ key }) => key).reverse()
      const found = await itemsOf(held.reader, ...keys)
      expect(found.map(({ key }) => key)).toEqual(keys)
    })
  })

  describe('a trail', () => {
    it('goes by event time and then by recording, whenever its events came', async () => {
      const at = (n: number, minutes: number) =>
        event(n, { eventTimeUs: baseUs + minutes * 6e7, members: [member(serial(0))] })
      const refs = await store(held.writer, at(1, 5), at(2, 1), at(3, 5))
      refs.push(...(await store(held.writer, at(4, 3), at(5, 5), at(6, 1))))
      const trail = await trailOf(held.reader, serial(0))
      expect(trail.map(({ eventRef }) => eventRef)).toEqual(
        [2, 6, 4, 1, 3, 5].map((n) => refs[n - 1]),
      )
    })

    it('tells how the item took part, once a role', async () => {
      const key = serial(1)
      const { members, ...said } = {
        type: 'TransformationEvent' as const,
        action: undefined,
        bizStep: 'https://example.org/steps/拌',
        members: [
          member(key, 'input'),
          { ...member(key, 'output'), quantity: 1, uom: 'KGM' },
          { ...member(key, 'output'), quantity: 2, uom: 'LTR' },
        ],
      }
      const [first, second] = await store(
        held.writer,
        event(1, { ...said, members }),
        event(2, {
          type: 'AggregationEvent',
          action: 'DELETE',
          bizStep: undefined,
          members: [member(key, 'child')],
        }),
      )
      const trail = await trailOf(held.reader, key)
      const [item] = await itemsOf(held.reader, key)
      const row = {
        item,
        eventRef: first,
        eventTimeUs: event(1).eventTimeUs,
        voidedAtUs: undefined,
      }
      const { type, action, bizStep } = said
      expect(trail).toHaveLength(3)
      expect(trail).toContainEqual({ ...row, type, action, bizStep, role: 'input' })
      expect(trail).toContainEqual({ ...row, type, action, bizStep, role: 'output' })
      expect(trail[2]).toEqual({
        ...row,
        eventRef: second,
        eventTimeUs: event(2).eventTimeUs,
        type: 'AggregationEvent',
        action: 'DELETE',
        bizStep: undefined,
        role: 'child',
      })
    })

    it('within a window has both of its ends', async () => {
      const shared = { members: [member(serial(0))] }
      const refs = await store(held.writer, ...events(1, 9, shared))
      const items = await itemsOf(held.reader, serial(0))
      const within = async (fromUs?: number, toUs?: number) => {
        const rows = await collect(held.reader.trail(items, { fromUs, toUs }))
        return rows.map(({ eventRef }) => eventRef)
      }
      const timeUs = (n: number) => event(n).eventTimeUs
      expect(await within(timeUs(3), timeUs(5))).toEqual(refs.slice(2, 5))
      expect(await within(timeUs(3) + 1, timeUs(5) - 1)).toEqual(refs.slice(3, 4))
      expect(await within(timeUs(8), undefined)).toEqual(refs.slice(7))
      expect(await within(undefined, timeUs(2))).toEqual(refs.slice(0, 2))
      expect(await within(timeUs(5), timeUs(3))).toEqual([])
    })

    it('of many items comes item by item, and each one whole', async () => {
      const members = Array.from({ length: 3000 }, (_, n) => member(serial(n)))
      const refs = await store(held.writer, event(1, { members }), event(2, { members }))
      const items = await itemsOf(held.reader, ...members.map(({ key }) => key))
      const rows = await collect(held.reader.trail([...items].reverse()))
      const byItem = new Map<string, TrailRow[]>()
      let last: string | undefined
      for (const row of rows) {
        const { key } = row.item
        if (key !== last) expect(byItem.has(key)).toBe(false)
        byItem.set(key, [...(byItem.get(key) ?? []), row])
        last = key
      }
      expect(byItem.size).toBe(3000)
      for (const trail of byItem.values()) {
        expect(trail.map(({ eventRef }) => eventRef)).toEqual(refs)
      }
    })

    it('of tens of thousands of rows comes in chunks without gap or overlap', async () => {
      const shared = { members: [member(serial(0)), member(serial(1))] }
      const eventTimeUs = (n: number) => baseUs + (n % 3) * 1e6
      const all = Array.from({ length: 12_000 }, (_, n) =>
        event(n, { ...shared, eventTimeUs: eventTimeUs(n) }),
      )
      const refs = await store(held.writer, ...all)
      const items = await itemsOf(held.reader, serial(0), serial(1))
      const expected = [0, 1, 2].flatMap((third) => refs.filter((_, n) => n % 3 === third))
      const rows = await collect(held.reader.trail(items))
      expect(rows.map(({ eventRef }) => eventRef)).toEqual([...expected, ...expected])
      const late = await collect(held.reader.trail(items, { fromUs: eventTimeUs(2) }))
      const last = expected.slice(8000)
      expect(late.map(({ eventRef }) => eventRef)).toEqual([...last, ...last])
    })

    it('of nothing is empty', async () => {
      expect(await collect(held.reader.trail([]))).toEqual([])
    })
  })

  describe('members', () => {
    it('come in the order asked for, of the roles asked for, with their amounts', async () => {
      const members: NewMember[] = [
        member('urn:parent', 'parent'),
        { ...member('urn:a', 'child'), quantity: 0.1, uom: 'KGM' },
        { ...member('urn:b', 'child'), quantity: 12 },
        { ...member('urn:a', 'child'), quantity: -3, uom: 'LTR' },
        member('urn:sensor', 'device'),
      ]
      const [one, two] = await store(held.writer, event(1, { members }), event(2))
      const refs = [two ?? 0, one ?? 0]
      const found = await collect(held.reader.members(refs, ['object', 'child', 'device']))
      const [item, a, b, sensor] = await itemsOf(
        held.reader,
        serial(2),
        'urn:a',
        'urn:b',
        'urn:sensor',
      )
      const none = { quantity: undefined, uom: undefined }
      expect(found).toEqual([
        { eventRef: two, item, role: 'object', ...none },
        { eventRef: one, item: a, role: 'child', quantity: 0.1, uom: 'KGM' },
        { eventRef: one, item: b, role: 'child', quantity: 12, uom: undefined },
        { eventRef: one, item: a, role: 'child', quantity: -3, uom: 'LTR' },
        { eventRef: one, item: sensor, role: 'device', ...none },
      ])
      expect(await collect(held.reader.members(refs, []))).toEqual([])
      expect(await collect(held.reader.members([], ['object']))).toEqual([])
    })

    it('of an event with 50,000 come in chunks, in their order', async () => {
      const children = Array.from({ length: 50_000 }, (_, n) => member(serial(n * 7), 'child'))
      const members = [...children, member('urn:parent', 'parent')]
      const [, ref = 0, after = 0] = await store(
        held.writer,
        event(1),
        event(2, { members }),
        event(3),
      )
      const sizes: number[] = []
      const keys: string[] = []
      for await (const chunk of held.reader.members([ref], ['child'])) {
        sizes.push(chunk.length)
        keys.push(...chunk.map(({ item }) => item.key))
      }
      expect(keys).toEqual(children.map(({ key }) => key))
      expect(Math.max(...sizes)).toBeLessThan(10_000)
      const others = await collect(held.reader.members([after, ref], ['parent', 'object']))
      expect(others.map(({ item }) => item.key)).toEqual([serial(3), 'urn:parent'])
      const last = serial(49_999 * 7)
      expect(await trailOf(held.reader, last)).toMatchObject([{ eventRef: ref, role: 'child' }])
    })
  })
}
