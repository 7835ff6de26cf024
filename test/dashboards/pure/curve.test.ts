import { describe, expect, it } from 'vitest'
import {
  curveOf,
  excursionsOf,
  gapsOf,
  type Point,
  together,
} from '../../../dashboards/inspector/curve.ts'

const MINUTE_MS = 60_000
const limits = { min: 0, max: 4 }

/** Points ten minutes apart; null leaves one out. */
function curve(...values: (number | null)[]): Point[] {
  return values.flatMap((value, at) =>
    value === null ? [] : [{ timeMs: at * 10 * MINUTE_MS, value, min: value, max: value }],
  )
}

describe('a temperature curve', () => {
  it('is outside of its limits beyond them, not at them', () => {
    expect(excursionsOf(curve(2, 4, 0, 4, 2), limits)).toEqual([])
    expect(excursionsOf(curve(2, 4.1, 9, 5, 3), limits)).toEqual([
      { fromMs: 10 * MINUTE_MS, toMs: 40 * MINUTE_MS, peak: 9, peakMs: 20 * MINUTE_MS },
    ])
  })

  it('has excursions below as well, and one that lasts', () => {
    expect(excursionsOf(curve(2, -3, 2, 6, 8), limits)).toMatchObject([
      { peak: -3 },
      { peak: 8, toMs: 40 * MINUTE_MS },
    ])
  })

  it('is judged by the highest and lowest of each window, not by the mean', () => {
    const [point] = curve(2)
    expect(excursionsOf(point ? [{ ...point, max: 7 }] : [], limits)).toMatchObject([{ peak: 7 }])
  })

  it('is not known where more than three intervals passed without a reading', () => {
    const points = curve(2, 2, 2, null, null, null, null, 2, 2)
    expect(gapsOf(points)).toEqual([{ fromMs: 20 * MINUTE_MS, toMs: 70 * MINUTE_MS }])
    expect(gapsOf(curve(2, 2, null, 2, 2))).toEqual([])
  })

  it('of several sensors is out of its limits by each of them, and unknown where none knows', () => {
    const out = curve(2, 9, 9, 9, 9, 2)
    const within = curve(null, 3, 3, 3, 3, 3, 3, 3, null, null, null, null, 3, 3, 3)
    const shifted = within.map((point) => ({ ...point, timeMs: point.timeMs + 5 * MINUTE_MS }))
    const curves = [out, shifted].map((points) => curveOf(points, limits))
    expect(together(curves, limits)).toMatchObject({
      excursions: [{ fromMs: 10 * MINUTE_MS, toMs: 50 * MINUTE_MS, peak: 9 }],
      gaps: [{ fromMs: 75 * MINUTE_MS, toMs: 125 * MINUTE_MS }],
    })
  })

  it('has no excursion across what is not known', () => {
    const points = curve(2, 2, 6, null, null, null, null, null, 6, 2, 2)
    expect(excursionsOf(points, limits)).toHaveLength(2)
  })
})
