import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { followNumber, lastGap, type Numbered, type Numbering } from '#store/numbers.ts'

const OF_32_BITS = 2 ** 32
const more = { source: 'a', modulus: OF_32_BITS }

type Given = number | 'end' | Partial<Numbered>

/** What a run of numbers comes to; each is received one microsecond after the other. */
function followed(given: readonly Given[], modulus = OF_32_BITS) {
  let numbering: Numbering | undefined
  let [came, missing] = [0, 0]
  for (const [at, one] of given.entries()) {
    const value = one === 'end' ? undefined : typeof one === 'number' ? one : one.value
    const rest = typeof one === 'object' ? one : {}
    const step = followNumber(numbering, { ...more, modulus, ...rest, value }, at)
    if (step === undefined) continue
    numbering = step.numbering
    came += step.came
    missing += step.missed - (step.foundUs === undefined ? 0 : 1)
  }
  const gap = numbering && lastGap(numbering)
  return { came, missing, gap: gap && [gap.from, gap.to, gap.noticedUs], numbering }
}

describe('running numbers', () => {
  it('say which between them never came, and when that was noticed', () => {
    expect(followed([15, 16, 20, 21, 23])).toMatchObject({ came: 5, missing: 4, gap: [22, 22, 4] })
    expect(followed([15, 16, 17])).toMatchObject({ came: 3, missing: 0, gap: undefined })
  })

  it('begin with the first that was heard: what was before it is nobody`s loss', () => {
    expect(followed([700])).toMatchObject({ came: 1, missing: 0 })
  })

  it('go on from 0 behind the last of them', () => {
    expect(followed([253, 254, 2], 256)).toMatchObject({ came: 3, missing: 3, gap: [255, 1, 2] })
  })

  it('take a gap back as far as it is filled later, in whatever order', () => {
    expect(followed([1, 6, 4])).toMatchObject({ came: 3, missing: 3, gap: [5, 5, 1] })
    expect(followed([1, 6, 4, 5])).toMatchObject({ missing: 2, gap: [2, 3, 1] })
    expect(followed([1, 6, 4, 2, 5, 3, 7])).toMatchObject({ came: 7, missing: 0, gap: undefined })
    expect(followed([254, 3, 255, 1], 256)).toMatchObject({ came: 4, missing: 2, gap: [2, 2, 1] })
  })

  it('fill a gap by what was kept for a long time and is sent in one go', () => {
    const late = [...Array(5000).keys()].map((n) => n + 11)
    expect(followed([10, 5011, ...late])).toMatchObject({ came: 5002, missing: 0 })
  })

  it('are not changed by what comes twice', () => {
    expect(followed([1, 1, 2, 4, 2, 4, 1, 5])).toMatchObject({ came: 4, missing: 1 })
  })

  it('may leap by as much as an outage explains, and beyond that have begun anew', () => {
    expect(followed([0, 16_384])).toMatchObject({ missing: 16_383 })
    expect(followed([0, 16_385, 16_386])).toMatchObject({ missing: 0 })
    expect(followed([5, 1_000_000, 1_000_001, 1_000_003])).toMatchObject({ missing: 1 })
  })

  it('begin anew at a birth, with another session, and after an end', () => {
    expect(followed([10, 12, { value: 0, isFirst: true }, 1])).toMatchObject({
      ...{ came: 4, missing: 1, gap: [11, 11, 1] },
    })
    const joined = [{ value: 40, run: 'a' }, { value: 90, run: 'b' }, { value: 91 }]
    expect(followed(joined)).toMatchObject({ came: 3, missing: 0 })
    expect(followed([10, 'end', 14, 15])).toMatchObject({ came: 3, missing: 0 })
  })

  it('are not ended by the late end of an earlier session', () => {
    const late = { value: undefined, run: '3' } as const
    expect(followed([{ value: 0, isFirst: true, run: '4' }, late, 2])).toMatchObject({ missing: 1 })
    expect(followed([late, 2, 4])).toMatchObject({ came: 2, missing: 1 })
  })

  it('begin anew far behind, once a second one goes on from there', () => {
    const restarted = followed([...Array(200).keys(), 0, 1, 2, 4])
    expect(restarted).toMatchObject({ missing: 1, gap: [3, 3, 203] })
  })

  it('are not taken for another run by a stray one, nor by many that are sent again', () => {
    const run = [...Array(300).keys()]
    expect(followed([...run, 7, 300, 302])).toMatchObject({ missing: 1, gap: [301, 301, 302] })
    expect(followed([...run, 7, 8, 9, 300, 301])).toMatchObject({ missing: 0 })
  })

  it('keep the last gap of a run that has ended, which nothing fills any more', () => {
    const again = [1, 3, { value: 0, isFirst: true }, 1, 2]
    expect(followed(again)).toMatchObject({ missing: 1, gap: [2, 2, 1] })
  })
})

describe('whatever is lost, late and sent twice', () => {
  const fate = fc.record({
    isLost: fc.boolean(),
    late: fc.integer({ min: 0, max: 6 }),
    again: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
  })
  const fates = fc.array(fate, { minLength: 1, maxLength: 100 })

  it.each([256, OF_32_BITS])('of %i numbers exactly those are missing that are', (modulus) => {
    fc.assert(
      fc.property(fates, fc.integer({ min: 0, max: modulus - 1 }), (all, start) => {
        const arrivals = all.flatMap(({ isLost, late, again }, n) => {
          if (isLost) return []
          const first = { at: n + late, n }
          return again === undefined ? [first] : [first, { at: n + late + again, n }]
        })
        const order = arrivals.sort((a, b) => a.at - b.at).map(({ n }) => n)
        const heard = new Set(order)
        const begin = order[0] ?? 0
        const counted = [...heard].filter((n) => n >= begin)
        const end = Math.max(begin, ...heard)
        const values = order.map((n) => (start + n) % modulus)
        const { came, missing } = followed(values, modulus)
        expect(came).toBe(counted.length)
        expect(missing).toBe(order.length === 0 ? 0 : end - begin + 1 - counted.length)
      }),
      { numRuns: 500 },
    )
  })

  it('never more are told as missing than were lost, however often a counter begins anew', () => {
    const run = fc.tuple(fc.array(fc.boolean(), { maxLength: 250 }), fc.boolean())
    fc.assert(
      fc.property(fc.array(run, { maxLength: 6 }), (runs) => {
        let lost = 0
        const given = runs.flatMap(([came, isTold]) => {
          lost += came.filter((one) => !one).length
          const values = came.flatMap((one, n) => (one ? [n] : []))
          return values.map((value, at) => ({ value, isFirst: isTold && at === 0 }))
        })
        expect(followed(given).missing).toBeLessThanOrEqual(lost)
      }),
      { numRuns: 500 },
    )
  })

  it('what is remembered stays small', () => {
    const values = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 200 })
    fc.assert(
      fc.property(values, (all) => {
        expect(JSON.stringify(followed(all).numbering).length).toBeLessThan(4000)
      }),
      { numRuns: 50 },
    )
  })
})
