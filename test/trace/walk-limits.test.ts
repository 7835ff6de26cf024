import { describe, expect, it } from 'vitest'
import { chain } from '#trace/chain.ts'
import type { ChainPart } from '#trace/parts.ts'
import { walk, walkBatches } from '#trace/walk.ts'
import { links, lot, nodes, pallet, serial, World } from './world.ts'

function line(length: number): World {
  const world = new World()
  for (let at = 0; at < length; at++) world.transform(at / 10, [lot(`l${at}`)], [lot(`l${at + 1}`)])
  return world
}

function fan(width: number): World {
  const world = new World()
  const serials = Array.from({ length: width }, (_, at) => serial(at + 100, 2))
  world.transform(1, [lot('raw')], serials)
  return world
}

async function parts(world: World, start: string): Promise<ChainPart[]> {
  const found: ChainPart[] = []
  for await (const part of walk(world.source(), start, { direction: 'both' })) found.push(part)
  return found
}

describe('the limits of a walk', () => {
  it('ends at the depth limit, and says how many items it would have gone on from', async () => {
    const found = await line(5).forward(lot('l0'), { depth: 2 })
    expect(nodes(found)).toEqual(['l0', 'l1', 'l2'])
    expect(found.nodes.map((node) => node.depth)).toEqual([0, 1, 2])
    expect(found.cut).toEqual([{ reason: 'depth', count: 1, atLeast: false, keys: [lot('l2')] }])
    expect((await line(2).forward(lot('l0'), { depth: 2 })).cut).toEqual([])
  })

  it('ends at the node limit, and says how many items are left out', async () => {
    const found = await fan(30).forward(lot('raw'), { limit: 11 })
    expect(found.nodes).toHaveLength(11)
    expect(found.links).toHaveLength(10)
    expect(found.cut).toMatchObject([{ reason: 'limit', count: 20, atLeast: false }])
    expect(found.cut[0]?.keys).toContain(serial(110, 2))
  })

  it('leaves out no link between the nodes it has, and has none to others', async () => {
    const world = new World()
    world.transform(1, [lot('a')], [serial('x', 2), serial('y', 2)])
    world.transform(2, [serial('x', 2)], [serial('y', 2), serial('z', 2)])
    const found = await world.forward(lot('a'), { limit: 3 })
    expect(links(found)).toEqual(['a > x', 'a > y', 'x > y'])
  })

  it('has the limit apply to each direction', async () => {
    const world = line(10)
    const found = await world.chain(lot('l5'), { direction: 'both', limit: 3 })
    expect(nodes(found)).toEqual(['l3', 'l4', 'l5', 'l6', 'l7', 'l8'])
    expect(found.cut.map((cut) => cut.reason)).toEqual(['limit', 'limit'])
  })

  it('cuts a chain at a default limit', async () => {
    const found = await fan(1_200).forward(lot('raw'))
    expect(found.nodes).toHaveLength(1_000)
    expect(found.cut).toMatchObject([{ reason: 'limit', count: 201 }])
  })

  it('knows nothing of a key that no event has named', async () => {
    const world = line(1)
    expect(await chain(world.source(), lot('never'), { direction: 'both' })).toBeUndefined()
    expect(await parts(world, lot('never'))).toEqual([])
  })
})

describe('a walk that outgrows what it may hold', () => {
  /** A lot of 24,000 serials, in cases of ten and on pallets of ten cases. */
  function crowd(): World {
    const world = new World()
    const serials = Array.from({ length: 24_000 }, (_, at) => serial(at))
    world.transform(0, [lot('milk', 2)], [lot('l')])
    for (let at = 0; at < serials.length; at += 10) {
      const ten = serials.slice(at, at + 10)
      world.make(1 + at / 1e5, ten, 'l')
      world.pack(2 + at / 1e5, pallet(1_000 + at / 10), ten)
      if (at % 100 === 0) {
        const cases = Array.from({ length: 10 }, (_, nth) => pallet(1_000 + at / 10 + nth))
        world.pack(3 + at / 1e5, pallet(10_000 + at / 100), cases)
      }
    }
    return world
  }

  it('still tells every node and link, and no link twice', async () => {
    const told = new Map<string, number>()
    const source = crowd().source(undefined, 5_000)
    for await (const part of walk(source, lot('milk', 2), { direction: 'forward' })) {
      const name = JSON.stringify(part)
      told.set(name, (told.get(name) ?? 0) + 1)
    }
    const count = (word: string) => [...told.keys()].filter((name) => name.includes(word)).length
    expect(count('"kind":"instance"')).toBe(24_000)
    expect(count('"standing":"carrier"')).toBe(2_400 + 240)
    expect(count('"kind":"of-lot"')).toBe(24_000)
    expect(count('"kind":"contains"')).toBe(24_000 + 2_400)
    expect([...told.values()].every((times) => times === 1)).toBe(true)
  })

  it('says how many were left out, or that it stopped counting', async () => {
    const world = crowd()
    const found = await world.forward(lot('l'), { limit: 20_000 })
    expect(found.nodes).toHaveLength(20_000)
    const [cut] = (await world.forward(lot('l'), { limit: 10 })).cut
    expect(cut).toMatchObject({ reason: 'limit', atLeast: true })
    expect(cut?.count).toBeGreaterThan(9_000)
  })
})

describe('an item with more events than are held', () => {
  /** A lot whose serials are made one by one. */
  function busy(): World {
    const world = new World()
    for (let at = 0; at < 12_000; at++) world.make(at / 1e4, [serial(at)], 'l')
    world.transform(2, [lot('l')], [serial('x', 2)])
    return world
  }

  it('is followed to all it became, and says that not all its rows were looked at', async () => {
    const found = await busy().forward(lot('l'), { limit: 20_000 })
    expect(found.nodes).toHaveLength(12_002)
    expect(found.cut).toMatchObject([{ reason: 'rows', count: 1, keys: [lot('l')] }])
  })
})

describe('the parts of a walk', () => {
  it('name the events of links and gaps, and come once', async () => {
    const world = new World()
    world.transform(1, [lot('a')], [serial('x', 2)])
    world.pack(2, pallet(1), [serial('x', 2)])
    world.ship(3, [serial('x', 2)])
    const found = await parts(world, serial('x', 2))
    expect(found.filter((part) => part.part === 'node').map(({ key }) => key)).toEqual([
      serial('x', 2),
      pallet(1),
      lot('a'),
    ])
    expect(found.filter((part) => part.part === 'link')).toMatchObject([
      { kind: 'contains', from: pallet(1), eventIDs: ['urn:e:2'] },
      { kind: 'becomes', from: lot('a'), eventIDs: ['urn:e:1'] },
    ])
    expect(found.filter((part) => part.part === 'gap')).toMatchObject([
      { kind: 'never-seen-before', key: pallet(1), eventIDs: ['urn:e:2'] },
      { kind: 'shipped-not-received', eventIDs: ['urn:e:3'] },
      { kind: 'never-seen-before', key: lot('a'), eventIDs: ['urn:e:1'] },
    ])
  })

  it('are passed on while many inputs meet many outputs', async () => {
    const world = new World()
    const many = (number: number) => Array.from({ length: 150 }, (_, at) => serial(at, number))
    world.transform(1, [lot('raw')], many(2))
    world.transform(2, many(2), many(3))
    const batches: number[] = []
    const source = world.source(undefined, 1_000)
    for await (const batch of walkBatches(source, lot('raw'), { direction: 'forward' })) {
      batches.push(batch.length)
    }
    expect(Math.max(...batches)).toBeLessThan(11_000)
    expect(batches.reduce((sum, length) => sum + length)).toBeGreaterThan(150 * 150)
  })

  it('come before the walk is over', async () => {
    const world = fan(50)
    const source = world.source()
    const iterator = walk(source, lot('raw'), { direction: 'forward' })[Symbol.asyncIterator]()
    await iterator.next()
    const early = source.calls
    for (let next = await iterator.next(); !next.done; next = await iterator.next());
    expect(source.calls).toBeGreaterThan(early)
  })
})
