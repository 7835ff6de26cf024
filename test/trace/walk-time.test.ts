import { describe, expect, it } from 'vitest'
import { hour, links, lot, nodes, pallet, serial, World } from './world.ts'

describe('a walk as of a time', () => {
  it('looks at nothing that happened later', async () => {
    const world = new World()
    world.transform(1, [lot('a')], [lot('b', 2)])
    world.transform(3, [lot('b', 2)], [lot('c', 3)])
    expect(nodes(await world.forward(lot('a')))).toEqual(['a', 'b', 'c'])
    expect(nodes(await world.forward(lot('a'), { atUs: hour(2) }))).toEqual(['a', 'b'])
    expect(nodes(await world.forward(lot('a'), { atUs: hour(3) }))).toEqual(['a', 'b', 'c'])
  })

  it('has an item still packed that was unpacked later', async () => {
    const world = new World()
    world.pack(1, pallet(1), [serial('a')])
    world.unpack(3, pallet(1))
    const [then] = (await world.forward(serial('a'), { atUs: hour(2) })).links
    expect(then).toMatchObject({ eventIDs: ['urn:e:1'] })
    expect(then?.toTime).toBeUndefined()
  })
})

describe('a walk over events that were declared wrong', () => {
  /** Input `a` was recorded by mistake at 1, declared wrong at 5 and replaced by `b`. */
  function corrected(): World {
    const world = new World()
    const wrong = world.transform(1, [lot('a')], [serial('x', 2)])
    world.declareWrong(5, wrong)
    world.transform(1, [lot('b')], [serial('x', 2)])
    return world
  }

  it('leaves them out, and has what corrects them', async () => {
    const found = await corrected().back(serial('x', 2))
    expect(links(found)).toEqual(['b > x'])
    expect(found.events.map((event) => event.eventID)).toEqual(['urn:e:3'])
  })

  it('has them as of a time before they were declared wrong', async () => {
    const world = corrected()
    expect(links(await world.back(serial('x', 2), { atUs: hour(4) }))).toEqual(['a > x', 'b > x'])
    expect(links(await world.back(serial('x', 2), { atUs: hour(6) }))).toEqual(['b > x'])
  })

  it('undoes a packing that did not happen', async () => {
    const world = new World()
    world.make(1, [serial('a')])
    const wrong = world.pack(2, pallet(1), [serial('a')])
    world.declareWrong(3, wrong)
    expect(nodes(await world.forward(serial('a')))).toEqual(['a'])
    expect(nodes(await world.forward(serial('a'), { atUs: hour(2) }))).toEqual(['P1', 'a'])
  })

  it('does not let one party declare the event of another wrong', async () => {
    const world = new World()
    const theirs = world.by('them').pack(2, pallet(1), [serial('a')])
    const [original] = world.captured
    if (!original) throw new Error('an event was captured')
    const errorDeclaration = { declarationTime: '2026-03-02T00:00:00Z' }
    const declared = { event: { ...original.event, errorDeclaration }, party: 'us' }
    world.captured.push(declared)
    expect(original.event.eventID).toBe(theirs)
    expect(links(await world.forward(serial('a')))).toEqual(['P1 > a'])
  })
})
