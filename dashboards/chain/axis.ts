/**
 * From time to place and back. Linear, or compressed: where nothing happens little room is left,
 * so that an hour of a slaughterhouse and a month of storage can both be read.
 */
import { axisDay } from '../words/format.ts'
import type { Language } from '../words/language.ts'

export type AxisMode = 'linear' | 'compressed'

export interface Axis {
  readonly width: number
  xOf(ms: number): number
  msOf(x: number): number
}

export interface Tick {
  readonly x: number
  readonly ms: number
  /** Whether it stands for a day, or for a time of day. */
  readonly isDay: boolean
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const TICK_GAP = 76
const STEPS_MS = [HOUR_MS, 3 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS]
const DAYS = [1, 2, 7, 14, 30, 90, 365]

/** `times` in milliseconds, in any order; `width` in pixels from the first to the last. */
export function axisOf(times: readonly number[], mode: AxisMode, width: number): Axis {
  const knots = [...new Set(times)].sort((one, other) => one - other)
  if (knots.length === 0) knots.push(0)
  const [first = 0] = knots
  const last = knots.at(-1) ?? first
  if (first === last) return pointwise([first, first + HOUR_MS], [0, width], width)
  if (mode === 'linear') return pointwise([first, last], [0, width], width)
  // A break four times as long takes twice the room.
  const rooms = knots.slice(1).map((ms, at) => Math.sqrt(ms - (knots[at] ?? ms)))
  const all = rooms.reduce((sum, room) => sum + room, 0)
  let x = 0
  const places = [0, ...rooms.map((room) => (x += (room / all) * width))]
  return pointwise(knots, places, width)
}

/** Straight between knots, and on beyond the ends. */
function pointwise(knots: readonly number[], places: readonly number[], width: number): Axis {
  return {
    width,
    xOf: (ms) => between(knots, places, ms),
    msOf: (x) => between(places, knots, x),
  }
}

function between(from: readonly number[], to: readonly number[], value: number): number {
  let low = 0
  let high = from.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((from[middle] ?? 0) <= value) low = middle
    else high = middle
  }
  const [a = 0, b = 0] = [from[low], from[high]]
  const [c = 0, d = 0] = [to[low], to[high]]
  return a === b ? c : c + ((value - a) / (b - a)) * (d - c)
}

/** Where times are written, in the time zone of the reader; far enough apart to be read. */
export function ticksOf(axis: Axis): Tick[] {
  const [fromMs, toMs] = [axis.msOf(0), axis.msOf(axis.width)]
  const room = Math.max(2, axis.width / TICK_GAP)
  const spanMs = toMs - fromMs
  const hours = STEPS_MS.find((step) => spanMs / step <= room)
  const days = DAYS.find((count) => spanMs / (count * DAY_MS) <= room) ?? 365
  const ticks: Tick[] = []
  const date = new Date(fromMs)
  date.setHours(0, 0, 0, 0)
  while (date.getTime() <= toMs) {
    const ms = date.getTime()
    const x = axis.xOf(ms)
    const isDay = date.getHours() === 0
    if (x >= 0 && x - (ticks.at(-1)?.x ?? -TICK_GAP) >= TICK_GAP * 0.9) ticks.push({ x, ms, isDay })
    if (hours === undefined) date.setDate(date.getDate() + days)
    else date.setTime(ms + hours)
  }
  // A chain of a few hours begins behind midnight: its first time is told all the same.
  if (ticks[0] === undefined || ticks[0].x > TICK_GAP) {
    ticks.unshift({ x: 0, ms: fromMs, isDay: false })
  }
  return ticks
}

/** A day, or a time of day as 05:00. */
export function tickText({ ms, isDay }: Tick, language: Language = 'zh'): string {
  const date = new Date(ms)
  const two = (value: number) => String(value).padStart(2, '0')
  return isDay ? axisDay(date, language) : `${two(date.getHours())}:${two(date.getMinutes())}`
}
