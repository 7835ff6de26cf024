/** What a temperature curve says: where it left its limits, and where nothing is known. */
export interface Point {
  /** Milliseconds since 1970. */
  readonly timeMs: number
  readonly value: number
  /** Of the window that begins there, where readings were taken together. */
  readonly min: number
  readonly max: number
}

export interface Limits {
  readonly min: number
  readonly max: number
}

export interface Excursion {
  readonly fromMs: number
  readonly toMs: number
  readonly peak: number
  readonly peakMs: number
}

export interface Gap {
  readonly fromMs: number
  readonly toMs: number
}

/** Pixels beside the area of a curve: who held the goods is laid on the same axis of time. */
export const MARGINS = { left: 44, right: 12 } as const

/** A sample holds until the next; after so many intervals without one nothing is known. */
const INTERVALS_KNOWN = 3

/** A curve with what is to be seen on it. */
export interface Curve {
  readonly points: readonly Point[]
  readonly limits: Limits | undefined
  readonly excursions: readonly Excursion[]
  readonly gaps: readonly Gap[]
}

export function curveOf(points: readonly Point[], limits: Limits | undefined): Curve {
  const excursions = limits ? excursionsOf(points, limits) : []
  return { points, limits, excursions, gaps: gapsOf(points) }
}

/** Of several sensors: each is out of its limits by itself; what one of them knows is known. */
export function together(curves: readonly Curve[], limits: Limits | undefined): Curve {
  const points = curves.flatMap((curve) => curve.points)
  const excursions = curves.flatMap((curve) => curve.excursions)
  points.sort((one, other) => one.timeMs - other.timeMs)
  excursions.sort((one, other) => one.fromMs - other.fromMs)
  return { points, limits, excursions, gaps: gapsOfAll(curves) }
}

function gapsOfAll(curves: readonly Curve[]): Gap[] {
  const mostMs = Math.max(0, ...curves.map(({ points }) => intervalOf(points))) * INTERVALS_KNOWN
  const known = curves.flatMap(stretchesOf).sort((one, other) => one.fromMs - other.fromMs)
  let untilMs = known[0]?.toMs ?? 0
  return known.flatMap(({ fromMs, toMs }) => {
    const gap = { fromMs: untilMs, toMs: fromMs }
    untilMs = Math.max(untilMs, toMs)
    return gap.toMs - gap.fromMs > mostMs ? [gap] : []
  })
}

/** From when to when one sensor is known. */
function stretchesOf({ points, gaps }: Curve): Gap[] {
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last) return []
  const begins = [first.timeMs, ...gaps.map(({ toMs }) => toMs)]
  const ends = [...gaps.map(({ fromMs }) => fromMs), last.timeMs]
  return begins.map((fromMs, at) => ({ fromMs, toMs: ends[at] ?? fromMs }))
}

/**
 * A line to be drawn: places by `placeOf` a time, and values. A point without a value in each gap:
 * no line is drawn through what is not known.
 */
export function columnsOf(
  { points, gaps }: Pick<Curve, 'points' | 'gaps'>,
  placeOf: (ms: number) => number,
): [number[], (number | null)[]] {
  const places = new Array<number>(points.length + gaps.length)
  const values = new Array<number | null>(points.length + gaps.length)
  let end = 0
  let gap = 0
  for (const { timeMs, value } of points) {
    places[end] = placeOf(timeMs)
    values[end] = value
    end += 1
    const next = gaps[gap]
    if (next?.fromMs !== timeMs) continue
    places[end] = (placeOf(next.fromMs) + placeOf(next.toMs)) / 2
    values[end] = null
    end += 1
    gap += 1
  }
  places.length = end
  values.length = end
  return [places, values]
}

/** The usual time between points, in milliseconds; 0 where there are fewer than two. */
export function intervalOf(points: readonly Point[]): number {
  const steps = new Float64Array(Math.max(0, points.length - 1))
  for (let at = 0; at < steps.length; at += 1) {
    steps[at] = (points[at + 1]?.timeMs ?? 0) - (points[at]?.timeMs ?? 0)
  }
  // Numbers by themselves are put in order many times faster than by a function.
  return steps.sort()[Math.floor(steps.length / 2)] ?? 0
}

export function gapsOf(points: readonly Point[]): Gap[] {
  const mostMs = intervalOf(points) * INTERVALS_KNOWN
  return points.slice(1).flatMap(({ timeMs }, at) => {
    const fromMs = points[at]?.timeMs ?? timeMs
    return timeMs - fromMs > mostMs ? [{ fromMs, toMs: timeMs }] : []
  })
}

/** Times outside of the limits. One at a limit is within it; a gap ends one. */
export function excursionsOf(points: readonly Point[], limits: Limits): Excursion[] {
  const mostMs = intervalOf(points) * INTERVALS_KNOWN
  const found: Excursion[] = []
  let run: Excursion | undefined
  for (const point of points) {
    const { timeMs } = point
    const isKnown = run === undefined || timeMs - run.toMs <= mostMs
    if (run && !isKnown) {
      found.push(run)
      run = undefined
    }
    const peak = beyond(point, limits)
    if (peak === undefined) {
      if (run) found.push({ ...run, toMs: timeMs })
      run = undefined
    } else if (run === undefined) {
      run = { fromMs: timeMs, toMs: timeMs, peak, peakMs: timeMs }
    } else {
      const isWorse = distance(peak, limits) > distance(run.peak, limits)
      run = { ...run, toMs: timeMs, ...(isWorse && { peak, peakMs: timeMs }) }
    }
  }
  if (run) found.push(run)
  return found
}

function beyond({ min, max }: Point, limits: Limits): number | undefined {
  if (max > limits.max) return max
  return min < limits.min ? min : undefined
}

function distance(value: number, { min, max }: Limits): number {
  return Math.max(value - max, min - value)
}

const BELOW = 1
/** Above, the worst is written: that much of the height, and two degrees at least. */
const ABOVE = 2
const ABOVE_SHARE = 0.15

/** Degrees from the bottom to the top of a drawing in which all of it has room. */
export function rangeOf(points: readonly Point[], limits: Limits | undefined): [number, number] {
  let low = limits?.min ?? Number.POSITIVE_INFINITY
  let high = limits?.max ?? Number.NEGATIVE_INFINITY
  for (const { min, max } of points) {
    if (min < low) low = min
    if (max > high) high = max
  }
  const above = Math.max(ABOVE, (high - low) * ABOVE_SHARE)
  return [Math.floor(low - BELOW), Math.ceil(high + above)]
}
