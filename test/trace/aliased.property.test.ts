import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EpcisEvent } from '#epcis/event.ts'
import { aliased } from '#trace/aliased.ts'
import { chain } from '#trace/chain.ts'
import { ROLES, type TrailSource } from '#trace/source.ts'
import { aliasesOf, gathered } from './aliases.ts'
import { type Captured, MemorySource } from './memory-source.ts'
import { amount, crate, lot, pallet, product, serial, World } from './world.ts'

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
