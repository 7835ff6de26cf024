import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Chain, chain } from '#trace/chain.ts'
import { membersOf } from '#trace/members.ts'
import { CERTAINTIES } from '#trace/parts.ts'
import type { Direction } from '#trace/reach.ts'
import { happened, history, oddHistory, start } from './happenings.ts'
import { type Captured, MemorySource } from './memory-source.ts'
import { Naive } from './naive.ts'
import { hour } from './world.ts'

const direction = fc.constantFrom<Direction>('back', 'forward')

function walked(captured: readonly Captured[], key: string, way: Direction, chunk = 3) {
  return chain(new MemorySource(captured, chunk), key, { direction: way })
}

const found = (chain: Chain | undefined, standing: string) =>
  new Map(
    (chain?.nodes ?? [])
      .filter((node) => node.standing === standing)
      .map(({ key, certainty }) => [key, CERTAINTIES.indexOf(certainty)]),
  )

describe('for any history', () => {
  it('a walk finds what trying every rule on every item finds, as certainly', async () => {
    await fc.assert(
      fc.asyncProperty(history, start, direction, async (happenings, key, way) => {
        const captured = happened(happenings)
        const chain = await walked(captured, key, way)
        fc.pre(chain !== undefined)
        const naive = new Naive(captured, way, key)
        expect(found(chain, 'traced')).toEqual(naive.best(naive.traced))
        const others = [...naive.lots.keys()].filter((lot) => !naive.traced.has(lot))
        expect(new Set(found(chain, 'lot').keys())).toEqual(new Set(others))
        const carriers = [...naive.carriers()].filter((unit) => !naive.traced.has(unit))
        expect(new Set(found(chain, 'carrier').keys())).toEqual(new Set(carriers))
      }),
      { numRuns: 1_500 },
    )
  })

  it('the chain is the same to the byte in whatever order the events arrived', async () => {
    const orders = oddHistory.chain((happenings) => {
      const captured = happened(happenings)
      const shuffled = fc.shuffledSubarray(captured, { minLength: captured.length })
      return fc.tuple(fc.constant(captured), shuffled)
    })
    const limits = fc.record({
      atUs: fc.constantFrom(undefined, hour(0.7)),
      direction: fc.constantFrom('back', 'forward', 'both'),
      limit: fc.constantFrom(3, 1_000),
      depth: fc.constantFrom(1, 9),
    })
    await fc.assert(
      fc.asyncProperty(orders, start, limits, async ([captured, shuffled], key, options) => {
        const one = await chain(new MemorySource(captured), key, options)
        const other = await chain(new MemorySource(shuffled, 1), key, options)
        expect(JSON.stringify(other)).toBe(JSON.stringify(one))
      }),
      { numRuns: 700 },
    )
  })

  it('what is reached forward, and more than possible, reaches back', async () => {
    await fc.assert(
      fc.asyncProperty(history, start, async (happenings, key) => {
        const captured = happened(happenings)
        const forward = await walked(captured, key, 'forward')
        for (const node of forward?.nodes ?? []) {
          if (node.standing !== 'traced' || node.certainty === 'possible') continue
          const back = await walked(captured, node.key, 'back')
          expect(back?.nodes.map((each) => each.key)).toContain(key)
        }
      }),
      { numRuns: 400 },
    )
  })

  it('what is called observed stands in an event that is named for it', async () => {
    await fc.assert(
      fc.asyncProperty(oddHistory, start, direction, async (happenings, key, way) => {
        const captured = happened(happenings)
        const chain = await walked(captured, key, way)
        for (const link of chain?.links ?? []) {
          expect(link.eventIDs.length).toBeGreaterThan(0)
          if (link.certainty !== 'observed') continue
          const stating = captured
            .filter(({ event }) => link.eventIDs.includes(event.eventID ?? ''))
            .filter(({ event }) => {
              const keys = membersOf(event).members.map((member) => member.key)
              return keys.includes(link.from) && keys.includes(link.to)
            })
          expect(stating.length).toBeGreaterThan(0)
        }
      }),
      { numRuns: 400 },
    )
  })
})
