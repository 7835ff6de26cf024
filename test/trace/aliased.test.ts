import { describe, expect, it } from 'vitest'
import { aliased } from '#trace/aliased.ts'
import { chain } from '#trace/chain.ts'
import { exposureOf } from '#trace/exposure.ts'
import { historyOf } from '#trace/history.ts'
import type { EventMember, ItemRef, TimeWindow, TrailRow, TrailSource } from '#trace/source.ts'
import { Surroundings } from '#trace/surroundings.ts'
import { aliasesOf, gathered } from './aliases.ts'
import { amount, hour, links, lot, nodes, place, sensor, serial, World } from './world.ts'

describe('a source with aliases', () => {
  const world = new World()
  world.make(1, [serial('a')])
  world.ship(2, [serial('b')])
  world.receive(3, [serial('a'), serial('b')])
  world.ship(4, [serial('c')])
  const source = world.source(world.captured, 2)

  it('is the source itself where there are none', () => {
    expect(aliased(source, aliasesOf({}))).toBe(source)
  })

  it('finds one item by any of its keys, also where its primary was never named', async () => {
    const one = aliased(source, aliasesOf({ [serial('a')]: 'urn:x:1', [serial('b')]: 'urn:x:1' }))
    const keys = [serial('c'), serial('b'), 'urn:x:1', 'urn:x:2', serial('a')]
    const [c, b, primary, unknown, a] = await one.find(keys)
    const [rawA, rawC] = await source.find([serial('a'), serial('c')])
    // A URI is of whatever kind its other keys are of.
    expect(primary).toEqual({ key: 'urn:x:1', kind: 'instance', ref: rawA?.ref })
    expect([a, b]).toEqual([primary, primary])
    expect(c).toEqual(rawC)
    expect(unknown).toBeUndefined()
    expect(await one.find(['urn:x:2', serial('d')])).toEqual([undefined, undefined])
  })

  it('keeps its number when another of its keys is named for the first time', async () => {
    const aliases = aliasesOf({ [serial('c')]: serial('z') })
    const [before] = await aliased(source, aliases).find([serial('z')])
    const later = new World()
    later.captured.push(...world.captured)
    later.ship(5, [serial('z')])
    const [after] = await aliased(later.source(), aliases).find([serial('c')])
    expect(after).toEqual(before)
  })

  it('tells one trail in order, and an event that names it twice once', async () => {
    const one = aliased(source, aliasesOf({ [serial('b')]: serial('a') }))
    const [item] = await one.find([serial('b')])
    if (!item) throw new Error('it was named')
    const rows = await gathered(one.trail([item]))
    expect(rows.map(({ eventRef, item: { key }, namedBy }) => [eventRef, key, namedBy])).toEqual([
      [1, serial('a'), [serial('a')]],
      [2, serial('a'), [serial('b')]],
      [3, serial('a'), [serial('a'), serial('b')]],
    ])
    const window = { fromUs: hour(2), toUs: hour(2) }
    expect((await gathered(one.trail([item], window))).map((row) => row.eventRef)).toEqual([2])
  })

  it('adds up what one event says of a lot under two keys', async () => {
    const lots = new World()
    lots.receive(1, [amount(lot('l'), 3, 'KGM'), amount(lot('m'), 4, 'KGM'), amount(lot('n'), 5)])
    lots.receive(2, [amount(lot('l'), 3), amount(lot('m'))])
    const one = aliased(lots.source(), aliasesOf({ [lot('m')]: lot('l') }))
    const members = await gathered(one.members([1, 2], ['object']))
    const told = members.map(({ item, quantity, uom }) => [item.key, quantity, uom])
    expect(told).toHaveLength(3)
    expect(told).toContainEqual([lot('l'), 7, 'KGM'])
    expect(told).toContainEqual([lot('n'), 5, undefined])
    expect(told).toContainEqual([lot('l'), undefined, undefined])
  })
})

describe('a thing under the codes of two products', () => {
  const made = serial('a', 1)
  const sold = serial('x', 2)
  const aliases = aliasesOf({ [made]: sold })

  function world(): World {
    const made1 = new World()
    made1.make(1, [made, serial('b', 1)], 'l')
    made1.ship(2, [made])
    made1.receive(3, [sold])
    return made1
  }

  it('is found from the lot of either, and its lot from either', async () => {
    const source = aliased(world().source(), aliases)
    const forward = await chain(source, lot('l'), { direction: 'forward' })
    expect(forward && nodes(forward)).toEqual(['b', 'l', 'x'])
    for (const key of [made, sold]) {
      const found = await chain(source, key, { direction: 'both' })
      expect(found?.start).toBe(sold)
      expect(found && links(found, 'of-lot')).toEqual(['x > l'])
      const history = await historyOf(source, key)
      expect(history?.happenings.map(({ row }) => row.eventRef)).toEqual([1, 2, 3])
      expect(history?.lots.map(({ lot: { key: name } }) => name)).toEqual([lot('l')])
    }
  })

  it('keeps its lot where that has several keys too', async () => {
    const both = aliasesOf({ [made]: sold, [lot('l')]: lot('y', 2) })
    const source = aliased(world().source(), both)
    const forward = await chain(source, lot('l'), { direction: 'forward' })
    expect(forward && nodes(forward)).toEqual(['b', 'x', 'y'])
  })

  it('is of no lot that an event names for its other product', async () => {
    const crossed = world()
    crossed.ship(4, [`${lot('k', 2)}/21/other`, made])
    const source = aliased(crossed.source(), aliases)
    const forward = await chain(source, lot('k', 2), { direction: 'forward' })
    expect(forward && nodes(forward)).toEqual(['k', 'other'])
  })
})

describe('a place under two codes', () => {
  it('has the sensors that are tied to it under either', async () => {
    const world = new World()
    world.associate(1, 'ADD', place(1), [sensor(1)])
    world.object(2, 'ADD', 'commissioning', [serial('a')], { bizLocation: { id: place(2) } })
    const source = aliased(world.source(), aliasesOf({ [place(2)]: place(1) }))
    const history = await historyOf(source, serial('a'))
    if (!history) throw new Error('it was named')
    const { sensors } = await exposureOf(history, new Surroundings(source, () => []))
    expect(sensors.map(({ device }) => device)).toEqual([sensor(1)])
  })
})

/** Two long trails of a million rows together, made as they are read; says how far it was read. */
class LongTrails implements TrailSource {
  readonly items: readonly ItemRef[]
  readonly rowsEach: number
  mostAhead = 0
  readonly #read: number[] = []
  /** Rows that the test has taken. */
  taken = 0

  constructor(trails: number, rowsEach: number) {
    this.rowsEach = rowsEach
    this.items = Array.from({ length: trails }, (_, at) => {
      return { key: lot(`l${at}`), kind: 'lot' as const, ref: at + 1 }
    })
  }

  async find(keys: readonly string[]) {
    return keys.map((key) => this.items.find((item) => item.key === key))
  }

  async *trail(items: readonly ItemRef[], { fromUs = 0 }: TimeWindow = {}) {
    for (const item of items) {
      for (let from = 0; from < this.rowsEach; from += 1_000) {
        const rows = Array.from({ length: 1_000 }, (_, at) => this.#row(item, from + at))
        this.#read[item.ref] = from + 1_000
        const read = this.#read.reduce((sum, each) => sum + each, 0)
        this.mostAhead = Math.max(this.mostAhead, read - this.taken)
        yield rows.filter(({ eventTimeUs }) => eventTimeUs >= fromUs)
      }
    }
  }

  #row(item: ItemRef, at: number): TrailRow {
    const eventRef = at * this.items.length + item.ref
    const common = { type: 'ObjectEvent', action: 'OBSERVE', role: 'object' } as const
    const rest = { bizStep: undefined, voidedAtUs: undefined }
    return { item, eventRef, eventTimeUs: eventRef * 10, ...common, ...rest }
  }

  async *members(): AsyncGenerator<readonly EventMember[]> {}

  async summaries() {
    return []
  }
}

describe('long trails', () => {
  const primaries = { [lot('l1')]: lot('l0'), [lot('l2')]: lot('l0') }

  it('are merged as they come, and never held whole', async () => {
    const long = new LongTrails(3, 100_000)
    const source = aliased(long, aliasesOf(primaries))
    const [item] = await source.find([lot('l2')])
    let next = 1
    let first = true
    for await (const rows of source.trail(item ? [item] : [])) {
      // Up to here it was tried whether they can be held.
      if (first) long.mostAhead = 0
      first = false
      expect(rows.length).toBeLessThanOrEqual(3_000)
      for (const row of rows) expect([row.eventRef, row.item]).toEqual([next++, item])
      long.taken += rows.length
    }
    expect(next).toBe(300_001)
    expect(long.mostAhead).toBeLessThan(20_000)
  })

  it('end where their reader stops', async () => {
    const long = new LongTrails(3, 100_000)
    const source = aliased(long, aliasesOf(primaries))
    const [item] = await source.find([lot('l0')])
    let before = 0
    for await (const rows of source.trail(item ? [item] : [])) {
      before += rows.length
      if (before > 5_000) break
    }
    long.mostAhead = 0
    for await (const rows of source.trail(item ? [item] : [], { fromUs: 2_999_000 })) {
      expect(rows.map(({ eventRef }) => eventRef)[0]).toBe(299_900)
      break
    }
    expect(long.mostAhead).toBeGreaterThan(0)
  })
})
