import { describe, expect, it } from 'vitest'
import { amount, gaps, links, lot, nodes, pallet, product, serial, World } from './world.ts'

const id = 'urn:my:transformation:1'

describe('a walk over transformations', () => {
  it('goes back from an output to its inputs, and from those to theirs', async () => {
    const world = new World()
    world.transform(1, [lot('milk')], [lot('curd', 2)])
    world.transform(2, [lot('curd', 2), lot('salt', 3)], [serial('cheese', 4)])
    const found = await world.back(serial('cheese', 4))
    expect(nodes(found)).toEqual(['cheese', 'curd', 'milk', 'salt'])
    expect(links(found)).toEqual(['curd > cheese', 'milk > curd', 'salt > cheese'])
    const milk = found.links.find((link) => link.from === lot('milk'))
    expect(milk?.eventIDs).toEqual(['urn:e:1'])
  })

  it('goes forward from an input to the outputs, and on from those', async () => {
    const world = new World()
    world.transform(1, [lot('milk'), lot('culture', 5)], [lot('curd', 2)])
    world.transform(2, [lot('curd', 2)], [serial('a', 4), serial('b', 4)])
    const found = await world.forward(lot('milk'))
    expect(nodes(found)).toEqual(['a', 'b', 'curd', 'milk'])
    expect(links(found)).toEqual(['curd > a', 'curd > b', 'milk > curd'])
  })

  it('looks back only at what went in before, and forward only at what left after', async () => {
    const world = new World()
    world.transform(1, [lot('early')], [lot('vat', 2)])
    world.transform(2, [lot('vat', 2)], [serial('drawn', 3)])
    world.transform(3, [lot('late')], [lot('vat', 2)])
    world.transform(4, [lot('vat', 2)], [serial('drawn2', 3)])
    expect(nodes(await world.back(serial('drawn', 3)))).toEqual(['drawn', 'early', 'vat'])
    expect(nodes(await world.forward(lot('late')))).toEqual(['drawn2', 'late', 'vat'])
  })

  it('takes events with one transformationID as one, in whatever order they came', async () => {
    const world = new World()
    world.transform(3, [], [serial('second', 2)], { transformationID: id })
    world.transform(1, [lot('first')], [], { transformationID: id })
    world.transform(2, [lot('beside')], [serial('same', 2)], { transformationID: id })
    const found = await world.back(serial('second', 2))
    expect(links(found)).toEqual(['beside > second inferred', 'first > second inferred'])
    expect(nodes(found)).toEqual(['beside inferred', 'first inferred', 'second'])
    expect(links(await world.back(serial('same', 2)))).toEqual([
      'beside > same',
      'first > same inferred',
    ])
    expect(links(await world.forward(lot('first')))).toEqual([
      'first > same inferred',
      'first > second inferred',
    ])
  })

  it('calls an input that came after the output of the same transformation possible', async () => {
    const world = new World()
    world.transform(1, [lot('x')], [serial('out', 2)], { transformationID: id })
    world.transform(2, [lot('late')], [], { transformationID: id })
    expect(links(await world.back(serial('out', 2)))).toEqual(['late > out possible', 'x > out'])
    expect(links(await world.forward(lot('late')))).toEqual(['late > out possible'])
  })

  it('is as certain of a node as the least certain step of its best path', async () => {
    const world = new World()
    world.transform(1, [lot('a')], [], { transformationID: id })
    world.transform(2, [lot('x', 9)], [lot('b', 2)], { transformationID: id })
    world.transform(3, [lot('b', 2)], [serial('c', 3)])
    world.transform(4, [lot('a'), serial('c', 3)], [serial('d', 4)])
    expect(nodes(await world.forward(lot('a')))).toEqual(['a', 'b inferred', 'c inferred', 'd'])
  })

  it('ends where things go round in a circle', async () => {
    const world = new World()
    world.transform(1, [lot('fresh')], [lot('mix', 2)])
    world.transform(2, [lot('mix', 2)], [serial('bread', 3)])
    world.transform(3, [serial('bread', 3)], [lot('crumbs', 4)])
    world.transform(4, [lot('crumbs', 4)], [lot('mix', 2)])
    world.transform(5, [lot('mix', 2)], [serial('cake', 5)])
    const back = await world.back(serial('cake', 5))
    expect(nodes(back)).toEqual(['bread', 'cake', 'crumbs', 'fresh', 'mix'])
    const forward = await world.forward(lot('fresh'))
    expect(nodes(forward)).toEqual(['bread', 'cake', 'crumbs', 'fresh', 'mix'])
  })

  it('says where one side of a transformation is missing', async () => {
    const world = new World()
    world.transform(1, [], [serial('x')], { transformationID: id })
    world.transform(2, [lot('y', 2)], [], { transformationID: 'urn:my:transformation:2' })
    expect(gaps(await world.back(serial('x')))).toEqual(['outputs-without-inputs x'])
    expect(gaps(await world.forward(lot('y', 2)))).toContain('inputs-without-outputs y open')
  })

  it('says that an input was never seen before, and nothing of one that was', async () => {
    const world = new World()
    world.make(1, [amount(lot('known'), 5)])
    world.transform(2, [lot('known'), lot('unknown', 2)], [serial('x', 3)])
    expect(gaps(await world.back(serial('x', 3)))).toEqual(['never-seen-before unknown'])
  })

  it('stops at a product without lot or serial, and says so', async () => {
    const world = new World()
    world.transform(1, [lot('mine')], [product(7)])
    world.transform(2, [amount(product(7), 3)], [serial('x', 3)])
    const found = await world.back(serial('x', 3))
    expect(nodes(found)).toHaveLength(2)
    expect(gaps(found)).toContainEqual(expect.stringMatching(/^class-only 0952/))
    expect(nodes(await world.forward(product(7)))).toContain('x')
  })

  it('follows what was in a container that went in, and not what had left it', async () => {
    const world = new World()
    world.make(1, [serial('inside'), serial('gone')])
    world.pack(2, pallet(1), [serial('inside'), serial('gone')])
    world.unpack(3, pallet(1), [serial('gone')])
    world.transform(4, [pallet(1)], [serial('x', 3)])
    const back = await world.back(serial('x', 3))
    expect(nodes(back, 'traced')).toEqual(['P1', 'inside inferred', 'x'])
    const forward = await world.forward(serial('inside'))
    expect(links(forward, 'becomes')).toEqual(['P1 > x'])
    expect(nodes(forward)).toContain('x inferred')
    expect(nodes(await world.forward(serial('gone')))).not.toContain('x inferred')
  })

  it('follows what came out in a container', async () => {
    const world = new World()
    world.transform(1, [lot('raw')], [pallet(1)])
    world.pack(2, pallet(1), [serial('x', 3)])
    expect(nodes(await world.forward(lot('raw')), 'traced')).toEqual(['P1', 'raw', 'x inferred'])
    expect(nodes(await world.back(serial('x', 3)))).toEqual(['P1', 'raw inferred', 'x'])
  })
})
