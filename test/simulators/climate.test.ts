import { describe, expect, it } from 'vitest'
import { coldRoom, measure, outsideCelsius, truckBox } from '#simulators/climate.ts'
import { chanceOf } from '#simulators/random.ts'

const hourUs = 3600e6
/** 10 in the morning in Shenzhen. */
const fromUs = Date.UTC(2025, 2, 3, 2) * 1000
const door = { fromUs: fromUs + 6 * hourUs, toUs: fromUs + 6 * hourUs + 600e6 }

function day(chamber = coldRoom, openings = [door]) {
  const watch = { fromUs, toUs: fromUs + 24 * hourUs, everyUs: 60e6, openings }
  return [...measure(chamber, watch, chanceOf('climate', 'test'))]
}

describe('the air in a cold room or truck', () => {
  it('swings around the set point while the door is shut', () => {
    for (const chamber of [coldRoom, truckBox]) {
      const celsius = day(chamber, []).map((sample) => sample.celsius)
      const mean = celsius.reduce((sum, value) => sum + value, 0) / celsius.length
      expect(Math.abs(mean - chamber.setCelsius)).toBeLessThan(0.3)
      expect(Math.max(...celsius)).toBeLessThan(chamber.setCelsius + chamber.bandCelsius + 0.6)
      expect(Math.min(...celsius)).toBeGreaterThan(chamber.setCelsius - chamber.bandCelsius - 0.6)
    }
  })

  it('warms while the door is open, and is back within an hour', () => {
    const samples = day()
    const at = (timeUs: number) =>
      samples.find((sample) => sample.timeUs === timeUs)?.celsius ?? NaN
    const before = at(door.fromUs)
    expect(at(door.toUs)).toBeGreaterThan(before + 0.8)
    expect(at(door.toUs + hourUs)).toBeLessThan(coldRoom.setCelsius + coldRoom.bandCelsius + 0.3)
  })

  it('never jumps: a minute changes it by less than a degree', () => {
    const celsius = day().map((sample) => sample.celsius)
    const steps = celsius.slice(1).map((value, at) => Math.abs(value - (celsius[at] ?? value)))
    expect(Math.max(...steps)).toBeLessThan(1)
  })

  it('dries a little when it warms, and stays between 0 and 100 %', () => {
    const samples = day()
    const humidity = samples.map((sample) => sample.humidity)
    expect(Math.max(...humidity)).toBeLessThan(100)
    expect(Math.min(...humidity)).toBeGreaterThan(50)
    const byWarmth = [...samples].sort((a, b) => a.celsius - b.celsius)
    expect(byWarmth[0]?.humidity).toBeGreaterThan(byWarmth.at(-1)?.humidity ?? 100)
  })

  it('has an outside that is warmest in the afternoon', () => {
    const midnightUs = Date.UTC(2025, 2, 2, 16) * 1000
    const hours = Array.from({ length: 24 }, (_, hour) =>
      outsideCelsius(midnightUs + hour * hourUs),
    )
    expect(hours.indexOf(Math.max(...hours))).toBe(15)
    expect(hours.indexOf(Math.min(...hours))).toBe(3)
  })
})
