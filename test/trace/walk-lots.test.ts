import { describe, expect, it } from 'vitest'
import { amount, links, lot, nodeOf, nodes, pallet, serial, World } from './world.ts'

describe('a walk over lots and serials', () => {
  it('goes forward from a lot to its serials of that product and to where they went', async () => {
    const world = new World()
    world.make(1, [serial('a'), serial('b'), serial('other', 2)], 'l')
    world.make(1, [serial('c')], 'm')
    world.pack(2, pallet(1), [serial('a')])
    const found = await world.forward(lot('l'))
    expect(nodes(found)).toEqual(['P1', 'a', 'b', 'l'])
    expect(links(found, 'of-lot')).toEqual(['a > l', 'b > l'])
  })

  it('does not go from a serial to its siblings', async () => {
    const world = new World()
    world.make(1, [serial('a'), serial('b')], 'l')
    const both = await world.chain(serial('a'), { direction: 'both' })
    expect(nodes(both)).toEqual(['a', 'l'])
    expect(nodeOf(both, lot('l'))?.standing).toBe('lot')
    expect(links(both)).toEqual(['a > l'])
  })

  it('infers the origin of a serial from that of its lot', async () => {
    const world = new World()
    world.transform(1, [lot('milk', 2)], [amount(lot('l'), 100)])
    world.make(2, [serial('a')], 'l')
    const found = await world.back(serial('a'))
    expect(nodes(found)).toEqual(['a', 'l', 'milk inferred'])
    expect(links(found)).toEqual(['a > l', 'milk > l'])
    expect(nodes(await world.forward(lot('milk', 2)))).toEqual(['a inferred', 'l', 'milk'])
  })

  it('takes the stated origin of a serial for more than that of its lot', async () => {
    const world = new World()
    world.transform(1, [lot('milk', 2)], [serial('a')], { ilmd: { 'cbvmda:lotNumber': 'l' } })
    world.transform(2, [lot('cream', 3)], [serial('b')], { ilmd: { 'cbvmda:lotNumber': 'l' } })
    const found = await world.back(serial('a'))
    expect(nodes(found)).toEqual(['a', 'cream possible', 'l', 'milk'])
    const forward = await world.forward(lot('cream', 3))
    expect(nodes(forward)).toEqual(['a possible', 'b', 'cream', 'l inferred'])
  })

  it('holds it possible that a serial went in where only its lot is named', async () => {
    const world = new World()
    world.make(1, [serial('a')], 'l')
    world.transform(2, [amount(lot('l'), 3)], [serial('x', 2)])
    const found = await world.forward(serial('a'))
    expect(nodes(found)).toEqual(['a', 'l', 'x possible'])
    expect(links(found)).toEqual(['a > l', 'l > x'])
  })

  it('does not hold it possible that a serial went in before it was there', async () => {
    const world = new World()
    world.transform(1, [amount(lot('l'), 3)], [serial('x', 2)])
    world.make(2, [serial('a')], 'l')
    expect(nodes(await world.forward(serial('a')))).toEqual(['a', 'l'])
  })

  it('does not claim to know which pallets of a lot went in', async () => {
    const world = new World()
    world.make(1, [amount(lot('l'), 20)])
    world.pack(2, pallet(1), [amount(lot('l'), 10)])
    world.pack(2.5, pallet(2), [amount(lot('l'), 10)])
    world.transform(3, [amount(lot('l'), 5)], [serial('x', 2)])
    world.pack(4, pallet(3), [amount(lot('l'), 5)])
    expect(nodes(await world.back(serial('x', 2)))).toEqual([
      'P1 possible',
      'P2 possible',
      'l',
      'x',
    ])
    expect(nodes(await world.back(lot('l')))).toEqual(['P1', 'P2', 'P3', 'l'])
  })

  it('learns the lot from any event that names it with the serial', async () => {
    const world = new World()
    world.make(1, [serial('a')])
    world.ship(2, [`${lot('l')}/21/a`])
    expect(links(await world.back(serial('a')))).toContain('a > l')
    expect(nodes(await world.forward(lot('l')))).toEqual(['a', 'l'])
  })

  it('does not mix up the lots of serials that one event names', async () => {
    const world = new World()
    world.make(1, [serial('a')], 'l')
    world.ship(2, [`${lot('l')}/21/a`, `${lot('m')}/21/b`])
    expect(nodes(await world.forward(lot('m')))).toEqual(['b possible', 'l possible', 'm'])
    expect(nodes(await world.forward(lot('l')))).toEqual(['a', 'b possible', 'l', 'm possible'])
    expect(links(await world.back(serial('a')), 'of-lot')).toEqual(['a > l'])
  })
})
