import { describe, expect, it } from 'vitest'
import { amount, gaps, links, lot, pallet, serial, World } from './world.ts'

describe('the moves of a chain', () => {
  it('pairs each shipping with the receiving that answers it', async () => {
    const world = new World()
    world.make(1, [serial('a')])
    world.ship(2, [serial('a')])
    world.receive(3, [serial('a')])
    world.ship(4, [serial('a')])
    world.receive(5, [serial('a')])
    const found = await world.forward(serial('a'))
    expect(found.links.map(({ kind, eventIDs }) => [kind, eventIDs])).toEqual([
      ['moves', ['urn:e:2', 'urn:e:3']],
      ['moves', ['urn:e:4', 'urn:e:5']],
    ])
    expect(gaps(found)).toEqual([])
  })

  it('takes departing and accepting as parts of the same move', async () => {
    const world = new World()
    world.make(1, [serial('a')])
    world.ship(2, [serial('a')])
    world.object(3, 'OBSERVE', 'departing', [serial('a')])
    world.object(4, 'OBSERVE', 'arriving', [serial('a')])
    world.receive(5, [serial('a')])
    world.object(6, 'OBSERVE', 'accepting', [serial('a')])
    const found = await world.forward(serial('a'))
    expect(found.links.map((link) => link.eventIDs)).toEqual([['urn:e:2', 'urn:e:4']])
    expect(gaps(found)).toEqual([])
  })

  it('infers the moves of an item from those of what carried it', async () => {
    const world = new World()
    world.make(1, [serial('a'), pallet(1), pallet(2)])
    world.pack(2, pallet(1), [serial('a')])
    world.ship(3, [pallet(1)])
    world.unpack(4, pallet(1))
    world.receive(5, [serial('a')])
    const found = await world.forward(serial('a'))
    expect(links(found, 'moves')).toEqual(['P1 > a inferred'])
    expect(gaps(found)).toEqual(['shipped-not-received P1'])
  })

  it('begins anew where an item left what it was shipped in, though nobody received that', async () => {
    const world = new World()
    world.make(1, [serial('a'), pallet(1)])
    world.pack(2, pallet(1), [serial('a')])
    world.ship(3, [pallet(1)])
    world.unpack(4, pallet(1))
    world.ship(5, [serial('a')])
    world.receive(6, [serial('a')])
    const found = await world.forward(serial('a'))
    expect(links(found, 'moves')).toEqual(['a > a'])
    expect(gaps(found)).toEqual(['shipped-not-received P1'])
  })

  it('only guesses that goods moved until a receiving which came after they were on a shelf', async () => {
    const world = new World()
    world.make(1, [serial('a'), pallet(1)])
    world.pack(2, pallet(1), [serial('a')])
    world.ship(3, [pallet(1)])
    world.unpack(4, pallet(1))
    world.object(5, 'OBSERVE', 'stocking', [serial('a')])
    world.receive(6, [serial('a')])
    const found = await world.forward(serial('a'))
    expect(links(found, 'moves')).toEqual(['P1 > a possible'])
  })

  it('tells a move of a carrier once for all that it carried', async () => {
    const world = new World()
    world.make(1, [serial('a'), serial('b'), pallet(1)], 'l')
    world.pack(2, pallet(1), [serial('a'), serial('b')])
    world.ship(3, [pallet(1)])
    world.receive(4, [pallet(1)])
    const found = await world.forward(lot('l'))
    expect(links(found, 'moves')).toEqual(['P1 > P1'])
  })

  it('says what was received and never shipped, and shipped and never received', async () => {
    const world = new World()
    world.make(1, [serial('a')])
    world.receive(2, [serial('a')])
    world.ship(3, [serial('a')])
    world.ship(4, [serial('a')])
    const found = await world.forward(serial('a'))
    expect(links(found)).toEqual([])
    expect(gaps(found)).toEqual([
      'received-not-shipped a',
      'shipped-not-received a',
      'shipped-not-received a open',
    ])
    expect(found.gaps.map((gap) => gap.eventIDs)).toEqual([['urn:e:2'], ['urn:e:3'], ['urn:e:4']])
  })

  it('is no longer under way when the shipping is taken back', async () => {
    const world = new World()
    world.make(1, [serial('a')])
    world.ship(2, [serial('a')])
    world.object(3, 'OBSERVE', 'void_shipping', [serial('a')])
    expect(gaps(await world.forward(serial('a')))).toEqual([])
  })

  it('guesses which consignment of a lot was received where several are under way', async () => {
    const world = new World()
    const some = [amount(lot('l'), 10)]
    world.make(1, some)
    world.ship(2, some)
    world.ship(3, some)
    world.receive(4, some)
    world.receive(5, some)
    world.receive(6, some)
    const found = await world.forward(lot('l'))
    expect(links(found, 'moves')).toEqual(['l > l inferred', 'l > l possible'])
    expect(gaps(found)).toEqual([])
  })

  it('looks back only at the moves and gaps before an item went in', async () => {
    const world = new World()
    world.make(1, [serial('a')])
    world.ship(2, [serial('a')])
    world.receive(3, [serial('a')])
    world.transform(4, [serial('a')], [serial('x', 2)])
    world.ship(5, [serial('x', 2)])
    world.receive(6, [serial('x', 2)])
    world.ship(7, [serial('a')])
    expect(links(await world.back(serial('x', 2)), 'moves')).toEqual(['a > a', 'x > x'])
    expect(gaps(await world.back(serial('x', 2)))).toEqual([])
  })
})
