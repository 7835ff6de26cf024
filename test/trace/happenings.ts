/** Random histories of a few things, for what has to hold for any of them. */
import fc from 'fast-check'
import type { Captured } from './memory-source.ts'
import { amount, crate, lot, pallet, product, serial, type Thing, World } from './world.ts'

const serials = [0, 1, 2, 3].map((at) => serial(`s${at}`)).concat(serial('t0', 2), serial('t1', 2))
const lots = ['x', 'y'].flatMap((name) => [lot(name), lot(name, 2)])
const units = [pallet(1), pallet(2), crate(1)]
const things = [...serials, ...lots, ...units]

const some = (all: readonly string[], minLength: number, maxLength = 3) =>
  fc.uniqueArray(fc.constantFrom(...all), { minLength, maxLength })
const amounts = (keys: readonly string[]): Thing[] =>
  keys.map((key) => (key.includes('/21/') || units.includes(key) ? key : amount(key, 10)))
const lotNumber = fc.option(fc.constantFrom('x', 'y'), { nil: undefined })
const ilmd = (name: string | undefined) => (name ? { ilmd: { 'cbvmda:lotNumber': name } } : {})

const container = fc.constantFrom(...units)
const contents = (minLength: number) => some([...serials, ...units], minLength)
const happening = fc.oneof(
  { weight: 2, arbitrary: fc.tuple(fc.constant('make'), some(serials, 1), lotNumber) },
  {
    weight: 4,
    arbitrary: fc.tuple(
      fc.constant('transform'),
      some(things, 0),
      some(things, 0),
      fc.option(fc.constantFrom('urn:t:1', 'urn:t:2'), { nil: undefined }),
      lotNumber,
    ),
  },
  { weight: 3, arbitrary: fc.tuple(fc.constant('pack'), container, contents(1)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('unpack'), container, contents(0)) },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constantFrom('shipping', 'receiving', 'departing', 'accepting'),
      some(things, 1),
    ),
  },
) as fc.Arbitrary<Happening>

/** More that can happen: amounts in containers, attachments, lots beside serials, errors. */
const oddity = fc.oneof(
  fc.tuple(fc.constantFrom('pack', 'unpack'), container, some([...lots, product(1)], 1)),
  fc.tuple(fc.constantFrom('attach', 'detach'), fc.constantFrom(...things), contents(0)),
  fc.tuple(fc.constant('mention'), some(serials, 1), fc.constantFrom('x', 'y')),
  fc.tuple(fc.constant('declareWrong'), fc.nat({ max: 20 })),
) as fc.Arbitrary<Happening>

export type Happening =
  | ['make', string[], string | undefined]
  | ['transform', string[], string[], string | undefined, string | undefined]
  | ['pack' | 'unpack', string, string[]]
  | ['shipping' | 'receiving' | 'departing' | 'accepting', string[]]
  | ['attach' | 'detach', string, string[]]
  | ['mention', string[], string]
  | ['declareWrong', number]

function happen(world: World, hours: number, happening: Happening): void {
  switch (happening[0]) {
    case 'make':
      world.make(hours, happening[1], happening[2])
      break
    case 'transform': {
      const [, inputs, outputs, id, name] = happening
      const more = { ...ilmd(name), ...(id ? { transformationID: id } : {}) }
      world.transform(hours, amounts(inputs), amounts(outputs), more)
      break
    }
    case 'pack':
    case 'unpack':
      world[happening[0]](hours, happening[1], amounts(happening[2]))
      break
    case 'attach':
      world.associate(hours, 'ADD', happening[1], happening[2])
      break
    case 'detach':
      world.associate(hours, 'DELETE', happening[1], happening[2])
      break
    case 'mention':
      world.receive(
        hours,
        happening[1].map((key) => key.replace('/21/', `/10/${happening[2]}/21/`)),
      )
      break
    case 'declareWrong': {
      const number = 1 + (happening[1] % Math.max(1, world.captured.length))
      const same = world.captured.filter(({ event }) => event.eventID === `urn:e:${number}`)
      // An event can be declared wrong once: a second declaration has the identity of the first.
      if (same.length === 1) world.declareWrong(hours, `urn:e:${number}`)
      break
    }
    default:
      world.object(hours, 'OBSERVE', happening[0], amounts(happening[1]))
  }
}

/** What may happen to a few things. */
export const history = fc.array(happening, { minLength: 1, maxLength: 14 })
/** The same with what is odd. */
export const oddHistory = fc.array(fc.oneof({ weight: 2, arbitrary: happening }, oddity), {
  minLength: 1,
  maxLength: 14,
})
export const start = fc.constantFrom(...things)

/** Events at different times: of simultaneous ones the first to arrive is told first. */
export function happened(happenings: readonly Happening[]): Captured[] {
  const world = new World()
  for (const [at, each] of happenings.entries()) happen(world, at / 10, each)
  return world.captured
}
