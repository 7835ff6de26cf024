/** Part of the trail contract: what is told of an event, and whether it stands. */
import { describe, expect, it } from 'vitest'
import type { NewEvent } from '#store/trail.ts'
import { baseUs, event, events, member, serial } from './data.ts'
import { type OpenStore, store, storeForEach, trailOf } from './store.ts'

const declaredAtUs = baseUs + 3.6e9

export function eventsContract(open: OpenStore): void {
  const held = storeForEach(open)

  it('a summary tells all that was given, in the order asked for', async () => {
    const said: Partial<NewEvent> = {
      party: 'blue-dairy',
      eventTimeUs: 12_345_678,
      type: 'AssociationEvent',
      action: 'ADD',
      bizStep: 'packing',
      disposition: 'https://example.org/ok',
      readPoint: 'https://id.gs1.org/414/9521321000010/254/7',
      bizLocation: 'https://id.gs1.org/414/9521321000010',
    }
    const plain: Partial<NewEvent> = {
      action: undefined,
      bizStep: undefined,
      disposition: undefined,
    }
    const refs = await store(held.writer, event(1, said), event(2, plain), ...events(3, 900))
    const summary = ({ body, context, warnings, members, declaredAtUs, ...rest }: NewEvent) => ({
      ...rest,
      declaresError: false,
      voidedAtUs: undefined,
    })
    const [one = 0, two = 0] = refs
    expect(await held.reader.summaries([two, one, two])).toEqual([
      { ...summary(event(2, plain)), eventRef: two },
      { ...summary(event(1, said)), eventRef: one },
      { ...summary(event(2, plain)), eventRef: two },
    ])
    const all = await held.reader.summaries([...refs].reverse())
    expect(all.map(({ eventRef }) => eventRef)).toEqual([...refs].reverse())
    await expect(held.reader.summaries([1e9])).rejects.toThrow(RangeError)
    await expect(held.reader.events([1e9])).rejects.toThrow(RangeError)
  })

  it('a record time never falls from one event to the next', async () => {
    const refs = await store(held.writer, event(1, { recordTimeUs: baseUs + 9 }))
    refs.push(...(await store(held.writer, event(2, { recordTimeUs: baseUs + 3 }))))
    refs.push(...(await store(held.writer, event(3, { recordTimeUs: baseUs + 10 }))))
    const found = await held.reader.summaries(refs)
    expect(found.map(({ recordTimeUs }) => recordTimeUs - baseUs)).toEqual([9, 9, 10])
  })

  describe('a body', () => {
    it('comes back to the byte, with its context and warnings', async () => {
      const bodies = [
        '{\n  "n" : 1.0,\r\n\t"e": "\\u00e9" }\n',
        '{"牛奶":"🥛","escaped":"\\ud83e\\udd5b","lone":"\\ud83e"}',
        '{}',
        `{"long":"${'牛奶 '.repeat(300_000)}"}`,
        '{"after":"long"}',
        '{"nul":"\\u0000","lines":"\u2028\u2029"}',
      ]
      const context = '{"ex": "https://example.org/"}'
      const warnings = ['check_digit', 'sensor_time_after_event']
      const refs = await store(
        held.writer,
        ...bodies.map((body, n) => event(n, { body, ...(n === 1 ? { context, warnings } : {}) })),
      )
      const found = await held.reader.events([...refs].reverse())
      expect(found.map(({ body }) => body)).toEqual([...bodies].reverse())
      expect(found[4]).toMatchObject({ context, warnings, eventRef: refs[1] })
      expect(found[5]).toMatchObject({ context: undefined, warnings: [], eventRef: refs[0] })
    })

    it('comes back whatever the sizes of the batches it was among', async () => {
      const refs: number[] = []
      const bodies: string[] = []
      for (const size of [1, 1, 30, 1, 31, 32, 33, 64, 65, 2, 200]) {
        const first = refs.length
        const some = events(first, first + size - 1, {}).map((one) => ({
          ...one,
          body: JSON.stringify({ of: one.eventID, filler: 'x'.repeat((refs.length * 97) % 5000) }),
        }))
        refs.push(...(await store(held.writer, ...some)))
        bodies.push(...some.map(({ body }) => body))
        if (size === 31) await held.reopen()
      }
      const found = await held.reader.events(refs)
      expect(found.map(({ body }) => body)).toEqual(bodies)
      const [one] = await held.reader.events(refs.slice(77, 78))
      expect(one?.body).toBe(bodies[77])
    })
  })

  describe('an event declared in error', () => {
    const original = event(1)
    const declaration = event(1, { declaredAtUs, recordTimeUs: baseUs + 5000 })
    const voided = [declaredAtUs, declaredAtUs]
    const standing = event(2, { members: [member(serial(1))] })
    const voidedOf = async () => {
      const refs = await held.reader.byEventID(original.eventID)
      const summaries = await held.reader.summaries(refs)
      const trail = await trailOf(held.reader, serial(1))
      const rows = trail.filter(({ eventRef }) => refs.includes(eventRef))
      expect(rows.map(({ voidedAtUs }) => voidedAtUs)).toEqual(
        summaries.map(({ voidedAtUs }) => voidedAtUs),
      )
      return summaries.map(({ voidedAtUs }) => voidedAtUs)
    }

    it('is voided by a later declaration, which does not stand either', async () => {
      await store(held.writer, original, standing)
      expect(await voidedOf()).toEqual([undefined])
      const [ref = 0] = await store(held.writer, declaration)
      expect(await voidedOf()).toEqual(voided)
      const [told] = await held.reader.events([ref])
      expect(told).toMatchObject({ declaresError: true, voidedAtUs: declaredAtUs })
      const [, other] = await trailOf(held.reader, serial(1))
      expect(other).toMatchObject({
        eventTimeUs: declaration.eventTimeUs,
        voidedAtUs: declaredAtUs,
      })
    })

    it('is voided by a declaration that came before it', async () => {
      await store(held.writer, declaration)
      expect(await voidedOf()).toEqual([declaredAtUs])
      await store(held.writer, original)
      expect(await voidedOf()).toEqual(voided)
    })

    it('is voided within one batch, in either order', async () => {
      await store(held.writer, original, declaration)
      expect(await voidedOf()).toEqual(voided)
      const other = { eventID: 'urn:uuid:00000000-0000-4000-8000-000000000001' }
      const refs = await store(held.writer, event(5, { ...other, declaredAtUs }), event(6, other))
      const summaries = await held.reader.summaries(refs)
      expect(summaries.map(({ voidedAtUs }) => voidedAtUs)).toEqual(voided)
    })

    it('leaves all others standing, of another party under the same eventID too', async () => {
      await store(held.writer, event(1, { party: 'blue-dairy' }), declaration, standing)
      const trail = await trailOf(held.reader, serial(1))
      expect(trail.map(({ voidedAtUs }) => voidedAtUs)).toEqual([
        undefined,
        declaredAtUs,
        undefined,
      ])
    })

    it('stays voided when both come again and when the store is opened again', async () => {
      await store(held.writer, original, declaration)
      await store(held.writer, declaration, original)
      await held.reopen()
      await store(held.writer, original, declaration)
      expect(await voidedOf()).toEqual(voided)
    })
  })
}
