import { describe, expect, it } from 'vitest'
import {
  amount,
  crate,
  links,
  lot,
  nodeOf,
  nodes,
  pallet,
  place,
  sensor,
  serial,
  World,
} from './world.ts'

/** Two serials on one pallet, one of which goes into something. */
function sharedPallet(): World {
  const world = new World()
  world.make(1, [serial('a'), serial('b')])
  world.pack(2, pallet(1), [serial('a'), serial('b')])
  world.ship(3, [pallet(1)])
  world.receive(4, [pallet(1)])
  world.unpack(5, pallet(1))
  world.transform(6, [serial('a')], [serial('x', 2)])
  world.transform(6, [serial('b')], [serial('y', 2)])
  return world
}

describe('a walk over containers', () => {
  it('shows what carried an item and never what else was carried', async () => {
    const world = sharedPallet()
    const back = await world.back(serial('x', 2))
    expect(nodes(back, 'traced')).toEqual(['a', 'x'])
    expect(nodes(back, 'carrier')).toEqual(['P1'])
    const forward = await world.forward(serial('a'))
    expect(nodes(forward, 'traced')).toEqual(['a', 'x'])
    expect(nodes(forward, 'carrier')).toEqual(['P1'])
  })

  it('follows all that was in a container when it starts from the container', async () => {
    const world = sharedPallet()
    expect(nodes(await world.forward(pallet(1)), 'traced')).toEqual(['P1', 'a', 'b', 'x', 'y'])
    expect(nodes(await world.back(pallet(1)), 'traced')).toEqual(['P1', 'a', 'b'])
  })

  it('shows carriers of carriers only for the time they carried the item', async () => {
    const world = new World()
    world.make(1, [serial('a')])
    world.pack(2, crate('1'), [serial('a')])
    world.pack(3, pallet(1), [crate('1')])
    world.unpack(4, pallet(1))
    world.unpack(5, crate('1'), [serial('a')])
    world.pack(6, pallet(2), [crate('1')])
    const found = await world.forward(serial('a'))
    expect(nodes(found, 'carrier')).toEqual(['C1', 'P1'])
    expect(links(found, 'contains')).toEqual(['C1 > a', 'P1 > C1'])
    const outer = found.links.find((link) => link.from === pallet(1))
    expect(outer).toMatchObject({
      fromTime: '2026-03-01T03:00:00.000Z',
      toTime: '2026-03-01T04:00:00.000Z',
      eventIDs: ['urn:e:3', 'urn:e:4'],
    })
    expect(nodeOf(found, pallet(1))?.depth).toBe(2)
  })

  it('traces what was in an inner container only while that was inside', async () => {
    const world = new World()
    world.make(1, [serial('a'), serial('b')])
    world.pack(2, crate('1'), [serial('a')])
    world.pack(3, pallet(1), [crate('1')])
    world.unpack(4, pallet(1))
    world.unpack(5, crate('1'))
    world.pack(6, crate('1'), [serial('b')])
    expect(nodes(await world.forward(pallet(1)), 'traced')).toEqual(['C1', 'P1', 'a'])
  })

  it('ends a stay as inferred where the item turns up in another container', async () => {
    const world = new World()
    world.make(1, [serial('a')])
    world.pack(2, pallet(1), [serial('a')])
    world.pack(4, pallet(2), [serial('a')])
    const found = await world.forward(serial('a'))
    expect(links(found, 'contains')).toEqual(['P1 > a inferred', 'P2 > a'])
    const former = found.links.find((link) => link.from === pallet(1))
    expect(former).toMatchObject({ toTime: '2026-03-01T04:00:00.000Z' })
  })

  it('ends a stay as inferred where the item is put into the same crate again', async () => {
    const world = new World()
    world.make(1, [serial('a')])
    world.pack(2, crate('1'), [serial('a')])
    world.pack(4, crate('1'), [serial('a')])
    world.unpack(5, crate('1'))
    const { links: found } = await world.forward(serial('a'))
    expect(found.map(({ certainty, eventIDs }) => [certainty, eventIDs])).toEqual([
      ['inferred', ['urn:e:2', 'urn:e:3']],
      ['observed', ['urn:e:3', 'urn:e:4']],
    ])
  })

  it('takes a second packing of a pallet for the same one', async () => {
    const world = new World()
    world.make(1, [serial('a')])
    world.pack(2, pallet(1), [serial('a')])
    world.pack(4, pallet(1), [serial('a')])
    world.unpack(5, pallet(1))
    const { links: found } = await world.forward(serial('a'))
    expect(found.map(({ certainty, eventIDs }) => [certainty, eventIDs])).toEqual([
      ['observed', ['urn:e:2', 'urn:e:4']],
    ])
  })

  it('keeps in what a partial unpacking leaves in', async () => {
    const world = new World()
    world.make(1, [serial('a'), serial('b')])
    world.pack(2, pallet(1), [serial('a'), serial('b')])
    world.unpack(3, pallet(1), [serial('b')])
    world.ship(4, [pallet(1)])
    world.receive(5, [pallet(1)])
    expect(links(await world.forward(serial('a')), 'moves')).toEqual(['P1 > P1'])
    expect(links(await world.forward(serial('b')), 'moves')).toEqual([])
  })

  it('replays events in the order in which they happened, not in which they came', async () => {
    const world = new World()
    world.make(1, [serial('a')])
    world.unpack(6, pallet(1), [serial('a')])
    world.ship(4, [pallet(1)])
    world.receive(5, [pallet(1)])
    world.pack(3, pallet(1), [serial('a')])
    const found = await world.forward(serial('a'))
    expect(links(found, 'contains')).toEqual(['P1 > a'])
    expect(links(found, 'moves')).toEqual(['P1 > P1'])
  })

  it('infers from an unpacking that the item had been inside', async () => {
    const world = new World()
    world.ship(1, [pallet(1)])
    world.receive(2, [pallet(1)])
    world.unpack(3, pallet(1), [serial('a')])
    const found = await world.back(serial('a'))
    expect(links(found, 'contains')).toEqual(['P1 > a inferred'])
    expect(links(found, 'moves')).toEqual(['P1 > P1'])
    expect(nodes(found, 'carrier')).toEqual(['P1 inferred'])
  })

  it('says nothing of what a crate carried before an unpacking without a packing', async () => {
    const world = new World()
    world.ship(1, [crate('1')])
    world.receive(2, [crate('1')])
    world.unpack(3, crate('1'), [serial('a')])
    expect(links(await world.back(serial('a')))).toEqual([])
  })

  it('does not take an observation of children for a packing', async () => {
    const world = new World()
    world.make(1, [serial('a')])
    world.aggregate(2, 'OBSERVE', pallet(1), [serial('a')])
    expect(links(await world.forward(serial('a')))).toEqual([])
  })

  it('has part of a lot in a pallet for as long as an amount is left', async () => {
    const world = new World()
    world.make(1, [amount(lot('l'), 600)])
    world.pack(2, pallet(1), [amount(lot('l'), 400)])
    world.pack(2.5, pallet(2), [amount(lot('l'), 200)])
    world.unpack(3, pallet(1), [amount(lot('l'), 300)])
    world.unpack(4, pallet(1), [amount(lot('l'), 100)])
    const found = await world.forward(lot('l'))
    expect(links(found, 'contains')).toEqual(['P1 > l', 'P2 > l'])
    const [first, second] = found.links
    expect(first?.toTime).toBe('2026-03-01T04:00:00.000Z')
    expect(second?.toTime).toBeUndefined()
  })

  it('follows a lot from a pallet that held some of it as no more than possible', async () => {
    const world = new World()
    world.make(1, [serial('sibling')], 'l')
    world.pack(2, pallet(1), [amount(lot('l'), 10)])
    world.transform(3, [amount(lot('l'), 5)], [serial('x', 2)])
    const found = await world.forward(pallet(1))
    expect(nodes(found)).toEqual(['P1', 'l', 'x possible'])
    expect(nodeOf(found, lot('l'))?.standing).toBe('lot')
  })

  it('shows what an item is attached to and what to it, and goes on from neither', async () => {
    const world = new World()
    world.make(1, [serial('a')])
    world.associate(1, 'ADD', place(1), [sensor('1')])
    world.associate(2, 'ADD', serial('a'), [sensor('2')])
    world.associate(3, 'ADD', crate('1'), [serial('a')])
    world.associate(4, 'DELETE', serial('a'))
    world.transform(5, [sensor('2')], [serial('x', 2)])
    const found = await world.forward(serial('a'))
    expect(nodes(found)).toEqual(['C1', 'S2', 'a'])
    expect(links(found)).toEqual(['C1 > a', 'a > S2'])
    expect(nodeOf(found, sensor('2'))?.standing).toBe('attached')
    const attached = found.links.find((link) => link.to === sensor('2'))
    expect(attached).toMatchObject({ kind: 'associated', eventIDs: ['urn:e:3', 'urn:e:5'] })
  })

  it('ends in containers that contain each other', async () => {
    const world = new World()
    world.pack(1, pallet(1), [pallet(2)])
    world.pack(2, pallet(2), [pallet(1)])
    world.pack(3, pallet(2), [serial('a')])
    const found = await world.chain(serial('a'), { direction: 'both' })
    expect(links(found)).toEqual(['P1 > P2', 'P2 > P1', 'P2 > a'])
  })
})
