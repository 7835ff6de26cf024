import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EpcisEvent } from '#epcis/event.ts'
import { type Aliases, aliased } from '#trace/aliased.ts'
import { chain } from '#trace/chain.ts'
import { exposureOf } from '#trace/exposure.ts'
import { historyOf } from '#trace/history.ts'
import {
  type EventMember,
  type ItemRef,
  ROLES,
  type TimeWindow,
  type TrailRow,
  type TrailSource,
} from '#trace/source.ts'
import { type Captured, MemorySource } from './memory-source.ts'
import {
  amount,
  crate,
  hour,
  links,
  lot,
  nodes,
  pallet,
  place,
  product,
  sensor,
  serial,
  World,
} from './world.ts'

/** Aliases as a map from alias to primary. */
function aliasesOf(primaries: Readonly<Record<string, string>>): Aliases {
  const resolve = (key: string) => primaries[key] ?? key
  return {
    isEmpty: () => Object.keys(primaries).length === 0,
    resolve: (keys) => keys.map(resolve),
    members(asked) {
      const groups = asked.map((primary) => {
        const aliases = Object.keys(primaries).filter((key) => primaries[key] === primary)
        return [primary, [primary, ...aliases]] as const
      })
      return new Map(groups.filter(([, keys]) => keys.length > 1))
    },
  }
}

async function gathered<T>(chunks: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = []
  for await (const chunk of chunks) all.push(...chunk)
  return all
}

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
    const { sensors } = await exposureOf(source, history, () => [])
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

// Serials, lots of one product, containers and names of no GS1 kind, some of which are one thing.
const serials = ['s0', 's1', 's2', 's3', 's4'].map((name) => serial(name))
const lots = ['x', 'y', 'z'].map((name) => lot(name))
const units = [pallet(1), pallet(2), crate(1), crate(2)]
const others = ['urn:x:0', 'urn:x:1']
const pools = [serials, lots, units.slice(0, 2), units.slice(2), others]
const names = [...pools.flat(), product(1)]

const isAmount = (key: string) => lots.includes(key)
const thingsOf = (keys: readonly string[]) => {
  return keys.map((key) => (isAmount(key) ? amount(key, 10) : key))
}
const some = (keys: readonly string[], minLength = 1) =>
  fc.uniqueArray(fc.constantFrom(...keys), { minLength, maxLength: 3 })
const lotNumber = fc.constantFrom(undefined, 'x', 'y')
const step = fc.constantFrom('shipping', 'receiving', 'inspecting')

type Happening = (world: World, hours: number) => void

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.tuple(some(serials), lotNumber).map(([keys, number]): Happening => {
    return (world, hours) => void world.make(hours, keys, number)
  }),
  fc.tuple(step, some(names)).map(([bizStep, keys]): Happening => {
    return (world, hours) => void world.object(hours, 'OBSERVE', bizStep, thingsOf(keys))
  }),
  fc
    .tuple(fc.constantFrom('ADD', 'DELETE'), fc.constantFrom(...units), some(names, 0))
    .map(([action, parent, keys]): Happening => {
      return (world, hours) => void world.aggregate(hours, action, parent, thingsOf(keys))
    }),
  fc.tuple(some(names), some(names)).map(([inputs, outputs]): Happening => {
    return (world, hours) => void world.transform(hours, thingsOf(inputs), thingsOf(outputs))
  }),
  fc.tuple(fc.constantFrom(...serials), lotNumber).map(([key, number]): Happening => {
    const text = number === undefined ? key : key.replace('/21/', `/10/${number}/21/`)
    return (world, hours) => void world.ship(hours, [text])
  }),
  fc.nat({ max: 8 }).map((at): Happening => {
    return (world, hours) => {
      const wrong = world.captured[at]
      if (wrong) world.declareWrong(hours, wrong.event.eventID ?? '')
    }
  }),
)

const history = fc.array(fc.tuple(happening, fc.nat({ max: 6 })), { minLength: 1, maxLength: 9 })

function happened(happenings: readonly (readonly [Happening, number])[]): Captured[] {
  const world = new World()
  for (const [happen, hours] of happenings) happen(world, 1 + hours / 2)
  return world.captured
}

/** Some of each pool are aliases of one of it. */
const primaries = fc
  .tuple(...pools.map((pool) => fc.tuple(fc.constantFrom(...pool), fc.subarray(pool))))
  .map((groups) => {
    const pairs = groups.flatMap(([primary, aliases]) => {
      return aliases.filter((alias) => alias !== primary).map((alias) => [alias, primary])
    })
    return Object.fromEntries(pairs) as Record<string, string>
  })

/** The events as they would be if every alias had been written as its primary. */
function renamed(captured: readonly Captured[], names: Readonly<Record<string, string>>) {
  const nameOf = (key: string) => names[key] ?? key
  const lotName = (name: string) => nameOf(lot(name)).replace(/.*\//, '')
  const rename = (key: string, value: unknown): unknown => {
    if (typeof value !== 'string') return value
    if (key === 'cbvmda:lotNumber') return lotName(value)
    const [, head = '', number, name = ''] = /^(.*)\/10\/(\w+)\/21\/(\w+)$/.exec(value) ?? []
    if (number === undefined) return nameOf(value)
    return nameOf(`${head}/21/${name}`).replace('/21/', `/10/${lotName(number)}/21/`)
  }
  return captured.map(({ event, party }) => ({
    event: JSON.parse(JSON.stringify(event), rename) as EpcisEvent,
    party,
  }))
}

/** What a source says of some keys, without numbers of items and what the events called them. */
async function told(source: TrailSource, keys: readonly string[], events: number) {
  const items = await source.find(keys)
  const known = [...new Map(items.flatMap((item) => (item ? [[item.ref, item]] : []))).values()]
  const trails = new Map<string, string[]>()
  for (const { item, namedBy: _, ...row } of await gathered(source.trail(known))) {
    const line = JSON.stringify([row.eventTimeUs, row.eventRef, row.role, row])
    trails.set(item.key, [...(trails.get(item.key) ?? []), line])
  }
  const refs = Array.from({ length: events }, (_, at) => events - at)
  const members = await gathered(source.members(refs, ROLES))
  return {
    items: items.map((item) => item && [item.key, item.kind]),
    trails: [...trails].map(([key, rows]) => [key, rows.sort()]).sort(),
    members: members
      .map(({ item, eventRef, role, quantity, uom }) => {
        return JSON.stringify([eventRef, role, item.key, item.kind, quantity, uom])
      })
      .sort(),
  }
}

describe('for any history and any aliases', () => {
  it('a source says what it would say if each thing had always had one key', async () => {
    await fc.assert(
      fc.asyncProperty(history, primaries, async (happenings, names1) => {
        const captured = happened(happenings)
        const one = aliased(new MemorySource(captured, 2), aliasesOf(names1))
        const other = new MemorySource(renamed(captured, names1))
        const asked = names.map((key) => names1[key] ?? key)
        const said = await told(one, names, captured.length)
        expect(said).toEqual(await told(other, asked, captured.length))
      }),
      { numRuns: 400 },
    )
  })

  it('the rows of an item come together and in order, members event by event', async () => {
    await fc.assert(
      fc.asyncProperty(history, primaries, async (happenings, names1) => {
        const captured = happened(happenings)
        const one = aliased(new MemorySource(captured, 2), aliasesOf(names1))
        const items = (await one.find(names)).filter((item) => item !== undefined)
        const rows = await gathered(one.trail(items))
        const changes = rows.filter((row, at) => row.item.ref !== rows[at - 1]?.item.ref)
        expect(new Set(changes.map(({ item }) => item.ref)).size).toBe(changes.length)
        for (const [at, row] of rows.entries()) {
          const before = rows[at - 1]
          if (before?.item.ref !== row.item.ref) continue
          const later = row.eventTimeUs - before.eventTimeUs || row.eventRef - before.eventRef
          expect(later).toBeGreaterThanOrEqual(0)
        }
        const asked = captured.map((_, at) => captured.length - at)
        const given = (await gathered(one.members(asked, ROLES))).map(({ eventRef }) => eventRef)
        expect(given).toEqual([...given].sort((a, b) => b - a))
      }),
      { numRuns: 200 },
    )
  })

  it('a chain from any key is to the byte that of the one key', async () => {
    const way = fc.constantFrom('back' as const, 'forward' as const, 'both' as const)
    const start = fc.constantFrom(...names)
    await fc.assert(
      fc.asyncProperty(
        history,
        primaries,
        start,
        way,
        async (happenings, names1, key, direction) => {
          const captured = happened(happenings)
          const one = aliased(new MemorySource(captured, 2), aliasesOf(names1))
          const other = new MemorySource(renamed(captured, names1))
          const found = await chain(one, key, { direction })
          const expected = await chain(other, names1[key] ?? key, { direction })
          expect(JSON.stringify(found)).toBe(JSON.stringify(expected))
        },
      ),
      { numRuns: 500 },
    )
  })
})
