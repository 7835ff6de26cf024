/** Alarms that practice knows to be none, of rules whose own tests do not have them. */
import { describe, expect, it } from 'vitest'
import { budgetMachine, type Watched, warehouseMachine } from '#risk/alarm-rows.ts'
import { aboutEvent } from '#risk/event-rules.ts'
import { excursionMachine } from '#risk/excursion.ts'
import { samplingFallsShort } from '#risk/failed-test.ts'
import type { Finding } from '#risk/finding.ts'
import { findingsAt, type Machine, recompute } from '#risk/machine.ts'
import { recallClock, weekdays } from '#risk/recall-clock.ts'
import { type Sample, seriesOf } from '#risk/sample.ts'
import { verdictMachine } from '#risk/verdict.ts'
import { hour, place, serial, World } from '../trace/world.ts'
import { about, DRUG, factsIn, inForce, of, watchOf } from './setting.ts'

const S = serial('s')
const WATCHED: Watched = { subject: 'urn:sensor', affected: () => [] }
const at = (number: number) => ({ readPoint: { id: place(number) } })

/** Samples at minutes of a day. */
const samples = (...values: readonly (readonly [minute: number, celsius: number])[]): Sample[] =>
  values.map(([minute, celsius]) => ({ timeUs: hour(minute / 60), celsius, device: 'urn:sensor' }))

/** So often a door that is open for ten minutes, and shut for the rest of so many. */
const doors = (times: number, everyMinutes: number, warm: number) =>
  samples(
    ...Array.from({ length: times }, (_, n) => n * everyMinutes).flatMap((minute) =>
      Array.from({ length: everyMinutes / 5 }, (_, step): [number, number] => {
        return [minute + step * 5, step === 1 || step === 2 ? warm : 5]
      }),
    ),
  )

function found<State, Input>(machine: Machine<State, Input>, inputs: readonly Input[]): Finding[] {
  const { state, ledger } = recompute(machine, inputs)
  return findingsAt(machine, state, ledger, hour(24 * 365))
}

describe('a budget of time out of range (A2)', () => {
  const budget = (inputs: readonly Sample[]) =>
    of('A2', found(budgetMachine(inForce('A2', { interval: 5 }), WATCHED), inputs))

  it('is not used up by silence: a logger that was off for hours says nothing of them', () => {
    expect(budget(samples([0, 9], [300, 9], [305, 5]))).toEqual([])
    const heard = Array.from({ length: 62 }, (_, n): [number, number] => [n * 5, 9])
    expect(budget(samples(...heard))).toEqual(['A2 hot'])
  })

  it('is not used up by what the sensor measures once the item has left it', () => {
    const hot = Array.from({ length: 62 }, (_, n): [number, number] => [n * 5, 9])
    const stay = { device: 'urn:sensor', certainty: 'observed' as const, via: ['urn:box'] }
    const stayed = (minutes: number) =>
      seriesOf([{ ...stay, fromUs: hour(0), toUs: hour(minutes / 60) }], samples(...hot))
    expect(budget(stayed(40))).toEqual([])
    expect(budget(stayed(90))).toEqual(['A2 hot'])
  })
})

describe('doors', () => {
  it('that open ten minutes in each hour never make a warehouse too warm (A4)', () => {
    const machine = warehouseMachine(inForce('A4', { interval: 5 }), WATCHED)
    expect(of('A4', found(machine, doors(12, 60, 12)))).toEqual([])
  })

  it('that open six times in six hours are no more than a day’s work (A9)', () => {
    const machine = excursionMachine(inForce('A1', { interval: 5 }), inForce('A9'), WATCHED)
    expect(of('A9', found(machine, doors(6, 60, 15)))).toEqual([])
    expect(of('A9', found(machine, doors(6, 15, 15)))).not.toEqual([])
  })
})

describe('a mean that is over its limit itself (A8)', () => {
  it('excuses nothing, so that nobody has to be told that it does not', () => {
    const cold = verdictMachine(inForce('A7', { interval: 30 }), inForce('A8'), WATCHED)
    const warm = Array.from({ length: 48 }, (_, n): [number, number] => [n * 30, 14])
    const both = found(cold, samples(...warm, [1440, -1], [1470, 14]))
    expect(of('A7', both)).toEqual(expect.arrayContaining(['A7 below', 'A7 mkt']))
    expect(of('A8', both)).toEqual([])
  })
})

describe('codes of other schemes (C7)', () => {
  it('are none that is invalid', () => {
    const world = new World()
    const others = ['https://example.com/item/1', 'urn:uuid:00000000-0000-4000-8000-000000000001']
    world.make(0, [S, ...others, 'drugcode:81000010000000000001'])
    const facts = factsIn(world.captured)
    expect(
      of(
        'C7',
        facts.flatMap((each) => aboutEvent(each, watchOf())),
      ),
    ).toEqual([])
  })
})

describe('a scope of a licence (D2)', () => {
  const licensed = (scope: readonly string[], productClass?: string) => {
    const world = new World()
    world.make(1, [S])
    const licences = [{ scope, fromUs: hour(-1000), toUs: hour(1000) }]
    const us = { key: 'party:us', needsLicence: true, licences }
    const product = {
      domain: 'drugs' as const,
      ...(productClass !== undefined && { productClass }),
    }
    const watch = watchOf({ parties: { us }, product })
    return of(
      'D2',
      factsIn(world.captured).flatMap((facts) => aboutEvent(facts, watch)),
    )
  }

  it('is not broken where it is all there is, nor by goods whose class nobody told', () => {
    expect(licensed(['vaccine'], 'blood')).toEqual(['D2 scope'])
    expect(licensed(['*'], 'blood')).toEqual([])
    expect(licensed(['vaccine'])).toEqual([])
  })
})

describe('a market (D3)', () => {
  it('is not one that goods only pass: a hub, and a place that nobody has registered', () => {
    const world = new World().by('maker')
    world.object(0, 'ADD', 'commissioning', [S], at(1))
    for (const [hours, number] of [
      [5, 2],
      [9, 3],
    ] as const) {
      world.object(hours, 'OBSERVE', 'transporting', [S], at(number))
    }
    const places = { [place(1)]: { market: 'CN-31' }, [place(2)]: {} }
    expect(of('D3', about(world, S, { places, product: { ...DRUG, markets: ['CN-31'] } }))).toEqual(
      [],
    )
  })
})

describe('a plan of sampling (F6)', () => {
  const short = (residents: number, atUs: number) =>
    of(
      'F6',
      samplingFallsShort(inForce('F6'), {
        ...{ place: 'urn:district', residents, batches: 0, failed: 0, fromUs: 0, toUs: 1000, atUs },
      }),
    )

  it('asks nothing in the first days of a year, nor of a hamlet before a batch is due', () => {
    expect(short(100_000, 1)).toEqual([])
    expect(short(100_000, 10)).toEqual(['F6 few'])
    expect(short(400, 600)).toEqual([])
    expect(short(400, 1000)).toEqual(['F6 few'])
  })
})

describe('the clock of a recall (G2)', () => {
  it('owes no more reports once it is closed, however long ago that was', () => {
    const recall = { recall: 'recall:1', law: 'drugs-cn', recallClass: 'I' } as const
    const decidedUs = Date.UTC(2025, 4, 2) * 1000
    const done = (['notify', 'plan', 'progress'] as const).map((step) => {
      return { step, timeUs: decidedUs + 1 }
    })
    const closedUs = decidedUs + 20 * 3_600_000_000
    const nowUs = decidedUs + 400 * 86_400_000_000
    const progress = { ...recall, decidedUs, done }
    expect(recallClock(inForce('G2'), { ...progress, closedUs }, nowUs, weekdays)).toEqual([])
    const owed = recallClock(inForce('G2'), progress, nowUs, weekdays)
    expect(owed).toMatchObject([{ variant: 'lateMany', measures: [{ name: 'count' }] }])
    expect(owed[0]?.measures[0]?.value).toBeGreaterThan(100)
  })
})
