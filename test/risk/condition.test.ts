import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  budgetMachine,
  shipmentAlarmMachine,
  type Watched,
  warehouseMachine,
} from '#risk/alarm-rows.ts'
import { isClearlyWorse } from '#risk/difference.ts'
import { type DoorSample, excursionMachine, smoothed } from '#risk/excursion.ts'
import type { Finding } from '#risk/finding.ts'
import { findingsAt, type Machine, recompute } from '#risk/machine.ts'
import { meanKinetic } from '#risk/mean-kinetic.ts'
import { affectedBy, type Sample, sampleOf, seriesOf } from '#risk/sample.ts'
import { type SensorSign, sensorMachine } from '#risk/sensor-health.ts'
import { meanOfSeries, transportMean, verdictMachine } from '#risk/verdict.ts'
import { sharedData } from '../shared-data.ts'
import { hour } from '../trace/world.ts'
import { inForce, of } from './setting.ts'

const vectors = sharedData('golden_vectors.json')
const WATCHED: Watched = { subject: 'urn:sensor', affected: () => [] }
const minute = (minutes: number) => hour(minutes / 60)

/** Samples every so many minutes from the beginning of the day on. */
function samples(everyMinutes: number, ...celsius: readonly number[]): Sample[] {
  return celsius.map((value, at) => ({
    timeUs: minute(at * everyMinutes),
    celsius: value,
    device: 'urn:sensor',
  }))
}

const times = (count: number, celsius: number) => Array.from({ length: count }, () => celsius)

function found<State, Input>(machine: Machine<State, Input>, inputs: readonly Input[]): Finding[] {
  const { state, ledger } = recompute(machine, inputs)
  return findingsAt(machine, state, ledger, hour(24 * 365))
}

describe('out of range without a break (A1)', () => {
  const excursion = (inputs: readonly DoorSample[], parameters = {}, doors = true) => {
    const rule = inForce('A1', { interval: 5, ...parameters })
    return found(excursionMachine(rule, doors ? inForce('A9') : undefined, WATCHED), inputs)
  }

  it('30 minutes above 8 °C are found, 25 are not', () => {
    expect(of('A1', excursion(samples(5, 5, ...times(7, 9), 5)))).toEqual(['A1 hot'])
    expect(of('A1', excursion(samples(5, 5, ...times(6, 9), 5)))).toEqual([])
  })

  it('20 minutes below 2 °C are found, 15 are not', () => {
    expect(of('A1', excursion(samples(5, 5, ...times(5, 1), 5)))).toEqual(['A1 cold'])
    expect(of('A1', excursion(samples(5, 5, ...times(4, 1), 5)))).toEqual([])
  })

  it('says since when, until when, how far, and on which readings it rests', () => {
    const [one] = excursion(samples(5, 5, 9, 9, 9, 11, 9, 9, 9, 5))
    expect(one).toMatchObject({ fromUs: minute(5), toUs: minute(40), subject: 'urn:sensor' })
    expect(one?.measures).toMatchObject([
      { name: 'temperature', value: 11, limit: 8 },
      { name: 'duration', value: 35, limit: 30 },
    ])
    expect(one?.readings.map(({ value }) => value)).toEqual([9, 11])
    expect(one?.text.zh).toContain('11 °C')
  })

  it('at the limit itself it is in range', () => {
    expect(excursion(samples(5, ...times(20, 8)))).toEqual([])
  })

  it('flickering around the limit is one excursion and not ten', () => {
    const flicker = Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? 8.3 : 7.8))
    expect(of('A1', excursion(samples(5, ...flicker, 5)))).toEqual(['A1 hot'])
  })

  it('a gap proves nothing: it ends the run, and what comes after is a new one', () => {
    const before = samples(5, 5, ...times(5, 9))
    const after = before.map((each) => ({ ...each, timeUs: each.timeUs + minute(60) - minute(0) }))
    expect(excursion([...before, ...after.slice(1)])).toEqual([])
  })

  it('a door that is open for ten minutes is no alarm even where nothing is allowed', () => {
    const door = samples(2, 5, 5, 9, 9, 9, 9, 9, 5, 5)
    const none = { hotMinutes: 0, interval: 2 }
    expect(of('A1', excursion(door, none))).toEqual([])
    expect(of('A1', excursion(door, none, false))).toEqual(['A1 hot'])
  })

  it('a door that does not close is an alarm after its fifteen minutes', () => {
    const open = samples(2, 5, 5, ...times(12, 9))
    expect(of('A1', excursion(open, { hotMinutes: 0, interval: 2 }))).toEqual(['A1 hot'])
  })

  it('more than three doors an hour are found (A9), three are not', () => {
    const doors = (count: number) =>
      samples(2, 5, ...Array.from({ length: count }, () => [5, 9, 9, 5]).flat(), 5)
    expect(of('A9', excursion(doors(4), { interval: 2 }))).toEqual(['A9 doors'])
    expect(of('A9', excursion(doors(3), { interval: 2 }))).toEqual([])
  })

  it('a buffer smooths what a vial would not feel', () => {
    const spikes = samples(5, 5, 5, ...Array.from({ length: 12 }, () => [9, 9, 6, 6]).flat())
    const flat = { hotMinutes: 5, hysteresis: 0 }
    expect(of('A1', excursion(spikes, flat, false)).length).toBeGreaterThan(5)
    expect(excursion(spikes, { ...flat, bufferMinutes: 20 }, false)).toEqual([])
    expect(smoothed(5, 9, minute(15) - minute(0), 15)).toBeCloseTo(5 + 4 * (1 - Math.exp(-1)))
  })
})

describe('time out of range, added up (A2)', () => {
  const budget = (inputs: readonly Sample[]) =>
    found(budgetMachine(inForce('A2', { interval: 5 }), WATCHED), inputs)
  const outings = (minutes: number) => times(minutes / 10, 0).flatMap(() => [9, 9, 5])

  it('warns at 80 % of the hour and alarms at all of it, as one incident', () => {
    expect(budget(samples(5, 5, ...outings(40)))).toEqual([])
    expect(budget(samples(5, 5, ...outings(50)))).toMatchObject([{ severity: 'warning' }])
    const [warning] = budget(samples(5, 5, ...outings(50)))
    const [alarm] = budget(samples(5, 5, ...outings(60)))
    expect(alarm).toMatchObject({ severity: 'critical', identity: warning?.identity })
    expect(alarm?.measures[1]).toMatchObject({ value: 60, limit: 60, unit: 'minutes' })
  })

  it('follows the item from one container into the next', () => {
    const first = samples(5, 5, ...times(8, 9)).map((each) => ({ ...each, device: 'urn:a' }))
    const second = samples(5, 5, ...times(18, 9)).map((each) => ({ ...each, device: 'urn:b' }))
    const stretch = { certainty: 'observed' as const, via: ['urn:box'] }
    const series = seriesOf(
      [
        { ...stretch, device: 'urn:a', fromUs: 0, toUs: minute(41) },
        { ...stretch, device: 'urn:b', fromUs: minute(41), toUs: Infinity, certainty: 'inferred' },
      ],
      [...second, ...first],
    )
    expect(series.map(({ device }) => device).filter((each) => each === 'urn:a')).toHaveLength(9)
    const [one] = budget(series)
    expect(one).toMatchObject({ rule: 'A2', severity: 'critical', certainty: 'inferred' })
    expect(budget(series.filter(({ device }) => device === 'urn:a'))).toEqual([])
  })

  it('while it lasts it tells how long and how far, and once more where that is clearly worse', () => {
    const [hour, longer] = [times(14, 9), times(15, 9)].map(
      (each) => budget(samples(5, ...each))[0],
    )
    expect(hour?.measures).toMatchObject([{ value: 9 }, { value: 65 }])
    expect(longer?.measures).toMatchObject([{ value: 9 }, { value: 70 }])
    expect([hour, longer].map((each) => each?.toUs)).toEqual([undefined, undefined])
    const gone = [hour, longer].map((each) => each?.words['rises'])
    expect(gone[0]).toBe(gone[1])
    const worse = budget(samples(5, ...times(14, 9), 5, ...times(10, 22)))[0]
    expect(worse?.measures).toMatchObject([{ value: 22 }, { value: 115 }])
    expect(worse && hour && isClearlyWorse(hour, worse)).toBe(true)
    expect(longer && hour && isClearlyWorse(hour, longer)).toBe(false)
    expect(worse?.identity).toBe(hour?.identity)
  })

  it('the nearest sensor speaks, unless it never does', () => {
    const box = { device: 'urn:box', fromUs: 0, toUs: Infinity, certainty: 'observed' as const }
    const truck = { ...box, device: 'urn:truck', via: ['urn:p', 'urn:t'] }
    const near = { ...box, via: ['urn:p'] }
    const cold = samples(5, 3).map((each) => ({ ...each, device: 'urn:box' }))
    const warm = samples(5, 20).map((each) => ({ ...each, device: 'urn:truck' }))
    expect(seriesOf([truck, near], [...warm, ...cold]).map(({ celsius }) => celsius)).toEqual([3])
    expect(seriesOf([truck, near], warm).map(({ celsius }) => celsius)).toEqual([20])
  })
})

describe('WHO shipment alarms (A3)', () => {
  const shipment = (indicator: string, celsius: readonly number[]) => {
    const rule = inForce('A3', { indicator, interval: 30 })
    return found(shipmentAlarmMachine(rule, WATCHED), samples(30, ...celsius))
  }

  it('type I: an hour at 45, ten hours at 30 in all, an hour at -0.5', () => {
    expect(shipment('type-1', [20, 45, 45, 45, 20])).toHaveLength(1)
    expect(shipment('type-1', [20, 45, 20])).toEqual([])
    const warm = Array.from({ length: 20 }, () => [30, 25]).flat()
    expect(of('A3', shipment('type-1', warm))).toEqual(['A3 hot'])
    expect(shipment('type-1', warm.slice(2))).toEqual([])
    expect(of('A3', shipment('type-1', [5, -0.5, -0.5, -0.5, 5]))).toEqual(['A3 cold'])
  })

  it('type II: twenty hours at 10, and no limit below', () => {
    expect(of('A3', shipment('type-2', times(41, 10)))).toEqual(['A3 hot'])
    expect(shipment('type-2', times(40, 10))).toEqual([])
    expect(shipment('type-2', times(40, -5))).toEqual([])
  })
})

describe('warehouse levels (A4)', () => {
  it('warns after 45 minutes and is critical after 60', () => {
    const store = (minutes: number) =>
      found(
        warehouseMachine(inForce('A4', { interval: 5 }), WATCHED),
        samples(5, 5, ...times(minutes / 5 + 1, 9)),
      )
    expect(store(40)).toEqual([])
    expect(store(45)).toMatchObject([{ severity: 'warning' }])
    expect(store(60)).toMatchObject([{ severity: 'critical' }])
  })
})

describe('mean kinetic temperature', () => {
  const kinetics = { enthalpy: 83.144, gas: 8.3144e-3 }

  it.skipIf(!vectors)('gives the published values to their last digit', () => {
    const { mkt } = JSON.parse(readFileSync(vectors ?? '', 'utf8'))
    expect(mkt.length).toBeGreaterThan(4)
    for (const { C, mkt_C } of mkt) {
      const series = C.map((celsius: number) => ({ celsius, weight: 1 }))
      expect(meanKinetic(series, kinetics)).toBeCloseTo(mkt_C, 4)
    }
  })

  it('weights unequal steps by their time', () => {
    const even = [5, 5, 5, 15].map((celsius) => ({ celsius, weight: 1 }))
    const uneven = [
      { celsius: 5, weight: 3 },
      { celsius: 15, weight: 1 },
    ]
    expect(meanKinetic(uneven, kinetics)).toBeCloseTo(meanKinetic(even, kinetics) ?? 0, 10)
    expect(meanKinetic([], kinetics)).toBeUndefined()
  })

  it('lies between the mean and the highest, whatever the temperatures', () => {
    const celsius = fc.double({ min: -40, max: 60, noNaN: true })
    fc.assert(
      fc.property(fc.array(celsius, { minLength: 1, maxLength: 50 }), (all) => {
        const series = all.map((each) => ({ celsius: each, weight: 1 }))
        const mean = all.reduce((sum, each) => sum + each, 0) / all.length
        const kinetic = meanKinetic(series, kinetics) ?? Number.NaN
        return kinetic >= mean - 1e-6 && kinetic <= Math.max(...all) + 1e-6
      }),
    )
  })

  it('is not told over more than its window, nor over nothing', () => {
    const rule = inForce('A5', { windowHours: 24, interval: 60 })
    expect(meanOfSeries(rule, samples(60, ...times(30, 5)))).toMatchObject({
      ok: false,
      code: 'window_too_long',
    })
    expect(meanOfSeries(rule, samples(60, 5))).toMatchObject({ code: 'nothing_known' })
  })

  it('a transport above the limit on average is found (A5)', () => {
    const rule = inForce('A5', { interval: 30 })
    expect(of('A5', transportMean(rule, WATCHED, samples(30, 5, 12, 12, 5)))).toEqual([
      'A5 transport',
    ])
    expect(transportMean(rule, WATCHED, samples(30, 5, 8, 8, 5))).toEqual([])
  })
})

describe('verdicts by pharmacopoeia (A6, A7, A8)', () => {
  const room = (celsius: readonly number[], every = 60) =>
    found(
      verdictMachine(inForce('A6', { interval: every }), inForce('A8'), WATCHED),
      samples(every, ...celsius),
    )
  const cold = (celsius: readonly number[], every = 30) =>
    found(
      verdictMachine(inForce('A7', { interval: every }), inForce('A8'), WATCHED),
      samples(every, ...celsius),
    )

  it('room: a day at 35 is a spike, two are not; 41 is never', () => {
    expect(of('A6', room([22, ...times(24, 35), 22]))).toEqual([])
    expect(of('A6', room([22, ...times(30, 35), 22]))).toContain('A6 spike')
    expect(of('A6', room([22, 41, 22]))).toContain('A6 above')
    expect(of('A6', room([22, 14.9, 22]))).toEqual(['A6 below'])
  })

  it('room: a month at 26 is within its excursions and over its mean', () => {
    const month = room(times(24 * 20, 26))
    expect(of('A6', month)).toEqual(['A6 mkt'])
    expect(of('A6', room(times(24 * 20, 24.9)))).toEqual([])
  })

  it('cold: an hour at 14 is allowed, a warm day is not', () => {
    expect(of('A7', cold([...times(40, 4), 14, 14, ...times(10, 4)]))).toEqual([])
    expect(of('A7', cold(times(48, 9)))).toContain('A7 mkt')
    expect(of('A7', cold([4, 4, 16, 4]))).toContain('A7 above')
  })

  it('no mean excuses freezing, and it says so (A8)', () => {
    const frozen = cold([...times(40, 4), -1, ...times(8, 4)])
    expect(of('A8', frozen)).toEqual(['A8 freeze'])
    expect(of('A7', frozen)).toEqual(['A7 below'])
    // Too cold, and not frozen: the limit is broken, but nothing is misused.
    expect(of('A8', cold([...times(40, 4), 1.5, 4]))).toEqual([])
  })
})

describe('sensors in doubt (A11)', () => {
  const health = (signs: readonly SensorSign[], nowUs = hour(0)) => {
    const machine = sensorMachine(inForce('A11'), WATCHED)
    const { state, ledger } = recompute(machine, signs)
    return findingsAt(
      machine,
      state,
      ledger,
      nowUs === hour(0) ? (signs.at(-1)?.timeUs ?? 0) : nowUs,
    )
  }

  it('the same value for six hours is stuck, for five and with a change it is not', () => {
    expect(of('A11', health(samples(15, ...times(25, 4.2))))).toEqual(['A11 stuck'])
    expect(health(samples(15, ...times(24, 4.2)))).toEqual([])
    expect(health(samples(15, ...times(20, 4.2), 4.3, ...times(20, 4.2)))).toEqual([])
  })

  it('silence is found while it lasts, and is over with the next value', () => {
    const signs = samples(15, 4, 5)
    expect(health(signs, minute(15 + 45))).toEqual([])
    const [silent] = health(signs, minute(15 + 46))
    expect(silent).toMatchObject({ variant: 'gap', fromUs: minute(15), hint: 'gap' })
    const [over] = health([...signs, { timeUs: minute(100), celsius: 4 }])
    expect(over).toMatchObject({ identity: silent?.identity, toUs: minute(100) })
  })

  it('a logger that sends its day at once has no gap and no wrong clock', () => {
    const signs = samples(15, 4, 5, 4, 5, 4).map((each) => ({ ...each, receivedUs: hour(24) }))
    expect(health(signs, minute(61))).toEqual([])
  })

  it('a clock ahead, an empty battery and an impossible value are found', () => {
    const sign = { timeUs: hour(1), receivedUs: hour(1), celsius: 4, batteryPercent: 90 }
    expect(of('A11', health([{ ...sign, receivedUs: minute(54) }]))).toEqual(['A11 clock'])
    expect(health([{ ...sign, receivedUs: minute(56) }])).toEqual([])
    expect(of('A11', health([{ ...sign, batteryPercent: 14 }]))).toEqual(['A11 battery'])
    expect(of('A11', health([{ ...sign, celsius: -127 }]))).toEqual(['A11 range'])
    expect(health([sign])).toEqual([])
  })
})

describe('samples', () => {
  it('come in three units and nothing else', () => {
    const value = { device: 'd', type: 'Temperature', component: '', timeUs: 1 }
    expect(sampleOf({ ...value, uom: 'FAH', value: 41 })?.celsius).toBeCloseTo(5)
    expect(sampleOf({ ...value, uom: 'KEL', value: 278.15 })?.celsius).toBeCloseTo(5)
    expect(sampleOf({ ...value, uom: 'P1', value: 5 })).toBeUndefined()
    expect(sampleOf({ ...value, type: 'RelativeHumidity', uom: 'CEL', value: 5 })).toBeUndefined()
  })

  it('an alarm concerns who was with the sensor then, each once and the surest way', () => {
    const stay = { fromUs: 10, toUs: 20, certainty: 'observed' as const, via: ['urn:box'] }
    const all = [
      { ...stay, item: 'urn:1', certainty: 'inferred' as const },
      { ...stay, item: 'urn:1' },
      { ...stay, item: 'urn:2', fromUs: 30, toUs: 40 },
    ]
    expect(affectedBy(all, 5, 15)).toEqual([
      { key: 'urn:1', certainty: 'observed', path: ['urn:box'] },
    ])
  })
})
