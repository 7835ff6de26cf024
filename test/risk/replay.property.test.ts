import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { budgetMachine, shipmentAlarmMachine, type Watched } from '#risk/alarm-rows.ts'
import { difference } from '#risk/difference.ts'
import { cusumMachine, ewmaMachine } from '#risk/drift.ts'
import { excursionMachine } from '#risk/excursion.ts'
import type { ItemHappening } from '#risk/facts.ts'
import type { Finding } from '#risk/finding.ts'
import { itemMachine } from '#risk/item-machine.ts'
import { enter, findingsAt, type Ledger, type Machine, recompute } from '#risk/machine.ts'
import { yieldMachine } from '#risk/mass-balance.ts'
import type { Sample } from '#risk/sample.ts'
import { sensorMachine } from '#risk/sensor-health.ts'
import { supplierMachine } from '#risk/supplier.ts'
import { verdictMachine } from '#risk/verdict.ts'
import { hour, pallet, place, serial, World } from '../trace/world.ts'
import { DRUG, happeningsIn, inForce, watchOf } from './setting.ts'

const LATER = hour(24 * 365)
const WATCHED: Watched = { subject: 'urn:s', affected: () => [] }

/** A follower: state kept as JSON text, in order as long as it comes so, else all told again. */
class Follower<State, Input> {
  readonly #machine: Machine<State, Input>
  readonly #inputs: Input[] = []
  #text: string
  #ledger: Ledger = new Map()
  #last: Input | undefined
  /** How often everything was told again. */
  retold = 0

  constructor(machine: Machine<State, Input>) {
    this.#machine = machine
    this.#text = JSON.stringify(machine.start)
  }

  feed(input: Input): void {
    this.#inputs.push(input)
    if (this.#last !== undefined && this.#machine.order(input, this.#last) < 0) {
      this.retold++
      const { state, ledger } = recompute(this.#machine, this.#inputs)
      this.#text = JSON.stringify(state)
      this.#ledger = ledger
      return
    }
    this.#last = input
    const stepped = this.#machine.step(JSON.parse(this.#text), input)
    enter(this.#ledger, stepped)
    this.#text = JSON.stringify(stepped.state)
  }

  findings(nowUs: number): Finding[] {
    return findingsAt(this.#machine, JSON.parse(this.#text), this.#ledger, nowUs)
  }
}

function follow<State, Input>(machine: Machine<State, Input>, inputs: readonly Input[]) {
  const follower = new Follower(machine)
  for (const input of inputs) follower.feed(input)
  return follower.findings(LATER)
}

function told<State, Input>(machine: Machine<State, Input>, inputs: readonly Input[]) {
  const { state, ledger } = recompute(machine, inputs)
  return findingsAt(machine, state, ledger, LATER)
}

/** Whatever the order of arrival, a follower ends with what telling all at once gives. */
function holds<State, Input>(
  machine: Machine<State, Input>,
  inputs: readonly Input[],
  shuffled: readonly Input[],
): void {
  const all = told(machine, inputs)
  expect(
    follow(
      machine,
      inputs.toSorted((a, b) => machine.order(a, b)),
    ),
  ).toEqual(all)
  expect(follow(machine, shuffled)).toEqual(all)
  expect(difference(all, follow(machine, shuffled), 'late')).toEqual([])
  const identities = all.map(({ identity }) => identity)
  expect(new Set(identities).size).toBe(identities.length)
  for (const { fromUs, toUs, knowableUs } of all) {
    expect(toUs ?? fromUs).toBeGreaterThanOrEqual(fromUs)
    expect(Number.isFinite(knowableUs)).toBe(true)
  }
}

/** Some inputs, and the same in another order. */
function shuffledOf<Input>(inputs: fc.Arbitrary<Input[]>) {
  return inputs.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
  )
}

/** Readings at distinct times, each received when it was or up to a day later. */
const samples: fc.Arbitrary<Sample[]> = fc
  .uniqueArray(
    fc.record({
      minutes: fc.integer({ min: 0, max: 1500 }),
      celsius: fc.integer({ min: -20, max: 600 }).map((tenths) => tenths / 10),
      lateHours: fc.constantFrom(0, 0, 0, 24),
    }),
    { maxLength: 60, selector: ({ minutes }) => minutes },
  )
  .map((all) =>
    all.map(({ minutes, celsius, lateHours }) => ({
      timeUs: hour(minutes / 60),
      celsius: celsius / 4,
      device: 'urn:d',
      receivedUs: hour(minutes / 60 + lateHours),
    })),
  )

describe('findings do not depend on how their data came', () => {
  it.each([
    ['A1', excursionMachine(inForce('A1'), inForce('A9'), WATCHED)],
    [
      'A1 with a buffer',
      excursionMachine(inForce('A1', { bufferMinutes: 15 }), undefined, WATCHED),
    ],
    ['A2', budgetMachine(inForce('A2'), WATCHED)],
    ['A3', shipmentAlarmMachine(inForce('A3', { indicator: 'type-2' }), WATCHED)],
    ['A6', verdictMachine(inForce('A6'), inForce('A8'), WATCHED)],
    ['A7', verdictMachine(inForce('A7'), inForce('A8'), WATCHED)],
    ['A11', sensorMachine(inForce('A11'), WATCHED)],
  ] as const)('of readings: %s', (_, machine) => {
    fc.assert(
      fc.property(shuffledOf(samples), ([inputs, shuffled]) => {
        holds<unknown, Sample>(machine as Machine<unknown, Sample>, inputs, shuffled)
      }),
      { numRuns: 60 },
    )
  })

  it('of results of tests: F3, F4, F5, and of yields: E1', () => {
    const outcome = fc.record({
      hours: fc.integer({ min: 0, max: 2000 }),
      failed: fc.integer({ min: 0, max: 20 }),
    })
    const outcomes = fc.uniqueArray(outcome, { maxLength: 40, selector: ({ hours }) => hours })
    const target = { process: 'process:p', rate: 0.05 }
    fc.assert(
      fc.property(shuffledOf(outcomes), ([inputs, shuffled]) => {
        const batches = (all: typeof inputs) =>
          all.map(({ hours, failed }) => {
            const timeUs = hour(hours)
            return { timeUs, knownUs: timeUs, failed, size: 100, id: `b${hours}` }
          })
        const results = (all: typeof inputs) =>
          all.map(({ hours, failed }) => {
            const timeUs = hour(hours)
            return { timeUs, knownUs: timeUs, passed: failed < 15, eventID: `r${hours}` }
          })
        const runs = (all: typeof inputs) =>
          all.map(({ hours, failed }) => {
            const [timeUs, recordTimeUs] = [hour(hours), hour(hours)]
            const yields = { inKg: 100, outKg: 85 + failed, outputs: [] }
            return { eventID: `y${hours}`, timeUs, recordTimeUs, ...yields }
          })
        holds(ewmaMachine(inForce('F4'), target), batches(inputs), batches(shuffled))
        holds(cusumMachine(inForce('F5'), target), batches(inputs), batches(shuffled))
        holds(supplierMachine(inForce('F3'), 'party:s'), results(inputs), results(shuffled))
        holds(
          yieldMachine(() => inForce('E1'), 'process:p'),
          runs(inputs),
          runs(shuffled),
        )
      }),
      { numRuns: 60 },
    )
  })

  it('of the life of an item, whatever happens to it', () => {
    const S = serial('s')
    const steps = fc.constantFrom(
      'commissioning',
      'packing',
      'shipping',
      'departing',
      'receiving',
      'retail_selling',
      'dispensing',
      'accepting',
      'decommissioning',
      'inspecting',
      'void_shipping',
    )
    const happening = fc.record({
      hours: fc.integer({ min: 0, max: 800 }),
      step: steps,
      where: fc.integer({ min: 1, max: 3 }),
      party: fc.constantFrom('maker', 'shop'),
      isBack: fc.boolean(),
      lotNumber: fc.constantFrom('L1', 'L1', 'L2'),
    })
    const places = {
      [place(1)]: { latitude: 39.9, longitude: 116.4, party: 'party:maker' },
      [place(2)]: { latitude: 31.2, longitude: 121.5, party: 'party:shop' },
    }
    const product = { ...DRUG, shelfLifeDays: 20, requiredTests: ['purity'] }
    const machine = itemMachine({ item: S, kind: 'instance' }, watchOf({ places, product }))
    const lives = fc.array(happening, { maxLength: 14 }).map((all): ItemHappening[] => {
      const world = new World()
      for (const { hours, step, where, party, isBack, lotNumber } of all) {
        const isBirth = step === 'commissioning'
        const expiry = { 'cbvmda:itemExpirationDate': '2026-03-20' }
        world.by(party).object(hours, isBirth ? 'ADD' : 'OBSERVE', step, [S, pallet(1)], {
          readPoint: { id: place(where) },
          ...(isBack && !isBirth ? { disposition: 'returned' } : {}),
          ...(isBirth ? { ilmd: { 'cbvmda:lotNumber': lotNumber, ...expiry } } : {}),
        })
      }
      return happeningsIn(world.captured, S)
    })
    fc.assert(
      fc.property(shuffledOf(lives), ([inputs, shuffled]) => {
        holds(machine, inputs, shuffled)
      }),
      { numRuns: 200 },
    )
  })

  it('A2 is what adding up by hand gives', () => {
    const rule = inForce('A2', { interval: 15 })
    fc.assert(
      fc.property(samples, (all) => {
        const ordered = all.toSorted((a, b) => a.timeUs - b.timeUs)
        let hotUs = 0
        for (const [at, { timeUs, celsius }] of ordered.entries()) {
          const heldUs = (ordered[at + 1]?.timeUs ?? timeUs) - timeUs
          if (celsius > 8 && heldUs <= 45 * 60e6) hotUs += heldUs
        }
        const severities = told(budgetMachine(rule, WATCHED), all)
          .filter(({ variant }) => variant === 'hot')
          .map(({ severity }) => severity)
        const expected = hotUs >= 3600e6 ? ['critical'] : hotUs >= 2880e6 ? ['warning'] : []
        expect(severities).toEqual(expected)
      }),
    )
  })
})
