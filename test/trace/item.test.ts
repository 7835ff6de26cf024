import { describe, expect, it } from 'vitest'
import { type Exposure, exposureOf } from '#trace/exposure.ts'
import { historyOf } from '#trace/history.ts'
import { type Body, type ItemState, stateOf } from '#trace/state.ts'
import { type Mounted, Surroundings } from '#trace/surroundings.ts'
import { visibleTo } from '#trace/visibility.ts'
import { amount, crate, hour, lot, pallet, place, sensor, serial, short, World } from './world.ts'

const at = (number: number) => ({ bizLocation: { id: place(number) } })

async function stateIn(world: World, key: string): Promise<ItemState> {
  const history = await historyOf(world.source(), key)
  if (!history) throw new RangeError(`nothing is known of ${key}`)
  const bodies = new Map<number, Body>(
    world.captured.map(({ event }, index) => [index + 1, { event, context: undefined }]),
  )
  return stateOf(history, bodies)
}

async function exposureIn(world: World, key: string, mounted: Mounted = () => []) {
  const source = world.source()
  const history = await historyOf(source, key)
  if (!history) throw new RangeError(`nothing is known of ${key}`)
  return exposureOf(history, new Surroundings(source, mounted))
}

const hours = (us: number) => (us - hour(0)) / 3.6e9
const sensorsOf = ({ sensors }: Exposure) =>
  sensors.map(
    ({ device, fromUs, toUs, certainty }) =>
      `${short(device)} ${hours(fromUs)}-${hours(toUs)} ${certainty}`,
  )

describe('the state of an item', () => {
  it('is that of its last event, where none contradicts it', async () => {
    const world = new World()
    world.object(1, 'ADD', 'commissioning', [serial('a')], { disposition: 'active', ...at(1) })
    world.object(2, 'OBSERVE', 'inspecting', [serial('a')])
    const state = await stateIn(world, serial('a'))
    expect(state.firstSeen).toMatchObject({ value: 'commissioning', timeUs: hour(1) })
    expect(state.lastSeen).toMatchObject({ value: 'inspecting', timeUs: hour(2) })
    expect(state.location).toMatchObject({ value: place(1), certainty: 'observed', via: [] })
    expect(state.disposition).toMatchObject({ value: 'active', eventID: 'urn:e:1' })
    expect(state.ended).toBeUndefined()
  })

  it('is where its container was seen while in it, and not where that went later', async () => {
    const world = new World()
    world.make(1, [serial('a')])
    world.pack(2, pallet(1), [serial('a')])
    world.receive(3, [pallet(1)], at(2))
    const packed = await stateIn(world, serial('a'))
    expect(packed.location).toMatchObject({ value: place(2), via: [pallet(1)] })
    expect(packed.container).toMatchObject({ value: pallet(1), timeUs: hour(2) })

    world.unpack(4, pallet(1), [serial('a')])
    world.receive(5, [pallet(1)], at(3))
    const unpacked = await stateIn(world, serial('a'))
    expect(unpacked.location).toMatchObject({ value: place(2) })
    expect(unpacked.container).toBeUndefined()
  })

  it('is where its container was emptied, also by an event that lists nobody', async () => {
    const world = new World()
    world.make(1, [serial('a')])
    world.pack(2, crate(1), [serial('a')])
    world.pack(3, pallet(1), [crate(1)])
    const emptied = { action: 'DELETE', bizStep: 'unpacking' }
    world.event(4, 'AggregationEvent', { ...emptied, parentID: pallet(1), ...at(2) })
    expect((await stateIn(world, serial('a'))).location).toMatchObject({
      value: place(2),
      timeUs: hour(4),
      via: [crate(1)],
    })
    world.event(5, 'AggregationEvent', { ...emptied, parentID: crate(1), ...at(3) })
    const { location, lastSeen, container } = await stateIn(world, serial('a'))
    expect(location).toMatchObject({ value: place(3), timeUs: hour(5), via: [] })
    expect([lastSeen?.value, container]).toEqual(['unpacking', undefined])
  })

  it('counts what is in it: what was packed, and not taken out or packed elsewhere', async () => {
    const world = new World()
    world.pack(1, pallet(1), [serial('long gone')])
    world.unpack(2, pallet(1))
    world.pack(3, pallet(1), [serial('a'), serial('b'), serial('c')])
    world.pack(4, pallet(1), [serial('a'), amount(lot('l'), 5), amount(lot('m'), 5)])
    world.unpack(5, pallet(1), [serial('b'), amount(lot('l'), 2), amount(lot('m'), 5)])
    world.pack(6, pallet(2), [serial('c')])
    expect((await stateIn(world, pallet(1))).contents).toBe(2)
    expect((await stateIn(world, pallet(2))).contents).toBe(1)
    expect((await stateIn(world, serial('a'))).contents).toBe(0)
  })

  it('says that a place is inferred when nobody saw the packing', async () => {
    const world = new World()
    world.make(1, [serial('a')])
    world.receive(2, [pallet(1)], at(2))
    world.unpack(3, pallet(1), [serial('a')])
    const state = await stateIn(world, serial('a'))
    expect(state.location).toMatchObject({ value: place(2), certainty: 'inferred' })
  })

  it('keeps persistent dispositions until they are unset', async () => {
    const world = new World()
    const mark = (hour: number, persistentDisposition: object) =>
      world.object(hour, 'OBSERVE', 'inspecting', [serial('a')], { persistentDisposition })
    mark(1, { set: ['recalled', 'non_conformant'] })
    world.object(2, 'OBSERVE', 'storing', [serial('a')], { disposition: 'sellable_accessible' })
    mark(3, { unset: ['non_conformant'] })
    const { persistentDispositions } = await stateIn(world, serial('a'))
    expect(persistentDispositions.map(({ value, eventID }) => [value, eventID])).toEqual([
      ['recalled', 'urn:e:1'],
    ])
  })

  it.each([
    ['retail_selling', 'OBSERVE', 'retail_selling'],
    ['decommissioning', 'DELETE', 'decommissioning'],
    ['storing', 'DELETE', 'storing'],
  ])('ends with %s, %s', async (bizStep, action, ended) => {
    const world = new World()
    world.make(1, [serial('a')])
    world.object(2, action, bizStep, [serial('a')])
    expect((await stateIn(world, serial('a'))).ended).toMatchObject({ value: ended })
  })

  it('of a lot does not end when some of it is sold', async () => {
    const world = new World()
    const some = { epcClass: lot('L'), quantity: 5 }
    world.make(1, [some])
    world.object(2, 'OBSERVE', 'retail_selling', [some])
    expect((await stateIn(world, lot('L'))).ended).toBeUndefined()
  })

  it('knows its lot and its expiry from the master data it was made with', async () => {
    const world = new World()
    const ilmd = { 'cbvmda:lotNumber': 'L', 'cbvmda:itemExpirationDate': '2026-04-01' }
    world.object(1, 'ADD', 'commissioning', [serial('a')], { ilmd })
    const state = await stateIn(world, serial('a'))
    expect(state.lots).toEqual([lot('L')])
    expect(state.itemExpirationDate).toMatchObject({ value: '2026-04-01' })
  })

  it('forgets an event that was declared wrong', async () => {
    const world = new World()
    world.make(1, [serial('a')])
    const sold = world.object(2, 'OBSERVE', 'retail_selling', [serial('a')])
    world.declareWrong(3, sold)
    const state = await stateIn(world, serial('a'))
    expect(state.ended).toBeUndefined()
    expect(state.lastSeen).toMatchObject({ value: 'commissioning' })
  })
})

describe('the exposure of an item', () => {
  it('has its places, from each arrival until it left or was seen elsewhere', async () => {
    const world = new World()
    world.object(1, 'ADD', 'commissioning', [serial('a')], at(1))
    world.ship(3, [serial('a')], { readPoint: { id: place(9) } })
    world.receive(5, [serial('a')], at(2))
    const { places } = await exposureIn(world, serial('a'))
    expect(
      places.map(({ place, fromUs, toUs }) => [short(place), hours(fromUs), hours(toUs)]),
    ).toEqual([
      [short(place(1)), 1, 3],
      [short(place(2)), 5, Number.POSITIVE_INFINITY],
    ])
  })

  it('has the sensor of its container for as long as both were in it', async () => {
    const world = new World()
    world.make(1, [serial('a')])
    world.associate(2, 'ADD', crate(1), [sensor(7)])
    world.pack(3, crate(1), [serial('a')])
    world.associate(5, 'DELETE', crate(1), [sensor(7)])
    world.unpack(6, crate(1), [serial('a')])
    expect(sensorsOf(await exposureIn(world, serial('a')))).toEqual(['S7 3-5 observed'])
  })

  it('reaches through containers of containers', async () => {
    const world = new World()
    world.make(1, [serial('a')])
    world.associate(1, 'ADD', crate(1), [sensor(7)])
    world.pack(2, pallet(1), [serial('a')])
    world.pack(3, crate(1), [pallet(1)])
    world.unpack(5, crate(1), [pallet(1)])
    const { sensors } = await exposureIn(world, serial('a'))
    expect(sensors).toMatchObject([{ fromUs: hour(3), toUs: hour(5), via: [pallet(1), crate(1)] }])
  })

  it('has the sensors of the place where its container stood, and of no other', async () => {
    const world = new World()
    world.make(1, [serial('a')])
    world.associate(1, 'ADD', place(2), [sensor(1)])
    world.associate(1, 'ADD', place(3), [sensor(2)])
    world.pack(2, pallet(1), [serial('a')])
    world.receive(3, [pallet(1)], at(2))
    world.unpack(4, pallet(1), [serial('a')])
    world.ship(6, [serial('a')])
    world.receive(7, [pallet(1)], at(3))
    expect(sensorsOf(await exposureIn(world, serial('a')))).toEqual(['S1 3-6 observed'])
  })

  it('infers what a mounted sensor measured of it', async () => {
    const world = new World()
    world.object(1, 'ADD', 'commissioning', [serial('a')], at(1))
    const mounted = (key: string) => (key === place(1) ? [sensor(5)] : [])
    expect(sensorsOf(await exposureIn(world, serial('a'), mounted))).toEqual([
      'S5 1-Infinity inferred',
    ])
  })
})

describe('the exposure of what is sold, used up or destroyed', () => {
  const S = serial('a')
  const FRIDGE: Mounted = (key) => (key === place(1) ? [sensor('f')] : [])

  /** On a shelf with a sensor from hour 1 on, and then some steps there. */
  async function stays(...steps: readonly [hours: number, step: string, more?: object][]) {
    const world = new World()
    world.object(1, 'ADD', 'commissioning', [S], at(1))
    for (const [when, step, more] of steps) {
      world.object(when, 'OBSERVE', step, [S], { ...at(1), ...more })
    }
    return sensorsOf(await exposureIn(world, S, FRIDGE))
  }
  const UP_TO_5 = [`${short(sensor('f'))} 1-5 inferred`]
  const AND_FROM = (from: number) => [...UP_TO_5, `${short(sensor('f'))} ${from}-Infinity inferred`]

  it('ends with its sale or end, and begins again when it is taken back', async () => {
    for (const step of ['retail_selling', 'dispensing', 'destroying', 'decommissioning']) {
      expect(await stays([5, step])).toEqual(UP_TO_5)
      const back = [9, 'receiving', { disposition: 'returned' }] as const
      expect(await stays([5, step], [...back])).toEqual(AND_FROM(9))
    }
  })

  it('ends where it is deleted, or goes into something else', async () => {
    const deleted = new World()
    deleted.object(1, 'ADD', 'commissioning', [S], at(1))
    deleted.event(5, 'ObjectEvent', { action: 'DELETE', epcList: [S], ...at(1) })
    expect(sensorsOf(await exposureIn(deleted, S, FRIDGE))).toEqual(UP_TO_5)
    const used = new World()
    used.object(1, 'ADD', 'commissioning', [S], at(1))
    used.transform(5, [S], [serial('b')], at(1))
    expect(sensorsOf(await exposureIn(used, S, FRIDGE))).toEqual(UP_TO_5)
    expect(await exposureIn(used, serial('b'), FRIDGE)).toMatchObject({
      places: [{ toUs: Infinity }],
    })
  })

  it('does not go on because somebody looks at it, or a slow reader has seen it', async () => {
    expect(await stays([5, 'retail_selling'], [9, 'inspecting'])).toEqual(UP_TO_5)
    expect(await stays([5, 'retail_selling'], [5.05, 'storing'])).toEqual(UP_TO_5)
    expect(await stays([5, 'retail_selling'], [5.05, 'retail_selling'])).toEqual(UP_TO_5)
  })

  it('goes on when it is stored again, when a sale is cancelled, and when a part is left', async () => {
    expect(await stays([5, 'retail_selling'], [9, 'storing'])).toEqual(AND_FROM(9))
    const cancelled = { disposition: 'sellable_accessible' }
    expect(await stays([5, 'retail_selling'], [5.05, 'accepting', cancelled])).toHaveLength(2)
    const part = { disposition: 'partially_dispensed' }
    expect(await stays([5, 'dispensing', part])).toEqual(AND_FROM(1).slice(1))
  })

  it('ends with the sale of what it is in, and not with the label of that', async () => {
    const world = new World()
    world.object(1, 'ADD', 'commissioning', [S], at(1))
    world.pack(2, crate('c'), [S])
    world.associate(2, 'ADD', crate('c'), [sensor('l')])
    world.object(4, 'DELETE', 'decommissioning', [crate('c')])
    world.object(5, 'OBSERVE', 'retail_selling', [crate('c')])
    const found = sensorsOf(await exposureIn(world, S))
    expect(found).toEqual([`${short(sensor('l'))} 2-5 observed`])
  })

  it('of a lot goes on when some of it is sold', async () => {
    const world = new World()
    world.object(1, 'ADD', 'commissioning', [amount(lot('l'), 9)], at(1))
    world.object(5, 'OBSERVE', 'retail_selling', [amount(lot('l'), 1)], at(1))
    const found = sensorsOf(await exposureIn(world, lot('l'), FRIDGE))
    expect(found).toEqual([`${short(sensor('f'))} 1-Infinity inferred`])
  })
})

describe('what a party may see of a trail', () => {
  const trail = [...'aabbcdda'].map((party, at) => ({ eventRef: at + 1, party }))

  it.each([
    ['b', [1, 2, 3, 4, 5]],
    ['c', [3, 4, 5, 6, 7]],
    ['a', [1, 2, 3, 4, 6, 7, 8]],
    ['z', []],
  ])('%s sees its own, and those directly before and after', (party, visible) => {
    expect([...visibleTo(party, trail)].sort()).toEqual(visible)
  })
})
