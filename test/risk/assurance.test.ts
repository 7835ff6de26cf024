import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { betaBelow, betaQuantile } from '#risk/beta.ts'
import { type Batch, cusumMachine, ewmaMachine } from '#risk/drift.ts'
import { samplingFallsShort } from '#risk/failed-test.ts'
import { recompute } from '#risk/machine.ts'
import { type SupplierResult, scoreOf, supplierMachine } from '#risk/supplier.ts'
import { hour } from '../trace/world.ts'
import { inForce, of } from './setting.ts'

const MONTH = (365.25 / 12) * 24

describe('the beta distribution', () => {
  it('has the values that follow by hand', () => {
    expect(betaBelow(0.3, 1, 1)).toBeCloseTo(0.3, 12)
    expect(betaBelow(0.02, 1, 49)).toBeCloseTo(1 - 0.98 ** 49, 12)
    expect(betaBelow(0.5, 20, 20)).toBeCloseTo(0.5, 12)
    expect(betaBelow(0.25, 2, 1)).toBeCloseTo(0.0625, 12)
    expect([betaBelow(-1, 2, 3), betaBelow(2, 2, 3)]).toEqual([0, 1])
  })

  it('rises, and its quantile takes it back', () => {
    const positive = fc.double({ min: 0.5, max: 500, noNaN: true })
    const part = fc.double({ min: 0.01, max: 0.99, noNaN: true })
    fc.assert(
      fc.property(positive, positive, part, (a, b, p) => {
        expect(betaBelow(betaQuantile(p, a, b), a, b)).toBeCloseTo(p, 6)
      }),
    )
  })
})

describe('suppliers at risk (F3)', () => {
  const results = (outcomes: readonly boolean[], everyHours = 24): SupplierResult[] =>
    outcomes.map((passed, at) => ({
      timeUs: hour(at * everyHours),
      knownUs: hour(at * everyHours),
      passed,
      eventID: `urn:r:${at}`,
    }))
  const rule = inForce('F3')
  const scored = (all: readonly SupplierResult[]) =>
    recompute(supplierMachine(rule, 'party:s'), all)
  const passes = (count: number) => Array.from({ length: count }, () => true)
  const fails = (count: number) => Array.from({ length: count }, () => false)

  it('begins with the prior: 2 %, and one chance in three to be above', () => {
    const score = scoreOf(rule, { failed: 0, passed: 0, atUs: 0, knownUs: 0 }, hour(0))
    expect(score.mean).toBeCloseTo(0.02, 12)
    expect(score.probability).toBeCloseTo(0.98 ** 49, 9)
    expect(score.upper).toBeGreaterThan(0.02)
  })

  it('one failure in fifty is what is accepted, four are at risk', () => {
    expect([...scored(results([...passes(49), false])).ledger.values()]).toEqual([])
    const found = [...scored(results([...passes(46), ...fails(4)])).ledger.values()]
    expect(of('F3', found)).toEqual(['F3 risky'])
    expect(found[0]).not.toHaveProperty('toUs')
  })

  it('is over when it has passed long enough', () => {
    const [over] = scored(results([...fails(4), ...passes(300)])).ledger.values()
    expect(over).toMatchObject({ rule: 'F3', toUs: expect.any(Number) })
  })

  it('old results weigh less: a long good past hides no bad present', () => {
    const past = results(passes(200), MONTH)
    const { state } = scored(past)
    expect(state.passed).toBeLessThan(1 / (1 - 0.97) + 1)
    const present = fails(4).map((passed, at) => ({
      timeUs: hour(200 * MONTH + at),
      knownUs: 0,
      passed,
      eventID: `urn:n:${at}`,
    }))
    expect(scored([...past, ...present]).ledger.size).toBe(1)
  })
})

describe('drift (F4, F5)', () => {
  const target = { process: 'process:p', rate: 0.02 }
  const batches = (failed: readonly number[], size = 100): Batch[] =>
    failed.map((count, at) => ({
      timeUs: hour(at),
      knownUs: hour(at),
      failed: count,
      size,
      id: `urn:b:${at}`,
    }))
  const ewma = (failed: readonly number[], size?: number) => [
    ...recompute(ewmaMachine(inForce('F4'), target), batches(failed, size)).ledger.values(),
  ]
  const cusum = (failed: readonly number[], size?: number) => [
    ...recompute(cusumMachine(inForce('F5'), target), batches(failed, size)).ledger.values(),
  ]
  const times = (count: number, value: number) => Array.from({ length: count }, () => value)

  it('a rate that stays is none; one bad batch among good ones is none', () => {
    expect(ewma(times(50, 2))).toEqual([])
    expect(cusum(times(50, 2))).toEqual([])
    expect(cusum([...times(10, 2), 6, ...times(10, 2)])).toEqual([])
  })

  it('a rate that has doubled is found by both, after some batches', () => {
    expect(of('F4', ewma([...times(10, 2), ...times(12, 4)]))).toEqual(['F4 high'])
    expect(of('F5', cusum([...times(10, 2), ...times(5, 4)]))).toEqual([])
    expect(of('F5', cusum([...times(10, 2), ...times(6, 4)]))).toEqual(['F5 up'])
  })

  it('a batch of nothing says nothing', () => {
    expect(ewma(times(50, 0), 0)).toEqual([])
    expect(cusum(times(50, 0), 0)).toEqual([])
  })

  it('single results: failures that come close together are found, spread out they are not', () => {
    const close = [...times(100, 0), 1, ...times(4, 0), 1, 0, 1, 1, ...times(3, 0), 1, 1, 1, 1]
    expect(of('F5', cusum(close, 1))).toEqual(['F5 failures'])
    const spread = times(20, 0).flatMap(() => [...times(49, 0), 1])
    expect(cusum(spread, 1)).toEqual([])
  })

  it('an alarm that is over says when, under the same identity', () => {
    const [open] = cusum([...times(10, 2), ...times(8, 4)])
    const [over] = cusum([...times(10, 2), ...times(8, 4), ...times(40, 1)])
    expect(over).toMatchObject({ identity: open?.identity, toUs: expect.any(Number) })
  })
})

describe('sampling coverage (F6)', () => {
  const year = { place: 'urn:district', residents: 100_000, fromUs: 0, toUs: 1000 }
  const short = (so: { batches: number; atUs: number; failed?: number }) =>
    of('F6', samplingFallsShort(inForce('F6'), { ...year, failed: 0, ...so }))

  it('is due pro rata', () => {
    expect(short({ batches: 200, atUs: 500 })).toEqual([])
    expect(short({ batches: 199, atUs: 500 })).toEqual(['F6 few'])
    expect(short({ batches: 0, atUs: 0 })).toEqual([])
  })

  it('98 % have to pass', () => {
    expect(short({ batches: 400, atUs: 500, failed: 8 })).toEqual([])
    expect(short({ batches: 400, atUs: 500, failed: 9 })).toEqual(['F6 passRate'])
  })
})
